"""GET /claims: what others said, set against the ledger."""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.report.reconcile import reconcile
from safepassage.report.verdict import judge
from safepassage.web.asked import AskedOnce
from safepassage.web.page import Visiting, answer, desk_of

router = APIRouter()


@router.get("/claims")
def show(visit: Visiting) -> Response:
    """Each claim with a verdict, side by side with the others on its topic."""
    records = desk_of(visit.request).settings.records
    ledger = AskedOnce(visit.ledger)
    found = judge(ledger, visit.asking, records.claims())
    totals = reconcile(ledger, visit.asking, records.published_totals())
    topics = [
        (topic, list(group))
        for topic, group in groupby(
            sorted(found, key=lambda f: f.claim.topic), key=lambda f: f.claim.topic
        )
    ]
    return answer(visit, "claims.html", found, topics=topics, totals=totals)
