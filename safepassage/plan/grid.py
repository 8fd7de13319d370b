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
from safepassage.model.operation import Operation, PlannedPlace
from safepassage.plan.errors import PlanInputError

UNLIMITED = 1_000_000
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
        limits = self.demand.get("limits") or {}
        unknown = set(limits) - set(LIMITS)
        if unknown:
            raise PlanInputError(
                f"limits: unknown part {sorted(unknown)[0]!r}; known: {listed(LIMITS)}"
            )
        self.limits: Mapping[str, Mapping[str, float]] = limits
        for part, values in limits.items():
            for place, value in values.items():
                number(value, f"limits.{part}.{place}")
        self.uses: Mapping[str, Mapping[str, Any]] = self.demand.get("lifts") or {}
        _check_uses(self.uses, {x.id for x in self.operation.lift_types})
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
        raise PlanInputError(f"{what}: {value!r}; write a number, zero or more")
    return float(value)


def _check_uses(uses: Mapping[str, Mapping[str, Any]], known: set[str]) -> None:
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
            if use.get(part, 1) != int(number(use.get(part, 1), f"lifts.{name}.{part}")):
                raise PlanInputError(f"lifts.{name}.{part}: write a whole number")
