"""Whether everybody can be fetched at all, with the smallest change that would do."""

from __future__ import annotations

import numpy as np

from safepassage.plan.errors import InfeasibleError
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem


def require_reachable(problem: ShuttleProblem) -> None:
    """Refuse a problem in which somebody waits where nothing can take them from.

    Raises:
        InfeasibleError: naming the place.
    """
    for p, place in enumerate(problem.places):
        if problem.people[p] and not any(
            _reaches(problem, v, p) for v in range(len(problem.vehicles))
        ):
            raise InfeasibleError(
                f"{place}: {int(problem.people[p]):,} people wait there and no vehicle can take"
                " them to a haven; give one of its docks a distance to and from, or let a"
                " vehicle use it"
            )


def _reaches(problem: ShuttleProblem, number: int, place: int) -> bool:
    """Whether a vehicle gets there on its first trip or, after some trips, on a later one."""
    trips = problem.trips[number]
    if (trips.first[place] < FAR).any():
        return True
    havens = {int(b) for b in np.flatnonzero((trips.first < FAR).any(0))}
    while True:
        onward = {int(b) for a in havens for b in np.flatnonzero((trips.later[a] < FAR).any(0))}
        if onward <= havens:
            break
        havens |= onward
    return any((trips.later[a, place] < FAR).any() for a in havens)
