"""The one connection that records, the lock that makes it the only one, and what stops it.

A commit that the disk refused is never tried again: after a failed flush the system may report
success for data that it has already dropped.  The writer then stays read only until the ledger is
opened again, and so nothing is acknowledged that might not be there.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from safepassage.store import append, engine, lock
from safepassage.store.errors import StoreError, StoreFaultError
from safepassage.store.projection import Whereabouts
from safepassage.store.record import Head

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_FAULTS = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
# PostgreSQL: the disk is full, errors of the operating system, damaged data.
_POSTGRESQL_FAULTS = ("53100", "58", "XX")


class Transaction(NamedTuple):
    """What a transaction begins with."""

    connection: Connection
    head: Head  # where the ledger ends
    whereabouts: Whereabouts


class Writer:
    """Writes a ledger; made by `open_store`."""

    def __init__(self, url: URL) -> None:
        self.where = engine.shown(url)
        self._whereabouts = Whereabouts()
        self._mutex = threading.Lock()
        self._fault: str | None = None
        self._left: Head | None = None  # where this writer last saw the ledger end
        self._connection: Connection | None = None
        self._is_closed = False
        self._file: lock.FileLock | None = None
        if engine.is_sqlite(url):
            self._file = lock.FileLock(engine.database_path(url))
        try:
            self._engine = engine.writing_engine(url)
            self._connection = self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> Connection:
        try:
            connection = self._engine.connect()
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                self._engine.dispose()
                raise
        except DBAPIError as fault:
            raise StoreError(f"{self.where} cannot be opened: {engine.readable(fault)}") from fault
        return connection

    def _prepare(self, connection: Connection) -> None:
        if self._file is None:
            lock.lock_database(connection)
        with connection.begin():
            engine.check_durable(connection)
        with connection.begin():
            engine.migrate(connection, self.where)

    def close(self) -> None:
        """Stop writing and let another process write."""
        with self._mutex:
            self._is_closed = True
            if self._connection is not None and self._file is None:
                lock.unlock_database(self._connection)
            self._disconnect()
            if self._file is not None:
                self._file.release()
                self._file = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction that writes: all of it or nothing, and one at a time.

        Raises:
            StoreFaultError: the disk or database failed now or before; nothing was recorded.
            StoreError: somebody else has held the database too long; try again.
        """
        with self._mutex:
            connection = self._ready()
            try:
                with connection.begin():
                    head = append.read_head(connection)
                    # What is remembered is true only if nobody else wrote meanwhile.
                    if self._left != head:
                        self._whereabouts.drop()
                    yield Transaction(connection, head, self._whereabouts)
                    left = append.read_head(connection)
            except BaseException as fault:
                self._whereabouts.forget()
                if isinstance(fault, DBAPIError):
                    self._judge(fault)
                raise
            self._left = left
            self._whereabouts.keep()

    def _ready(self) -> Connection:
        if self._fault is not None:
            raise StoreFaultError(self._fault)
        if self._is_closed:
            raise StoreError(f"{self.where} was closed")
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _judge(self, fault: DBAPIError) -> None:
        """What a failure of the database means for everything that follows."""
        said = engine.readable(fault)
        if fault.connection_invalidated:
            self._disconnect()
            raise StoreFaultError(
                f"{self.where} went away: {said}. The last batch is not acknowledged: hand it in"
                " again; what did arrive is recognised"
            ) from fault
        if _is_busy(fault):
            raise StoreError(
                f"{self.where} is held by another program for more than {engine.BUSY_SECONDS}"
                " seconds: the last batch was not recorded, hand it in again"
            ) from fault
        if _is_storage_fault(fault):
            self._fault = (
                f"READ ONLY, storage fault: {said}. The last batch is not acknowledged and nothing"
                f" more will be recorded. Repair or free the disk under {self.where}, start again,"
                " then run a check"
            )
            raise StoreFaultError(self._fault) from fault


def _is_busy(fault: DBAPIError) -> bool:
    return _sqlite_code(fault) in _SQLITE_BUSY


def _is_storage_fault(fault: DBAPIError) -> bool:
    state: str = getattr(fault.orig, "sqlstate", None) or ""
    return _sqlite_code(fault) in _SQLITE_FAULTS or state.startswith(_POSTGRESQL_FAULTS)


def _sqlite_code(fault: DBAPIError) -> int | None:
    """SQLite's primary result code; None if it is not SQLite's fault."""
    code: int | None = getattr(fault.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
