"""GET /planning/families: a scenario whose people are the registered families who have to leave.

The register and the planner meet here: whoever plans says as which class each priority goes, and
gets a scenario with the numbers and the roll of the families; ids, no names.
"""

from __future__ import annotations

import json

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from safepassage.exchange.yaml_writing import write_yaml
from safepassage.model.errors import SafePassageError
from safepassage.plan.setup import network_of
from safepassage.planner.roll import (
    Classes,
    Registered,
    Roll,
    Waiting,
    roll_of,
    seen_last,
    with_people,
)
from safepassage.planner.scenarios import Wanted
from safepassage.register.priority_values import NOT_CLASSIFIED
from safepassage.registrar import Registrar
from safepassage.secure.roles import Action, Viewer
from safepassage.web.access import Viewing, requires
from safepassage.web.page import desk_of, render
from safepassage.web.planning import Planning
from safepassage.web.registering import Registering
from safepassage.web.routes.scenarios import base_of

router = APIRouter(prefix="/planning", dependencies=[Depends(requires(Action.PLAN))])
CLASS = "class-"  # begins the field of a priority


@router.get("/families")
def ask(request: Request, planner: Planning, registrar: Registering) -> Response:
    """The form: as which class each priority goes, and where people wait."""
    return _form(request, planner, registrar, {})


def _form(
    request: Request,
    planner: Planning,
    registrar: Registrar,
    typed: dict[str, str],
    said: str = "",
) -> Response:
    _, base, operation = base_of(request, planner)
    classes = sorted((c for c in operation.categories if not c.staff), key=lambda c: c.order)
    rules = registrar.rules()
    return render(
        request,
        "planning/families.html",
        422 if said else 200,
        base=base,
        typed=typed,
        said=said,
        rules=rules,
        priorities=[(c.code, c.title) for c in rules.major] + [(NOT_CLASSIFIED, "")],
        classes=[(c.id, c.name) for c in classes],
        origins=[(o.id, o.name or o.id) for o in network_of(operation).origins],
    )


@router.post("/families")
async def keep(
    request: Request, viewer: Viewing, planner: Planning, registrar: Registering
) -> Response:
    """Keep the scenario, or say what is missing."""
    form = await request.form()
    typed = {key: value for key, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_kept, request, viewer, planner, registrar, typed)


def _kept(
    request: Request,
    viewer: Viewer,
    planner: Planning,
    registrar: Registrar,
    typed: dict[str, str],
) -> Response:
    files, base, _ = base_of(request, planner)
    try:
        roll = _roll(request, viewer, planner, registrar, typed)
        demand = with_people(files.demand, roll, keep="estimates" in typed)
        wanted = Wanted(
            name=typed.get("name", ""),
            based_on=base.id if base else "",
            operation=files.texts[0],
            demand=write_yaml(demand),
            roll=json.dumps(roll.to_json()),
        )
        made = planner.scenarios.keep(wanted, viewer.account)
    except SafePassageError as fault:
        return _form(request, planner, registrar, typed, str(fault))
    return RedirectResponse(f"/planning/scenarios/{made.id}", 303)


def _roll(
    request: Request,
    viewer: Viewer,
    planner: Planning,
    registrar: Registrar,
    typed: dict[str, str],
) -> Roll:
    settings, operation = desk_of(request).settings, base_of(request, planner)[2]
    named = {k.removeprefix(CLASS): v for k, v in typed.items() if k.startswith(CLASS) and v}
    classes = Classes(operation, named)
    waiting = Waiting(operation, typed.get("origin", ""))
    order = registrar.order_of_going(viewer)
    now = settings.clock()
    with settings.records.ledger() as ledger:
        seen = seen_last(ledger, now, order.leads_to)
    families = (
        Registered(group=f.family, priority=f.category, persons=tuple(m.person for m in f.members))
        for f in order.families
    )
    return roll_of(families, seen, classes, waiting, as_of=now, rules=order.rules)
