"""`safepassage claims`: what others said, set against the ledger."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, Opened, StoreOption, opened
from safepassage.cli.output import heading, print_json, print_table
from safepassage.exchange.claims_file import read_claims
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import zulu
from safepassage.report.reconcile import RunningTotal, reconcile
from safepassage.report.verdict import Finding, Verdict, judge

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def claims(
    store: StoreOption = DEFAULT_STORE,
    file: Annotated[
        Path | None, typer.Option(help="A claims file; the store's own unless given.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Only claims on this topic.")] = None,
    readings: Annotated[
        bool, typer.Option("--readings", help="Show the readings that were tried.")
    ] = False,
    totals: Annotated[
        bool, typer.Option("--totals", help="Show the published running totals instead.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Set each claim against the ledger: agrees, agrees under another definition, contradicts, or
    cannot be told; and published running totals against the sum of the windows.

    Examples:

      safepassage claims

      safepassage claims --topic people-out-total --readings

      safepassage claims --totals
    """
    with opened(store) as at:
        if totals:
            published = at.published_totals()
            if not published:
                raise BadQuestionError("no published totals: keep a table with `init --totals`")
            rows = reconcile(at.ledger, at.asking, published)
            if json:
                print_json([r.to_json() for r in rows])
            else:
                print_totals(rows)
            return
        found = _judged(at, file, topic)
    if json:
        print_json([f.to_json() for f in found])
    else:
        print_findings(found, readings=readings)


def _judged(at: Opened, file: Path | None, topic: str | None) -> list[Finding]:
    said = at.claims()
    if file is not None:
        try:
            said = read_claims(file.read_bytes(), file.name)
        except OSError as fault:
            raise BadQuestionError(f"{file} cannot be read: {fault.strerror}") from fault
    if not said:
        raise BadQuestionError("no claims: give --file CLAIMS.yaml, or keep one with `init`")
    if topic is not None:
        topics = sorted({c.topic for c in said})
        said = [c for c in said if c.topic == topic]
        if not said:
            raise BadQuestionError(f"no claim on {topic!r}; topics: {', '.join(topics)}")
    return judge(at.ledger, at.asking, said)


def print_findings(found: list[Finding], *, readings: bool = False) -> None:
    """The verdicts by topic; what the ledger cannot tell comes last, a line each."""
    told = [f for f in found if f.verdict is not Verdict.CANNOT_TELL]
    by_topic = sorted(told, key=lambda f: f.claim.topic)
    for topic, group in groupby(by_topic, key=lambda f: f.claim.topic):
        typer.echo(f"\n{topic}")
        for finding in group:
            _print_finding(finding, readings)
    _print_untold([f for f in found if f.verdict is Verdict.CANNOT_TELL])
    counted = Counter(str(f.verdict) for f in found)
    summary = "; ".join(f"{n} {verdict}" for verdict, n in counted.most_common())
    typer.echo(f"\n{len(found)} claims: {summary}")


def _print_finding(finding: Finding, readings: bool) -> None:
    claim = finding.claim
    typer.echo(f"  {finding.verdict.upper()}: {claim.value} | {claim.words}")
    typer.echo(f"      {claim.report}, said by {claim.said_by} [{claim.id}]")
    typer.echo(f"      {finding.reason}")
    for tried in finding.tried if readings else ():
        typer.echo(f"        {'true ' if tried.holds else 'false'}  {tried.means}: {tried.answer}")


def _print_untold(untold: list[Finding]) -> None:
    if untold:
        typer.echo("\ncannot be told, and why")
    by_reason = sorted(untold, key=lambda f: (f.reason, f.claim.topic))
    for reason, group in groupby(by_reason, key=lambda f: f.reason):
        typer.echo(f"  {reason}:")
        for finding in group:
            claim = finding.claim
            typer.echo(f"      {claim.value} | {claim.words} [{claim.id}]")


def print_totals(rows: list[RunningTotal]) -> None:
    """Each published series: old + window - new, and against the ledger's own sum."""
    series = sorted(rows, key=lambda r: r.published.baseline)
    for baseline, group in groupby(series, key=lambda r: r.published.baseline):
        heading(f"Running total {baseline}")
        print_table(
            ("as of", "said by", "published", "moved since", "unexplained", "ledger", "gap"),
            [
                (
                    zulu(r.published.as_of),
                    r.published.said_by[:34],
                    f"{'more than ' if r.published.is_bound else ''}{r.published.people:,}",
                    "" if r.moved is None else f"{r.moved:,}",
                    ("bound" if r.published.is_bound else "")
                    if r.unexplained is None
                    else f"{r.unexplained:+,}",
                    f"{r.ledger:,}",
                    f"{r.gap:+,}",
                )
                for r in group
            ],
            numeric=5,
        )
    typer.echo(
        "\n  unexplained = published now - (published before + moved since, in the ledger)"
        "\n  bound = at least so many: no step leads to it, and none starts from it"
        "\n  gap = published - the ledger's own sum since the same baseline"
    )
