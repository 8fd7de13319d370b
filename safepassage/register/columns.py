"""What the columns of a list probably are: a proposal with its reasons, for a person to confirm.

    propose(sheet, remembered=None, region="AF") -> Proposal
    proposal.mapping() -> Mapping          as proposed; a desk lets a person change it first
    Mapping.to_plain() / from_plain()      to remember it for the sponsor

Headers speak first, contents second; where they disagree, the proposal says so and its confidence
falls.  A mapping that was confirmed for the sponsor before goes over both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from safepassage.model.sheet import Row, Sheet
from safepassage.register.dates import DateOrder
from safepassage.register.digits import plain
from safepassage.register.fields import HEADER_FIELD, SINGLE, Field, header_text, header_words
from safepassage.register.looks import SAMPLE_MAX, filled, looks_like, share_of
from safepassage.register.mapping import Column, Mapping
from safepassage.register.month_names import folded
from safepassage.register.phones import region_of
from safepassage.register.record import Calendar
from safepassage.register.tables import table

HEADER_ROWS_MAX = 20  # a header stands among the first rows or nowhere
_SAMPLE_ROWS = 1_000
_CALENDAR_OF = {
    folded(word): Calendar(calendar)
    for calendar, words in table("headers")["calendars"].items()
    for word in words
}
_THREE_NUMBERS = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})")


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """What a column probably holds, how sure that is (0 to 1), and why."""

    index: int
    header: str
    field: Field
    confidence: float
    reason: str
    filled: int  # cells that hold something
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed mapping; nothing is read by it until a person has confirmed it."""

    columns: tuple[ProposedColumn, ...]
    header_row: int | None
    order: DateOrder
    order_reason: str
    calendar: Calendar | None
    region: str
    data_rows: int
    warnings: tuple[str, ...] = ()

    def mapping(self) -> Mapping:
        """The proposal as a mapping."""
        columns = tuple(Column(c.index, c.header, c.field) for c in self.columns)
        return Mapping(columns, self.header_row, self.order, self.calendar, self.region)

    @property
    def least_sure(self) -> float:
        """The confidence of the column that is least sure; 1 where there are none."""
        return min((c.confidence for c in self.columns), default=1.0)


def propose(sheet: Sheet, remembered: Mapping | None = None, region: str = "AF") -> Proposal:
    """What the columns of a sheet probably are."""
    header = header_of(sheet)
    data = [row for row in sheet.rows if header is None or row.number > header.number]
    sample = data[:_SAMPLE_ROWS]
    known = remembered.field_by_header() if remembered else {}
    columns = []
    for index in range(sheet.width):
        text = header.cell(index) if header is not None else ""
        cells = [row.cell(index) for row in sample]
        column = _column(index, text, cells, known)
        columns.append(replace(column, is_hidden=index in sheet.hidden_columns))
    columns = _settled(columns, sample)
    order, why = _order(columns, sample, remembered)
    headers = [header_text(column.header) for column in columns]
    return Proposal(
        columns=tuple(columns),
        header_row=None if header is None else header.number,
        order=order,
        order_reason=why,
        calendar=_calendar(columns, remembered),
        region=remembered.region if remembered else _region(columns, sample, region),
        data_rows=len(data),
        warnings=tuple(_warnings(columns, headers)),
    )


def header_of(sheet: Sheet) -> Row | None:
    """The row of headers: the one among the first with the most words that headers use."""
    best, best_known = None, 0
    for row in sheet.rows[:HEADER_ROWS_MAX]:
        known = sum(_field_of(header_words(cell))[0] is not None for cell in row.cells)
        filled_cells = sum(bool(cell) for cell in row.cells)
        if known > best_known and known >= max(1, filled_cells // 3):
            best, best_known = row, known
    if best is not None and (best_known >= 2 or sheet.width == 1):
        return best
    first = sheet.rows[0] if sheet.rows else None
    return first if first is not None and _is_unlike_the_rest(first, sheet.rows[1:30]) else best


def _is_unlike_the_rest(first: Row, rest: Sequence[Row]) -> bool:
    """Whether the first row has words where the others have numbers: a header we do not know."""
    if not rest or any(any(c.isdigit() for c in plain(cell)) for cell in first.cells):
        return False
    columns = [n for n, cell in enumerate(first.cells) if cell]
    numbers = [
        n
        for n in columns
        if all(any(c.isdigit() for c in row.cell(n)) for row in rest if row.cell(n))
        and any(row.cell(n) for row in rest)
    ]
    return len(columns) > 1 and bool(numbers)


def _field_of(words: tuple[str, ...]) -> tuple[Field | None, bool]:
    """The field a header names, and whether all of it does."""
    if words in HEADER_FIELD:
        return HEADER_FIELD[words], True
    if len(words) > 10:
        return None, False  # a sentence: a title, or a note
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length + 1):
            part = words[start : start + length]
            found = HEADER_FIELD.get(part)
            # "No." within a header numbers something else: a street, a phone.
            if found and found is not Field.REFERENCE and (length > 1 or len(part[0]) > 2):
                return found, False
    return None, False


def _column(
    index: int, header: str, cells: Sequence[str], known: dict[str, Field]
) -> ProposedColumn:
    count = len(filled(cells)) if len(cells) <= 200 else sum(bool(cell) for cell in cells)
    remembered = known.get(header_text(header))
    if remembered is not None:
        return ProposedColumn(
            index, header, remembered, 1.0, "confirmed for this sponsor before", count
        )
    if not header and count * 10 < len(cells):
        reason = "it has no header and few cells: rows may be shifted"
        return ProposedColumn(index, header, Field.UNUSED, 0.5, reason, count)
    field, is_whole = _field_of(header_words(header))
    look, share = looks_like(cells)
    fits = None if field is None else share_of(field, cells)
    is_mistaken = fits is not None and fits < 0.5
    if field is None or (is_mistaken and not is_whole):
        return _by_contents(index, header, look, share, count)
    if field is Field.NATIONAL_ID and look is Field.PASSPORT:
        reason = "the header says an identity number, but the cells look like passport numbers"
        return ProposedColumn(index, header, Field.PASSPORT, 0.6, reason, count)
    if field is Field.HOUSEHOLD and look is Field.FULL_NAME:
        reason = "the header may mean a family's number, but the cells look like names"
        return ProposedColumn(index, header, Field.FAMILY_NAME, 0.7, reason, count)
    confidence = 0.95 if is_whole else 0.75
    reason = "the header says so" if is_whole else "a part of the header says so"
    if is_mistaken:
        confidence, reason = confidence - 0.4, f"{reason}, but most cells look like something else"
    elif fits is not None and fits >= 0.9:
        confidence, reason = min(1.0, confidence + 0.05), f"{reason}, and so do the cells"
    return ProposedColumn(index, header, field, round(confidence, 2), reason, count)


def _by_contents(
    index: int, header: str, look: Field | None, share: float, count: int
) -> ProposedColumn:
    # A number beside an unknown header is anything; without a header it may be an age.
    is_too_vague = bool(header) and look in (Field.AGE, Field.BIRTH_YEAR)
    if look is None or count < 1 or is_too_vague:
        reason = "neither the header nor the cells say what it is" if count else "it is empty"
        return ProposedColumn(index, header, Field.UNUSED, 0.3 if count else 0.9, reason, count)
    reason = f"{share:.0%} of its cells look like it"
    confidence = 0.4 if look in (Field.FULL_NAME, Field.AGE, Field.BIRTH_YEAR) else 0.7
    return ProposedColumn(index, header, look, confidence, reason, count)


def _settled(columns: list[ProposedColumn], rows: Sequence[Row]) -> list[ProposedColumn]:
    """The columns seen together: one of a kind where there is one, and whole names."""
    taken: dict[Field, ProposedColumn] = {}
    settled = []
    for column in sorted(columns, key=lambda c: (-c.confidence, c.index)):
        if column.field in SINGLE and column.field in taken:
            reason = f"column {taken[column.field].index + 1} already holds this"
            column = replace(column, field=Field.UNUSED, confidence=0.4, reason=reason)
        taken.setdefault(column.field, column)
        settled.append(column)
    settled.sort(key=lambda column: column.index)
    names = [column for column in settled if column.field is Field.FAMILY_NAME]
    if len(names) > 1:
        settled = [_household_after_all(column) for column in settled]
    if {Field.GIVEN_NAME, Field.FAMILY_NAME} <= {column.field for column in settled}:
        settled = [_no_more_names(column) for column in settled]
    has = {column.field for column in settled}
    # "نام" and "nom" are the whole name where no other column holds the rest of it.
    if Field.FULL_NAME not in has:
        settled = [_whole_name(column, has, rows) for column in settled]
    return settled


def _household_after_all(column: ProposedColumn) -> ProposedColumn:
    """A column "family" beside one of surnames: families are numbered by a name."""
    if column.field is Field.FAMILY_NAME and HEADER_FIELD.get(header_words(column.header)) is (
        Field.HOUSEHOLD
    ):
        reason = "another column holds the family name"
        return replace(column, field=Field.HOUSEHOLD, confidence=0.7, reason=reason)
    return column


def _no_more_names(column: ProposedColumn) -> ProposedColumn:
    """Words that look like a name are none where other columns hold given and family names."""
    if column.field is not Field.FULL_NAME or column.confidence >= 0.5:
        return column
    reason = "neither the header nor the cells say what it is"
    return replace(column, field=Field.UNUSED, confidence=0.3, reason=reason)


def _whole_name(column: ProposedColumn, has: set[Field], rows: Sequence[Row]) -> ProposedColumn:
    alone = (column.field is Field.GIVEN_NAME and Field.FAMILY_NAME not in has) or (
        column.field is Field.FAMILY_NAME and Field.GIVEN_NAME not in has
    )
    cells = filled([row.cell(column.index) for row in rows])
    if not alone or sum(" " in cell for cell in cells) * 2 < len(cells):
        return column
    reason = "no other column holds the rest of the name, and most cells have several words"
    return replace(column, field=Field.FULL_NAME, confidence=0.7, reason=reason)


def _order(
    columns: Sequence[ProposedColumn], rows: Sequence[Row], remembered: Mapping | None
) -> tuple[DateOrder, str]:
    """Whether days or months come first: a number above twelve can only be a day."""
    seen: Counter[DateOrder] = Counter()
    for column in columns:
        if column.field is not Field.BORN:
            continue
        for row in rows:
            if match := _THREE_NUMBERS.fullmatch(plain(row.cell(column.index))):
                first, second = int(match[1]), int(match[2])
                seen[DateOrder.DAY_FIRST] += 12 < first <= 31 and second <= 12
                seen[DateOrder.MONTH_FIRST] += 12 < second <= 31 and first <= 12
    days, months = seen[DateOrder.DAY_FIRST], seen[DateOrder.MONTH_FIRST]
    if days and months:
        reason = f"day first in {days} dates for sure, month first in {months}: look twice"
        return (DateOrder.DAY_FIRST if days >= months else DateOrder.MONTH_FIRST), reason
    if days or months:
        order = DateOrder.DAY_FIRST if days else DateOrder.MONTH_FIRST
        return order, f"dates that can only be read so: {days or months}"
    if remembered is not None:
        return remembered.order, "confirmed for this sponsor before"
    return DateOrder.DAY_FIRST, "no date of the list tells; most of the world writes the day first"


def _calendar(columns: Sequence[ProposedColumn], remembered: Mapping | None) -> Calendar | None:
    for column in columns:
        if column.field in (Field.BORN, Field.BIRTH_YEAR):
            for word in header_words(column.header):
                if word in _CALENDAR_OF:
                    return _CALENDAR_OF[word]
    return remembered.calendar if remembered else None


def _region(columns: Sequence[ProposedColumn], rows: Sequence[Row], usual: str) -> str:
    """Where local numbers are dialled: where most of the list's international ones belong."""
    indexes = [column.index for column in columns if column.field is Field.PHONE]
    cells = [row.cell(index) for row in rows for index in indexes]
    found = Counter(filter(None, map(region_of, cells[:SAMPLE_MAX])))
    if not found:
        return usual
    region, count = found.most_common(1)[0]
    return region if count >= 3 and 2 * count > found.total() else usual


def _warnings(columns: Sequence[ProposedColumn], headers: Sequence[str]) -> list[str]:
    found = []
    if twice := sum(
        count - 1 for header, count in Counter(headers).items() if header and count > 1
    ):
        found.append(f"Headers that stand twice: {twice}; each column was looked at by itself")
    if hidden := sum(column.is_hidden for column in columns):
        found.append(f"Columns hidden in the file: {hidden}; they are read like the others")
    if all(column.field is Field.UNUSED for column in columns):
        found.append("No column could be told. Say what each one holds")
    return found
