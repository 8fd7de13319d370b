"""Everything that one vehicle can do by an hour: how often it can call at each place.

Only the number of calls at each place matters, not their order, so a *tour* is a vector of calls
and the earliest end of any order of them.  They are found layer by layer, a call at a time, with
the earliest end at each haven kept apart: the shortest walk, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from safepassage.plan.errors import PlanInputError
from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem

TOURS_MAX = 400_000  # of all vehicles together


class TooManyToursError(PlanInputError):
    """More tours than can be looked at one by one."""


class Call(NamedTuple):
    """One trip of a tour."""

    place: int
    dock: int
    haven: int


@dataclass(frozen=True, eq=False)
class Tours:
    """All tours of one vehicle that end by a horizon, in layers of the same number of calls."""

    radix: Whole  # [p] what a call at a place adds to a tour's key
    most: Whole  # [p] calls that are of any use
    keys: tuple[Whole, ...]  # of each layer, sorted
    ends: tuple[Whole, ...]  # [tour, haven] of each layer

    @cached_property
    def calls(self) -> Whole:
        """Calls at each place, [tour, p]."""
        keys = np.concatenate(self.keys)
        return keys[:, None] // self.radix % (self.most + 2)

    @cached_property
    def end(self) -> Whole:
        """When each tour ends at the earliest, [tour]; 0 for staying where it is."""
        return np.concatenate([e.min(1) for e in self.ends])

    def until(self, horizon: int) -> Whole:
        """Calls of the tours that end by a tick and that one more call would make too late."""
        fits = self.end <= horizon
        keys = np.concatenate(self.keys)[fits]
        more = np.isin(keys[:, None] + self.radix, keys).any(1)
        return self.calls[fits][~more]


def tours(problem: ShuttleProblem, number: int, horizon: int, room: int = TOURS_MAX) -> Tours:
    """The tours of a vehicle that end by a tick.

    Raises:
        TooManyToursError: more than `room` of them.
    """
    trips, vehicle = problem.trips[number], problem.vehicles[number]
    most = -(-problem.people // vehicle.seats)
    radix = _radix(most, room)
    havens = len(problem.havens)
    keys, ends = [np.zeros(1, np.int64)], [np.zeros((1, havens), np.int64)]
    total = 1
    while len(keys[-1]):
        if len(keys) == 1:
            reached = (radix[most > 0], vehicle.ready + trips.first[most > 0])
        else:
            reached = _one_more(keys[-1], ends[-1], trips.later, radix, most)
        k, e = _earliest(*reached, horizon)
        total += len(k)
        if total > room:
            raise TooManyToursError(f"{vehicle.id} has more than {room:,} tours")
        keys.append(k)
        ends.append(e)
    return Tours(radix, most, tuple(keys), tuple(ends))


def _radix(most: Whole, room: int) -> Whole:
    sizes = [int(n) + 2 for n in most]
    radix = [1]
    for size in sizes:
        radix.append(radix[-1] * size)
    if radix[-1] >= 1 << 62:
        raise TooManyToursError(f"there are more than {room:,} tours")
    return np.array(radix[:-1], np.int64)


def _one_more(
    keys: Whole, ends: Whole, later: Whole, radix: Whole, most: Whole
) -> tuple[Whole, Whole]:
    """Each tour with one more call at each place, several ways to the same tour."""
    found_keys, found_ends = [], []
    for place in np.flatnonzero(most):
        room = keys // radix[place] % (most[place] + 2) < most[place]
        found_keys.append(keys[room] + radix[place])
        found_ends.append((ends[room][:, :, None] + later[None, :, place]).min(1))
    return np.concatenate(found_keys), np.concatenate(found_ends)


def _earliest(keys: Whole, ends: Whole, horizon: int) -> tuple[Whole, Whole]:
    """Each key once, with the earliest end of its ways at each haven."""
    good = ends.min(1) <= horizon
    unique, back = np.unique(keys[good], return_inverse=True)
    earliest = np.full((len(unique), ends.shape[1]), FAR)
    np.minimum.at(earliest, back, ends[good])
    return unique, earliest


def in_order(problem: ShuttleProblem, number: int, found: Tours, calls: Whole) -> list[Call]:
    """A tour's calls in an order that ends earliest; where most wait goes first among equals."""
    trips, ready = problem.trips[number], problem.vehicles[number].ready
    layer, key = int(calls.sum()), int((calls * found.radix).sum())
    if not layer:
        return []
    ends = _at(found, layer, key)
    haven = int(ends.argmin())
    left, order = calls.copy(), []
    by_people = np.argsort(problem.people, kind="stable")
    while layer > 1:
        place, before = _last(found, trips.later, left, haven, by_people)
        order.append(Call(place, int(trips.later_dock[before, place, haven]), haven))
        left[place] -= 1
        haven, layer = before, layer - 1
    place = int(np.flatnonzero(left)[0])
    if _at(found, 1, int(found.radix[place]))[haven] != ready + trips.first[place, haven]:
        raise AssertionError("a tour does not begin where its table says")
    order.append(Call(place, int(trips.first_dock[place, haven]), haven))
    return order[::-1]


def _at(found: Tours, layer: int, key: int) -> Whole:
    row: Whole = found.ends[layer][np.searchsorted(found.keys[layer], key)]
    return row


def _last(found: Tours, later: Whole, left: Whole, haven: int, by_people: Whole) -> tuple[int, int]:
    """The place of the last call of the fastest order that ends at a haven, and where from."""
    layer, key = int(left.sum()), int((left * found.radix).sum())
    end = _at(found, layer, key)[haven]
    for place in by_people:
        keys = found.keys[layer - 1]
        before_key = key - int(found.radix[place])
        row = int(np.searchsorted(keys, before_key))
        if not left[place] or row == len(keys) or keys[row] != before_key:
            continue
        ways = found.ends[layer - 1][row] + later[:, place, haven]
        if ways.min() == end:
            return int(place), int(ways.argmin())
    raise AssertionError("a tour's end has no way to it")
