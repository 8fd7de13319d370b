"""Why a figure has its value: the entries behind it, line by line, adding up to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safepassage.model.fold import Transfer
from safepassage.model.ids import EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import EARLIEST, format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.lift import LiftStatus
from safepassage.model.movement import Phase
from safepassage.model.place import OUTSIDE, PlaceKind
from safepassage.report.definition import Measure, Unit
from safepassage.report.figure import (
    JUST_AFTER,
    Figure,
    as_asked,
    ask,
    counted_transfers,
    departures,
    family_amounts,
    held_at,
    operator_class,
)
from safepassage.report.listed import Kept, never_past
from safepassage.report.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry's part in a figure."""

    entry: EntryId
    instant: datetime
    amount: int  # what it adds, negative where people leave a stock
    from_place: PlaceId
    to_place: PlaceId
    person: PersonId | None = None
    group: GroupId | None = None
    seen: bool = True

    def to_json(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {
            "entry": self.entry,
            "instant": format_instant(self.instant),
            "amount": self.amount,
            "from": self.from_place,
            "to": self.to_place,
            "person": self.person,
            "group": self.group,
            "seen": self.seen,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal:
    """Lines of one lift, or one place, added up."""

    place: PlaceId
    operator_class: str
    amount: int
    lines: int
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A figure and every line behind it, oldest first."""

    figure: Figure
    lines: list[Line]

    @property
    def total(self) -> int:
        """What the lines add up to: the value."""
        return sum(line.amount for line in self.lines)

    def subtotals(self, ledger: Ledger) -> list[Subtotal]:
        """The lines added up by lift, or by place where no lift is involved."""
        amounts: Counter[PlaceId] = Counter()
        counts: Counter[PlaceId] = Counter()
        first: dict[PlaceId, datetime] = {}
        for line in self.lines:
            place = _summed_under(ledger, line)
            amounts[place] += line.amount
            counts[place] += 1
            first.setdefault(place, line.instant)
        return [
            Subtotal(
                place=place,
                operator_class=operator_class(ledger, place)
                if ledger.catalogue.kind(place) is PlaceKind.LIFT
                else "",
                amount=amounts[place],
                lines=counts[place],
                first=first[place],
            )
            for place in sorted(first, key=lambda p: (first[p], p))
        ]


def why(ledger: Ledger, question: Question) -> Derivation:
    """The figure and the entries behind it.

    Raises:
        BadQuestionError: as `ask`.
    """
    view = as_asked(ledger, question)
    defined = question.defined
    if defined.measure is Measure.LIFTS:
        lines = [_departure_line(view, status) for status in departures(view, question)]
    elif defined.measure is Measure.FLOW:
        moved = counted_transfers(view, question)
        each = family_amounts(moved) if defined.unit is Unit.FAMILIES else [t.heads for t in moved]
        lines = [_line(t, amount) for t, amount in zip(moved, each, strict=True)]
    elif defined.measure is Measure.LISTED:
        lines = [_listed_line(kept) for kept in never_past(view, question)]
    else:
        lines = _stock_lines(view, question)
    return Derivation(figure=ask(ledger, question), lines=lines)


def _stock_lines(ledger: Ledger, question: Question) -> list[Line]:
    lines = []
    for t in ledger.transfers(EARLIEST, question.as_of + JUST_AFTER):
        if t.phase is not Phase.POSTED or t.category not in question.categories:
            continue
        entered = held_at(ledger, question, t.to_place)
        left = held_at(ledger, question, t.from_place)
        if entered != left:
            lines.append(_line(t, t.heads if entered else -t.heads))
    return lines


def _line(t: Transfer, amount: int) -> Line:
    return Line(
        entry=t.entry,
        instant=t.instant,
        amount=amount,
        from_place=t.from_place,
        to_place=t.to_place,
        person=t.person,
        group=t.group,
        seen=t.seen,
    )


def _listed_line(kept: Kept) -> Line:
    return Line(
        entry=kept.entry,
        instant=kept.instant,
        amount=kept.heads,
        from_place=OUTSIDE,
        to_place=kept.gate,
        group=kept.group,
        seen=False,
    )


def _departure_line(ledger: Ledger, status: LiftStatus) -> Line:
    lift = ledger.catalogue.lifts[status.lift]
    return Line(
        entry=status.id,
        instant=status.occurred_at,
        amount=1,
        from_place=lift.from_place,
        to_place=status.lift,
    )


def _summed_under(ledger: Ledger, line: Line) -> PlaceId:
    for place in (line.to_place, line.from_place):
        if ledger.catalogue.kind(place) is PlaceKind.LIFT:
            return place
    return line.to_place
