"""What an XLSX file hides, from its own XML (ECMA-376 part 1, SpreadsheetML)."""

from __future__ import annotations

import posixpath
import re

from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.marks import SheetMarks, WorkbookMarks
from safepassage.exchange.lists.zipped import Parts, local
from safepassage.model.sheet import Mark

_WORKBOOK = "xl/workbook.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = {"1", "true", "on"}


def xlsx_marks(parts: Parts, limits: Limits) -> WorkbookMarks:
    """Everything in the file that a reader of it would not see.

    Raises:
        ListFileError: it is too large, damaged, or declares entities.
    """
    found = WorkbookMarks()
    targets = _relations(parts, _WORKBOOK)
    order: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            if attributes.get("state", "visible") != "visible":
                found.hidden_sheets.add(len(order))
            order.append(targets.get(relation, ""))
        elif tag == "definedName" and not attributes.get("name", "").startswith("_xlnm."):
            found.defined_names += 1
            found.hidden_names += attributes.get("hidden", "0") in _TRUE

    parts.parse(_WORKBOOK, start)
    found.external_links = sum(n.startswith("xl/externalLinks/externalLink") for n in parts.names)
    found.has_macros = any(name.endswith("vbaProject.bin") for name in parts.names)
    for target in order[: limits.sheets_max]:
        found.sheets.append(_sheet(parts, target, limits))
    return found


def _relations(parts: Parts, of: str) -> dict[str, str]:
    """The parts that a part refers to by id, as paths from the top of the archive."""
    folder, base = posixpath.split(of)
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            targets[attributes.get("Id", "")] = posixpath.normpath(path)

    parts.parse(posixpath.join(folder, "_rels", f"{base}.rels"), start)
    return targets


def _sheet(parts: Parts, target: str, limits: Limits) -> SheetMarks:
    reader = _SheetReader(limits)
    parts.parse(target, reader.start, reader.end, reader.text)
    for path in _relations(parts, target).values():
        if "/comments" in path or "/threadedComments" in path:
            _comments(parts, path, reader.marks)
    return reader.marks


def _comments(parts: Parts, path: str, marks: SheetMarks) -> None:
    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) in ("comment", "threadedComment"):
            where = position(attributes.get("ref", ""))
            if where is not None:
                marks.mark(*where, Mark.COMMENTED)
            marks.comments += 1

    parts.parse(path, start)


def position(reference: str) -> tuple[int, int] | None:
    """Row and column, both counted from 0, of a reference such as B12; None if it is none."""
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


class _SheetReader:
    """Walks over one sheet; cells without a reference stand after the one before."""

    def __init__(self, limits: Limits) -> None:
        self.marks = SheetMarks()
        self._limits = limits
        self._row = -1
        self._column = -1
        self._formula: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._start_row(attributes)
        elif tag in ("v", "is"):
            self.marks.reach(self._row, self._column, self._limits)
        elif tag == "f":
            self._formula = []
            self.marks.mark(self._row, self._column, Mark.FORMULA)
        elif tag == "col":
            self._columns(attributes)
        elif tag == "mergeCell":
            self._merged(attributes.get("ref", ""))
        elif tag == "autoFilter":
            self.marks.has_filter = True

    def end(self, name: str) -> None:
        if self._formula is not None and local(name) == "f":
            text = "".join(self._formula)[: self._limits.cell_length_max]
            if text:
                self.marks.formulas[self._row, self._column] = f"={text}"
                self.marks.reach(self._row, self._column, self._limits)
            self._formula = None

    def text(self, text: str) -> None:
        if self._formula is not None:
            self._formula.append(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) - 1 if number.isdigit() else self._row + 1
        self._column = -1
        no_height = attributes.get("ht") == "0" or attributes.get("zeroHeight") in _TRUE
        if attributes.get("hidden", "0") in _TRUE or no_height:
            self.marks.hidden_rows.add(self._row)

    def _cell(self, attributes: dict[str, str]) -> None:
        where = position(attributes.get("r", ""))
        self._row, self._column = where or (self._row, self._column + 1)
        if attributes.get("t") == "e":
            self.marks.mark(self._row, self._column, Mark.FAULT)

    def _columns(self, attributes: dict[str, str]) -> None:
        hidden = attributes.get("hidden", "0") in _TRUE or attributes.get("width") == "0"
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if hidden and first.isdigit() and last.isdigit():
            self.marks.hide_columns(int(first) - 1, int(last) - 1, self._limits)

    def _merged(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, bottom = position(first), position(last or first)
        if top is not None and bottom is not None:
            self.marks.merge(*top, *bottom, self._limits)
