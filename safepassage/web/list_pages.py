"""What the pages of the import desk show of a list that is not yet taken in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping as Plain
from dataclasses import dataclass
from datetime import date

from safepassage.model.ids import ListId, RecordId
from safepassage.model.sheet import Row
from safepassage.register.columns import Proposal, ProposedColumn
from safepassage.register.dates import DateOrder
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping, MappingError
from safepassage.register.quality import Quality, quality_of
from safepassage.register.record import Calendar
from safepassage.register.rows import Quarantined, ReadRows, Remark, read_rows
from safepassage.web.drafts import Draft

SAMPLES = 3
ROWS_SHOWN = 40
QUARANTINED_SHOWN = 100
SURE, LIKELY = 0.9, 0.6  # confidence at which a proposal is called sure, and likely


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the preview: what became of it, and its marked cells."""

    row: Row
    fate: str  # record, quarantined
    reason: str
    remarks: Plain[int | None, tuple[str, ...]]  # by column; None: of the row as a whole
    same_as: tuple[int, ...] = ()  # other lines that say the same, or have the same document


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping makes of the rows."""

    read: ReadRows
    quality: Quality
    rows: tuple[ShownRow, ...]  # those with something to say first
    columns: tuple[Column, ...]  # those that are read
    reasons: tuple[tuple[str, int], ...]
    remarked: int  # records with a remark


def choices(draft: Draft) -> Mapping:
    """What is chosen for the columns now: what was confirmed, else what is proposed."""
    if draft.mapping is not None:
        return draft.mapping
    return proposal_of(draft).mapping()


def proposal_of(draft: Draft) -> Proposal:
    """The proposal of a draft.

    Raises:
        MappingError: none was made yet.
    """
    if draft.proposal is None:
        raise MappingError("The columns of this list were not looked at yet. Open it again")
    return draft.proposal


def how_sure(column: ProposedColumn) -> str:
    """A confidence as a word: sure, likely, guess."""
    if column.confidence >= SURE:
        return "sure"
    return "likely" if column.confidence >= LIKELY else "guess"


def samples(draft: Draft) -> list[tuple[str, ...]]:
    """For each column its first few different cells below the header."""
    first = proposal_of(draft).header_row or 0
    found: list[dict[str, None]] = [{} for _ in proposal_of(draft).columns]
    for row in draft.sheet.rows[:400]:
        if row.number <= first:
            continue
        for index, seen in enumerate(found):
            cell = row.cell(index).strip()
            if cell and len(seen) < SAMPLES:
                seen[cell[:60]] = None
    return [tuple(seen) for seen in found]


def confirmed_mapping(draft: Draft, said: Plain[str, str]) -> Mapping:
    """The mapping that a form says.

    Raises:
        MappingError: it says something that is none, or no column tells anybody.
    """
    proposal = proposal_of(draft)
    try:
        columns = tuple(
            Column(c.index, c.header, Field(said.get(f"column-{c.index}", c.field.value)))
            for c in proposal.columns
        )
        header = said.get("header", str(proposal.header_row or "")).strip()
        calendar = said.get("calendar", proposal.calendar or "")
        mapping = Mapping(
            columns,
            int(header) if header else None,
            DateOrder(said.get("order", proposal.order.value)),
            Calendar(calendar) if calendar else None,
            region_of(said.get("region", proposal.region)),
        )
    except ValueError as fault:
        if isinstance(fault, MappingError):
            raise
        raise MappingError("A choice was none of those offered. Choose again") from None
    if not mapping.tells_people:
        raise MappingError("No column holds a name, a document or a phone. Say which one does")
    return mapping


def region_of(text: str) -> str:
    """Where local numbers are dialled.

    Raises:
        MappingError: it is no code of a country.
    """
    region = text.strip().upper()
    if not (len(region) == 2 and region.isascii() and region.isalpha()):
        raise MappingError("The country of local numbers is two letters, such as AF or UA")
    return region


def previewed(draft: Draft, mapping: Mapping, received: date) -> Preview:
    """Each row with its fate, as it will be taken in."""
    read = read_rows(
        draft.sheet,
        mapping,
        list_id=ListId(draft.list),
        record_id=lambda row: RecordId(f"row/{row}"),  # until it is kept
        received=received,
        is_delimited=draft.file.format.is_delimited,
    )
    quality = quality_of(draft.file, draft.sheet, mapping, read)
    return Preview(
        read=read,
        quality=quality,
        rows=_shown_rows(draft, mapping, read, _same_as(quality)),
        columns=tuple(c for c in mapping.columns if c.field is not Field.UNUSED),
        reasons=tuple(Counter(row.reason for row in read.quarantined).most_common()),
        remarked=len({remark.row for remark in read.remarks}),
    )


def _same_as(quality: Quality) -> dict[int, tuple[int, ...]]:
    """For each line the others that say the same of somebody, or bear the same document."""
    found: dict[int, set[int]] = defaultdict(set)
    for lines in (*quality.repeated_rows, *quality.shared_documents):
        for line in lines:
            found[line].update(other for other in lines if other != line)
    return {line: tuple(sorted(others)) for line, others in found.items() if others}


def _shown_rows(
    draft: Draft, mapping: Mapping, read: ReadRows, same_as: Plain[int, tuple[int, ...]]
) -> tuple[ShownRow, ...]:
    """Quarantined rows, then those with a remark or a double, then the first of the rest."""
    reasons = {row.row: row for row in read.quarantined}
    remarks: dict[int, list[Remark]] = defaultdict(list)
    for remark in read.remarks:
        remarks[remark.row].append(remark)
    first = mapping.header_row or 0
    rows = [row for row in draft.sheet.rows if row.number > first]
    quarantined = [row for row in rows if row.number in reasons][:QUARANTINED_SHOWN]
    noted = remarks.keys() | same_as.keys()
    remarked = [row for row in rows if row.number in noted][:ROWS_SHOWN]
    plain = [row for row in rows if row.number not in reasons and row.number not in noted]
    shown = [*quarantined, *remarked, *plain[: max(5, ROWS_SHOWN - len(remarked))]]
    return tuple(
        _shown(row, reasons.get(row.number), remarks[row.number], same_as.get(row.number, ()))
        for row in shown
    )


def _shown(
    row: Row, quarantined: Quarantined | None, remarks: list[Remark], same_as: tuple[int, ...]
) -> ShownRow:
    by_column: dict[int | None, list[str]] = defaultdict(list)
    for remark in remarks:
        by_column[remark.column].append(remark.sentence)
    return ShownRow(
        row=row,
        fate="record" if quarantined is None else "quarantined",
        reason="" if quarantined is None else quarantined.reason,
        remarks={column: tuple(said) for column, said in by_column.items()},
        same_as=same_as[:5],
    )
