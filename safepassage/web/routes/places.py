"""GET /places and /places/{place}: who is at a place, and how that number comes about."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.model.errors import BadQuestionError, UnknownPlaceError
from safepassage.model.ids import PlaceId
from safepassage.model.place import PlaceKind
from safepassage.operate.haven import TREND
from safepassage.report.figure import JUST_AFTER
from safepassage.web.page import Visiting, answer
from safepassage.web.stocks import balance_of, counted, place_stocks

router = APIRouter()


@router.get("/places")
def show_all(visit: Visiting, kind: str = "") -> Response:
    """Every place, or those of one kind, with the sum."""
    if kind and kind not in list(PlaceKind):
        raise BadQuestionError(f"no kind of place {kind[:40]!r}; kinds: {', '.join(PlaceKind)}")
    ledger, as_of = visit.ledger, visit.as_of
    evacuees = frozenset(visit.asking.evacuees)
    window = visit.operation.reporting_window.window_at(as_of)
    until = min(as_of + JUST_AFTER, window.end)
    stocks = place_stocks(
        ledger,
        as_of,
        counted(ledger.flow(window.start, until), evacuees),
        counted(ledger.flow(as_of - TREND, as_of + JUST_AFTER), evacuees),
        evacuees,
    )
    shown = [p for p in stocks if not kind or p.kind == kind]
    return answer(visit, "places.html", shown, window=window, kind=kind)


@router.get("/places/{place:path}")
def show_one(visit: Visiting, place: str) -> Response:
    """One place or lift: everybody who came minus everybody who left."""
    place_id = PlaceId(place)
    if visit.ledger.catalogue.kind(place_id) is None:
        raise UnknownPlaceError(f"nobody has stated a place or lift {place[:100]!r}")
    ledger, evacuees = visit.ledger, frozenset(visit.asking.evacuees)
    found = balance_of(ledger, place_id, visit.as_of, evacuees)
    stated = ledger.catalogue.places.get(place_id)
    lift = ledger.catalogue.lifts.get(place_id)
    statuses = [
        s for s in ledger.catalogue.statuses if s.lift == place_id and s.occurred_at <= visit.as_of
    ]
    return answer(visit, "place.html", found, stated=stated, lift=lift, statuses=statuses)
