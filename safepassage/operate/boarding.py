"""Steps at an open door: seats given and released, people aboard and off again, heads counted.

Each is a pure decision: the manifest as it stands and what the officer says go in, facts come out,
or a refusal with the reason.  The ids of a step's facts begin with its *token*, which whoever asks
makes once, so that a step sent twice is recorded once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from safepassage.model.fact import Fact
from safepassage.model.fold import Transfer
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId
from safepassage.model.instant import zulu
from safepassage.model.lift import Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Headcount
from safepassage.operate.manifest import Line, Manifest, happened
from safepassage.operate.step import Why, refuse_unless


@dataclass(frozen=True, slots=True, kw_only=True)
class Boarders:
    """Who goes aboard or comes off: so many heads of a family, a person, or heads of no group."""

    heads: int = 1
    group: GroupId | None = None
    person: PersonId | None = None
    category: CategoryId | None = None  # none: as on the manifest

    @property
    def said(self) -> str:
        """As a sentence names them."""
        who = self.group or self.person
        return f"{who}" if who else f"{self.heads:,} heads of no family"


def seat(
    manifest: Manifest,
    families: Sequence[Boarders],
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """Give families seats.  Where a plan promised the seats to nobody in particular, they are its.

    Raises:
        StepRefusedError: the doors are shut, a family has a seat already, or there are too few.
    """
    _check_open(manifest, "gives out no more seats", acknowledged)
    lift = manifest.lift
    for family in families:
        line = manifest.line(family.group, family.person)
        has_seat = family.group is not None and line is not None and line.promised > 0
        refuse_unless(not has_seat, Why.HAS_SEATS, f"{family.said} is on {lift.lift} already")
    heads = sum(f.heads for f in families)
    nobodys = manifest.line(None)
    left, free = manifest.seats_left, manifest.awaited(nobodys) if nobodys else 0
    refuse_unless(
        left is None or heads <= left + free,
        Why.SEATS,
        f"{lift.lift} has {max(0, (left or 0) + free):,} seats left and {heads:,} heads were to be"
        " seated: seat fewer families, or acknowledge that they go without a seat of their own",
        acknowledged,
    )
    promised_at = lift.scheduled_at or at
    facts: list[Fact] = [
        Movement(
            id=EntryId(f"seat/{token}/{n}"),
            from_place=lift.from_place,
            to_place=lift.lift,
            phase=Phase.PENDING,
            occurred_at=promised_at,
            person=f.person,
            heads=f.heads,
            group=f.group,
            category=f.category or manifest.category,
        )
        for n, f in enumerate(families)
    ]
    if nobodys is not None and nobodys.open:
        facts += _taken_from(manifest, nobodys, families, token)
    return facts


def _taken_from(
    manifest: Manifest, nobodys: Line, families: Sequence[Boarders], token: str
) -> Iterator[Fact]:
    """The plan's seats for nobody in particular, less those that families have taken.

    A promise is settled once, so it is withdrawn whole and what is left of it promised anew.
    """
    taken: Counter[CategoryId] = Counter()
    for family in families:
        taken[family.category or manifest.category] += family.heads
    for n, promise in enumerate(nobodys.open):
        took = min(promise.heads, taken[promise.category])
        if took:
            taken[promise.category] -= took
            yield withdrawal(promise, EntryId(f"seat/{token}/from/{n}"))
            if took < promise.heads:
                yield promised_anew(
                    promise, promise.heads - took, EntryId(f"seat/{token}/left/{n}")
                )


def withdrawal(promise: Transfer, entry: EntryId) -> Movement:
    """What takes a promise back: it says the instant of the promise as its own."""
    return Movement(
        id=entry,
        from_place=promise.from_place,
        to_place=promise.to_place,
        phase=Phase.VOIDED,
        occurred_at=promise.instant,
        person=promise.person,
        heads=promise.heads,
        group=promise.group,
        category=promise.category,
        fulfils=promise.entry,
    )


def promised_anew(promise: Transfer, heads: int, entry: EntryId) -> Movement:
    """A promise to fewer heads."""
    return Movement(
        id=entry,
        from_place=promise.from_place,
        to_place=promise.to_place,
        phase=Phase.PENDING,
        occurred_at=promise.instant,
        heads=heads,
        group=promise.group,
        category=promise.category,
    )


def board(
    manifest: Manifest,
    who: Boarders,
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """Somebody goes aboard.  A family of which some are not there is a stop.

    Raises:
        StepRefusedError: the doors are shut, seats or people are missing, or they are aboard
            already.
    """
    lift = manifest.lift
    _check_open(manifest, "takes nobody aboard", acknowledged)
    line = manifest.line(who.group, who.person)
    is_family = who.group is not None
    if is_family or who.person is not None:
        _check_family(manifest, line, who, acknowledged)
    seats = lift.seats
    refuse_unless(
        seats is None or manifest.boarded + who.heads <= seats,
        Why.SEATS,
        f"{manifest.boarded:,} heads are aboard {lift.lift} and {who.heads:,} more do not fit on"
        f" its {seats or 0:,} seats: let them wait for the next lift, or acknowledge that they go"
        " without a seat of their own, as children on laps do",
        acknowledged,
    )
    is_whole = line is None or line.boarded + who.heads >= line.promised
    happened_at = min(at, manifest.departed_at or at)
    keeps = line.open[0].entry if line and line.open and is_family and is_whole else None
    aboard = _through_the_door(manifest, who, EntryId(f"board/{token}"), happened_at)
    facts: list[Fact] = [replace(aboard, fulfils=keeps)]
    if not manifest.statuses:
        facts.append(happened(manifest.lift, Status.BOARDING, at, f"board/{token}/first"))
    return facts


def _check_family(
    manifest: Manifest, line: Line | None, who: Boarders, acknowledged: Collection[Why]
) -> None:
    """Whether a family boards as one, is expected, and is not aboard yet."""
    lift = manifest.lift.lift
    promised = line.promised if line else 0
    boarded = line.boarded if line else 0
    refuse_unless(
        not (promised or boarded) or boarded < max(promised, 1),
        Why.ALREADY_ABOARD,
        f"{who.said} is aboard {lift} already, with {boarded:,} heads: find out who stands here, or"
        " acknowledge that they are more",
        acknowledged,
    )
    refuse_unless(
        promised > 0 or not manifest.lists_families,
        Why.NOT_ON_MANIFEST,
        f"{who.said} is not on the manifest of {lift}: send them to theirs, or acknowledge that"
        " they take empty seats",
        acknowledged,
    )
    refuse_unless(
        boarded + who.heads >= promised,
        Why.FAMILY_INCOMPLETE,
        f"{promised:,} of {who.said} go together and {boarded + who.heads:,} are here: wait for the"
        " others, or acknowledge that the family is split",
        acknowledged,
    )


def take_off(
    manifest: Manifest,
    who: Boarders,
    *,
    at: datetime,
    token: str,
) -> list[Fact]:
    """Somebody is taken off again before it leaves, be it late.

    A family's seats stay promised until they are released.  After a close-out this reopens the
    manifest: it is closed again, with new numbers.

    Raises:
        StepRefusedError: it has left, or not so many of them are aboard.
    """
    lift = manifest.lift
    refuse_unless(
        manifest.departed_at is None,
        Why.DEPARTED,
        f"{lift.lift} has left: whoever comes off it now arrives somewhere",
    )
    line = manifest.line(who.group, who.person)
    aboard = line.boarded if line else 0
    refuse_unless(
        who.heads <= aboard,
        Why.NOT_ABOARD,
        f"{aboard:,} of {who.said} are aboard {lift.lift}, so {who.heads:,} cannot be taken off:"
        " say whose heads they are, as the manifest lists them",
    )
    taken = _through_the_door(manifest, who, EntryId(f"off/{token}"), at)
    return [replace(taken, from_place=lift.lift, to_place=lift.from_place)]


def _through_the_door(manifest: Manifest, who: Boarders, entry: EntryId, at: datetime) -> Movement:
    """Heads go aboard."""
    line = manifest.line(who.group, who.person)
    return Movement(
        id=entry,
        from_place=manifest.lift.from_place,
        to_place=manifest.lift.lift,
        phase=Phase.POSTED,
        occurred_at=at,
        person=who.person,
        heads=who.heads,
        group=who.group,
        category=who.category or (line.category if line else manifest.category),
    )


def release(manifest: Manifest, group: GroupId | None, *, token: str) -> list[Fact]:
    """Withdraw the seats of a family that did not come, or of nobody in particular.

    Whoever of them is aboard keeps a seat.

    Raises:
        StepRefusedError: it has no seats to release.
    """
    line = manifest.line(group)
    open_ = line.open if line else []
    named = group or "nobody in particular"
    refuse_unless(
        line is not None and bool(open_) and manifest.awaited(line) > 0,
        Why.NOT_ON_MANIFEST,
        f"{named} has no seats on {manifest.lift.lift} that wait for anybody",
    )
    assert line is not None  # noqa: S101 - refused above
    facts: list[Fact] = []
    keep = manifest.kept_for(line) - (line.promised - sum(p.heads for p in open_))
    for n, promise in enumerate(open_):
        facts.append(withdrawal(promise, EntryId(f"release/{token}/{n}")))
        kept = min(max(keep, 0), promise.heads)
        keep -= kept
        if kept:
            facts.append(promised_anew(promise, kept, EntryId(f"release/{token}/{n}/kept")))
    return facts


def count(manifest: Manifest, heads: int, *, at: datetime, token: str) -> list[Fact]:
    """Somebody walked through the cabin and counted heads, children on laps included.

    In the air too: nobody is then taken aboard by it, and what differs is a discrepancy.
    """
    return [
        Headcount(
            id=EntryId(f"count/{token}"), place=manifest.lift.lift, heads=heads, occurred_at=at
        )
    ]


def _check_open(manifest: Manifest, what: str, acknowledged: Collection[Why]) -> None:
    """Whether the doors are open."""
    lift = manifest.lift.lift
    refuse_unless(not manifest.is_cancelled, Why.CANCELLED, f"{lift} is cancelled and {what}")
    left = manifest.departed_at
    refuse_unless(
        left is None,
        Why.DEPARTED,
        f"{lift} left at {zulu(left or manifest.as_of)} and {what}: choose another lift, or"
        " acknowledge that this happened before it left",
        acknowledged,
    )
    closed = manifest.close_out
    refuse_unless(
        closed is None or not manifest.is_closed,
        Why.CLOSED_OUT,
        f"{lift} was closed out at {zulu(closed.occurred_at if closed else manifest.as_of)} with"
        f" {manifest.boarded:,} heads and {what}: choose another lift, or acknowledge that the"
        " doors were opened again, and close it out again after",
        acknowledged,
    )
