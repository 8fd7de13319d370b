"""GET /planning/on: the rest of the plan in force, planned anew from what the ledger holds.

Whoever plans says what is shut and for how long; what the ledger saw closed is known.  Reading
where the operation stands is quick and done here; solving is a job like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from safepassage.model.errors import BadQuestionError, SafePassageError
from safepassage.model.instant import Window, parse_instant
from safepassage.plan.document import problem_of
from safepassage.planner.planner import KeptPlan, Planner
from safepassage.planner.posting import Clock
from safepassage.planner.replanning import Shut, shut_now, stand, ways
from safepassage.secure.roles import Action, Viewer
from safepassage.web.access import Viewing, requires
from safepassage.web.page import desk_of, render
from safepassage.web.planning import Names, Planning
from safepassage.web.routes.planning import signed_plan

router = APIRouter(prefix="/planning", dependencies=[Depends(requires(Action.PLAN))])
ROWS = 3  # closures that can be stated at once
FIELD = "%Y-%m-%dT%H:%M"  # how a browser writes an instant


class Choice(NamedTuple):
    """A place or a way that can be shut."""

    value: str
    name: str


@router.get("/on")
def ask(request: Request, planner: Planning) -> Response:
    """The form: what is shut, from when until when."""
    return _form(request, planner, {})


def _form(request: Request, planner: Planner, typed: Mapping[str, str], said: str = "") -> Response:
    signed = signed_plan(request)
    plan = None if signed is None else planner.plan_of(signed.sha256)
    page: dict[str, Any] = {"signed": signed, "plan": plan, "typed": typed, "said": said}
    if plan is not None:
        clock, names = Clock.of(plan.document), Names(plan.scenario.read)
        as_of = _as_of(request, clock, {})
        problem = problem_of(plan.document)
        with desk_of(request).settings.records.ledger() as ledger:
            known = shut_now(ledger, problem, as_of, clock.ends)
        page |= {
            "operation": plan.scenario.read,
            "choices": _choices(plan, names),
            "known": [names.place(s.place) for s in known],
            "rows": range(ROWS),
            "begins": f"{as_of:{FIELD}}",
            "ends": f"{clock.ends:{FIELD}}",
            "starts": f"{clock.starts:{FIELD}}",
        }
    return render(request, "planning/on.html", 422 if said else 200, **page)


def _choices(plan: KeptPlan, names: Names) -> dict[str, list[Choice]]:
    """What can be shut, by its kind."""
    p = problem_of(plan.document)
    kinds = {"gates": p.gates, "origins": p.origins, "bases": p.bases, "havens": p.havens}
    found, seen = dict[str, list[Choice]](), set[str]()
    for kind, places in kinds.items():
        found[kind] = [Choice(x, names.place(x)) for x in places if x not in seen]
        seen.update(places)
    found["ways"] = [
        Choice(f"{a}..{b}", f"{names.place(a)} – {names.place(b)}")
        for a, b in dict.fromkeys(ways(p))
    ]
    return {kind: choices for kind, choices in found.items() if choices}


def _as_of(request: Request, clock: Clock, typed: Mapping[str, str]) -> datetime:
    """What happened until then counts: as typed, else now, where that is within the plan."""
    if typed.get("as-of"):
        return parse_instant(f"{typed['as-of']}Z", "what happened until")
    now = desk_of(request).settings.clock()
    return now if clock.starts < now < clock.ends else clock.starts + clock.step


@router.post("/on")
async def begin(request: Request, viewer: Viewing, planner: Planning) -> Response:
    """Begin to plan the rest anew, or say what is wrong."""
    form = await request.form()
    typed = {key: value for key, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_begun, request, viewer, planner, typed)


def _begun(
    request: Request, viewer: Viewer, planner: Planner, typed: Mapping[str, str]
) -> Response:
    try:
        signed = signed_plan(request)
        plan = None if signed is None else planner.plan_of(signed.sha256)
        if plan is None:
            raise BadQuestionError("no plan of this desk is in force: publish one first")
        as_of = _as_of(request, Clock.of(plan.document), typed)
        with desk_of(request).settings.records.ledger() as ledger:
            standing = stand(ledger, plan.document, as_of, list(_closures(typed)))
        planner.plan_on(plan.id, standing, viewer.account)
    except SafePassageError as fault:
        return _form(request, planner, typed, str(fault))
    return RedirectResponse("/planning#under-way", 303)


def _closures(typed: Mapping[str, str]) -> Iterator[Shut]:
    """What is stated to be shut, row by row; a row without a place says nothing.

    Raises:
        BadQuestionError: a row says no time, or one that ends before it begins.
    """
    for n in range(ROWS):
        place, _, to = typed.get(f"place-{n}", "").partition("..")
        if not place:
            continue
        try:
            ends = [parse_instant(f"{typed.get(f'{x}-{n}')}Z", x) for x in ("from", "until")]
            yield Shut(place, Window(ends[0], ends[1]), to)
        except SafePassageError as fault:
            raise BadQuestionError(
                f"{place}: say from when until when it is shut; nothing was planned ({fault})"
            ) from fault
