"""GET /: the board."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.model.ids import PlaceId
from safepassage.model.place import PlaceKind
from safepassage.report.discrepancies import doubts
from safepassage.web import map as chart_of_places
from safepassage.web.board import Board, board
from safepassage.web.chart import draw_departures
from safepassage.web.page import Visit, Visiting, answer, wants_json

router = APIRouter()


@router.get("/")
def show(visit: Visiting) -> Response:
    """The board as it stands, or as of an instant."""
    found = board(visit.ledger, visit.operation, visit.as_of, doubts(visit.ledger, visit.as_of))
    if wants_json(visit.request):
        return answer(visit, "board.html", found)
    sheets = (("desk", chart_of_places.DESK), ("phone", chart_of_places.PHONE))
    return answer(
        visit,
        "board.html",
        found,
        maps=[(name, draw_map(visit, found, sheet)) for name, sheet in sheets],
        chart=draw_departures(found.hours, found.operator_classes, found.as_of),
    )


def draw_map(
    visit: Visit, found: Board, sheet: chart_of_places.Sheet
) -> chart_of_places.Drawing | None:
    """The map of the places that have coordinates."""
    stated = visit.ledger.catalogue.places
    sites = [
        chart_of_places.Site(p.place, p.name, p.kind, (at.longitude, at.latitude), p.heads)
        for p in found.places
        if p.kind is not None
        and (at := stated[PlaceId(p.place)]).longitude is not None
        and at.latitude is not None
    ]
    flows = {(start, end): heads for start, end, heads in found.legs}
    should = [p for p in found.places if p.kind is not PlaceKind.CLOSING]
    return chart_of_places.draw(sites, flows, sheet, unplaced=max(0, len(should) - len(sites)))
