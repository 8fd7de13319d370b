"""The linked records as sealed columns: written whole, read whole, dropped whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select

from safepassage.store.register_tables import register_columns
from safepassage.store.statement import insert_rows


def put_columns(connection: Connection, parts: Iterable[tuple[int, bytes]]) -> None:
    """Keep these parts in place of what was there."""
    connection.execute(delete(register_columns))
    insert_rows(connection, register_columns, list(parts))


def get_columns(connection: Connection) -> Mapping[int, bytes]:
    """The sealed parts by number, in their order; none if there are none."""
    rows = connection.execute(select(register_columns).order_by(register_columns.c.part))
    return {part: bytes(sealed) for part, sealed in rows}


def drop_columns(connection: Connection) -> None:
    """Forget them; they can be made again."""
    connection.execute(delete(register_columns))
