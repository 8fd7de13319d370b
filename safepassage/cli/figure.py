"""`safepassage figure`: every number with its definition, its derivation and its differences."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice, product
from typing import Annotated

import typer

from safepassage.cli.opened import (
    DEFAULT_STORE,
    JsonOption,
    Opened,
    StoreOption,
    all_recorded,
    opened,
    stored_operation,
)
from safepassage.cli.output import heading, instant, print_json, print_table
from safepassage.model.claim import Claim, Subject
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import EntryId
from safepassage.model.observation import Publication
from safepassage.report.compare import Comparison, Stated, compare, compare_stated
from safepassage.report.definition import definitions
from safepassage.report.figure import ask
from safepassage.report.phrase import KEYS, read_question
from safepassage.report.question import Question
from safepassage.report.verdict import judge
from safepassage.report.why import Derivation, why
from safepassage.store.store import open_store

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
PAIRS_MAX = 4  # two numbers may each be several people's claim

WordsArgument = Annotated[
    list[str],
    typer.Argument(metavar="FIGURE [part=value ...]", help="; ".join(f"{k}=" for k in KEYS)),
]


@app.command("list")
def list_figures(json: JsonOption = False) -> None:
    """List the figures that can be asked.

    Example:  safepassage figure list
    """
    known = definitions().values()
    if json:
        print_json([{"figure": d.id, "title": d.title, "definition": d.sentence} for d in known])
        return
    for d in known:
        typer.echo(f"{d.id:20}  {d.sentence}")


@app.command()
def show(
    words: WordsArgument, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """Print a figure with everything that its value depends on.

    Examples:

      safepassage figure show people-out from=2021-08-28T03:00 to=2021-08-29T03:00
      zone=America/New_York

      safepassage figure show people-out baseline=since-14-august as_of=2021-08-30T07:00Z

      safepassage figure show at-havens as_of=2021-08-20T12:00Z
    """
    with opened(store) as at:
        figure = ask(at.ledger, read_question(words, at.asking, at.now))
    if json:
        print_json(figure.to_json())
        return
    typer.echo(f"{figure.value:,} {figure.unit}")
    typer.echo(f"  {figure.question.defined.sentence}")
    typer.echo(f"  {figure.question.describe()}")


@app.command("why")
def show_why(
    words: WordsArgument,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
    entries: Annotated[bool, typer.Option("--entries", help="List the single entries.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many lines.")] = 60,
) -> None:
    """List the entries behind a figure; they add up to it.

    Example:  safepassage figure why people-out from=2021-08-28T03:00 to=2021-08-29T03:00
    zone=America/New_York --entries
    """
    with opened(store) as at:
        found = why(at.ledger, read_question(words, at.asking, at.now))
        if json:
            print_json(found.figure.to_json() | {"lines": [x.to_json() for x in found.lines]})
        else:
            _print_derivation(at, found, entries, limit)


def _print_derivation(at: Opened, found: Derivation, entries: bool, limit: int) -> None:
    zone = found.figure.question.zone
    typer.echo(str(found.figure))
    if entries:
        typer.echo(f"\n{len(found.lines):,} entries:")
        for line in islice(found.lines, limit):
            drawn = _drawn(at, line.entry)
            typer.echo(
                f"  {instant(line.instant, zone)}  {line.amount:+7,}  {line.from_place} >"
                f" {line.to_place}  {line.entry}{drawn}"
            )
        _print_rest(len(found.lines), limit)
    else:
        subtotals = found.subtotals(at.ledger)
        typer.echo(f"\n{len(found.lines):,} entries at {len(subtotals):,} lifts or places:")
        for part in subtotals[:limit]:
            typer.echo(
                f"  {instant(part.first, zone)}  {part.amount:+7,}  {part.place}"
                f"  {part.operator_class}  ({part.lines:,} entries)"
            )
        _print_rest(len(subtotals), limit)
    typer.echo(f"\n  they add up to {found.total:,}")


def _drawn(at: Opened, entry_id: EntryId) -> str:
    """Which fields of an entry a seed chose, for a person who reads the list."""
    entry = at.ledger.entry(EntryId(entry_id.partition("~")[0]))
    drawn = getattr(entry.fact, "drawn", ()) if entry else ()
    return f"  (drawn: {', '.join(drawn)})" if drawn else ""


def _print_rest(found: int, limit: int) -> None:
    if found > limit:
        typer.echo(f"  ... and {found - limit:,} more; --limit {found} or --json shows them all")


@app.command("compare")
def show_compare(
    first: Annotated[str, typer.Argument(help="claim:ID, a claimed number, or a question")],
    second: Annotated[str, typer.Argument(help="as the first")],
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Explain the difference of two figures term by term; the terms add up to it.

    Examples:

      safepassage figure compare 123000 116000

      safepassage figure compare claim:press-tv-123000 claim:cnn-116000

      safepassage figure compare "people-out baseline=since-14-august" "people-out
      baseline=since-end-of-july"
    """
    with opened(store) as at:
        pairs = list(islice(product(_sides(at, first), _sides(at, second)), PAIRS_MAX))
        found = [_compared(at, a, b) for a, b in pairs]
    if json:
        print_json([c.to_json() for c in found])
        return
    for comparison in found:
        _print_comparison(comparison)


def _sides(at: Opened, text: str) -> list[Stated | Question]:
    if text.startswith("claim:"):
        wanted = [c for c in at.claims() if c.id == text.removeprefix("claim:")]
        if not wanted:
            raise BadQuestionError(f"no {text}; `safepassage claims` lists them")
        return [_stated(at, claim) for claim in wanted]
    number = text.replace(",", "")
    if number.isascii() and number.isdigit():
        return _claimed(at, int(number))
    return [read_question(text.split(), at.asking, at.now)]


def _claimed(at: Opened, number: int) -> list[Stated | Question]:
    found = [
        c
        for c in at.claims()
        if c.subject is Subject.FIGURE and c.quantity and c.quantity.value == number
    ]
    if not found:
        raise BadQuestionError(f"nobody is known to have said {number:,}; ask a question instead")
    return [_stated(at, claim) for claim in found]


def _stated(at: Opened, claim: Claim) -> Stated:
    """A claim as a value with a question: the reading that fits it best."""
    if claim.quantity is None or claim.subject is not Subject.FIGURE:
        raise BadQuestionError(f"claim:{claim.id} is not a number that a figure answers")
    (finding,) = judge(at.ledger, at.asking, [claim])
    fitting = [t for t in finding.tried if t.question is not None]
    if not fitting or fitting[0].question is None:
        raise BadQuestionError(f"claim:{claim.id} {finding.verdict}: {finding.reason}")
    return Stated(
        name=claim.id,
        detail=f"{claim.report}: {claim.quantity}, read {fitting[0].means}",
        value=claim.quantity.value,
        question=fitting[0].question,
    )


def _compared(at: Opened, a: Stated | Question, b: Stated | Question) -> Comparison:
    if isinstance(a, Question) and isinstance(b, Question):
        return compare(at.ledger, a, b)
    return compare_stated(at.ledger, _as_stated(at, a), _as_stated(at, b))


def _as_stated(at: Opened, side: Stated | Question) -> Stated:
    if isinstance(side, Stated):
        return side
    return Stated(name="the ledger", value=ask(at.ledger, side).value, question=side)


def _print_comparison(found: Comparison) -> None:
    heading(f"{found.first.value:,} and {found.second.value:,}: {found.difference:+,}")
    for side in (found.first, found.second):
        typer.echo(f"  {side.value:>9,}  {side.name}  {side.detail}".rstrip())
        typer.echo(f"             {side.question.describe()}")
    typer.echo("")
    rows = [(t.cause, t.sentence, f"{t.amount:+,}") for t in found.terms]
    rows.append(("", "together", f"{found.difference:+,}"))
    print_table(("because of", "", "heads"), rows, numeric=1)


@app.command()
def publish(
    words: WordsArgument, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """Record that a figure was said in public, so that a later change owes a revision line.

    Example:  safepassage figure publish people-out baseline=since-14-august
    """
    with open_store(store, writer=True) as writing:
        with writing.ledger() as ledger:
            at = Opened(writing, ledger, stored_operation(writing))
            figure = ask(ledger, read_question(words, at.asking, at.now))
        published_at = datetime.now(UTC)
        fact = Publication(
            id=EntryId(f"publication/{figure.question.position}-{published_at:%Y%m%dT%H%M%S%f}"),
            question=figure.question.canonical,
            value=figure.value,
            position=figure.question.position,
            published_at=published_at,
        )
        receipt = writing.append([fact], source="duty-officer", recorded_at=published_at)
        all_recorded(receipt)
    if json:
        print_json(figure.to_json() | {"publication": fact.id})
    else:
        typer.echo(f"published: {figure}")
