"""Manifests as a ledger has them: of one lift, of those bound for a place; who waits for seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safepassage.model.errors import UnknownPlaceError
from safepassage.model.fold import Transfer
from safepassage.model.ids import NAMED, CategoryId, EntryId, GroupId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import PlaceKind
from safepassage.operate.boarding import Boarders
from safepassage.operate.manifest import Manifest, manifest_of
from safepassage.plan.families import Family, Load, pack
from safepassage.plan.overcall import FAMILY_MAX

WAITS_MAX = timedelta(days=3)  # whoever has stood in a terminal for longer is looked for by name
SETTLED_SHOWN = timedelta(hours=12)  # a lift whose people all arrived is shown for so long
ANYBODY = "anybody"  # one queue: who came first goes first, whatever the category
GONE = (Status.DEPARTED, Status.CANCELLED)
_OUTSIDE_DOORS = (PlaceKind.GATE, PlaceKind.ASSEMBLY_AREA)


def manifest(ledger: Ledger, lift: PlaceId, as_of: datetime) -> Manifest:
    """The manifest of a lift.

    Raises:
        UnknownPlaceError: nobody has stated such a lift.
    """
    return manifests(ledger, [lift], as_of)[0]


def manifests(ledger: Ledger, lifts: Sequence[PlaceId], as_of: datetime) -> list[Manifest]:
    """The manifests of some lifts, in one pass through whoever went aboard or came off them.

    Raises:
        UnknownPlaceError: nobody has stated one of them.
    """
    catalogue = ledger.catalogue
    unknown = [lift for lift in lifts if lift not in catalogue.lifts]
    if unknown:
        raise UnknownPlaceError(
            f"nobody has stated a lift {unknown[0][:100]!r}: see the departure board, or state it"
        )
    through: dict[PlaceId, list[Transfer]] = {lift: [] for lift in lifts}
    for t in ledger.through(frozenset(lifts)):
        for place in {t.from_place, t.to_place} & through.keys():
            through[place].append(t)
    settled = settled_in(ledger, (t for ts in through.values() for t in ts))
    return [
        manifest_of(catalogue.lifts[lift], through[lift], catalogue, settled, as_of)
        for lift in lifts
    ]


def settled_in(ledger: Ledger, transfers: Iterable[Transfer]) -> set[EntryId]:
    """The promises among transfers that others of them keep or withdraw.

    Only entries know what they fulfil, so those are looked up that may: of a group with promises.
    """
    promised: set[GroupId | None] = set()
    may_settle: list[Transfer] = []
    for t in transfers:
        if t.phase is Phase.PENDING:
            promised.add(t.group)
        elif NAMED not in t.entry and t.seen:
            may_settle.append(t)
    settled: set[EntryId] = set()
    for t in may_settle:
        if t.group in promised:
            entry = ledger.entry(t.entry)
            fact = entry.fact if entry else None
            if isinstance(fact, Movement) and fact.fulfils is not None:
                settled.add(fact.fulfils)
    return settled


def on_the_way(ledger: Ledger, place: PlaceId, as_of: datetime) -> dict[PlaceId, datetime]:
    """The lifts that left for a place, diverted to it or announced for it: when last heard of."""
    catalogue = ledger.catalogue
    goes_to = {x.lift: x.to_place for x in catalogue.lifts.values()}
    heard: dict[PlaceId, datetime] = {}
    for status in catalogue.statuses:
        if status.occurred_at <= as_of and status.lift in goes_to:
            heard[status.lift] = status.occurred_at
            goes_to[status.lift] = status.to_place or goes_to[status.lift]
    left = {
        s.lift for s in catalogue.statuses if s.status is Status.DEPARTED and s.occurred_at <= as_of
    }
    return {lift: at for lift, at in heard.items() if goes_to[lift] == place and lift in left}


def bound_for(ledger: Ledger, place: PlaceId, since: datetime, as_of: datetime) -> list[Manifest]:
    """The manifests of lifts that left for a place: those not empty, and those heard of lately."""
    aboard: Counter[PlaceId] = Counter()
    for (at, _), heads in ledger.stock(as_of).items():
        aboard[at] += heads
    lifts = [
        lift
        for lift, at in on_the_way(ledger, place, as_of).items()
        if at >= (since if aboard[lift] else as_of - SETTLED_SHOWN)
    ]
    return manifests(ledger, lifts, as_of) if lifts else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A family inside, waiting for seats."""

    group: GroupId
    heads: int
    category: CategoryId
    since: datetime


def waiting_at(ledger: Ledger, place: PlaceId, as_of: datetime) -> list[Waiting]:
    """Families at a place who have no seat on a lift that has still to leave, who came first first.

    Heads that belong to no family are not among them: nobody can be asked to stay together.
    """
    heads: Counter[GroupId] = Counter()
    seats: Counter[GroupId] = Counter()
    came: dict[GroupId, tuple[datetime, CategoryId]] = {}
    gone = {
        s.lift for s in ledger.catalogue.statuses if s.occurred_at <= as_of and s.status in GONE
    }
    for t in ledger.transfers(as_of - WAITS_MAX, as_of + WAITS_MAX):
        if t.group is None or place not in (t.from_place, t.to_place):
            continue
        if t.phase is Phase.POSTED and t.instant <= as_of:
            heads[t.group] += t.heads if t.to_place == place else -t.heads
            if t.to_place == place:
                came.setdefault(t.group, (t.instant, t.category))
        elif t.phase is not Phase.POSTED and _keeps_a_seat(ledger, t, gone):
            seats[t.group] += t.heads if t.phase is Phase.PENDING else -t.heads
    found = [
        Waiting(group=group, heads=heads[group], category=category, since=since)
        for group, (since, category) in came.items()
        if heads[group] > 0 and seats[group] <= 0
    ]
    return sorted(found, key=lambda w: (w.since, w.group))


def _keeps_a_seat(ledger: Ledger, t: Transfer, gone: Collection[PlaceId]) -> bool:
    """Whether a promise or its withdrawal is about a lift that has still to leave."""
    return t.to_place in ledger.catalogue.lifts and t.to_place not in gone


def whole_families(waiting: Sequence[Waiting], seats: int) -> list[Boarders]:
    """Whole families for so many seats, whoever came first first; see `plan.families.pack`."""
    families = [Family(w.group, w.heads, ANYBODY) for w in waiting if w.heads <= FAMILY_MAX]
    if seats < 1 or not families:
        return []
    packed = pack(families, [Load(0, seats, {ANYBODY: seats})])
    category = {w.group: w.category for w in waiting}
    return [
        Boarders(group=GroupId(str(f.id)), heads=f.size, category=category[GroupId(str(f.id))])
        for f in packed.aboard[0]
    ]


def held_at(ledger: Ledger, place: PlaceId, who: Boarders, as_of: datetime) -> int:
    """How many heads of a family, a person, or of anybody a place holds."""
    if who.person is None and who.group is None:
        return sum(heads for (at, _), heads in ledger.stock(as_of).items() if at == place)
    if who.person is not None:
        moves = [t for t in ledger.journey(who.person) if place in (t.from_place, t.to_place)]
    else:
        moves = list(ledger.through({place}, who.group))
    return sum(
        (1 if t.to_place == place else -1) * t.heads
        for t in moves
        if t.phase is Phase.POSTED and t.instant <= as_of
    )


def outside_doors(ledger: Ledger) -> list[PlaceId]:
    """Where people stand before they are inside: gates and assembly areas."""
    return [p.place for p in ledger.catalogue.places.values() if p.kind in _OUTSIDE_DOORS]


def walked_in(ledger: Ledger, boarded: Movement, as_of: datetime, token: str) -> Iterator[Movement]:
    """How a family that boards, and was last seen at a gate, came inside without being seen.

    Heads without names are linked by nobody: without these movements the gate would keep them.
    """
    if boarded.group is None or boarded.person is not None:
        return
    who = Boarders(heads=boarded.heads, group=boarded.group)
    missing = boarded.heads - max(0, held_at(ledger, boarded.from_place, who, as_of))
    for place in outside_doors(ledger):
        came = min(missing, held_at(ledger, place, who, as_of))
        if came > 0 and place != boarded.from_place:
            missing -= came
            yield replace(
                boarded,
                id=EntryId(f"board/{token}/in/{place}"),
                from_place=place,
                to_place=boarded.from_place,
                heads=came,
                fulfils=None,
            )
