"""SQL that is written once and run often: statements with plain places for their values.

SQLAlchemy's own execution costs more per row than SQLite does.  Groups of rows therefore go to the
driver as tuples, under a statement that SQLAlchemy wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

Item = TypeVar("Item")
IN_MAX = 500  # values in one IN (...)

_written: dict[tuple[str, str, bool], str] = {}


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], *, add_to: str = ""
) -> None:
    """Insert rows given in the order of the table's columns.

    With `add_to`, a row whose key is there already adds its value of that column to it.
    """
    if not rows:
        return
    name = connection.dialect.name
    key = (name, table.name, bool(add_to))
    if key not in _written:
        _written[key] = _insert_text(name, table, add_to)
    connection.exec_driver_sql(_written[key], list(rows))


def _insert_text(name: str, table: Table, add_to: str) -> str:
    module = sqlite if name == "sqlite" else postgresql
    statement: Insert = module.insert(table)
    if add_to:
        upsert = module.insert(table)
        total = table.c[add_to] + upsert.excluded[add_to]
        statement = upsert.on_conflict_do_update(
            index_elements=list(table.primary_key.columns), set_={add_to: total}
        )
    dialect: Dialect = module.dialect(paramstyle="qmark" if name == "sqlite" else "format")
    # Every column is named, so that its place in the statement is its place in the table.
    columns = [column.name for column in table.columns]
    return str(statement.compile(dialect=dialect, column_keys=columns))


def select_in(
    connection: Connection, query: Any, column: ColumnElement[Any], values: Iterable[object]
) -> list[Any]:
    """The rows of a query whose column has one of these values."""
    found: list[Any] = []
    for chunk in chunks(values, IN_MAX):
        found += connection.execute(query.where(column.in_(chunk))).all()
    return found
