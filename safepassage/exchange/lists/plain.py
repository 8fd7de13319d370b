"""A read list as plain JSON, the only thing that the reading process hands back.

What comes back is checked like any other stranger's text: the process that made it has had a
hostile file in its memory.
"""

from __future__ import annotations

import json
from typing import Any

from safepassage.exchange.lists.errors import NotAListError
from safepassage.model.sheet import Format, Mark, ReadList, Row, Sheet

_MARKS = list(Mark)
_NUMBER_OF = {mark: number for number, mark in enumerate(_MARKS)}


def to_json(read: ReadList) -> bytes:
    """A read list as ASCII JSON."""
    plain = {
        "format": read.format.value,
        "encoding": read.encoding,
        "delimiter": read.delimiter,
        "warnings": list(read.warnings),
        "defined_names": read.defined_names,
        "hidden_names": read.hidden_names,
        "external_links": read.external_links,
        "has_macros": read.has_macros,
        "sheets": [_plain_sheet(sheet) for sheet in read.sheets],
    }
    return json.dumps(plain, separators=(",", ":")).encode("ascii")


def from_json(raw: bytes, *, name: str, sha256: str, size: int) -> ReadList:
    """The list that a reading process handed back.

    Raises:
        NotAListError: it is not what a reading process writes.
    """
    try:
        plain = json.loads(raw)
        return ReadList(
            name=name,
            sha256=sha256,
            size=size,
            format=Format(plain["format"]),
            encoding=str(plain["encoding"]),
            delimiter=str(plain["delimiter"]),
            warnings=tuple(str(warning) for warning in plain["warnings"]),
            defined_names=int(plain["defined_names"]),
            hidden_names=int(plain["hidden_names"]),
            external_links=int(plain["external_links"]),
            has_macros=bool(plain["has_macros"]),
            sheets=tuple(_sheet(sheet) for sheet in plain["sheets"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise NotAListError("The file could not be read. Save it anew as CSV or XLSX") from None


def _plain_sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "is_hidden": sheet.is_hidden,
        "hidden_columns": sorted(sheet.hidden_columns),
        "blank_rows": sheet.blank_rows,
        "merged_areas": sheet.merged_areas,
        "comments": sheet.comments,
        "has_filter": sheet.has_filter,
        "rows": [_plain_row(row) for row in sheet.rows],
    }


def _plain_row(row: Row) -> list[Any]:
    marks = [[column, [_NUMBER_OF[mark] for mark in sorted(m)]] for column, m in row.marks.items()]
    return [row.number, row.cells, int(row.is_hidden), marks]


def _sheet(plain: dict[str, Any]) -> Sheet:
    known: dict[frozenset[Mark], frozenset[Mark]] = {}
    return Sheet(
        name=str(plain["name"]),
        rows=tuple(_row(row, known) for row in plain["rows"]),
        is_hidden=bool(plain["is_hidden"]),
        hidden_columns=frozenset(int(column) for column in plain["hidden_columns"]),
        blank_rows=int(plain["blank_rows"]),
        merged_areas=int(plain["merged_areas"]),
        comments=int(plain["comments"]),
        has_filter=bool(plain["has_filter"]),
    )


def _row(plain: list[Any], known: dict[frozenset[Mark], frozenset[Mark]]) -> Row:
    number, cells, is_hidden, marks = plain
    if not all(isinstance(cell, str) for cell in cells):
        raise TypeError
    by_column = {}
    for column, numbers in marks:
        which = frozenset(_MARKS[number] for number in numbers)
        by_column[int(column)] = known.setdefault(which, which)
    return Row(int(number), tuple(cells), by_column, bool(is_hidden))
