"""`safepassage demo`: a real airlift accounted for, end to end, on the embedded database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.check import check_store, print_check
from safepassage.cli.claims import print_findings, print_totals
from safepassage.cli.demo_gate import tell_gates
from safepassage.cli.demo_odds import tell_odds
from safepassage.cli.demo_plan import tell_plan
from safepassage.cli.demo_register import tell_register
from safepassage.cli.opened import Opened, opened
from safepassage.cli.output import heading, instant, print_table
from safepassage.cli.scenario import take_scenario
from safepassage.cli.serve import PORT, PORT_MAX, serve_store
from safepassage.model.claim import Subject
from safepassage.model.instant import Window, format_instant, zulu
from safepassage.report.figure import Figure, ask, end_of
from safepassage.report.reconcile import reconcile
from safepassage.report.sitrep import make_sitrep
from safepassage.report.verdict import judge, last_departure
from safepassage.store.store import Store, open_store

app = typer.Typer(rich_markup_mode=None, add_completion=False)
DAY = timedelta(days=1)
COMPARED = (123_000, 116_000)  # two numbers said of one airlift on one day
Day = tuple[Window, Figure, list[tuple[Figure, Figure]]]


@app.command()
def demo(
    scenario: Annotated[str, typer.Option(help="A folder of scenarios/.")] = "kabul-2021",
    folder: Annotated[Path, typer.Option(help="Where the demo's ledger is kept.")] = Path("demo"),
    serve: Annotated[bool, typer.Option(help="Serve the board afterwards.")] = True,
    port: Annotated[
        int, typer.Option(min=0, max=PORT_MAX, help="Port of the board; 0 chooses a free one.")
    ] = PORT,
) -> None:
    """Account for the Kabul airlift of 2021 from published figures, plan it, serve the board.

    Examples:

      safepassage demo

      safepassage demo --no-serve

      safepassage demo --scenario hurricane-fictitious
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = str(folder / f"{scenario}.db")
    with open_store(store, writer=True) as writing:
        take_scenario(writing, scenario, now=datetime.now(UTC))
    with opened(store) as at:
        _tell(at)
        _check(at.store)
        hint = _hint(at)
        drawn = tell_plan(at, scenario, folder)
    played = None if drawn is None else tell_odds(drawn, Path(store))
    tell_register()
    tell_gates()
    typer.echo(f"\nThe ledger is {store}. Ask it anything, for example:")
    typer.echo(f"  safepassage {hint} --store {store}")
    if drawn is not None:
        typer.echo("The plan has a ledger of its own, with the same figures, checks and board:")
        typer.echo(f"  safepassage serve --store {drawn}")
    if played is not None:
        typer.echo(
            "Its odds stand, with their pictures, on the desk Odds of an account that plans:"
        )
        typer.echo(f"  safepassage account add planner-1 planner --store {store}")
        typer.echo("One time that it was played is a ledger as well; nothing in it happened:")
        typer.echo(f"  safepassage serve --store {played}")
    if serve:
        serve_store(store, port)


def _hint(at: Opened) -> str:
    """A command that has an answer in this ledger."""
    said = {c.quantity.value for c in at.claims() if c.quantity and c.subject is Subject.FIGURE}
    if said.issuperset(COMPARED):
        return "figure compare " + " ".join(map(str, COMPARED))
    end = end_of(at.ledger)
    is_ahead = end is not None and end > at.now
    return f"sitrep --as-of {format_instant(end)}" if end and is_ahead else "sitrep"


def _tell(at: Opened) -> None:
    heading(at.operation.name)
    typer.echo(f"{at.ledger.position:,} entries; {at.operation.summary}")
    days = _days(at)
    _print_days(at, days)
    _print_peak(days)
    _print_last_departure(at)
    totals = at.published_totals()
    if totals:
        print_totals(reconcile(at.ledger, at.asking, totals))
    claims = at.claims()
    if claims:
        heading("What others said, set against the ledger")
        print_findings(judge(at.ledger, at.asking, claims))
    _print_report(at)


def _days(at: Opened) -> list[Day]:
    """Every reporting window in which anybody left, oldest first, by operator class."""
    extent = at.ledger.extent()
    if extent is None:
        return []
    window = at.asking.reporting_window(extent[1] + DAY)
    days: list[Day] = []
    while window.end > extent[0]:
        parts = [
            (
                ask(at.ledger, at.asking.over("people-out", window, operator_classes=(c.id,))),
                ask(at.ledger, at.asking.over("lifts-out", window, operator_classes=(c.id,))),
            )
            for c in at.operation.operator_classes
        ]
        whole = ask(at.ledger, at.asking.over("people-out", window))
        if any(lifts.value for _, lifts in parts):
            days.append((window, whole, parts))
        window = at.asking.reporting_window(window.start)
    return days[::-1]


def _print_days(at: Opened, days: list[Day]) -> None:
    rule = at.operation.reporting_window
    heading(f"People out by reporting window ({rule.start:%H:%M} {rule.zone}, {rule.hours} h)")
    classes = [c.id for c in at.operation.operator_classes]
    print_table(
        ("window", "people", *(x for c in classes for x in (c, "lifts"))),
        [
            (
                f"{zulu(window.start)} to {zulu(window.end)}",
                f"{whole.value:,}",
                *(f"{f.value:,}" for part in parts for f in part),
            )
            for window, whole, parts in days
        ],
        numeric=1 + 2 * len(classes),
    )
    typer.echo("\n  windows in which a lift is known to have departed; people whose lifts were not")
    typer.echo("  published are in the running totals below")
    typer.echo(f"  as of each window's end, ledger position {at.ledger.position:,}")


def _print_peak(days: list[Day]) -> None:
    whole_days = [d for d in days if d[0].hours == 24 and d[2]]
    if not whole_days:
        return
    window, whole, parts = max(whole_days, key=lambda d: d[1].value)
    lifts = " + ".join(f"{f.value}" for _, f in parts if f.value)
    typer.echo(f"\n  Peak: {whole.value:,} people on {lifts} lifts, {window.hours:g} h from")
    typer.echo(f"  {whole.question.describe()}")


def _print_last_departure(at: Opened) -> None:
    last = last_departure(at.ledger)
    if last is None:
        return
    heading("The last lift")
    for zone in at.operation.zones:
        typer.echo(f"  {instant(last, zone)}")
    typer.echo("  one instant, however it is told")


def _print_report(at: Opened) -> None:
    report = make_sitrep(at.ledger, at.operation, at.now)
    heading("Revisions of published figures")
    for revision in report.revisions:
        typer.echo(f"  {revision}")
    heading(f"Discrepancies: {len(report.open_doubts)} open")
    for doubt in report.open_doubts[:5]:
        typer.echo(f"  {doubt.discrepancy.sentence}")
    if len(report.open_doubts) > 5:
        typer.echo("  ... `safepassage discrepancy list` shows them all")


def _check(store: Store) -> None:
    heading("Check of the whole ledger")
    print_check(check_store(store))
