"""The devices desk: where each phone of the gates stands, when it was heard, and what it owes.

Whoever is in may look: there are numbers and no person.  An administrator enrols, moves, revokes.
"""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.control.devices import DeviceDesk, DeviceView, overview
from safepassage.control.gates import Gates
from safepassage.model.errors import InvalidFactError, SafePassageError
from safepassage.model.place import PlaceKind
from safepassage.operate.stations import STATIONS
from safepassage.secure.roles import Action
from safepassage.store.gate_devices import DeviceKind
from safepassage.web.access import Protected, Viewing, requires
from safepassage.web.page import desk_of, render, wants_json
from safepassage.web.sites import seen_origin

router = APIRouter(prefix="/devices")
Word = Annotated[str, Form(max_length=100)]
Administering = Depends(requires(Action.ADMINISTER))
GATED = (PlaceKind.ASSEMBLY_AREA, PlaceKind.GATE, PlaceKind.TERMINAL, PlaceKind.HAVEN)


class NoGatesError(SafePassageError, LookupError):
    """These desks serve no gates."""


def gates_of(request: Request) -> Gates:
    """The gates of this server.

    Raises:
        NoGatesError: it serves none.
    """
    gates = desk_of(request).settings.gates
    if gates is None:
        raise NoGatesError("these desks serve no gates")
    return gates


Gated = Annotated[Gates, Depends(gates_of)]


@router.get("", dependencies=[Depends(requires(Action.LOOK))])
def show(request: Request) -> Response:
    """Every device, those in use first; none where no phone reports to these desks."""
    gates = desk_of(request).settings.gates
    views = [] if gates is None else overview(gates)
    if wants_json(request):
        return JSONResponse([view.to_plain() for view in views])
    return page(request, views)


def page(request: Request, views: list[DeviceView], status: int = 200, said: str = "") -> Response:
    """The page, perhaps with what is wrong in a form."""
    with desk_of(request).settings.records.ledger() as ledger:
        places = sorted(
            (place for place in ledger.catalogue.places.values() if place.kind in GATED),
            key=lambda place: (GATED.index(place.kind), place.place),
        )
    return render(
        request,
        "devices/devices.html",
        status,
        views=views,
        places=places,
        stations=_stations(request),
        said=said,
    )


def _stations(request: Request) -> tuple[str, ...]:
    """Every station of the operation; what a place does not have is refused with its list."""
    gates = desk_of(request).settings.gates
    return STATIONS if gates is None else gates.stations().known


@router.post("", dependencies=[Administering])
def enrol(
    request: Request,
    gates: Gated,
    protection: Protected,
    viewer: Viewing,
    place: Word = "",
    station: Word = "",
    kind: Annotated[DeviceKind, Form()] = DeviceKind.PHONE,
) -> Response:
    """Make a link that enrols one device, and show it as a code to be scanned."""
    desk = DeviceDesk(gates, protection, viewer.account)
    try:
        address = desk.link(
            seen_origin(request), place=place.strip(), station=station.strip(), kind=kind
        )
    except InvalidFactError as fault:
        return page(request, overview(gates), 400, str(fault))
    picture = segno.make(address, error="m").svg_inline(
        border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return render(
        request,
        "devices/link.html",
        address=address,
        picture=picture,
        place=place.strip(),
        station=station.strip(),
        kind=kind.value,
    )


@router.post("/{id}/move", dependencies=[Administering])
def move(
    request: Request,
    gates: Gated,
    protection: Protected,
    viewer: Viewing,
    id: str,
    place: Word = "",
    station: Word = "",
) -> Response:
    """Give a device another place or station."""
    try:
        DeviceDesk(gates, protection, viewer.account).move(
            id, place=place.strip(), station=station.strip()
        )
    except SafePassageError as fault:
        return page(request, overview(gates), 400, str(fault))
    return RedirectResponse(f"/devices#{id}", 303)


@router.post("/{id}/revoke", dependencies=[Administering])
def revoke(
    request: Request, gates: Gated, protection: Protected, viewer: Viewing, id: str
) -> Response:
    """Record nothing of a device any more."""
    try:
        DeviceDesk(gates, protection, viewer.account).revoke(id)
    except SafePassageError as fault:
        return page(request, overview(gates), 400, str(fault))
    return RedirectResponse("/devices", 303)
