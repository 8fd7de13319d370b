"""Families in the implied ledger: how large, and when each was where.

Sizes follow the table below, mean 3.95 with singles; the last family of a load takes what is left,
so every load is full to the head and no family is split over two lifts.  The table is an assumption
(the sources publish heads, never families), made to resemble airlifts of large families with many
people alone among them.

Waiting times go backwards from departure, each drawn from a triangular distribution of its own.
They are assumptions too: hours in the terminal, hours between gate and terminal, up to two days
known in town before going to a gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from safepassage.model.ids import CategoryId, EntryId, GroupId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import OUTSIDE
from safepassage.simulate.implied_loads import Load
from safepassage.simulate.implied_route import Route
from safepassage.simulate.streams import Streams, between

# In a thousand families, how many have 1, 2, 3, ... heads.
FAMILY_SIZES = (220, 120, 120, 140, 130, 110, 70, 50, 30, 10)
FAMILY_MEAN = sum(size * n for size, n in enumerate(FAMILY_SIZES, 1)) / sum(FAMILY_SIZES)

# Hours: at least, usually, at most.
TERMINAL_WAIT = (1.0, 4.0, 14.0)
GATE_WAIT = (0.25, 1.0, 6.0)
TOWN_WAIT = (1.0, 12.0, 48.0)
LEAD_MAX = timedelta(hours=TERMINAL_WAIT[2] + GATE_WAIT[2] + TOWN_WAIT[2])

_SECOND = timedelta(seconds=1)


class Stop(NamedTuple):
    """A place entered at an instant, and which of the two chance chose."""

    at: datetime
    place: PlaceId
    at_drawn: bool
    place_drawn: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """One family, or a load that nobody told apart, from outside to a haven."""

    name: str  # begins the entry ids
    group: GroupId | None
    heads: int
    heads_drawn: bool
    category: CategoryId
    stops: tuple[Stop, ...]

    def movements(self) -> Iterator[Movement]:
        """One movement for each step, oldest first."""
        before = Stop(self.stops[0].at, OUTSIDE, False, False)
        for number, stop in enumerate(self.stops, start=1):
            yield Movement(
                id=EntryId(f"{self.name}/{number}"),
                from_place=before.place,
                to_place=stop.place,
                phase=Phase.POSTED,
                occurred_at=stop.at,
                heads=self.heads,
                group=self.group,
                category=self.category,
                drawn=_drawn(before.place_drawn, stop.place_drawn, stop.at_drawn, self.heads_drawn),
            )
            before = stop


@cache
def _drawn(from_place: bool, to_place: bool, at: bool, heads: bool) -> tuple[str, ...]:
    return (
        *(("from_place",) if from_place else ()),
        *(("to_place",) if to_place else ()),
        *(("occurred_at",) if at else ()),
        *(("heads", "group") if heads else ()),
    )


def family_sizes(rng: Random, heads: int) -> Iterator[int]:
    """Families that fill a load exactly."""
    total = sum(FAMILY_SIZES)
    while heads:
        left = rng.random() * total
        size = 0
        for size, share in enumerate(FAMILY_SIZES, start=1):  # noqa: B007 - the size is the result
            left -= share
            if left < 0:
                break
        size = min(size, heads)
        heads -= size
        yield size


def family_journeys(
    route: Route, load: Load, streams: Streams, first: int = 1
) -> Iterator[Journey]:
    """The families of a load, numbered from `first`."""
    for number, size in enumerate(family_sizes(streams["families"], load.heads), start=first):
        name = f"{load.subject}/{number}"
        yield Journey(
            name=f"{route.operation.id}/{name}",
            group=GroupId(name),
            heads=size,
            heads_drawn=True,
            category=load.category,
            stops=stops(route, load, streams),
        )


def stops(route: Route, load: Load, streams: Streams) -> tuple[Stop, ...]:
    """Where the people of one journey were, and when: towards the lift and away with it."""
    staff = load.category in route.staff
    departs = load.departs_at
    if load.spread:
        share = streams["moments"].random() * load.spread
        departs += share // _SECOND * _SECOND
    lift = load.lift
    found = [
        Stop(
            departs + load.under_way,
            lift.to_place,
            at_drawn=True,
            place_drawn=load.haven_drawn,
        ),
        Stop(departs, lift.lift, load.departs_drawn, load.lift_drawn),
    ]
    at = departs - _wait(streams, "terminal wait", TERMINAL_WAIT)
    found.append(Stop(at, lift.from_place, True, load.terminal_drawn))
    gate_wait = _wait(streams, "gate wait", GATE_WAIT)
    town_wait = _wait(streams, "town wait", TOWN_WAIT)
    towards = lift.from_place
    gate = None if staff else route.gate(streams["gates"], towards, at - gate_wait)
    if gate is not None:
        at -= gate_wait
        towards = gate.place
        found.append(Stop(at, gate.place, True, gate.drawn))
    town = None if staff else route.town(streams["towns"], towards)
    if town is not None:
        found.append(Stop(at - town_wait, town.place, True, town.drawn))
    return tuple(reversed(found))


def _wait(streams: Streams, cause: str, hours: tuple[float, float, float]) -> timedelta:
    return timedelta(minutes=max(1, round(60 * between(streams[cause], *hours))))
