"""A claim: what somebody else said, when, and how much of its definition they gave.

A claim is evidence, not a fact of the ledger.  What was not said stays None: a missing window,
zone or baseline is a finding, and the tool lists the readings that would make the claim true
instead of choosing one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import Window, local


class Manner(StrEnum):
    """How a number was said, and so which true values it allows."""

    STATED = "stated"  # printed as a number: true within its own rounding
    MORE_THAN = "more-than"
    NEARLY = "nearly"
    ABOUT = "about"
    BETWEEN = "between"
    AT_MOST = "at-most"


class Subject(StrEnum):
    """What kind of thing is claimed, and so with what it is compared."""

    FIGURE = "figure"  # a number that a figure of the ledger answers
    LAST_DEPARTURE = "last-departure"  # the instant at which the last lift left
    HOURS_BEFORE_DEADLINE = "hours-before-deadline"  # how long before it the last lift left
    OTHER = "other"  # nothing that a ledger of people holds: see `cannot_tell`


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number as it was said; `upper` only for a range."""

    manner: Manner
    value: int
    upper: int | None = None

    def __post_init__(self) -> None:
        if (self.manner is Manner.BETWEEN) != (self.upper is not None):
            raise InvalidFactError("a range, and only a range, has an upper end")
        if self.upper is not None and self.upper < self.value:
            raise InvalidFactError(f"the range {self.value} to {self.upper} ends before it starts")
        if self.value < 0:
            raise InvalidFactError(f"{self.value} is below zero")

    @property
    def unit(self) -> int:
        """The rounding that the printed number shows: 2,900 was rounded to hundreds."""
        return rounding_unit(self.value)

    @property
    def allowed(self) -> tuple[float, float]:
        """The half-open range of true values that the words allow."""
        value, unit = self.value, self.unit
        match self.manner:
            case Manner.STATED:
                return value - unit / 2, value + (unit / 2 if unit > 1 else 1)
            case Manner.MORE_THAN:
                return value, float("inf")
            case Manner.NEARLY:
                return value - 2 * unit, value + 1
            case Manner.ABOUT:
                spread = max(unit, value / 50)
                return value - spread, value + spread
            case Manner.BETWEEN:
                return value, (self.upper or value) + 1
            case Manner.AT_MOST:
                return 0, value + 1

    def allows(self, true_value: float) -> bool:
        """Whether the words would be true of this value."""
        low, high = self.allowed
        return low <= true_value < high

    def allows_rounded_down(self, true_value: float) -> bool:
        """Whether the number is this value with its last digits cut off instead of rounded."""
        cut_off = self.manner is Manner.STATED and self.unit > 1
        return cut_off and self.value <= true_value < self.value + self.unit

    def __str__(self) -> str:
        said = f"{self.value:,}" if self.upper is None else f"{self.value:,} to {self.upper:,}"
        words = {
            Manner.STATED: "",
            Manner.MORE_THAN: "more than ",
            Manner.NEARLY: "nearly ",
            Manner.ABOUT: "about ",
            Manner.BETWEEN: "between ",
            Manner.AT_MOST: "at most ",
        }
        return words[self.manner] + said


def rounding_unit(value: int) -> int:
    """The power of ten by which a printed number ends in zeros, at most a tenth of it."""
    unit = 1
    while value and value % (unit * 10) == 0 and unit * 10 <= value / 10:
        unit *= 10
    return unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant as it was said: wall-clock times from `start` up to `end`, maybe with a zone."""

    start: datetime  # without tzinfo: a wall clock
    end: datetime
    zone: str | None = None  # None: not said
    half_day_lost: bool = False  # "at 12:00", with no way to tell noon from midnight

    def __post_init__(self) -> None:
        if self.start.tzinfo or self.end.tzinfo:
            raise InvalidFactError("a moment is a wall clock; give its zone apart")
        if self.end <= self.start:
            raise InvalidFactError("a moment must end after it starts")

    def __str__(self) -> str:
        zone = self.zone or "zone not said"
        return f"{self.start:%Y-%m-%d %H:%M} ({zone})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody said, with the definition as far as they stated it."""

    id: str
    report: str  # the publisher in which it was read
    said_by: str  # the public speaker or body it is attributed to
    topic: str  # claims on one topic are shown side by side
    words: str  # what was said, in our own words
    subject: Subject
    said_at: datetime | None = None  # of the statement, not of the event
    quantity: Quantity | None = None
    moment: Moment | None = None
    figure: str | None = None  # id of a figure definition
    window: Window | None = None  # for a flow, when both ends were said
    baseline: str | None = None  # for a running total: the name of the instant it counts from
    as_of: datetime | None = None
    operator_classes: tuple[str, ...] | None = None
    categories: tuple[CategoryId, ...] | None = None  # who is counted, when it was said
    cannot_tell: str | None = None  # why no ledger of people can answer

    def __post_init__(self) -> None:
        if self.subject is Subject.FIGURE and (self.figure is None or self.quantity is None):
            raise InvalidFactError(f"{self.id}: a claimed figure names a figure and a value")
        if self.subject is Subject.OTHER and not self.cannot_tell:
            raise InvalidFactError(f"{self.id}: say why the ledger cannot tell")
        if self.subject is Subject.LAST_DEPARTURE and self.moment is None:
            raise InvalidFactError(f"{self.id}: a claimed departure has a moment")
        if self.subject is Subject.HOURS_BEFORE_DEADLINE and self.quantity is None:
            raise InvalidFactError(f"{self.id}: a claimed margin has a number of hours")

    @property
    def value(self) -> str:
        """The number or moment as it was said."""
        return str(self.quantity or self.moment or "no number")

    def said(self, zone_name: str) -> str:
        """When it was said, on a wall clock."""
        return local(self.said_at, zone_name) if self.said_at else "date not given"
