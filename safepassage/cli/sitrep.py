"""`safepassage sitrep`: the situation report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, opened
from safepassage.cli.output import heading, print_json, print_table
from safepassage.cli.written import written
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import parse_instant
from safepassage.report.question import describe_window
from safepassage.report.sitrep import Sitrep, make_sitrep, shown_instant
from safepassage.report.sitrep_csv import write_csv
from safepassage.report.sitrep_html import age, write_html

app = typer.Typer(rich_markup_mode=None, add_completion=False)
DOUBTS_SHOWN_MAX = 12
PRESENT = timedelta(minutes=5)  # a report as of then is as of now


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    HTML = "html"
    CSV = "csv"
    JSON = "json"


@app.command()
def sitrep(
    store: StoreOption = DEFAULT_STORE,
    as_of: Annotated[str | None, typer.Option(help="An instant with Z or an offset.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead.")] = None,
    json: JsonOption = False,
) -> None:
    """Write the situation report: stock by place, flow, totals, deadlines, doubts, revisions.

    Examples:

      safepassage sitrep

      safepassage sitrep --as-of 2021-08-29T07:00Z --format html --out sitrep.html
    """
    with opened(store) as at:
        instant = parse_instant(as_of, "--as-of") if as_of else at.now
        report = make_sitrep(at.ledger, at.operation, instant)
        form = Format.JSON if json else form
        if out is not None:
            text = _as_text(report, form)
            with written(out, at.store) as file:
                file.write(text)
            typer.echo(f"written: {out}", err=True)
            return
    if form is Format.TEXT:
        _print(report, "the instant asked for" if as_of else "the last movement")
    elif form is Format.JSON:
        print_json(report.to_json())
    else:
        typer.echo(_as_text(report, form), nl=False)


def _as_text(report: Sitrep, form: Format) -> str:
    if form is Format.CSV:
        return write_csv(report)
    if form is Format.HTML:
        return write_html(report)
    from json import dumps

    if form is Format.JSON:
        return dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"
    raise BadQuestionError("text goes to the terminal: choose --format html, csv or json")


def _print(report: Sitrep, chosen: str) -> None:
    zone = report.operation.zones[0]
    clock = datetime.now(UTC)
    heading(f"Situation report: {report.operation.name}")
    typer.echo(f"as of {shown_instant(report.as_of, zone)}, ledger position {report.position:,}")
    if abs(clock - report.as_of) > PRESENT:
        typer.echo(f"as of {chosen}; the clock reads {shown_instant(clock, zone)}")
    for d in report.deadlines:
        typer.echo(
            f"{report.remaining(d)} to {d.name or d.deadline}: {shown_instant(d.at, d.zone)}"
        )
    heading("Out in the window")
    typer.echo(describe_window(report.window) + "\n")
    rows = [
        (o.operator_class, f"{o.people.value:,}", f"{o.lifts.value:,}") for o in report.operators
    ]
    print_table(("operator class", "people", "lifts"), rows, numeric=2)
    heading("Running totals and figures")
    for figure in [*report.totals, *report.figures]:
        typer.echo(f"{figure.value:>10,}  {figure.question.describe()}")
    heading("Where everybody is")
    stocks = [(s.name, str(s.kind or "?"), f"{s.heads:,}") for s in report.stocks if s.heads]
    stocks.append(("everybody ever seen", "the sum", f"{report.everybody:,}"))
    print_table(("place", "kind", "heads"), stocks, numeric=1)
    heading("Revisions of published figures")
    for revision in report.revisions:
        typer.echo(f"  {revision}")
    if not report.revisions:
        typer.echo("  none")
    _print_doubts(report)


def _print_doubts(report: Sitrep) -> None:
    still = report.open_doubts
    heading(f"Discrepancies: {len(still):,} open, {len(report.doubts) - len(still):,} explained")
    for d in still[:DOUBTS_SHOWN_MAX]:
        owner = d.owner or "nobody yet"
        typer.echo(f"  {d.discrepancy.id}  {age(d.age)}, {owner}: {d.discrepancy.sentence}")
    if len(still) > DOUBTS_SHOWN_MAX:
        typer.echo(
            f"  ... and {len(still) - DOUBTS_SHOWN_MAX:,} more: `safepassage discrepancy list`"
        )
