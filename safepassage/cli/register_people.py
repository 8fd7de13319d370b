"""One person at a time: `register person`, `search`, `intake` and `shred`."""

from __future__ import annotations

from typing import Annotated

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, print_table
from safepassage.cli.register_plain import (
    hit_to_json,
    intake_to_json,
    person_lines,
    person_to_json,
    record_lines,
    stage_to_json,
)
from safepassage.cli.unlocked import AsOption, KeyFileOption, unlocked
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PersonId
from safepassage.model.instant import zulu
from safepassage.registrar.views import Stage


def show_person(
    person: Annotated[str, typer.Argument(help="A person's id; one that was merged leads on.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show one person: every record as it came, history, and where the ledger has them. This is a
    reveal: it counts against the hour's budget and is written to the audit chain.

    Example:  safepassage register person p-4f1d
    """
    with unlocked(store, key_file, account) as at, at.store.ledger() as ledger:
        view = at.registrar.person(at.viewer, PersonId(person), ledger)
    if json:
        print_json(person_to_json(view))
        return
    for line in person_lines(view):
        typer.echo(line)


def search(
    words: Annotated[
        list[str],
        typer.Argument(help="A name and something beside it, or a phone, document or band."),
    ],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Look for one person, in any spelling or script; at most ten are shown, and each is a reveal.
    There is no wildcard and no list of everybody. Exit code 1: nobody was found.

    Example:  safepassage register search Gholam Sakhizada 1984
    """
    with unlocked(store, key_file, account) as at:
        result = at.registrar.search(at.viewer, " ".join(words))
    if json:
        hits = [hit_to_json(hit) for hit in result.hits]
        print_json({"hits": hits, "is_cut": result.is_cut})
    else:
        for hit in result.hits:
            typer.echo(f"{hit.person}  ({hit.weight:+.1f})")
            for line in record_lines(hit.record):
                typer.echo(f"  {line}")
        if result.is_cut:
            typer.echo("more people fit: say more about the one who is meant", err=True)
    if not result.hits:
        typer.echo("nobody was found", err=True)
        raise typer.Exit(EXIT_FOUND)


def intake(
    person: Annotated[str | None, typer.Argument(help="Whose request to move on.")] = None,
    to: Annotated[
        str | None, typer.Option(help="The stage it has come to: read, triaged, decided, told.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason; it is sealed.")] = "",
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show requests by stage and age, or move one on. "Read" is not "handled": only "told" is.

    Examples:

      safepassage register intake

      safepassage register intake p-4f1d --to triaged --why "two children"
    """
    if (person is None) != (to is None):
        raise BadQuestionError("give both a person and --to STAGE, or neither to see the queue")
    with unlocked(store, key_file, account, writer=person is not None) as at:
        if person is not None:
            moved = at.registrar.move(at.viewer, PersonId(person), _stage(to or ""), why)
            if json:
                print_json(stage_to_json(moved))
            else:
                typer.echo(f"{moved.person}: {moved.stage} since {zulu(moved.since)}")
            return
        view = at.registrar.intake(at.viewer)
    if json:
        print_json(intake_to_json(view))
        return
    print_table(
        ("stage", "requests", "oldest, hours", "median, hours"),
        [
            (
                str(s.stage),
                f"{s.count:,}",
                *(
                    "" if age is None else f"{age.total_seconds() / 3600:.1f}"
                    for age in (s.oldest, s.median)
                ),
            )
            for s in view.stages
        ],
        numeric=3,
    )
    for waiting in view.waiting:
        typer.echo(f"  {waiting.person}  {waiting.stage} since {zulu(waiting.since)}")


def _stage(word: str) -> Stage:
    if word not in {str(stage) for stage in Stage}:
        raise BadQuestionError(f"--to {word}: a stage is read, triaged, decided or told")
    return Stage(word)


def shred(
    person: Annotated[str, typer.Argument(help="Whose records to make unreadable.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make what the register says about one person unreadable, for ever. Counts, published figures
    and the ledger stay as they are; the same row on a later list stays in quarantine.

    Example:  safepassage register shred p-4f1d
    """
    if not yes and not typer.confirm(f"Erase all records of {person}, for ever?", err=True):
        raise BadQuestionError("nothing was erased")
    with unlocked(store, key_file, account, writer=True) as at:
        done = at.registrar.shred(at.viewer, PersonId(person))
    if json:
        print_json({"person": done.person, "records": done.records, "rows": done.rows})
    else:
        typer.echo(f"{done.person}: {done.records} records and {done.rows} rows are unreadable now")
