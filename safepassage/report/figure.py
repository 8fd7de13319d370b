"""A figure: a question and its answer, inseparable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.errors import BadQuestionError
from safepassage.model.fold import Transfer
from safepassage.model.ids import PlaceId
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Flow, Ledger
from safepassage.model.lift import LiftStatus
from safepassage.model.movement import Phase
from safepassage.model.place import PlaceKind
from safepassage.model.promised import promises_of
from safepassage.report.definition import Measure, Unit
from safepassage.report.listed import never_past
from safepassage.report.question import Question

JUST_AFTER = timedelta(microseconds=1)  # instants have this resolution, so [a, b] is [a, b + this)
UNKNOWN_OPERATOR = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value that cannot be separated from what it means."""

    question: Question
    value: int

    @property
    def unit(self) -> Unit:
        """What was counted."""
        return self.question.defined.unit

    def to_json(self) -> dict[str, Any]:
        """The figure as JSON values, its definition in words included."""
        defined = self.question.defined
        return {
            "value": self.value,
            "unit": str(self.unit),
            "title": defined.title,
            "definition": defined.sentence,
            **self.question.to_json(),
        }

    def __str__(self) -> str:
        return f"{self.value:,} {self.unit} | {self.question.describe()}"


def ask(ledger: Ledger, question: Question) -> Figure:
    """Answer a question.

    Raises:
        BadQuestionError: the ledger has not reached the position that is asked for.
    """
    view = as_asked(ledger, question)
    defined = question.defined
    if defined.measure is Measure.STOCK:
        value = _stock(view, question)
    elif defined.measure is Measure.LIFTS:
        value = len(departures(view, question))
    elif defined.measure is Measure.LISTED:
        value = sum(kept.heads for kept in never_past(view, question))
    elif defined.unit is Unit.FAMILIES:
        value = sum(family_amounts(counted_transfers(view, question)))
    else:
        value = sum(f.heads for f in _counted_flows(view, question))
    return Figure(question=question, value=value)


def family_amounts(moved: Iterable[Transfer]) -> list[int]:
    """How many families each transfer adds: a group at its first, a head of no group always."""
    seen: set[str] = set()
    amounts = []
    for t in moved:
        name = t.group or t.person
        amounts.append(t.heads if name is None else int(name not in seen))
        seen.add(name or "")
    return amounts


def as_recorded(ledger: Ledger, position: int) -> Ledger:
    """The ledger as it stood at a position.

    Raises:
        BadQuestionError: it has not got that far.
    """
    if position > ledger.position:
        raise BadQuestionError(
            f"position {position:,} is asked for, the ledger has {ledger.position:,} entries"
        )
    return ledger if position == ledger.position else ledger.at(position)


def as_asked(ledger: Ledger, question: Question) -> Ledger:
    """The ledger as it stood at a question's position: what happened, or what was promised.

    Raises:
        BadQuestionError: it has not got that far.
    """
    view = as_recorded(ledger, question.position)
    return promises_of(view) if question.phase is Phase.PENDING else view


def end_of(ledger: Ledger) -> datetime | None:
    """The first whole minute after the last movement or lift; None before the first movement.

    A total that ran exactly up to the last movement would leave it out: windows are half open.
    """
    extent = ledger.extent()
    if extent is None:
        return None
    last = max([extent[1], *(s.occurred_at for s in ledger.catalogue.statuses[-1:])])
    return last.replace(second=0, microsecond=0) + timedelta(minutes=1)


def span(question: Question) -> tuple[datetime, datetime]:
    """The half-open span of instants that a windowed question counts: its window up to as-of."""
    window = question.window
    if window is None:
        raise BadQuestionError(f"{question.figure} has no window")
    return window.start, max(window.start, min(window.end, question.as_of + JUST_AFTER))


def counted_transfers(ledger: Ledger, question: Question) -> list[Transfer]:
    """The transfers that a flow counts, oldest first."""
    start, end = span(question)
    return [
        t
        for t in ledger.transfers(start, end)
        if counts(ledger, question, Flow(t.from_place, t.to_place, t.category, t.phase, t.seen, 0))
    ]


def counts(ledger: Ledger, question: Question, flow: Flow) -> bool:
    """Whether a flow between two places belongs to what a question counts.

    An unseen movement counts too: the person did get across, only nobody was looking.
    """
    defined = question.defined
    catalogue = ledger.catalogue
    return (
        flow.phase is Phase.POSTED
        and flow.category in question.categories
        and catalogue.kind(flow.from_place) in defined.from_kinds
        and catalogue.kind(flow.to_place) in defined.to_kinds
        and _operated(ledger, question, flow.from_place, flow.to_place)
    )


def operator_class(ledger: Ledger, place: PlaceId) -> str:
    """Who operates a lift, "unknown" when nobody said."""
    lift = ledger.catalogue.lifts.get(place)
    return lift.operator_class if lift else UNKNOWN_OPERATOR


def departures(ledger: Ledger, question: Question) -> list[LiftStatus]:
    """The departures that a count of lifts counts: from the ground, of the asked operators."""
    start, end = span(question)
    catalogue = ledger.catalogue
    return [
        status
        for status in catalogue.departures(start, end)
        if (lift := catalogue.lifts.get(status.lift)) is not None
        and catalogue.kind(lift.from_place) in question.defined.from_kinds
        and _class_asked(question, lift.operator_class)
    ]


def _counted_flows(ledger: Ledger, question: Question) -> list[Flow]:
    start, end = span(question)
    return [f for f in ledger.flow(start, end) if counts(ledger, question, f)]


def _stock(ledger: Ledger, question: Question) -> int:
    return sum(
        heads
        for (place, category), heads in ledger.stock(question.as_of).items()
        if category in question.categories and held_at(ledger, question, place)
    )


def held_at(ledger: Ledger, question: Question, place: PlaceId) -> bool:
    """Whether a stock counts the heads at a place."""
    kind = ledger.catalogue.kind(place)
    return kind in question.defined.at_kinds and _operated(ledger, question, place)


def recorded_later(ledger: Ledger, question: Question, after: int) -> int:
    """What the movements recorded behind a position add to a count of heads, as written."""
    ledger = promises_of(ledger) if question.phase is Phase.PENDING else ledger
    if question.defined.measure is Measure.FLOW:
        start, end = span(question)
        flows = ledger.recorded(start, end, after)
        return sum(f.heads for f in flows if counts(ledger, question, f))
    return sum(
        f.heads * (held_at(ledger, question, f.to_place) - held_at(ledger, question, f.from_place))
        for f in ledger.recorded(EARLIEST, question.as_of + JUST_AFTER, after)
        if f.phase is Phase.POSTED and f.category in question.categories
    )


def _operated(ledger: Ledger, question: Question, *places: PlaceId) -> bool:
    if question.operator_classes is None:
        return True
    lifts = [p for p in places if ledger.catalogue.kind(p) is PlaceKind.LIFT]
    return any(_class_asked(question, operator_class(ledger, lift)) for lift in lifts)


def _class_asked(question: Question, operator: str) -> bool:
    return question.operator_classes is None or operator in question.operator_classes
