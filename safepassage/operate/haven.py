"""The haven: who came off which lift, who is here, who goes on, and into whose hands.

Departed is not arrived.  A departure is the origin's word; the haven's count of heads is the
second source, and what lies between the two stays aboard in the books, an open item with an age,
until somebody says where it went.  Nobody is asked for a name at the foot of the stairs: a band or
a number of heads is enough, names are given to heads later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safepassage.model.fact import Fact
from safepassage.model.fold import Transfer
from safepassage.model.ids import EntryId, PersonId, PlaceId
from safepassage.model.lift import Status
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.not_out import Handover
from safepassage.model.observation import Naming
from safepassage.model.place import Place
from safepassage.operate.boarding import Boarders
from safepassage.operate.manifest import Manifest, Stage, happened
from safepassage.operate.step import Why, refuse_unless

TREND = timedelta(hours=24)  # how far back the filling of a haven is measured
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """How full a haven is, and how long it will hold.

    Attributes:
        heads: who is there.
        expected: heads aboard lifts that are on their way to it.
        gain: by how many it grew in the last day.
    """

    place: PlaceId
    heads: int
    capacity: int | None
    expected: int
    gain: int

    @property
    def room(self) -> int | None:
        """Places for whoever is not on the way yet; below zero: more are coming than fit."""
        return None if self.capacity is None else self.capacity - self.heads - self.expected

    @property
    def hours_to_full(self) -> float | None:
        """When it is full if the last day goes on; None: it has no limit or does not fill."""
        return hours_to_full(self.heads, self.capacity, self.gain)


def hours_to_full(heads: int, capacity: int | None, gain: int) -> float | None:
    """When a place is full if the last day goes on; None if it has no limit or does not fill.

    hours = (capacity - heads) / (gain per hour over the last day), 0 when it is full.
    """
    if capacity is None or gain <= 0:
        return None
    return max(0.0, (capacity - heads) / (gain / (TREND / HOUR)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A lift whose people should be here, and since when they should.

    Attributes:
        departed: heads that left on it.
        arrived: heads that were counted off it.
        age: since it landed, or since it left if nobody said that it landed.
    """

    manifest: Manifest
    departed: int
    arrived: int
    age: timedelta

    @property
    def missing(self) -> int:
        """Departed and not arrived; below zero: more came off than left."""
        return self.departed - self.arrived

    @property
    def is_open(self) -> bool:
        """Whether somebody has to say where the difference is."""
        return self.missing != 0


def awaited(manifests: Iterable[Manifest], haven: PlaceId) -> list[Awaited]:
    """The lifts that a haven waits for or has received, the longest open first, settled ones last.

    A lift that set down its people at another place on the way is not this haven's to explain.
    """
    found = []
    for m in manifests:
        since = m.landed_at or m.departed_at
        if m.destination == haven and since is not None and m.stage is not Stage.CANCELLED:
            found.append(
                Awaited(manifest=m, departed=m.boarded, arrived=m.landed, age=m.as_of - since)
            )
    return sorted(found, key=lambda a: (not a.is_open, -a.age, a.manifest.lift.lift))


def arrive(
    manifest: Manifest,
    haven: PlaceId,
    who: Boarders,
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """Heads come off a lift at a haven.  The first of them say that it has landed.

    More than boarded came along unseen: once that is acknowledged they board in the books at the
    instant it left, so that nobody is on the ground and at the haven at once.

    Raises:
        StepRefusedError: it never left, goes elsewhere, is cancelled, or more come off than
            boarded.
    """
    lift = manifest.lift
    _check_lands_here(manifest, haven, acknowledged)
    line = manifest.line(who.group, who.person)
    refuse_unless(
        who.person is None or (line is not None and line.aboard > 0),
        Why.NOT_ABOARD,
        f"{who.person} is not among those who are known to be aboard {lift.lift}: key the band or"
        " the heads, and give the name to a head afterwards",
    )
    excess = max(0, who.heads - manifest.aboard)
    more = line is not None and line.group is not None and who.heads > line.aboard
    refuse_unless(
        not excess and not more,
        Why.MORE_THAN_BOARDED,
        _too_many(manifest, who, line.aboard if line and more else None),
        acknowledged,
    )
    category = who.category or (line.category if line else manifest.category)
    coming_off = Movement(
        id=EntryId(f"arrive/{token}"),
        from_place=lift.lift,
        to_place=haven,
        phase=Phase.POSTED,
        occurred_at=at,
        person=who.person,
        heads=who.heads,
        group=who.group,
        category=category,
    )
    facts: list[Fact] = [coming_off, *_landed(manifest, haven, at, token)]
    if excess:
        boarding = replace(
            coming_off,
            id=EntryId(f"arrive/{token}/unlisted"),
            from_place=lift.from_place,
            to_place=lift.lift,
            occurred_at=min(manifest.departed_at or at, at),
            heads=excess,
        )
        facts.append(boarding)
    return facts


def _landed(manifest: Manifest, haven: PlaceId, at: datetime, token: str) -> Iterator[Fact]:
    """What happened to the lift, as far as nobody has said it; in the order of these ids."""
    lift = manifest.lift
    if manifest.departed_at is None:
        yield happened(lift, Status.DEPARTED, at, f"arrive/{token}/1-left")
    if manifest.destination != haven:
        yield happened(lift, Status.DIVERTED, at, f"arrive/{token}/2-diverted", haven)
    if manifest.landed_at is None:
        yield happened(lift, Status.ARRIVED, at, f"arrive/{token}/3-landed")


def _check_lands_here(manifest: Manifest, haven: PlaceId, acknowledged: Collection[Why]) -> None:
    lift = manifest.lift.lift
    refuse_unless(
        not manifest.is_cancelled,
        Why.CANCELLED,
        f"{lift} is cancelled: ask its crew which lift this is",
    )
    refuse_unless(
        haven != manifest.lift.from_place,
        Why.SAME_PLACE,
        f"{haven} is where {lift} left: say that it came back",
    )
    refuse_unless(
        manifest.departed_at is not None,
        Why.NOT_DEPARTED,
        f"{lift} was never reported to leave: see whether this is the right lift, or acknowledge"
        " that it left unseen",
        acknowledged,
    )
    refuse_unless(
        manifest.destination == haven,
        Why.WRONG_HAVEN,
        f"{lift} goes to {manifest.destination}: see whether this is the right lift, or acknowledge"
        f" that it was diverted to {haven}",
        acknowledged,
    )


def _too_many(manifest: Manifest, who: Boarders, of_family: int | None) -> str:
    lift = manifest.lift.lift
    if of_family is not None:
        return (
            f"{of_family:,} of {who.said} are still aboard {lift} and {who.heads:,} come off: count"
            " the family again, or acknowledge that they are more"
        )
    return (
        f"{max(0, manifest.aboard):,} heads are still aboard {lift} and {who.heads:,} come off:"
        " count again, or acknowledge that riders came along whom nobody listed"
    )


def leave(
    haven: PlaceId,
    to: Place,
    who: Boarders,
    held: int,
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """Heads leave a haven: onward, to another haven, or on their own, which is a place too.

    Args:
        haven: where they were.
        to: where they go: its kind says what it means.
        who: they.
        held: how many of them the ledger has at the haven.
        at: when.
        token: of this step.
        acknowledged: what may have happened although it should not.

    Raises:
        StepRefusedError: not so many of them are there, or it is the same place.
    """
    refuse_unless(to.place != haven, Why.SAME_PLACE, f"they are at {haven} already")
    refuse_unless(
        who.heads <= held,
        Why.NOT_HERE,
        f"{max(0, held):,} of {who.said} are at {haven} and {who.heads:,} leave: see whose heads"
        " they are, or acknowledge that they came unseen",
        acknowledged,
    )
    return [
        Movement(
            id=EntryId(f"leave/{token}"),
            from_place=haven,
            to_place=to.place,
            phase=Phase.POSTED,
            occurred_at=at,
            person=who.person,
            heads=who.heads,
            group=who.group,
            category=who.category or EVACUEE,
        )
    ]


def name_head(
    person: PersonId, heads: Sequence[Transfer], *, at: datetime, token: str
) -> list[Fact]:
    """One head of these movements turned out to be this person.  No headcount changes.

    Args:
        person: who, by the id that the register gave.
        heads: the movements of the band, family or lift that the head made, oldest first.
        at: when it was found out.
        token: of this step.

    Raises:
        StepRefusedError: nobody without a name is left among them.
    """
    legs: dict[tuple[PlaceId, PlaceId], Transfer] = {}
    for t in heads:
        if t.phase is Phase.POSTED and t.person is None:
            legs.setdefault((t.from_place, t.to_place), t)
    refuse_unless(
        bool(legs),
        Why.NAMED_BEFORE,
        "no head without a name is left here: see who was named, or key another band",
    )
    return [
        Naming(
            id=EntryId(f"name/{token}"),
            person=person,
            movements=tuple(t.entry for t in legs.values()),
            stated_at=at,
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Out of whose hands a child goes and into whose, by the ids of persons or accounts.

    Attributes:
        relation: of who receives to the child, or the code of an agency.
    """

    given_by: str
    received_by: str
    relation: str


def hand_over(
    child: PersonId,
    place: PlaceId,
    hands: Hands,
    whereabouts: PlaceId | None,
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """A child goes from one pair of hands into another.

    Raises:
        StepRefusedError: the child is not known to be here, or somebody hands over to themselves.
    """
    refuse_unless(
        len({child, hands.given_by, hands.received_by}) == 3,
        Why.OWN_HANDS,
        "a child, who gives it and who receives it are three: say all of them",
    )
    refuse_unless(
        whereabouts == place,
        Why.NOT_HERE,
        f"{child} was last seen at {whereabouts or 'no place'}, not at {place}: name the head that"
        " came, or acknowledge that the child is here",
        acknowledged,
    )
    return [
        Handover(
            id=EntryId(f"handover/{token}"),
            person=child,
            place=place,
            occurred_at=at,
            given_by=hands.given_by,
            received_by=hands.received_by,
            relation=hands.relation,
        )
    ]
