"""Accounts, sessions, audit chain and lock of one ledger, opened together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from safepassage.secure.audit import Entry
from safepassage.store.account_book import AccountBook
from safepassage.store.account_sessions import AccountSessions, Rules
from safepassage.store.audit_trail import AuditTrail
from safepassage.store.beside import Beside
from safepassage.store.closing import Closing
from safepassage.store.register_lock import RegisterLock


class Protection(Closing):
    """What a ledger keeps about who may do what.

    Raises:
        StoreError: there is no ledger, it was written by another version, or is not durable.
    """

    def __init__(
        self,
        address: str | os.PathLike[str],
        clock: Callable[[], datetime],
        rules: Rules | None = None,
    ) -> None:
        self._beside = Beside(address)
        self.path = self._beside.path  # of the database's file; None on a server
        self.clock = clock
        self.accounts = AccountBook(self._beside, clock)
        self.sessions = AccountSessions(self._beside, clock, rules)
        self.trail = AuditTrail(self._beside)
        self.lock = RegisterLock(self._beside, clock)

    def close(self) -> None:
        """Close every connection."""
        self._beside.close()

    def note(self, entry: Entry) -> None:
        """Write one thing down."""
        self.trail.write([entry])
