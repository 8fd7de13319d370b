"""Addresses that reproduce a number: every part of a question stands in the query string.

A part that is missing is filled in from the operation (this window, everybody who is counted, all
operators, the ledger as it stands), and the page then shows the address with all of them.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import format_instant, parse_instant
from safepassage.model.movement import Phase
from safepassage.report.asking import Asking
from safepassage.report.definition import definition
from safepassage.report.question import Question


def question_path(question: Question) -> str:
    """The page of a figure; the same address, the same number, for ever."""
    parts = [("as_of", format_instant(question.as_of)), ("position", str(question.position))]
    if question.window is not None:
        parts += [
            ("start", format_instant(question.window.start)),
            ("end", format_instant(question.window.end)),
            ("window_zone", question.window.zone),
        ]
    if question.baseline is not None:
        parts.append(("baseline", question.baseline))
    parts += [("operator", name) for name in question.operator_classes or ()]
    parts += [("category", name) for name in question.categories]
    parts += [("phase", str(question.phase)), ("zone", question.zone)]
    return f"/figures/{quote(question.figure)}?{urlencode(parts)}"


def question_of(figure: str, query: QueryParams, asking: Asking, as_of: datetime) -> Question:
    """Read a question from an address.

    Raises:
        BadQuestionError: a part is no instant, number, zone or phase, or contradicts another.
    """
    position = query.get("position") or str(asking.position)
    if not (position.isascii() and position.isdigit() and len(position) < 16):
        raise BadQuestionError(f"position {position[:40]!r} is not a whole number")
    asked_as_of = query.get("as_of")
    instant = parse_instant(asked_as_of, "as of") if asked_as_of else as_of
    window = _window(figure, query, asking, instant)
    return Question.from_json(
        {
            "figure": figure,
            "as_of": format_instant(instant),
            "position": int(position),
            "window": window,
            "baseline": query.get("baseline") or None,
            "operator_classes": query.getlist("operator") or None,
            "categories": [CategoryId(c) for c in query.getlist("category")]
            or list(asking.evacuees),
            "phase": query.get("phase") or str(Phase.POSTED),
            "zone": query.get("zone") or asking.zone,
        }
    )


def _window(
    figure: str, query: QueryParams, asking: Asking, as_of: datetime
) -> dict[str, str] | None:
    start, end = query.get("start"), query.get("end")
    if not definition(figure).has_window:
        if start or end:
            raise BadQuestionError(f"{figure} is a stock at an instant: leave the window out")
        return None
    usual = asking.operation.reporting_window.window_at(as_of)
    baseline = query.get("baseline")
    if baseline and not start:
        usual_start = asking.baseline(baseline).at
        return {
            "start": format_instant(usual_start),
            "end": end or format_instant(as_of),
            "zone": query.get("window_zone") or asking.baseline(baseline).zone,
        }
    return {
        "start": start or format_instant(usual.start),
        "end": end or format_instant(usual.end),
        "zone": query.get("window_zone") or usual.zone,
    }
