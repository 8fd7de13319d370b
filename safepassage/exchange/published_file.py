"""What was published of an operation, read from three CSV files.

    published_flows.csv    people and lifts of one operator class over one window
    published_lifts.csv    lifts that were published by themselves (may be missing)
    published_totals.csv   running totals (may be missing)

UTF-8, commas, a header row, one fact per row with its source.  Times are wall clocks with their
zone in a column beside them and become UTC here.  An empty cell means "not published", never zero;
in the columns that ask yes or no (people_drawn, is_bound) it means no.
Anything wrong is reported with line, column and remedy, all faults of a file at once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources.abc import Traversable
from typing import TypeVar

from safepassage.exchange.fault import (
    FAULTS_MAX,
    Fault,
    PublishedFileError,
    choose_from,
    shown,
)
from safepassage.exchange.local_time import LocalTimeError, known_zone, read_instant
from safepassage.exchange.plain_text import FileKind, decoded
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, PlaceId, check_id
from safepassage.model.instant import Window
from safepassage.model.movement import EVACUEE, HEADS_MAX
from safepassage.model.published import Basis, PublishedFlow, PublishedLift, PublishedTotal

__all__ = [
    "FLOWS_FILE",
    "LIFTS_FILE",
    "TOTALS_FILE",
    "Published",
    "PublishedFileError",
    "read_flows",
    "read_lifts",
    "read_published",
    "read_totals",
]

FLOWS_FILE = "published_flows.csv"
LIFTS_FILE = "published_lifts.csv"
TOTALS_FILE = "published_totals.csv"

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LIFT_TYPE = re.compile(r"(\S+):(\d{1,6})")
_TRUTHS = {"yes": True, "no": False, "": False}
_CSV_REMEDY = "Save the table as CSV in UTF-8, with commas between the columns"
_KIND = FileKind(
    name="table of published figures",
    if_another_format=_CSV_REMEDY,  # spreadsheets are the usual wrong file here
    if_too_long="A table of published figures needs a few kilobytes: is it the right file?",
    if_not_utf8=_CSV_REMEDY,
    if_tab_indents=_CSV_REMEDY,
)

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Published:
    """What was published of one operation."""

    flows: tuple[PublishedFlow, ...]
    lifts: tuple[PublishedLift, ...] = ()
    totals: tuple[PublishedTotal, ...] = ()


def read_published(folder: Traversable) -> Published:
    """The published figures that lie in a folder.

    Raises:
        PublishedFileError: a file cannot be read, or there is no file of flows.
    """
    if not (folder / FLOWS_FILE).is_file():
        fault = Fault(1, 1, "", "there is no such file", f"Write one: {', '.join(_FLOW_COLUMNS)}")
        raise PublishedFileError(FLOWS_FILE, [fault])
    return Published(
        read_flows((folder / FLOWS_FILE).read_bytes(), FLOWS_FILE),
        read_lifts(_content(folder, LIFTS_FILE), LIFTS_FILE),
        read_totals(_content(folder, TOTALS_FILE), TOTALS_FILE),
    )


def read_flows(text: str | bytes, name: str) -> tuple[PublishedFlow, ...]:
    """The flows of a file.

    Raises:
        PublishedFileError: something is wrong; it has every fault with line, column and remedy.
    """
    return tuple(_read(text, name, _FLOW_COLUMNS, "id", _flow))


def read_lifts(text: str | bytes, name: str) -> tuple[PublishedLift, ...]:
    """The lifts of a file.

    Raises:
        PublishedFileError: something is wrong; it has every fault with line, column and remedy.
    """
    return tuple(_read(text, name, _LIFT_COLUMNS, "lift", _lift))


def read_totals(text: str | bytes, name: str) -> tuple[PublishedTotal, ...]:
    """The running totals of a file.

    Raises:
        PublishedFileError: something is wrong; it has every fault with line, column and remedy.
    """
    return tuple(_read(text, name, _TOTAL_COLUMNS, "id", _total))


def _content(folder: Traversable, name: str) -> bytes:
    file = folder / name
    return file.read_bytes() if file.is_file() else b""


class _Cells:
    """The cells of one row, by column; faults are collected, and the first reading goes on."""

    def __init__(self, line: int, header: Sequence[str], row: Sequence[str]) -> None:
        self.line = line
        self.faults: list[Fault] = []
        self._columns = {name: number for number, name in enumerate(header, start=1)}
        self._cells = dict(zip(header, (cell.strip() for cell in row), strict=True))

    def fault(self, column: str, problem: str, remedy: str) -> None:
        """Something is wrong in a column of this row."""
        self.faults.append(Fault(self.line, self._columns.get(column, 1), column, problem, remedy))

    def text(self, column: str) -> str:
        """What stands there; empty if nothing does or the file has no such column."""
        return self._cells.get(column, "")

    def needed(self, column: str, example: str) -> str:
        """What stands there; a fault if nothing does."""
        text = self.text(column)
        if not text:
            self.fault(column, "nothing stands here", f"Write it like {example}")
        return text

    def id(self, column: str, example: str) -> str:
        """An id."""
        text = self.needed(column, example)
        if text:
            try:
                check_id(text, column)
            except InvalidFactError as error:
                self.fault(column, str(error), f"Write it like {example}")
        return text

    def whole(self, column: str) -> int | None:
        """A whole number, None if nothing stands there."""
        text = self.text(column)
        if not text:
            return None
        if re.fullmatch(r"[0-9]{1,7}", text) and int(text) <= HEADS_MAX:
            return int(text)
        digits = re.sub(r"[\s,._']", "", text)
        is_near = re.fullmatch(r"[0-9]{1,6}", digits)
        remedy = f"Write the digits alone: {int(digits)}" if is_near else "Write it like 5600"
        self.fault(column, f"{shown(text)} is no whole number up to {HEADS_MAX}", remedy)
        return None

    def count(self, column: str) -> int:
        """A whole number that must be there."""
        self.needed(column, "5600")
        return self.whole(column) or 0

    def instant(self, column: str, zone_column: str) -> datetime | None:
        """A wall-clock time in the zone of another column, or a day for its first instant."""
        text = self.needed(column, "2021-08-29T03:00")
        zone_name = self.zone(zone_column)
        if not text or zone_name is None:
            return None
        try:
            return read_instant(f"{text}T00:00" if _DAY.fullmatch(text) else text, zone_name)
        except LocalTimeError as error:
            self.fault(column, error.problem, error.remedy)
            return None

    def zone(self, column: str) -> str | None:
        """An IANA zone."""
        text = self.needed(column, "America/New_York")
        try:
            return known_zone(text) if text else None
        except LocalTimeError as error:
            self.fault(column, error.problem, error.remedy)
            return None

    def word(self, column: str, known: Sequence[str]) -> str:
        """One of the known words."""
        text = self.text(column)
        if text not in known:
            problem = f"{shown(text)} is none of the words known here"
            self.fault(column, problem, choose_from(text, [word for word in known if word]))
        return text


_FLOW_COLUMNS = {
    "id": True,
    "from_local": True,
    "from_zone": True,
    "to_local": True,
    "to_zone": True,
    "operator_class": True,
    "people": True,
    "lifts": True,
    "lift_types": False,
    "basis": True,
    "people_drawn": False,
    "category": False,
    "source": True,
    "note": False,
}
_LIFT_COLUMNS = {
    "lift": True,
    "departed_local": True,
    "zone": True,
    "operator_class": True,
    "lift_type": True,
    "heads": True,
    "counts_first": False,
    "corrected_local": False,
    "category": False,
    "source": True,
    "note": False,
}
_TOTAL_COLUMNS = {
    "id": True,
    "baseline": True,
    "as_of_local": True,
    "zone": True,
    "people": True,
    "is_bound": False,
    "said_by": True,
    "source": True,
    "note": False,
}


def _flow(cells: _Cells) -> PublishedFlow | None:
    types = _lift_types(cells)
    window = _window(cells)
    basis = cells.word("basis", [str(basis) for basis in Basis])
    drawn = cells.word("people_drawn", list(_TRUTHS))
    flow_id = cells.id("id", "29-august-coalition")
    operator_class = cells.id("operator_class", "coalition")
    people, lifts = cells.count("people"), cells.whole("lifts")
    source, category = cells.needed("source", "the publisher and the day"), _category(cells)
    if window is None or cells.faults:
        return None
    try:
        return PublishedFlow(
            id=flow_id,
            window=window,
            operator_class=operator_class,
            people=people,
            lifts=lifts,
            basis=Basis(basis),
            source=source,
            people_drawn=_TRUTHS[drawn],
            category=category,
            lift_types=types,
            note=cells.text("note"),
        )
    except InvalidFactError as error:
        cells.fault("lifts", str(error), "Leave lifts empty if nobody published them")
        return None


def _window(cells: _Cells) -> Window | None:
    start = cells.instant("from_local", "from_zone")
    end = cells.instant("to_local", "to_zone")
    if start is None or end is None:
        return None
    if end <= start:
        cells.fault("to_local", "the window ends before it starts", "Check both ends and zones")
        return None
    return Window(start, end, cells.text("to_zone"))


def _lift(cells: _Cells) -> PublishedLift | None:
    departed_at = cells.instant("departed_local", "zone")
    lift_id = cells.id("lift", "reach-871")
    operator_class = cells.id("operator_class", "own-military")
    lift_type = cells.id("lift_type", "C-17")
    heads, first = cells.count("heads"), cells.whole("counts_first")
    corrected = cells.text("corrected_local")
    corrected_at = cells.instant("corrected_local", "zone") if corrected else None
    source, category = cells.needed("source", "the publisher and the day"), _category(cells)
    if first == 0:
        cells.fault("counts_first", "nobody can be counted first as 0 heads", "Leave it empty")
    if corrected and first is None:
        remedy = "Write the first count into counts_first, or leave both empty"
        cells.fault("corrected_local", "a correction without a first count", remedy)
    if departed_at is None or cells.faults:
        return None
    return PublishedLift(
        lift=PlaceId(lift_id),
        operator_class=operator_class,
        lift_type=lift_type,
        departed_at=departed_at,
        heads=heads,
        source=source,
        day_only=bool(_DAY.fullmatch(cells.text("departed_local"))),
        counts_first=first,
        corrected_at=corrected_at,
        category=category,
        note=cells.text("note"),
    )


def _total(cells: _Cells) -> PublishedTotal | None:
    as_of = cells.instant("as_of_local", "zone")
    total_id = cells.id("id", "since-14-august-29-august")
    baseline = cells.id("baseline", "since-14-august")
    people = cells.count("people")
    is_bound = cells.word("is_bound", list(_TRUTHS))
    said_by = cells.needed("said_by", "White House")
    source = cells.needed("source", "the publisher and the day")
    if as_of is None or cells.faults:
        return None
    return PublishedTotal(
        id=total_id,
        baseline=baseline,
        as_of=as_of,
        people=people,
        said_by=said_by,
        source=source,
        is_bound=_TRUTHS[is_bound],
        note=cells.text("note"),
    )


def _category(cells: _Cells) -> CategoryId:
    return CategoryId(cells.id("category", "evacuee")) if cells.text("category") else EVACUEE


def _lift_types(cells: _Cells) -> dict[str, int]:
    types: dict[str, int] = {}
    for word in cells.text("lift_types").split():
        found = _LIFT_TYPE.fullmatch(word)
        if not found or not int(found[2]) or found[1] in types:
            problem = f"{shown(word)} is no lift type with a number, each type once"
            cells.fault("lift_types", problem, "Write it like C-17:26 C-130:6")
            break
        types[found[1]] = int(found[2])
    return types


def _read(
    text: str | bytes,
    name: str,
    columns: Mapping[str, bool],
    key: str,
    read_row: Callable[[_Cells], _Row | None],
) -> list[_Row]:
    """The rows of a table; `columns` says which must be there, `key` which holds the id."""
    plain, unreadable, _ = decoded(text, _KIND)
    if unreadable:
        raise PublishedFileError(name, unreadable)
    rows: list[_Row] = []
    faults: list[Fault] = []
    lines: dict[str, int] = {}
    try:
        for cells in _rows(plain, columns, faults):
            found = read_row(cells)
            first = lines.setdefault(cells.text(key), cells.line)
            if first != cells.line and cells.text(key):
                problem = f"{shown(cells.text(key))} already stands on line {first}"
                cells.fault(key, problem, "Give one of them another id")
            faults += cells.faults
            if found is not None:
                rows.append(found)
            if len(faults) >= FAULTS_MAX:
                break
    except csv.Error as error:
        faults.append(Fault(1, 1, "", f"the table cannot be read: {error}", _CSV_REMEDY))
    if faults:
        raise PublishedFileError(name, faults[:FAULTS_MAX])
    return rows


def _rows(text: str, columns: Mapping[str, bool], faults: list[Fault]) -> Iterator[_Cells]:
    """The rows below the header, with the line each begins on; none if the header is wrong."""
    table = csv.reader(text.splitlines(keepends=True), strict=True)
    header = [cell.strip() for cell in next(table, [])]
    if not header:
        return
    faults += _header_faults(header, columns)
    if faults:
        return
    line = table.line_num + 1
    for row in table:
        if any(cell.strip() for cell in row):
            if len(row) == len(header):
                yield _Cells(line, header, row)
            else:
                problem = f"{len(row)} cells stand here, where the header has {len(header)}"
                remedy = "Put a text that holds a comma in double quotes"
                faults.append(Fault(line, min(len(row), len(header)), "", problem, remedy))
        line = table.line_num + 1


def _header_faults(header: Sequence[str], columns: Mapping[str, bool]) -> Iterator[Fault]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        yield Fault(1, 1, "", "the columns are not separated by commas", _CSV_REMEDY)
        return
    for number, column in enumerate(header, start=1):
        if column not in columns:
            remedy = choose_from(column, [c for c in columns if c not in header], len(columns))
            yield Fault(1, number, column, "no such column is known", remedy)
        elif column in header[: number - 1]:
            yield Fault(1, number, column, "the column stands twice", "Delete one of them")
    for column, needed in columns.items():
        if needed and column not in header:
            yield Fault(1, len(header), column, "the column is missing", f"Add {column}")
