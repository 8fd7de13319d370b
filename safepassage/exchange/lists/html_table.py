"""Tables in HTML: what many systems call their "Excel export".

Only text is read.  Scripts, styles, links and pictures are passed over; nothing is fetched.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from safepassage.exchange.lists.errors import NotAListError
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.made import SheetMaker
from safepassage.model.sheet import Mark, Sheet

_NO_DISPLAY = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)
_SPACE = re.compile(r"[ \t\r\n]+")
_SPAN_MAX = 64
_PASSED_OVER = {"script", "style", "title", "template"}


def read_html(text: str, limits: Limits) -> tuple[Sheet, ...]:
    """Every table of a page that has rows, each as a sheet.

    Raises:
        NotAListError: there is no table in it.
        ListTooLargeError: a table is larger than the limits allow.
    """
    reader = _Tables(limits)
    reader.feed(text)
    reader.close()
    reader.end_table()
    if not reader.sheets:
        raise NotAListError("The file is a web page without a table. Ask for a CSV or XLSX file")
    return tuple(reader.sheets)


def _is_hidden(attributes: list[tuple[str, str | None]]) -> bool:
    named = dict(attributes)
    return "hidden" in named or bool(_NO_DISPLAY.search(named.get("style") or ""))


class _Tables(HTMLParser):
    """Collects cells; a table within a table is read as text of the cell that holds it."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self._limits = limits
        self._maker: SheetMaker | None = None
        self._merged = 0
        self._number = 0
        self._depth = 0
        self._cells: list[str] = []
        self._marks: dict[int, set[Mark]] = {}
        self._text: list[str] | None = None
        self._span = 1
        self._row_hidden = False
        self._passing: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._passing or tag in _PASSED_OVER:
            self._passing = self._passing or tag
            return
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._maker = SheetMaker("", self._limits, is_hidden=_is_hidden(attrs))
                self._number = self._merged = 0
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            self._row_hidden = _is_hidden(attrs)
        elif self._depth == 1 and tag in ("td", "th"):
            self._start_cell(attrs)
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._passing:
            self._passing = None if tag == self._passing else self._passing
        elif tag == "table":
            self._depth = max(0, self._depth - 1)
            if not self._depth:
                self.end_table()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and tag == "tr":
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._passing:
            self._text.append(_SPACE.sub(" ", data))

    def end_table(self) -> None:
        """Close the table that is open, if there is one."""
        self._end_row()
        if self._maker is not None:
            sheet = self._maker.sheet(merged_areas=self._merged)
            if sheet.rows:
                self.sheets.append(sheet)
        self._maker = None

    def _start_cell(self, attributes: list[tuple[str, str | None]]) -> None:
        self._end_cell()
        self._text = []
        span = dict(attributes).get("colspan") or "1"
        self._span = min(int(span), _SPAN_MAX) if span.isascii() and span.isdigit() else 1
        if _is_hidden(attributes):
            self._marks.setdefault(len(self._cells), set()).add(Mark.HIDDEN)

    def _end_cell(self) -> None:
        if self._text is None:
            return
        self._cells.append("".join(self._text).strip())
        self._merged += self._span > 1
        for _ in range(self._span - 1):
            self._marks.setdefault(len(self._cells), set()).add(Mark.MERGED)
            self._cells.append("")
        self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._maker is not None and self._cells:
            self._number += 1
            self._maker.add(self._number, self._cells, self._marks, is_hidden=self._row_hidden)
        self._cells, self._marks, self._row_hidden = [], {}, False
