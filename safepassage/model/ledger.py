"""The ledger as everybody reads it, and `Book`: its plain, whole, in-memory reading.

Registers, plans, simulations, operations and reports meet in the `Ledger` protocol and nowhere
else.  `Book` folds every entry each time it is made: slow, obvious, and the referee against which
the store's maintained projections are checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol

from safepassage.model.catalogue import Catalogue
from safepassage.model.fact import Entry, Fact
from safepassage.model.fold import (
    Amendments,
    Cause,
    Oddity,
    Transfer,
    all_transfers,
    in_order,
    plain_transfer,
    settlements,
)
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction, Naming

AMENDMENTS_SHOWN_MAX = 20  # corrections that are read for their reasons


class Flow(NamedTuple):
    """Heads that went between two places in some window, added up."""

    from_place: PlaceId
    to_place: PlaceId
    category: CategoryId
    phase: Phase
    seen: bool
    heads: int


Stock = Mapping[tuple[PlaceId, CategoryId], int]


class Ledger(Protocol):
    """What can be asked of a ledger.  Every answer is as of `position`."""

    @property
    def position(self) -> int:
        """The sequence number of the last entry that this reading includes; 0 when empty."""

    @property
    def catalogue(self) -> Catalogue:
        """Places, lifts, deadlines and the other small facts."""

    def extent(self) -> tuple[datetime, datetime] | None:
        """The instants of the first and last recorded movement; None before the first."""

    def recorded_until(self) -> datetime | None:
        """When the last entry was recorded; None when empty."""

    def stock(self, as_of: datetime) -> Stock:
        """Posted heads at each (place, category) at `as_of`, OUTSIDE included as a negative."""

    def flow(self, start: datetime, end: datetime) -> list[Flow]:
        """Heads moved in [start, end), every phase, added up by places and category."""

    def transfers(self, start: datetime, end: datetime) -> Iterator[Transfer]:
        """The single transfers in [start, end), every phase, oldest first."""

    def journey(self, person: PersonId) -> list[Transfer]:
        """The transfers of one person, every phase, oldest first."""

    def through(
        self, places: Collection[PlaceId], group: GroupId | None = None
    ) -> Iterator[Transfer]:
        """The transfers into or out of these places (of one group), every phase, oldest first."""

    def recorded(self, start: datetime, end: datetime, after: int) -> list[Flow]:
        """Movements in [start, end) recorded behind position `after`, as written, added up."""

    def amendments_after(self, position: int) -> tuple[int, list[Correction]]:
        """How many corrections and namings lie behind a position, and the first corrections."""

    def oddities(self) -> list[Oddity]:
        """Where the fold had to choose, oldest first."""

    def entry(self, entry_id: EntryId) -> Entry | None:
        """The entry with that id."""

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries behind position `after`, in the order in which they were recorded."""

    def at(self, position: int) -> Ledger:
        """The same ledger as it stood when it had `position` entries."""


class Book:
    """A ledger held in memory and folded whole."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        once: dict[EntryId, Entry] = {}
        for entry in sorted(entries, key=lambda e: e.seq):
            once.setdefault(entry.fact.id, entry)
        self._entries = once

    @property
    def position(self) -> int:
        """The sequence number of the last entry; 0 when empty."""
        return max((e.seq for e in self._entries.values()), default=0)

    @cached_property
    def facts(self) -> list[Fact]:
        """Every fact, on the true clock, in recorded order."""
        return [e.truth for e in self._entries.values()]

    @cached_property
    def catalogue(self) -> Catalogue:
        """Places, lifts, deadlines and the other small facts."""
        return Catalogue.of(self.facts)

    @cached_property
    def movements(self) -> list[Movement]:
        """The recorded movements, uncorrected, oldest first."""
        return in_order(f for f in self.facts if isinstance(f, Movement))

    @cached_property
    def amendments(self) -> Amendments:
        """Corrections and namings, by the movement they concern."""
        return Amendments.of(
            (f for f in self.facts if isinstance(f, Correction)),
            (f for f in self.facts if isinstance(f, Naming)),
        )

    @cached_property
    def _folded(self) -> tuple[list[Transfer], list[Oddity]]:
        return all_transfers(self.movements, self.amendments)

    def extent(self) -> tuple[datetime, datetime] | None:
        """The instants of the first and last recorded movement; None before the first."""
        moved = self.movements
        return (moved[0].occurred_at, moved[-1].occurred_at) if moved else None

    def recorded_until(self) -> datetime | None:
        """When the last entry was recorded; None when empty."""
        last = max(self._entries.values(), key=lambda e: e.seq, default=None)
        return last.recorded_at if last else None

    def stock(self, as_of: datetime) -> Stock:
        """Posted heads at each (place, category) at `as_of`, OUTSIDE included as a negative."""
        count: Counter[tuple[PlaceId, CategoryId]] = Counter()
        for t in self._folded[0]:
            if t.instant > as_of:
                break
            if t.phase is Phase.POSTED:
                count[t.from_place, t.category] -= t.heads
                count[t.to_place, t.category] += t.heads
        return {key: heads for key, heads in count.items() if heads}

    def flow(self, start: datetime, end: datetime) -> list[Flow]:
        """Heads moved in [start, end), every phase, added up by places and category."""
        return added_up(self.transfers(start, end))

    def transfers(self, start: datetime, end: datetime) -> Iterator[Transfer]:
        """The single transfers in [start, end), every phase, oldest first."""
        return (t for t in self._folded[0] if start <= t.instant < end)

    def journey(self, person: PersonId) -> list[Transfer]:
        """The transfers of one person, every phase, oldest first."""
        return [t for t in self._folded[0] if t.person == person]

    def through(
        self, places: Collection[PlaceId], group: GroupId | None = None
    ) -> Iterator[Transfer]:
        """The transfers into or out of these places (of one group), every phase, oldest first."""
        return (
            t
            for t in self._folded[0]
            if (t.from_place in places or t.to_place in places) and group in (None, t.group)
        )

    def recorded(self, start: datetime, end: datetime, after: int) -> list[Flow]:
        """Movements in [start, end) recorded behind position `after`, as written, added up."""
        late = (e.truth for e in self.entries(after))
        return added_up(
            plain_transfer(m)
            for m in late
            if isinstance(m, Movement) and start <= m.occurred_at < end
        )

    def amendments_after(self, position: int) -> tuple[int, list[Correction]]:
        """How many corrections and namings lie behind a position, and the first corrections."""
        facts = [e.fact for e in self.entries(position)]
        corrections = [f for f in facts if isinstance(f, Correction)]
        namings = [f for f in facts if isinstance(f, Naming)]
        return len(corrections) + len(namings), corrections[:AMENDMENTS_SHOWN_MAX]

    def oddities(self) -> list[Oddity]:
        """Where the fold had to choose, oldest first."""
        known = {m.id for m in self.movements}
        found = [
            *self._folded[1],
            *_settled_twice(self.movements),
            *self._unanchored(),
            *(reused(c) for c in self.catalogue.corrections if c.instead and c.instead.id in known),
        ]
        return sorted(found, key=lambda o: (o.instant, o.entry, o.cause))

    def _unanchored(self) -> list[Oddity]:
        known = {m.id for m in self.movements}
        known |= {c.instead.id for c in self.catalogue.corrections if c.instead is not None}
        amending = [f for f in self.facts if isinstance(f, Correction | Naming)]
        return [
            Oddity(Cause.UNANCHORED, amendment.stated_at, amendment.id, target)
            for amendment in amending
            for target in targets(amendment)
            if target not in known
        ]

    def whereabouts(self, as_of: datetime) -> dict[PersonId, PlaceId]:
        """Where each named person was last seen at `as_of`."""
        return {
            t.person: t.to_place
            for t in self._folded[0]
            if t.person is not None and t.phase is Phase.POSTED and t.instant <= as_of
        }

    def entry(self, entry_id: EntryId) -> Entry | None:
        """The entry with that id."""
        return self._entries.get(entry_id)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries behind position `after`, in the order in which they were recorded."""
        return (e for e in self._entries.values() if e.seq > after)

    def at(self, position: int) -> Book:
        """The same ledger as it stood when it had `position` entries."""
        return Book(e for e in self._entries.values() if e.seq <= position)


def added_up(transfers: Iterable[Transfer]) -> list[Flow]:
    """Transfers added up by places, category, phase and whether they were seen."""
    count: Counter[tuple[PlaceId, PlaceId, CategoryId, Phase, bool]] = Counter()
    for t in transfers:
        count[t.from_place, t.to_place, t.category, t.phase, t.seen] += t.heads
    return sorted(Flow(*key, heads) for key, heads in count.items() if heads)


def targets(amendment: Correction | Naming) -> tuple[EntryId, ...]:
    """The movements that a correction or naming is about."""
    if isinstance(amendment, Correction):
        return (amendment.corrects,)
    return amendment.movements


def reused(correction: Correction) -> Oddity:
    """A correction that reads instead what is a movement of its own: both are counted."""
    instead = correction.instead
    return Oddity(
        Cause.REUSED, correction.stated_at, correction.id, instead.id if instead else None
    )


def _settled_twice(movements: Iterable[Movement]) -> list[Oddity]:
    return [
        Oddity(Cause.SETTLED_TWICE, later.occurred_at, later.id, promise, later.person)
        for promise, settled in settlements(movements).items()
        for later in settled[1:]
    ]
