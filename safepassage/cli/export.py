"""`safepassage export`: the ledger as JSON lines."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, StoreOption
from safepassage.cli.output import progress
from safepassage.model.errors import BadQuestionError
from safepassage.store.store import Store, open_store

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def export(
    out: Annotated[Path | None, typer.Argument(help="The file; standard output if absent.")] = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Write the ledger as JSON lines, one entry each, with its hash.

    Importing the file into an empty store and exporting again gives the same bytes.

    Example:  safepassage export kabul.jsonl
    """
    with open_store(store) as reading:
        if out is None:
            for line in reading.export_lines():
                sys.stdout.write(line)
            return
        written = _write(reading, out)
    typer.echo(f"{written:,} entries written to {out}", err=True)


def _write(store: Store, out: Path) -> int:
    """Write beside the target and move it there, so that a half-written file has no name."""
    partial = out.with_name(out.name + ".partial")
    written = 0
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            with progress("exporting", store.head().seq) as done:
                for line in store.export_lines():
                    file.write(line)
                    written += 1
                    done(written)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(out)
    except OSError as fault:
        partial.unlink(missing_ok=True)
        raise BadQuestionError(f"{out} cannot be written: {fault.strerror}") from fault
    return written
