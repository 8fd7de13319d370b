"""From tours to trips with their times and the people aboard, and the document that says it all.

Seconds are written with six decimals, so they are exact; people are given to trips in the order in
which they load, each vehicle as full as there are people left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from safepassage.plan.shuttle.problem import ShuttleProblem
from safepassage.plan.shuttle.solving import Solved
from safepassage.plan.shuttle.tours import Call

FORMAT = "safepassage-shuttle"
VERSION = 1
SECOND = 1_000_000  # ticks in it
ASSUMPTIONS = (
    "Any number of vehicles may load or unload at a dock at once.",
    "A trip takes people of one place, from one of its docks to one haven.",
    "Loading and unloading each take the vehicle's loading time, however many people.",
    "A vehicle goes from a haven to a dock and from a dock to a haven; empty at the end it stays.",
    "Legs are rounded up to a microsecond; the bound has been lowered by what that can hide.",
)


@dataclass(frozen=True)
class Trip:
    """One trip: to a dock, with people to a haven; all times in ticks."""

    vehicle: int
    origin: str  # where the vehicle was before
    dock: int
    haven: int
    leaves: int
    arrives: int
    sails: int  # loaded
    lands: int
    ends: int  # unloaded


def trips_of(solved: Solved, before: int | None = None) -> list[Trip]:
    """The trips of a plan; only those that begin before a tick, if one is given."""
    found = []
    for number, route in enumerate(solved.routes):
        for trip in _vehicle_trips(solved.problem, number, route):
            if before is not None and trip.leaves >= before:
                break
            found.append(trip)
    return found


def _vehicle_trips(problem: ShuttleProblem, number: int, route: Sequence[Call]) -> list[Trip]:
    """The trips of one vehicle, one after another."""
    vehicle = problem.vehicles[number]
    at, clock, empty = vehicle.start, vehicle.ready, vehicle.first
    found = []
    for call in route:
        arrives = clock + int(empty[call.dock])
        sails = arrives + vehicle.loading
        lands = sails + int(vehicle.loaded[call.dock, call.haven])
        ends = lands + vehicle.loading
        found.append(Trip(number, at, call.dock, call.haven, clock, arrives, sails, lands, ends))
        at, clock, empty = problem.havens[call.haven], ends, vehicle.empty[call.haven]
    return found


def boarded(problem: ShuttleProblem, trips: Sequence[Trip]) -> list[int]:
    """People aboard each trip, in the order in which trips load."""
    left, aboard = problem.people.copy(), [0] * len(trips)
    for n in sorted(range(len(trips)), key=lambda n: (trips[n].sails, trips[n].vehicle)):
        place = int(problem.dock_place[trips[n].dock])
        aboard[n] = min(int(left[place]), problem.vehicles[trips[n].vehicle].seats)
        left[place] -= aboard[n]
    return aboard


def document(
    problem: ShuttleProblem,
    trips: Sequence[Trip],
    bound: int | None,
    cpu_seconds: float,
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A plan as plain values; `bound` is the tick before which no plan ends, if that is known."""
    end = max((t.ends for t in trips), default=0)
    rows = [_trip_json(problem, t, n) for t, n in zip(trips, boarded(problem, trips), strict=True)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "question": dict(problem.question),
        "trips": sorted(rows, key=lambda r: (r["leaves_s"], r["vehicle"])),
        "people_out": int(problem.people.sum()),
        "ends_s": end / SECOND,
        "ends_minutes": round(end / SECOND / 60, 4),
        "bound": None
        if bound is None
        else {"ends_s": bound / SECOND, "gap": round((end - bound) / max(1, end), 6)},
        **(more or {}),
        "cpu_seconds": round(cpu_seconds, 2),
        "assumptions": list(ASSUMPTIONS),
    }


def _trip_json(problem: ShuttleProblem, t: Trip, people: int) -> dict[str, Any]:
    return {
        "vehicle": problem.vehicles[t.vehicle].id,
        "from": t.origin,
        "dock": problem.docks[t.dock],
        "place": problem.places[int(problem.dock_place[t.dock])],
        "to": problem.havens[t.haven],
        "people": people,
        "leaves_s": t.leaves / SECOND,
        "arrives_s": t.arrives / SECOND,
        "sails_s": t.sails / SECOND,
        "lands_s": t.lands / SECOND,
        "ends_s": t.ends / SECOND,
    }
