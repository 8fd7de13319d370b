"""The quarantine of the gates: what phones sent and could not be recorded, released or dismissed.

Whoever is in may look: there are ids and numbers.  Who answers for the gates decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.control.gates import Gates
from safepassage.control.releasing import Dismissal, ReleaseDesk
from safepassage.model.errors import SafePassageError
from safepassage.model.instant import parse_instant
from safepassage.secure.roles import Action, Viewer
from safepassage.store.protection import Protection
from safepassage.web.access import Protected, Viewing, requires
from safepassage.web.page import render, wants_json
from safepassage.web.routes.devices import Gated

router = APIRouter(prefix="/devices/quarantine")
Deciding = Depends(requires(Action.RELEASE_EVENT))


@router.get("", dependencies=[Depends(requires(Action.LOOK))])
def show(request: Request, gates: Gated, protection: Protected, viewer: Viewing) -> Response:
    """Every event about which nobody decided yet."""
    return _page(request, _desk(gates, protection, viewer))


@router.post("/{number}/release", dependencies=[Deciding])
def release(
    request: Request,
    gates: Gated,
    protection: Protected,
    viewer: Viewing,
    number: int,
    at: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Bring into the ledger what follows from an event; `at`: when it truly happened."""
    desk = _desk(gates, protection, viewer)
    instant = at.strip()
    return _decided(
        request,
        desk,
        lambda: desk.release(number, parse_instant(instant, "at") if instant else None),
    )


@router.post("/{number}/dismiss", dependencies=[Deciding])
def dismiss(
    request: Request,
    gates: Gated,
    protection: Protected,
    viewer: Viewing,
    number: int,
    reason: Annotated[Dismissal, Form()],
) -> Response:
    """Say that an event never goes into the ledger, and why."""
    desk = _desk(gates, protection, viewer)
    return _decided(request, desk, lambda: desk.dismiss(number, reason))


def _desk(gates: Gates, protection: Protection, viewer: Viewer) -> ReleaseDesk:
    return ReleaseDesk(gates, protection, viewer.account)


def _decided(request: Request, desk: ReleaseDesk, decide: Callable[[], bool]) -> Response:
    """The list again, or with what is wrong above it."""
    try:
        is_new = decide()
    except SafePassageError as fault:
        return _page(request, desk, 400, str(fault))
    if wants_json(request):
        return JSONResponse({"decided": True, "before": not is_new})
    return RedirectResponse("/devices/quarantine", 303)


def _page(request: Request, desk: ReleaseDesk, status: int = 200, said: str = "") -> Response:
    waiting = desk.waiting()
    if wants_json(request):
        told = [held.to_plain() for held in waiting]
        return JSONResponse({"error": said, "waiting": told} if said else told, status)
    return render(
        request,
        "devices/quarantine.html",
        status,
        waiting=waiting,
        dismissals=tuple(Dismissal),
        said=said,
    )
