"""A file that a command writes: whole or not at all, and never over a ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from safepassage.model.errors import BadQuestionError
from safepassage.store.store import Store

SQLITE_BEGINS = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal", ".writer")  # what belongs to a ledger's file


@contextmanager
def written(out: Path, store: Store | None = None) -> Iterator[TextIO]:
    """Write beside the target and move it there, so that a half-written file has no name.

    Raises:
        BadQuestionError: the target is a folder or a ledger, or it cannot be written; the message
            says why.  What stood there before is still there.
    """
    partial = out.with_name(f"{out.name}.partial") if out.name else out
    try:
        for path in (out, partial):
            _refuse_what_is_no_report(path, store)
        try:
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            partial.replace(out)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise BadQuestionError(f"{out} cannot be written: {fault.strerror}") from fault


def _refuse_what_is_no_report(path: Path, store: Store | None) -> None:
    if path.is_dir():
        raise BadQuestionError(f"{path} is a folder: name a file in it")
    if path.exists() and not path.is_file():
        raise BadQuestionError(f"{path} is no ordinary file: name another one")
    real = path.resolve()
    ledgers = [real, *(_without(real, end) for end in BESIDE if real.name.endswith(end))]
    own = Path(store.where).resolve() if store else None
    if any(ledger == own or _is_sqlite(ledger) for ledger in ledgers):
        raise BadQuestionError(
            f"{path} is a ledger, or a file that belongs to one: it is not overwritten; name"
            " another file"
        )


def _without(path: Path, ending: str) -> Path:
    return path.parent / path.name.removesuffix(ending)


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(SQLITE_BEGINS)) == SQLITE_BEGINS
