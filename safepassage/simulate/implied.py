"""The ledger that published windows imply.

Published are people and lifts over windows: "2,900 people on 32 and 9 flights from 3 a.m. Saturday
to 3 a.m. Sunday".  Nobody published who they were, which family flew on which lift, or when anybody
passed a gate.  This module makes one ledger among the many that agree with the windows:

    for every flow:   heads from a terminal to lifts of its class in its window  =  its people
                      lifts of its class that departed in its window             =  its lifts

Everything else is drawn from named streams and says so in the `drawn` of the fact.  Running totals
are left alone: where they disagree with the windows, the disagreement is the finding.

A lift that was published by itself is part of the flow of its class and category around it, and is
taken out of that flow before the rest is drawn.  Outside every such flow it is added as it is.  If
its heads were first published as another number, the ledger first holds that number, in every step
of these people, and is corrected later.

The generator holds the people who are on their way at one time, never the whole ledger, so memory
grows with the busiest days and not with the operation.  It states neither places nor deadlines:
`model.operation.opening_facts` does.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count

from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import Fact, instant_of
from safepassage.model.ids import EntryId
from safepassage.model.instant import Window, in_utc, zone
from safepassage.model.lift import LiftStatus, Status
from safepassage.model.movement import Movement
from safepassage.model.observation import Correction
from safepassage.model.operation import Operation
from safepassage.model.published import PublishedFlow, PublishedLift
from safepassage.simulate.implied_families import (
    FAMILY_MEAN,
    LEAD_MAX,
    Journey,
    family_journeys,
    stops,
)
from safepassage.simulate.implied_loads import (
    PART_HEADS,
    STATED_BEFORE,
    Load,
    Wanted,
    departures,
    flow_loads,
    lift_load,
)
from safepassage.simulate.implied_route import Route
from safepassage.simulate.streams import Streams

_STEPS = 5  # outside > town > gate > terminal > lift > haven
_AHEAD = max(LEAD_MAX, STATED_BEFORE)


def implied_facts(
    operation: Operation,
    flows: Sequence[PublishedFlow],
    lifts: Sequence[PublishedLift],
    seed: str,
) -> Iterator[Fact]:
    """The facts of one ledger that agrees with the flows and lifts, oldest first.

    Args:
        operation: places, legs, lift types and fleets that the draws choose from.
        flows: what was published; a row is one operator class over one window.  Without lift types
            of their own, those of the fleets of the class are drawn.
        lifts: what was published of single lifts.  Where only the day is known, the hour is drawn
            within that day on the local clock.  A first count is corrected when the row says, or
            on arrival.
        seed: which of the many ledgers; the same seed makes the same bytes.

    Raises:
        InvalidFactError: ids that stand twice, a lift with more heads than the flow around it, or
            an operation that has no way from a terminal to a haven.
        UnknownPlaceError: a lift type that the operation does not have.
    """
    _check_ids(flows, lifts)
    route = Route.of(operation)
    streams = {subject: Streams(seed, subject) for subject in _subjects(flows, lifts)}
    within: dict[str, list[PublishedLift]] = {}
    planned: list[tuple[Load, PublishedLift | None]] = []
    for lift in lifts:
        flow = _around(lift, flows)
        if flow is not None:
            within.setdefault(flow.id, []).append(lift)
        hour = _hour(route, lift, flow, streams[lift.lift]) if lift.day_only else None
        planned.append((_single(route, lift, hour, streams[lift.lift]), lift))
    for flow in flows:
        people, left = _remainder(flow, within.get(flow.id, []))
        types = _other_types(flow.lift_types, within.get(flow.id, []))
        loads = flow_loads(route, flow, people, left, types, streams[flow.id])
        planned += [(load, None) for load in loads]
    planned.sort(key=lambda p: (p[0].departs_at, p[0].subject, p[0].part))
    return _in_order(route, planned, streams)


def implied_size(flows: Iterable[PublishedFlow]) -> int:
    """About how many facts `implied_facts` makes, for a progress bar; fewer without gates."""
    families = facts = 0.0
    for flow in flows:
        loads = flow.lifts if flow.lifts is not None else flow.people / PART_HEADS
        # The last family of a load is cut to what is left: two thirds of a family more per load.
        families += flow.people / FAMILY_MEAN + 2 / 3 * loads
        facts += 1 if flow.lifts is None else 3 * flow.lifts
    return round(_STEPS * families + facts)


def _subjects(flows: Sequence[PublishedFlow], lifts: Sequence[PublishedLift]) -> list[str]:
    return [*(flow.id for flow in flows), *(str(lift.lift) for lift in lifts)]


def _check_ids(flows: Sequence[PublishedFlow], lifts: Sequence[PublishedLift]) -> None:
    twice = [subject for subject, n in Counter(_subjects(flows, lifts)).items() if n > 1]
    if twice:
        raise InvalidFactError(f"{twice[0]!r} stands twice among the flows and lifts; rename one")
    for lift in lifts:
        if lift.heads < 0 or (lift.counts_first is not None and lift.counts_first < 1):
            raise InvalidFactError(
                f"{lift.lift}: {lift.heads} heads, first counted as {lift.counts_first}; heads are"
                " at least 0 and a first count at least 1"
            )


def _around(lift: PublishedLift, flows: Sequence[PublishedFlow]) -> PublishedFlow | None:
    """The flow in whose total a published lift was counted."""
    return next(
        (
            flow
            for flow in flows
            if lift.departed_at in flow.window
            and lift.operator_class == flow.operator_class
            and lift.category == flow.category
        ),
        None,
    )


def _remainder(flow: PublishedFlow, lifts: Sequence[PublishedLift]) -> tuple[int, int | None]:
    """People and lifts of a flow without those that were published by themselves."""
    people = flow.people - sum(lift.heads for lift in lifts)
    left = None if flow.lifts is None else flow.lifts - len(lifts)
    if people < 0 or (left is not None and (left < 0 or (people and not left))):
        raise InvalidFactError(
            f"{flow.id}: {flow.people} people on {flow.lifts} lifts, but the lifts published by"
            f" themselves ({', '.join(lift.lift for lift in lifts)}) leave {people} people on"
            f" {left}; correct the flow or the lifts"
        )
    return people, left


def _other_types(types: Mapping[str, int], lifts: Sequence[PublishedLift]) -> Mapping[str, int]:
    """The lift types of a flow without the lifts that were published by themselves."""
    return Counter(types) - Counter(lift.lift_type for lift in lifts)


def _hour(
    route: Route, lift: PublishedLift, flow: PublishedFlow | None, streams: Streams
) -> datetime:
    """An hour for a lift of which only the day was published."""
    local = zone(route.operation.local_zone)
    start = lift.departed_at
    tomorrow = start.astimezone(local).date() + timedelta(days=1)
    end = in_utc(datetime.combine(tomorrow, time(), local), f"{lift.lift}: end of the day")
    if flow is not None:
        end = min(end, flow.window.end)
    return departures(route, streams["hours"], Window(start, end), 1)[0]


def _single(route: Route, lift: PublishedLift, hour: datetime | None, streams: Streams) -> Load:
    wanted = Wanted(
        lift.lift,
        hour or lift.departed_at,
        route.operation.lift_type(lift.lift_type),
        is_published=True,
        is_hour_known=hour is None,
    )
    return lift_load(
        route,
        wanted,
        subject=lift.lift,
        part=1,
        heads=lift.heads,
        operator_class=lift.operator_class,
        category=lift.category,
        streams=streams,
    )


def _in_order(
    route: Route,
    planned: Sequence[tuple[Load, PublishedLift | None]],
    streams: Mapping[str, Streams],
) -> Iterator[Fact]:
    """The facts of all loads, oldest first; a load is opened when its first fact may be due."""
    waiting: list[tuple[datetime, int, Fact, Iterator[Fact]]] = []
    serial = count()
    families: Counter[str] = Counter()
    for load, lift in planned:
        while waiting and waiting[0][0] < load.departs_at - _AHEAD:
            yield _pop(waiting)
        about = streams[load.subject]
        journeys = _journeys(route, load, lift, about, families[load.subject] + 1)
        families[load.subject] += len(journeys)
        opened = [_lift_facts(load)] if load.departs or load.part == 1 else []
        opened += [_journey_facts(j, lift) for j in journeys]
        for facts in opened:
            first = next(facts)
            heapq.heappush(waiting, (instant_of(first), next(serial), first, facts))
    while waiting:
        yield _pop(waiting)


def _pop(waiting: list[tuple[datetime, int, Fact, Iterator[Fact]]]) -> Fact:
    """Take the oldest fact off the heap and put the next one of its family there."""
    _, number, fact, rest = waiting[0]
    following = next(rest, None)
    if following is None:
        heapq.heappop(waiting)
    else:
        heapq.heapreplace(waiting, (instant_of(following), number, following, rest))
    return fact


def _journeys(
    route: Route, load: Load, lift: PublishedLift | None, streams: Streams, first: int
) -> list[Journey]:
    """The families of a load; one cohort where heads were counted and families never were."""
    if lift is None or (lift.counts_first is None and lift.category not in route.staff):
        return list(family_journeys(route, load, streams, first))
    heads = lift.counts_first or lift.heads
    if not heads:
        return []
    name = f"{route.operation.id}/{lift.lift}/1"
    return [
        Journey(
            name=name,
            group=None,
            heads=heads,
            heads_drawn=False,
            category=load.category,
            stops=stops(route, load, streams),
        )
    ]


def _lift_facts(load: Load) -> Iterator[Fact]:
    """That a lift is there, that it departed, that it arrived."""
    yield load.lift
    if not load.departs:
        return
    name = load.lift.id.removesuffix("/lift")
    yield LiftStatus(
        id=EntryId(f"{name}/departed"),
        lift=load.lift.lift,
        status=Status.DEPARTED,
        occurred_at=load.departs_at,
        drawn=("occurred_at",) if load.departs_drawn else (),
    )
    yield LiftStatus(
        id=EntryId(f"{name}/arrived"),
        lift=load.lift.lift,
        status=Status.ARRIVED,
        occurred_at=load.departs_at + load.under_way,
        drawn=("occurred_at",),
    )


def _journey_facts(journey: Journey, lift: PublishedLift | None) -> Iterator[Fact]:
    """The steps of a journey, and their correction where the heads were first said wrongly."""
    yield from journey.movements()
    if lift is None or lift.counts_first is None or lift.counts_first == lift.heads:
        return
    arrived_at = journey.stops[-1].at
    stated_at = max(lift.corrected_at or arrived_at, arrived_at)
    # In an order in which no place is below zero in between: more heads come in by the first step,
    # fewer leave by the last.
    steps = list(journey.movements())
    for wrong in steps if lift.heads > lift.counts_first else reversed(steps):
        yield Correction(
            id=EntryId(f"{wrong.id}/correction"),
            corrects=wrong.id,
            instead=_read_instead(wrong, lift.heads),
            reason=f"first counted as {lift.counts_first}, then as {lift.heads}: {lift.source}",
            stated_at=stated_at,
        )


def _read_instead(wrong: Movement, heads: int) -> Movement | None:
    """What is read instead of a wrong count; nothing if it turned out that nobody moved."""
    return replace(wrong, id=EntryId(f"{wrong.id}/corrected"), heads=heads) if heads else None
