"""`safepassage check`: everything recomputed from the entries."""

from __future__ import annotations

from typing import Annotated

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import parts_progress, print_json
from safepassage.control.passage_check import passage_faults
from safepassage.model.errors import BadQuestionError
from safepassage.operate.event import hash_of
from safepassage.store.check import CheckReport
from safepassage.store.check import check as audit
from safepassage.store.gate_quarantine import DECIDED
from safepassage.store.quarantine import Item
from safepassage.store.record import Head
from safepassage.store.store import Store, open_store

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def check(
    store: StoreOption = DEFAULT_STORE,
    witnessed: Annotated[
        list[str] | None,
        typer.Option(metavar="POSITION:HASH", help="An end that somebody wrote down elsewhere."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Recompute everything from the entries and say in plain sentences what is wrong.

    Verifies the chain of hashes, that no entry is missing, that the maintained balances are those
    of the plain fold, that heads are conserved, and that each pass went the way that phones saw.
    Exit code 1 if anything is wrong.

    The last line is the ledger's end. Write it down elsewhere and give it back later with
    --witnessed: only that shows that the whole ledger was not replaced by another.

    Example:  safepassage check --store demo/kabul-2021.db
    """
    ends = [_head(text) for text in witnessed or ()]
    with open_store(store) as reading:
        report = check_store(reading, ends)
        waiting = undecided(reading)
    if json:
        print_json(
            {
                "entries": report.entries,
                "position": report.head.seq,
                "hash": report.head.hash,
                "sound": report.is_sound,
                "findings": [f._asdict() for f in report.findings],
                "quarantined": [i.reason for i in waiting],
            }
        )
    else:
        print_check(report)
        for item in waiting:
            typer.echo(f"  in quarantine: {item.reason}")
    if not report.is_sound:
        raise typer.Exit(EXIT_FOUND)


def check_store(store: Store, witnessed: list[Head] | None = None) -> CheckReport:
    """Audit a store with a progress bar."""
    with store.ledger() as ledger, parts_progress() as tell:
        report = audit(ledger, tell, witnessed or ())
        if report.is_sound:
            for sentence in passage_faults(ledger):
                report.add("passages", sentence)
    return report


def undecided(store: Store) -> list[Item]:
    """What is in quarantine, without the events of phones about which an officer decided."""
    with store.ledger() as ledger:
        decided = {row.hash for row in ledger.execute(DECIDED)}
    return [item for item in store.quarantined() if hash_of(item.offered) not in decided]


def print_check(report: CheckReport) -> None:
    """What was recomputed, what is wrong, and where the ledger ends."""
    for sentence in report.sentences():
        typer.echo(f"  {sentence}")
    typer.echo(f"  end of the ledger: {report.head.seq}:{report.head.hash}")


def _head(text: str) -> Head:
    seq, found, digest = text.partition(":")
    if not found or not seq.isascii() or not seq.isdigit() or len(digest) != 64:
        raise BadQuestionError(
            f"{text[:80]!r} is not an end of a ledger: copy the last line of an earlier check"
        )
    return Head(int(seq), digest)
