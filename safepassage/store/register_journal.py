"""What people decided about the register, in a chain that only grows; and its sealed documents.

A hash covers the sealed bytes, not what they say: when the key of a reason is shredded, the chain
still holds.  All functions work inside the transaction of the connection that they are given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from safepassage.store.register_tables import register_document, register_entry
from safepassage.store.statement import Lookup

GENESIS = "0" * 64  # the hash before the first decision


class StoredEntry(NamedTuple):
    """One row of ``register_entry``, in the order of its columns."""

    number: int
    id: str
    kind: str
    subject: str
    other: str | None
    word: str
    made_by: str
    made_at: int  # microseconds since 1970
    sealed: bytes
    hash: str


class StoredDocument(NamedTuple):
    """One row of ``register_document``, in the order of its columns."""

    number: int
    name: str
    version: int
    recorded_at: int
    sealed: bytes


_ENTRIES = select(register_entry).order_by(register_entry.c.number)
_BY_SUBJECT = Lookup(_ENTRIES, register_entry.c.subject)
_BY_OTHER = Lookup(_ENTRIES, register_entry.c.other)


def chained(before: str, entry: StoredEntry) -> str:
    """The hash of an entry: sha256 over the hash before it and everything in it."""
    content = [
        before,
        entry.number,
        entry.id,
        entry.kind,
        entry.subject,
        entry.other,
        entry.word,
        entry.made_by,
        entry.made_at,
        entry.sealed.hex(),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def append_entry(connection: Connection, entry: StoredEntry) -> StoredEntry:
    """Record a decision at the end of the chain; its `hash` is computed here."""
    before = connection.execute(
        select(register_entry.c.hash).order_by(register_entry.c.number.desc()).limit(1)
    ).scalar()
    linked = entry._replace(hash=chained(before or GENESIS, entry))
    connection.execute(insert(register_entry).values(linked._asdict()))
    return linked


def entries(connection: Connection, kind: str) -> Iterator[StoredEntry]:
    """Every decision of a kind, in the order in which they were recorded."""
    for row in connection.execute(_ENTRIES.where(register_entry.c.kind == kind)):
        yield _entry(row)


def entry(connection: Connection, entry_id: str) -> StoredEntry | None:
    """The decision with this id."""
    row = connection.execute(_ENTRIES.where(register_entry.c.id == entry_id)).first()
    return None if row is None else _entry(row)


def entries_about(
    connection: Connection, subjects: Iterable[str], kind: str | None = None
) -> list[StoredEntry]:
    """The decisions about these subjects, as the first or the second, as they were recorded."""
    wanted = list(subjects)
    rows = [*_BY_SUBJECT(connection, wanted), *_BY_OTHER(connection, wanted)]
    found = {row.number: _entry(row) for row in map(_named, rows)}
    return [found[n] for n in sorted(found) if kind is None or found[n].kind == kind]


def _named(row: tuple[object, ...]) -> StoredEntry:
    return StoredEntry(*row)  # type: ignore[arg-type]


def _entry(row: Iterable[object]) -> StoredEntry:
    found = StoredEntry(*row)  # type: ignore[arg-type]
    return found._replace(sealed=bytes(found.sealed))


def entry_count(connection: Connection) -> int:
    """How many decisions there are."""
    return connection.execute(select(func.count()).select_from(register_entry)).scalar_one()


def broken_link(connection: Connection) -> int | None:
    """The number of the first decision whose hash does not follow from the one before it."""
    before = GENESIS
    for number, row in enumerate(connection.execute(_ENTRIES), start=1):
        found = _entry(row)
        if found.number != number or found.hash != chained(before, found):
            return number
        before = found.hash
    return None


def put_document(connection: Connection, document: StoredDocument) -> None:
    """Keep a version of a sealed document."""
    connection.execute(insert(register_document).values(document._asdict()))


def latest_document(connection: Connection, name: str) -> StoredDocument | None:
    """The newest version of a sealed document; None if there is none."""
    query = select(register_document).where(register_document.c.name == name)
    row = connection.execute(query.order_by(register_document.c.version.desc()).limit(1)).first()
    return None if row is None else StoredDocument(*row)
