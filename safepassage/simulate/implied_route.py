"""By which way people go in the implied ledger: the places of an operation, in their order.

    outside > town > gate > terminal > (a lift) > haven

People board where legs by air, sea or road lead on to a haven: at a terminal or an assembly area.
A lift may pass gates and towns under way, but never another boarding place or haven.  A place that
legs reach from boarding places only is a change of lifts; nobody starts there.

Where legs say which gate leads to which terminal, that is kept.  An operation without towns or
gates has a shorter way.  A place that is expected to be shut at an hour is not chosen for that hour
unless all of its kind are shut: what was published to have happened did happen.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import NamedTuple

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.operation import LiftType, Mode, Operation, PlannedPlace
from safepassage.model.place import PlaceKind
from safepassage.simulate.streams import one_of

_BOARDING = (PlaceKind.TERMINAL, PlaceKind.ASSEMBLY_AREA)
_PASSED = (PlaceKind.GATE, PlaceKind.TOWN)
CREW_HOURS = 12.0  # a leg that takes longer is flown only if there is no other


class Choice(NamedTuple):
    """A place, and whether chance chose it among several."""

    place: PlaceId
    drawn: bool


class Way(NamedTuple):
    """How a lift gets from where people board to a haven."""

    from_place: PlaceId
    to_place: PlaceId
    mode: Mode
    distance_km: float


@dataclass(frozen=True, slots=True)
class Route:
    """Where people of one operation can come from, board, and go."""

    operation: Operation
    ways: tuple[Way, ...]
    staff: frozenset[CategoryId]  # here to run the operation: they come through no gate

    @classmethod
    def of(cls, operation: Operation) -> Route:
        """The way through an operation.

        Raises:
            InvalidFactError: no legs lead from where people board to a haven.
        """
        ways = tuple(
            way
            for place in operation.of_kind(*_BOARDING)
            if not _is_change(operation, place.id)
            for mode in (Mode.AIR, Mode.SEA, Mode.ROAD)
            for way in _ways(operation, place.id, mode)
        )
        if not ways:
            raise InvalidFactError(
                f"{operation.id}: no leg leads from a terminal or assembly area to a haven; add one"
                " under legs, by air, sea or road"
            )
        return cls(operation, ways, frozenset(c.id for c in operation.categories if c.staff))

    def terminal(self, rng: Random, kind: LiftType | None) -> Choice:
        """Where a lift leaves from: roomier places more often."""
        found = self._by(kind)
        places = [self.operation.place(p) for p in dict.fromkeys(w.from_place for w in found)]
        return Choice(one_of(rng, places, _room(places)).id, len(places) > 1)

    def way(
        self,
        rng: Random,
        terminal: PlaceId,
        at: datetime,
        kind: LiftType | None = None,
        operator_class: str | None = None,
    ) -> Way:
        """Where a lift that leaves a terminal goes, as far as its crew may fly or drive.

        Half of the lifts go to where their fleets are based, the other half by the room there is.
        """
        ways = [way for way in self._by(kind) if way.from_place == terminal]
        if kind is not None:
            ways = [way for way in ways if kind.hours(way.distance_km) <= CREW_HOURS] or ways
        ways = [way for way in ways if self.operation.place(way.to_place).is_open(at)] or ways
        based = Counter[PlaceId]()
        for fleet in self.operation.fleets:
            if kind is None or (fleet.lift_type, fleet.operator_class) == (kind.id, operator_class):
                based[fleet.base] += fleet.count
        room = _room([self.operation.place(way.to_place) for way in ways])
        homes = [float(based[way.to_place]) for way in ways]
        return one_of(
            rng, ways, [r + h for r, h in zip(_shares(room), _shares(homes), strict=True)]
        )

    def is_open(self, at: datetime) -> bool:
        """Whether a lift is expected to be able to leave from anywhere."""
        return any(self.operation.place(p).is_open(at) for p in {w.from_place for w in self.ways})

    def gate(self, rng: Random, terminal: PlaceId, at: datetime) -> Choice | None:
        """The gate by which a family comes in: wider gates more often, if all widths are known."""
        gates = self._leading_to(terminal, PlaceKind.GATE)
        if not gates:
            return None
        is_open = [gate for gate in gates if gate.is_open(at)] or list(gates)
        rates = [gate.hourly_rate for gate in is_open]
        known = [rate for rate in rates if rate is not None]
        weights = known if len(known) == len(rates) else [1.0] * len(rates)
        return Choice(one_of(rng, is_open, weights).id, len(gates) > 1)

    def town(self, rng: Random, towards: PlaceId) -> Choice | None:
        """Where a family waits before it goes to a gate."""
        towns = self._leading_to(towards, PlaceKind.TOWN)
        towns = towns or self.operation.of_kind(PlaceKind.TOWN)
        if not towns:
            return None
        return Choice(one_of(rng, towns, [1.0] * len(towns)).id, len(towns) > 1)

    def _by(self, kind: LiftType | None) -> Sequence[Way]:
        return [way for way in self.ways if kind is None or way.mode is kind.mode] or self.ways

    def _leading_to(self, place: PlaceId, kind: PlaceKind) -> tuple[PlannedPlace, ...]:
        found = self.operation.of_kind(kind)
        ids = {place.id for place in found}
        links = [leg for leg in self.operation.legs if leg.from_place in ids]
        if not links:  # nothing is said about any of them, so any will do
            return found
        linked = {leg.from_place for leg in links if leg.to_place == place}
        return tuple(place for place in found if place.id in linked)


def _room(places: Sequence[PlannedPlace]) -> list[float]:
    """Capacities; a place of unknown capacity counts as an average one."""
    known = [place.capacity for place in places if place.capacity is not None]
    average = sum(known) / len(known) if known else 1.0
    return [average if place.capacity is None else float(place.capacity) for place in places]


def _shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total if total else 0.0 for weight in weights]


def _is_change(operation: Operation, place: PlaceId) -> bool:
    origins = [leg.from_place for leg in operation.legs if leg.to_place == place]
    return bool(origins) and all(operation.place(o).kind is PlaceKind.TERMINAL for o in origins)


def _ways(operation: Operation, start: PlaceId, mode: Mode) -> Iterator[Way]:
    """The shortest way to each haven by one mode, nearest first."""
    waiting, done = [(0.0, start)], set[PlaceId]()
    while waiting:
        distance_km, place = heapq.heappop(waiting)
        if place in done:
            continue
        done.add(place)
        kind = operation.place(place).kind
        if kind is PlaceKind.HAVEN:
            yield Way(start, place, mode, distance_km)
        if place != start and kind not in _PASSED:
            continue
        for leg in operation.legs:
            if leg.from_place == place and leg.mode is mode:
                heapq.heappush(waiting, (distance_km + leg.distance_km, leg.to_place))
