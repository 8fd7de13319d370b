"""The audit chain in the database: entries at its end, and reading it back.

Whoever appends holds the chain's head for a moment, so that two processes make one chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from safepassage.model.instant import from_micros, to_micros
from safepassage.secure.audit import Break, Chained, Entry, Head, Kind, chained, verify
from safepassage.store.account_tables import audit, audit_head
from safepassage.store.beside import Beside
from safepassage.store.errors import StoreError

PAGE = 100
HOUR_MICROS = 3600 * 1_000_000


def append(connection: Connection, entries: Iterable[Entry]) -> Head:
    """Put entries at the end of the chain, in a transaction that is open; where it ends then."""
    head = read_head(connection, for_update=True)
    rows = []
    for entry in entries:
        link = chained(entry, head)
        head = Head(link.number, link.hash)
        rows.append(_values(link))
    if rows:
        connection.execute(insert(audit), rows)
        connection.execute(update(audit_head).values(number=head.number, hash=head.hash))
    return head


def read_head(connection: Connection, *, for_update: bool = False) -> Head:
    """Where the chain ends.

    Raises:
        StoreError: its head is gone.
    """
    query = select(audit_head.c.number, audit_head.c.hash)
    row = connection.execute(query.with_for_update() if for_update else query).first()
    if row is None:
        raise StoreError(
            "the head of the audit chain is gone: somebody removed it. Keep this database as it is"
            " and compare the chain with what witnesses wrote down"
        )
    return Head(row.number, row.hash)


class AuditTrail:
    """The audit chain of a database; `safepassage.registrar.access` writes reveals through it."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside

    def write(self, entries: Iterable[Entry]) -> None:
        """Put entries at the end of the chain, durably."""
        with self._beside.writing() as connection:
            append(connection, entries)

    def head(self) -> Head:
        """Where the chain ends now: what a witness writes down."""
        with self._beside.reading() as connection:
            return read_head(connection)

    def entries_of(self, account: str, kind: Kind, since: datetime) -> list[Entry]:
        """What an account did of a kind since an instant, oldest first."""
        query = (
            select(audit)
            .where(audit.c.account == account)
            .where(audit.c.kind == kind.value)
            .where(audit.c.at >= to_micros(since))
            .order_by(audit.c.number)
        )
        with self._beside.reading() as connection:
            return [_link(row).entry for row in connection.execute(query)]

    def persons_by_hour(self, now: datetime, hours: int) -> dict[str, list[int]]:
        """How many different people each account looked at, hour by hour, the last hour first."""
        whole = HOUR_MICROS
        ago = ((to_micros(now) - audit.c.at) // whole).label("ago")
        since = to_micros(now) - hours * whole
        query = (
            select(audit.c.account, ago, func.count(audit.c.subject.distinct()))
            .where(audit.c.kind == Kind.REVEALED.value)
            .where(audit.c.at > since)
            .where(audit.c.at <= to_micros(now))
            .group_by(audit.c.account, ago)
        )
        counts: dict[str, list[int]] = {}
        with self._beside.reading() as connection:
            for account, hour, persons in connection.execute(query):
                counts.setdefault(account, [0] * hours)[int(hour)] = persons
        return counts

    def page(
        self,
        *,
        before: int | None = None,
        account: str = "",
        kind: str = "",
        subject: str = "",
        limit: int = PAGE,
    ) -> list[Chained]:
        """Entries from the newest back, those before a number, filtered."""
        query = select(audit)
        for column, asked in (
            (audit.c.account, account),
            (audit.c.kind, kind),
            (audit.c.subject, subject),
        ):
            if asked:
                # PostgreSQL has no text with a null character; nothing is called so.
                query = query.where(column == asked.replace("\0", " "))
        if before is not None:
            query = query.where(audit.c.number < before)
        with self._beside.reading() as connection:
            rows = connection.execute(query.order_by(audit.c.number.desc()).limit(limit))
            return [_link(row) for row in rows]

    def verify(self, witnessed: Iterable[Head] = ()) -> list[Break]:
        """Where the chain is broken; empty if it is whole."""
        with self._beside.reading() as connection:
            chain = _links(connection, select(audit).order_by(audit.c.number))
            return list(verify(chain, read_head(connection), witnessed))


def _links(connection: Connection, query: Select[Any]) -> Iterator[Chained]:
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield _link(row)


def _values(link: Chained) -> dict[str, Any]:
    entry = link.entry
    return {
        "number": link.number,
        "kind": entry.kind.value,
        "account": entry.account,
        "at": to_micros(entry.at),
        "subject": entry.subject or None,
        "detail": json.dumps(dict(entry.detail), sort_keys=True),
        "hash": link.hash,
    }


def _link(row: Row[Any]) -> Chained:
    """A row as a link of the chain.

    Raises:
        StoreError: somebody put in its place what cannot be an entry.
    """
    try:
        entry = Entry(
            kind=Kind(row.kind),
            account=row.account,
            at=from_micros(row.at),
            subject=row.subject or "",
            detail=json.loads(row.detail),
        )
    except (ValueError, TypeError, AttributeError):
        raise StoreError(
            f"entry {row.number} of the audit chain cannot be read: it was changed. Keep this"
            " database as it is, and compare the chain with what witnesses wrote down"
        ) from None
    return Chained(row.number, entry, row.hash)
