"""From facts to balances: the one rule by which the ledger is read.

A *transfer* is double-entry: heads leave one place and enter another, so the balances of all places
sum to zero at every instant, with OUTSIDE at minus everybody ever seen.

    headcount(place, t) = sum of heads in, minus heads out, over transfers up to t

Posted movements become transfers in three steps, none of which depends on the order in which
entries arrived, so late, repeated and shuffled uploads change nothing:

1. **Corrections.**  A corrected movement is replaced by what is read instead, or by nothing.
2. **Namings.**  n of a movement's heads turned out to be persons: the movement keeps heads - n,
   and each person moves along with it.
3. **Chains.**  The movements of one person, oldest first, must link up.  Where they do not, the
   person walked unseen: an *unseen* transfer closes the gap, so one person is at one place and is
   counted once.  A sighting at the place where the person already is (one pass at two gates)
   moves nobody.  A chain that begins with a naming takes its head out of suspense at the place it
   left, so that giving names changes no total.  A person is counted under the category of their
   first movement throughout.  What does not fit is an oddity for somebody to look at.

Heads without names have no chain: they are suspense.  823 heads that leave a terminal in which
nobody was seen leave it at -823 until they are named, and every total is right all the while.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from safepassage.model.ids import NAMED, CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction, Naming
from safepassage.model.place import OUTSIDE


class Transfer(NamedTuple):
    """Heads that left one place and entered another, and the entry that says so."""

    instant: datetime
    entry: EntryId
    from_place: PlaceId
    to_place: PlaceId
    heads: int
    category: CategoryId
    phase: Phase
    seen: bool  # False: nobody saw it, it follows from where the person was seen next
    person: PersonId | None
    group: GroupId | None


class Cause(StrEnum):
    """Why the fold had to do something that nobody reported."""

    UNSEEN = "unseen-movement"  # a person was somewhere else than last seen
    REPEAT = "seen-again"  # a person entered a place where they already were
    OVER_NAMED = "more-names-than-heads"
    CORRECTED_TWICE = "corrected-twice"
    UNANCHORED = "target-missing"  # a correction or naming of an entry that is not here
    SETTLED_TWICE = "promise-settled-twice"
    CATEGORY = "category-changed"  # a person moved under another category than at first
    REUSED = "id-of-another-movement"  # a correction reads instead what is a movement of its own


class Oddity(NamedTuple):
    """One place where the fold chose: what it saw, where, and which entries."""

    cause: Cause
    instant: datetime
    entry: EntryId
    other: EntryId | None = None
    person: PersonId | None = None
    from_place: PlaceId | None = None
    to_place: PlaceId | None = None


@dataclass(slots=True)
class Amendments:
    """The corrections and namings of a ledger, by the movement they concern."""

    corrections: dict[EntryId, list[Correction]] = field(default_factory=dict)
    namings: dict[EntryId, list[Naming]] = field(default_factory=dict)

    @classmethod
    def of(cls, corrections: Iterable[Correction], namings: Iterable[Naming]) -> Amendments:
        """File each under its target, in an order of their own content."""
        amendments = cls()
        for correction in sorted(corrections, key=lambda c: (c.stated_at, c.id)):
            amendments.corrections.setdefault(correction.corrects, []).append(correction)
        for naming in sorted(namings, key=lambda n: n.id):
            for target in naming.movements:
                amendments.namings.setdefault(target, []).append(naming)
        return amendments

    def chain(self, movement: Movement) -> tuple[Movement | None, list[EntryId]]:
        """What is read for a movement, and every id by which it was ever known."""
        known_as = [movement.id]
        current = movement
        while decisions := self.corrections.get(current.id):
            instead = decisions[-1].instead
            if instead is None:
                return None, known_as
            if instead.id in known_as:
                break
            known_as.append(instead.id)
            current = instead
        return current, known_as

    def named(self, known_as: Iterable[EntryId]) -> list[Naming]:
        """The namings of a movement known by these ids, each person once."""
        found = {n.person: n for target in known_as for n in self.namings.get(target, ())}
        return [found[person] for person in sorted(found)]


def effective(movement: Movement, amendments: Amendments) -> tuple[list[Movement], list[Oddity]]:
    """The movements that stand for a recorded one after corrections and namings."""
    current, known_as = amendments.chain(movement)
    oddities = [
        Oddity(Cause.CORRECTED_TWICE, movement.occurred_at, target, decisions[-1].id)
        for target in known_as
        if len(decisions := amendments.corrections.get(target, [])) > 1
    ]
    if current is None:
        return [], oddities
    namings = amendments.named(known_as) if current.person is None else []
    if not namings:
        return [current], oddities
    found = [
        replace(current, id=named_id(movement.id, n.person), person=n.person, heads=1)
        for n in namings
    ]
    left = current.heads - len(found)
    if left < 0:
        oddities.append(Oddity(Cause.OVER_NAMED, current.occurred_at, current.id, namings[-1].id))
    if left > 0:
        found.append(replace(current, heads=left))
    return found, oddities


def named_id(movement: EntryId, person: PersonId) -> EntryId:
    """The id under which a named head moves; its mark is reserved, so it is nobody else's."""
    return EntryId(f"{movement}{NAMED}{person}")


def is_naming(move: Movement) -> bool:
    """Whether this is how a named head moved, and not a movement that somebody recorded."""
    return NAMED in move.id


def in_order(movements: Iterable[Movement]) -> list[Movement]:
    """Each movement once, oldest first; a resent movement counts once."""
    once = {m.id: m for m in movements}
    return sorted(once.values(), key=lambda m: (m.occurred_at, m.id))


def person_transfers(moves: Iterable[Movement]) -> tuple[list[Transfer], list[Oddity]]:
    """The transfers of one person's posted movements, gaps closed, repeats left out."""
    transfers: list[Transfer] = []
    oddities: list[Oddity] = []
    place = OUTSIDE
    first: Movement | None = None
    for recorded in _linked(moves):
        first = first or recorded
        move = recorded
        if move.category != first.category:
            oddities.append(_oddity(Cause.CATEGORY, move, place))
            move = replace(move, category=first.category)
        if recorded is first and is_naming(move):
            place = move.from_place
        if move.to_place == place:
            oddities.append(_oddity(Cause.REPEAT, move, place))
            continue
        if move.from_place != place:
            transfers.append(_transfer(move, place, move.from_place, seen=False))
            if recorded is not first:
                oddities.append(_oddity(Cause.UNSEEN, move, place))
        transfers.append(_transfer(move, move.from_place, move.to_place, seen=True))
        place = move.to_place
    return transfers, oddities


def plain_transfer(move: Movement) -> Transfer:
    """The transfer of heads without names, or of a promise: just as it is written."""
    return _transfer(move, move.from_place, move.to_place, seen=True)


def _linked(moves: Iterable[Movement]) -> Iterator[Movement]:
    """Oldest first; among movements of one instant, those that link up come first."""
    place = OUTSIDE
    for _, same in groupby(in_order(moves), key=lambda m: m.occurred_at):
        waiting = list(same)
        while waiting:
            chosen = next((m for m in waiting if m.from_place == place), waiting[0])
            waiting.remove(chosen)
            place = chosen.to_place
            yield chosen


def _transfer(move: Movement, from_place: PlaceId, to_place: PlaceId, *, seen: bool) -> Transfer:
    return Transfer(
        move.occurred_at,
        move.id,
        from_place,
        to_place,
        move.heads,
        move.category,
        move.phase,
        seen,
        move.person,
        move.group,
    )


def _oddity(cause: Cause, move: Movement, place: PlaceId) -> Oddity:
    entered = move.from_place if cause is Cause.UNSEEN else move.to_place
    return Oddity(cause, move.occurred_at, move.id, None, move.person, place, entered)


def all_transfers(
    movements: Iterable[Movement], amendments: Amendments
) -> tuple[list[Transfer], list[Oddity]]:
    """Every transfer of a ledger, oldest first, and every oddity met on the way."""
    chains: dict[PersonId, list[Movement]] = defaultdict(list)
    transfers: list[Transfer] = []
    oddities: list[Oddity] = []
    for recorded in {m.id: m for m in movements}.values():
        found, odd = effective(recorded, amendments)
        oddities += odd
        for move in found:
            if move.person is not None and move.phase is Phase.POSTED:
                chains[move.person].append(move)
            else:
                transfers.append(plain_transfer(move))
    for chain in chains.values():
        linked, odd = person_transfers(chain)
        transfers += linked
        oddities += odd
    transfers.sort(key=lambda t: (t.instant, t.entry, t.seen))
    return transfers, sorted(oddities, key=lambda o: (o.instant, o.entry, o.cause))


def headcounts(transfers: Iterable[Transfer], as_of: datetime) -> Counter[PlaceId]:
    """Heads at each place at `as_of`, OUTSIDE left out; sums to everybody ever seen."""
    count: Counter[PlaceId] = Counter()
    for transfer in transfers:
        if transfer.phase is Phase.POSTED and transfer.instant <= as_of:
            count[transfer.from_place] -= transfer.heads
            count[transfer.to_place] += transfer.heads
    return Counter({place: n for place, n in count.items() if n and place != OUTSIDE})


def settlements(movements: Iterable[Movement]) -> Mapping[EntryId, list[Movement]]:
    """What became of each promise: the movements that post or void it, oldest first."""
    settled: dict[EntryId, list[Movement]] = defaultdict(list)
    for move in in_order(movements):
        if move.fulfils is not None:
            settled[move.fulfils].append(move)
    return settled


def open_promises(movements: Iterable[Movement]) -> list[Movement]:
    """Promises neither kept nor withdrawn: the call-forward and manifest still to run."""
    ordered = in_order(movements)
    settled = settlements(ordered)
    return [m for m in ordered if m.phase is Phase.PENDING and m.id not in settled]
