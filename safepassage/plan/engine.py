"""The LP engine, made without its banner: whatever a command prints must be the command's own."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def _library_output_dropped() -> Iterator[None]:
    """Drop what C code writes to standard output meanwhile; Python's own stays in its buffer."""
    library = ctypes.CDLL(None)
    library.fflush(None)
    kept = os.dup(1)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        yield
        library.fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)


@cache
def _greeted() -> None:
    """Let the library greet once: it does so in the first engine of a process only."""
    import highspy

    make: Any = highspy.Highs
    try:
        with _library_output_dropped():
            make()
    except (OSError, AttributeError):
        return  # no such descriptor or C library here: a banner harms nobody


def engine() -> Any:
    """A HiGHS engine that prints nothing."""
    import highspy

    _greeted()
    make: Any = highspy.Highs
    made = make()
    made.setOptionValue("output_flag", False)
    return made
