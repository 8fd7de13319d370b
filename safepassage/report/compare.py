"""Two figures that differ, explained term by term; the terms add up to the difference.

The first question is turned into the second one part at a time, in a fixed order (what had been
recorded, what is counted, who, by whom, from when, until when, as of when), and each part's effect
on the value is a term.  The order decides how a joint effect is shared out, never the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from safepassage.model.instant import Window, zulu
from safepassage.model.ledger import Ledger
from safepassage.model.observation import Correction
from safepassage.report.figure import Figure, as_recorded, ask, recorded_later
from safepassage.report.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One cause of a difference and its share of it."""

    cause: str  # late-entries, corrections, definition, population, operators, baseline, ...
    sentence: str
    amount: int

    def to_json(self) -> dict[str, Any]:
        """The term as JSON values."""
        return {"cause": self.cause, "sentence": self.sentence, "amount": self.amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A value that somebody stated, and the question that it is held to answer."""

    name: str  # short, for sentences
    value: int
    question: Question
    detail: str = ""  # who said it, and how it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two values and why they differ.  `difference` is second minus first."""

    first: Stated
    second: Stated
    terms: list[Term]

    @property
    def difference(self) -> int:
        """Second minus first; the terms add up to it."""
        return self.second.value - self.first.value

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            side: {
                "name": s.name,
                "detail": s.detail,
                "value": s.value,
                "question": s.question.to_json(),
            }
            for side, s in (("first", self.first), ("second", self.second))
        } | {"difference": self.difference, "terms": [t.to_json() for t in self.terms]}


def compare(ledger: Ledger, first: Question, second: Question) -> Comparison:
    """Explain the difference of two figures of the ledger.

    Raises:
        BadQuestionError: as `ask`.
    """
    a, b = ask(ledger, first), ask(ledger, second)
    terms = [t for t in _terms(ledger, first, second) if t.amount]
    return Comparison(first=_as_stated(a), second=_as_stated(b), terms=terms)


def compare_stated(ledger: Ledger, first: Stated, second: Stated) -> Comparison:
    """Explain the difference of two values that others stated, by way of the ledger.

    What a statement differs from the ledger under its own definition is a term of its own: it
    is not explained, and it is said so.
    """
    a, b = ask(ledger, first.question), ask(ledger, second.question)
    terms = [
        Term(
            cause="unexplained",
            sentence=f"{first.name} was said; the ledger holds {a.value:,} for it",
            amount=a.value - first.value,
        ),
        *_terms(ledger, first.question, second.question),
        Term(
            cause="unexplained",
            sentence=f"the ledger holds {b.value:,}; {second.name} was said",
            amount=second.value - b.value,
        ),
    ]
    return Comparison(first=first, second=second, terms=[t for t in terms if t.amount])


def _as_stated(figure: Figure) -> Stated:
    return Stated(name=figure.question.defined.title, value=figure.value, question=figure.question)


def _terms(ledger: Ledger, first: Question, second: Question) -> Iterator[Term]:
    yield from _recorded_terms(ledger, first, second.position)
    current = replace(first, position=second.position)
    value = ask(ledger, current).value
    for cause, describe, change in _STEPS:
        changed = change(current, second)
        if changed == current:
            continue
        reached = ask(ledger, changed).value
        yield Term(cause=cause, sentence=describe(current, changed), amount=reached - value)
        current, value = changed, reached


def _recorded_terms(ledger: Ledger, question: Question, position: int) -> list[Term]:
    """What was recorded between two positions, from the question's to another."""
    low, high = sorted((question.position, position))
    if low == high:
        return []
    view = as_recorded(ledger, high)
    before = ask(ledger, replace(question, position=low)).value
    after = ask(view, replace(question, position=high)).value
    terms = recorded_terms(view, question, low, after - before)
    if position == high:
        return terms
    return [replace(t, amount=-t.amount) for t in terms]


def recorded_terms(ledger: Ledger, question: Question, low: int, difference: int) -> list[Term]:
    """What entries behind position `low` made of a figure: late ones as written, the rest amended.

    The rest is corrections, namings, and what the fold reads anew because of them.
    """
    amended, corrections = ledger.amendments_after(low)
    late = difference
    if amended and question.defined.is_added_up:
        late = recorded_later(ledger, question, low)
    span = f"recorded behind position {low:,}"
    return [
        Term(
            cause="late-entries",
            sentence=f"{ledger.position - low - amended:,} entries {span}",
            amount=late,
        ),
        Term(
            cause="corrections",
            sentence=f"{amended:,} corrections {span}: {_reasons(corrections)}",
            amount=difference - late,
        ),
    ]


def _reasons(corrections: list[Correction]) -> str:
    reasons = dict.fromkeys(c.reason for c in corrections)
    return "; ".join(list(reasons)[:3]) or "names given to heads"


def _change_definition(current: Question, target: Question) -> Question:
    return replace(
        current,
        figure=target.figure,
        phase=target.phase,
        window=(current.window or target.window) if target.window else None,
        baseline=current.baseline if target.window else None,
    )


def _change_population(current: Question, target: Question) -> Question:
    return replace(current, categories=target.categories)


def _change_operators(current: Question, target: Question) -> Question:
    return replace(current, operator_classes=target.operator_classes)


def _change_start(current: Question, target: Question) -> Question:
    if current.window is None or target.window is None:
        return current
    start, end = target.window.start, current.window.end
    if current.window.start == start:
        return current
    if start >= end:  # windows that do not touch: there is no way to move one end alone
        start, end = target.window.start, target.window.end
    window = Window(start, end, target.window.zone)
    return replace(current, window=window, baseline=target.baseline)


def _change_end(current: Question, target: Question) -> Question:
    if current.window is None or target.window is None:
        return replace(current, zone=target.zone)
    if current.window.end == target.window.end:
        return current
    return replace(current, window=target.window, baseline=target.baseline)


def _change_as_of(current: Question, target: Question) -> Question:
    if current.as_of == target.as_of:
        return current
    return replace(target, zone=current.zone)


def _tell_definition(before: Question, after: Question) -> str:
    return f"counts {after.defined.title.lower()} instead of {before.defined.title.lower()}"


def _tell_population(before: Question, after: Question) -> str:
    return f"counts {', '.join(after.categories)} instead of {', '.join(before.categories)}"


def _tell_operators(before: Question, after: Question) -> str:
    return (
        f"includes {', '.join(after.operator_classes or ('all operators',))} instead of"
        f" {', '.join(before.operator_classes or ('all operators',))}"
    )


def _tell_start(before: Question, after: Question) -> str:
    if before.window is None or after.window is None:
        return "other window"
    named = (
        f" ({after.baseline} instead of {before.baseline})"
        if before.baseline and after.baseline
        else ""
    )
    return f"counted from {zulu(after.window.start)} instead of {zulu(before.window.start)}{named}"


def _tell_end(before: Question, after: Question) -> str:
    if before.window is None or after.window is None:
        return "other window"
    return f"counted until {zulu(after.window.end)} instead of {zulu(before.window.end)}"


def _tell_as_of(before: Question, after: Question) -> str:
    return f"as of {zulu(after.as_of)} instead of {zulu(before.as_of)}"


_Change = Callable[[Question, Question], Question]
_Tell = Callable[[Question, Question], str]
_STEPS: tuple[tuple[str, _Tell, _Change], ...] = (
    ("definition", _tell_definition, _change_definition),
    ("population", _tell_population, _change_population),
    ("operators", _tell_operators, _change_operators),
    ("baseline", _tell_start, _change_start),
    ("window", _tell_end, _change_end),
    ("as-of", _tell_as_of, _change_as_of),
)
