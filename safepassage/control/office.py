"""What issuing and calling work with, opened together in one value.

The ledger is written by one process and the rest beside it, so both are handed in: the books, in
which facts are recorded, and the place, where keys, codes and messages lie sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from safepassage.model.fact import Fact
from safepassage.model.ledger import Ledger
from safepassage.secure.vault import KEY_BYTES, OVERHEAD, Vault
from safepassage.store.errors import StoreError
from safepassage.store.pen import Pen
from safepassage.store.register_place import Place

_WRAPPED = OVERHEAD + KEY_BYTES  # bytes of a wrapped data key


class Books(Protocol):
    """The ledger, to be read and written."""

    def ledger(self) -> AbstractContextManager[Ledger]:
        """The ledger as it stands now, until the context ends."""

    def record(self, facts: Sequence[Fact]) -> None:
        """Record facts in one transaction; they are durable when it returns.

        Raises:
            StoreError: nothing of them is recorded.
        """


@dataclass(frozen=True, slots=True)
class PenBooks:
    """The books of a program that borrows the pen for what it records."""

    reading: Callable[[], AbstractContextManager[Ledger]]
    pen: Pen
    clock: Callable[[], datetime]
    source: str  # the desk or command that records

    def ledger(self) -> AbstractContextManager[Ledger]:
        """The ledger as it stands now."""
        return self.reading()

    def record(self, facts: Sequence[Fact]) -> None:
        """Record facts, each once.

        Raises:
            StoreError: the ledger cannot be written, or one of the facts is in quarantine.
        """
        with self.pen.borrowed() as store:
            receipt = store.append(facts, source=self.source, recorded_at=self.clock())
        if not receipt.is_clean:
            raise StoreError(
                f"not recorded, but kept in quarantine: {next(iter(receipt.reasons.values()), '')}"
            )


@dataclass(frozen=True, slots=True)
class Office:
    """Books, place, vault and clock, and the root key whose word counts."""

    books: Books
    place: Place
    vault: Vault
    clock: Callable[[], datetime]
    root: bytes | None = None  # its public half; None: this operation trusts none yet


def seal(vault: Vault, subject: str, field: str, content: bytes) -> bytes:
    """Content sealed under a data key of its own, and that key wrapped before it."""
    key, wrapped = vault.new_record_key(subject)
    return wrapped + key.seal(field, content)


def unseal(vault: Vault, subject: str, field: str, sealed: bytes) -> bytes:
    """What `seal` sealed for this subject and field.

    Raises:
        WrongKeyError: it was sealed under another register's key.
        SealBrokenError: it was changed.
        LockedError: the register is locked.
    """
    key = vault.open_key(subject, sealed[:_WRAPPED])
    return key.open(field, sealed[_WRAPPED:])
