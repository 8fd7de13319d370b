"""GET /figures and /figures/{figure}: any number that can be asked for, and how it comes about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.report.asking import Asking
from safepassage.report.definition import definitions
from safepassage.report.figure import Figure, ask
from safepassage.report.question import Question, latest
from safepassage.report.why import Derivation, Line, Subtotal, why
from safepassage.web.departures import classes_of
from safepassage.web.links import question_of
from safepassage.web.page import Visit, Visiting, answer

router = APIRouter()
LINES_A_PAGE = 200
SUBTOTALS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A figure taken apart: one page of the entries behind it."""

    figure: Figure
    today: int  # the same question put to the ledger as it stands now
    total: int
    count: int
    first: int  # of the lines shown, from 0
    lines: list[Line]
    subtotals: list[Subtotal]

    def to_json(self) -> dict[str, Any]:
        """The figure as JSON values, and the lines of this page."""
        return self.figure.to_json() | {
            "today": self.today,
            "derivation": {
                "total": self.total,
                "entries": self.count,
                "first": self.first,
                "lines": [line.to_json() for line in self.lines],
            },
        }


@router.get("/figures")
def show_all(visit: Visiting) -> Response:
    """Every definition with its value: of this window, or at the instant shown."""
    ledger = visit.ledger
    window = visit.operation.reporting_window.window_at(visit.as_of)
    figures = [
        ask(
            ledger,
            visit.asking.over(d.id, window, as_of=visit.as_of)
            if d.has_window
            else visit.asking.at(d.id, visit.as_of),
        )
        for d in definitions().values()
    ]
    return answer(visit, "figures.html", figures, window=window)


@router.get("/figures/{figure}")
def show_one(visit: Visiting, figure: str, page: int = 1) -> Response:
    """One figure with all its parts, and the entries that add up to it."""
    query = visit.request.query_params
    question = question_of(figure, query, visit.asking, visit.as_of)
    found = open_figure(visit, why(visit.ledger, question), max(1, page))
    return answer(
        visit,
        "figure.html",
        found,
        q=question,
        others=others(visit.asking, question),
        classes=classes_of(visit.operation, visit.ledger.catalogue),
        lines_a_page=LINES_A_PAGE,
        page=max(1, page),
    )


def open_figure(visit: Visit, derivation: Derivation, page: int) -> Opened:
    """One page of a derivation."""
    figure, lines = derivation.figure, derivation.lines
    now = latest(visit.ledger, figure.question)
    first = min((page - 1) * LINES_A_PAGE, max(0, len(lines) - 1))
    return Opened(
        figure=figure,
        today=figure.value if now == figure.question else ask(visit.ledger, now).value,
        total=derivation.total,
        count=len(lines),
        first=first,
        lines=lines[first : first + LINES_A_PAGE],
        subtotals=derivation.subtotals(visit.ledger)[:SUBTOTALS_MAX],
    )


def others(asking: Asking, question: Question) -> list[tuple[str, Question]]:
    """Questions that people confuse with this one, each with what it changes."""
    found: list[tuple[str, Question]] = []
    window = question.window
    if window is not None:
        before = window.start - timedelta(seconds=1)
        earlier = asking.operation.reporting_window.window_at(before)
        found.append(("the reporting window before", _over(question, earlier.end, earlier)))
        found += [
            (b.label, asking.since(question.figure, b.id, question.as_of))
            for b in asking.operation.baselines
            if b.at < question.as_of and question.baseline != b.id
        ]
    found += [
        (f"{c.name} only", replace(question, operator_classes=(c.id,)))
        for c in asking.operation.operator_classes
        if question.operator_classes != (c.id,)
    ]
    everyone = tuple(c.id for c in asking.operation.categories)
    if everyone != question.categories:
        found.append(("counting everybody, staff too", replace(question, categories=everyone)))
    if question.position != asking.position:
        found.append(("as the ledger stands today", replace(question, position=asking.position)))
    return found


def _over(question: Question, as_of: datetime, window: Any) -> Question:
    return replace(question, window=window, as_of=as_of, baseline=None)
