"""The register's lock as it is kept, and the word to every server to drop the key.

The lock (`secure/unlock.py`) opens nothing without a passphrase or key file.  One row, replaced
when a passphrase changes: an older lock would still open to the older passphrase.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update

from safepassage.model.instant import from_micros, to_micros
from safepassage.secure.audit import Entry, Kind
from safepassage.secure.unlock import Lock, read_lock
from safepassage.store import audit_trail
from safepassage.store.account_tables import register_lock
from safepassage.store.beside import Beside


class RegisterLock:
    """The lock of a ledger's register."""

    def __init__(self, beside: Beside, clock: Callable[[], datetime]) -> None:
        self._beside = beside
        self._clock = clock

    def get(self) -> Lock | None:
        """The lock; None as long as the register has no key.

        Raises:
            WrongKeyError: it was damaged.
        """
        with self._beside.reading() as connection:
            text = connection.execute(select(register_lock.c.lock)).scalar()
        return read_lock(text) if text else None

    def put(self, lock: Lock, by: str) -> None:
        """Keep a lock in place of the one before."""
        with self._beside.writing() as connection:
            connection.execute(update(register_lock).values(lock=lock.to_json()))
            detail: dict[str, str | int] = {slot.way.value: 1 for slot in lock.slots}
            entry = Entry(kind=Kind.KEYS_CHANGED, account=by, at=self._clock(), detail=detail)
            audit_trail.append(connection, [entry])

    def ask_to_lock(self, by: str) -> None:
        """Tell every server of this ledger to drop the key; each looks several times a second."""
        now = self._clock()
        with self._beside.writing() as connection:
            connection.execute(update(register_lock).values(lock_asked_at=to_micros(now)))
            audit_trail.append(connection, [Entry(kind=Kind.LOCKED, account=by, at=now)])

    def asked_at(self) -> datetime:
        """When somebody last told every server to drop the key."""
        with self._beside.reading() as connection:
            return from_micros(
                connection.execute(select(register_lock.c.lock_asked_at)).scalar_one()
            )
