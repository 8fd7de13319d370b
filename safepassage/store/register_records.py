"""Sealed records, their wrapped keys and their blind keys.

All functions work inside the transaction of the connection that they are given.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from sys import byteorder
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

from safepassage.store.register_tables import (
    register_blind,
    register_key,
    register_link,
    register_member,
    register_record,
    register_row,
)
from safepassage.store.statement import Lookup, chunks, insert_rows

CHUNK = 5_000


class StoredRecord(NamedTuple):
    """One row of ``register_record``, in the order of its columns."""

    number: int
    id: str
    person: str
    list: str
    household: int | None
    minted_at: int  # microseconds since 1970
    keys: bytes
    sealed: bytes | None

    @property
    def is_shredded(self) -> bool:
        """Whether what it said is gone for ever."""
        return self.sealed is None


_ALL = select(register_record).order_by(register_record.c.number)
_BY_NUMBER = Lookup(_ALL, register_record.c.number)
_BY_ID = Lookup(_ALL, register_record.c.id)
_NUMBERS = Lookup(select(register_record.c.id, register_record.c.number), register_record.c.id)
_IDS = Lookup(select(register_record.c.number, register_record.c.id), register_record.c.number)
_BY_PERSON = Lookup(_ALL, register_record.c.person)
_BY_HOUSEHOLD = Lookup(_ALL, register_record.c.household)
_HOLDERS_SQLITE = "SELECT record FROM register_blind WHERE key = ? LIMIT ?"
_HOLDERS_POSTGRESQL = (
    "SELECT k.key, b.record FROM unnest(%s::bigint[]) AS k(key) CROSS JOIN LATERAL"
    " (SELECT record FROM register_blind WHERE key = k.key LIMIT %s) AS b"
)


def packed(keys: Iterable[int]) -> bytes:
    """Blind keys as they are kept with their record: sorted, eight bytes each, signed."""
    numbers = array("q", sorted(set(keys)))
    if byteorder != "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpacked(keys: bytes) -> list[int]:
    """The blind keys of a record."""
    numbers = array("q")
    numbers.frombytes(keys)
    if byteorder != "big":
        numbers.byteswap()
    return numbers.tolist()


def add_records(connection: Connection, records: Sequence[StoredRecord]) -> None:
    """Keep new records; they wait until they are linked and made findable."""
    insert_rows(connection, register_record, records)


def waiting(connection: Connection) -> list[StoredRecord]:
    """The records that were taken in and not linked yet, oldest first."""
    is_linked = select(register_member.c.record).where(
        register_member.c.record == register_record.c.number
    )
    query = _ALL.where(~is_linked.exists(), register_record.c.sealed.is_not(None))
    return [StoredRecord(*row) for row in connection.execute(query)]


def make_findable(connection: Connection, records: Iterable[StoredRecord]) -> None:
    """Make records findable by their blind keys."""
    held = ((key, r.number) for r in records for key in unpacked(r.keys))
    for chunk in chunks(held, 10 * CHUNK):
        insert_rows(connection, register_blind, chunk)


def by_numbers(connection: Connection, numbers: Iterable[int]) -> list[StoredRecord]:
    """The records of these numbers, oldest first."""
    return [StoredRecord(*row) for row in _BY_NUMBER(connection, numbers)]


def by_ids(connection: Connection, ids: Iterable[str]) -> list[StoredRecord]:
    """The records of these ids, oldest first."""
    return [StoredRecord(*row) for row in _BY_ID(connection, ids)]


def numbers_of(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of records by their ids; nothing else is read of them."""
    return {i: number for chunk in chunks(ids, CHUNK) for i, number in _NUMBERS(connection, chunk)}


def ids_of(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """The ids of records by their numbers; nothing else is read of them."""
    return {number: i for chunk in chunks(numbers, CHUNK) for number, i in _IDS(connection, chunk)}


def by_persons(connection: Connection, persons: Iterable[str]) -> list[StoredRecord]:
    """The records with which these person ids were minted, oldest first."""
    return [StoredRecord(*row) for row in _BY_PERSON(connection, persons)]


def of_households(connection: Connection, households: Iterable[int]) -> list[StoredRecord]:
    """The records of these list households, given blind, oldest first."""
    return [StoredRecord(*row) for row in _BY_HOUSEHOLD(connection, households)]


def all_records(connection: Connection) -> Iterator[StoredRecord]:
    """Every record, oldest first, shredded ones included."""
    after = 0
    while True:
        query = _ALL.where(register_record.c.number > after).limit(CHUNK)
        found = connection.execute(query).all()
        if not found:
            return
        for row in found:
            yield StoredRecord(*row)
        after = found[-1].number


class Arrival(NamedTuple):
    """When a record came, on which list, and the person id that it brought."""

    number: int
    person: str
    list: str
    minted_at: int


def arrivals(connection: Connection) -> Iterator[Arrival]:
    """When every record came, oldest first; nothing that is sealed is read."""
    columns = register_record.c
    query = select(columns.number, columns.person, columns.list, columns.minted_at)
    for row in connection.execute(query.order_by(columns.number)):
        yield Arrival(*row)


def linked_ids(connection: Connection) -> dict[int, str]:
    """The id of every record that is linked and not shredded, by its number."""
    of_member = register_member.c.record == register_record.c.number
    query = select(register_record.c.number, register_record.c.id).join(register_member, of_member)
    written = str(query.where(register_record.c.sealed.is_not(None)))
    found = connection.exec_driver_sql(written).cursor
    return dict(found.fetchall()) if found else {}


def shredded(connection: Connection) -> list[int]:
    """The numbers of the records that were shredded."""
    query = select(register_record.c.number).where(register_record.c.sealed.is_(None))
    return list(connection.execute(query.order_by(register_record.c.number)).scalars())


def counts(connection: Connection) -> tuple[int, int]:
    """How many records there are, and how many of them were shredded."""
    both = select(func.count(), func.count(register_record.c.sealed))
    records, readable = connection.execute(both.select_from(register_record)).one()
    return records, records - readable


def holders(connection: Connection, keys: Iterable[int], at_most: int) -> dict[int, list[int]]:
    """The numbers of the records that hold each of these blind keys, `at_most` of each key.

    A key that thousands hold is read no further: it costs as much as one that few hold.
    """
    found: dict[int, list[int]] = {}
    if connection.dialect.name == "sqlite":
        read = connection.connection.cursor().execute
        for key in set(keys):
            if held := read(_HOLDERS_SQLITE, (key, at_most)).fetchall():
                found[key] = [record for (record,) in held]
        return found
    for key, record in connection.exec_driver_sql(_HOLDERS_POSTGRESQL, (list(set(keys)), at_most)):
        found.setdefault(key, []).append(record)
    return found


def put_keys(connection: Connection, kind: str, wrapped: Iterable[tuple[int, bytes]]) -> None:
    """Keep wrapped data keys of things of one kind, by their numbers."""
    insert_rows(connection, register_key, [(kind, number, key) for number, key in wrapped])


_KEYS = {
    kind: Lookup(
        select(register_key.c.number, register_key.c.wrapped).where(register_key.c.kind == kind),
        register_key.c.number,
    )
    for kind in ("record", "row", "list", "entry", "document", "columns")
}


def get_keys(connection: Connection, kind: str, numbers: Iterable[int]) -> dict[int, bytes]:
    """The wrapped data keys of these things; a shredded one has none."""
    return {number: bytes(key) for number, key in _KEYS[kind](connection, numbers)}


def drop_keys(connection: Connection, kind: str, numbers: Iterable[int]) -> int:
    """Delete wrapped data keys, and say how many there were."""
    dropped = 0
    for chunk in chunks(numbers, CHUNK):
        done = connection.execute(
            delete(register_key).where(
                register_key.c.kind == kind, register_key.c.number.in_(chunk)
            )
        )
        dropped += done.rowcount
    return dropped


def drop_all_keys(connection: Connection, kind: str) -> None:
    """Delete every wrapped data key of things of one kind."""
    connection.execute(delete(register_key).where(register_key.c.kind == kind))


def shred(connection: Connection, records: Sequence[StoredRecord]) -> None:
    """Make it impossible to know what these records and their rows said.

    Their ids, lists, numbers and memberships stay, so that every count stays as it was published.
    """
    numbers = [r.number for r in records]
    of_these = register_row.c.record.in_(numbers)
    rows = list(connection.execute(select(register_row.c.number).where(of_these)).scalars())
    drop_keys(connection, "record", numbers)
    drop_keys(connection, "row", rows)
    held = [{"k": key, "r": r.number} for r in records for key in unpacked(r.keys)]
    if held:
        one = delete(register_blind).where(
            register_blind.c.key == bindparam("k"), register_blind.c.record == bindparam("r")
        )
        connection.execute(one, held)
    connection.execute(
        update(register_record)
        .where(register_record.c.number.in_(numbers))
        .values(sealed=None, keys=b"", household=None)
    )
    connection.execute(update(register_row).where(of_these).values(sealed=None))
    touching = register_link.c.left.in_(numbers) | register_link.c.right.in_(numbers)
    connection.execute(delete(register_link).where(touching))
