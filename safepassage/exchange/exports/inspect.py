"""What a file really holds, read by other code than wrote it.

Nothing here is shared with the writers but the words for a format.  Of a workbook every part of the
archive is looked at: what is not on the short list of parts that a plain sheet needs is reported,
and so is every element or attribute by which SpreadsheetML (ECMA-376 part 1) hides or runs things.
A text in the shared table that no cell shows is hidden too.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from safepassage.exchange.exports.errors import ExportFileError, HidesSomethingError

_PARTS = frozenset(
    {
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/app.xml",
        "docProps/core.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/theme/theme1.xml",
    }
)
# Elements of a sheet that a plain table needs; any other one is reported.
_SHEET = frozenset(
    {
        "worksheet", "dimension", "sheetViews", "sheetView", "sheetFormatPr", "cols", "col",
        "sheetData", "row", "c", "v", "pageMargins",
    }
)  # fmt: skip
_WORKBOOK = frozenset(
    {
        "workbook",
        "fileVersion",
        "workbookPr",
        "bookViews",
        "workbookView",
        "sheets",
        "sheet",
        "calcPr",
    }
)
_STRINGS = frozenset({"sst", "si", "t"})
_STYLES_PLAIN = frozenset(
    {
        "styleSheet", "fonts", "font", "sz", "color", "name", "family", "scheme", "fills", "fill",
        "patternFill", "borders", "border", "left", "right", "top", "bottom", "diagonal",
        "cellStyleXfs", "cellXfs", "xf", "cellStyles", "cellStyle", "dxfs", "tableStyles",
    }
)  # fmt: skip
_PROPERTIES_TOLD = frozenset({"created", "modified", "Application", "DocSecurity", "ScaleCrop"})
_TRUE = ("1", "true", "on")
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0]"
)
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\0")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file holds.

    Attributes:
        header: its first row.
        rows: the others, as an eye sees them.
        hidden: what nobody would see, or what would run; sentences without any cell's text.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    hidden: tuple[str, ...]


def inspect_file(content: bytes) -> Inspection:
    """Read a file anew, whatever wrote it.

    Raises:
        ExportFileError: it is neither a workbook nor text in UTF-8.
    """
    return _inspect_xlsx(content) if content.startswith(b"PK") else _inspect_csv(content)


def check_file(content: bytes, rows: int) -> Inspection:
    """Go on only if a file holds so many rows, all of them seen, and nothing else.

    Raises:
        HidesSomethingError: it holds more, fewer, or what an eye would not see.
    """
    found = inspect_file(content)
    if found.hidden:
        raise HidesSomethingError(
            f"the file holds what nobody approved: {'; '.join(found.hidden[:5])}. It was not given"
            " out; report this"
        )
    if len(found.rows) != rows:
        raise HidesSomethingError(
            f"the file holds {len(found.rows):,} rows, {rows:,} were approved. It was not given out"
        )
    return found


def _inspect_csv(content: bytes) -> Inspection:
    try:
        text = content.decode("utf-8-sig")
        table = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error):
        raise ExportFileError("the file is neither a workbook nor a table in UTF-8") from None
    hidden = []
    for number, row in enumerate(table, start=1):
        if any(cell.startswith(_RUNS) for cell in row):
            hidden.append(f"row {number} has a cell that a spreadsheet would run")
        if any(_INVISIBLE.search(cell) for cell in row):
            hidden.append(f"row {number} has characters that nobody sees")
        if len(row) != len(table[0]):
            hidden.append(f"row {number} has {len(row)} cells for {len(table[0])} columns")
        if len(row) > 0 and not any(row):
            hidden.append(f"row {number} is empty")
    plain = [tuple(cell[1:] if cell.startswith("'") else cell for cell in row) for row in table]
    return Inspection(plain[0] if plain else (), tuple(plain[1:]), tuple(hidden))


def _inspect_xlsx(content: bytes) -> Inspection:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Workbook(archive, content).inspection()
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, IndexError, ValueError):
        raise ExportFileError("the workbook is damaged: it cannot be read") from None


class _Workbook:
    """One workbook, part by part."""

    def __init__(self, archive: zipfile.ZipFile, content: bytes) -> None:
        self._archive = archive
        self._hidden: list[str] = []
        names = archive.namelist()
        for name in sorted(set(names) - _PARTS):
            self._hide(f"a part that no plain sheet needs: {_kind_of(name)}")
        if len(set(names)) < len(names):
            self._hide("two parts of one name")
        stored = sum(
            30 + len(i.filename.encode()) * 2 + 46 + i.compress_size for i in archive.infolist()
        )
        if archive.comment or len(content) > stored + 22 + 64 * len(names):
            self._hide("bytes beside the archive's parts")

    def inspection(self) -> Inspection:
        self._workbook()
        self._styles()
        self._properties("docProps/core.xml")
        self._properties("docProps/app.xml")
        strings = self._strings()
        table, used = self._sheet(strings)
        if set(range(len(strings))) - used:
            self._hide("texts that no cell shows")
        for part in ("xl/_rels/workbook.xml.rels", "_rels/.rels"):
            self._relations(part)
        width = max((len(row) for row in table), default=0)
        full = [row + ("",) * (width - len(row)) for row in table]
        return Inspection(full[0] if full else (), tuple(full[1:]), tuple(self._hidden))

    def _hide(self, what: str) -> None:
        if what not in self._hidden:
            self._hidden.append(what)

    def _elements(self, part: str) -> Iterator[tuple[str, Mapping[str, str], str]]:
        """Every element of a part with its attributes and the text right inside of it."""
        if part not in self._archive.namelist():
            return
        found: list[tuple[str, dict[str, str], list[str]]] = []
        stack: list[int] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            stack.append(len(found))
            found.append((name.rpartition(":")[2], attributes, []))

        def text(data: str) -> None:
            found[stack[-1]][2].append(data)

        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _name: stack.pop()
        parser.CharacterDataHandler = text
        parser.CommentHandler = lambda _data: self._hide("a comment in its XML")
        parser.ProcessingInstructionHandler = lambda *_: self._hide("an instruction in its XML")
        parser.StartDoctypeDeclHandler = _refuse
        parser.Parse(self._archive.read(part), True)
        for name, attributes, texts in found:
            yield name, attributes, "".join(texts)

    def _workbook(self) -> None:
        sheets = 0
        for name, attributes, _ in self._elements("xl/workbook.xml"):
            if name not in _WORKBOOK:
                self._hide(_SAID.get(name, f"an element {name} of the workbook"))
            if name == "sheet":
                sheets += 1
                if attributes.get("state", "visible") != "visible":
                    self._hide("a hidden sheet")
            if name == "workbookView" and attributes.get("visibility", "visible") != "visible":
                self._hide("a hidden window")
        if sheets != 1:
            self._hide(f"{sheets} sheets in place of one")

    def _sheet(self, strings: list[str]) -> tuple[list[tuple[str, ...]], set[int]]:
        table: dict[int, dict[int, str]] = {}
        used: set[int] = set()
        cell: tuple[int, int, str] | None = None
        for name, attributes, text in self._elements("xl/worksheets/sheet1.xml"):
            if name not in _SHEET:
                self._hide(_SAID.get(name, f"an element {name} of the sheet"))
            _look(name, attributes, self._hide)
            if text.strip() and name != "v":
                self._hide("text where no cell is")
            if name == "c":
                row, column = _where(attributes.get("r", ""))
                cell = (row, column, attributes.get("t", "n"))
                if attributes.get("s", "0") != "0":
                    self._hide("a cell with a format")
            elif name == "v" and cell is not None:
                row, column, kind = cell
                if kind != "s":
                    self._hide("a cell that is no text")
                    shown = text
                else:
                    used.add(int(text))
                    shown = strings[int(text)]
                table.setdefault(row, {})[column] = shown
        rows = [
            tuple(table.get(row, {}).get(c, "") for c in range(max(table.get(row, {-1: ""})) + 1))
            for row in range(max(table, default=-1) + 1)
        ]
        if any(_INVISIBLE.search(text) for row in rows for text in row):
            self._hide("characters that nobody sees")
        if any(not any(row) for row in rows):
            self._hide("an empty row")
        return rows, used

    def _strings(self) -> list[str]:
        texts: list[str] = []
        for name, _, text in self._elements("xl/sharedStrings.xml"):
            if name not in _STRINGS:
                self._hide(f"an element {name} among the texts")
            if text.strip() and name != "t":
                self._hide("text where no cell is")
            if name == "si":
                texts.append("")
            elif name == "t" and texts:
                texts[-1] += _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        return texts

    def _styles(self) -> None:
        for name, attributes, _ in self._elements("xl/styles.xml"):
            if name not in _STYLES_PLAIN:
                self._hide(f"a style: {name}")
            if name == "color" and dict(attributes) != {"theme": "1"}:
                self._hide("coloured text")
            if name == "patternFill" and attributes.get("patternType") not in ("none", "gray125"):
                self._hide("a filled background")
            if name == "xf" and {attributes.get(k, "0") for k in ("numFmtId", "fontId")} != {"0"}:
                self._hide("a format that could show nothing")

    def _properties(self, part: str) -> None:
        """What the file says about itself: a kind of program, a date of no meaning, no person."""
        for name, _, text in self._elements(part):
            said = text.strip()
            is_of_sheet = said in ("Worksheets", "List", "1", "false", "12.0000")
            if said and name not in _PROPERTIES_TOLD and not is_of_sheet:
                self._hide(f"a property: {name}")
            if name in ("created", "modified") and not said.startswith("2000-01-01"):
                self._hide("a property: when it was made")

    def _relations(self, part: str) -> None:
        for _, attributes, _text in self._elements(part):
            if attributes.get("TargetMode") == "External":
                self._hide("a link to another file")


_SAID: Mapping[str, str] = {
    "definedName": "a defined name",
    "definedNames": "defined names",
    "f": "a formula",
    "autoFilter": "a filter",
    "hyperlink": "a link",
    "hyperlinks": "links",
    "mergeCell": "merged cells",
    "mergeCells": "merged cells",
    "legacyDrawing": "a drawing or comment",
    "drawing": "a drawing",
    "conditionalFormatting": "a conditional format",
    "dataValidations": "a list of allowed values",
    "externalReferences": "a link to another file",
    "pivotCaches": "a pivot cache",
}


# What a row, column or cell of a plain table says of itself; hiding is reported by its own words.
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "row": frozenset({"r", "spans", "hidden", "ht", "outlineLevel"}),
    "col": frozenset({"min", "max", "width", "customWidth", "hidden", "outlineLevel"}),
    "c": frozenset({"r", "t", "s"}),
}


def _look(name: str, attributes: Mapping[str, str], hide: Callable[[str], None]) -> None:
    """By which attributes a sheet hides rows, columns or cells."""
    if name == "row" and (attributes.get("hidden") in _TRUE or _is_flat(attributes.get("ht"))):
        hide("a hidden row")
    if name == "col" and (attributes.get("hidden") in _TRUE or _is_flat(attributes.get("width"))):
        hide("a hidden column")
    if strange := sorted(attributes.keys() - _ATTRIBUTES.get(name, attributes.keys())):
        hide(f"a {name} that is marked {strange[0]}")
    if name == "sheetFormatPr" and attributes.get("zeroHeight") in _TRUE:
        hide("hidden rows")
    if name in ("row", "col") and attributes.get("outlineLevel", "0") != "0":
        hide("grouped rows or columns")
    if name == "sheetView" and attributes.get("showGridLines", "1") not in _TRUE:
        hide("a view that shows less than there is")


def _is_flat(size: str | None) -> bool:
    return size is not None and float(size) < 2


def _where(reference: str) -> tuple[int, int]:
    """Row and column of a cell, both counted from 0.

    Raises:
        ValueError: it is no reference.
    """
    found = _CELL.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _kind_of(part: str) -> str:
    """What a part is, from its folder: its own name may hold a word of somebody."""
    for kind in ("worksheets", "comments", "drawings", "media", "pivot", "externalLinks", "custom",
                 "vba", "tables", "printerSettings", "calcChain", "threadedComments"):  # fmt: skip
        if kind.lower() in part.lower():
            return kind
    return "other"


def _refuse(*_: object) -> None:
    raise ValueError("the XML declares a document type")
