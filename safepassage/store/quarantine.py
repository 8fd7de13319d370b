"""What was offered and could not be recorded: kept with the reason, so that nothing is lost.

The same offer refused for the same reason is one item that counts how often it came: a phone that
sends again every minute must not fill the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from safepassage.model.instant import from_micros, to_micros
from safepassage.store.schema import quarantine

OFFERED_LENGTH_MAX = 1_048_576  # characters kept of one offer


class Refusal(NamedTuple):
    """An offer that could not be recorded."""

    entry: str | None  # the id it came under, if it had one
    reason: str
    offered: str
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in quarantine."""

    number: int
    entry: str | None
    reason: str
    offered: str
    source: str  # who offered it first
    first_at: datetime
    last_at: datetime
    times: int


def keep(connection: Connection, refusals: Iterable[Refusal], at: datetime) -> None:
    """Put these into quarantine."""
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    for refusal in refusals:
        offered = printable(refusal.offered)
        key = f"{refusal.reason}\n{offered}"
        insert = module.insert(quarantine).values(
            digest=hashlib.sha256(key.encode()).hexdigest(),
            entry=None if refusal.entry is None else printable(refusal.entry)[:200],
            reason=printable(refusal.reason),
            offered=offered,
            source=refusal.source,
            first_at=to_micros(at),
            last_at=to_micros(at),
            times=1,
        )
        again = {"times": quarantine.c.times + 1, "last_at": to_micros(at)}
        connection.execute(
            insert.on_conflict_do_update(index_elements=[quarantine.c.digest], set_=again)
        )


def printable(text: str) -> str:
    """The text with what no database keeps (NUL, half characters) written as escapes."""
    cut = text[:OFFERED_LENGTH_MAX]
    return cut.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def items(connection: Connection, after: int = 0, limit: int = 1000) -> list[Item]:
    """What is in quarantine behind that number, oldest first."""
    columns = [c for c in quarantine.columns if c.name != "digest"]
    query = select(*columns).where(quarantine.c.number > after)
    rows = connection.execute(query.order_by(quarantine.c.number).limit(limit))
    return [
        Item(
            row.number,
            row.entry,
            row.reason,
            row.offered,
            row.source,
            from_micros(row.first_at),
            from_micros(row.last_at),
            row.times,
        )
        for row in rows
    ]
