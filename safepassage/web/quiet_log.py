"""Logs that say where something went wrong, and never with what.

An exception that nobody foresaw may carry a cell of a list in its message: ``invalid literal for
int(): 'Maryam'``.  A log lies on a disk, is copied into tickets and mailed.  So a record of an
exception keeps its type and the lines of code it came through, and loses its message, whichever
library writes it.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

from safepassage.model.errors import SafePassageError

_plain = logging.LogRecord


def keep_quiet() -> None:
    """From now on, no record of this process carries an exception's message."""
    logging.setLogRecordFactory(quiet_record)


def quiet_record(*args: Any, **options: Any) -> logging.LogRecord:
    """A record whose exception is told by type and place."""
    record = _plain(*args, **options)
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = told(record.exc_info[1], record.exc_info[2])
        record.exc_info = None
    if isinstance(record.args, tuple):
        record.args = tuple(_told_briefly(value) for value in record.args)
    return record


def told(fault: BaseException | None, trace: TracebackType | None) -> str:
    """An exception as its type, its causes' types and the lines it came through."""
    lines = [
        f"  {frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    ]
    return "\n".join([*lines, " from ".join(_kinds(fault))])


def _kinds(fault: BaseException | None) -> list[str]:
    kinds: list[str] = []
    while fault is not None and len(kinds) < 10:
        kinds.append(type(fault).__qualname__)
        fault = fault.__cause__ or fault.__context__
    return kinds


def _told_briefly(value: object) -> object:
    """An argument of a message; an exception of somebody else's is told by its type."""
    is_foreign = isinstance(value, BaseException) and not isinstance(value, SafePassageError)
    return type(value).__qualname__ if is_foreign else value
