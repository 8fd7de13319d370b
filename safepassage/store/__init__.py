"""The ledger in a database: SQLite by default, PostgreSQL for teams, the same answers from both.

Start reading at ``safepassage/store/store.py``; what the tables hold is said in ``schema.py``.
"""

from __future__ import annotations

from safepassage.store.append import Answer, Receipt
from safepassage.store.check import CheckReport, Finding
from safepassage.store.document import Document
from safepassage.store.errors import (
    LineError,
    SchemaError,
    StoreError,
    StoreFaultError,
    StoreLockedError,
    StoreMissingError,
)
from safepassage.store.jsonl import ImportReport, read_lines
from safepassage.store.quarantine import Item
from safepassage.store.reading import StoredLedger
from safepassage.store.record import Head
from safepassage.store.store import Store, open_store

__all__ = [
    "Answer",
    "CheckReport",
    "Document",
    "Finding",
    "Head",
    "ImportReport",
    "Item",
    "LineError",
    "Receipt",
    "SchemaError",
    "Store",
    "StoreError",
    "StoreFaultError",
    "StoreLockedError",
    "StoreMissingError",
    "StoredLedger",
    "open_store",
    "read_lines",
]
