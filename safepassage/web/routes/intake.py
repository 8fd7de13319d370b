"""GET /intake: how far each request has come, and how long ago.  "Read" is not "handled"."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from safepassage.model.ids import PersonId
from safepassage.registrar.views import Stage
from safepassage.secure.roles import Action
from safepassage.web.access import Viewing, requires
from safepassage.web.page import render
from safepassage.web.registering import Registering

router = APIRouter(prefix="/intake", dependencies=[Depends(requires(Action.WORK_INTAKE))])
STAGES = tuple(Stage)
SHOWN_MAX = 50  # requests with their buttons; the longest waiting ones are there


@router.get("")
def queue(request: Request, viewer: Viewing, registrar: Registering) -> Response:
    """Requests by stage with their ages, and those that wait, the longest first; ids only."""
    found = registrar.intake(viewer, limit=SHOWN_MAX)
    unhandled = sum(count.count for count in found.stages if count.stage is not Stage.TOLD)
    return render(
        request,
        "lists/intake.html",
        queue=found,
        unhandled=unhandled,
        after={stage: STAGES[n + 1 :] for n, stage in enumerate(STAGES)},
    )


@router.post("/{person}")
def move(
    person: str,
    viewer: Viewing,
    registrar: Registering,
    stage: Annotated[Stage, Form()],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Record that a request has come to a stage."""
    registrar.move(viewer, PersonId(person), stage, why.strip())
    return RedirectResponse("/intake", 303)
