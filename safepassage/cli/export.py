"""`safepassage export`: the ledger as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, StoreOption
from safepassage.cli.output import progress
from safepassage.cli.written import written
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
        lines = _write(reading, out)
    typer.echo(f"{lines:,} entries written to {out}", err=True)


def _write(store: Store, out: Path) -> int:
    lines = 0
    with written(out, store) as file, progress("exporting", store.head().seq) as done:
        for line in store.export_lines():
            file.write(line)
            lines += 1
            done(lines)
    return lines
