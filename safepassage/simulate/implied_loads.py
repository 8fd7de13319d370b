"""Which lifts a published flow implies: when each leaves, what it is, where to, with how many.

People and lifts of a flow are exact.  What was not published is drawn:

- departures: different minutes of the window in which the terminal is expected to be open;
- lift types: in published numbers where there are any, else as the fleets of the class have them;
- loads: in proportion to the seats that a type flies with when lives depend on it, times a number
  between 0.5 and 1.5, at most those seats while another lift has room, and at least one head while
  there are enough people.

Where the lifts were not published, the heads leave through one place that stands for all of them.
It never departs, so no figure of departed lifts counts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, EntryId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.lift import Lift
from safepassage.model.operation import LiftType
from safepassage.model.published import PublishedFlow
from safepassage.simulate.implied_route import Choice, Route
from safepassage.simulate.streams import Streams, one_of, some_of, whole

STATED_BEFORE = timedelta(hours=6)  # a lift is on the board six hours before it leaves
PART_HEADS = 400  # heads without a published lift leave in parts, to keep the memory flat
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class Wanted(NamedTuple):
    """A lift that departed: published by itself, or one of a published number."""

    lift: PlaceId
    departs_at: datetime
    kind: LiftType
    is_published: bool = False
    is_hour_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Heads that leave by one lift, or in one part of a window whose lifts were not published."""

    subject: str  # the flow or published lift: begins the ids and names the streams
    part: int  # 1, 2, ... in the order of departure
    lift: Lift
    category: CategoryId
    heads: int
    departs_at: datetime
    under_way: timedelta
    haven_drawn: bool
    departs_drawn: bool
    lift_drawn: bool  # which families went by which lift was drawn
    terminal_drawn: bool
    # Zero for a lift.  Otherwise families leave one by one over this time, and nothing departs.
    spread: timedelta = timedelta(0)

    @property
    def departs(self) -> bool:
        """Whether this is a lift that was published to have departed."""
        return not self.spread


def shared(total: int, weights: Sequence[int], room: Sequence[int]) -> list[int]:
    """The total in whole numbers, in proportion to the weights, within the room while it lasts.

    What is left when all room is taken goes by weight alone: a published total is never cut.
    """
    given = [0] * len(weights)
    left = total
    while left:
        free = [i for i in range(len(given)) if given[i] < room[i]]
        if not free:
            return [
                has + more
                for has, more in zip(given, shared(left, weights, [left] * len(given)), strict=True)
            ]
        by_weight, before = sum(weights[i] for i in free), left
        for i in free:
            more = min(before * weights[i] // by_weight, room[i] - given[i])
            given[i] += more
            left -= more
        if left == before:  # less than one head each: the heaviest come first
            for i in sorted(free, key=lambda i: (-weights[i], i))[:left]:
                given[i] += 1
                left -= 1
    return given


def drawn_loads(rng: Random, people: int, kinds: Sequence[LiftType]) -> list[int]:
    """Heads on each lift, which sum exactly to the people."""
    seats = [kind.seats_emergency or kind.seats for kind in kinds]
    weights = [n * whole(rng, 500, 1500) for n in seats]
    if people <= len(kinds):
        return shared(people, weights, [1] * len(kinds))
    return [1 + more for more in shared(people - len(kinds), weights, [n - 1 for n in seats])]


def flow_loads(
    route: Route,
    flow: PublishedFlow,
    people: int,
    lifts: int | None,
    types: Mapping[str, int],
    streams: Streams,
) -> Iterator[Load]:
    """The loads of what is left of a flow when its published lifts have been taken out.

    `types` says how many lifts of each type there were.  If the numbers do not add up to the lifts
    they are weights; if there are none, the fleets of the operator class are.
    """
    if lifts is None:
        if people:
            yield from _without_lifts(route, flow, people, streams)
        return
    instants = departures(route, streams["departures"], flow.window, lifts)
    kinds = _kinds(route, flow.operator_class, lifts, types, streams["lift types"])
    heads = drawn_loads(streams["loads"], people, kinds)
    for part, (at, kind, load) in enumerate(zip(instants, kinds, heads, strict=True), start=1):
        yield lift_load(
            route,
            Wanted(PlaceId(f"{flow.id}-{part:0{len(str(lifts))}}"), at, kind),
            subject=flow.id,
            part=part,
            heads=load,
            operator_class=flow.operator_class,
            category=flow.category,
            streams=streams,
        )


def _kinds(
    route: Route, operator_class: str, count: int, types: Mapping[str, int], rng: Random
) -> list[LiftType]:
    operation = route.operation
    if types and sum(types.values()) == count:
        each = [operation.lift_type(name) for name, n in types.items() for _ in range(n)]
        return some_of(rng, each, count)
    if types:
        kinds = [operation.lift_type(name) for name in types]
        weights = [float(n) for n in types.values()]
    else:
        kinds, weights = _of_fleets(route, operator_class)
    return [one_of(rng, kinds, weights) for _ in range(count)]


def _of_fleets(route: Route, operator_class: str) -> tuple[list[LiftType], list[float]]:
    """The lift types of a class, as many as it has; any type that can leave if it has none.

    Raises:
        InvalidFactError: the operation has no lift type that goes where people must go.
    """
    operation = route.operation
    modes = {way.mode for way in route.ways}
    usable = [kind for kind in operation.lift_types if kind.mode in modes]
    if not usable:
        raise InvalidFactError(
            f"{operation.id}: no lift type can cover a leg to a haven; add one under lift_types"
        )
    count = Counter[str]()
    for fleet in operation.fleets:
        if fleet.operator_class == operator_class:
            count[fleet.lift_type] += fleet.count
    owned = [kind for kind in usable if count[kind.id]]
    if owned:
        return owned, [float(count[kind.id]) for kind in owned]
    return usable, [1.0] * len(usable)


def lift_load(
    route: Route,
    wanted: Wanted,
    *,
    subject: str,
    part: int,
    heads: int,
    operator_class: str,
    category: CategoryId,
    streams: Streams,
) -> Load:
    """The load of one lift that departed."""
    kind = wanted.kind
    terminal = route.terminal(streams["terminals"], kind)
    way = route.way(streams["havens"], terminal.place, wanted.departs_at, kind, operator_class)
    haven_drawn = _is_haven_drawn(route, terminal.place)
    # More people than seats: the lift flew as it does when lives depend on it.
    seats = kind.seats if heads <= kind.seats else kind.seats_emergency or kind.seats
    lift = Lift(
        id=EntryId(f"{route.operation.id}/{wanted.lift}/lift"),
        lift=wanted.lift,
        operator_class=operator_class,
        from_place=terminal.place,
        to_place=way.to_place,
        stated_at=wanted.departs_at - STATED_BEFORE,
        lift_type=kind.id,
        seats=seats,
        drawn=(
            *_place_fields(terminal, haven_drawn),
            *(() if wanted.is_published else ("lift_type", "seats")),
        ),
    )
    return Load(
        subject=subject,
        part=part,
        lift=lift,
        category=category,
        heads=heads,
        departs_at=wanted.departs_at,
        under_way=_under_way(kind.block_speed_kmh, way.distance_km),
        haven_drawn=haven_drawn,
        departs_drawn=not wanted.is_hour_known,
        lift_drawn=not wanted.is_published,
        terminal_drawn=terminal.drawn,
    )


def _without_lifts(
    route: Route, flow: PublishedFlow, people: int, streams: Streams
) -> Iterator[Load]:
    start = flow.window.start
    terminal = route.terminal(streams["terminals"], None)
    way = route.way(streams["havens"], terminal.place, start)
    haven_drawn = _is_haven_drawn(route, terminal.place)
    lift = Lift(
        id=EntryId(f"{route.operation.id}/{flow.id}/lift"),
        lift=PlaceId(f"lifts-not-published-{flow.id}"),
        operator_class=flow.operator_class,
        from_place=terminal.place,
        to_place=way.to_place,
        stated_at=start - STATED_BEFORE,
        drawn=_place_fields(terminal, haven_drawn),
    )
    speeds = [k.block_speed_kmh for k in route.operation.lift_types if k.mode is way.mode]
    if not speeds:
        raise InvalidFactError(
            f"{route.operation.id}: no lift type goes by {way.mode} to {way.to_place}; add one"
        )
    parts = -(-people // PART_HEADS)
    width = (flow.window.end - start) / parts
    for part in range(parts):
        yield Load(
            subject=flow.id,
            part=part + 1,
            lift=lift,
            category=flow.category,
            heads=people * (part + 1) // parts - people * part // parts,
            departs_at=start + part * width // _SECOND * _SECOND,
            under_way=_under_way(sum(speeds) / len(speeds), way.distance_km),
            haven_drawn=haven_drawn,
            departs_drawn=True,
            lift_drawn=False,
            terminal_drawn=terminal.drawn,
            spread=width,
        )


def _is_haven_drawn(route: Route, terminal: PlaceId) -> bool:
    return len({way.to_place for way in route.ways if way.from_place == terminal}) > 1


def _place_fields(terminal: Choice, haven_drawn: bool) -> tuple[str, ...]:
    found = ("from_place",) if terminal.drawn else ()
    return (*found, *(("to_place",) if haven_drawn else ()), "stated_at")


def departures(route: Route, rng: Random, window: Window, count: int) -> list[datetime]:
    """Minutes of the window, each once if there are enough, oldest first."""
    minutes = [window.start + n * _MINUTE for n in range(int(window.hours * 60))]
    minutes = minutes or [window.start]
    open_minutes = [at for at in minutes if route.is_open(at)]
    usable = open_minutes if len(open_minutes) >= count else minutes
    rounds = -(-count // len(usable))
    return sorted(some_of(rng, usable * max(rounds, 1), count))


def _under_way(speed_kmh: float, distance_km: float) -> timedelta:
    """Block time to the minute, at least one: nobody arrives at the instant of departure."""
    return max(timedelta(minutes=round(60 * distance_km / speed_kmh)), _MINUTE)
