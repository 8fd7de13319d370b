"""The reception desk of a haven: who came off which lift, who is here, who goes on.

receiving = Receiving(books, clock)
receiving.arrive(lift, haven, Boarders(group=band, heads=1), token=new_token())
receiving.name(person, haven=haven, group=band, token=new_token())
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.control.manifests import bound_for, held_at, manifest, on_the_way
from safepassage.control.office import Books
from safepassage.control.steps import (
    Taken,
    check_group,
    check_is_id,
    check_not_ahead,
    check_token,
    take,
)
from safepassage.model.errors import BadQuestionError, UnknownPlaceError
from safepassage.model.fact import Fact
from safepassage.model.fold import Transfer
from safepassage.model.ids import GroupId, PersonId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.model.not_out import Handover
from safepassage.model.place import OUTSIDE, ClosingReason, Place, PlaceKind
from safepassage.operate import haven as rules
from safepassage.operate.boarding import Boarders
from safepassage.operate.haven import TREND, Awaited, Hands, Stock
from safepassage.operate.step import Why

LOOK_BACK = timedelta(days=3)  # lifts that left earlier are on the list of discrepancies alone
JUST_AFTER = timedelta(microseconds=1)
GOES_TO = (PlaceKind.HAVEN, PlaceKind.ONWARD, PlaceKind.CLOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a haven's reception sees.

    Attributes:
        awaited: lifts on their way to it and those that landed, the longest open first.
        ways_on: where people may go from here: places for final destinations, other havens, and
            the ends of a case.
    """

    place: Place
    stock: Stock
    awaited: tuple[Awaited, ...]
    ways_on: tuple[Place, ...]
    handovers: tuple[Handover, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON values: ids and numbers, nobody's name."""
        return {
            "haven": self.place.place,
            "heads": self.stock.heads,
            "capacity": self.stock.capacity,
            "expected": self.stock.expected,
            "gain": self.stock.gain,
            "hours_to_full": self.stock.hours_to_full,
            "awaited": [
                {
                    "lift": a.manifest.lift.lift,
                    "stage": a.manifest.stage,
                    "departed": a.departed,
                    "arrived": a.arrived,
                    "missing": a.missing,
                    "age_minutes": int(a.age.total_seconds() // 60),
                }
                for a in self.awaited
            ],
        }


@dataclass(frozen=True, slots=True)
class Receiving:
    """What may be done at a haven.  Each step reads the ledger anew.

    Every step takes `at`, the instant at which it happened (now if left out), and `acknowledged`,
    what somebody answers for.  They raise `StepRefusedError`, and `UnknownPlaceError` for a haven
    or lift that nobody stated.
    """

    books: Books
    clock: Callable[[], datetime]

    def desk(self, haven: PlaceId) -> Desk:
        """The reception of a haven as it stands."""
        with self.books.ledger() as ledger:
            return desk(ledger, haven, self.clock())

    def unnamed(self, haven: PlaceId) -> int:
        """Heads at a haven whom nobody has given a name yet."""
        with self.books.ledger() as ledger:
            return unnamed_at(ledger, haven, self.clock())

    def arrive(
        self,
        lift: PlaceId,
        haven: PlaceId,
        who: Boarders,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """Heads come off a lift."""

        def decide(ledger: Ledger, now: datetime, when: datetime) -> Sequence[Fact]:
            haven_of(ledger, haven)
            found = manifest(ledger, lift, now)
            check_group(ledger, who.group, {lift})
            return rules.arrive(found, haven, who, at=when, token=token, acknowledged=acknowledged)

        return self._take(f"arrive/{check_token(token)}", decide, at)

    def name(
        self,
        person: PersonId,
        haven: PlaceId,
        *,
        token: str,
        group: GroupId | None = None,
        lift: PlaceId | None = None,
        at: datetime | None = None,
    ) -> Taken:
        """Give a head its name: of a band or family, or of those who came off a lift.

        Raises:
            BadQuestionError: neither a group nor a lift says which head it is.
        """
        check_is_id(person, "whoever is named")
        if group is None and lift is None:
            raise BadQuestionError("say whose head it is: a band, a family, or the lift it came on")

        def decide(ledger: Ledger, now: datetime, when: datetime) -> Sequence[Fact]:
            heads = heads_of(ledger, haven, group, lift)
            return rules.name_head(person, heads, at=when, token=token)

        return self._take(f"name/{check_token(token)}", decide, at)

    def go_on(
        self,
        haven: PlaceId,
        to_place: PlaceId,
        who: Boarders,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """Heads leave the haven: onward, to another haven, or on their own.

        Whoever goes on by a lift boards it, as at any other door.
        """

        def decide(ledger: Ledger, now: datetime, when: datetime) -> Sequence[Fact]:
            haven_of(ledger, haven)
            check_group(ledger, who.group, {haven})
            to = ledger.catalogue.places.get(to_place)
            if to is None or to.kind not in GOES_TO:
                raise UnknownPlaceError(
                    f"{to_place} is no place to go to from a haven: choose a destination, another"
                    " haven, or an end of a case; a lift is boarded instead"
                )
            held = held_at(ledger, haven, who, now)
            return rules.leave(
                haven, to, who, held, at=when, token=token, acknowledged=acknowledged
            )

        return self._take(f"leave/{check_token(token)}", decide, at)

    def hand_over(
        self,
        child: PersonId,
        haven: PlaceId,
        hands: Hands,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """A child goes from one pair of hands into another, and both are on record.

        Raises:
            InvalidFactError: one of the three is given by what may be a name.
        """
        for id in (child, hands.given_by, hands.received_by):
            check_is_id(id, "a child, who gives it and who receives it")

        def decide(ledger: Ledger, now: datetime, when: datetime) -> Sequence[Fact]:
            haven_of(ledger, haven)
            seen = [t for t in ledger.journey(child) if t.phase is Phase.POSTED]
            return rules.hand_over(
                child,
                haven,
                hands,
                seen[-1].to_place if seen else None,
                at=when,
                token=token,
                acknowledged=acknowledged,
            )

        return self._take(f"handover/{check_token(token)}", decide, at)

    def _take(
        self,
        first: str,
        decide: Callable[[Ledger, datetime, datetime], Sequence[Fact]],
        at: datetime | None,
    ) -> Taken:
        now = self.clock()
        when = check_not_ahead(at or now, now)
        return take(self.books, first, lambda ledger: decide(ledger, now, when))


def haven_of(ledger: Ledger, haven: PlaceId) -> Place:
    """The haven as it was stated.

    Raises:
        UnknownPlaceError: it is none.
    """
    found = ledger.catalogue.places.get(haven)
    if found is None or found.kind is not PlaceKind.HAVEN:
        known = [p.place for p in ledger.catalogue.places.values() if p.kind is PlaceKind.HAVEN]
        raise UnknownPlaceError(
            f"{haven[:100]!r} is no haven of this operation: {', '.join(sorted(known)) or 'none'}"
        )
    return found


def desk(ledger: Ledger, haven: PlaceId, as_of: datetime) -> Desk:
    """The reception of a haven at an instant.

    Raises:
        UnknownPlaceError: it is no haven.
    """
    place = haven_of(ledger, haven)
    return Desk(
        place=place,
        stock=stock(ledger, haven, as_of),
        awaited=tuple(rules.awaited(bound_for(ledger, haven, as_of - LOOK_BACK, as_of), haven)),
        ways_on=tuple(
            p
            for p in ledger.catalogue.places.values()
            if p.kind in GOES_TO and p.place != haven and p.reason is not ClosingReason.DUPLICATE
        ),
        handovers=tuple(
            h
            for h in reversed(ledger.catalogue.handovers)
            if h.place == haven and h.occurred_at <= as_of
        ),
    )


def stock(ledger: Ledger, haven: PlaceId, as_of: datetime) -> Stock:
    """How full a haven is at an instant, from sums alone.

    Raises:
        UnknownPlaceError: it is no haven.
    """
    place = haven_of(ledger, haven)
    heads: Counter[PlaceId] = Counter()
    for (at, _), count in ledger.stock(as_of).items():
        heads[at] += count
    coming = on_the_way(ledger, haven, as_of)
    gain = 0
    for flow in ledger.flow(as_of - TREND, as_of + JUST_AFTER):
        if flow.phase is Phase.POSTED:
            gain += flow.heads * ((flow.to_place == haven) - (flow.from_place == haven))
    return Stock(
        place=haven,
        heads=heads[haven],
        capacity=place.capacity,
        expected=sum(max(0, heads[lift]) for lift in coming),
        gain=gain,
    )


def unnamed_at(ledger: Ledger, haven: PlaceId, as_of: datetime) -> int:
    """Heads at a haven whom nobody has given a name: reads everybody who ever passed it."""
    return sum(
        (1 if t.to_place == haven else -1) * t.heads
        for t in ledger.through({haven})
        if t.phase is Phase.POSTED and t.instant <= as_of and t.person is None
    )


def heads_of(
    ledger: Ledger, haven: PlaceId, group: GroupId | None, lift: PlaceId | None
) -> list[Transfer]:
    """The movements that a head without a name made on its way to a haven, oldest first.

    Of a band or family all of them, up to the haven; of a lift its boarding and its coming off.
    """
    if lift is not None:
        found = [t for t in ledger.through({lift}, group) if t.group == group]
        return [t for t in found if t.to_place in (lift, haven)]
    known, found = {haven}, list(ledger.through({haven}, group))
    # Back to where the group was first seen: a head named on half of its way was nobody before.
    while new := {t.from_place for t in found} - known - {OUTSIDE}:
        known |= new
        found = list(ledger.through(known, group))
    return [t for t in found if t.from_place != haven]
