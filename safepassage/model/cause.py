"""What may happen to an operation, as data: a cause, and how its size is distributed.

A cause is one thing that chance does: families that do not come, a gate that shuts for a threat, an
aircraft that breaks.  Its id is the name of its random stream, so a cause that is added, left out
or changed leaves the draws of all others as they were.  What each kind reads is in `NEEDS` and
`MAY_HAVE`; docs/guide/odds.md says what it does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, PlaceId, check_id
from safepassage.model.instant import in_utc

HOURS_MAX = 24.0 * 60  # a delay or closure on average; longer is a change of plan, not of luck
A_DAY_MAX = 96.0  # one each quarter of an hour
FAMILY_MAX = 60


class Shape(StrEnum):
    """A family of distributions, with the numbers that say which."""

    CONSTANT = "constant"  # value
    UNIFORM = "uniform"  # low, high
    TRIANGULAR = "triangular"  # low, most often, high
    EXPONENTIAL = "exponential"  # mean
    ERLANG = "erlang"  # mean, phases: the sum of so many exponential parts
    LOGNORMAL = "lognormal"  # mean, coefficient of variation


NUMBERS = {
    Shape.CONSTANT: 1,
    Shape.UNIFORM: 2,
    Shape.TRIANGULAR: 3,
    Shape.EXPONENTIAL: 1,
    Shape.ERLANG: 2,
    Shape.LOGNORMAL: 2,
}
PHASES_MAX = 50
VARIATION_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a number is distributed: a shape and its parameters, in the order of `Shape`.

    Raises:
        InvalidFactError: no number could be distributed so; the message says what to write.
    """

    shape: Shape
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        said = f"{self.shape}: {', '.join(f'{v:g}' for v in self.values)}"
        if len(self.values) != NUMBERS[self.shape]:
            raise InvalidFactError(
                f"{said}; this distribution has {NUMBERS[self.shape]} numbers: {_MEANT[self.shape]}"
            )
        if not all(math.isfinite(v) for v in self.values):
            raise InvalidFactError(f"{said}; every number must be finite")
        if not _is_possible(self.shape, self.values):
            raise InvalidFactError(f"{said} is impossible; write {_MEANT[self.shape]}")

    @property
    def mean(self) -> float:
        """The mean."""
        v = self.values
        if self.shape is Shape.UNIFORM:
            return (v[0] + v[1]) / 2
        if self.shape is Shape.TRIANGULAR:
            return sum(v) / 3
        return v[0]

    @property
    def low(self) -> float:
        """The least that can be drawn."""
        is_positive = self.shape in (Shape.EXPONENTIAL, Shape.ERLANG, Shape.LOGNORMAL)
        return 0.0 if is_positive else self.values[0]

    @property
    def high(self) -> float:
        """The most that can be drawn; infinity where there is no most."""
        is_positive = self.shape in (Shape.EXPONENTIAL, Shape.ERLANG, Shape.LOGNORMAL)
        return math.inf if is_positive else self.values[-1]


_MEANT = {
    Shape.CONSTANT: "one number",
    Shape.UNIFORM: "low and high, low below high",
    Shape.TRIANGULAR: "low, most often and high, in this order, low below high",
    Shape.EXPONENTIAL: "a mean above zero",
    Shape.ERLANG: f"a mean above zero and a whole number of phases from 1 to {PHASES_MAX}",
    Shape.LOGNORMAL: "a mean above zero and a coefficient of variation (standard deviation over"
    f" mean) above zero and at most {VARIATION_MAX:g}",
}


def _is_possible(shape: Shape, v: tuple[float, ...]) -> bool:
    if shape is Shape.CONSTANT:
        return True
    if shape is Shape.UNIFORM:
        return v[0] < v[1]
    if shape is Shape.TRIANGULAR:
        return v[0] <= v[1] <= v[2] and v[0] < v[2]
    if v[0] <= 0:
        return False
    if shape is Shape.ERLANG:
        return v[1] == int(v[1]) and 1 <= v[1] <= PHASES_MAX
    return shape is Shape.EXPONENTIAL or 0 < v[1] <= VARIATION_MAX


class CauseKind(StrEnum):
    """What chance may do."""

    FAMILY_SIZES = "family-sizes"
    LATE_ARRIVAL = "late-arrival"
    NO_SHOW = "no-show"
    WALK_UPS = "walk-ups"
    MISSING_PAPERS = "missing-papers"
    SERVICE_TIME = "service-time"
    GATE_RATE = "gate-rate"
    SCREENING_DELAY = "screening-delay"
    GATE_CLOSURE = "gate-closure"
    AIRFIELD_HALT = "airfield-halt"
    WEATHER = "weather"
    DIVERSION = "diversion"
    BREAKDOWN = "breakdown"
    GROUND_DELAY = "ground-delay"
    CREW_LIMIT = "crew-limit"
    HAVEN_REFUSAL = "haven-refusal"
    MOVED_DEADLINE = "moved-deadline"
    LOST_COMMUNICATION = "lost-communication"


SPELLS = frozenset(  # kinds that begin, last for some hours, and end
    {
        CauseKind.GATE_CLOSURE,
        CauseKind.AIRFIELD_HALT,
        CauseKind.WEATHER,
        CauseKind.HAVEN_REFUSAL,
        CauseKind.LOST_COMMUNICATION,
    }
)
_WINDOW = ("starts_at", "ends_at")
_SPELL = ("chance", "a_day", "level", *_WINDOW)
NEEDS: dict[CauseKind, tuple[str, ...]] = {
    CauseKind.FAMILY_SIZES: ("sizes",),
    CauseKind.LATE_ARRIVAL: ("hours",),
    CauseKind.NO_SHOW: ("chance",),
    CauseKind.WALK_UPS: ("an_hour",),
    CauseKind.MISSING_PAPERS: ("chance",),
    CauseKind.SERVICE_TIME: ("factor",),
    CauseKind.GATE_RATE: ("factor",),
    CauseKind.SCREENING_DELAY: ("hours",),
    CauseKind.GATE_CLOSURE: ("hours",),
    CauseKind.AIRFIELD_HALT: ("hours",),
    CauseKind.WEATHER: ("hours", "share"),
    CauseKind.DIVERSION: ("chance",),
    CauseKind.BREAKDOWN: ("chance", "hours"),
    CauseKind.GROUND_DELAY: ("hours",),
    CauseKind.CREW_LIMIT: ("hours",),
    CauseKind.HAVEN_REFUSAL: ("hours",),
    CauseKind.MOVED_DEADLINE: ("hours",),
    CauseKind.LOST_COMMUNICATION: ("hours",),
}
MAY_HAVE: dict[CauseKind, tuple[str, ...]] = {
    CauseKind.LATE_ARRIVAL: ("chance", "category"),
    CauseKind.NO_SHOW: ("category",),
    CauseKind.WALK_UPS: ("category", "place", *_WINDOW),
    CauseKind.MISSING_PAPERS: ("category",),
    CauseKind.SERVICE_TIME: ("category",),
    CauseKind.GATE_RATE: ("place", *_WINDOW),
    CauseKind.GATE_CLOSURE: ("place", *_SPELL),
    CauseKind.AIRFIELD_HALT: ("place", *_SPELL),
    CauseKind.WEATHER: ("place", *_SPELL),
    CauseKind.DIVERSION: ("lift_type",),
    CauseKind.BREAKDOWN: ("lift_type",),
    CauseKind.GROUND_DELAY: ("chance", "lift_type"),
    CauseKind.CREW_LIMIT: ("chance", "lift_type"),
    CauseKind.HAVEN_REFUSAL: ("place", *_SPELL),
    CauseKind.MOVED_DEADLINE: ("chance",),
    CauseKind.LOST_COMMUNICATION: _SPELL,
}
_SIZES = ("chance", "hours", "factor", "an_hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that chance does.

    Raises:
        InvalidFactError: it lacks what its kind needs, or has what means nothing for it.
    """

    id: str
    kind: CauseKind
    name: str | None = None
    chance: Distribution | None = None  # drawn once for each replication, a share from 0 to 1
    a_day: float | None = None  # how often a spell begins; without it there is at most one
    hours: Distribution | None = None
    factor: Distribution | None = None  # 1 is as planned
    an_hour: Distribution | None = None  # people; drawn once for each replication
    share: float | None = None  # of slots and runway that is left
    sizes: tuple[tuple[int, float], ...] = ()  # heads of a family, and its share of families
    place: PlaceId | None = None  # None: all of the kind that it is about
    category: CategoryId | None = None  # None: everybody
    lift_type: str | None = None  # None: every type
    level: str | None = None  # of threat, for the reader
    starts_at: datetime | None = None  # None: from the start
    ends_at: datetime | None = None  # None: to the end; one spell: at starts_at

    def __post_init__(self) -> None:
        check_id(self.id, "cause")
        self._check_parts()
        self._check_numbers()
        for part in _WINDOW:
            at = getattr(self, part)
            if at is not None:
                object.__setattr__(self, part, in_utc(at, f"cause {self.id}: {part}"))
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise InvalidFactError(f"{self.id}: it ends before it starts; exchange from and until")

    def _check_parts(self) -> None:
        needed = NEEDS[self.kind]
        allowed = {"id", "kind", "name", *needed, *MAY_HAVE.get(self.kind, ())}
        for part in self.__slots__:
            is_there = getattr(self, part) not in (None, ())
            if part in needed and not is_there:
                raise InvalidFactError(f"{self.id}: a {self.kind} needs {WRITTEN.get(part, part)}")
            if is_there and part not in allowed:
                raise InvalidFactError(
                    f"{self.id}: a {self.kind} has no {WRITTEN.get(part, part)}; leave it out"
                )

    def _check_numbers(self) -> None:
        if self.chance and not (self.chance.low >= 0 and self.chance.high <= 1):
            raise InvalidFactError(f"{self.id}: a chance lies between 0 and 1")
        if self.a_day is not None and not 0 < self.a_day <= A_DAY_MAX:
            raise InvalidFactError(f"{self.id}: a_day is above 0 and at most {A_DAY_MAX:g}")
        if self.a_day is not None and self.chance is not None:
            raise InvalidFactError(f"{self.id}: write a_day or chance, not both")
        for part in ("hours", "factor", "an_hour"):
            found: Distribution | None = getattr(self, part)
            may_be_less = self.kind is CauseKind.MOVED_DEADLINE
            if found and found.low < 0 and not may_be_less:
                raise InvalidFactError(f"{self.id}: {part} may not fall below 0")
        if self.hours and not abs(self.hours.mean) <= HOURS_MAX:
            raise InvalidFactError(
                f"{self.id}: {self.hours.mean:g} hours on average are more than {HOURS_MAX:g};"
                " plan without it instead"
            )
        if self.factor and self.factor.mean <= 0:
            raise InvalidFactError(f"{self.id}: a factor of 0 lets nobody through; write more")
        if self.share is not None and not 0 <= self.share < 1:
            raise InvalidFactError(f"{self.id}: share is what is left, from 0 to below 1")
        if self.sizes and not (
            all(1 <= n <= FAMILY_MAX and 0 <= w < math.inf for n, w in self.sizes)
            and sum(w for _, w in self.sizes) > 0
        ):
            raise InvalidFactError(
                f"{self.id}: families have 1 to {FAMILY_MAX} heads and shares of zero or more,"
                " one of them above zero"
            )

    @property
    def distributions(self) -> dict[str, Distribution]:
        """What is drawn for it, by the name of the part."""
        found = {part: getattr(self, part) for part in _SIZES}
        return {part: d for part, d in found.items() if d is not None}


WRITTEN = {"starts_at": "from", "ends_at": "until", "an_hour": "people_an_hour"}  # as in the file
