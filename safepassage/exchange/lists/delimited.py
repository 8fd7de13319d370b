"""Delimited text: CSV, TSV and rows pasted from a spreadsheet.

A quotation mark counts only where a cell begins, and a quoted cell may run over a few lines and no
further: one mark that is never closed would otherwise swallow the rest of the list into one cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from safepassage.exchange.lists.errors import ListTooLargeError
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.made import SheetMaker
from safepassage.model.sheet import Mark, Sheet

DELIMITERS = ",;\t|"
LINES_IN_CELL_MAX = 12
_SAMPLE_LINES = 200
_SEPARATOR_LINE = re.compile(r"sep=([,;|\t])", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")


def read_delimited(text: str, delimiter: str, limits: Limits, name: str = "") -> Sheet:
    """Delimited text as a sheet.

    Raises:
        ListTooLargeError: it has more rows, columns or cells than the limits allow.
    """
    if text.count("\n") + text.count("\r") > 2 * limits.rows_max + 2:
        raise ListTooLargeError(
            f"The list has more than {limits.rows_max:,} rows. Split it into several lists"
        )
    maker = SheetMaker(name, limits)
    lines = _LINE_END.split(text)
    if lines and lines[-1] == "":
        lines.pop()
    for number, (cells, is_open) in enumerate(_records(lines, delimiter), start=1):
        if number == 1 and _SEPARATOR_LINE.fullmatch(lines[0].strip()):
            continue
        maker.add(number, cells, {0: {Mark.BROKEN}} if is_open else None)
    return maker.sheet()


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[list[str], bool]]:
    """The cells of each record, and whether a quotation mark in it was never closed."""
    at = 0
    while at < len(lines):
        line = lines[at]
        quoted = _quoted_record(lines, at, delimiter) if '"' in line else None
        if quoted is None:
            yield line.split(delimiter), _opens_a_cell(line, delimiter)
            at += 1
        else:
            yield quoted[0], False
            at += quoted[1]


def _quoted_record(lines: list[str], at: int, delimiter: str) -> tuple[list[str], int] | None:
    """The cells of the record that begins at a line, and how many lines it takes."""
    for used in range(1, min(LINES_IN_CELL_MAX, len(lines) - at) + 1):
        cells = split_quoted("\n".join(lines[at : at + used]), delimiter)
        if cells is not None:
            return cells, used
    return None


def _opens_a_cell(line: str, delimiter: str) -> bool:
    return line.startswith('"') or f'{delimiter}"' in line


def split_quoted(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line with quotation marks; None if one is still open at its end."""
    cells = []
    at = 0
    while True:
        start = at
        while line.startswith(" ", start):
            start += 1
        if line.startswith('"', start):
            end = _closing(line, start + 1)
            if end is None:
                return None
            after = line.find(delimiter, end)
            tail = line[end + 1 : after if after >= 0 else len(line)]
            cells.append(line[start + 1 : end].replace('""', '"') + tail.rstrip(" "))
        else:
            after = line.find(delimiter, at)
            cells.append(line[at : after if after >= 0 else len(line)])
        if after < 0:
            return cells
        at = after + 1


def _closing(line: str, at: int) -> int | None:
    """Where a quoted cell closes: a mark that is not doubled."""
    while (found := line.find('"', at)) >= 0:
        if not line.startswith('""', found):
            return found
        at = found + 2
    return None


def delimiter_of(text: str) -> str:
    """The delimiter that cuts most lines into the same number of cells; a comma if none does."""
    lines = [line for line in _LINE_END.split(text[:200_000])[:_SAMPLE_LINES] if line.strip()]
    if lines and (said := _SEPARATOR_LINE.fullmatch(lines[0].strip())):
        return said[1]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(cells) for cells, _ in _records(lines, delimiter))
        widths.pop(1, None)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = count / len(lines) + min(width, 40) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best
