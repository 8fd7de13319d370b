"""Lists and their rows, as the register keeps them: every version, every row, for ever.

All functions work inside the transaction of the connection that they are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select

from safepassage.store.register_tables import (
    register_erased,
    register_list,
    register_record,
    register_row,
)
from safepassage.store.statement import Lookup, insert_rows

_ERASED = Lookup(select(register_erased.c.digest), register_erased.c.digest)
_ROWS_OF_RECORDS = Lookup(
    select(register_row).order_by(register_row.c.number), register_row.c.record
)


class ListVersion(NamedTuple):
    """One row of ``register_list``, in the order of its columns."""

    number: int
    list: str
    version: int
    kind: str
    sponsor: str
    digest: str
    taken_at: int  # microseconds since 1970
    taken_by: str
    rows: int
    records: int
    quarantined: int
    added: int
    sealed: bytes


class StoredRow(NamedTuple):
    """One row of ``register_row``, in the order of its columns."""

    number: int
    list: str
    version: int
    line: int
    digest: str
    record: int | None
    reason: str | None
    sealed: bytes | None


def next_number(connection: Connection, table: Table) -> int:
    """The number that the next row of a table gets; nobody else writes meanwhile."""
    last: int | None = connection.execute(select(func.max(table.c.number))).scalar()
    return (last or 0) + 1


def add_version(connection: Connection, version: ListVersion) -> None:
    """Keep a version of a list."""
    insert_rows(connection, register_list, [version])


def versions(connection: Connection, list_id: str) -> list[ListVersion]:
    """Every version of a list, oldest first; empty if there is no such list."""
    query = select(register_list).where(register_list.c.list == list_id)
    found = connection.execute(query.order_by(register_list.c.version))
    return [ListVersion(*row) for row in found]


def latest_versions(connection: Connection) -> list[ListVersion]:
    """Each list as it was last taken in, by its id."""
    newest = (
        select(register_list.c.list, func.max(register_list.c.version).label("version"))
        .group_by(register_list.c.list)
        .subquery()
    )
    both = (register_list.c.list == newest.c.list) & (register_list.c.version == newest.c.version)
    query = select(register_list).join(newest, both).order_by(register_list.c.list)
    return [ListVersion(*row) for row in connection.execute(query)]


def add_rows(connection: Connection, rows: Sequence[StoredRow]) -> None:
    """Keep rows of a version."""
    insert_rows(connection, register_row, rows)


def rows_of(
    connection: Connection, list_id: str, version: int, *, only_quarantined: bool = False
) -> Iterator[StoredRow]:
    """The rows of a version, in the order of the file."""
    query = select(register_row).where(
        register_row.c.list == list_id, register_row.c.version == version
    )
    if only_quarantined:
        query = query.where(register_row.c.record.is_(None))
    for row in connection.execute(query.order_by(register_row.c.line)):
        yield StoredRow(*row)


def rows_of_records(connection: Connection, records: Iterable[int]) -> list[StoredRow]:
    """Every row, of every version, that is one of these records."""
    return [StoredRow(*row) for row in _ROWS_OF_RECORDS(connection, records)]


def records_by_digest(connection: Connection, list_id: str) -> dict[str, list[int]]:
    """The records that rows of a list became, by the keyed hash of the row, oldest first.

    A row that stands twice in a file became two records, and both are here.
    """
    query = (
        select(register_row.c.digest, register_row.c.record)
        .where(register_row.c.list == list_id, register_row.c.record.is_not(None))
        .distinct()
        .order_by(register_row.c.record)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for digest, record in connection.execute(query):
        found[digest].append(record)
    return found


def erased_among(connection: Connection, digests: Iterable[str]) -> set[str]:
    """Which of these rows were shredded and must not come back."""
    return {digest for (digest,) in _ERASED(connection, digests)}


def remember_erased(connection: Connection, digests: Iterable[str], at: int) -> None:
    """Keep the keyed hashes of rows that must not come back."""
    wanted = set(digests)
    new = wanted - erased_among(connection, wanted)
    insert_rows(connection, register_erased, [(digest, at) for digest in sorted(new)])


def record_counts(connection: Connection) -> dict[str, int]:
    """How many records each list has given, shredded ones included."""
    query = select(register_record.c.list, func.count()).group_by(register_record.c.list)
    return {list_id: count for list_id, count in connection.execute(query)}
