"""Counts that change on the way: plan with what is known, go, count again, plan anew.

At each count a plan is made for the people still to be fetched, with vehicles where they have got
to; the trips that begin before the next count are carried out and cannot be undone.  A later count
is not looked at before its hour.  Vehicles load as many as they have seats for; so what is believed
to be left is a count less the seats sent, and nobody needs to know how full a vehicle came back.

Until the last count, a plan is made for the most that any count so far has said of a place: a trip
too many costs little, one too few is found out when all vehicles are far away.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.problem import ShuttleProblem, Vehicle
from safepassage.plan.shuttle.schedule import SECOND, Trip, trips_of
from safepassage.plan.shuttle.solving import Solved, solve

CLOSE_ENOUGH = 0.005  # of the end: a plan that will be made anew need not be better


@dataclass(frozen=True)
class Step:
    """What was believed at a count, and what was planned."""

    at: int
    to_fetch: tuple[int, ...]  # of each place, people believed to be still there
    ends: int | None  # when the plan of that hour would end; None: nothing was left to plan
    trips: int  # begun before the next count
    cpu_seconds: float


@dataclass(frozen=True, eq=False)
class Rolled:
    """What was carried out, and how it came about."""

    trips: list[Trip]
    steps: list[Step]

    @property
    def end(self) -> int:
        """Tick at which the last person is unloaded."""
        return max((t.ends for t in self.trips), default=0)


def rolled(
    problem: ShuttleProblem,
    every: int,
    counts: Whole,
    seconds: float = 5.0,
    tell: Callable[[str], None] = lambda _said: None,
) -> Rolled:
    """Carry out the plans of all counts, [k, p]; CPU seconds for each plan.

    Raises:
        InfeasibleError: people wait where no vehicle can take them from.
    """
    trips: list[Trip] = []
    steps: list[Step] = []
    for k in range(len(counts)):
        is_last = k == len(counts) - 1
        now = k * every
        began = time.process_time()
        to_fetch = _to_fetch(problem, counts[: k + 1], is_last, trips)
        solved: Solved | None = None
        if to_fetch.any():
            rest = problem.later(to_fetch, _vehicles(problem, now, trips))
            solved = solve(rest, seconds, 0.0 if is_last else CLOSE_ENOUGH)
        begun = trips_of(solved, None if is_last else now + every) if solved else []
        trips += begun
        ends = solved.end if solved else None
        took = time.process_time() - began
        steps.append(Step(now, tuple(to_fetch.tolist()), ends, len(begun), took))
        tell(f"count {k}: {int(to_fetch.sum()):,} people still to fetch, {len(begun)} trips begin")
    return Rolled(trips, steps)


def _to_fetch(problem: ShuttleProblem, known: Whole, is_last: bool, trips: list[Trip]) -> Whole:
    """People believed to be still waiting, from the counts known by now and the seats sent."""
    believed: Whole = known[-1] if is_last else known.max(0)
    sent = np.zeros_like(believed)
    for t in trips:
        sent[problem.dock_place[t.dock]] += problem.vehicles[t.vehicle].seats
    left: Whole = np.maximum(0, believed - sent)
    return left


def _vehicles(problem: ShuttleProblem, now: int, trips: list[Trip]) -> tuple[Vehicle, ...]:
    """The vehicles as the trips so far leave them."""
    last = {t.vehicle: t for t in sorted(trips, key=lambda t: t.ends)}
    found = []
    for number, vehicle in enumerate(problem.vehicles):
        if number in last:
            trip = last[number]
            name = problem.havens[trip.haven]
            found.append(vehicle.from_haven(trip.haven, name, max(trip.ends, now)))
        else:
            found.append(vehicle.ready_at(max(vehicle.ready, now)))
    return tuple(found)


def counts_json(done: Rolled) -> list[dict[str, Any]]:
    """What was believed and planned at each count, as plain values."""
    return [
        {
            "at_s": step.at / SECOND,
            "to_fetch": list(step.to_fetch),
            "plan_ends_s": None if step.ends is None else step.ends / SECOND,
            "trips_begun": step.trips,
            "cpu_seconds": round(step.cpu_seconds, 2),
        }
        for step in done.steps
    ]
