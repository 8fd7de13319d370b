"""A first plan, as a dispatcher would make it: whoever can be back first goes, where most wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem, Trips
from safepassage.plan.shuttle.tours import Call

Flags = NDArray[np.bool_]
LOADS = (0.0, 0.5, 1.0)  # how much the people aboard count, beside the clock


@dataclass(frozen=True)
class First:
    """The trips of each vehicle in their order, and when the last one ends."""

    end: int
    routes: tuple[tuple[Call, ...], ...]

    def calls(self, places: int) -> Whole:
        """How often each vehicle calls at each place, [v, p]."""
        counted = np.zeros((len(self.routes), places), np.int64)
        for v, route in enumerate(self.routes):
            for call in route:
                counted[v, call.place] += 1
        return counted


def first_plan(problem: ShuttleProblem) -> First | None:
    """The best of a few first plans; None if vehicles get to where they cannot go on."""
    plans = [_dispatched(problem, weight) for weight in LOADS]
    return min((p for p in plans if p is not None), key=lambda p: p.end, default=None)


def _dispatched(problem: ShuttleProblem, weight: float) -> First | None:
    """Trips one by one, each the best next one: its end less what its load is worth."""
    routes: list[list[Call]] = [[] for _ in problem.vehicles]
    left, trips, seats = problem.people.copy(), problem.trips, problem.seats
    ends = np.stack([v.ready + t.first for v, t in zip(problem.vehicles, trips, strict=True)])
    docks = [t.first_dock for t in trips]
    onward = np.array([_leads_on(problem, t) for t in trips])[:, None]
    rate = _people_a_tick(problem)
    last = 0
    while left.any():
        load = np.minimum(left, seats[:, None])[:, :, None]
        is_way = (load > 0) & (ends < FAR)
        if not is_way.any():
            return None
        if (is_way & onward).any():
            is_way &= onward
        late = np.where(is_way, ends - weight * load / rate, np.inf)
        v, place, haven = (int(n) for n in np.unravel_index(int(late.argmin()), late.shape))
        left[place] -= load[v, place, 0]
        routes[v].append(Call(place, int(docks[v][place, haven]), haven))
        end = int(ends[v, place, haven])
        last = max(last, end)
        ends[v], docks[v] = end + trips[v].later[haven], trips[v].later_dock[haven]
    return First(last, tuple(map(tuple, routes)))


def _leads_on(problem: ShuttleProblem, trips: Trips) -> Flags:
    """The havens from which a vehicle can go on to every place that it can go to at all, [b]."""
    there = trips.later.min(2)[:, problem.people > 0] < FAR  # [a, p]
    leads: Flags = np.all(there >= there.any(0), axis=1)
    return leads


def _people_a_tick(problem: ShuttleProblem) -> float:
    """What the whole fleet fetches in a tick if each vehicle makes its shortest trip for ever."""
    shortest = [min(int(t.later.min()), int(t.first.min())) for t in problem.trips]
    return float(sum(s / max(1, n) for s, n in zip(problem.seats, shortest, strict=True)))
