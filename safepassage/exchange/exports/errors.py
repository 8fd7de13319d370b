"""Why a file is not given out.

ExportFileError             a file that cannot be written, or must not leave
├── CellTooLongError        a cell that no reader would show whole
└── HidesSomethingError     the inspection found what was not approved

Messages name places and counts, never a cell: they end up in logs.
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class ExportFileError(SafePassageError, ValueError):
    """A file that cannot be written, or must not leave."""


class CellTooLongError(ExportFileError):
    """A cell that no reader would show whole."""


class HidesSomethingError(ExportFileError):
    """A file that holds something that was not approved."""
