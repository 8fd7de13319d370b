"""A small operation, and what the tests of the implied ledger ask of a list of facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from safepassage.model.fact import Fact, instant_of
from safepassage.model.fold import Transfer
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import LATEST, Window
from safepassage.model.ledger import Book
from safepassage.model.movement import EVACUEE
from safepassage.model.notation import enter
from safepassage.model.operation import (
    Category,
    Closure,
    Fleet,
    Leg,
    LiftType,
    Mode,
    Operation,
    OperatorClass,
    PlannedPlace,
    ReportingWindow,
    opening_facts,
)
from safepassage.model.place import OUTSIDE, PlaceKind
from safepassage.model.published import Basis, PublishedFlow, PublishedLift

DAY_0 = datetime(2030, 5, 1, tzinfo=UTC)
STAFF = CategoryId("staff")
_LONG_BEFORE = datetime(2001, 1, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    """So many hours into the operation."""
    return DAY_0 + timedelta(hours=hours)


def place(place_id: str, kind: PlaceKind, *closures: Closure) -> PlannedPlace:
    return PlannedPlace(id=PlaceId(place_id), kind=kind, closures=closures)


def operation(*gates: str, closed: tuple[Closure, ...] = ()) -> Operation:
    """An airfield with gates and two havens."""
    names = gates or ("east", "west")
    return Operation(
        id="op",
        name="Operation",
        zones=("Asia/Kabul", "UTC"),
        reporting_window=ReportingWindow(start=time(0), hours=24, zone="UTC"),
        places=(
            place("town", PlaceKind.TOWN),
            *(place(gate, PlaceKind.GATE) for gate in names),
            place("field", PlaceKind.TERMINAL, *closed),
            place("near", PlaceKind.HAVEN),
            place("far", PlaceKind.HAVEN),
        ),
        operator_classes=tuple(
            OperatorClass(id=name, name=name) for name in ("own", "other", "unknown")
        ),
        lift_types=(
            LiftType(
                id="large",
                name="Large",
                mode=Mode.AIR,
                seats=100,
                seats_emergency=250,
                block_speed_kmh=700,
                ground_time_h=1,
            ),
            LiftType(
                id="small",
                name="Small",
                mode=Mode.AIR,
                seats=40,
                block_speed_kmh=500,
                ground_time_h=1,
            ),
        ),
        fleets=(
            Fleet(lift_type="large", operator_class="own", count=3, base=PlaceId("near")),
            Fleet(lift_type="small", operator_class="own", count=1, base=PlaceId("far")),
        ),
        legs=(
            Leg(
                from_place=PlaceId("field"),
                to_place=PlaceId("near"),
                mode=Mode.AIR,
                distance_km=1400,
            ),
            Leg(
                from_place=PlaceId("field"),
                to_place=PlaceId("far"),
                mode=Mode.AIR,
                distance_km=3500,
            ),
        ),
        categories=(
            Category(id=EVACUEE, name="Evacuees"),
            Category(id=STAFF, name="Staff", staff=True, counted=False),
        ),
    )


def flow(
    flow_id: str,
    people: int,
    lifts: int | None,
    *,
    start: float = 100,
    end: float = 124,
    operator_class: str = "own",
    category: CategoryId = EVACUEE,
    lift_types: Mapping[str, int] | None = None,
) -> PublishedFlow:
    """A published flow, by default over the fifth day."""
    return PublishedFlow(
        id=flow_id,
        window=Window(at(start), at(end)),
        operator_class=operator_class,
        people=people,
        lifts=lifts,
        basis=Basis.PUBLISHED,
        source="a test",
        category=category,
        lift_types=lift_types or {},
    )


def lift(
    lift_id: str,
    heads: int,
    *,
    departed: float = 110,
    day_only: bool = False,
    first: int | None = None,
    corrected_at: datetime | None = None,
    operator_class: str = "own",
    category: CategoryId = EVACUEE,
) -> PublishedLift:
    """A published lift, by default within the fifth day."""
    return PublishedLift(
        lift=PlaceId(lift_id),
        operator_class=operator_class,
        lift_type="large",
        departed_at=at(departed),
        heads=heads,
        source="a test",
        day_only=day_only,
        counts_first=first,
        corrected_at=corrected_at,
        category=category,
    )


def book_of(of: Operation, facts: Iterable[Fact]) -> Book:
    """The ledger of an operation with these facts."""
    return Book(enter([*opening_facts(of, _LONG_BEFORE), *facts]))


def every_transfer(book: Book) -> list[Transfer]:
    return list(book.transfers(_LONG_BEFORE, LATEST))


def heads_out(
    book: Book, window: Window, operator_class: str, category: CategoryId = EVACUEE
) -> int:
    """Heads that left a terminal on lifts of a class within a window."""
    catalogue = book.catalogue
    return sum(
        f.heads
        for f in book.flow(window.start, window.end)
        if catalogue.kind(f.from_place) is PlaceKind.TERMINAL
        and f.to_place in catalogue.lifts
        and catalogue.lifts[f.to_place].operator_class == operator_class
        and f.category == category
    )


def lifts_out(book: Book, window: Window, operator_class: str) -> int:
    """Lifts of a class that departed within a window."""
    lifts = book.catalogue.lifts
    departed = book.catalogue.departures(window.start, window.end)
    return sum(lifts[s.lift].operator_class == operator_class for s in departed)


def lowest(book: Book) -> int:
    """The lowest headcount that any place but outside ever had, looked at after each instant."""
    count: Counter[PlaceId] = Counter()
    low, touched, now = 0, set[PlaceId](), None
    for transfer in every_transfer(book):
        if transfer.instant != now:
            low = min([low, *(count[place] for place in touched if place != OUTSIDE)])
            touched, now = set(), transfer.instant
        count[transfer.from_place] -= transfer.heads
        count[transfer.to_place] += transfer.heads
        touched |= {transfer.from_place, transfer.to_place}
    return min([low, *(count[place] for place in touched if place != OUTSIDE)])


def lifts_of_groups(book: Book) -> dict[str, set[PlaceId]]:
    """The lifts on which heads of each family left."""
    found: dict[str, set[PlaceId]] = defaultdict(set)
    for transfer in every_transfer(book):
        if transfer.group is not None and transfer.to_place in book.catalogue.lifts:
            found[transfer.group].add(transfer.to_place)
    return found


def is_in_order(facts: Iterable[Fact]) -> bool:
    instants = [instant_of(fact) for fact in facts]
    return instants == sorted(instants)
