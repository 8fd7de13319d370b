"""Where a register is kept: in the database of a ledger, for desks and commands at the same time.

The ledger has one writer; the register must be worked on while some other process records scans.
Its transactions are short and begin as writers, each on a connection of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from safepassage.store import engine
from safepassage.store.beside import Beside
from safepassage.store.errors import StoreError

ADVISORY_KEY = 0x5AFE_9A55_A6E0_0002  # one change of a register at a time
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(:key)")


class Place(Protocol):
    """A database that holds a register."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A snapshot."""

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction: all of it or nothing, durable when it ends."""

    def forget_deleted(self) -> None:
        """Overwrite what was deleted where the database still holds it."""


class RegisterPlace(Beside):
    """A register beside a ledger; several processes may work on it.

    Raises:
        StoreMissingError: there is no ledger.
        SchemaError: it was written by another version of the program.
        StoreError: the database would not keep what it acknowledges.
    """

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, and one at a time: numbers are given out in it.

        Raises:
            StoreError: the disk failed, or another program held the database too long.
        """
        with super().writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(_ONE_AT_A_TIME, {"key": ADVISORY_KEY})
            yield connection

    def forget_deleted(self) -> None:
        """Overwrite what was deleted where the database still holds it.

        Raises:
            StoreError: another program held the database too long.
        """
        try:
            with self._writers.connect() as connection:
                engine.forget_deleted(connection)
        except DBAPIError as fault:
            raise StoreError(f"{self.where} was not cleaned: {engine.readable(fault)}") from None
