"""Lifts: when they left, by hour and operator class, and the departure board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from safepassage.model.catalogue import Catalogue
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.ledger import Flow, Ledger
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Phase
from safepassage.model.operation import Operation
from safepassage.web.stocks import counted, heads_by_place

HOUR = timedelta(hours=1)
AROUND = timedelta(hours=12)  # how much of the departure board lies before and after the instant
PLANNED = "planned"
CLOSED = "closed"
WORDS = {
    Status.BOARDING: "boarding",
    Status.DEPARTED: "airborne",
    Status.ARRIVED: "landed",
    Status.DIVERTED: "diverted",
    Status.CANCELLED: "cancelled",
}
_ON_THE_GROUND = (PLANNED, WORDS[Status.BOARDING])
_PROMISED = {Phase.PENDING: 1, Phase.VOIDED: -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfDepartures:
    """The lifts that left in one hour, by operator class."""

    start: datetime
    lifts: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.lifts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftRow:
    """A lift as the departure board shows it."""

    lift: PlaceId
    call_sign: str
    operator_class: str
    from_place: PlaceId
    to_place: PlaceId
    announced: PlaceId | None  # the first destination, when it was diverted
    at: datetime | None  # when it left, else when it should
    is_scheduled: bool  # the instant is a plan
    status: str
    seats: int | None
    planned: int
    boarded: int
    counted: int | None
    aboard: int

    @property
    def seats_left(self) -> int | None:
        """Empty seats; below zero when more went than there were seats."""
        return None if self.seats is None else self.seats - self.boarded


def by_hour(
    catalogue: Catalogue, departed: Iterable[LiftStatus], window: Window
) -> list[HourOfDepartures]:
    """Every hour of a window with the departures in it; hours begin at its start."""
    hours = max(1, -(-(window.end - window.start) // HOUR))
    counts: list[Counter[str]] = [Counter() for _ in range(hours)]
    for status in departed:
        lift = catalogue.lifts[status.lift]
        counts[(status.occurred_at - window.start) // HOUR][lift.operator_class] += 1
    return [
        HourOfDepartures(start=window.start + n * HOUR, lifts=dict(sorted(count.items())))
        for n, count in enumerate(counts)
    ]


def classes_of(operation: Operation, catalogue: Catalogue) -> list[str]:
    """Every operator class, those of the operation first and in its order: colours stay put."""
    planned = [c.id for c in operation.operator_classes]
    flown = sorted({lift.operator_class for lift in catalogue.lifts.values()})
    return list(dict.fromkeys([*planned, *flown]))


def destinations(catalogue: Catalogue, as_of: datetime) -> dict[PlaceId, PlaceId]:
    """Where each lift was last said to go, diversions included; one pass over the statuses."""
    found = {lift.lift: lift.to_place for lift in catalogue.lifts.values()}
    for status in catalogue.statuses:
        if status.to_place and status.occurred_at <= as_of and status.lift in found:
            found[status.lift] = status.to_place
    return found


def legs_flown(
    catalogue: Catalogue, flows: Iterable[Flow], as_of: datetime
) -> Counter[tuple[PlaceId, PlaceId]]:
    """Heads by the places between which they went, a lift read as the way to where it goes."""
    goes_to = destinations(catalogue, as_of)
    heads: Counter[tuple[PlaceId, PlaceId]] = Counter()
    for flow in flows:
        if flow.from_place in goes_to:
            continue  # leaving a lift: counted when they boarded
        heads[flow.from_place, goes_to.get(flow.to_place, flow.to_place)] += flow.heads
    return heads


def lift_rows(ledger: Ledger, as_of: datetime, categories: Collection[CategoryId]) -> list[LiftRow]:
    """The lifts around an instant, as they stood at it, in the order of their departure."""
    catalogue = ledger.catalogue
    start, end = as_of - AROUND, as_of + AROUND
    statuses: dict[PlaceId, list[LiftStatus]] = {}
    for status in catalogue.statuses:
        if status.occurred_at <= as_of:
            statuses.setdefault(status.lift, []).append(status)
    boarded: Counter[PlaceId] = Counter()
    # Boarding may begin a good while before the doors close.
    for flow in counted(ledger.flow(start - AROUND, as_of + timedelta(microseconds=1)), categories):
        boarded[flow.to_place] += flow.heads
    aboard = heads_by_place(ledger, as_of, categories)
    planned: Counter[PlaceId] = Counter()
    for flow in ledger.flow(start - AROUND, end + AROUND):
        if flow.category in categories and flow.phase in _PROMISED:
            planned[flow.to_place] += _PROMISED[flow.phase] * flow.heads
    counts = {c.place: c.heads for c in catalogue.headcounts if c.occurred_at <= as_of}
    closed = {c.lift for c in catalogue.close_outs if c.occurred_at <= as_of}
    rows = [
        _row(
            lift,
            statuses.get(lift.lift, []),
            (planned[lift.lift], boarded[lift.lift], counts.get(lift.lift), aboard[lift.lift]),
            is_closed=lift.lift in closed,
        )
        for lift in catalogue.lifts.values()
    ]
    new = {x.lift for x in catalogue.lifts.values() if start <= x.stated_at < end}
    shown = [r for r in rows if (start <= r.at < end if r.at else r.lift in new)]
    return sorted(shown, key=lambda r: (r.at or end, r.lift))


def _row(
    lift: Lift,
    statuses: list[LiftStatus],
    heads: tuple[int, int, int | None, int],
    *,
    is_closed: bool,
) -> LiftRow:
    """A row; `heads` are planned, boarded, counted and still aboard."""
    planned, boarded, counted_heads, aboard = heads
    status = WORDS[statuses[-1].status] if statuses else PLANNED
    left = next((s.occurred_at for s in statuses if s.status is Status.DEPARTED), None)
    diverted = next((s.to_place for s in reversed(statuses) if s.to_place), None)
    at = left or lift.scheduled_at or (statuses[0].occurred_at if statuses else None)
    return LiftRow(
        lift=lift.lift,
        call_sign=lift.call_sign or lift.lift,
        operator_class=lift.operator_class,
        from_place=lift.from_place,
        to_place=diverted or lift.to_place,
        announced=lift.to_place if diverted else None,
        at=at,
        is_scheduled=left is None and lift.scheduled_at is not None,
        status=CLOSED if is_closed and status in _ON_THE_GROUND else status,
        seats=lift.seats,
        planned=planned,
        boarded=boarded,
        counted=counted_heads,
        aboard=aboard,
    )
