"""GET /odds: how likely plans are to hold; GET /odds/{id}: one of them, played many times.

Playing is a job in a process of its own: no request waits for it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from safepassage.model.errors import BadQuestionError, SafePassageError
from safepassage.planner.errors import UnknownPlanError
from safepassage.planner.job import Job, Kind, State
from safepassage.planner.odds import KeptOdds, require_same_luck
from safepassage.planner.planner import Planner
from safepassage.planner.replaying import write_replication
from safepassage.secure.roles import Action, Viewer
from safepassage.simulate.odds import EVERYBODY
from safepassage.simulate.policy import AT_CLOSURE, AT_FULL, ORDERS
from safepassage.simulate.run import AT_LEAST
from safepassage.simulate.table import write_table
from safepassage.web.access import Viewing, requires
from safepassage.web.odds_compare import compared
from safepassage.web.odds_form import (
    Playable,
    Typed,
    asked_of,
    classes_of,
    plans_to_play,
    playable,
    typed_before,
    typed_of,
)
from safepassage.web.odds_page import (
    gained,
    odds_page,
    one_future,
    rows_of,
    said,
    whole,
    words_of,
    written,
)
from safepassage.web.page import render, wants_json
from safepassage.web.planning import Names, Planning, is_asked_again, jobs_alone, under_way

router = APIRouter(prefix="/odds", dependencies=[Depends(requires(Action.PLAN))])
COMPARED_MAX = 5
RATES = (0.05, 0.1, 0.2, 0.3)
VARIED = 200  # replications of each variation at most
MEDIA = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}
SHOWN: dict[str, Any] = {
    "said": said,
    "written": written,
    "gained": gained,
    "whole": whole,
    "rows_of": rows_of,
    "words_of": words_of,
}


@router.get("")
def desk(request: Request, planner: Planning) -> Response:
    """All odds, the plans that can be played, and what is being played."""
    jobs = [j for j in planner.jobs.all() if j.task.kind.is_of_odds]
    if is_asked_again(request):
        return jobs_alone(request, planner, jobs, "/odds")
    listed = planner.odds.all()
    if wants_json(request):
        return JSONResponse([_plain(x.job) for x in listed if x.job is not None])
    return render(
        request,
        "odds/desk.html",
        plans=plans_to_play(request, planner),
        listed=[(x, _short(planner, x.id, x.job)) for x in listed],
        waiting=under_way(request, planner, jobs),
        **SHOWN,
    )


def _short(planner: Planner, id: str, job: Job | None) -> KeptOdds | None:
    """Odds without a job, whose numbers nobody wrote down yet."""
    if job is not None:
        return None
    try:
        return planner.odds.get(id)
    except SafePassageError:
        return None  # a folder that is damaged is not listed; its address says why


@router.get("/new")
def ask(
    request: Request, planner: Planning, plan: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """The form, for one plan; filled as it was for other odds where those are named."""
    before = request.query_params.get("from", "")
    typed = _before(planner, before) if before else Typed()
    return _form(request, playable(request, planner, plan), typed)


def _before(planner: Planner, id: str) -> Typed:
    job = next((j for j in planner.jobs.all() if j.id == id and j.task.kind is Kind.ODDS), None)
    return typed_before(planner.odds.get(id) if job is None else job)


def _form(
    request: Request, plan: Playable, typed: Typed, fault: SafePassageError | None = None
) -> Response:
    return render(
        request,
        "odds/form.html",
        422 if fault is not None else 200,
        plan=plan,
        typed=typed,
        names=Names(plan.operation),
        causes=plan.operation.causes,
        classes=classes_of(plan),
        everybody=EVERYBODY,
        at_least=AT_LEAST,
        said=None if fault is None else str(fault),
        rules={"order": ORDERS, "at_closure": AT_CLOSURE, "at_full": AT_FULL},
    )


@router.post("/new")
async def play(
    request: Request,
    viewer: Viewing,
    planner: Planning,
    plan: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Begin to play a plan, or say why it cannot be played like that."""
    async with request.form(max_files=0, max_fields=500) as form:
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        causes = [str(value) for value in form.getlist("cause")]
    return await run_in_threadpool(_played, request, viewer, planner, plan, (fields, causes))


def _played(
    request: Request,
    viewer: Viewer,
    planner: Planner,
    id: str,
    sent: tuple[dict[str, str], list[str]],
) -> Response:
    plan = playable(request, planner, id)
    typed = typed_of(*sent, [c.id for c in plan.operation.causes])
    try:
        asked, wanted = asked_of(plan, typed)
        planner.odds.ask(asked, wanted, viewer.account)
    except SafePassageError as fault:
        return _form(request, plan, typed, fault)
    return RedirectResponse("/odds#under-way", 303)


@router.post("/jobs/{id}/cancel")
def cancel(id: str, planner: Planning) -> Response:
    """End a job; what it had played is thrown away."""
    job = planner.jobs.cancel(id)
    where = f"/odds/{job.task.odds}" if job.task.odds else "/odds"
    return RedirectResponse(f"{where}#under-way", 303)


@router.post("/jobs/{id}/go-on")
def go_on(id: str, viewer: Viewing, planner: Planning) -> Response:
    """Play what is missing of odds that were broken off."""
    planner.odds.go_on(id, viewer.account)
    return RedirectResponse("/odds#under-way", 303)


@router.get("/compare")
def compare(
    request: Request,
    planner: Planning,
    odds: Annotated[list[str], Query()] = [],  # noqa: B006 - the framework copies it
) -> Response:
    """Odds side by side, each against the first, future by future."""
    chosen = list(dict.fromkeys(odds))
    if not 2 <= len(chosen) <= COMPARED_MAX:
        raise BadQuestionError(f"mark 2 to {COMPARED_MAX} odds to compare them")
    kept = [planner.odds.get(id) for id in chosen]
    require_same_luck(k.folder for k in kept)
    table = compared(kept)
    if wants_json(request):
        return JSONResponse(table.to_json())
    return render(request, "odds/compare.html", kept=kept, c=table, everybody=EVERYBODY, **SHOWN)


@router.get("/{id}")
def show(
    request: Request,
    id: str,
    planner: Planning,
    category: Annotated[str, Query(alias="class", max_length=80)] = EVERYBODY,
) -> Response:
    """One plan's odds: the headline, chances, the fan, what costs most, what it costs."""
    asked = planner.odds.asked_about(id)
    if is_asked_again(request):
        return jobs_alone(request, planner, asked, f"/odds/{id}")
    kept = planner.odds.get(id)
    page = odds_page(kept, asked, category)
    if wants_json(request):
        more = {
            "varied": [row for job in asked for row in job.found.varied],
            "sure_with": [answer for job in asked for answer in job.found.answers],
        }
        return JSONResponse({"run": kept.asked.id, **kept.odds.to_json(), **more})
    return render(
        request,
        "odds/odds.html",
        p=page,
        waiting=under_way(request, planner, asked),
        rates=RATES,
        varied=VARIED,
        everybody=EVERYBODY,
        **SHOWN,
    )


@router.post("/{id}/vary")
def vary(
    id: str,
    viewer: Viewing,
    planner: Planning,
    what: Annotated[str, Form(max_length=20)],
    most: Annotated[int, Form(ge=1, le=10_000)] = VARIED,
) -> Response:
    """Begin to find out what each cause costs, or what over-calling is worth."""
    if what not in ("causes", "rates"):
        raise BadQuestionError(f"{what[:20]!r} cannot be varied; choose causes or rates")
    rates = RATES if what == "rates" else ()
    planner.odds.vary(id, viewer.account, what == "causes", rates, most)
    return RedirectResponse(f"/odds/{id}#under-way", 303)


@router.post("/{id}/sure")
def make_sure(
    id: str,
    viewer: Viewing,
    planner: Planning,
    target: Annotated[str, Form(max_length=100)],
) -> Response:
    """Begin to find out what would make a target sure."""
    planner.odds.make_sure(id, viewer.account, target, VARIED)
    return RedirectResponse(f"/odds/{id}#under-way", 303)


@router.get("/{id}/rows{ending}")
def rows(id: str, ending: str, planner: Planning) -> Response:
    """Every replication as rows, by class and day: as .csv or .parquet."""
    if ending not in MEDIA:
        raise UnknownPlanError("rows come as .csv or .parquet")
    kept = planner.odds.get(id)
    folder = tempfile.mkdtemp(prefix="odds-")
    file = Path(folder) / f"odds-{id}{ending}"
    write_table(kept.folder, kept.script, file)
    return _file_once(file, MEDIA[ending])


def _file_once(file: Path, media: str) -> Response:
    """A file in a folder of its own that is gone once it was sent."""

    def clear() -> None:
        for left in file.parent.iterdir():
            left.unlink()
        file.parent.rmdir()

    return FileResponse(
        file, filename=file.name, media_type=media, background=BackgroundTask(clear)
    )


@router.get("/{id}/one")
def one(request: Request, id: str, planner: Planning, n: Annotated[int, Query()] = 0) -> Response:
    """One future out of all that were played."""
    future = one_future(planner.odds.get(id), n)
    return render(request, "odds/one.html", f=future, **SHOWN)


@router.get("/{id}/one/{n}/ledger.db")
def ledger(id: str, n: int, planner: Planning) -> Response:
    """One future as a ledger of its own, which `safepassage serve` shows."""
    kept = planner.odds.get(id)
    one_future(kept, n)
    folder = tempfile.mkdtemp(prefix="odds-")
    file = Path(folder) / f"simulated-{kept.asked.id}-{n}.db"
    write_replication(kept.asked, n, str(file))
    return _file_once(file, "application/vnd.sqlite3")


def _plain(job: Job) -> dict[str, object]:
    """A job as JSON values."""
    return {
        "id": job.id,
        "name": job.task.name,
        "plan": job.task.plan,
        "asked": dict(job.task.asked),
        "state": job.state,
        "played": job.found.done,
        "said": job.said,
        "odds": job.found.odds if job.state is State.DONE else None,
    }
