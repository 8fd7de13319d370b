"""The audit: everything that is stored, computed again from the entries.

    chain         every entry has the hash that follows from it and from the one before; none is
                  missing; the ledger ends where its head says, and where a witness saw it end
    columns       every entry's columns say what its body says, and the body reads as a fact
    projections   flow, adjustment, oddity and mention are what `model.fold` makes of the entries
    conservation  whoever came from OUTSIDE is at exactly one place

What is wrong is said in sentences, so that a duty officer can act on it; nothing is repaired here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from safepassage.model.errors import NotationError, SafePassageError
from safepassage.model.instant import from_micros
from safepassage.model.place import OUTSIDE
from safepassage.model.wire import from_text, to_body, to_text
from safepassage.store import engine, record
from safepassage.store.projection import FlowKey, Projected
from safepassage.store.reading import StoredLedger
from safepassage.store.record import GENESIS, Head, Row
from safepassage.store.refold import Refold
from safepassage.store.schema import adjustment, entry, flow, mention, oddity
from safepassage.store.span import DAY, QUARTER, QUARTERS_OF_A_DAY

SHOWN_MAX = 25  # findings of one part that are written out; the others are counted
STEP = 10_000  # entries between two calls of the progress callback

Progress = Callable[[str, int, int], None]  # part, entries done, of how many


class Finding(NamedTuple):
    """One thing that is wrong."""

    part: str  # chain, columns, projections or conservation; passages (control/passage_check.py)
    sentence: str
    seq: int | None = None  # the entry, where it is one


@dataclass(slots=True)
class CheckReport:
    """What the audit looked at and what it found."""

    head: Head
    entries: int = 0
    movements: int = 0
    persons: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # findings by part, shown or not

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.counts

    def add(self, part: str, sentence: str, seq: int | None = None) -> None:
        """Note that something is wrong."""
        self.counts[part] += 1
        if self.counts[part] <= SHOWN_MAX:
            self.findings.append(Finding(part, sentence, seq))

    def sentences(self) -> list[str]:
        """The report for reading."""
        if self.is_sound:
            return [
                f"Sound: {self.entries} entries up to {self.head.seq}, {self.movements} movements,"
                f" {self.persons} persons; chain, columns, projections and conservation hold."
            ]
        return self.faults

    @property
    def faults(self) -> list[str]:
        """What is wrong, in sentences; empty if nothing is."""
        said = [f"{f.part}: {f.sentence}" for f in self.findings]
        more = sum(self.counts.values()) - len(self.findings)
        if more:
            said.append(f"... and {more} more")
        mended = self.counts["projections"] + self.counts["conservation"]
        if mended and not self.counts["chain"] + self.counts["columns"]:
            said.append(
                "The entries themselves are sound: export them and restore them into an empty"
                " store, which computes all the rest anew."
            )
        return said


def check(
    ledger: StoredLedger, progress: Progress | None = None, witnessed: Iterable[Head] = ()
) -> CheckReport:
    """Audit a snapshot of a stored ledger.

    Args:
        ledger: the snapshot.
        progress: called now and then with the part, what is done, and of how many entries.
        witnessed: ends of the ledger that somebody saw and wrote down elsewhere.  Only they show
            that a whole ledger was not replaced by another one.
    """
    report = CheckReport(ledger.head)
    steps = _Steps(progress, ledger.position)
    try:
        _check(ledger, report, steps, witnessed)
    except DBAPIError as fault:
        report.add("chain", f"the database cannot be read any further: {engine.readable(fault)}")
    return report


def _check(
    ledger: StoredLedger, report: CheckReport, steps: _Steps, witnessed: Iterable[Head]
) -> None:
    try:
        refold = Refold(ledger)
    except (SafePassageError, ValueError, KeyError, TypeError) as fault:
        report.add("columns", f"a correction or naming cannot be read: {fault}")
        _check_entries(ledger, None, report, steps, witnessed)
        return
    _check_entries(ledger, refold, report, steps, witnessed)
    if report.counts["columns"]:
        report.add("projections", "not computed again, because entries cannot be trusted")
        return
    _check_mentions(ledger, refold, report)
    _check_subjects(ledger, refold, report, steps)
    _check_flow(ledger, refold, report)


class _Steps:
    def __init__(self, progress: Progress | None, entries: int) -> None:
        self._progress = progress
        self._entries = entries

    def at(self, part: str, done: int) -> None:
        if self._progress is not None:
            self._progress(part, done, self._entries)


def _check_entries(
    ledger: StoredLedger,
    refold: Refold | None,
    report: CheckReport,
    steps: _Steps,
    witnessed: Iterable[Head],
) -> None:
    seen_elsewhere = {head.seq: head.hash for head in witnessed}
    before = Head(0, GENESIS)
    for row in ledger.rows():
        report.entries += 1
        if row.seq != before.seq + 1:
            _report_gap(report, before.seq, row.seq)
        elif record.chained(before.hash, "".join(record.halves(row))) != row.hash:
            report.add(
                "chain",
                f"entry {row.seq} ({row.id}) does not have the hash that follows from it and the"
                " entry before: one of them was changed",
                row.seq,
            )
        fault = _column_fault(row)
        if fault:
            report.add("columns", f"entry {row.seq} ({row.id}): {fault}", row.seq)
        elif row.instant is not None:
            report.movements += 1
            if refold is not None:
                refold.show(row)
        if seen_elsewhere.pop(row.seq, row.hash) != row.hash:
            report.add("chain", f"entry {row.seq} is not the one that was witnessed", row.seq)
        before = Head(row.seq, row.hash)
        if row.seq % STEP == 0:
            steps.at("chain", row.seq)
    _check_end(ledger, before, report, seen_elsewhere)


def _report_gap(report: CheckReport, before: int, seq: int) -> None:
    missing = f"{before + 1}" if seq == before + 2 else f"{before + 1} to {seq - 1}"
    report.add("chain", f"entry {missing} is missing", seq)


def _check_end(
    ledger: StoredLedger, end: Head, report: CheckReport, witnessed: dict[int, str]
) -> None:
    if end != ledger.head:
        report.add(
            "chain",
            f"the ledger ends with entry {end.seq}, its head says {ledger.head.seq}: entries were"
            " cut off or added behind the program's back",
        )
    for seq in sorted(s for s in witnessed if s):
        report.add("chain", f"entry {seq} was witnessed and is missing", seq)
    twice = select(entry.c.id).group_by(entry.c.id).having(func.count() > 1).limit(SHOWN_MAX)
    for (entry_id,) in ledger.execute(twice):
        report.add("chain", f"the id {entry_id} stands on more than one entry")


def _column_fault(row: Row) -> str | None:
    """What is wrong between the columns and the body of an entry."""
    # Most movements: the columns, written as a body, are the body.
    if row.kind == "movement" and _is_body(record.body_of_columns(row), row.body):
        return None if row.phase in record.PHASES else f"unknown phase {row.phase!r}"
    try:
        recorded_at = from_micros(row.recorded_at)
        fact = record.body_fact(row)
        if to_text(to_body(fact)) != row.body:
            return "the body is not written canonically"
        offer = record.Offer(fact, row.kind, row.body, row.source, row.clock_ahead)
        [expected] = record.make_rows([offer], Head(row.seq - 1, ""), recorded_at)
    except (SafePassageError, ValueError, KeyError, TypeError) as fault:
        return f"the body cannot be read: {fault}"
    for name in Row._fields[:-1]:
        if getattr(expected, name) != getattr(row, name):
            return f"the column {name} does not say what the body says"
    return None


def _is_body(of_columns: str | None, body: str) -> bool:
    """Whether the columns say all that a body says, but for what was drawn: it has no column."""
    if of_columns is None or of_columns == body:
        return of_columns == body
    shared = of_columns[:-1]
    return body.startswith(shared) and _is_drawn(body[len(shared) :])


@lru_cache(maxsize=256)
def _is_drawn(rest: str) -> bool:
    """Whether the rest of a body is the list of what was drawn, written canonically."""
    if not rest.startswith(',"drawn":["'):
        return False
    try:
        found = from_text("{" + rest[1:])
    except NotationError:
        return False
    drawn = found.pop("drawn")
    return (
        not found
        and all(isinstance(d, str) for d in drawn)
        and (to_text({"drawn": drawn}) == "{" + rest[1:])
    )


def _check_mentions(ledger: StoredLedger, refold: Refold, report: CheckReport) -> None:
    expected = refold.mentions()
    for row in ledger.execute(select(mention)):
        if tuple(row) in expected:
            expected.remove(tuple(row))
        else:
            report.add("projections", f"entry {row.seq} does not speak of {row.target}", row.seq)
    for target, _, seq in sorted(expected):
        report.add("projections", f"it is not noted that entry {seq} speaks of {target}", seq)


class _Stored:
    """The stored rows of one projection, subject by subject, beside those computed again."""

    def __init__(self, ledger: StoredLedger, table: Any, what: str) -> None:
        self._what = what
        rows = ledger.execute(select(table).order_by(table.c.subject))
        self._groups = groupby(rows, key=lambda row: row.subject)
        self._next = self._advance()

    def _advance(self) -> tuple[str, Counter[tuple[Any, ...]]] | None:
        group = next(self._groups, None)
        return None if group is None else (group[0], Counter(tuple(row) for row in group[1]))

    def compare(self, subject: str, rows: Counter[tuple[Any, ...]], report: CheckReport) -> None:
        """Compare the next subject; the computed ones come in the order of the stored ones."""
        self.skip_to(subject, report)
        stored: Counter[tuple[Any, ...]] = Counter()
        if self._next is not None and self._next[0] == subject:
            stored = self._next[1]
            self._next = self._advance()
        if stored != rows:
            report.add(
                "projections",
                f"{self._what} of {subject}: stored {_brief(stored - rows)}, but the entries make"
                f" {_brief(rows - stored)}",
            )

    def skip_to(self, subject: str | None, report: CheckReport) -> None:
        """Stored subjects that nothing was computed for."""
        while self._next is not None and (subject is None or self._next[0] < subject):
            report.add(
                "projections",
                f"{self._what} of {self._next[0]}: stored {_brief(self._next[1])}, but the entries"
                " make none",
            )
            self._next = self._advance()


def _brief(rows: Counter[tuple[Any, ...]]) -> str:
    if not rows:
        return "none"
    first = ", ".join(str(v) for v in next(iter(rows))[1:] if v is not None)
    more = rows.total() - 1
    return f"({first})" + (f" and {more} more" if more else "")


def _check_subjects(
    ledger: StoredLedger, refold: Refold, report: CheckReport, steps: _Steps
) -> None:
    adjusted = _Stored(ledger, adjustment, "adjustment")
    odd = _Stored(ledger, oddity, "oddity")
    for subject, projected in refold.subjects():
        _compare(subject, projected, adjusted, odd, report)
        if subject.startswith("p:"):
            report.persons += 1
            if report.persons % (STEP // 10) == 0:
                steps.at("persons", refold.rows_linked)
    adjusted.skip_to(None, report)
    odd.skip_to(None, report)
    query = select(func.count()).where(entry.c.person.is_not(None), entry.c.phase == "posted")
    for (linked,) in ledger.execute(query):
        if linked != refold.rows_linked:
            report.add(
                "projections",
                f"the index of persons leads to {refold.rows_linked} of {linked} movements: the"
                " database file is damaged",
            )


def _compare(
    subject: str, projected: Projected, adjusted: _Stored, odd: _Stored, report: CheckReport
) -> None:
    if projected.adjustments or subject.startswith(("m:", "p:")):
        adjusted.compare(subject, projected.adjustments, report)
    odd.compare(subject, projected.oddities, report)


def _check_flow(ledger: StoredLedger, refold: Refold, report: CheckReport) -> None:
    days: Counter[FlowKey] = Counter()
    for (quarter, *key), heads in refold.flows.items():
        days[quarter // QUARTERS_OF_A_DAY, *key] += heads  # type: ignore[index]
    outside = 0
    for span, expected in ((QUARTER, refold.flows), (DAY, days)):
        for found, stored, computed in _flow_differences(ledger, span, expected):
            if stored != computed:
                report.add(
                    "projections",
                    f"flow {found[1]} > {found[2]} ({', '.join(map(str, found[3:]))}) in bucket"
                    f" {found[0]} of span {span}: stored {stored} heads, the entries make"
                    f" {computed}",
                )
            if span == QUARTER and found[4] == "posted":
                outside += stored * ((found[1] == OUTSIDE) - (found[2] == OUTSIDE))
    if outside != refold.heads_inside:
        report.add(
            "conservation",
            f"{outside} heads came from outside, but {refold.heads_inside} persons and heads"
            " without names are somewhere",
        )


def _flow_differences(
    ledger: StoredLedger, span: int, expected: Counter[FlowKey]
) -> Iterator[tuple[FlowKey, int, int]]:
    """(bucket, stored heads, computed heads) of every bucket that either has."""
    seen: set[FlowKey] = set()
    for row in ledger.execute(select(flow).where(flow.c.span == span)):
        key: FlowKey = tuple(row)[1:-1]
        seen.add(key)
        yield key, row.heads, expected[key]
    for key, heads in expected.items():
        if heads and key not in seen:
            yield key, 0, heads
