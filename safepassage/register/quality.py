"""How good a list is: what is missing, filled in, impossible or said twice; figures, no names.

*First-of-January test.*  In a list of real birthdays about one in 365.25 falls on 1 January.  The
panel counts those that were written out with a day and compares them with that chance by the exact
binomial distribution, one-sided: `chance` is the probability of as many or more if every birthday
were real.  Births are not spread quite evenly over a year; no known spread explains a tenfold
excess.  The same is counted for the first day of the year in other calendars, 1 Hamal above all.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from safepassage.model.sheet import Mark, ReadList, Sheet
from safepassage.register.dates import is_first_of_year
from safepassage.register.digits import plain
from safepassage.register.fields import Field
from safepassage.register.mapping import Mapping
from safepassage.register.month_names import folded
from safepassage.register.record import Calendar, DocumentType, NamePart, Precision, Record
from safepassage.register.rows import ReadRows

YEAR_DAYS = 365.25
SUSPICIOUS = 0.001  # below this chance, an excess is said to be one


@dataclass(frozen=True, slots=True)
class FirstDay:
    """How many birthdays are the first day of a year, against how many chance would give."""

    calendar: Calendar
    dates: int  # birth dates that were written with a day, in this calendar
    first_days: int
    expected: float
    chance: float  # of as many or more, if all were real

    @property
    def is_excess(self) -> bool:
        """Whether there are more than chance explains."""
        return self.first_days > self.expected and self.chance < SUSPICIOUS


@dataclass(frozen=True, slots=True)
class Filled:
    """How many of the records have something under a mapped field."""

    field: Field
    filled: int
    records: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there are no records."""
        return self.filled / self.records if self.records else 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality panel of one version of a list."""

    rows: int
    records: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...]  # of quarantine, the most frequent first
    remarks: tuple[tuple[Field | None, int], ...]  # cells that could not be read, by field
    filled: tuple[Filled, ...]
    first_days: tuple[FirstDay, ...]
    precision: tuple[tuple[Precision | None, int], ...]  # None: no birth date
    unsound_documents: int
    documents: int
    undefined_documents: int  # of type OTHER
    shared_documents: tuple[tuple[int, ...], ...]  # rows of one list that have one number
    repeated_rows: tuple[tuple[int, ...], ...]  # rows that say the same of the same person
    one_name_only: int  # legal, and often right; a high share may be a lost column
    hidden_rows: int
    hidden_columns: int
    hidden_sheets: int
    formulas: int
    faults: int

    @property
    def adds_up(self) -> bool:
        """Whether every row has one fate; anything else is a fault of this program."""
        return self.rows == self.records + self.quarantined


def quality_of(file: ReadList, sheet: Sheet, mapping: Mapping, read: ReadRows) -> Quality:
    """The quality panel of a list, from the file, the mapping and what its rows were read as."""
    records = read.records
    documents = [document for record in records for document in record.documents]
    return Quality(
        rows=read.rows,
        records=len(records),
        quarantined=len(read.quarantined),
        reasons=tuple(Counter(row.reason for row in read.quarantined).most_common()),
        remarks=tuple(Counter(r.field for r in read.remarks if r.column is not None).most_common()),
        filled=filled_fields(mapping, sheet, records),
        first_days=first_days(records),
        precision=tuple(Counter(r.born.precision if r.born else None for r in records).items()),
        unsound_documents=sum(document.is_sound is False for document in documents),
        documents=len(documents),
        undefined_documents=sum(d.type is DocumentType.OTHER for d in documents),
        shared_documents=_shared_documents(records),
        repeated_rows=repeated_rows(records),
        one_name_only=sum(_has_one_name(record) for record in records),
        hidden_rows=sheet.hidden_rows,
        hidden_columns=len(sheet.hidden_columns),
        hidden_sheets=file.hidden_sheets,
        formulas=sheet.count(Mark.FORMULA),
        faults=sheet.count(Mark.FAULT),
    )


def filled_fields(mapping: Mapping, sheet: Sheet, records: Sequence[Record]) -> tuple[Filled, ...]:
    """For each mapped field, in how many of the records' rows it holds something."""
    rows = {row.number: row for row in sheet.rows}
    fields: dict[Field, list[int]] = defaultdict(list)
    for column in mapping.columns:
        if column.field is not Field.UNUSED:
            fields[column.field].append(column.index)
    return tuple(
        Filled(
            field,
            sum(any(rows[r.row].cell(at).strip("-–—. ") for at in columns) for r in records),
            len(records),
        )
        for field, columns in fields.items()
    )


def first_days(records: Iterable[Record]) -> tuple[FirstDay, ...]:
    """The first-of-January test in each calendar in which dates were written."""
    dates: Counter[Calendar] = Counter()
    firsts: Counter[Calendar] = Counter()
    for record in records:
        born = record.born
        if born is None:
            continue
        calendar = born.readings[0].calendar
        is_first = is_first_of_year(born)
        dates[calendar] += is_first or born.precision is Precision.DAY
        firsts[calendar] += is_first
    return tuple(
        FirstDay(
            calendar,
            count,
            firsts[calendar],
            count / YEAR_DAYS,
            upper_tail(firsts[calendar], count, 1 / YEAR_DAYS),
        )
        for calendar, count in dates.items()
        if count
    )


def upper_tail(successes: int, trials: int, probability: float) -> float:
    """The chance of so many successes or more: the upper tail of the binomial distribution.

    Summed from the observed count upward in logarithms, so that neither large lists nor large
    excesses overflow; terms fall fast above the mean, and the sum stops where they no longer count.
    """
    if successes <= 0:
        return 1.0
    mean = trials * probability
    if successes <= mean:
        below = sum(_term(k, trials, probability) for k in range(successes))
        return max(0.0, 1.0 - below)
    total = 0.0
    for k in range(successes, trials + 1):
        term = _term(k, trials, probability)
        total += term
        if term < total * 1e-12:
            break
    return min(1.0, total)


def _term(k: int, n: int, p: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    exponent = ways + k * math.log(p) + (n - k) * math.log1p(-p)
    return math.exp(exponent) if exponent > -700 else 0.0


def repeated_rows(records: Iterable[Record]) -> tuple[tuple[int, ...], ...]:
    """Rows of one list that say the same: same names in any order, same birth date and father.

    Twins have different names; a row without a birth date repeats nothing, because cousins of one
    name are common.
    """
    by_content: dict[Hashable, list[int]] = defaultdict(list)
    for record in records:
        names = Counter(w for n in record.names for w in folded(plain(n.text)).split())
        if record.born is not None and len(names) > 1:
            key = (frozenset(names.items()), plain(record.born.written), record.sex)
            by_content[key].append(record.row)
    return tuple(tuple(rows) for rows in by_content.values() if len(rows) > 1)


def _shared_documents(records: Iterable[Record]) -> tuple[tuple[int, ...], ...]:
    by_number: dict[tuple[DocumentType, str], list[int]] = defaultdict(list)
    for record in records:
        for document in record.documents:
            by_number[document.type, document.number].append(record.row)
    # A case number belongs to a family; of every other kind each person has their own.
    return tuple(
        tuple(rows)
        for (kind, _), rows in by_number.items()
        if len(set(rows)) > 1 and kind not in (DocumentType.CASE, DocumentType.OTHER)
    )


def _has_one_name(record: Record) -> bool:
    own = (NamePart.FULL, NamePart.GIVEN, NamePart.FAMILY)
    words = [word for name in record.names if name.part in own for word in plain(name.text).split()]
    return len(words) == 1
