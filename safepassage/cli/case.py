"""`safepassage case`: whoever is not out, in classes that add up, and what is done about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, opened, stored_operation
from safepassage.cli.output import heading, instant, print_json, print_table
from safepassage.cli.stepping import AtOption, IdOption, at_instant, say_taken, token_of
from safepassage.cli.unlocked import AsOption, KeyFileOption, unlocked
from safepassage.cli.written import written
from safepassage.control.cases import Cases, Chosen, Found, Remembered
from safepassage.control.office import PenBooks
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PlaceId, SponsorId
from safepassage.model.instant import format_instant, zulu
from safepassage.model.ledger import Ledger
from safepassage.model.not_out import CaseStep, NextStep, NotOutClass
from safepassage.model.place import ClosingReason
from safepassage.model.refusal import RefusalReason
from safepassage.operate.caseload import Case, Word
from safepassage.operate.feedback import feedback
from safepassage.operate.not_out import Remaining, Standing
from safepassage.report.asking import Asking
from safepassage.secure.roles import COMMAND_LINE
from safepassage.store.pen import Pen
from safepassage.store.store import open_store

EXIT_FOUND = 1
SHOWN_MAX = 100
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="An instant with Z or an offset.")]
CaseArgument = Annotated[
    str, typer.Argument(help="A person, a group, or the place of heads of no group, as listed.")
]
WasOption = Annotated[
    Standing | None, typer.Option("--was", help="Which row is meant, if there are several.")
]


@contextmanager
def _asked(store: str, as_of: str | None) -> Iterator[tuple[Ledger, Found, str]]:
    """The ledger, who is not out of it, and the zone to show instants in."""
    with opened(store) as at:
        when = at_instant(as_of, "--as-of") or max(at.now, _last_word(at.ledger, at.now))
        counted = frozenset(Asking(at.operation, at.ledger.position).evacuees)
        yield at.ledger, Remembered().found(at.ledger, when, counted), at.operation.local_zone


def _last_word(ledger: Ledger, before: datetime) -> datetime:
    """When something was last said about anybody: what a desk recorded just now is shown."""
    catalogue = ledger.catalogue
    last = [step.occurred_at for step in catalogue.case_steps[-1:]]
    last += [refusal.occurred_at for refusal in catalogue.refusals[-1:]]
    return max(last, default=before)


@contextmanager
def _desk(address: str) -> Iterator[Cases]:
    """The case desk of a ledger, for changes."""
    with open_store(address) as store:
        operation = stored_operation(store)
        pen = Pen(address)
        try:
            books = PenBooks(store.ledger, pen, _clock, COMMAND_LINE)
            yield Cases(books, _clock, Asking(operation, 0).evacuees)
        finally:
            pen.close()


def _clock() -> datetime:
    return datetime.now(UTC)


@app.command()
def summary(
    store: StoreOption = DEFAULT_STORE, as_of: AsOfOption = None, json: JsonOption = False
) -> None:
    """Count everybody who is not out by class and reason; say whether it adds up, and from what.
    Ends with 1 if it does not.

    Examples:

      safepassage case summary

      safepassage case summary --as-of 2021-08-31T00:00Z --json
    """
    with _asked(store, as_of) as (_, found, zone):
        adds_up = found.not_out.adds_up
        if json:
            print_json(_summary_json(found))
        else:
            _say_summary(found, zone)
    if not adds_up:
        raise typer.Exit(EXIT_FOUND)


def _say_summary(found: Found, zone: str) -> None:
    n, load = found.not_out, found.load
    heading(f"Not out, as of {instant(n.as_of, zone)}, position {n.position:,}")
    rows = [("known", "", f"{n.known:,}"), ("out", "", f"{n.out:,}")]
    rows += [(c.standing, c.why, f"{c.heads:,}") for c in n.counts()]
    print_table(("class", "reason", "heads"), rows, numeric=1)
    sign = "=" if n.adds_up else "IS NOT"
    typer.echo(f"  {n.known:,} known {sign} {n.out:,} out + {n.not_out:,} not out")
    terms = n.terms
    typer.echo(
        f"  {n.known:,} known = {terms.ever_seen:,} in the ledger + {terms.walked_unseen:,} not"
        f" seen to enter + {terms.never_seen:,} at no place - {terms.seen_twice:,} seen twice -"
        f" {terms.duplicates:,} duplicates"
    )
    if n.may_be_out:
        typer.echo(f"  up to {n.may_be_out:,} of them may be out: heads left without names")
    if n.turned_away:
        typer.echo(f"  {n.turned_away:,} heads refused that are of no group: in no class")
    due = load.due
    clock = f"{due.overdue:,} overdue, {due.running:,} in time, {due.without_clock:,} without clock"
    typer.echo(f"  cases: {clock}")
    if load.deadline is not None:
        word = "passed" if load.is_over else "ends"
        typer.echo(f"  the last deadline {word} {instant(load.deadline.at, zone)}")


def _summary_json(found: Found) -> dict[str, Any]:
    n = found.not_out
    return {
        **n.totals(),
        "reasons": [
            {"class": str(c.standing), "why": str(c.why), "heads": c.heads} for c in n.counts()
        ],
        "terms": n.terms._asdict(),
        "may_be_out": n.may_be_out,
        "turned_away": n.turned_away,
        "due": found.load.due._asdict(),
    }


@app.command("list")
def list_cases(
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    standing: Annotated[
        Standing | None, typer.Option("--class", help="Everybody of one class, cases or not.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(help="Whose cases; `nobody` for those without an owner.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="The site that looks after them.")] = None,
    json: JsonOption = False,
) -> None:
    """List cases, overdue first: ids, heads, class, owner, next step and clock. No names.

    Examples:

      safepassage case list

      safepassage case list --class refused --owner nobody
    """
    with _asked(store, as_of) as (_, found, _zone):
        cases = found.cases_of(standing)
    shown = [
        c
        for c in cases
        if (owner is None or (c.owner or "nobody") == owner) and site in (None, c.site)
    ]
    if json:
        print_json([case_json(case, found.not_out.as_of) for case in shown])
        return
    rows = [_line(case, found.not_out.as_of) for case in shown[:SHOWN_MAX]]
    print_table(("case", "heads", "class", "reason", "place", "owner", "next", "due"), rows)
    if len(shown) > SHOWN_MAX:
        typer.echo(f"  and {len(shown) - SHOWN_MAX:,} more: --json lists them", err=True)


def _line(case: Case, as_of: datetime) -> tuple[str, ...]:
    r = case.remaining
    due = "" if case.due_at is None else zulu(case.due_at)
    return (
        case.id,
        f"{r.heads:,}",
        r.standing,
        r.why,
        r.place or "(nowhere)",
        case.owner or "nobody yet",
        case.next_step,
        f"{due} OVERDUE" if case.is_overdue(as_of) else due,
    )


def case_json(case: Case, as_of: datetime) -> dict[str, Any]:
    """A case as JSON values."""
    r = case.remaining
    return {
        "case": case.id,
        **_remaining_json(r),
        "owner": case.owner,
        "site": case.site,
        "next_step": str(case.next_step),
        "due_at": None if case.due_at is None else format_instant(case.due_at),
        "overdue": case.is_overdue(as_of),
        "proposed": case.is_proposed,
    }


def _remaining_json(r: Remaining) -> dict[str, Any]:
    return {
        "person": r.person,
        "group": r.group,
        "heads": r.heads,
        "among": list(r.among),
        "class": str(r.standing),
        "why": str(r.why),
        "place": r.place,
        "since": None if r.since is None else format_instant(r.since),
    }


@app.command()
def show(
    case: CaseArgument,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Show everything about one person or group that is not out, and what was said of them.

    Example:  safepassage case show fam-12
    """
    with _asked(store, as_of) as (ledger, found, zone):
        rows = [c for c in found.cases_of(None, every=True) if case in _ids(c.remaining)]
        said = [
            s
            for s in ledger.catalogue.case_steps
            if case in _about(s) and s.occurred_at <= found.not_out.as_of
        ]
    if not rows:
        raise BadQuestionError(f"{case} is not among those who are not out: `case list` shows who")
    if json:
        print_json([case_json(row, found.not_out.as_of) for row in rows])
        return
    print_table(
        ("case", "heads", "class", "reason", "place", "owner", "next", "due"),
        [_line(row, found.not_out.as_of) for row in rows],
    )
    for step in said:
        typer.echo(
            f"  {instant(step.occurred_at, zone)}: {step.heads:,} {step.standing}, {step.owner},"
            f" {step.next_step}"
        )


def _about(step: CaseStep) -> tuple[str | None, ...]:
    """Whom a step is about: heads of no group go by their place."""
    is_nobodys = step.person is None and step.group is None
    return (step.place,) if is_nobodys else (step.person, step.group)


def _ids(r: Remaining) -> tuple[str | None, ...]:
    return (r.person, r.group, r.place if r.group is None and r.person is None else None, *r.among)


@app.command()
def step(
    case: CaseArgument,
    owner: Annotated[str | None, typer.Option(help="An account or agency, never a name.")] = None,
    standing: Annotated[NotOutClass | None, typer.Option("--class", help="Their class.")] = None,
    reason: Annotated[RefusalReason | None, typer.Option(help="Of somebody refused.")] = None,
    next_step: Annotated[NextStep | None, typer.Option("--next", help="What is done next.")] = None,
    due: Annotated[str | None, typer.Option(help="By when, with Z or an offset.")] = None,
    site: Annotated[str | None, typer.Option(help="Where the case is looked after.")] = None,
    close: Annotated[
        ClosingReason | None, typer.Option(help="Close it: they are at that closing place.")
    ] = None,
    was: WasOption = None,
    heads: Annotated[int | None, typer.Option(min=1, help="So many of the group.")] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    id: IdOption = None,
) -> None:
    """Say something about a case: class, owner, next step, clock; or close it.

    Examples:

      safepassage case step fam-12 --owner desk-2 --class undecided --next call-again

      safepassage case step p-1f --close out-by-own-means
    """
    chosen, token = Chosen(case, was, heads=heads), token_of(id)
    with _desk(store) as desk:
        if close is not None:
            taken = desk.close(chosen, close, token=token, at=at_instant(at))
            say_taken(taken, f"{case} is closed: {close}")
            return
        word = Word(
            owner=owner,
            site=PlaceId(site) if site else None,
            standing=standing,
            reason=reason,
            next_step=next_step,
            due_at=at_instant(due, "--due"),
        )
        if word == Word():
            raise BadQuestionError("say something about the case: --class, --owner, --next, --due")
        say_taken(desk.step(chosen, word, token=token, at=at_instant(at)), f"{case}: recorded")


@app.command("hand-over")
def hand_over(
    to: Annotated[str, typer.Option(help="Who takes the cases over: an account or agency.")],
    site: Annotated[str, typer.Option(help="Where they are looked after from now on.")],
    from_site: Annotated[
        str | None, typer.Option("--from-site", help="The cases of one site; else all.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    id: IdOption = None,
) -> None:
    """Hand the whole caseload over to another site, in one transaction; nobody's class changes.

    Example:  safepassage case hand-over --to embassy-doha --site doha
    """
    word = Word(owner=to, site=PlaceId(site))
    whose = PlaceId(from_site) if from_site else None
    with _desk(store) as desk:
        taken = desk.hand_over(word, token=token_of(id), from_site=whose, at=at_instant(at))
    say_taken(taken, f"{len(taken.facts):,} cases handed over to {to} at {site}")


@app.command()
def refusals(
    sponsor: Annotated[str, typer.Option(help="Whose people: the agency that answers for a list.")],
    out: Annotated[Path | None, typer.Option(help="Write CSV to this file.")] = None,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Tell a sponsor how many of its people are on the list and never passed the gate, and why.
    Counts below ten are not told. The register must be unlocked: it knows whose people they are.

    Examples:

      safepassage case refusals --sponsor embassy-a

      safepassage case refusals --sponsor embassy-a --out embassy-a.csv
    """
    with unlocked(store, key_file, account) as at:
        named = at.registrar.sponsors(at.viewer)
    with _asked(store, as_of) as (ledger, found, zone):
        told = feedback(found.not_out, ledger.catalogue, named, SponsorId(sponsor))
    if out is not None:
        with written(out) as file:
            file.write(told.to_csv())
        typer.echo(f"written to {out}")
    elif json:
        print_json(told.to_json())
    else:
        typer.echo(f"{sponsor}, as of {instant(told.as_of, zone)}, position {told.position:,}")
        print_table(("what", "class or reason", "place", "heads"), told.rows(), numeric=1)
