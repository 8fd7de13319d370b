"""Tables beside the ledger that several processes write: accounts and the audit chain.

The ledger has one writer, because it is one chain of facts and long batches must not wait for each
other.  A sign-in or a reveal is one short transaction, and must work while some other process
records.  So these tables have connections of their own, which begin as writers and take the
database's lock for a moment; they never touch the ledger's tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from safepassage.store import engine
from safepassage.store.closing import Closing
from safepassage.store.errors import StoreError


class Beside(Closing):
    """Short transactions on a database that has a ledger.

    Raises:
        StoreMissingError: there is no ledger.
        SchemaError: it was written by another version of the program.
        StoreError: the database would not keep what it acknowledges.
    """

    def __init__(self, address: str | os.PathLike[str]) -> None:
        url = engine.parse_address(address)
        self.where = engine.shown(url)
        self.path = engine.database_path(url) if engine.is_sqlite(url) else None
        self._readers = engine.reading_engine(url)  # first: it refuses to make a file
        self._writers = engine.writing_engine(url)
        try:
            with self.reading() as connection:
                engine.check_schema(connection, self.where)
            with self.writing() as connection:
                engine.check_durable(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._readers.dispose()
        self._writers.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot.

        Raises:
            StoreError: the database does not answer.
        """
        try:
            with self._readers.connect() as connection:
                yield connection
        except DBAPIError as fault:
            raise StoreError(f"{self.where} cannot be read: {engine.readable(fault)}") from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing, durable when it ends.

        Raises:
            StoreError: the disk failed, or another program held the database too long.
        """
        try:
            with self._writers.begin() as connection:
                yield connection
        except DBAPIError as fault:
            raise StoreError(
                f"{self.where} could not be written: {engine.readable(fault)}. Nothing of it was"
                " kept: try again"
            ) from None
