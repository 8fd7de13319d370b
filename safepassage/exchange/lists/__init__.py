"""Lists in: CSV, TSV, XLSX, XLSB, XLS, ODS, HTML tables, JSON, and rows pasted from a spreadsheet.

    read_list(path_or_bytes, name, limits=None, encoding=None) -> ReadList   (model/sheet.py)
    read_pasted(text, name, limits=None) -> ReadList

Both read in a process of their own with bounds on memory, time and size, evaluate nothing, fetch
nothing, and raise `ListFileError` with a sentence for the desk.  Hidden rows, columns and sheets
are read, marked and counted.  The register takes it from there: `register/columns.py` proposes what
the columns are, `register/rows.py` makes records of the rows.
"""

from __future__ import annotations

from safepassage.exchange.lists.errors import (
    ListFileError,
    ListLockedError,
    ListTooLargeError,
    NotAListError,
)
from safepassage.exchange.lists.isolated import read_list, read_pasted
from safepassage.exchange.lists.limits import Limits

__all__ = [
    "Limits",
    "ListFileError",
    "ListLockedError",
    "ListTooLargeError",
    "NotAListError",
    "read_list",
    "read_pasted",
]
