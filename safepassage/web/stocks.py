"""Who is where: the stock of every place, and the way out taken apart stage by stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from safepassage.model.catalogue import Catalogue
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Flow, Ledger
from safepassage.model.movement import Phase
from safepassage.model.place import OUTSIDE, Place, PlaceKind
from safepassage.operate.haven import hours_to_full
from safepassage.report.figure import JUST_AFTER

FULL_AT = 1.0
NEARLY_FULL_AT = 0.85
STAGES = (
    PlaceKind.TOWN,
    PlaceKind.ASSEMBLY_AREA,
    PlaceKind.GATE,
    PlaceKind.TERMINAL,
    PlaceKind.LIFT,
    PlaceKind.HAVEN,
    PlaceKind.ONWARD,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceStock:
    """One place: who is there, who came and went, and whether it fills up."""

    place: PlaceId
    name: str
    kind: PlaceKind | None
    heads: int
    came: int  # in the window
    went: int
    capacity: int | None = None
    is_open: bool | None = None
    hours_to_full: float | None = None  # at the pace of the last day; None: it does not fill
    owner: str | None = None

    @property
    def is_idle(self) -> bool:
        """Nobody is there, comes or goes, and it is no part of the way to safety."""
        aside = self.kind in (PlaceKind.ONWARD, PlaceKind.CLOSING)
        return aside and not (self.heads or self.came or self.went)

    @property
    def share(self) -> float | None:
        """How full, from 0; None without a capacity."""
        return None if not self.capacity else max(0.0, self.heads / self.capacity)

    @property
    def level(self) -> str:
        """How worrying that is, in a word."""
        if self.share is None or self.share < NEARLY_FULL_AT:
            return "room"
        return "full" if self.share >= FULL_AT else "nearly-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All places of one kind, on the way from the town to the haven."""

    kind: PlaceKind
    heads: int
    came: int  # entered the stage in the window, from any other
    went: int
    places: tuple[PlaceStock, ...]


def heads_by_place(
    ledger: Ledger, as_of: datetime, categories: Collection[CategoryId]
) -> Counter[PlaceId]:
    """Heads of these categories at each place, OUTSIDE left out."""
    count: Counter[PlaceId] = Counter()
    for (place, category), heads in ledger.stock(as_of).items():
        if category in categories and place != OUTSIDE:
            count[place] += heads
    return count


def counted(flows: Iterable[Flow], categories: Collection[CategoryId]) -> list[Flow]:
    """The flows that happened to people who are counted."""
    return [f for f in flows if f.phase is Phase.POSTED and f.category in categories]


def place_stocks(
    ledger: Ledger,
    as_of: datetime,
    window_flows: list[Flow],
    day_flows: list[Flow],
    categories: Collection[CategoryId],
) -> list[PlaceStock]:
    """Every stated place in the order of the way out; within a kind the fullest first."""
    catalogue = ledger.catalogue
    heads = heads_by_place(ledger, as_of, categories)
    came, went = _in_and_out(window_flows)
    day_in, day_out = _in_and_out(day_flows)
    found = [
        _place_stock(
            catalogue,
            place,
            heads=heads[place.place],
            came=came[place.place],
            went=went[place.place],
            gain=day_in[place.place] - day_out[place.place],
            as_of=as_of,
        )
        for place in catalogue.places.values()
    ]
    order = {kind: n for n, kind in enumerate([*STAGES, PlaceKind.CLOSING])}
    return sorted(found, key=lambda p: (order.get(p.kind or PlaceKind.CLOSING, 99), -p.heads))


def _in_and_out(flows: Iterable[Flow]) -> tuple[Counter[PlaceId], Counter[PlaceId]]:
    came: Counter[PlaceId] = Counter()
    went: Counter[PlaceId] = Counter()
    for flow in flows:
        came[flow.to_place] += flow.heads
        went[flow.from_place] += flow.heads
    return came, went


def _place_stock(
    catalogue: Catalogue,
    stated: Place,
    *,
    heads: int,
    came: int,
    went: int,
    gain: int,
    as_of: datetime,
) -> PlaceStock:
    return PlaceStock(
        place=stated.place,
        name=stated.name or stated.place,
        kind=stated.kind,
        heads=heads,
        came=came,
        went=went,
        capacity=stated.capacity,
        is_open=catalogue.is_open(stated.place, as_of),
        hours_to_full=hours_to_full(heads, stated.capacity, gain),
        owner=stated.owner,
    )


def stages(
    ledger: Ledger, stocks: Iterable[PlaceStock], in_the_air: int, window_flows: Iterable[Flow]
) -> list[Stage]:
    """The way out, stage by stage; a stage without a place or a person is left out."""
    by_kind: dict[PlaceKind | None, list[PlaceStock]] = {}
    for stock in stocks:
        by_kind.setdefault(stock.kind, []).append(stock)
    came: Counter[PlaceKind | None] = Counter()
    went: Counter[PlaceKind | None] = Counter()
    kind = ledger.catalogue.kind
    for flow in window_flows:
        start, end = kind(flow.from_place), kind(flow.to_place)
        if start is not end:
            went[start] += flow.heads
            came[end] += flow.heads
    found = []
    for stage in STAGES:
        places = tuple(by_kind.get(stage, ()))
        is_air = stage is PlaceKind.LIFT
        heads = in_the_air if is_air else sum(p.heads for p in places)
        is_idle = stage is PlaceKind.ONWARD and not came[stage]
        if heads or came[stage] or (places and not is_idle):
            found.append(
                Stage(kind=stage, heads=heads, came=came[stage], went=went[stage], places=places)
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What one place had to do with another: heads that came from it and went to it."""

    place: PlaceId
    kind: PlaceKind | None
    came: int
    went: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How the number of heads at a place comes about."""

    place: PlaceId
    kind: PlaceKind | None
    as_of: datetime
    heads: int
    is_open: bool | None
    exchanges: tuple[Exchange, ...]
    categories: tuple[tuple[CategoryId, int], ...]  # everybody, counted or not

    @property
    def lifts(self) -> tuple[Exchange, ...]:
        """The lifts among them."""
        return tuple(e for e in self.exchanges if e.kind is PlaceKind.LIFT)

    @property
    def came(self) -> int:
        """Everybody who ever came."""
        return sum(e.came for e in self.exchanges)

    @property
    def went(self) -> int:
        """Everybody who ever left."""
        return sum(e.went for e in self.exchanges)


def balance_of(
    ledger: Ledger, place: PlaceId, as_of: datetime, categories: Collection[CategoryId]
) -> Balance:
    """Everybody who came to a place minus everybody who left it, by where they came from."""
    catalogue = ledger.catalogue
    flows = counted(ledger.flow(EARLIEST, as_of + JUST_AFTER), categories)
    came: Counter[PlaceId] = Counter()
    went: Counter[PlaceId] = Counter()
    for flow in flows:
        if flow.to_place == place:
            came[flow.from_place] += flow.heads
        if flow.from_place == place:
            went[flow.to_place] += flow.heads
    exchanges = [
        Exchange(place=other, kind=catalogue.kind(other), came=came[other], went=went[other])
        for other in {**came, **went}
    ]
    stock = ledger.stock(as_of)
    return Balance(
        place=place,
        kind=catalogue.kind(place),
        as_of=as_of,
        heads=heads_by_place(ledger, as_of, categories)[place],
        is_open=catalogue.is_open(place, as_of),
        exchanges=tuple(sorted(exchanges, key=lambda e: (-e.came, -e.went, e.place))),
        categories=tuple(sorted((c, n) for (at, c), n in stock.items() if at == place)),
    )
