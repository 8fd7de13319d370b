"""A demand document as it is read: its instants, durations and limits on a grid of steps.

What neither the demand nor the operation file limits does not limit the plan, and is noted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.instant import in_utc, zone
from safepassage.model.operation import Leg, LiftType, Operation, PlannedPlace
from safepassage.plan.errors import PlanInputError

UNLIMITED = 1_000_000
NUMBER_MAX = 1e9
STEPS_MAX = 20_000
WAY_HOURS_MAX = 2_400
WAYS = {  # what a type of lift is used for: (into an origin, on from a haven)
    "both": (True, True),
    "in": (True, False),
    "onward": (False, True),
    "none": (False, False),
}
KEYS = {
    "starts_at",
    "zone",
    "deadline",
    "step_hours",
    "seats",
    "crew_cycle_hours",
    "people",
    "lifts",
    "basing",
    "rebasing",
    "rear_guard",
    "inbound",
    "limits",
}
LIMITS = {
    "slots": "parking slots",
    "runway": "runway movements an hour",
    "airside": "places airside",
    "rates": "people an hour",
    "beds": "beds",
    "clears": "people cleared an hour",
    "intake_a_day": "people taken in a day",
    "places": "places",
}


@dataclass
class Grid:
    """The demand of an operation, its parts known to be there and its limits to be numbers."""

    operation: Operation
    demand: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        unknown = set(self.demand) - KEYS
        if unknown:
            raise PlanInputError(
                f"demand: unknown part {sorted(unknown)[0]!r}; known: {listed(KEYS)}"
            )
        self.limits: Mapping[str, Mapping[str, float]] = self.demand.get("limits") or {}
        _check_limits(self.limits, {p.id for p in self.operation.places})
        self.uses: Mapping[str, Mapping[str, Any]] = self.demand.get("lifts") or {}
        _check_uses(self.uses, {x.id for x in self.operation.lift_types})
        if self.demand.get("seats", "planned") not in ("planned", "emergency"):
            raise PlanInputError("seats: write planned or emergency")
        if self.demand.get("basing", "stated") not in ("stated", "free"):
            raise PlanInputError("basing: write stated (as the operation file says) or free")
        if self.demand.get("rebasing", False) not in (True, False):
            raise PlanInputError("rebasing: write true, if lifts may move between bases, or false")
        self.step = number(self.demand.get("step_hours", 1), "step_hours")
        if not 0.05 <= self.step <= 24:
            raise PlanInputError(f"step_hours is {self.step:g}; use 0.25 to 6")
        self.zone = self.demand.get("zone", self.operation.local_zone)
        self.starts = self.instant(self.demand.get("starts_at"), "starts_at")
        self.ends = self._deadline()
        self.steps = math.floor((self.ends - self.starts) / self.hours(1) + 1e-9)
        if self.steps < 1:
            raise PlanInputError(
                f"the deadline {self.ends.isoformat()} is not after the start"
                f" {self.starts.isoformat()}; give a later deadline or an earlier start"
            )
        if self.steps > STEPS_MAX:
            raise PlanInputError(
                f"from {self.starts.isoformat()} to the deadline there are {self.steps:,} steps of"
                f" {self.step:g} hours; {STEPS_MAX:,} can be planned: take longer steps"
                " (step_hours) or an earlier deadline"
            )

    def hours(self, steps: float) -> timedelta:
        """The time that so many steps take."""
        return timedelta(hours=steps * self.step)

    def instant(self, value: Any, what: str) -> datetime:
        """An instant of the demand, in its zone unless it has an offset."""
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            raise PlanInputError(
                f"{what}: {value!r} is not an instant; write it like 2031-02-03T06:00"
            ) from None
        return in_utc(at if at.tzinfo else at.replace(tzinfo=zone(self.zone)), what)

    def _deadline(self) -> datetime:
        wanted = self.demand.get("deadline")
        for known in self.operation.deadlines:
            if wanted is None or known.id == wanted:
                return known.at
        if wanted is None:
            raise PlanInputError("there is no deadline; write one into the operation file")
        return self.instant(wanted, "deadline (neither an id of the operation file nor)")

    def whole(self, hours: float) -> int:
        """Steps that a duration takes, rounded up so that it can be flown."""
        return math.ceil(hours / self.step - 1e-9)

    def way(self, kind: LiftType, leg: Leg) -> int:
        """Steps that a type of lift is under way on a leg, one at least."""
        hours = kind.hours(leg.distance_km)
        if hours > WAY_HOURS_MAX:
            raise PlanInputError(
                f"{kind.id} would be under way for {hours:,.0f} hours from {leg.from_place} to"
                f" {leg.to_place}: check the distance and block_speed_kmh"
            )
        return max(1, self.whole(hours))

    def limit(self, part: str, place: str, otherwise: float | None) -> float:
        """A limit of a place; without end, and noted, where nothing says what it is."""
        value = self.limits.get(part, {}).get(place, otherwise)
        if value is None:
            self.notes.append(
                f"nothing says how many {LIMITS[part]} {place} has: that does not limit the plan"
            )
            return UNLIMITED
        return float(value)

    def first_step(self, value: Any, otherwise: int, what: str) -> int:
        """The step in which an instant lies."""
        if value is None:
            return otherwise
        return math.floor((self.instant(value, what) - self.starts) / self.hours(1) + 1e-9)

    def open_steps(self, place: PlannedPlace) -> list[bool]:
        """In which steps a place is open."""
        return [place.is_open(self.starts + self.hours(t)) for t in range(self.steps)]


def listed(words: Iterable[str]) -> str:
    """Words in order, to be chosen from."""
    return ", ".join(sorted(words))


def number(value: Any, what: str) -> float:
    """A number of the demand, zero or more.

    Raises:
        PlanInputError: it is none.
    """
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 <= value < math.inf:
        raise PlanInputError(f"{what}: {value!r:.80}; write a number, zero or more")
    if value > NUMBER_MAX:
        raise PlanInputError(f"{what}: {value:g} is more than there can be of anything; mend it")
    return float(value)


def whole(value: Any, what: str) -> int:
    """A whole number of the demand, zero or more.

    Raises:
        PlanInputError: it is none.
    """
    if number(value, what) != int(value):
        raise PlanInputError(f"{what}: {value!r}; write a whole number")
    return int(value)


def items(demand: Mapping[str, Any], part: str, known: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """The entries of a part of the demand, none if it is left out.

    Raises:
        PlanInputError: it is no list of entries, or one has a field that nobody reads.
    """
    found = demand.get(part) or []
    if not isinstance(found, list) or not all(isinstance(x, Mapping) for x in found):
        raise PlanInputError(f"{part}: write a list, each entry with {', '.join(known)}")
    for n, item in enumerate(found):
        unknown = set(item) - set(known)
        if unknown:
            raise PlanInputError(
                f"{part}[{n + 1}]: unknown field {min(map(str, unknown))!r}; known: {listed(known)}"
            )
    return found


def _check_limits(limits: Any, known: set[str]) -> None:
    if not isinstance(limits, Mapping):
        raise PlanInputError(f"limits: write parts of {listed(LIMITS)}, each by place")
    unknown = set(limits) - set(LIMITS)
    if unknown:
        raise PlanInputError(
            f"limits: unknown part {min(map(str, unknown))!r}; known: {listed(LIMITS)}"
        )
    for part, values in limits.items():
        if not isinstance(values, Mapping):
            raise PlanInputError(
                f"limits.{part}: write each place with its number of {LIMITS[part]}"
            )
        for place, value in values.items():
            if place not in known:
                raise PlanInputError(
                    f"limits.{part}: the operation has no place {place!r}; it has {listed(known)}"
                )
            number(value, f"limits.{part}.{place}")


def _check_uses(uses: Any, known: set[str]) -> None:
    if not isinstance(uses, Mapping) or not all(isinstance(x, Mapping) for x in uses.values()):
        raise PlanInputError("lifts: write each lift type with seats, tonnes or ways")
    for name, use in uses.items():
        if name not in known:
            raise PlanInputError(
                f"lifts: the operation has no lift type {name!r}; it has {listed(known)}"
            )
        if set(use) - {"seats", "tonnes", "ways"} or use.get("ways", "both") not in WAYS:
            raise PlanInputError(
                f"lifts.{name}: write seats, tonnes, and ways as one of {listed({*WAYS})}"
            )
        for part in ("seats", "tonnes"):
            whole(use.get(part, 1), f"lifts.{name}.{part}")
