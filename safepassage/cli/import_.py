"""`safepassage import`: facts handed in as JSON lines, or a whole exported ledger restored."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, OPERATION, JsonOption, StoreOption
from safepassage.cli.output import print_json, progress
from safepassage.model.errors import BadQuestionError
from safepassage.store.errors import SchemaError, StoreMissingError
from safepassage.store.jsonl import read_lines
from safepassage.store.store import open_store

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
    result = _restored(store, file) if restore else _imported(store, file, source)
    if json:
        print_json(result)
    else:
        typer.echo(", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in result.items()))
    if result.get("quarantined"):
        typer.echo("see them: safepassage check", err=True)
        raise typer.Exit(EXIT_FOUND)


def _restored(address: str, file: Path) -> dict[str, int]:
    lines = read_lines(file)
    first = next(lines, None)
    if first is None:
        raise BadQuestionError(f"{file} is empty: there is nothing to restore")
    with open_store(address, writer=True) as store, progress("restoring", None) as done:
        restored = store.restore(chain([first], lines), done)
        has_operation = store.get_document(OPERATION) is not None
    if not has_operation:
        typer.echo(
            "the operation and claims files are not part of an export: give them with"
            f" `safepassage init OPERATION.yaml --claims CLAIMS.yaml --store {address}`",
            err=True,
        )
    return {"restored": restored}


def _imported(address: str, file: Path, source: str) -> dict[str, int]:
    _check_there(address)
    with open_store(address, writer=True) as store, progress("importing", None) as done:
        report = store.import_lines(
            read_lines(file), source=source, recorded_at=datetime.now(UTC), progress=done
        )
    return {
        "lines": report.lines,
        "recorded": report.recorded,
        "known": report.known,
        "quarantined": report.quarantined,
    }


def _check_there(address: str) -> None:
    """Refuse an address at which there is no ledger: a slip of typing would make a new one."""
    try:
        open_store(address).close()
    except StoreMissingError as fault:
        raise StoreMissingError(
            f"{fault}: run `safepassage init OPERATION.yaml` first, or restore an export with"
            " --restore"
        ) from fault
    except SchemaError:
        return  # an older one; opening it for writing brings it up to date
