"""From the rows of a list to records, each row with exactly one fate.

    read_rows(sheet, mapping, list_id=..., record_id=..., received=...) -> ReadRows

A row becomes a record, or it is quarantined with a sentence that says why.  A cell that cannot be
read never stops its row: the record lands without it, what was written is kept as a claim, and a
remark says which column and why.  So ``rows == len(records) + len(quarantined)``, always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from safepassage.model.ids import ListId, RecordId
from safepassage.model.sheet import Mark, Row, Sheet
from safepassage.register.cells import Cells, Readings, read_cells
from safepassage.register.digits import plain
from safepassage.register.fields import Field, header_text
from safepassage.register.mapping import Mapping, MappingError
from safepassage.register.record import Record, WrittenName
from safepassage.register.words import is_sum

NAME_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that is no record, and why, in words for the desk; it never repeats a cell."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a desk should know about a cell of a row that became a record."""

    row: int
    column: int | None  # counted from 0; None: the row as a whole
    field: Field | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Every row below the header, each as a record or in quarantine."""

    records: tuple[Record, ...]
    quarantined: tuple[Quarantined, ...]
    remarks: tuple[Remark, ...]
    above: int  # rows above the header: titles and notes of the sender, header included

    @property
    def rows(self) -> int:
        """How many rows came in."""
        return len(self.records) + len(self.quarantined)


def read_rows(
    sheet: Sheet,
    mapping: Mapping,
    *,
    list_id: ListId,
    record_id: Callable[[int], RecordId],
    received: date,
    is_delimited: bool = False,
) -> ReadRows:
    """Every row of a sheet as a record or in quarantine.

    `record_id` gives the id of the record of a row number; `received` is the day the list came,
    after which nobody on it was born; `is_delimited` says that a stray delimiter shifts cells.

    Raises:
        MappingError: the mapping has no column by which anybody could be told.
    """
    if not mapping.tells_people:
        raise MappingError("No column holds a name, a document or a phone. Say which one does")
    reader = _Rows(sheet, mapping, list_id, record_id, received, is_delimited)
    first = mapping.header_row or 0
    for row in sheet.rows:
        if row.number > first:
            reader.read(row)
    above = sum(row.number <= first for row in sheet.rows)
    return ReadRows(tuple(reader.records), tuple(reader.quarantined), tuple(reader.remarks), above)


class _Rows:
    """Reads rows one after the other; remembers only what merged cells cover."""

    def __init__(
        self,
        sheet: Sheet,
        mapping: Mapping,
        list_id: ListId,
        record_id: Callable[[int], RecordId],
        received: date,
        is_delimited: bool,
    ) -> None:
        self.records: list[Record] = []
        self.quarantined: list[Quarantined] = []
        self.remarks: list[Remark] = []
        self._sheet = sheet
        self._list = list_id
        self._record_id = record_id
        self._readings = Readings(mapping, received)
        self._headers = _headers(sheet, mapping)
        self._width = _width(sheet, mapping) if is_delimited else sheet.width
        self._carried: dict[int, str] = {}

    def read(self, row: Row) -> None:
        """One row to its fate."""
        row = self._with_merged(row)
        reason = self._is_no_person(row)
        cells = read_cells(row, self._readings)
        reason = reason or cells.shifted or _nobody(cells)
        if reason:
            self.quarantined.append(Quarantined(row.number, reason))
            return
        self.records.append(self._record(row, cells))
        if row.is_hidden or self._sheet.is_hidden:
            hidden = "The row is hidden in the file. Ask the sender whether it was meant to come"
            self.remarks.append(Remark(row.number, None, None, hidden))
        self.remarks += [Remark(row.number, *remark) for remark in cells.remarks]

    def _record(self, row: Row, cells: Cells) -> Record:
        return Record(
            id=self._record_id(row.number),
            list=self._list,
            row=row.number,
            household=cells.household,
            names=tuple(cells.names),
            sex=cells.sex,
            born=cells.born,
            phones=tuple(dict.fromkeys(cells.phones)),
            emails=tuple(dict.fromkeys(cells.emails)),
            documents=tuple(dict.fromkeys(cells.documents)),
            places=tuple(dict.fromkeys(cells.places)),
            relation=cells.relation,
            protection=frozenset(cells.protection),
            claims=dict(cells.claims),
        )

    def _with_merged(self, row: Row) -> Row:
        """A family's number is often one merged cell beside all its rows."""
        cells = list(row.cells)
        for column in self._readings.mapping.columns_of(Field.HOUSEHOLD, Field.PLACE):
            at = column.index
            if at < len(cells) and cells[at]:
                self._carried[at] = cells[at]
            elif row.is_(at, Mark.MERGED) and at in self._carried:
                cells += [""] * (at + 1 - len(cells))
                cells[at] = self._carried[at]
        return Row(row.number, tuple(cells), row.marks, row.is_hidden)

    def _is_no_person(self, row: Row) -> str:
        """Why a row is nobody by its form alone; empty if it may be somebody."""
        if self._repeats_header(row):
            return "It repeats the header"
        filled = [cell for cell in row.cells if cell]
        if 0 < len(filled) <= 4 and is_sum(filled[0]):
            return "It is a sum of the list, not a person"
        if any(Mark.BROKEN in marks for marks in row.marks.values()) and (
            len(row.cells) != self._width
        ):
            return (
                "A quotation mark in it is opened and never closed, so its columns cannot be told."
                " Mend the row in the file, or key the person at the desk"
            )
        if len(row.cells) > self._width:
            return (
                f"It has {len(row.cells)} cells where the list has {self._width} columns: a cell"
                " may hold the character that separates columns. Mend the row, or key the person"
            )
        return ""

    def _repeats_header(self, row: Row) -> bool:
        """Printed lists repeat the header on every page."""
        return bool(self._headers) and all(
            header_text(row.cell(n)) == header for n, header in enumerate(self._headers)
        )


def _headers(sheet: Sheet, mapping: Mapping) -> list[str]:
    header = next((row for row in sheet.rows if row.number == mapping.header_row), None)
    return [header_text(cell) for cell in header.cells] if header is not None else []


def _width(sheet: Sheet, mapping: Mapping) -> int:
    """How many columns a row may fill: as many as the header, or as somebody gave a meaning."""
    used = [c.index + 1 for c in mapping.columns if c.field is not Field.UNUSED]
    header = len(_headers(sheet, mapping))
    return max([header, *used]) if header else max([sheet.width, *used])


def _nobody(cells: Cells) -> str:
    """Why nobody can be told by a row; empty if somebody can."""
    if any(len(name.text) > NAME_LENGTH_MAX for name in cells.names):
        return (
            f"A name is longer than {NAME_LENGTH_MAX} characters: it may hold a note, or several"
            " people. Key them one by one"
        )
    if _has_letters(cells.names) or cells.documents or cells.phones or cells.emails:
        return ""
    if cells.names:
        return "Its name has no letters, and there is no document or phone in it"
    return "There is no name, document, phone or e-mail in it, so nobody can be told by it"


def _has_letters(names: Sequence[WrittenName]) -> bool:
    return any(any(c.isalpha() for c in plain(name.text)) for name in names)
