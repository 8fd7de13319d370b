"""GET /lifts: the departure board, one row a lift; GET /lifts/{lift}: its desk, until it has left.

Whoever is signed in may look: ids, bands and heads stand there, nobody's name.  To take a step one
needs the right to board.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from safepassage.control.departing import Departing
from safepassage.control.manifests import manifest, waiting_at
from safepassage.control.paper import paper_manifest, style_sheet
from safepassage.control.steps import Taken, new_token
from safepassage.model.close_out import Difference
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import GroupId, PlaceId
from safepassage.model.place import PlaceKind
from safepassage.operate.close_out import Signed, how_they_differ, three_numbers
from safepassage.operate.manifest import Stage
from safepassage.operate.step import StepRefusedError
from safepassage.register.bands import read_band
from safepassage.report.checks.both_recorded import both_recorded
from safepassage.secure.roles import Action
from safepassage.web.access import Viewing, requires
from safepassage.web.departures import AROUND, lift_rows
from safepassage.web.page import Visit, Visiting, answer
from safepassage.web.steps import (
    Asked,
    Stepping,
    books_of,
    group_of,
    refused_as_json,
    unknown_step,
)

router = APIRouter()
STYLE_PATH = "/lifts/paper.css"
BLANK_LINES = 20
WAITING_SHOWN = 12


@router.get("/lifts")
def show(visit: Visiting) -> Response:
    """The lifts around the instant shown, as they stood at it."""
    rows = lift_rows(visit.ledger, visit.as_of, frozenset(visit.asking.evacuees))
    return answer(
        visit, "lifts.html", rows, earlier=visit.as_of - 2 * AROUND, later=visit.as_of + 2 * AROUND
    )


@router.get(STYLE_PATH)
def paper_style() -> Response:
    """The style of the paper manifest."""
    return Response(style_sheet(), media_type="text/css")


@router.get("/lifts/{lift:path}/paper")
def paper(visit: Visiting, lift: str) -> Response:
    """The manifest on paper: ids, bands and heads."""
    page = paper_manifest(visit.ledger, PlaceId(lift), visit.as_of, BLANK_LINES, STYLE_PATH)
    return HTMLResponse(page)


@router.get("/lifts/{lift:path}")
def show_one(visit: Visiting, lift: str) -> Response:
    """One lift: its three numbers, its manifest, and the steps that it waits for."""
    return lift_page(visit, PlaceId(lift))


def lift_page(
    visit: Visit,
    lift: PlaceId,
    refused: StepRefusedError | None = None,
    asked: Asked | None = None,
) -> Response:
    """The page, perhaps with a step that was refused."""
    ledger, as_of = visit.ledger, visit.as_of
    found = manifest(ledger, lift, as_of)
    three = three_numbers(found)
    is_on_ground = found.stage in (Stage.PLANNED, Stage.BOARDING, Stage.REOPENED)
    # Reads three days of movements: only for who asks.
    wanted = is_on_ground and "waiting" in visit.request.query_params
    waiting = waiting_at(ledger, found.lift.from_place, as_of) if wanted else []
    havens = [
        p
        for p in ledger.catalogue.places.values()
        if p.kind is PlaceKind.HAVEN and p.place not in (found.destination, found.lift.from_place)
    ]
    page = answer(
        visit,
        "lifts/lift.html",
        found,
        three=three,
        differs=None if three.counted is None or three.agree else how_they_differ(found, three),
        may_ask_who_waits=is_on_ground and not wanted,
        waiting=waiting[:WAITING_SHOWN],
        waiting_heads=sum(w.heads for w in waiting),
        waiting_count=len(waiting),
        both=both_recorded(ledger, as_of, [lift]),
        havens=havens,
        differences=list(Difference),
        new_token=new_token,
        refused=refused,
        asked=asked,
    )
    page.status_code = 200 if refused is None else 409
    return page


@router.post("/lifts/{lift:path}", dependencies=[Depends(requires(Action.BOARD))])
def take_step(
    request: Request, visit: Visiting, viewer: Viewing, asked: Stepping, lift: str
) -> Response:
    """Take a step of a lift, and show it as it stands then."""
    if asked.step not in STEPS:
        raise unknown_step(asked.step, list(STEPS))
    desk = Departing(books_of(request, viewer), visit.request.app.state.desk.settings.clock)
    try:
        STEPS[asked.step](desk, PlaceId(lift), asked, viewer.account)
    except StepRefusedError as fault:
        return refused_as_json(request, fault) or lift_page(visit, PlaceId(lift), fault, asked)
    return RedirectResponse(f"/lifts/{lift}", 303)


def _seat(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    who = asked.who()
    return desk.seat(lift, [who], **asked.sent())


def _fill(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.fill(lift, token=asked.token)


def _board(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.board(lift, asked.who(), **asked.sent())


def _once(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.count_once(lift, GroupId(asked.text("who")), token=asked.token)


def _off(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.take_off(lift, asked.who(), token=asked.token, at=asked.at())


def _release(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.release(lift, group_of(asked.text("who")), token=asked.token)


def _count(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    heads = asked.number("counted")
    if heads is None:
        raise BadQuestionError("write how many heads were counted, children on laps included")
    return desk.count(lift, heads, token=asked.token, at=asked.at())


def _close(desk: Departing, lift: PlaceId, asked: Asked, by: str) -> Taken:
    why = asked.text("difference")
    if why and why not in set(Difference):
        raise BadQuestionError(f"{why[:40]!r} is no reason for a difference")
    signed = Signed(
        by=by,
        counted=asked.number("counted"),
        difference=Difference(why) if why else None,
        bands=tuple(read_band(b).text for b in asked.text("bands").splitlines() if b.strip()),
    )
    return desk.close_out(lift, signed, **asked.sent())


def _depart(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.depart(lift, **asked.sent())


def _cancel(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.cancel(lift, token=asked.token, at=asked.at())


def _divert(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    to_place = PlaceId(asked.text("to"))
    return desk.divert(lift, to_place, **asked.sent())


def _turn_back(desk: Departing, lift: PlaceId, asked: Asked, _by: str) -> Taken:
    return desk.turn_back(lift, has_landed=asked.step == "landed-back", **asked.sent())


STEPS: Mapping[str, Callable[[Departing, PlaceId, Asked, str], Taken]] = {
    "seat": _seat,
    "fill": _fill,
    "board": _board,
    "once": _once,
    "off": _off,
    "release": _release,
    "count": _count,
    "close": _close,
    "depart": _depart,
    "cancel": _cancel,
    "divert": _divert,
    "turn-back": _turn_back,
    "landed-back": _turn_back,
}
