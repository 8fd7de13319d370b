"""The right to record, borrowed by whoever in this program has something to record.

A ledger has one writer at a time, by lock.  A server that serves gates records all day, yet an
import or a correction from the command line must come in between.  So the pen is taken up with the
first fact, shared by all threads of the server, and put down when nothing was recorded for a while.

pen = Pen("kabul.db")
with pen.borrowed() as store:
    store.append(facts, source="gate/...", recorded_at=now)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from safepassage.store.store import Store, open_store

IDLE_SECONDS = 2.0  # until another program may write


class Pen:
    """One open writer of a ledger for a whole program."""

    def __init__(
        self, address: str | os.PathLike[str], *, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._address = address
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._borrowers = 0
        self._timer: threading.Timer | None = None

    @contextmanager
    def borrowed(self) -> Iterator[Store]:
        """The ledger, open for writing; several threads may hold it at once.

        Raises:
            StoreLockedError: another program writes at the moment: try again soon.
            StoreError: the ledger cannot be opened for writing.
        """
        with self._lock:
            self._stop_timer()
            if self._store is None:
                self._store = open_store(self._address, writer=True)
            store = self._store
            self._borrowers += 1
        try:
            yield store
        finally:
            with self._lock:
                self._borrowers -= 1
                if not self._borrowers:
                    self._put_down_later()

    def _put_down_later(self) -> None:
        self._timer = threading.Timer(self._idle_seconds, self._put_down)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _put_down(self) -> None:
        with self._lock:
            if not self._borrowers and self._store is not None:
                self._store.close()
                self._store = None

    def close(self) -> None:
        """Put the pen down now; the next borrower takes it up again."""
        with self._lock:
            self._stop_timer()
            if self._store is not None:
                self._store.close()
                self._store = None
