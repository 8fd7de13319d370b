"""`safepassage init`: a ledger for an operation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import (
    CLAIMS,
    DEFAULT_STORE,
    OPERATION,
    PUBLISHED_TOTALS,
    JsonOption,
    StoreOption,
    all_recorded,
)
from safepassage.cli.output import print_json
from safepassage.exchange.claims_file import read_claims
from safepassage.exchange.operation_file import read_operation
from safepassage.exchange.published_file import read_totals
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import zulu
from safepassage.model.operation import Operation, opening_facts
from safepassage.model.published import PublishedTotal
from safepassage.store.store import Store, open_store

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def init(
    operation: Annotated[Path, typer.Argument(help="The operation file, YAML.")],
    claims: Annotated[Path | None, typer.Option(help="A claims file to keep with it.")] = None,
    totals: Annotated[
        Path | None, typer.Option(help="A table of published running totals (CSV) to keep.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Make a ledger for an operation file, or take a new version of the file into it.

    Places and deadlines become entries; a changed one is a new entry, never an edit. Running it
    again with the same file adds nothing.

    Example:  safepassage init operation.yaml --claims claims.yaml
    """
    read = read_operation(read_file(operation), operation.name)
    kept: list[tuple[str, Path]] = []
    if claims is not None:
        read_claims(read_file(claims), claims.name)
        kept.append((CLAIMS, claims))
    if totals is not None:
        _check_totals(read, read_totals(read_file(totals), totals.name), totals.name)
        kept.append((PUBLISHED_TOTALS, totals))
    now = datetime.now(UTC)
    with open_store(store, writer=True) as writing:
        added = take_operation(writing, read, _text(operation), now=now)
        for name, file in kept:
            writing.put_document(name, _text(file), recorded_at=now)
    if json:
        print_json({"store": store, "operation": read.id, "entries_added": added})
        return
    for warning in read.warnings:
        typer.echo(f"warning: {warning}", err=True)
    typer.echo(f"{read.name}: {added} entries added to {store}")
    typer.echo("next: safepassage import FACTS.jsonl, then safepassage serve")


def take_operation(store: Store, operation: Operation, text: str, *, now: datetime) -> int:
    """Keep an operation file and enter the places and deadlines that are new or changed."""
    with store.ledger() as ledger:
        facts = opening_facts(operation, now, ledger.catalogue)
    receipt = all_recorded(store.append(facts, source="operation-file", recorded_at=now))
    store.put_document(OPERATION, text, recorded_at=now)
    return receipt.recorded


def _check_totals(operation: Operation, totals: Iterable[PublishedTotal], name: str) -> None:
    """Refuse published totals that no running total of the operation could be set against."""
    baselines = {b.id: b for b in operation.baselines}
    listed = ", ".join(baselines) or "none; add it to the operation file"
    wrong: list[str] = []
    for total in totals:
        baseline = baselines.get(total.baseline)
        if baseline is None:
            wrong.append(f"row {total.id}: no baseline {total.baseline!r}; baselines: {listed}")
        elif total.as_of <= baseline.at:
            wrong.append(
                f"row {total.id}: as of {zulu(total.as_of)}, which is not after its baseline"
                f" {baseline.id} ({zulu(baseline.at)}); check as_of_local and zone"
            )
    if wrong:
        raise BadQuestionError("\n  ".join([f"{name} does not fit the operation", *wrong]))


def read_file(path: Path) -> bytes:
    """The bytes of a file that a user named.

    Raises:
        BadQuestionError: it cannot be read; the message says why.
    """
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadQuestionError(f"{path} cannot be read: {fault.strerror}") from fault


def _text(path: Path) -> str:
    return read_file(path).decode("utf-8-sig")
