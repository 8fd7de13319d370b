"""What an XLS file hides, from its records ([MS-XLS] 2.4, in a container of [MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from safepassage.exchange.lists.errors import ListLockedError, NotAListError
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.marks import SheetMarks, WorkbookMarks
from safepassage.exchange.lists.zipped import DAMAGED
from safepassage.model.sheet import Mark

_BOF, _EOF, _BOUND_SHEET, _FILE_PASS = 0x0809, 0x000A, 0x0085, 0x002F
_ROW, _COLUMN_INFO, _MERGED, _NAME = 0x0208, 0x007D, 0x00E5, 0x0018
_FORMULA, _NOTE, _FILTER, _EXTERNAL, _MACROS = 0x0006, 0x001C, 0x009D, 0x01AE, 0x00D3
_WORKSHEET = 0x0010
_ROW_HIDDEN, _COLUMN_HIDDEN, _NAME_HIDDEN = 0x20, 0x01, 0x01
_NO_SECTOR = 0xFFFFFFFA  # this and above mark ends, free and special sectors


def xls_marks(raw: bytes, limits: Limits) -> WorkbookMarks:
    """Everything in the file that a reader of it would not see.

    Raises:
        ListLockedError: it is protected by a password.
        NotAListError: it is damaged.
        ListTooLargeError: a sheet is larger than the limits allow.
    """
    try:
        return _Records(limits).read(workbook_stream(raw))
    except (struct.error, IndexError):
        raise NotAListError(DAMAGED) from None


def workbook_stream(raw: bytes) -> bytes:
    """The stream "Workbook" (or "Book", before 1997) of a compound file."""
    sector = 1 << struct.unpack_from("<H", raw, 30)[0]
    if sector not in (512, 4096):
        raise NotAListError(DAMAGED)
    table = _allocation_table(raw, sector)
    mini = 1 << struct.unpack_from("<H", raw, 32)[0]
    directory = _chain(raw, table, struct.unpack_from("<I", raw, 48)[0], sector)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    for entry in entries:
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, length - 2)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", entry, 116)
        if name not in ("Workbook", "Book"):
            continue
        if size >= struct.unpack_from("<I", raw, 56)[0]:
            return _chain(raw, table, start, sector)[:size]
        root = _chain(raw, table, struct.unpack_from("<I", entries[0], 116)[0], sector)
        small = _chain(raw, table, struct.unpack_from("<I", raw, 60)[0], sector)
        links = list(struct.unpack(f"<{len(small) // 4}I", small[: len(small) // 4 * 4]))
        return _links(root, links, start, mini, 0)[:size]
    raise NotAListError("The file is an old Office document without a table. Ask for XLSX or CSV")


def _allocation_table(raw: bytes, sector: int) -> list[int]:
    listed = list(struct.unpack_from("<109I", raw, 76))
    more, seen = struct.unpack_from("<I", raw, 68)[0], 0
    while more < _NO_SECTOR and seen <= len(raw) // sector:
        block = struct.unpack_from(f"<{sector // 4}I", raw, sector * (more + 1))
        listed += block[:-1]
        more, seen = block[-1], seen + 1
    table: list[int] = []
    for at in listed:
        if at < _NO_SECTOR:
            table += struct.unpack_from(f"<{sector // 4}I", raw, sector * (at + 1))
    return table


def _chain(raw: bytes, table: list[int], start: int, sector: int) -> bytes:
    return _links(raw, table, start, sector, 1)


def _links(raw: bytes, table: list[int], start: int, size: int, before: int) -> bytes:
    """The sectors of a chain, one after the other; a chain that bites its tail ends."""
    parts, at, left = [], start, len(table)
    while at < _NO_SECTOR and left > 0:
        parts.append(raw[size * (at + before) : size * (at + before + 1)])
        at, left = table[at], left - 1
    return b"".join(parts)


def records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each record of a stream: where it begins, its type and its body."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


class _Records:
    """Walks over the records; a sheet is known by the place where its records begin."""

    def __init__(self, limits: Limits) -> None:
        self.found = WorkbookMarks()
        self._limits = limits
        self._sheet_at: dict[int, SheetMarks] = {}
        self._sheet: SheetMarks | None = None
        self._depth = 0

    def read(self, stream: bytes) -> WorkbookMarks:
        for at, kind, body in records(stream):
            if kind == _BOF:
                self._depth += 1
                if self._depth == 1:
                    self._sheet = self._sheet_at.get(at)
            elif kind == _EOF:
                self._depth = max(0, self._depth - 1)
            elif kind == _FILE_PASS:
                raise ListLockedError(
                    "The file is protected by a password. Open it with the password, save it"
                    " without one, and take that in"
                )
            elif self._sheet is None:
                self._of_workbook(kind, body)
            elif self._depth == 1:
                self._of_sheet(self._sheet, kind, body)
        return self.found

    def _of_workbook(self, kind: int, body: bytes) -> None:
        if kind == _BOUND_SHEET:
            place, state, _ = struct.unpack_from("<IBB", body)
            marks = SheetMarks()
            if state & 3:
                self.found.hidden_sheets.add(len(self.found.sheets))
            self._sheet_at[place] = marks
            self.found.sheets.append(marks)
        elif kind == _NAME:
            flags = struct.unpack_from("<H", body)[0]
            if not flags & 0x20:  # not one of the program's own names
                self.found.defined_names += 1
                self.found.hidden_names += flags & _NAME_HIDDEN
        elif kind == _EXTERNAL and len(body) > 4 and body[2:4] != b"\x01\x04":
            self.found.external_links += 1
        elif kind == _MACROS:
            self.found.has_macros = True

    def _of_sheet(self, sheet: SheetMarks, kind: int, body: bytes) -> None:
        if kind == _ROW:
            row, first, last = struct.unpack_from("<HHH", body)
            if last > first:
                sheet.reach(row, last - 1, self._limits)
            height = struct.unpack_from("<H", body, 6)[0]
            if body[12] & _ROW_HIDDEN or height & 0x7FFF == 0:
                sheet.hidden_rows.add(row)
        elif kind == _COLUMN_INFO:
            first, last, width, _, flags = struct.unpack_from("<5H", body)
            if flags & _COLUMN_HIDDEN or not width:
                sheet.hide_columns(first, last, self._limits)
        elif kind == _MERGED:
            for n in range(struct.unpack_from("<H", body)[0]):
                top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * n)
                sheet.merge(top, left, bottom, right, self._limits)
        elif kind in (_FORMULA, _NOTE):
            row, column = struct.unpack_from("<HH", body)
            sheet.mark(row, column, Mark.FORMULA if kind == _FORMULA else Mark.COMMENTED)
            sheet.comments += kind == _NOTE
        elif kind == _FILTER:
            sheet.has_filter = True
