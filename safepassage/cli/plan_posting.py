"""`safepassage plan post | publish`: from a plan file to promises in a ledger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.init import read_file
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, stored_operation
from safepassage.cli.output import print_json
from safepassage.cli.plan_file import PlanArgument, read_plan
from safepassage.exchange.operation_file import read_operation
from safepassage.planner.publishing import Posted
from safepassage.planner.publishing import post as posted_in
from safepassage.planner.publishing import publish as published_in
from safepassage.store.store import open_store


def post(
    path: PlanArgument,
    operation: Annotated[Path, typer.Argument(help="The operation file that it was made from.")],
    store: Annotated[
        str, typer.Option("--store", help="The plan's own ledger: a new file.")
    ] = "plan.db",
    json: JsonOption = False,
) -> None:
    """Make a plan's own ledger: figures, checks, board and sitrep then read the plan.

    Nothing of it touches the operation's ledger. Posting the same plan again changes nothing.

    Examples:

      safepassage plan post plan.json operation.yaml --store plan.db

      safepassage sitrep --store plan.db --as-of 2021-08-20T07:00:00Z
    """
    document = read_plan(path)
    text = read_file(operation).decode("utf-8")
    known = read_operation(text, operation.name)
    with open_store(store, writer=True) as writing:
        found = posted_in(writing, known, text, document, datetime.now(UTC))
    _say(found, f"in {store}", json)


def publish(
    path: PlanArgument,
    by: Annotated[str, typer.Option(help="Who signs: an account or desk id, no private name.")],
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Sign a plan: its promises go into the operation's ledger, those of the plan before are
    withdrawn.

    Refused unless the recount finds nothing, the file is as it was solved, and the ledger is of
    the plan's operation. What has happened already stays as it is.

    Example:  safepassage plan publish plan.json --by movement-control
    """
    document = read_plan(path)
    with open_store(store, writer=True) as writing:
        operation = stored_operation(writing)
        found = published_in(writing, operation, document, signed_by=by, now=datetime.now(UTC))
    _say(found, f"in {store}, signed by {by}", json)


def _say(found: Posted, where: str, json: bool) -> None:
    if json:
        print_json(asdict(found))
        return
    if not found.promises:
        typer.echo(f"{found.plan} is there already; nothing changed")
        return
    typer.echo(f"{found.plan}: {found.people:,} people out, {found.promises:,} facts {where}")
    typer.echo(f"  SHA-256 of the plan: {found.sha256}")
    if found.replaces is not None:
        typer.echo(f"  {found.withdrawn:,} unsettled promises of {found.replaces} withdrawn")
