"""`safepassage plan post | propose | publish`: from a plan file to promises in a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.init import read_file
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json
from safepassage.cli.plan_file import PlanArgument, read_plan
from safepassage.cli.unlocked import acting, now
from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import format_instant, zulu
from safepassage.planner.publishing import Posted
from safepassage.planner.publishing import post as posted_in
from safepassage.planner.signing import Signing
from safepassage.secure.roles import Action, allows
from safepassage.store.protection import Protection
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


ByOption = Annotated[
    str, typer.Option("--by", help="Who answers for it: an account; a desk where there are none.")
]


def propose(
    path: PlanArgument, by: ByOption, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """Propose a plan for somebody else to publish: the first of two who answer for it.

    Nothing of it is in force until then. Refused for the same reasons as `plan publish`.

    Example:  safepassage plan propose plan.json --by planner-1
    """
    document = read_plan(path)
    with _signing(store, by) as signing:
        made = signing.propose(document, by)
    if json:
        print_json({"plan": made.plan, "by": made.by, "at": format_instant(made.at)})
        return
    typer.echo(f"{made.plan}: proposed by {made.by} at {zulu(made.at)}")
    typer.echo("  somebody else looks at it and publishes it: `safepassage plan publish`")


def publish(
    path: PlanArgument, by: ByOption, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """Sign a plan: its promises go into the operation's ledger, those of the plan before are
    withdrawn.

    It takes two where accounts are in force, or more than 1,000 people are promised a way out:
    somebody else proposes it first. Refused unless the recount finds nothing, the file is as it was
    solved, and the ledger is of the plan's operation. What has happened already stays as it is.

    Example:  safepassage plan publish plan.json --by planner-2
    """
    document = read_plan(path)
    with _signing(store, by) as signing:
        found = signing.publish(document, by)
    _say(found, f"in {store}, signed by {by}", json)


@contextmanager
def _signing(address: str, by: str) -> Iterator[Signing]:
    """The signing of a ledger, for somebody who may plan where accounts are in force."""
    with open_store(address, writer=True) as store, Protection(address, now) as protection:
        if protection.accounts.all():
            refusal = allows(acting(protection, by), Action.PLAN)
            if refusal is not None:
                raise BadQuestionError(f"{by}: {refusal}")
        yield Signing(store, lambda: nullcontext(store), protection)


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
