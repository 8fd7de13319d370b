"""GET /claims: what others said, set against the ledger."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.model.errors import BadQuestionError
from safepassage.report.reconcile import reconcile
from safepassage.report.verdict import Finding, Verdict, judge
from safepassage.web.page import Visiting, answer, desk_of

router = APIRouter()


@router.get("/claims")
def show(visit: Visiting, verdict: str = "") -> Response:
    """Each claim with a verdict, side by side with the others on its topic.

    Most of what is said in a crisis is about no headcount at all; a page shows what the ledger can
    tell, unless one verdict is asked for.  A program gets everything.
    """
    if verdict and verdict not in list(Verdict):
        raise BadQuestionError(f"no verdict {verdict[:40]!r}; verdicts: {', '.join(Verdict)}")
    records = desk_of(visit.request).settings.records
    ledger = visit.ledger
    found = judge(ledger, visit.asking, records.claims())
    totals = reconcile(ledger, visit.asking, records.published_totals())

    def is_shown(finding: Finding) -> bool:
        if verdict:
            return finding.verdict == verdict
        return finding.verdict is not Verdict.CANNOT_TELL

    topics = [
        (topic, list(group))
        for topic, group in groupby(
            sorted(filter(is_shown, found), key=lambda f: f.claim.topic),
            key=lambda f: f.claim.topic,
        )
    ]
    return answer(
        visit,
        "claims.html",
        found,
        topics=topics,
        totals=totals,
        counts=Counter(f.verdict for f in found),
        verdict=verdict,
    )
