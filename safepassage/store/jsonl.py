"""The ledger as lines of JSON: out, back into an empty store, or into one that has entries.

    {"seq":1,"recorded_at":"...","source":"gate-3","hash":"...","kind":"movement","body":{...}}

A *restore* keeps everything, number and hash included, and so exports the same bytes again: one
line that is not as it was exported refuses the whole file.  An *import* takes the facts: what can
be read is recorded, what cannot is kept in quarantine, and every line has exactly one fate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from safepassage.model.errors import InvalidFactError, NotationError
from safepassage.model.instant import parse_instant
from safepassage.model.wire import from_body, from_text
from safepassage.store import append, record
from safepassage.store.append import Receipt
from safepassage.store.errors import LineError, StoreError
from safepassage.store.projection import Whereabouts
from safepassage.store.quarantine import Refusal
from safepassage.store.record import Head, Offer, Row
from safepassage.store.statement import chunks

LINE_BYTES_MAX = 1_048_576
LINES_AT_A_TIME = 1000  # one transaction of an import
_BARE = {"kind", "body"}
_ENVELOPE = {*_BARE, "seq", "recorded_at", "source", "hash"}
_OPTIONAL = {"clock_ahead_us"}
_REPAIR = "Correct the line, or leave it out, and import the file again"
_REFETCH = "Fetch the export again from where it was made; it was changed or cut on the way"

Progress = Callable[[int], None]  # how many lines or entries are done


@dataclass(slots=True)
class ImportReport:
    """The fate of every line: recorded, known or quarantined.  Empty lines are none."""

    lines: int = 0
    recorded: int = 0
    known: int = 0
    quarantined: int = 0
    last_line: int = 0

    def add(self, receipt: Receipt, last_line: int) -> None:
        """Count one more batch, which ended at that line."""
        self.recorded += receipt.recorded
        self.known += receipt.known
        self.quarantined += receipt.quarantined
        self.lines = self.recorded + self.known + self.quarantined
        self.last_line = last_line


class Parsed(NamedTuple):
    """A line that holds a fact."""

    offer: Offer
    recorded_at: datetime | None  # None: a bare line
    text: str


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, each cut off behind the longest that is allowed.

    Raises:
        StoreError: it is compressed or cannot be read.
    """
    if path.suffix.lower() in (".gz", ".zip", ".bz2", ".xz", ".zst"):
        raise StoreError(f"{path.name} is compressed: unpack it first, so that its size is seen")
    try:
        with path.open("rb") as file:
            while line := file.readline(LINE_BYTES_MAX + 1):
                yield line
                while line and not line.endswith(b"\n"):
                    line = file.readline(LINE_BYTES_MAX + 1)
    except OSError as fault:
        raise StoreError(f"{path} cannot be read: {fault.strerror}") from fault


def parse_line(number: int, line: str | bytes, source: str) -> Parsed:
    """The fact on a line, with the envelope it came in.

    Raises:
        LineError: there is none.
    """
    text = _text(number, line)
    try:
        found = from_text(text)
    except NotationError as fault:
        raise LineError(number, str(fault), _REPAIR) from fault
    if not isinstance(found, dict):
        raise LineError(number, "not an object in braces", _REPAIR)
    names = set(found)
    if names != _BARE and names - _OPTIONAL != _ENVELOPE:
        known = _ENVELOPE | _OPTIONAL
        wrong = min(names - known, default=None) or min((_BARE - names) or (_ENVELOPE - names))
        fault_text = "is not known here" if wrong not in known else "is missing"
        raise LineError(number, fault_text, _REPAIR, wrong)
    return _parsed(number, text, found, source)


def _text(number: int, line: str | bytes) -> str:
    if len(line) > LINE_BYTES_MAX:
        raise LineError(number, f"longer than {LINE_BYTES_MAX} bytes", _REPAIR)
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        text.encode("utf-8")
    except UnicodeError as fault:
        raise LineError(number, "not UTF-8", "Save the file as UTF-8") from fault
    if "\0" in text:
        raise LineError(number, "a NUL character in it", _REPAIR)
    return text.removesuffix("\n").removesuffix("\r")


def _parsed(number: int, text: str, found: dict[str, Any], source: str) -> Parsed:
    field = "body"
    try:
        fact = from_body(found["kind"] if isinstance(found["kind"], str) else "", found["body"])
        recorded_at = None
        ahead = 0
        if "source" in found:
            field = "recorded_at"
            recorded_at = parse_instant(found[field], field)
            field = "source"
            source = found[field]
            record.check_source(source if isinstance(source, str) else "")
            field = "clock_ahead_us"
            ahead = found.get(field, 0)
            if isinstance(ahead, bool) or not isinstance(ahead, int):
                raise InvalidFactError(f"{ahead!r} is not a whole number of microseconds")
            record.check_clock_ahead(timedelta(microseconds=ahead))
        field = "body"
        offer = record.offer(fact, source, ahead)
    except (InvalidFactError, NotationError, OverflowError) as fault:
        raise LineError(number, str(fault), _REPAIR, field) from fault
    return Parsed(offer, recorded_at, text)


def offers(
    lines: Iterable[str | bytes], source: str
) -> Iterator[tuple[list[Offer], list[Refusal], int]]:
    """The facts of some lines and what is none, in batches, each with its last line's number."""
    for chunk in chunks(enumerate(lines, start=1), LINES_AT_A_TIME):
        good: list[Offer] = []
        bad: list[Refusal] = []
        for number, line in chunk:
            if not line.strip():
                continue
            try:
                good.append(parse_line(number, line, source).offer)
            except LineError as fault:
                bad.append(Refusal(None, str(fault), _shown(line), source))
        yield good, bad, chunk[-1][0]


def _shown(line: str | bytes) -> str:
    return line if isinstance(line, str) else line.decode("utf-8", "backslashreplace")


def restore(
    connection: Connection,
    head: Head,
    whereabouts: Whereabouts,
    lines: Iterable[str | bytes],
    progress: Progress | None,
) -> Head:
    """Fill an empty store inside the transaction of `connection`.

    Raises:
        LineError: a line is not what was exported.
        StoreError: the store has entries.
    """
    if head.seq:
        raise StoreError(
            f"the store has {head.seq} entries: restore into an empty one, or import the lines"
        )
    for chunk in chunks(enumerate(lines, start=1), LINES_AT_A_TIME):
        parsed = [_exported(number, line) for number, line in chunk]
        rows = _rows(head, parsed, chunk[0][0])
        try:
            head = append.extend(connection, rows, [p.offer for p in parsed], whereabouts)
        except IntegrityError as fault:
            first, last = chunk[0][0], chunk[-1][0]
            raise LineError(
                last, f"an id from line {first} on stands here twice", _REFETCH
            ) from fault
        if progress is not None:
            progress(head.seq)
    return head


def _exported(number: int, line: str | bytes) -> Parsed:
    parsed = parse_line(number, line, "")
    if parsed.recorded_at is None:
        raise LineError(
            number, "a bare fact, not an exported entry", "Import the file instead", "seq"
        )
    return parsed


def _rows(head: Head, parsed: list[Parsed], first_line: int) -> list[Row]:
    """The rows of exported lines, each checked to be the line letter by letter."""
    rows: list[Row] = []
    for recorded_at, group in groupby(parsed, key=lambda p: p.recorded_at):
        if recorded_at is not None:
            made = record.make_rows((p.offer for p in group), head, recorded_at)
            head = Head(made[-1].seq, made[-1].hash)
            rows += made
    for number, (row, p) in enumerate(zip(rows, parsed, strict=True), start=first_line):
        if record.line_of(row) != p.text:
            _explain(number, row, p.text)
    return rows


def _explain(number: int, row: Row, text: str) -> None:
    found = from_text(text)
    if found["seq"] != row.seq:
        raise LineError(number, f"entry {found['seq']} where {row.seq} is due", _REFETCH, "seq")
    if found["hash"] != row.hash:
        raise LineError(
            number, "does not follow from this line and those before it", _REFETCH, "hash"
        )
    raise LineError(number, "not written as it was exported", _REFETCH)
