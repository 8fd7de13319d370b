"""The odds' part of `safepassage demo`: the plan played many times, and one of them as a ledger."""

from __future__ import annotations

from pathlib import Path

import typer

from safepassage.cli.opened import OPERATION
from safepassage.cli.output import heading, parts_progress
from safepassage.cli.simulate_text import print_odds
from safepassage.exchange.operation_file import read_operation
from safepassage.planner.keeping import kept_plan
from safepassage.planner.odds import ODDS, asked_again
from safepassage.planner.planner import folder_beside
from safepassage.planner.replaying import write_replication
from safepassage.simulate.engines import run, serial
from safepassage.simulate.odds import odds
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import Asked, Folder
from safepassage.store.store import open_store

REPLICATIONS = 50
SEED = "1"


def tell_odds(drawn: Path, ledger: Path) -> Path | None:
    """Play the plan of a plan's ledger against the causes of its operation file.

    Args:
        drawn: the plan's ledger.
        ledger: the operation's, beside which the odds are kept: its desks show them.

    Returns:
        One replication as a ledger of its own; None where the operation states no cause.
    """
    with open_store(drawn) as store:
        document, kept = kept_plan(store), store.get_document(OPERATION)
    if kept is None:
        return None
    operation = read_operation(kept.text, OPERATION)
    asked = Asked(document, operation, kept.text, Policy(), SEED, REPLICATIONS)
    if not asked.causes:
        return None
    heading(f"The odds of that plan: played {REPLICATIONS} times")
    into = Folder(folder_beside(ledger) / ODDS / asked.id)
    with parts_progress() as tell:
        run(asked, into, serial, lambda done, total: tell("replications", done, total))
    print_odds(asked.id, odds(into, asked.script(), []), operation.local_zone)
    typer.echo("\n  which cause costs most people: `safepassage simulate sweep --causes`")
    played = ledger.with_name(f"odds-{asked.id}-0.db")
    if not played.is_file():
        write_replication(asked_again(into), 0, str(played))
    return played
