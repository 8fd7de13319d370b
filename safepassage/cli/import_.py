"""`safepassage import`: facts handed in as JSON lines, or a whole exported ledger restored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, progress
from safepassage.store.jsonl import read_lines
from safepassage.store.store import Store, open_store

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("import")
def import_facts(
    file: Annotated[Path, typer.Argument(help="JSON lines, exported or written by a device.")],
    store: StoreOption = DEFAULT_STORE,
    source: Annotated[str, typer.Option(help="Who hands them in: a device or desk.")] = "import",
    restore: Annotated[
        bool, typer.Option("--restore", help="Fill an empty store with a whole exported ledger.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Hand facts in. What is known already is not added twice; what cannot be read is kept in
    quarantine with its reason, and the exit code is 1.

    Examples:

      safepassage import gate-3.jsonl --source gate-3

      safepassage import kabul.jsonl --restore --store copy.db
    """
    with open_store(store, writer=True) as writing:
        result = _restored(writing, file) if restore else _imported(writing, file, source)
    if json:
        print_json(result)
    else:
        typer.echo(", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in result.items()))
    if result.get("quarantined"):
        typer.echo("see them: safepassage check", err=True)
        raise typer.Exit(EXIT_FOUND)


def _restored(store: Store, file: Path) -> dict[str, int]:
    with progress("restoring", None) as done:
        return {"restored": store.restore(read_lines(file), done)}


def _imported(store: Store, file: Path, source: str) -> dict[str, int]:
    with progress("importing", None) as done:
        report = store.import_lines(
            read_lines(file), source=source, recorded_at=datetime.now(UTC), progress=done
        )
    return {
        "lines": report.lines,
        "recorded": report.recorded,
        "known": report.known,
        "quarantined": report.quarantined,
    }
