"""How odds are printed: each number with the interval in which the true one lies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from safepassage.cli.output import heading, print_json, print_table
from safepassage.model.instant import local

if TYPE_CHECKING:
    from safepassage.simulate.chances import Estimate
    from safepassage.simulate.foresight import Value
    from safepassage.simulate.levers import Answer
    from safepassage.simulate.odds import Odds


def _number(x: Estimate, digits: int = 0) -> str:
    return f"{x.value:,.{digits}f}"


def _interval(x: Estimate, digits: int = 0) -> str:
    ends = (f"{v:,.{digits}f}" if math.isfinite(v) else "?" for v in (x.low, x.high))
    return " to ".join(ends)


def print_odds(name: str, found: Odds, zone: str) -> None:
    """The odds of a run."""
    typer.echo(f"{name}: {found.replications:,} replications; intervals hold with 95 %")
    heading("People out by the deadline")
    rows = [
        (who, _number(mean), _interval(mean), _number(found.sure[who]), _interval(found.sure[who]))
        for who, mean in found.people_out.items()
    ]
    print_table(("class", "mean", "interval", "95 % sure of", "interval"), rows, 4)
    heading("Chance of each target")
    rows3 = [
        (what, f"{x.value:.1%}", f"{x.low:.1%} to {x.high:.1%}")
        for what, x in found.chances.items()
    ]
    print_table(("target", "chance", "interval"), rows3, 2)
    heading("Everybody out, day by day")
    bands = [b for b in found.bands if b.category == list(found.people_out)[-1]]
    print_table(
        ("until", "planned", "P10", "P50", "P90"),
        [
            (local(b.at, zone), f"{b.planned:,}", *(_number(x) for x in (b.low, b.middle, b.high)))
            for b in bands
        ],
        4,
    )
    heading("What it costs")
    figures = {**found.figures, **{f"hours full: {b}": x for b, x in found.full_hours.items()}}
    print_table(
        ("", "mean", "interval"),
        [(what, _number(x, _digits(x)), _interval(x, _digits(x))) for what, x in figures.items()],
        2,
    )


def _digits(x: Estimate) -> int:
    return 1 if abs(x.value) < 1000 else 0


def print_compared(found: dict[str, Odds], json: bool) -> None:
    """Runs against the first, the largest difference first."""
    from safepassage.simulate.odds import EVERYBODY, difference

    names = list(found)
    base = found[names[0]]
    pairs = [(name, found[name], difference(base, found[name])) for name in names[1:]]
    pairs.sort(key=lambda p: -abs(p[2].value))
    if json:
        print_json(
            {
                "first": {"name": names[0], **base.to_json()},
                "others": [
                    {"name": name, "difference": more.to_json(), **other.to_json()}
                    for name, other, more in pairs
                ],
            }
        )
        return
    mean, figure = base.people_out[EVERYBODY], "seats flown empty"
    typer.echo(
        f"{names[0]}: {_number(mean)} people out ({_interval(mean)}),"
        f" {_number(base.figures[figure])} seats flown empty, {base.replications:,} replications"
    )
    typer.echo("differences are of replications that met the same luck; intervals hold with 95 %")
    rows = [
        (
            name,
            _number(other.people_out[EVERYBODY]),
            f"{more.value:+,.0f}",
            _interval(more),
            _number(other.sure[EVERYBODY]),
            _number(other.figures[figure]),
            str(other.replications),
        )
        for name, other, more in pairs
    ]
    print_table(
        ("", "people out", "more", "interval", "95 % sure of", "empty seats", "replications"),
        rows,
        6,
    )


def _chance(x: Estimate) -> str:
    return f"{x.value:.1%} ({x.low:.1%} to {x.high:.1%})"


def print_answer(answer: Answer) -> None:
    """What would make a target sure, or that nothing would."""
    typer.echo(f"{answer.target}: {_chance(answer.now)} in {answer.replications:,} replications")
    if answer.is_sure:
        typer.echo(f"nothing need be changed: {answer.wanted:.0%} are asked")
        return
    typer.echo("one thing changed at a time, under the same luck; intervals hold with 95 %")
    rows = []
    for pulled in answer.levers:
        if pulled.enough is not None:
            rows.append((pulled.lever, pulled.enough.said, _chance(pulled.enough.chance)))
            continue
        best = max(pulled.tried, key=lambda tried: tried.chance.value)
        rows.append((pulled.lever, f"not enough, the best: {best.said}", _chance(best.chance)))
    print_table(("", f"for {answer.wanted:.0%}", "chance"), rows, 1)
    if not any(pulled.enough for pulled in answer.levers):
        typer.echo(f"none of these alone makes it {answer.wanted:.0%} sure")


def print_value(found: Value) -> None:
    """What planning anew and knowing beforehand are worth."""
    typer.echo(
        f"{found.replications:,} replications, planned anew {_number(found.replans, 1)} times each"
        f" ({_interval(found.replans, 1)})"
    )
    if found.failed:
        typer.echo(f"note: {found.failed} times no plan was found, and the one in force was kept")
    rows = [
        (name, who, f"{x.value:{sign},.1f}", _interval(x, 1))
        for sign, tables in (("", found.people_out), ("+", found.gains))
        for name, table in tables.items()
        for who, x in table.items()
    ]
    print_table(("", "class", "people out", "interval"), rows, 2)
