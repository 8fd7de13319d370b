"""XLSX, XLSB, XLS and ODS: values by calamine, what is hidden by our own reading of the file.

Sizes are checked on the file's XML before calamine unfolds it into memory.  Nothing is calculated:
a formula gives the value that the sender's program stored with it, or its own text if none.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from safepassage.exchange.lists.errors import ListLockedError, ListTooLargeError, NotAListError
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.made import SheetMaker
from safepassage.exchange.lists.marks import SheetMarks, WorkbookMarks
from safepassage.exchange.lists.ods_marks import ods_marks
from safepassage.exchange.lists.xls_marks import xls_marks
from safepassage.exchange.lists.xlsx_marks import xlsx_marks
from safepassage.exchange.lists.zipped import DAMAGED, Parts
from safepassage.model.sheet import Format, Mark, ReadList, Sheet

_LOCKED = (
    "The file is protected by a password. Open it with the password, save it without one, and take"
    " that in"
)


def read_workbook(raw: bytes, form: Format, limits: Limits) -> ReadList:
    """A workbook as a list; its sheets in their order, hidden ones included and marked.

    Raises:
        ListFileError: it is too large, locked, or damaged.
    """
    marks = _marks(raw, form, limits)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            sheets = _sheets(book, marks, limits)
    except python_calamine.PasswordError:
        raise ListLockedError(_LOCKED) from None
    except (python_calamine.CalamineError, ValueError, OSError, IndexError):
        raise NotAListError(DAMAGED) from None
    if not any(sheet.rows for sheet in sheets):
        raise NotAListError("No sheet of the file has rows. Ask the sender for it again")
    return ReadList(
        name="",
        format=form,
        sha256="",
        size=len(raw),
        sheets=sheets,
        warnings=_warnings(marks, sheets),
        defined_names=marks.defined_names,
        hidden_names=marks.hidden_names,
        external_links=marks.external_links,
        has_macros=marks.has_macros,
    )


def _marks(raw: bytes, form: Format, limits: Limits) -> WorkbookMarks:
    if form is Format.XLS:
        return xls_marks(raw, limits)
    parts = Parts(raw, limits)
    parts.verify()
    if form is Format.XLSX:
        return xlsx_marks(parts, limits)
    if form is Format.ODS:
        return ods_marks(parts, limits)
    return WorkbookMarks(is_complete=False)


def _sheets(
    book: python_calamine.CalamineWorkbook, marks: WorkbookMarks, limits: Limits
) -> tuple[Sheet, ...]:
    metadata = book.sheets_metadata
    if len(metadata) > limits.sheets_max:
        raise ListTooLargeError(
            f"The file has more than {limits.sheets_max} sheets. Split it into several files"
        )
    sheets, rows = [], 0
    for index, about in enumerate(metadata):
        if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = about.visible is not python_calamine.SheetVisibleEnum.Visible
        found = marks.sheets[index] if index < len(marks.sheets) else SheetMarks()
        maker = SheetMaker(about.name, limits, is_hidden=hidden or index in marks.hidden_sheets)
        sheet = _sheet(book.get_sheet_by_index(index), maker, found)
        rows += len(sheet.rows)
        if rows > limits.rows_max:
            raise ListTooLargeError(
                f"The file has more than {limits.rows_max:,} rows. Split it into several lists"
            )
        sheets.append(sheet)
    return tuple(sheets)


def _sheet(source: python_calamine.CalamineSheet, maker: SheetMaker, marks: SheetMarks) -> Sheet:
    top, left = source.start or (0, 0)
    for index, values in enumerate(source.iter_rows()):
        row = top + index
        marked = marks.of_row(row)
        cells = [""] * left
        for column, value in enumerate(values, start=left):
            text, mark = text_of(value)
            if mark is not None:
                marked.setdefault(column, set()).add(mark)
            cells.append(text or marks.formulas.get((row, column), ""))
        maker.add(row + 1, cells, marked, is_hidden=row in marks.hidden_rows)
    return maker.sheet(
        hidden_columns=frozenset(c for c in marks.hidden_columns if c < left + source.width),
        merged_areas=marks.merged_areas,
        comments=marks.comments,
        has_filter=marks.has_filter,
    )


def text_of(value: Any) -> tuple[str, Mark | None]:
    """A cell's value as text, and what it was if not text.

    Whole numbers lose the point that the file format gave them: 93700123456.0 is a phone.
    """
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return ("yes" if value else "no"), Mark.TRUTH
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < 1e15
        return (str(int(value)) if whole else repr(value)), Mark.NUMBER
    if isinstance(value, datetime):
        at_midnight = value.time() == time()
        return (value.date().isoformat() if at_midnight else value.isoformat(" ")), Mark.DATE
    if isinstance(value, date):
        return value.isoformat(), Mark.DATE
    if isinstance(value, time | timedelta):
        return str(value), Mark.DATE
    return "" if value is None else str(value), None


def _warnings(marks: WorkbookMarks, sheets: tuple[Sheet, ...]) -> tuple[str, ...]:
    # Imported late: both modules describe sheets, and `reading` is the one that starts this.
    from safepassage.exchange.lists.reading import warnings_about

    found = warnings_about(sheets)
    if not marks.is_complete:
        found.append(
            "This format does not tell which rows and columns are hidden. Ask for XLSX to be sure"
        )
    if marks.has_macros:
        found.append("The file carries macros; they were not opened")
    if marks.external_links:
        found.append(
            f"Other files that this one refers to: {marks.external_links}; none of them was opened"
        )
    if marks.hidden_names:
        found.append(f"Hidden names of areas: {marks.hidden_names}")
    return tuple(found)
