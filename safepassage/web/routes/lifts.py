"""GET /lifts: the departure board, one row a lift."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.web.departures import AROUND, lift_rows
from safepassage.web.page import Visiting, answer

router = APIRouter()


@router.get("/lifts")
def show(visit: Visiting) -> Response:
    """The lifts around the instant shown, as they stood at it."""
    rows = lift_rows(visit.ledger, visit.as_of, frozenset(visit.asking.evacuees))
    return answer(
        visit, "lifts.html", rows, earlier=visit.as_of - 2 * AROUND, later=visit.as_of + 2 * AROUND
    )
