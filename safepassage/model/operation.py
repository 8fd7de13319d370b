"""An operation: what a planner knows before the first person moves.

Which places there are and how they connect, what flies between them, who counts, by when everybody
must be out, and in which window and zone figures are announced.  It is written once by hand (the
operation file, see docs/reference/operation-file.md) and read by the planner, the simulator and the
desks.  Only places and deadlines become facts of the ledger (`opening_facts`); the rest is
planning data that no headcount depends on.

A planned closure is an expectation.  That a gate really shut is an `Opening`, seen to happen.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from safepassage.model.catalogue import Catalogue
from safepassage.model.cause import Cause
from safepassage.model.deadline import Deadline
from safepassage.model.errors import InvalidFactError, UnknownPlaceError
from safepassage.model.fact import Fact
from safepassage.model.ids import CategoryId, EntryId, PlaceId, check_id
from safepassage.model.instant import Window, in_utc, zone
from safepassage.model.movement import EVACUEE
from safepassage.model.place import OUTSIDE, ClosingReason, Place, PlaceKind
from safepassage.model.station import GatePhones
from safepassage.model.wire import to_body, to_text

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KMH_PER_KNOT = 1.852
HOURS_OF_A_WINDOW = (1, 2, 3, 4, 6, 8, 12, 24)  # so that windows tile a day
_DAY = timedelta(days=1)


class Mode(StrEnum):
    """How people cover a leg."""

    AIR = "air"
    SEA = "sea"
    ROAD = "road"
    FOOT = "foot"  # through a gate, across an apron: no lift is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingWindow:
    """When a day of figures starts and how long a window is: 03:00 in Washington, 24 hours."""

    start: time
    hours: int
    zone: str

    def __post_init__(self) -> None:
        zone(self.zone)
        if self.hours not in HOURS_OF_A_WINDOW:
            known = ", ".join(map(str, HOURS_OF_A_WINDOW))
            raise InvalidFactError(f"a reporting window of {self.hours} hours; use one of {known}")

    def window_at(self, instant: datetime) -> Window:
        """The window that holds an instant.

        Windows follow each other without a gap or an overlap.  A day begins at `start` on the wall
        clock, so on the two days a year when clocks change the last window of the day is an hour
        shorter or longer, as everybody who says "3 a.m. to 3 a.m." means it.
        """
        there = in_utc(instant, "instant").astimezone(zone(self.zone))
        day = there.date()
        if self._begins(there) > instant:
            day -= _DAY
        begins = self._begins(datetime.combine(day, time()))
        ends = self._begins(datetime.combine(day + _DAY, time()))
        length = timedelta(hours=self.hours)
        last = 24 // self.hours - 1
        number = min((instant - begins) // length, last)
        start = begins + number * length
        end = ends if number == last else min(start + length, ends)
        return Window(start, end, self.zone)

    def _begins(self, day: datetime) -> datetime:
        local = datetime.combine(day.date(), self.start, zone(self.zone))
        return in_utc(local, "window start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The instant from which a running total is counted: "since 14 August"."""

    id: str
    label: str
    at: datetime
    zone: str

    def __post_init__(self) -> None:
        check_id(self.id, "baseline")
        zone(self.zone)
        object.__setattr__(self, "at", in_utc(self.at, f"baseline {self.id}: at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDeadline:
    """By when people must be out, as first planned; revisions are entries of the ledger."""

    id: str
    at: datetime
    zone: str  # the zone it was announced in
    name: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        check_id(self.id, "deadline")
        zone(self.zone)
        object.__setattr__(self, "at", in_utc(self.at, f"deadline {self.id}: at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Open every day from one clock time to another; through the night if `closes` is earlier."""

    opens: time
    closes: time  # midnight is the end of the day
    zone: str

    def __post_init__(self) -> None:
        zone(self.zone)

    def __contains__(self, instant: datetime) -> bool:
        clock = instant.astimezone(zone(self.zone)).time()
        if self.opens < self.closes:
            return self.opens <= clock < self.closes
        return clock >= self.opens or clock < self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A place is expected to be shut in [starts_at, ends_at), or from then on."""

    starts_at: datetime
    ends_at: datetime | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", in_utc(self.starts_at, "closure from"))
        if self.ends_at is not None:
            object.__setattr__(self, "ends_at", in_utc(self.ends_at, "closure until"))
            if self.ends_at <= self.starts_at:
                raise InvalidFactError("a closure must end after it starts")

    def __contains__(self, instant: datetime) -> bool:
        return self.starts_at <= instant and (self.ends_at is None or instant < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPlace:
    """A place with what a planner expects of it."""

    id: PlaceId
    kind: PlaceKind
    name: str | None = None
    airport: str | None = None  # ICAO code
    latitude: float | None = None
    longitude: float | None = None
    capacity: int | None = None  # heads; None: nobody knows
    hourly_rate: float | None = None  # heads it can let through in an hour
    opening_hours: tuple[OpeningHours, ...] = ()  # none: always open
    closures: tuple[Closure, ...] = ()
    owner: str | None = None
    reason: ClosingReason | None = None  # for closing places only
    stations: tuple[str, ...] = ()  # of gate phones; none: those of its kind

    def __post_init__(self) -> None:
        check_id(self.id, "place")
        if self.id == OUTSIDE or self.kind in (PlaceKind.OUTSIDE, PlaceKind.LIFT):
            raise InvalidFactError(
                f"{self.id}: 'outside' is built in, and a lift is stated when it is scheduled"
            )
        if self.hourly_rate is not None and not 0 < self.hourly_rate < math.inf:
            raise InvalidFactError(f"{self.id}: {self.hourly_rate} heads an hour is not above zero")

    def is_open(self, instant: datetime) -> bool:
        """Whether the place is expected to be open."""
        if any(instant in closure for closure in self.closures):
            return False
        return not self.opening_hours or any(instant in hours for hours in self.opening_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorClass:
    """Whose lifts these are; a figure says which classes it includes."""

    id: str
    name: str

    def __post_init__(self) -> None:
        check_id(self.id, "operator class")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftType:
    """A type of aircraft, ship or convoy, with the figures one plans with."""

    id: str
    name: str
    mode: Mode
    seats: int
    block_speed_kmh: float  # distance over the time from leaving to stopping
    ground_time_h: float
    seats_emergency: int | None = None  # what it has carried, or may carry, when lives depend on it

    def __post_init__(self) -> None:
        check_id(self.id, "lift type")
        if self.mode is Mode.FOOT:
            raise InvalidFactError(f"{self.id}: nobody needs a lift to walk")
        if self.seats < 1 or (self.seats_emergency or self.seats) < self.seats:
            raise InvalidFactError(
                f"{self.id}: {self.seats} seats, {self.seats_emergency} in an emergency;"
                " a lift has at least one seat and no fewer in an emergency"
            )
        if not (0 < self.block_speed_kmh < math.inf and 0 <= self.ground_time_h < math.inf):
            raise InvalidFactError(f"{self.id}: speed is above zero, ground time zero or more")

    def hours(self, distance_km: float) -> float:
        """Hours under way over a distance, without the time on the ground."""
        return distance_km / self.block_speed_kmh


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """How many lifts of a type one operator class has, and where they start."""

    lift_type: str
    operator_class: str
    count: int
    base: PlaceId
    crews: int | None = None  # None: crews are not what limits it, or nobody knows

    def __post_init__(self) -> None:
        if self.count < 1 or (self.crews is not None and self.crews < 0):
            raise InvalidFactError(f"a fleet of {self.count} {self.lift_type}: count is at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A way from one place to another; one direction."""

    from_place: PlaceId
    to_place: PlaceId
    mode: Mode
    distance_km: float
    is_measured: bool = True  # False: the great circle between the coordinates of both places

    def __post_init__(self) -> None:
        if self.from_place == self.to_place:
            raise InvalidFactError(f"a leg from {self.from_place} to itself")
        if not 0 <= self.distance_km < math.inf:
            raise InvalidFactError(f"{self.from_place} > {self.to_place}: {self.distance_km} km")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """Which sort of person moves: in which order, and whether published totals count them."""

    id: CategoryId
    name: str
    order: int = 1  # 1 goes first
    staff: bool = False  # here to run the operation
    counted: bool = True

    def __post_init__(self) -> None:
        check_id(self.id, "category")


EVERYBODY = (Category(id=EVACUEE, name="Evacuees"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Everything an operation file says."""

    id: str
    name: str
    zones: tuple[str, ...]  # in which instants are shown; the first is local
    reporting_window: ReportingWindow
    places: tuple[PlannedPlace, ...]
    summary: str = ""
    baselines: tuple[Baseline, ...] = ()
    deadlines: tuple[PlannedDeadline, ...] = ()
    operator_classes: tuple[OperatorClass, ...] = ()
    lift_types: tuple[LiftType, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    legs: tuple[Leg, ...] = ()
    categories: tuple[Category, ...] = EVERYBODY
    withdraw_last: tuple[CategoryId, ...] = ()
    causes: tuple[Cause, ...] = ()  # what may happen to it
    gate_phones: GatePhones = field(default_factory=GatePhones)
    extensions: Mapping[str, Any] = field(default_factory=dict, hash=False)  # the x- keys, as read
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        check_id(self.id, "operation")
        if not self.zones:
            raise InvalidFactError(f"{self.id}: name at least one zone, the local one first")
        for name in self.zones:
            zone(name)
        _check_once("baseline", (b.id for b in self.baselines))
        _check_once("deadline", (d.id for d in self.deadlines))
        places = _check_once("place", (p.id for p in self.places))
        classes = _check_once("operator class", (c.id for c in self.operator_classes))
        types = _check_once("lift type", (t.id for t in self.lift_types))
        categories = _check_once("category", (c.id for c in self.categories))
        _check_once("cause", (c.id for c in self.causes))
        for cause in self.causes:
            _check_known("place", (cause.place,) if cause.place else (), places)
            _check_known("category", (cause.category,) if cause.category else (), categories)
            _check_known("lift type", (cause.lift_type,) if cause.lift_type else (), types)
        _check_once("leg", (f"{x.from_place} > {x.to_place} {x.mode}" for x in self.legs))
        for leg in self.legs:
            _check_known("place", (leg.from_place, leg.to_place), places)
        for fleet in self.fleets:
            _check_known("place", (fleet.base,), places)
            _check_known("lift type", (fleet.lift_type,), types)
            _check_known("operator class", (fleet.operator_class,), classes)
        _check_known("category", self.withdraw_last, categories)
        _check_once("station", (s.id for s in self.gate_phones.stations))
        for place in self.places:
            _check_known("station", place.stations, set(self.gate_phones.known))

    @property
    def local_zone(self) -> str:
        """The zone of the people who are being moved."""
        return self.zones[0]

    def place(self, place: PlaceId) -> PlannedPlace:
        """The place of that id.

        Raises:
            UnknownPlaceError: the operation has none.
        """
        return _found("place", place, self.places)

    def lift_type(self, lift_type: str) -> LiftType:
        """The lift type of that id.

        Raises:
            UnknownPlaceError: the operation has none.
        """
        return _found("lift type", lift_type, self.lift_types)

    def of_kind(self, *kinds: PlaceKind) -> tuple[PlannedPlace, ...]:
        """The places of these kinds, in the order of the file."""
        return tuple(p for p in self.places if p.kind in kinds)


_Item = TypeVar("_Item", PlannedPlace, LiftType)


def _found(what: str, item_id: str, items: Iterable[_Item]) -> _Item:
    for item in items:
        if item.id == item_id:
            return item
    raise UnknownPlaceError(f"the operation has no {what} {item_id!r}")


def _check_once(what: str, ids: Iterable[str]) -> set[str]:
    count = Counter(ids)
    twice = [i for i, n in count.items() if n > 1]
    if twice:
        raise InvalidFactError(f"{what} {twice[0]!r} stands twice in the operation")
    return set(count)


def _check_known(what: str, wanted: Iterable[str], known: set[str]) -> None:
    for name in wanted:
        if name not in known:
            raise InvalidFactError(f"the operation has no {what} {name!r}")


def great_circle_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """The shortest way over a round Earth between two (latitude, longitude) in degrees."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*start, *end))
    haversine = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(haversine)))


def opening_facts(
    operation: Operation, stated_at: datetime, catalogue: Catalogue | None = None
) -> list[Fact]:
    """The places and deadlines of an operation as facts for its ledger.

    An entry id is made of what the entry says, so the same file always yields the same ids.  With
    the catalogue of a ledger, only what the ledger does not say yet is returned, and the id also
    depends on the statement that is replaced: a place that changes and changes back is stated
    three times.
    """
    before = catalogue or Catalogue()
    deadlines = {d.deadline: d for d in before.deadlines}  # oldest first: the last one stands
    wanted: list[tuple[Place | Deadline, Place | Deadline | None]] = []
    for place in operation.places:
        wanted.append((_place_fact(place, stated_at), before.places.get(place.id)))
    for deadline in operation.deadlines:
        wanted.append((_deadline_fact(deadline, stated_at), deadlines.get(deadline.id)))
    return [
        replace(fact, id=_content_id(fact, replaces))
        for fact, replaces in wanted
        if replaces is None or _content(fact) != _content(replaces)
    ]


_UNNAMED = EntryId("unnamed")  # until the content is complete and can be hashed


def _place_fact(place: PlannedPlace, stated_at: datetime) -> Place:
    return Place(
        id=_UNNAMED,
        place=place.id,
        kind=place.kind,
        stated_at=stated_at,
        name=place.name,
        latitude=place.latitude,
        longitude=place.longitude,
        capacity=place.capacity,
        owner=place.owner,
        reason=place.reason,
        airport=place.airport,
    )


def _deadline_fact(deadline: PlannedDeadline, stated_at: datetime) -> Deadline:
    return Deadline(
        id=_UNNAMED,
        deadline=deadline.id,
        at=deadline.at,
        zone=deadline.zone,
        stated_at=stated_at,
        name=deadline.name,
        reason=deadline.reason,
    )


def _content(fact: Place | Deadline) -> str:
    body = to_body(fact)
    return to_text({name: value for name, value in body.items() if name not in ("id", "stated_at")})


def _content_id(fact: Place | Deadline, replaces: Place | Deadline | None) -> EntryId:
    said = _content(fact) + (f"\n{replaces.id}" if replaces else "")
    digest = hashlib.sha256(said.encode()).hexdigest()[:12]
    if isinstance(fact, Place):
        return EntryId(f"place/{fact.place}/{digest}")
    return EntryId(f"deadline/{fact.deadline}/{digest}")
