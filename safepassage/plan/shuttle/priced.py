"""A bound for fleets whose tours are too many to look at: a price for each person, by place.

For whole prices, let R[v](T) be the most that one vehicle can earn by tick T if every seat is sold
at every call.  A plan that ends by T earns at least price x people, so while the sum of R[v](T) is
less, no plan ends by T.  R is found on a grid of time on which every trip is rounded down, so it
can only be too great, and the bound only too early; everything is in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem

CELLS_MAX = 4000  # of the grid until the end of the plan
CELLS_A_TRIP = 8  # of the shortest trip, if the grid allows
LEGS = 4  # of a trip, each rounded up by a tick at most
ROUNDS = 25
SCALE = 1000  # of a price


def priced_bound(problem: ShuttleProblem, end: int, goes_on: Callable[[], bool]) -> int:
    """A tick before which no plan ends, from prices that follow where people are left over."""
    if not problem.people.any():
        return 0
    shortest = min(min(int(t.later.min()), int(t.first.min())) for t in problem.trips)
    cell = max(1, min(shortest, max(shortest // CELLS_A_TRIP, end // CELLS_MAX)))
    prices = np.where(problem.people > 0, SCALE, 0)
    best = 0
    for number in range(ROUNDS):
        if number and not goes_on():
            break
        at, fetched = _earned(problem, prices, end, cell)
        best = max(best, at)
        short = (problem.people - fetched) / np.maximum(1, problem.people)
        step = SCALE / (2 + number)
        prices = np.maximum(0, np.rint(prices + step * short)).astype(np.int64)
        if not (prices * problem.people).any():
            break
    return max(0, best - LEGS * (end // max(1, shortest) + 2))


def _earned(problem: ShuttleProblem, prices: Whole, end: int, cell: int) -> tuple[int, Whole]:
    """The first tick by which the fleet can earn the price of all people; whom it fetches by it."""
    cells = end // cell + 1
    ways = [_most(problem, v, prices, cells, cell) for v in range(len(problem.vehicles))]
    together = np.sum([earned.max(1) for earned, _ in ways], axis=0)
    enough = together >= int((prices * problem.people).sum())
    last = int(enough.argmax()) if enough.any() else cells - 1
    fetched = np.zeros(len(problem.places), np.int64)
    for v, (earned, how) in enumerate(ways):
        calls = _calls(earned, how, last, len(problem.places))
        fetched += problem.vehicles[v].seats * calls
    return last * cell if enough.any() else end, fetched


def _most(
    problem: ShuttleProblem, number: int, prices: Whole, cells: int, cell: int
) -> tuple[Whole, Whole]:
    """What a vehicle can have earned by each cell at each haven, and the trip that ends there."""
    vehicle, trips = problem.vehicles[number], problem.trips[number]
    pay = prices * vehicle.seats
    later = np.where(trips.later < FAR, np.maximum(1, trips.later // cell), cells)
    first = np.where(trips.first < FAR, (vehicle.ready + trips.first) // cell, cells)
    havens, places = len(problem.havens), len(problem.places)
    earned = np.full((cells, havens), -1, np.int64)  # -1: it cannot have got there
    how = np.full((cells, havens, 3), -1, np.int64)  # cell before, haven before, place
    a, p, _ = np.indices((havens, places, havens)).reshape(3, -1)
    lag, gain = later.ravel(), pay[p]
    for t in range(cells):
        if t:
            earned[t], how[t] = earned[t - 1], how[t - 1]
        for place, haven in np.argwhere(first == t):
            if pay[place] > earned[t, haven]:
                earned[t, haven], how[t, haven] = pay[place], (-1, -1, place)
        before = earned[np.maximum(0, t - lag), a]
        offer = np.where((lag <= t) & (before >= 0), before + gain, -1).reshape(-1, havens)
        best = offer.argmax(0)
        for haven in np.flatnonzero(offer.max(0) > earned[t]):
            way = int(best[haven]) * havens + int(haven)
            earned[t, haven] = offer[best[haven], haven]
            how[t, haven] = t - lag[way], a[way], p[way]
    return np.maximum(earned, 0), how


def _calls(earned: Whole, how: Whole, last: int, places: int) -> Whole:
    """The calls of the way that earns most by a cell."""
    calls = np.zeros(places, np.int64)
    cell, haven = last, int(earned[last].argmax())
    while cell >= 0 and how[cell, haven, 2] >= 0:
        cell, haven, place = (int(n) for n in how[cell, haven])
        calls[place] += 1
    return calls
