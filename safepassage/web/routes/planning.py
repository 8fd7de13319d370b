"""GET /planning: scenarios and their plans; GET /planning/plans/{id}: one of them.

Solving is a job in a process of its own: no request waits for it.  No address holds a name.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from safepassage.model.errors import BadQuestionError
from safepassage.model.observation import PlanSignature
from safepassage.planner.job import Job, Kind
from safepassage.planner.numbers import differences, files_of
from safepassage.planner.planner import SECONDS, KeptPlan, Planner
from safepassage.planner.publishing import in_force
from safepassage.planner.signing import Signing
from safepassage.planner.workbook import workbook
from safepassage.secure.roles import Action
from safepassage.web.access import NoAccountsError, Viewing, requires
from safepassage.web.page import desk_of, render, wants_json
from safepassage.web.plan_compare import compared
from safepassage.web.plan_page import CHANGES, DAYS, plan_page, resource_key
from safepassage.web.plan_signing import signing_of
from safepassage.web.planning import Planning, is_asked_again, jobs_alone, under_way

router = APIRouter(prefix="/planning", dependencies=[Depends(requires(Action.PLAN))])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHANGES_MAX = 12
MARK_LENGTH = 6  # characters of a plan's hash that whoever signs it types
COMPARED_MAX = 5


@router.get("")
def desk(request: Request, planner: Planning) -> Response:
    """Every scenario with its plans, and what is being worked out."""
    jobs = [j for j in planner.jobs.all() if not j.task.kind.is_of_odds]
    if wants_json(request):
        return JSONResponse([_plain(job) for job in jobs])
    if is_asked_again(request):
        return jobs_alone(request, planner, jobs, "/planning")
    solved = [j for j in jobs if j.task.kind.makes_plan]
    return render(
        request,
        "planning/desk.html",
        scenarios=[(s, [j for j in solved if j.task.scenario == s.id]) for s in _all(planner)],
        waiting=under_way(request, planner, jobs),
        signed=signed_plan(request),
        seconds=SECONDS,
        has_register=desk_of(request).settings.register is not None,
    )


def _all(planner: Planner) -> list[Any]:
    return planner.scenarios.all()


@router.post("/scenarios/{id}/solve")
def solve(
    id: str,
    viewer: Viewing,
    planner: Planning,
    seconds: Annotated[float, Form(ge=1, le=3600)] = SECONDS[0],
) -> Response:
    """Begin to plan a scenario."""
    planner.solve(id, viewer.account, seconds)
    return RedirectResponse("/planning#under-way", 303)


@router.post("/jobs/{id}/cancel")
def cancel(id: str, planner: Planning) -> Response:
    """End a job; what it had found is thrown away."""
    job = planner.jobs.cancel(id)
    is_asked = job.task.kind is Kind.WHAT_IF
    where = f"/planning/plans/{job.task.plan}" if is_asked else "/planning"
    return RedirectResponse(f"{where}#under-way", 303)


@router.get("/plans/{id}")
def show(
    request: Request,
    id: str,
    viewer: Viewing,
    planner: Planning,
    day: Annotated[int, Query(ge=0, le=400)] = 0,
) -> Response:
    """One plan: the headline, what binds, the schedule, beds, who is left, what would help."""
    asked = planner.what_ifs(id)
    if is_asked_again(request):
        return jobs_alone(request, planner, asked, f"/planning/plans/{id}")
    plan = planner.plan(id)
    if wants_json(request):
        return JSONResponse(plan.document)
    page = plan_page(plan, asked, day)
    return render(
        request,
        "planning/plan.html",
        p=page,
        operation=plan.scenario.read,
        waiting=under_way(request, planner, asked),
        signed=signed_plan(request),
        signing=signing_of(request, page.plan, page.people, viewer.account),
        mark=MARK_LENGTH,
        changes=CHANGES,
        days=DAYS,
        resource_key=resource_key,
    )


@router.post("/plans/{id}/what-if")
def what_if(
    id: str,
    viewer: Viewing,
    planner: Planning,
    change: Annotated[list[str], Form()] = [],  # noqa: B006 - the framework copies it
    other: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Begin to find out what changes would buy."""
    changes = tuple(dict.fromkeys(c.strip() for c in [*change, other] if c.strip()))
    if not changes or len(changes) > CHANGES_MAX:
        raise BadQuestionError(f"choose 1 to {CHANGES_MAX} changes, for example gates +10%")
    planner.what_if(id, changes, viewer.account)
    return RedirectResponse(f"/planning/plans/{id}#under-way", 303)


def signed_plan(request: Request) -> PlanSignature | None:
    """The plan in force: the one that was signed last."""
    with desk_of(request).settings.records.ledger() as ledger:
        return in_force(ledger)


Again = Annotated[str, Form(max_length=64)]


@router.post("/plans/{id}/propose")
def propose(
    request: Request, id: str, viewer: Viewing, planner: Planning, again: Again = ""
) -> Response:
    """Propose a plan for somebody else to publish, once the beginning of its hash was typed."""
    plan, signing = _meant(request, planner, id, again)
    signing.propose(plan.document, viewer.account)
    return RedirectResponse(f"/planning/plans/{id}#signed", 303)


@router.post("/plans/{id}/publish")
def publish(
    request: Request, id: str, viewer: Viewing, planner: Planning, again: Again = ""
) -> Response:
    """Sign a plan: its promises go into the ledger, once the beginning of its hash was typed."""
    plan, signing = _meant(request, planner, id, again)
    signing.publish(plan.document, viewer.account)
    return RedirectResponse(f"/planning/plans/{id}#signed", 303)


def _meant(request: Request, planner: Planner, id: str, again: str) -> tuple[KeptPlan, Signing]:
    """The plan whose mark was typed, and where it is signed."""
    plan, signing = planner.plan(id), desk_of(request).settings.signing
    if signing is None:
        raise NoAccountsError("these desks cannot write: sign with `safepassage plan publish`")
    if again.strip().lower() != plan.job.sha256[:MARK_LENGTH]:
        raise BadQuestionError(
            f"nothing was signed: type the first {MARK_LENGTH} characters of the plan's mark"
        )
    return plan, signing


@router.get("/plans/{id}/plan.json")
def plan_file(id: str, planner: Planning) -> Response:
    """The plan as a file, which `safepassage plan check` recounts."""
    plan = planner.plan(id)
    return FileResponse(plan.file, filename=f"plan-{id}.json", media_type="application/json")


@router.get("/plans/{id}/workbook.xlsx")
def plan_workbook(id: str, planner: Planning) -> Response:
    """The plan as a workbook."""
    plan = planner.plan(id)
    made = workbook(plan.document, plan.scenario.read, plan.scenario.name)
    headers = {"Content-Disposition": f'attachment; filename="plan-{id}.xlsx"'}
    return Response(made, media_type=XLSX, headers=headers)


@router.get("/compare")
def compare(
    request: Request,
    planner: Planning,
    plan: Annotated[list[str], Query()] = [],  # noqa: B006
) -> Response:
    """Plans side by side, and in what their questions differ."""
    chosen = list(dict.fromkeys(plan))
    if not 2 <= len(chosen) <= COMPARED_MAX:
        raise BadQuestionError(f"mark 2 to {COMPARED_MAX} plans to compare them")
    plans = [planner.plan(id) for id in chosen]
    first = files_of(plans[0].scenario.operation, plans[0].scenario.demand)
    others = [
        (p, differences(first, files_of(p.scenario.operation, p.scenario.demand)))
        for p in plans[1:]
    ]
    table = compared(plans)
    if wants_json(request):
        return JSONResponse([row._asdict() for row in table])
    return render(
        request,
        "planning/compare.html",
        plans=plans,
        table=table,
        others=others,
        resource_key=resource_key,
    )


def _plain(job: Job) -> dict[str, object]:
    """A job as JSON values."""
    return {
        "id": job.id,
        "kind": job.task.kind,
        "scenario": job.task.scenario,
        "plan": job.task.plan,
        "state": job.state,
        "stage": job.found.stage,
        "people": job.found.people,
        "at_most": job.found.at_most,
        "said": job.said,
        "sha256": job.sha256,
    }
