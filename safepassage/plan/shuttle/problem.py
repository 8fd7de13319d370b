"""What is asked of shuttling vehicles: who waits where, which docks, how fast, how many seats.

A *place* is where people wait; it has *docks*.  A *haven* is a dock where they are safe.  A vehicle
goes from where it starts to a dock, to a haven, to a dock, and so on: a *trip* ends with the last
person unloaded at a haven.  Any number of vehicles may use a dock at once.

Times are whole microseconds, `TICKS`, each leg rounded up, so that what fits can be done.  In exact
time a plan ends at most one tick a leg sooner than here; bounds give those ticks away.
Axes, in this order: haven a, dock d, place p, haven b.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from safepassage.plan.linear import Whole

TICKS = 60_000_000  # in a minute
FAR = 1 << 50  # ticks of a leg that there is not; two of them still fit an integer


def ticks(minutes: float) -> int:
    """Whole ticks that a duration in minutes takes, the noise of a float forgiven."""
    return math.ceil(minutes * TICKS - 1e-3)


def minutes(count: int) -> float:
    """Minutes of a number of ticks."""
    return count / TICKS


@dataclass(frozen=True, eq=False)
class Vehicle:
    """One boat or bus, where it is and from when on it can leave."""

    id: str
    seats: int
    start: str  # the dock or haven from which its first trip leaves
    ready: int  # tick from which on it can leave
    loading: int  # ticks to load, and again to unload, however many people
    first: Whole  # [d] ticks from its start to a dock, FAR where it cannot go
    empty: Whole  # [a, d]
    loaded: Whole  # [d, b]

    def ready_at(self, tick: int) -> Vehicle:
        """The same vehicle where it is, ready from a tick on."""
        return replace(self, ready=tick)

    def from_haven(self, haven: int, name: str, ready: int) -> Vehicle:
        """The same vehicle later on, at a haven."""
        return replace(self, start=name, ready=ready, first=self.empty[haven])


@dataclass(frozen=True, eq=False)
class Trips:
    """Ticks of whole trips of one vehicle by the best dock of each place."""

    first: Whole  # [p, b] from its start, when it leaves at tick 0
    later: Whole  # [a, p, b]
    first_dock: Whole  # [p, b]
    later_dock: Whole  # [a, p, b]


@dataclass(frozen=True, eq=False)
class ShuttleProblem:
    """Everything a plan depends on; `question` is the same as somebody wrote it."""

    name: str
    places: tuple[str, ...]
    people: Whole  # [p]
    docks: tuple[str, ...]
    dock_place: Whole  # [d]
    havens: tuple[str, ...]
    vehicles: tuple[Vehicle, ...]
    question: Mapping[str, Any]

    @cached_property
    def trips(self) -> tuple[Trips, ...]:
        """The trips of each vehicle."""
        return tuple(_trips(self, v) for v in self.vehicles)

    @property
    def seats(self) -> Whole:
        """Seats of each vehicle."""
        return np.array([v.seats for v in self.vehicles], np.int64)

    def later(self, people: Whole, vehicles: tuple[Vehicle, ...]) -> ShuttleProblem:
        """What is left of it: fewer people, vehicles where they have got to."""
        return replace(self, people=people, vehicles=vehicles)


def _trips(problem: ShuttleProblem, v: Vehicle) -> Trips:
    there = np.vstack([v.first[None], v.empty])  # [1 + a, d]
    whole = there[:, :, None] + v.loaded[None] + 2 * v.loading  # [1 + a, d, b]
    shape = (len(there), len(problem.places), len(problem.havens))
    best, dock = np.full(shape, FAR), np.zeros(shape, np.int64)
    for d, place in enumerate(problem.dock_place):
        better = whole[:, d] < best[:, place]
        best[:, place][better] = whole[:, d][better]
        dock[:, place][better] = d
    return Trips(best[0], best[1:], dock[0], dock[1:])
