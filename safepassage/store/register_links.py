"""What follows from the records: links between them, and which of them are one person.

Both can be computed anew at any time.  All functions work inside the transaction of the connection
that they are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select

from safepassage.store.register_tables import register_link, register_member
from safepassage.store.statement import Lookup, chunks, insert_rows

CHUNK = 5_000


class StoredLink(NamedTuple):
    """One row of ``register_link``, in the order of its columns."""

    left: int
    right: int
    weight: float
    band: str
    held_back: str
    others: int | None = None


class Member(NamedTuple):
    """One row of ``register_member``, in the order of its columns."""

    record: int
    cluster: int  # the number of its person's oldest record
    likely: int  # the same, if every likely link were accepted


_FROM_LEFT = Lookup(select(register_link), register_link.c.left)
_FROM_RIGHT = Lookup(select(register_link), register_link.c.right)
_MEMBERS = select(register_member).order_by(register_member.c.record)
_BY_RECORD = Lookup(_MEMBERS, register_member.c.record)
_BY_CLUSTER = Lookup(_MEMBERS, register_member.c.cluster)


def links_of(connection: Connection, records: Iterable[int]) -> list[StoredLink]:
    """Every link that touches one of these records."""
    found: set[StoredLink] = set()
    for chunk in chunks(records, CHUNK):
        found.update(StoredLink(*row) for row in _FROM_LEFT(connection, chunk))
        found.update(StoredLink(*row) for row in _FROM_RIGHT(connection, chunk))
    return sorted(found)


def all_links(connection: Connection) -> Iterator[StoredLink]:
    """Every link."""
    for row in connection.execute(select(register_link)):
        yield StoredLink(*row)


def link_rows(connection: Connection) -> Sequence[Sequence[Any]]:
    """Every link as the driver gives it, in the order of the columns: a million in a second."""
    found = connection.exec_driver_sql(str(select(register_link)))
    return found.cursor.fetchall() if found.cursor else []


def link_between(connection: Connection, left: int, right: int) -> StoredLink | None:
    """The link of a pair; None if they are not linked."""
    smaller, larger = sorted((left, right))
    row = connection.execute(
        select(register_link).where(
            register_link.c.left == smaller, register_link.c.right == larger
        )
    ).first()
    return None if row is None else StoredLink(*row)


def links_in_band(connection: Connection, band: str, limit: int) -> list[StoredLink]:
    """Links of a band: all of them, or the heaviest and the lightest, so many together."""
    links = register_link.c
    query = select(register_link).where(links.band == band)
    heaviest = query.order_by(links.weight.desc(), links.left, links.right).limit(limit // 2)
    lightest = query.order_by(links.weight, links.left, links.right).limit(limit - limit // 2)
    found = {StoredLink(*row) for part in (heaviest, lightest) for row in connection.execute(part)}
    return sorted(found)


def band_counts(connection: Connection) -> dict[str, int]:
    """How many links each band has."""
    query = select(register_link.c.band, func.count()).group_by(register_link.c.band)
    return {band: count for band, count in connection.execute(query)}


def put_links(connection: Connection, links: Iterable[StoredLink]) -> None:
    """Keep links, each in place of the one that this pair had."""
    for chunk in chunks(sorted(links), CHUNK):
        insert_rows(connection, register_link, chunk, anew=True)


def drop_links(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Forget these links, the smaller record number first."""
    one = delete(register_link).where(
        register_link.c.left == bindparam("l"), register_link.c.right == bindparam("r")
    )
    gone = [{"l": left, "r": right} for left, right in pairs]
    if gone:
        connection.execute(one, gone)


def drop_all(connection: Connection) -> None:
    """Forget every link and every membership, to compute them anew."""
    connection.execute(delete(register_link))
    connection.execute(delete(register_member))


def memberships(connection: Connection, records: Iterable[int]) -> list[Member]:
    """Of which person each of these records is."""
    found = (row for chunk in chunks(records, CHUNK) for row in _BY_RECORD(connection, chunk))
    return [Member(*row) for row in found]


def members_of(connection: Connection, clusters: Iterable[int]) -> dict[int, list[int]]:
    """The records of each of these clusters, oldest first."""
    found: dict[int, list[int]] = defaultdict(list)
    for record, cluster, _ in _BY_CLUSTER(connection, clusters):
        found[cluster].append(record)
    return found


def put_members(connection: Connection, members: Iterable[Member]) -> None:
    """Keep of which person each of these records is, in place of what was."""
    for chunk in chunks(sorted(members), CHUNK):
        before = {tuple(row) for row in _BY_RECORD(connection, [m.record for m in chunk])}
        changed = [member for member in chunk if member not in before]
        insert_rows(connection, register_member, changed, anew=True)


def all_members(connection: Connection) -> list[Member]:
    """Of which person every record is."""
    return [Member(*row) for row in connection.execute(_MEMBERS)]


def member_count(connection: Connection) -> int:
    """How many records are linked."""
    return connection.execute(select(func.count()).select_from(register_member)).scalar_one()


def person_counts(connection: Connection) -> tuple[int, int]:
    """How many persons there are: at least, if every likely link holds, and at most."""
    both = select(
        func.count(register_member.c.likely.distinct()),
        func.count(register_member.c.cluster.distinct()),
    )
    fewest, most = connection.execute(both).one()
    return fewest, most
