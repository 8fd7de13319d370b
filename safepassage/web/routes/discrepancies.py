"""GET /discrepancies: what does not add up, who has it, and since when."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.report.discrepancies import doubts
from safepassage.web.page import Visiting, answer

router = APIRouter()
SHOWN_MAX = 500


@router.get("/discrepancies")
def show(visit: Visiting) -> Response:
    """Every discrepancy at the instant shown, the open ones first."""
    found = doubts(visit.ledger, visit.as_of)
    return answer(visit, "discrepancies.html", found, shown_max=SHOWN_MAX)
