"""Making a sheet row by row, within limits, whatever file the rows come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from safepassage.exchange.lists.errors import ListTooLargeError
from safepassage.exchange.lists.limits import Limits
from safepassage.model.sheet import Mark, Row, Sheet

# Control characters, lone surrogates, and code points that are no characters.  The marks that steer
# the direction of writing stay: Persian cannot be written without the zero-width non-joiner.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)


class SheetMaker:
    """Collects the rows of one sheet and refuses to grow beyond the limits."""

    def __init__(self, name: str, limits: Limits, *, is_hidden: bool = False) -> None:
        self._name = _UNSEEN.sub("", name)[:200]
        self._limits = limits
        self._is_hidden = is_hidden
        self._rows: list[Row] = []
        self._blank = 0
        self._cells = 0
        self._sets: dict[frozenset[Mark], frozenset[Mark]] = {}

    def add(
        self,
        number: int,
        cells: Sequence[str],
        marks: Mapping[int, Iterable[Mark]] | None = None,
        *,
        is_hidden: bool = False,
    ) -> None:
        """Take a row in as it came; a wholly blank one is counted and left out.

        Raises:
            ListTooLargeError: that makes more rows, columns or cells than are read.
        """
        width = len(cells)
        while width and not cells[width - 1].strip():
            width -= 1
        if not width:
            self._blank += 1
            return
        self._check(width)
        marked = {column: set(which) for column, which in (marks or {}).items() if column < width}
        texts = tuple(self._clean(cells[column], column, marked) for column in range(width))
        if not any(texts):
            self._blank += 1
            return
        frozen = {column: self._one(frozenset(which)) for column, which in marked.items()}
        self._rows.append(Row(number, texts, frozen, is_hidden))

    def sheet(self, **counts: object) -> Sheet:
        """The sheet, with what its reader counted besides rows."""
        made = {"is_hidden": self._is_hidden, "blank_rows": self._blank, **counts}
        return Sheet(self._name, tuple(self._rows), **made)  # type: ignore[arg-type]

    def _check(self, width: int) -> None:
        limits = self._limits
        self._cells += width
        if len(self._rows) >= limits.rows_max:
            raise ListTooLargeError(
                f"The list has more than {limits.rows_max:,} rows. Split it into several lists"
            )
        if width > limits.columns_max:
            raise ListTooLargeError(
                f"A row has more than {limits.columns_max} columns. Delete the columns that hold"
                " nothing about people"
            )
        if self._cells > limits.cells_max:
            raise ListTooLargeError(
                f"The list has more than {limits.cells_max:,} cells. Split it into several lists"
            )

    def _clean(self, text: str, column: int, marked: dict[int, set[Mark]]) -> str:
        if len(text) > self._limits.cell_length_max:
            text = text[: self._limits.cell_length_max]
            marked.setdefault(column, set()).add(Mark.CUT)
        if not text.isprintable() and _UNSEEN.search(text):
            text = _UNSEEN.sub("", text)
            marked.setdefault(column, set()).add(Mark.UNSEEN)
        return text.strip(" \t\r\n\u00a0")

    def _one(self, marks: frozenset[Mark]) -> frozenset[Mark]:
        """The same set for the same marks, so that a million cells share a few."""
        return self._sets.setdefault(marks, marks)
