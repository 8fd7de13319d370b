"""Calling the waves of the plan in force: each is looked at, then called, and nobody twice.

GET  /calls/waves              the waves, with what each asks and who is called already
GET  /calls/waves/one          whom one of them calls now: to be confirmed
POST /calls/waves/one          call them
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from safepassage.control import calling
from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.planner.callforward import Calling as Chances
from safepassage.planner.callforward import call_forward
from safepassage.registrar import Registrar
from safepassage.secure.roles import Action, Viewer
from safepassage.web.access import Viewing, requires
from safepassage.web.address_book import address_book
from safepassage.web.page import Visit, Visiting, answer, desk_of
from safepassage.web.registering import Registering
from safepassage.web.routes.calls import Calling, Working
from safepassage.web.wave_calling import (
    ToCall,
    WaveOffered,
    asked_of,
    offered,
    the_wave,
    to_call,
)

router = APIRouter(prefix="/calls/waves", dependencies=[Depends(requires(Action.CALL_FORWARD))])
USUAL = Chances()


def chances(
    no_show: Annotated[float, Query(ge=0, le=95)] = 100 * USUAL.no_show,
    risk: Annotated[float, Query(gt=0, lt=100)] = 100 * USUAL.risk,
    standby: Annotated[int, Query(ge=0, le=100_000)] = USUAL.standby,
) -> Chances:
    """What the desk takes to be known of those who do not come, in percent; and the risk."""
    return Chances(no_show=no_show / 100, risk=risk / 100, standby=standby)


Chanced = Annotated[Chances, Depends(chances)]


def plan_waves(request: Request, visit: Visit, asked: Chances) -> list[WaveOffered] | None:
    """The waves of the plan in force; None: no plan was published in this ledger.

    Raises:
        PlanRefusedError: the plan that the ledger keeps is not whole.
    """
    signing = desk_of(request).settings.signing
    document = None if signing is None else signing.standing()
    if document is None:
        return None
    return offered(call_forward(document, asked), visit.ledger, visit.now)


@router.get("")
def show(request: Request, visit: Visiting, desk: Calling, asked: Chanced) -> Response:
    """The waves."""
    waves = plan_waves(request, visit, asked)
    return answer(
        visit,
        "calls/waves.html",
        waves,
        as_json=lambda value: [each.to_plain() for each in value or ()],
        chances=asked,
        meetings=desk.meetings(visit.operation.local_zone),
    )


def looked_at(request: Request, visit: Visit, asked: Chances, gate: str, start: str) -> WaveOffered:
    """One wave of the plan in force."""
    return the_wave(plan_waves(request, visit, asked) or (), gate, start)


Gate = Annotated[str, Query(max_length=100)]
Start = Annotated[str, Query(max_length=40)]


@router.get("/one")
def look(
    request: Request,
    visit: Visiting,
    viewer: Viewing,
    registrar: Registering,
    asked: Chanced,
    gate: Gate,
    start: Start,
) -> Response:
    """Whom a wave calls now."""
    return _page(visit, viewer, registrar, asked, looked_at(request, visit, asked, gate, start))


def _page(
    visit: Visit,
    viewer: Viewer,
    registrar: Registrar,
    asked: Chances,
    wave: WaveOffered,
    said: str = "",
) -> Response:
    try:
        found = to_call(asked_of(wave.wave), registrar, viewer, visit.ledger, visit.now)
    except BadQuestionError as fault:
        found, said = ToCall(wanted=(), skipped=()), said or str(fault)
    page = answer(
        visit, "calls/one_wave.html", wave, _plain(found), found=found, chances=asked, said=said
    )
    page.status_code = 422 if said else 200
    return page


def _plain(found: ToCall) -> Any:
    return lambda wave: (
        wave.to_plain()
        | {
            "to_call": [each.group for each in found.wanted],
            "to_call_heads": found.heads,
            "skipped": list(found.skipped),
        }
    )


@router.post("/one")
def call(
    request: Request,
    visit: Visiting,
    desk: Calling,
    working: Working,
    viewer: Viewing,
    registrar: Registering,
    asked: Chanced,
    gate: Gate,
    start: Start,
    families: Annotated[int, Form(ge=0)],
    heads: Annotated[int, Form(ge=0)],
) -> Response:
    """Call them, if they are still those that were looked at; else they are shown anew."""
    wave = looked_at(request, visit, asked, gate, start)
    try:
        found = to_call(asked_of(wave.wave), registrar, viewer, visit.ledger, visit.now)
        if (len(found.wanted), found.heads) != (families, heads):
            raise BadQuestionError(
                f"nobody was called: since you looked, it has become {len(found.wanted):,} families"
                f" and {found.heads:,} heads. Look again"
            )
        if not found.wanted:
            raise BadQuestionError("everybody of this wave is called already")
        book = address_book(registrar, viewer)
        meetings = desk.meetings(visit.operation.local_zone)
        calling.call(working, found.wanted, book, desk.channels, meetings)
    except (BadQuestionError, InvalidFactError) as fault:
        return _page(visit, viewer, registrar, asked, wave, str(fault))
    return RedirectResponse("/calls", 303)
