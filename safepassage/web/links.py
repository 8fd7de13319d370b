"""Addresses that reproduce a number: every part of a question stands in the query string.

A part that is missing is filled in from the operation (this window, everybody who is counted, all
operators, the ledger as it stands), and the page then shows the address with all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from urllib.parse import quote, urlencode
from zoneinfo import available_timezones

from starlette.datastructures import QueryParams

from safepassage.model.catalogue import Catalogue
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import format_instant, parse_instant
from safepassage.model.movement import Phase
from safepassage.model.operation import Operation
from safepassage.report.asking import Asking
from safepassage.report.definition import definition
from safepassage.report.figure import UNKNOWN_OPERATOR
from safepassage.report.question import Question
from safepassage.web.departures import classes_of

# The parts of a question in an address; `as_of` and `position` every page has.
PARTS = ("start", "end", "window_zone", "baseline", "operator", "category", "phase", "zone")
PHASES = (Phase.POSTED, Phase.PENDING)


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


def question_of(
    figure: str, query: QueryParams, asking: Asking, catalogue: Catalogue, as_of: datetime
) -> Question:
    """Read a question from an address.

    Raises:
        BadQuestionError: a part is no instant, number, zone or phase, is nothing that the operation
            knows, or contradicts another.
    """
    position = query.get("position") or str(asking.position)
    if not (position.isascii() and position.isdigit() and len(position) < 16):
        raise BadQuestionError(f"position {position[:40]!r} is not a whole number")
    asked_as_of = query.get("as_of")
    instant = parse_instant(asked_as_of, "as of") if asked_as_of else as_of
    window = _window(figure, query, asking, instant)
    phase = query.get("phase") or str(Phase.POSTED)
    if phase not in PHASES:
        raise BadQuestionError(f"no phase {phase[:40]!r}; phases: {', '.join(PHASES)}")
    question = Question.from_json(
        {
            "figure": figure,
            "as_of": format_instant(instant),
            "position": int(position),
            "window": window,
            "baseline": query.get("baseline") or None,
            "operator_classes": query.getlist("operator") or None,
            "categories": [CategoryId(c) for c in query.getlist("category")]
            or list(asking.evacuees),
            "phase": phase,
            "zone": query.get("zone") or asking.zone,
        }
    )
    check_question(question, asking, catalogue)
    return question


def check_question(question: Question, asking: Asking, catalogue: Catalogue) -> None:
    """Refuse what the operation does not know: a misspelt id would be answered with zero.

    Raises:
        BadQuestionError: an operator class, category or baseline is unknown (the message lists the
            known ones), a zone is no zone, or the window begins elsewhere than its baseline.
    """
    operation, window = asking.operation, question.window
    if question.defined.has_window and not window:
        raise BadQuestionError(f"{question.figure} is counted over a window: give start and end")
    operators = [*classes_of(operation, catalogue), UNKNOWN_OPERATOR]
    for name in question.operator_classes or ():
        _check_known("operator class", name, operators, "operator classes")
    for category in question.categories:
        _check_known("category", category, [c.id for c in operation.categories], "categories")
    for zone_name in (question.zone, *([window.zone] if window else ())):
        check_zone(zone_name, operation)
    if question.baseline is None:
        return
    _check_known("baseline", question.baseline, [b.id for b in operation.baselines], "baselines")
    if window is None:
        raise BadQuestionError(f"{question.figure} is a stock at an instant: it has no baseline")
    begins = asking.baseline(question.baseline).at
    if window.start != begins:
        raise BadQuestionError(
            f"the running total {question.baseline} starts at {format_instant(begins)}, not at"
            f" {format_instant(window.start)}: leave start or baseline out"
        )


def check_zone(name: str, operation: Operation) -> None:
    """Refuse a zone that means another clock to another machine ("EST", "localtime").

    Raises:
        BadQuestionError: it is neither UTC, nor an IANA name with a slash, nor the operation's own.
    """
    if name not in _zones() and name not in (*operation.zones, operation.reporting_window.zone):
        raise BadQuestionError(
            f"{str(name)[:60]!r} is not a time zone: use UTC or an IANA name such as Asia/Kabul"
        )


@cache
def _zones() -> frozenset[str]:
    return frozenset(["UTC", *(name for name in available_timezones() if "/" in name)])


def _check_known(kind: str, name: str, known: Sequence[str], plural: str) -> None:
    if name not in known:
        listed = ", ".join(dict.fromkeys(known)) or "none in the operation file"
        raise BadQuestionError(f"no {kind} {str(name)[:40]!r}; {plural}: {listed}")


def _window(
    figure: str, query: QueryParams, asking: Asking, as_of: datetime
) -> dict[str, str] | None:
    start, end = query.get("start"), query.get("end")
    if not definition(figure).has_window:
        if start or end or query.get("window_zone") or query.get("baseline"):
            raise BadQuestionError(
                f"{figure} is a stock at an instant: leave the window and the baseline out"
            )
        return None
    usual = asking.operation.reporting_window.window_at(as_of)
    baseline = query.get("baseline")
    if baseline:
        return {
            "start": start or format_instant(asking.baseline(baseline).at),
            "end": end or format_instant(as_of),
            "zone": query.get("window_zone") or asking.baseline(baseline).zone,
        }
    return {
        "start": start or format_instant(usual.start),
        "end": end or format_instant(usual.end),
        "zone": query.get("window_zone") or usual.zone,
    }
