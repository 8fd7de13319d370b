"""The writers: CSV and XLSX with a header, rows of text, and nothing else.

A workbook from a template or a colleague carries what its makers left in it.  These start from
nothing and write values only: no formula, link, format, filter, name, comment, author or second
sheet.  That it is so is not taken from here: `inspect.py` reads every file anew before it leaves.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import xlsxwriter

from safepassage.exchange.exports.cells import quoted, visible
from safepassage.exchange.exports.errors import ExportFileError

ROWS_MAX = 1_000_000
SHEET = "List"
_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zone; it says nothing
_WIDTH_MAX = 40


class FileFormat(StrEnum):
    """As what a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


def write(file_format: FileFormat, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The table as a file.

    Raises:
        ExportFileError: a row is empty or has other columns than the header, a cell is too long,
            or there are more rows than a sheet has.
    """
    if len(rows) > ROWS_MAX:
        raise ExportFileError(f"a file has at most {ROWS_MAX:,} rows: ask for fewer people")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise ExportFileError(f"row {number} has {len(row)} cells for {len(header)} columns")
    table = [[visible(cell) for cell in row] for row in (header, *rows)]
    for number, cells in enumerate(table):
        if not any(cells):
            raise ExportFileError(f"row {number} is empty: a file has a row for each person")
    return _csv(table) if file_format is FileFormat.CSV else _xlsx(table)


def _csv(table: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it, every cell in quotes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([quoted(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(table: Sequence[Sequence[str]]) -> bytes:
    made = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(made, options) as workbook:
        workbook.set_properties({"created": _LONG_AGO})
        sheet = workbook.add_worksheet(SHEET)
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)
        for column in range(len(table[0])):
            longest = max((len(row[column]) for row in table[:200]), default=0)
            sheet.set_column(column, column, min(_WIDTH_MAX, longest + 2))
    return made.getvalue()
