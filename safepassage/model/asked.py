"""A ledger that is asked each thing once: one board puts the same question to it many times."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from safepassage.model.catalogue import Catalogue
from safepassage.model.fact import Entry
from safepassage.model.fold import Oddity, Transfer
from safepassage.model.ids import EntryId, GroupId, PersonId, PlaceId
from safepassage.model.ledger import Flow, Ledger, Stock
from safepassage.model.observation import Correction


class AskedOnce:
    """Another ledger whose sums are remembered; lives as long as one answer to one person."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._position = ledger.position
        self._stocks: dict[datetime, Stock] = {}
        self._extent: list[tuple[datetime, datetime] | None] = []
        self._flows: dict[tuple[datetime, datetime], list[Flow]] = {}

    @property
    def asked(self) -> Ledger:
        """The ledger that answers."""
        return self._ledger

    @property
    def position(self) -> int:
        """As the ledger's; it does not move under the page that is being made."""
        return self._position

    @property
    def catalogue(self) -> Catalogue:
        """As the ledger's."""
        return self._ledger.catalogue

    def stock(self, as_of: datetime) -> Stock:
        """As the ledger's, asked once."""
        if as_of not in self._stocks:
            self._stocks[as_of] = self._ledger.stock(as_of)
        return self._stocks[as_of]

    def flow(self, start: datetime, end: datetime) -> list[Flow]:
        """As the ledger's, asked once."""
        if (start, end) not in self._flows:
            self._flows[start, end] = self._ledger.flow(start, end) if start < end else []
        return self._flows[start, end]

    def extent(self) -> tuple[datetime, datetime] | None:
        """As the ledger's, asked once."""
        if not self._extent:
            self._extent.append(self._ledger.extent())
        return self._extent[0]

    def recorded_until(self) -> datetime | None:
        """As the ledger's."""
        return self._ledger.recorded_until()

    def recorded(self, start: datetime, end: datetime, after: int) -> list[Flow]:
        """As the ledger's."""
        return self._ledger.recorded(start, end, after)

    def amendments_after(self, position: int) -> tuple[int, list[Correction]]:
        """As the ledger's."""
        return self._ledger.amendments_after(position)

    def transfers(self, start: datetime, end: datetime) -> Iterator[Transfer]:
        """As the ledger's."""
        return self._ledger.transfers(start, end)

    def journey(self, person: PersonId) -> list[Transfer]:
        """As the ledger's."""
        return self._ledger.journey(person)

    def through(
        self, places: Collection[PlaceId], group: GroupId | None = None
    ) -> Iterator[Transfer]:
        """As the ledger's."""
        return self._ledger.through(places, group)

    def oddities(self) -> list[Oddity]:
        """As the ledger's."""
        return self._ledger.oddities()

    def entry(self, entry_id: EntryId) -> Entry | None:
        """As the ledger's."""
        return self._ledger.entry(entry_id)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """As the ledger's."""
        return self._ledger.entries(after)

    def at(self, position: int) -> Ledger:
        """As the ledger's."""
        return self._ledger.at(position)
