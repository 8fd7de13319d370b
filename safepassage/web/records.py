"""What the desks read, out of a store: the ledger, the operation file and the claims."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar, cast

from safepassage.exchange.claims_file import read_claims
from safepassage.exchange.operation_file import read_operation
from safepassage.exchange.published_file import read_totals
from safepassage.model.claim import Claim
from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.model.published import PublishedTotal
from safepassage.planner.keeping import as_read, named
from safepassage.store import Store, StoreError

OPERATION = "operation"  # the names under which the files lie in the store
CLAIMS = "claims"
PUBLISHED_TOTALS = "published-totals"

_NO_OPERATION = (
    "the ledger has no operation file: give it one with `safepassage init`, so that the desks know"
    " its places, zones and reporting window"
)
_Read = TypeVar("_Read")


class StoreRecords:
    """A store as the desks see it; a file is read again only when a new version came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._read: dict[str, tuple[str, object]] = {}

    def position(self) -> int:
        """The sequence number of the newest entry."""
        return self._store.head().seq

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """A snapshot of the ledger; a plan's own is read through its promises."""
        with self._store.ledger() as ledger:
            yield as_read(self._store, ledger)

    def operation(self) -> Operation:
        """The operation file in its newest version.

        Raises:
            StoreError: the ledger has none.
        """
        found = self._document(OPERATION, lambda text: read_operation(text, OPERATION))
        if found is None:
            raise StoreError(_NO_OPERATION)
        return named(self._store, found)

    def operation_text(self) -> str:
        """The text of the operation file in its newest version.

        Raises:
            StoreError: the ledger has none.
        """
        document = self._store.get_document(OPERATION)
        if document is None:
            raise StoreError(_NO_OPERATION)
        return str(document.text)

    def claims(self) -> Sequence[Claim]:
        """The claims file in its newest version; none is no fault."""
        return self._document(CLAIMS, lambda text: tuple(read_claims(text, CLAIMS))) or ()

    def published_totals(self) -> Sequence[PublishedTotal]:
        """The published running totals in their newest version; none is no fault."""
        read = self._document(
            PUBLISHED_TOTALS, lambda text: tuple(read_totals(text, PUBLISHED_TOTALS))
        )
        return read or ()

    def _document(self, name: str, read: Callable[[str], _Read]) -> _Read | None:
        document = self._store.get_document(name)
        if document is None:
            return None
        with self._lock:
            known = self._read.get(name)
            if known is None or known[0] != document.sha256:
                known = (document.sha256, read(document.text))
                self._read[name] = known
        return cast("_Read", known[1])
