"""A ledger of promises, read as if every promise that stands were kept.

A plan is a ledger of promises.  What reads a ledger (figures, checks, the board, the situation
report) reads a plan through this and needs to know nothing about plans.  For the sums of a window

    promised = pending - voided

A withdrawal counts at the instant of the promise that it withdraws: whoever withdraws a movement
that was promised for 14:00 says 14:00 as its instant, and its entry says when it was recorded.
Whether a promise was kept changes nothing here; that is what the plain reading of the same ledger
tells, and plan against actual is a subtraction of the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from safepassage.model.asked import AskedOnce
from safepassage.model.catalogue import Catalogue
from safepassage.model.fact import Entry
from safepassage.model.fold import Oddity, Transfer
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import EARLIEST, LATEST
from safepassage.model.ledger import Flow, Ledger, Stock
from safepassage.model.lift import LiftStatus, Status
from safepassage.model.movement import Phase
from safepassage.model.observation import Correction

_SIGN = {Phase.PENDING: 1, Phase.VOIDED: -1}
_JUST_AFTER = timedelta(microseconds=1)


def promises_of(ledger: Ledger) -> Ledger:
    """The promises of a ledger; of a reading of promises, itself."""
    inner = ledger.asked if isinstance(ledger, AskedOnce) else ledger
    return ledger if isinstance(inner, Promised) else Promised(ledger)


class Promised:
    """Another ledger's promises as movements that happened; see `model.ledger.Ledger`.

    A scheduled lift that somebody is promised a seat on departs at its scheduled instant, unless
    it was cancelled.  Headcounts, openings and publications are about what happened, and are left
    out; so are oddities, since promises have no chain.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @property
    def position(self) -> int:
        """As the ledger's."""
        return self._ledger.position

    @cached_property
    def catalogue(self) -> Catalogue:
        """Places and lifts as stated; lifts leave when they are scheduled to."""
        stated = self._ledger.catalogue
        cancelled = {s.lift for s in stated.statuses if s.status is Status.CANCELLED}
        wanted = {f.to_place for f in self.flow(EARLIEST, LATEST)}
        statuses = [
            LiftStatus(
                id=EntryId(f"{lift.id}/promised"),
                lift=lift.lift,
                status=Status.DEPARTED,
                occurred_at=lift.scheduled_at,
            )
            for lift in stated.lifts.values()
            if lift.scheduled_at is not None and lift.lift in wanted and lift.lift not in cancelled
        ]
        statuses.sort(key=lambda s: (s.occurred_at, s.id))
        return replace(stated, statuses=statuses, headcounts=[], openings=[], publications=[])

    def extent(self) -> tuple[datetime, datetime] | None:
        """As the ledger's."""
        return self._ledger.extent()

    def recorded_until(self) -> datetime | None:
        """When the last entry was recorded, or the last promise: a promise lies ahead by nature."""
        recorded, extent = self._ledger.recorded_until(), self.extent()
        return max(recorded, extent[1]) if recorded and extent else recorded

    def stock(self, as_of: datetime) -> Stock:
        """Heads at each (place, category) at `as_of` if every promise up to then was kept."""
        count: Counter[tuple[PlaceId, CategoryId]] = Counter()
        for f in self.flow(EARLIEST, as_of + _JUST_AFTER):
            count[f.from_place, f.category] -= f.heads
            count[f.to_place, f.category] += f.heads
        return {key: heads for key, heads in count.items() if heads}

    def flow(self, start: datetime, end: datetime) -> list[Flow]:
        """Heads promised to move in [start, end), withdrawals taken off."""
        return _standing(self._ledger.flow(start, end))

    def transfers(self, start: datetime, end: datetime) -> Iterator[Transfer]:
        """The promises of [start, end), oldest first; a withdrawal takes its heads back."""
        return (_kept(t) for t in self._ledger.transfers(start, end) if t.phase in _SIGN)

    def journey(self, person: PersonId) -> list[Transfer]:
        """What one person was promised, oldest first."""
        return [_kept(t) for t in self._ledger.journey(person) if t.phase in _SIGN]

    def through(
        self, places: Collection[PlaceId], group: GroupId | None = None
    ) -> Iterator[Transfer]:
        """The promises into or out of these places, oldest first; see `transfers`."""
        return (_kept(t) for t in self._ledger.through(places, group) if t.phase in _SIGN)

    def recorded(self, start: datetime, end: datetime, after: int) -> list[Flow]:
        """Promises of [start, end) recorded behind position `after`, withdrawals taken off."""
        return _standing(self._ledger.recorded(start, end, after))

    def amendments_after(self, position: int) -> tuple[int, list[Correction]]:
        """As the ledger's."""
        return self._ledger.amendments_after(position)

    def oddities(self) -> list[Oddity]:
        """None: promises have no chain."""
        return []

    def entry(self, entry_id: EntryId) -> Entry | None:
        """As the ledger's."""
        return self._ledger.entry(entry_id)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """As the ledger's."""
        return self._ledger.entries(after)

    def at(self, position: int) -> Ledger:
        """The promises as they stood when the ledger had `position` entries."""
        return Promised(self._ledger.at(position))


def _standing(flows: Iterable[Flow]) -> list[Flow]:
    count: Counter[tuple[PlaceId, PlaceId, CategoryId]] = Counter()
    for f in flows:
        if f.phase in _SIGN:
            count[f.from_place, f.to_place, f.category] += _SIGN[f.phase] * f.heads
    return sorted(Flow(*key, Phase.POSTED, True, heads) for key, heads in count.items() if heads)


def _kept(t: Transfer) -> Transfer:
    return t._replace(phase=Phase.POSTED, heads=_SIGN[t.phase] * t.heads)
