"""The call-forward board: who is called to which gate when, who was told, who came.

    GET  /calls                    waves under way, to come and over; live like the board
    POST /calls                    call families to a gate and a window
    POST /calls/send               send what is due now
    POST /calls/PASS/reissue       another pass instead, in one action
    POST /calls/PASS/revoke        it no longer counts
    POST /calls/PASS/told          a person told them; or they answered
    POST /calls/print/SHEET        cards, or what is read out: codes and words, written to the chain

An address holds ids alone.  What opens a gate is on the sheets to print, and on no other page.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from safepassage.control import calling, issuing
from safepassage.control.issuing import Wanted
from safepassage.control.kit import cards_of, read_out_of
from safepassage.control.office import Office
from safepassage.control.printing import cards_html, read_out_html, style_sheet
from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.gate_pass import RevocationReason
from safepassage.model.ids import GroupId, PlaceId
from safepassage.model.instant import parse_instant, zone
from safepassage.model.place import OUTSIDE, PlaceKind
from safepassage.operate.passes import called
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Action
from safepassage.web.access import NoAccountsError, Unlocked, Viewing, requires
from safepassage.web.address_book import address_book, families_of
from safepassage.web.calling import CallDesk, plain_waves, waves
from safepassage.web.page import Visit, Visiting, answer, desk_of
from safepassage.web.registering import Registering

router = APIRouter(prefix="/calls", dependencies=[Depends(requires(Action.CALL_FORWARD))])
STYLE_PATH = "/calls/kit.css"
GROUPS_MAX = 500
HOURS = 2


def call_desk(request: Request) -> CallDesk:
    """What this server calls with.

    Raises:
        NoAccountsError: it was started without.
    """
    found = desk_of(request).settings.calls
    if found is None:
        raise NoAccountsError("these desks call nobody: they only read the ledger")
    return found


Calling = Annotated[CallDesk, Depends(call_desk)]


def office(desk: Calling, vault: Unlocked, viewer: Viewing) -> Office:
    """What issuing and calling need; a page that says that the register is locked, if it is."""
    return desk.office(vault, f"desk/{viewer.account}")


Working = Annotated[Office, Depends(office)]


@router.get("")
def board(visit: Visiting, desk: Calling) -> Response:
    """The board."""
    return board_page(visit, desk)


def board_page(visit: Visit, desk: CallDesk, said: str = "", typed: str = "") -> Response:
    """The board, perhaps with what was wrong with a call."""
    found = called(visit.ledger, visit.as_of)
    messages = calling.messages(desk.place, [c.issue.pass_id for c in found])
    value = waves(found, messages, visit.as_of)
    places = visit.ledger.catalogue.places.values()
    kinds = {PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA}
    meetings = desk.meetings(visit.operation.local_zone)
    page = answer(
        visit,
        "calls/board.html",
        value,
        as_json=plain_waves,
        said=said,
        typed=typed,
        meetings=meetings,
        gates=sorted(p.place for p in places if p.kind is PlaceKind.GATE),
        origins=[OUTSIDE, *sorted(p.place for p in places if p.kind in kinds)],
        reasons=[r for r in RevocationReason if r is not RevocationReason.REISSUED],
        first=_field(visit.as_of + timedelta(hours=1), visit.operation.local_zone),
        last=_field(visit.as_of + timedelta(hours=1 + HOURS), visit.operation.local_zone),
    )
    page.status_code = 422 if said else 200
    return page


@router.post("")
def call(
    visit: Visiting,
    desk: Calling,
    working: Working,
    viewer: Viewing,
    registrar: Registering,
    gate: Annotated[str, Form(max_length=100)],
    begin: Annotated[str, Form(max_length=40)],
    until: Annotated[str, Form(max_length=40)],
    groups: Annotated[str, Form(max_length=60_000)],
    origin: Annotated[str, Form(max_length=100)] = str(OUTSIDE),
) -> Response:
    """Call families; what is wrong is said above the form, with the families still in it."""
    named = list(dict.fromkeys(groups.replace(",", " ").split()))
    local = visit.operation.local_zone
    try:
        heads = families_of(registrar, viewer, visit.ledger)
        wanted = [
            Wanted(
                group=GroupId(group),
                gate=PlaceId(gate),
                origin=PlaceId(origin),
                valid_from=_instant(begin, local),
                valid_until=_instant(until, local),
                heads=_heads(heads, group),
            )
            for group in _bounded(named)
        ]
        book = address_book(registrar, viewer)
        calling.call(working, wanted, book, desk.channels, desk.meetings(local))
    except (BadQuestionError, InvalidFactError) as fault:
        return board_page(visit, desk, str(fault), " ".join(named))
    return RedirectResponse("/calls", 303)


@router.post("/send")
def send(desk: Calling, working: Working) -> Response:
    """Send every message whose time has come."""
    calling.deliver(working, desk.channels)
    return RedirectResponse("/calls", 303)


@router.post("/{pass_id}/reissue")
def reissue(
    pass_id: str,
    visit: Visiting,
    desk: Calling,
    working: Working,
    viewer: Viewing,
    registrar: Registering,
    begin: Annotated[str, Form(max_length=40)] = "",
    until: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Another pass instead, told the same way."""
    local = visit.operation.local_zone
    made = calling.call_again(
        working,
        pass_id,
        address_book(registrar, viewer),
        desk.channels,
        desk.meetings(local),
        valid_from=_instant(begin, local) if begin else None,
        valid_until=_instant(until, local) if until else None,
    )
    return RedirectResponse(f"/calls#{made.issue.pass_id}", 303)


@router.post("/{pass_id}/revoke")
def revoke(pass_id: str, working: Working, reason: Annotated[RevocationReason, Form()]) -> Response:
    """The pass no longer counts."""
    issuing.revoke(working, pass_id, reason)
    return RedirectResponse(f"/calls#{pass_id}", 303)


@router.post("/{pass_id}/told")
def told(pass_id: str, working: Working, answered: Annotated[bool, Form()] = False) -> Response:
    """A person told the family, or the family answered."""
    calling.told(working, pass_id, has_answered=answered)
    return RedirectResponse(f"/calls#{pass_id}", 303)


@router.post("/print/{sheet}")
def print_sheet(
    visit: Visiting,
    sheet: str,
    working: Working,
    viewer: Viewing,
    registrar: Registering,
    gate: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Cards for those whom paper reaches, or everything to be read out."""
    if sheet not in ("cards", "read-out"):
        raise BadQuestionError("what is printed is cards or read-out")
    good = [c for c in called(visit.ledger, visit.now) if c.is_good and gate in ("", c.issue.gate)]
    detail: dict[str, str | int] = {"passes": len(good), "sheet": sheet}
    registrar.room.access.note(viewer, Kind.PASS_TOLD, detail=detail)
    if sheet == "cards":
        return HTMLResponse(cards_html(cards_of(working, good), STYLE_PATH))
    return HTMLResponse(read_out_html(read_out_of(working, good), STYLE_PATH))


@router.get("/kit.css")
def style() -> Response:
    """The style of the printed sheets."""
    return Response(style_sheet(), media_type="text/css")


def _bounded(groups: list[str]) -> list[str]:
    if not 1 <= len(groups) <= GROUPS_MAX:
        raise BadQuestionError(f"name 1 to {GROUPS_MAX} families, with spaces between them")
    return groups


def _heads(heads: dict[GroupId, int], group: str) -> int:
    if GroupId(group) not in heads:
        raise BadQuestionError(f"there is no family {group[:60]!r}")
    return heads[GroupId(group)]


def _field(instant: datetime, local: str) -> str:
    """An instant as a field shows it: the local wall clock, on a whole quarter of an hour."""
    there = instant.astimezone(zone(local))
    return f"{there.replace(minute=there.minute // 15 * 15):%Y-%m-%dT%H:%M}"


def _instant(typed: str, local: str) -> datetime:
    """The instant that a field says: with an offset, or on the local wall clock."""
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise BadQuestionError(
            f"{typed[:40]!r} is not a time: write it like 2021-08-22T06:00"
        ) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone(local))
    return parse_instant(found.isoformat())
