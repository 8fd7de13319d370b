"""What stands in a workbook besides values: hidden rows and columns, formulas, merged areas."""

from __future__ import annotations

from dataclasses import dataclass, field

from safepassage.exchange.lists.errors import ListTooLargeError
from safepassage.exchange.lists.limits import Limits
from safepassage.model.sheet import Mark


@dataclass(slots=True)
class SheetMarks:
    """The marks of one sheet by row and column, both counted from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: dict[int, dict[int, set[Mark]]] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merged_areas: int = 0
    comments: int = 0
    has_filter: bool = False
    rows: int = 0
    columns: int = 0
    filled: int = 0

    def mark(self, row: int, column: int, mark: Mark) -> None:
        """Put a mark on a cell."""
        self.cells.setdefault(row, {}).setdefault(column, set()).add(mark)

    def of_row(self, row: int) -> dict[int, set[Mark]]:
        """The marks of a row, those of hidden columns included."""
        marks = {column: set(which) for column, which in self.cells.get(row, {}).items()}
        for column in self.hidden_columns:
            marks.setdefault(column, set()).add(Mark.HIDDEN)
        return marks

    def hide_columns(self, first: int, last: int, limits: Limits) -> None:
        """Note hidden columns; a file that hides "all the rest" hides what is never read."""
        self.hidden_columns.update(range(max(0, first), min(last, limits.columns_max) + 1))

    def merge(self, top: int, left: int, bottom: int, right: int, limits: Limits) -> None:
        """Note a merged area; its first cell holds the text, the others are marked."""
        self.merged_areas += 1
        bottom = min(bottom, top + limits.rows_max)
        right = min(right, limits.columns_max)
        if (bottom - top + 1) * (right - left + 1) > 10_000:
            return
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    self.mark(row, column, Mark.MERGED)

    def reach(self, row: int, column: int, limits: Limits) -> None:
        """Note that a cell holds something, and refuse a sheet that reaches too far.

        Raises:
            ListTooLargeError: more rows, columns or cells than are read.
        """
        self.filled += 1
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)
        # Sparse sheets are read as full ones, so it is the area that counts.
        if self.rows > 2 * limits.rows_max or self.filled > limits.cells_max:
            raise ListTooLargeError(
                f"A sheet has more than {limits.rows_max:,} rows. Split it into several lists"
            )
        if self.columns > limits.columns_max:
            raise ListTooLargeError(
                f"A sheet has more than {limits.columns_max} columns. Delete the ones that hold"
                " nothing about people"
            )
        if self.rows * self.columns > 4 * limits.cells_max:
            raise ListTooLargeError(
                "A sheet has a few cells spread over a vast area. Move them together and save anew"
            )


@dataclass(slots=True)
class WorkbookMarks:
    """The marks of a workbook: its sheets in their order, and what belongs to no sheet."""

    sheets: list[SheetMarks] = field(default_factory=list)
    hidden_sheets: set[int] = field(default_factory=set)
    defined_names: int = 0
    hidden_names: int = 0
    external_links: int = 0
    has_macros: bool = False
    is_complete: bool = True  # False: this format does not tell what is hidden
