"""A list as it came: its sheets, its rows, and what a reader of the file would not have seen.

A list is somebody else's file.  Whatever it holds is kept as text, hidden or not: a row that a
sender filtered away is a person, and a sender who hid 18,000 of them is about to send them to
somebody else as well.  So hidden things are read, marked and counted, never left out.

These are plain values: the readers of files (`exchange/lists`) make them, the register reads them.
Nothing in here is evaluated, and `repr` shows no cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Format(StrEnum):
    """How a list was written, found from its bytes and never from its name."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    HTML = "html"
    JSON = "json"
    JSON_LINES = "json-lines"
    PASTED = "pasted"

    @property
    def is_delimited(self) -> bool:
        """Whether cells are told apart by a character, so that a stray one shifts columns."""
        return self in (Format.CSV, Format.TSV, Format.PASTED)


class Mark(StrEnum):
    """What a cell was besides text."""

    NUMBER = "number"
    DATE = "date"  # a date of the program that wrote it; the text is the ISO form
    TRUTH = "truth"
    FORMULA = "formula"  # the text is the value the sender's program left; if none, the formula
    FAULT = "fault"  # #N/A, #REF! and their kind
    HIDDEN = "hidden"  # in a hidden column
    MERGED = "merged"  # covered by a merged area, whose text stands in its first cell
    COMMENTED = "commented"
    CUT = "cut"  # longer than a cell may be; the rest was left out
    UNSEEN = "unseen"  # held characters that nobody can see; they were taken out
    BROKEN = "broken"  # the row is not what its format says (an open quotation mark); kept as text


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One row as it came; its number is the file's, counted from 1."""

    number: int
    cells: tuple[str, ...]
    marks: Mapping[int, frozenset[Mark]] = field(default_factory=dict, hash=False)  # by column
    is_hidden: bool = False

    def __repr__(self) -> str:
        return f"Row({self.number}, {len(self.cells)} cells)"

    def cell(self, column: int) -> str:
        """The text of a column counted from 0; empty where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""

    def is_(self, column: int, mark: Mark) -> bool:
        """Whether a cell was something besides text."""
        return mark in self.marks.get(column, ())

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything but white space."""
        return not any(cell and not cell.isspace() for cell in self.cells)


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """One table of a list, in the order of the file, without rows that are wholly blank."""

    name: str
    rows: tuple[Row, ...]
    is_hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()  # counted from 0
    blank_rows: int = 0  # left out: a blank line is nobody
    merged_areas: int = 0
    comments: int = 0
    has_filter: bool = False

    def __repr__(self) -> str:
        return f"Sheet({len(self.rows)} rows)"

    @property
    def width(self) -> int:
        """The number of columns of its widest row."""
        return max((len(row.cells) for row in self.rows), default=0)

    @property
    def hidden_rows(self) -> int:
        """How many rows a reader of the file would not have seen; all, if the sheet is hidden."""
        return len(self.rows) if self.is_hidden else sum(row.is_hidden for row in self.rows)

    def count(self, mark: Mark) -> int:
        """How many cells bear a mark."""
        return sum(mark in marks for row in self.rows for marks in row.marks.values())


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ReadList:
    """A file as it was read: everything in it, and what somebody must be told about it."""

    name: str  # as the sender or the desk called it; never a key, never in a log
    format: Format
    sha256: str  # of the bytes as they came
    size: int  # bytes
    sheets: tuple[Sheet, ...]
    encoding: str = ""  # of delimited text
    delimiter: str = ""
    warnings: tuple[str, ...] = ()  # sentences without any content of a cell
    defined_names: int = 0
    hidden_names: int = 0
    external_links: int = 0
    has_macros: bool = False

    def __repr__(self) -> str:
        return f"ReadList({self.format}, {self.sha256[:12]}, {len(self.sheets)} sheets)"

    @property
    def rows(self) -> int:
        """All rows of all sheets, hidden ones and headers included."""
        return sum(len(sheet.rows) for sheet in self.sheets)

    @property
    def hidden_sheets(self) -> int:
        """How many sheets a reader of the file would not have seen."""
        return sum(sheet.is_hidden for sheet in self.sheets)

    @property
    def hidden_rows(self) -> int:
        """How many rows a reader of the file would not have seen."""
        return sum(sheet.hidden_rows for sheet in self.sheets)

    @property
    def hides_anything(self) -> bool:
        """Whether the file held rows, columns or sheets that do not show when it is opened."""
        return bool(self.hidden_rows or any(sheet.hidden_columns for sheet in self.sheets))

    def largest(self) -> Sheet:
        """The sheet with the most rows, the first of several; the one a desk offers first.

        Raises:
            ValueError: the list has no sheet, which no reader returns.
        """
        return max(self.sheets, key=lambda sheet: len(sheet.rows))

    def all_rows(self) -> Iterator[tuple[Sheet, Row]]:
        """Every row with its sheet, in the order of the file."""
        for sheet in self.sheets:
            for row in sheet.rows:
                yield sheet, row
