"""A first plan, as a dispatcher would make it: whoever can be back first goes, where most wait."""

from __future__ import annotations

import numpy as np

from safepassage.plan.errors import InfeasibleError
from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem

LOADS = (0.0, 0.5, 1.0)  # how much a vehicle looks at the people fetched rather than at the clock


def first_end(problem: ShuttleProblem) -> tuple[int, Whole]:
    """When the best of a few first plans ends, and its calls, [v, p]."""
    plans = [_dispatched(problem, weight) for weight in LOADS]
    return min(plans, key=lambda plan: plan[0])


def _dispatched(problem: ShuttleProblem, weight: float) -> tuple[int, Whole]:
    """Trips one by one, each the best next one: its end less what its load is worth."""
    vehicles, places = len(problem.vehicles), len(problem.places)
    left, calls = problem.people.copy(), np.zeros((vehicles, places), np.int64)
    trips, seats = problem.trips, problem.seats
    ends = np.stack([v.ready + t.first for v, t in zip(problem.vehicles, trips, strict=True)])
    rate = _people_a_tick(problem)
    last = 0
    while left.any():
        load = np.minimum(left, seats[:, None])[:, :, None]
        is_way = (load > 0) & (ends < FAR)
        if not is_way.any():
            raise _stuck(problem, left)
        late = np.where(is_way, ends - weight * load / rate, np.inf)
        v, place, haven = np.unravel_index(int(late.argmin()), late.shape)
        end = int(ends[v, place, haven])
        left[place] -= load[v, place, 0]
        calls[v, place] += 1
        last = max(last, end)
        ends[v] = end + trips[v].later[haven]
    return last, calls


def _stuck(problem: ShuttleProblem, left: Whole) -> InfeasibleError:
    place = problem.places[int(left.argmax())]
    return InfeasibleError(
        f"{place}: people wait there whom no vehicle can reach from the haven where it has got to;"
        " give the distance from every haven to one of its docks"
    )


def _people_a_tick(problem: ShuttleProblem) -> float:
    """What the whole fleet fetches in a tick if each vehicle makes its shortest trip for ever."""
    shortest = [min(int(t.later.min()), int(t.first.min())) for t in problem.trips]
    return float(sum(s / max(1, n) for s, n in zip(problem.seats, shortest, strict=True)))
