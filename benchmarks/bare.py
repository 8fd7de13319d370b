"""The peers: plain SQLite, given the same rows, the same table, the same durability.

`BareLedger` is the table ``entry`` with its indexes and nothing else: no triggers, no hash chain,
no projections.  `PlainLedger` answers as the ledger does, but adds up all movements each time it is
asked, in one ``GROUP BY``, so that its answers are equal and only its way is another.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from safepassage.model.asked import AskedOnce
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import to_micros
from safepassage.model.ledger import Flow, Stock
from safepassage.store import StoredLedger
from safepassage.store.engine import READER_CACHE_KIB, WRITER_CACHE_KIB
from safepassage.store.record import PHASES, Row
from safepassage.store.schema import entry

_INSERT = f"INSERT INTO entry VALUES ({','.join('?' * len(entry.columns))})"  # noqa: S608 - no input
_ADDED_UP = """
SELECT from_place, to_place, category, phase, seen, sum(heads) FROM (
  SELECT from_place, to_place, category, phase, 1 AS seen, heads
    FROM entry WHERE instant >= :start AND instant < :end
  UNION ALL
  SELECT from_place, to_place, category, phase, seen, heads * sign
    FROM adjustment WHERE instant >= :start AND instant < :end)
GROUP BY from_place, to_place, category, phase, seen
"""
_BEFORE_ALL = 0


def make_statements() -> list[str]:
    """What makes the table ``entry`` and its indexes."""
    dialect = sqlite.dialect()
    made = [str(CreateTable(entry).compile(dialect=dialect))]
    indexes = sorted(entry.indexes, key=lambda i: str(i.name))
    return made + [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]


class BareLedger:
    """The rows of a ledger in a file of their own, flushed at every commit."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for setting in (
            "journal_mode = WAL",
            "synchronous = FULL",
            f"cache_size = -{WRITER_CACHE_KIB}",
        ):
            self._connection.execute(f"PRAGMA {setting}")
        for statement in make_statements():
            self._connection.execute(statement)

    def append(self, rows: Sequence[Row]) -> None:
        """Insert rows in one durable transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(_INSERT, rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PlainLedger(AskedOnce):
    """A stored ledger whose sums are made from single movements, each time they are asked for."""

    def __init__(self, stored: StoredLedger, path: Path) -> None:
        super().__init__(stored)
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")

    def close(self) -> None:
        """Close the file; the stored ledger is closed by whoever opened it."""
        self._connection.close()

    def _added_up(self, start: int, end: int) -> list[Any]:
        span = {"start": start, "end": end}
        with closing(self._connection.execute(_ADDED_UP, span)) as cursor:
            return cursor.fetchall()

    def stock(self, as_of: datetime) -> Stock:
        """As the ledger's."""
        count: Counter[tuple[PlaceId, CategoryId]] = Counter()
        for start, end, category, phase, _, heads in self._added_up(
            _BEFORE_ALL, to_micros(as_of) + 1
        ):
            if phase == "posted":
                count[start, category] -= heads
                count[end, category] += heads
        return {key: heads for key, heads in count.items() if heads}

    def flow(self, start: datetime, end: datetime) -> list[Flow]:
        """As the ledger's."""
        return sorted(
            Flow(from_place, to_place, category, PHASES[phase], bool(seen), heads)
            for from_place, to_place, category, phase, seen, heads in self._added_up(
                to_micros(start), to_micros(end)
            )
            if heads
        )
