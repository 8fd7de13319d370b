"""GET /sitrep: the situation report, on the screen, on paper and as data."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.report.sitrep import make_sitrep
from safepassage.report.sitrep_csv import write_csv
from safepassage.web.page import FORMATS, Visiting, answer, check_format, check_parts

router = APIRouter()
DOUBTS_SHOWN_MAX = 40


@router.get("/sitrep")
def show(visit: Visiting) -> Response:
    """The report as of the instant shown; ``?format=json`` and ``csv`` are its data."""
    check_parts(visit.request)
    check_format(visit.request, (*FORMATS, "csv"))
    found = make_sitrep(visit.ledger, visit.operation, visit.as_of)
    if visit.request.query_params.get("format") == "csv":
        name = f"sitrep-{visit.as_of:%Y%m%dT%H%MZ}.csv"
        attached = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(write_csv(found), media_type="text/csv; charset=utf-8", headers=attached)
    return answer(visit, "sitrep.html", found, shown_max=DOUBTS_SHOWN_MAX)
