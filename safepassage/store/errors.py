"""What can go wrong in the store, as one branch of the project's tree.

StoreError                  everything the store raises on purpose
├── StoreMissingError       there is no ledger at that address
├── StoreLockedError        another process writes this ledger
├── SchemaError             the ledger was written by another version of the program
├── StoreFaultError         the disk or the database failed: nothing was acknowledged
└── LineError               a line of an export cannot be read; it names line, field and remedy
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class StoreError(SafePassageError):
    """The store cannot do what was asked of it."""


class StoreMissingError(StoreError):
    """There is no ledger at that address."""


class StoreLockedError(StoreError):
    """Another process writes this ledger; there is one writer at a time."""


class SchemaError(StoreError):
    """The ledger was written by another version of the program."""


class StoreFaultError(StoreError):
    """The disk or the database failed.  The ledger is read only until it is opened again."""


class LineError(StoreError, ValueError):
    """A line that cannot be read.

    Attributes:
        line: its number, from one.
        field: the field that is wrong; None when it is the whole line.
        remedy: what to do about it.
    """

    def __init__(self, line: int, fault: str, remedy: str, field: str | None = None) -> None:
        where = f"line {line}" if field is None else f"line {line}, field {field!r}"
        super().__init__(f"{where}: {fault}. {remedy}")
        self.line = line
        self.field = field
        self.remedy = remedy
