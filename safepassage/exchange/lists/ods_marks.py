"""What an ODS file hides, from its own XML (OpenDocument 1.3 part 3, ISO/IEC 26300)."""

from __future__ import annotations

from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.marks import SheetMarks, WorkbookMarks
from safepassage.exchange.lists.zipped import Parts
from safepassage.model.sheet import Mark

_HIDDEN = {"collapse", "filter"}
_CELLS = {"table:table-cell", "table:covered-table-cell"}


def ods_marks(parts: Parts, limits: Limits) -> WorkbookMarks:
    """Everything in the file that a reader of it would not see.

    Raises:
        ListFileError: it is too large, damaged, or declares entities.
    """
    reader = _Content(limits)
    parts.parse("content.xml", reader.start, reader.end, reader.text)
    found = reader.found
    found.has_macros = any(name.startswith(("Basic/", "Scripts/")) for name in parts.names)
    return found


class _Content:
    def __init__(self, limits: Limits) -> None:
        self.found = WorkbookMarks()
        self._limits = limits
        self._no_display: set[str] = set()
        self._style = ""
        self._sheet: SheetMarks | None = None
        self._row = self._column = self._column_at = 0
        self._row_repeat = self._cell_repeat = 1
        self._in_cell = False
        self._has_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            self._cell(attributes, covered=name == "table:covered-table-cell")
        elif name == "table:table-row":
            self._row_repeat = _repeat(attributes, "table:number-rows-repeated")
            self._column = 0
            if attributes.get("table:visibility") in _HIDDEN and self._sheet is not None:
                last = min(self._row + self._row_repeat, 2 * self._limits.rows_max)
                self._sheet.hidden_rows.update(range(self._row, last))
        elif name == "table:table":
            self._table(attributes)
        else:
            self._other(name, attributes)

    def end(self, name: str) -> None:
        if name in _CELLS:
            if self._has_text and self._sheet is not None:
                self._reach()
            self._column += self._cell_repeat
            self._in_cell = False
        elif name == "table:table-row":
            self._row += self._row_repeat
        elif name == "table:table":
            self._sheet = None

    def text(self, text: str) -> None:
        if self._in_cell and text.strip():
            self._has_text = True

    def _reach(self) -> None:
        """A cell that repeats is refused where its copies would reach, before they are made."""
        if self._sheet is None:
            return
        self._sheet.reach(
            self._row + self._row_repeat - 1, self._column + self._cell_repeat - 1, self._limits
        )
        self._sheet.filled += self._row_repeat * self._cell_repeat - 1

    def _table(self, attributes: dict[str, str]) -> None:
        if attributes.get("table:style-name") in self._no_display:
            self.found.hidden_sheets.add(len(self.found.sheets))
        self._sheet = SheetMarks()
        self._row = self._column = 0
        self._column_at = 0
        self.found.sheets.append(self._sheet)

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._no_display.add(self._style)
        elif name == "table:named-range":
            self.found.defined_names += 1
        elif name == "table:database-range" and self.found.sheets:
            shown = attributes.get("table:display-filter-buttons") == "true"
            self.found.sheets[-1].has_filter |= shown
        elif self._sheet is not None and name == "table:table-column":
            repeat = _repeat(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _HIDDEN:
                last = self._column_at + repeat - 1
                self._sheet.hide_columns(self._column_at, last, self._limits)
            self._column_at += repeat
        elif self._sheet is not None and name == "office:annotation" and self._in_cell:
            self._sheet.comments += 1
            self._sheet.mark(self._row, self._column, Mark.COMMENTED)
        elif name == "table:table-source":
            self.found.external_links += 1

    def _cell(self, attributes: dict[str, str], *, covered: bool) -> None:
        self._cell_repeat = _repeat(attributes, "table:number-columns-repeated")
        self._in_cell = True
        self._has_text = "office:value-type" in attributes
        sheet = self._sheet
        if sheet is None:
            return
        if covered and self._cell_repeat <= self._limits.columns_max:
            for column in range(self._column, self._column + self._cell_repeat):
                sheet.mark(self._row, column, Mark.MERGED)
        spans = (
            _repeat(attributes, "table:number-columns-spanned"),
            _repeat(attributes, "table:number-rows-spanned"),
        )
        sheet.merged_areas += max(spans) > 1
        if formula := attributes.get("table:formula"):
            sheet.mark(self._row, self._column, Mark.FORMULA)
            text = formula.removeprefix("of:").removeprefix("oooc:")
            sheet.formulas[self._row, self._column] = text[: self._limits.cell_length_max]
            self._has_text = True


def _repeat(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1
