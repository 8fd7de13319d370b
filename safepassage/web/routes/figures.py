"""GET /figures and /figures/{figure}: any number that can be asked for, and how it comes about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from safepassage.report.asking import Asking
from safepassage.report.definition import definitions
from safepassage.report.figure import Figure, ask
from safepassage.report.question import Question, latest
from safepassage.report.why import Line, Subtotal, why
from safepassage.web.departures import classes_of
from safepassage.web.links import PARTS, question_of
from safepassage.web.page import Visit, Visiting, answer, check_parts, wants_json

router = APIRouter()
LINES_A_PAGE = 200
SUBTOTALS_MAX = 200
Page = Annotated[int, Query(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure, and what its question gives today."""

    figure: Figure
    today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Shown):
    """A figure taken apart: one page of the entries behind it."""

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
    check_parts(visit.request)
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
def show_one(visit: Visiting, figure: str, page: Page = 1) -> Response:
    """One figure with all its parts.

    The entries behind a running total of a long operation take seconds to add up: a person sees
    the figure at once and the entries when they are there; a program gets both together.
    """
    question = asked_question(visit, figure)
    if wants_json(visit.request):
        return answer(visit, "figure.html", opened(visit, question, page))
    return answer(
        visit,
        "figure.html",
        Shown(figure=ask(visit.ledger, question), today=today(visit, question)),
        q=question,
        others=others(visit.asking, question),
        classes=classes_of(visit.operation, visit.ledger.catalogue),
    )


@router.get("/figures/{figure}/derivation")
def derive(visit: Visiting, figure: str, page: Page = 1) -> Response:
    """The entries that add up to a figure."""
    question = asked_question(visit, figure)
    return answer(visit, "derivation.html", opened(visit, question, page), q=question, page=page)


def asked_question(visit: Visit, figure: str) -> Question:
    """The question in the address."""
    check_parts(visit.request, *PARTS, "page")
    query = visit.request.query_params
    return question_of(figure, query, visit.asking, visit.ledger.catalogue, visit.as_of)


def today(visit: Visit, question: Question) -> int:
    """What the same question gives, put to the ledger as it stands now."""
    return ask(visit.ledger, latest(visit.ledger, question)).value


def opened(visit: Visit, question: Question, page: int) -> Opened:
    """A figure and one page of the lines behind it."""
    derivation = why(visit.ledger, question)
    lines = derivation.lines
    first = min((page - 1) * LINES_A_PAGE, max(0, len(lines) - 1))
    return Opened(
        figure=derivation.figure,
        today=today(visit, question),
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
