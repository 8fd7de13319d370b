"""Operation and claims files: kept beside the ledger, every version of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from safepassage.model.ids import check_id
from safepassage.model.instant import from_micros, in_utc, to_micros
from safepassage.store.errors import StoreError
from safepassage.store.quarantine import printable
from safepassage.store.schema import document


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a file."""

    name: str
    version: int  # 1, 2, 3, ...
    sha256: str
    recorded_at: datetime
    text: str


def put(connection: Connection, name: str, text: str, recorded_at: datetime) -> Document:
    """Keep a version of a file; the same text twice in a row is one version.

    Raises:
        InvalidFactError: the name is not an id.
        StoreError: the text holds what no text file holds.
    """
    check_id(name, "document")
    if "\0" in text or printable(text) != text:
        raise StoreError(f"{name}: not a text file of at most a million characters")
    before = get(connection, name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if before is not None and before.sha256 == digest:
        return before
    at = in_utc(recorded_at, "recorded_at")
    new = Document(name, before.version + 1 if before else 1, digest, at, text)
    connection.execute(
        insert(document).values(
            name=name,
            version=new.version,
            sha256=digest,
            recorded_at=to_micros(at),
            text=text,
        )
    )
    return new


def get(connection: Connection, name: str, version: int | None = None) -> Document | None:
    """A version of a file, the latest by default; None if there is none."""
    query = select(document).where(document.c.name == name)
    if version is not None:
        query = query.where(document.c.version == version)
    row = connection.execute(query.order_by(document.c.version.desc()).limit(1)).first()
    return None if row is None else _document(row)


def latest(connection: Connection) -> list[Document]:
    """Every file as it was last recorded, by name."""
    newest = (
        select(document.c.name, func.max(document.c.version).label("version"))
        .group_by(document.c.name)
        .subquery()
    )
    both = (document.c.name == newest.c.name) & (document.c.version == newest.c.version)
    query = select(document).join(newest, both).order_by(document.c.name)
    return [_document(row) for row in connection.execute(query)]


def _document(row: Row[Any]) -> Document:
    at = from_micros(row.recorded_at)
    return Document(row.name, row.version, row.sha256, at, row.text)
