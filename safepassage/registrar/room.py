"""What the registrar works with: store, vault, clock and rules, opened together in one value."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair
from safepassage.register.linkage import Evidence, Linkage, Progress
from safepassage.register.record import Record
from safepassage.register.shelf import Change
from safepassage.registrar.access import Access, Clock
from safepassage.registrar.shelf import StoredShelf
from safepassage.secure.vault import Vault
from safepassage.store.register_place import Place


class Matching(Protocol):
    """An engine with its frozen model: the same answers as long as the version is the same."""

    @property
    def version(self) -> str:
        """Of the model; stands with every judgement that was made by its evidence."""

    def keys(self, record: Record) -> Collection[str]:
        """By what a record is found."""

    def link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement] = (),
        progress: Progress | None = None,
    ) -> Linkage:
        """Link all records anew."""

    def extend(
        self, shelf: StoredShelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        """What these new records change."""

    def judged(self, shelf: StoredShelf, pairs: Collection[Pair]) -> Change:
        """What changed when the judgements about these pairs did."""

    def without(self, shelf: StoredShelf, gone: Collection[RecordId]) -> Change:
        """What changes when these records are no more."""

    def keep(self, connection: Connection, vault: Vault) -> None:
        """Put away, sealed, what makes the next change quick; inside the change's transaction."""

    def compare(
        self, probes: Sequence[Record], records: Sequence[Record], most: int
    ) -> dict[RecordId, tuple[Evidence, ...]]:
        """What speaks for each record being one of the probes, whatever list or family it is of:
        of each record by the probe that it fits best, of the `most` records that fit best."""

    def explain(self, left: Record, right: Record, shelf: StoredShelf) -> tuple[Evidence, ...]:
        """The bars of a pair; they add up to its weight."""


@dataclass(frozen=True, slots=True)
class Room:
    """Store, vault, clock and rules."""

    store: Place
    vault: Vault
    clock: Callable[[], datetime]
    access: Access
    matching: Matching
    # One change of the register at a time in this process.  Gate scans do not wait for it: what
    # takes long is computed from a snapshot, and only what was found is written in a transaction.
    changing: threading.RLock = field(default_factory=threading.RLock)


__all__ = ["Clock", "Matching", "Room"]
