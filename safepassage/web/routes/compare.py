"""GET /compare: two figures that differ, explained term by term."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from safepassage.model.errors import BadQuestionError
from safepassage.report.compare import Comparison, compare
from safepassage.report.definition import definitions
from safepassage.report.question import Question
from safepassage.web.links import check_question
from safepassage.web.page import Visit, Visiting, answer

router = APIRouter()


@router.get("/compare")
def show(visit: Visiting, first: str = "", second: str = "") -> Response:
    """Two questions, each as one line of canonical JSON; without them, a choice of questions."""
    found: Comparison | None = None
    if first and second:
        sides = (read_side(visit, "first", first), read_side(visit, "second", second))
        found = compare(visit.ledger, *sides)
    return answer(
        visit,
        "compare.html",
        found,
        lambda value: value.to_json() if value else None,
        choices=choices(visit),
        first=first,
        second=second,
    )


def read_side(visit: Visit, name: str, text: str) -> Question:
    """One of the two questions.

    Raises:
        BadQuestionError: the text is no question, or none that this operation can answer.
    """
    try:
        question = Question.from_canonical(text)
        check_question(question, visit.asking, visit.ledger.catalogue)
    except (TypeError, ValueError, OverflowError) as fault:
        raise BadQuestionError(f"{name}: {fault}") from fault
    return question


def choices(visit: Visit) -> list[tuple[str, Question]]:
    """Figures that are usually compared: of this window, the one before, and each baseline."""
    asking, as_of = visit.asking, visit.as_of
    rule = visit.operation.reporting_window
    this = rule.window_at(as_of)
    earlier = asking.reporting_window(this.start)
    found: list[tuple[str, Question]] = []
    for defined in definitions().values():
        if not defined.has_window:
            found.append((defined.title, asking.at(defined.id, as_of)))
            continue
        name = defined.title
        found.append((f"{name}, this window", asking.over(defined.id, this, as_of=as_of)))
        found.append((f"{name}, the window before", asking.over(defined.id, earlier)))
        found += [
            (f"{name}, {b.label}", asking.since(defined.id, b.id, as_of))
            for b in visit.operation.baselines
            if b.at < as_of
        ]
    return found
