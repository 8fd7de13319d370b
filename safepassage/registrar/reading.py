"""From a file that was read to rows with their fates, ready to be kept."""

from __future__ import annotations

from collections.abc import Mapping as Plain
from dataclasses import dataclass
from datetime import date

from safepassage.model.ids import AccountId, ListId, RecordId, SponsorId
from safepassage.model.sheet import ReadList, Row, Sheet
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping
from safepassage.register.quality import quality_of
from safepassage.register.rows import ReadRows, read_rows
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.panel import to_plain
from safepassage.registrar.taking import Incoming, Outcome

COUNT_DIGITS = 4  # a reference of fewer digits is a count of rows
UNREADABLE = "unreadable"  # why a row is in quarantine, as a code; the sentence says more


@dataclass(frozen=True, slots=True)
class Received:
    """A list with every row read."""

    incoming: Incoming
    read: ReadRows
    left_out: int  # rows of other sheets, which were not taken


def receive(
    file: ReadList,
    sheet_number: int,
    mapping: Mapping,
    *,
    list_id: ListId,
    sponsor: SponsorId,
    by: AccountId,
    received: date,
) -> Received:
    """Read every row of one sheet of a file.

    Raises:
        UnknownSubjectError: the file has no such sheet.
        MappingError: the mapping has no column by which anybody could be told.
    """
    sheet = sheet_of(file, sheet_number)
    read = read_rows(
        sheet,
        mapping,
        list_id=list_id,
        record_id=lambda row: RecordId(f"row/{row}"),  # until it is kept
        received=received,
        is_delimited=file.format.is_delimited,
    )
    panel = to_plain(quality_of(file, sheet, mapping, read))
    incoming = Incoming(
        list=list_id,
        sponsor=sponsor,
        by=by,
        content=f"{file.sha256} {sheet_number}",
        mapping=mapping.to_plain(),
        reading=f"{mapping.order} {mapping.calendar} {mapping.region}",
        outcomes=outcomes_of(sheet, mapping, read),
        particulars={"file_name": file.name, "quality": panel},
    )
    others = sum(len(other.rows) for n, other in enumerate(file.sheets) if n != sheet_number)
    return Received(incoming, read, others)


def sheet_of(file: ReadList, number: int) -> Sheet:
    """A sheet by its number from 0.

    Raises:
        UnknownSubjectError: the file has no such sheet.
    """
    if not 0 <= number < len(file.sheets):
        raise UnknownSubjectError(f"the file has {len(file.sheets)} sheets, counted from 0")
    return file.sheets[number]


def outcomes_of(sheet: Sheet, mapping: Mapping, read: ReadRows) -> list[Outcome]:
    """What became of every row below the header, in the order of the file."""
    records = {record.row: record for record in read.records}
    reasons = {row.row: row.reason for row in read.quarantined}
    headers = {column.index: column.header for column in mapping.columns}
    used = [column for column in mapping.columns if column.field is not Field.UNUSED]
    first = mapping.header_row or 0
    return [
        Outcome(
            line=row.number,
            cells=_cells(row, headers),
            record=records.get(row.number),
            said=_said(row, used),
            reason="" if row.number in records else UNREADABLE,
            sentence=reasons.get(row.number, ""),
        )
        for row in sheet.rows
        if row.number > first
    ]


def _said(row: Row, used: list[Column]) -> tuple[tuple[str, str], ...]:
    """What a row says under its mapped columns, wherever these stand.

    A bare count of rows is left out: it moves with every row that is put in above it.
    """
    filled = ((column.field, row.cell(column.index).strip()) for column in used)
    return tuple(
        (str(field), text)
        for field, text in filled
        if text and not (field is Field.REFERENCE and text.isdigit() and len(text) < COUNT_DIGITS)
    )


def _cells(row: Row, headers: Plain[int, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (headers.get(index) or f"column {index + 1}", text) for index, text in enumerate(row.cells)
    )
