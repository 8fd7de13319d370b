"""The store: a ledger in a database, open for reading by anybody and for writing by one process.

with open_store("kabul.db", writer=True) as store:
    receipt = store.append(facts, source="gate-3", recorded_at=now)
    with store.ledger() as ledger:
        ledger.stock(now)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import Fact
from safepassage.model.instant import in_utc
from safepassage.model.wire import KIND_OF
from safepassage.store import (
    append,
    document,
    engine,
    jsonl,
    quarantine,
    record,
)
from safepassage.store.append import Receipt
from safepassage.store.check import CheckReport, check
from safepassage.store.check import Progress as CheckProgress
from safepassage.store.closing import Closing
from safepassage.store.document import Document
from safepassage.store.errors import StoreError
from safepassage.store.jsonl import ImportReport, Progress
from safepassage.store.quarantine import Item, Refusal
from safepassage.store.reading import Shelf, StoredLedger
from safepassage.store.record import Head, Offer
from safepassage.store.schema import head
from safepassage.store.schema import quarantine as quarantine_table
from safepassage.store.writer import Transaction, Writer


def open_store(address: str | os.PathLike[str], *, writer: bool = False) -> Store:
    """Open a ledger; a writer makes it where there is none, and brings an older one up to date.

    Args:
        address: a path, ``sqlite:///path`` or ``postgresql+psycopg://user@host/database``.
        writer: whether this process records; one process at a time may.

    Raises:
        StoreMissingError: there is no ledger to read.
        StoreLockedError: another process writes it.
        SchemaError: it was written by another version of the program.
        StoreError: the address is none, or the database would not keep what it acknowledges.
    """
    url = engine.parse_address(address)
    return Store(url, Writer(url) if writer else None)


class Store(Closing):
    """A ledger in a database; made by `open_store`."""

    def __init__(self, url: URL, writer: Writer | None) -> None:
        self._writer = writer
        self._shelf = Shelf()
        self.where = engine.shown(url)
        try:
            self._engine: Engine = engine.reading_engine(url)
            try:
                with self._reading() as connection:
                    engine.check_schema(connection, self.where)
            except BaseException:
                self._engine.dispose()
                raise
        except BaseException:
            if writer is not None:
                writer.close()
            raise

    def close(self) -> None:
        """Close every connection, and let another process write."""
        self._engine.dispose()
        if self._writer is not None:
            self._writer.close()

    @property
    def is_writer(self) -> bool:
        """Whether this store records."""
        return self._writer is not None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as fault:
            raise StoreError(f"{self.where} cannot be read: {engine.readable(fault)}") from fault

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError(f"{self.where} is open for reading only: open it with writer=True")
        return self._writer

    def head(self) -> Head:
        """Where the ledger ends now: the number and hash of its last entry.  Cheap to ask."""
        with self._reading() as connection:
            return Head(*connection.execute(select(head.c.seq, head.c.hash)).one())

    def ledger(self) -> StoredLedger:
        """A snapshot of the ledger as it stands now; close it, or use it in a ``with``."""
        try:
            return StoredLedger(self._engine.connect(), self._shelf)
        except DBAPIError as fault:
            raise StoreError(f"{self.where} cannot be read: {engine.readable(fault)}") from fault

    def append(
        self,
        facts: Iterable[Fact],
        *,
        source: str,
        recorded_at: datetime,
        clock_ahead: timedelta = timedelta(0),
    ) -> Receipt:
        """Record facts, each once, in one transaction; the receipt comes when they are durable.

        Args:
            facts: what was seen, stated or decided.
            source: the device, desk or file that handed them in.
            recorded_at: the receiver's clock.
            clock_ahead: how far the observer's clock was ahead of the receiver's.

        Raises:
            StoreFaultError: the disk failed; nothing of this batch is recorded.
            InvalidFactError: `source`, `recorded_at` or `clock_ahead` cannot be true.
        """
        record.check_source(source)
        record.check_clock_ahead(clock_ahead)
        ahead = record.micros(clock_ahead)
        offers: list[Offer] = []
        refusals: list[Refusal] = []
        for fact in facts:
            try:
                offers.append(record.offer(fact, source, ahead))
            except InvalidFactError as fault:
                refusals.append(_refusal(fact, str(fault), source))
        return self._record(offers, refusals, recorded_at)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction for facts and for what lies beside them: all of it or nothing.

        Raises:
            StoreFaultError: the disk failed; nothing of it is recorded.
            StoreError: somebody else has held the database too long; try again.
        """
        with self._writing().transaction() as begun:
            yield begun

    def _record(
        self, offers: list[Offer], refusals: list[Refusal], recorded_at: datetime
    ) -> Receipt:
        at = in_utc(recorded_at, "recorded_at")
        writer = self._writing()
        with writer.transaction() as begun:
            return append.append(*begun, offers, refusals, at)

    def quarantined(self, after: int = 0, limit: int = 1000) -> list[Item]:
        """What was offered and could not be recorded, oldest first."""
        with self._reading() as connection:
            return quarantine.items(connection, after, limit)

    def quarantined_count(self) -> int:
        """How many things are in quarantine."""
        with self._reading() as connection:
            query = select(func.count()).select_from(quarantine_table)
            return connection.execute(query).scalar_one()

    def quarantine(self, offered: str, reason: str, *, source: str, recorded_at: datetime) -> None:
        """Keep something that is no fact, for a person to look at."""
        record.check_source(source)
        at = in_utc(recorded_at, "recorded_at")
        with self._writing().transaction() as begun:
            quarantine.keep(begun.connection, [Refusal(None, reason, offered, source)], at)

    def check(
        self, progress: CheckProgress | None = None, witnessed: Iterable[Head] = ()
    ) -> CheckReport:
        """Compute everything again from the entries; see `safepassage.store.check`."""
        with self.ledger() as ledger:
            return check(ledger, progress, witnessed)

    def export_lines(self) -> Iterator[str]:
        """The whole ledger, a line of JSON for each entry, each ending in a line feed."""
        with self.ledger() as ledger:
            for row in ledger.rows():
                yield record.line_of(row) + "\n"

    def restore(self, lines: Iterable[str | bytes], progress: Progress | None = None) -> int:
        """Fill an empty store with an exported ledger, entry for entry; all of it or nothing.

        Raises:
            LineError: a line is not what was exported; it names the line, the field, the remedy.
            StoreError: the store is not empty.
        """
        writer = self._writing()
        with writer.transaction() as begun:
            return jsonl.restore(*begun, lines, progress).seq

    def import_lines(
        self,
        lines: Iterable[str | bytes],
        *,
        source: str,
        recorded_at: datetime,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Record facts from lines of JSON, exported or bare ``{"kind": ..., "body": ...}``.

        What is here already stays as it is, what cannot be read goes into quarantine: a file may
        be imported again after any interruption.  An exported line keeps its source and its
        measure of the observer's clock.
        """
        record.check_source(source)
        report = ImportReport()
        for offers, refusals, last in jsonl.offers(lines, source):
            report.add(self._record(offers, refusals, recorded_at), last)
            if progress is not None:
                progress(last)
        return report

    def put_document(self, name: str, text: str, *, recorded_at: datetime) -> Document:
        """Keep a version of an operation or claims file."""
        with self._writing().transaction() as begun:
            return document.put(begun.connection, name, text, recorded_at)

    def get_document(self, name: str, version: int | None = None) -> Document | None:
        """A version of a file, the latest by default."""
        with self._reading() as connection:
            return document.get(connection, name, version)

    def documents(self) -> list[Document]:
        """Every file as it was last recorded."""
        with self._reading() as connection:
            return document.latest(connection)


def _refusal(fact: Fact, reason: str, source: str) -> Refusal:
    kind = KIND_OF.get(type(fact), type(fact).__name__)
    return Refusal(getattr(fact, "id", None), reason, f"{kind}: {fact!r}", source)
