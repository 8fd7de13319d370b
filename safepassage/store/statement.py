"""SQL that is written once and run often: statements with plain places for their values.

SQLAlchemy's own execution costs more per row than SQLite does.  Groups of rows therefore go to the
driver as tuples, under a statement that SQLAlchemy wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection

Item = TypeVar("Item")

_written: dict[tuple[str, str, str, bool], str] = {}


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    *,
    add_to: str = "",
    anew: bool = False,
) -> None:
    """Insert rows given in the order of the table's columns.

    With `add_to`, a row whose key is there already adds its value of that column to it; with
    `anew`, it takes the place of the one that is there.
    """
    if not rows:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    given = [c.name for c in table.columns if not c.primary_key] if anew else []
    key = (connection.dialect.name, table.name, add_to, anew)
    if key not in _written:
        _written[key] = (_row_by_row if is_sqlite else _all_at_once)(table, add_to, given)
    if is_sqlite:
        connection.exec_driver_sql(_written[key], list(rows))
    else:
        columns = tuple(map(list, zip(*rows, strict=True)))
        connection.exec_driver_sql(_written[key], columns)


def _row_by_row(table: Table, add_to: str, anew: Sequence[str]) -> str:
    """For SQLite: a place for each value of one row."""
    statement = sqlite.insert(table)
    if add_to or anew:
        become = _become(table, statement.excluded, add_to, anew)
        key = list(table.primary_key.columns)
        statement = statement.on_conflict_do_update(index_elements=key, set_=become)
    # Every column is named, so that its place in the statement is its place in the table.
    names = [column.name for column in table.columns]
    dialect = sqlite.dialect(paramstyle="qmark")
    return str(statement.compile(dialect=dialect, column_keys=names))


def _become(
    table: Table, given: ReadOnlyColumnCollection[str, Any], add_to: str, anew: Sequence[str]
) -> dict[str, ColumnElement[Any]]:
    """What the row that is there becomes."""
    if add_to:
        return {add_to: table.c[add_to] + given[add_to]}
    return {name: given[name] for name in anew}


def _all_at_once(table: Table, add_to: str, anew: Sequence[str]) -> str:
    """For PostgreSQL: a place for each column, given as a list; one round trip for all rows."""
    names = [column.name for column in table.columns]
    lists = [cast(bindparam(c.name), postgresql.ARRAY(c.type)) for c in table.columns]
    given = func.unnest(*lists).table_valued(*names).render_derived()
    statement = postgresql.insert(table).from_select(names, select(*given.c))
    if add_to or anew:
        become = _become(table, statement.excluded, add_to, anew)
        key = list(table.primary_key.columns)
        statement = statement.on_conflict_do_update(index_elements=key, set_=become)
    dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect))


class Lookup:
    """The rows of a query whose column has one of many values; the values travel as one."""

    def __init__(self, query: Select[Any], column: ColumnElement[Any]) -> None:
        self._query = query
        self._column = column
        self._written: dict[str, tuple[str, list[Any]]] = {}

    def __call__(self, connection: Connection, values: Iterable[str | int]) -> list[Any]:
        """The rows of which the column is among `values`."""
        wanted = list(values)
        if not wanted:
            return []
        name = connection.dialect.name
        if name not in self._written:
            self._written[name] = _with_places(self._asking(name), name)
        text, fixed = self._written[name]
        # Texts are compared with texts, numbers with numbers: JSON keeps them apart.
        given = json.dumps(wanted) if name == "sqlite" else wanted
        places = tuple(given if value is _GIVEN else value for value in fixed)
        return list(connection.exec_driver_sql(text, places).all())

    def _asking(self, name: str) -> Select[Any]:
        if name == "sqlite":
            text = bindparam("given", value=_GIVEN, type_=String)
            listed = func.json_each(text).table_valued("value")
            return self._query.where(self._column.in_(select(listed.c.value)))
        # An array from the start: PostgreSQL would read a text as one anew for every row.
        is_text = isinstance(self._column.type, String)
        each = String() if is_text else self._column.type
        given = bindparam("given", value=_GIVEN, type_=postgresql.ARRAY(each))
        return self._query.where(self._column == func.any(given))


_GIVEN: Any = object()  # stands where the values go


def _with_places(query: Select[Any], name: str) -> tuple[str, list[Any]]:
    """The text of a query, and for each of its places the value that stands there."""
    written = (
        query.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        if name == "sqlite"
        else query.compile(dialect=postgresql.dialect(paramstyle="format"))  # type: ignore[no-untyped-call]
    )
    return str(written), [written.params[place] for place in written.positiontup or ()]
