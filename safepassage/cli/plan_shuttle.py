"""`safepassage plan shuttle` and `shuttle-check`: boats and buses to and fro until all are out."""

from __future__ import annotations

import json as json_text
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from safepassage.cli.init import read_file
from safepassage.cli.opened import JsonOption
from safepassage.cli.output import heading, print_json, print_table
from safepassage.exchange.shuttle_file import read_shuttle_file
from safepassage.exchange.shuttle_folder import read_shuttle_folder
from safepassage.plan.errors import PlanFileError

if TYPE_CHECKING:
    from safepassage.plan.shuttle.problem import ShuttleProblem

EXIT_FOUND = 1

SourceArgument = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="A shuttle file (YAML, JSON), or a folder of CSV.")
]


def shuttle(
    source: SourceArgument,
    out: Annotated[Path | None, typer.Option(help="Where the plan is written.")] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="CPU seconds, softly kept.")] = 60,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Only with the counts that were known at each hour.")
    ] = False,
    every: Annotated[
        float | None,
        typer.Option(help="Minutes between two counts, where the folder does not say."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Trips of boats and buses until everybody is out, and a proof of how early that can be.

    Examples:

      safepassage plan shuttle island.yaml --out trips.json

      safepassage plan shuttle island.yaml --rolling
    """
    from safepassage.plan.shuttle.setup import set_up

    values = _values(source, every)
    problem = set_up(values)
    made = _rolled(problem, values, time_limit) if rolling else _planned(problem, time_limit)
    if out is not None:
        out.write_text(json_text.dumps(made, ensure_ascii=False), encoding="utf-8")
    if json:
        print_json(made)
        return
    _print(made)


def _values(source: Path, every: float | None) -> Mapping[str, Any]:
    if source.is_dir():
        return read_shuttle_folder(source, read_file, every)
    return read_shuttle_file(read_file(source), source.name)


def _planned(problem: ShuttleProblem, seconds: float) -> dict[str, Any]:
    from safepassage.plan.shuttle.schedule import document, trips_of
    from safepassage.plan.shuttle.solving import solve

    solved = solve(problem, seconds, tell=lambda said: typer.echo(said, err=True))
    return document(problem, trips_of(solved), solved.bound, solved.cpu_seconds)


def _rolled(problem: ShuttleProblem, values: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    from safepassage.plan.shuttle.rolling import counts_json, rolled
    from safepassage.plan.shuttle.schedule import document
    from safepassage.plan.shuttle.setup import estimates_of

    began = time.process_time()
    every, counts = estimates_of(values, problem)
    done = rolled(problem, every, counts, seconds, lambda said: typer.echo(said, err=True))
    took = time.process_time() - began
    return document(problem, done.trips, None, took, {"counts": counts_json(done)})


def _print(made: Mapping[str, Any]) -> None:
    rows = [
        (
            t["vehicle"],
            t["from"],
            t["dock"],
            t["to"],
            f"{t['people']:,}",
            *(f"{t[part] / 60:,.1f}" for part in ("leaves_s", "sails_s", "ends_s")),
        )
        for t in sorted(made["trips"], key=lambda t: (t["vehicle"], t["leaves_s"]))
    ]
    header = ("vehicle", "from", "dock", "to", "people", "leaves", "loaded", "ends")
    print_table(header, rows, 4)
    heading("Everybody out")
    bound, end = made["bound"], made["ends_s"] / 60
    typer.echo(f"  {made['people_out']:,} people, the last one after {end:,.1f} minutes")
    if bound is None:
        typer.echo(f"  planned anew at {len(made['counts'])} counts, each with what was known then")
    elif bound["gap"] < _AS_EARLY:
        typer.echo("  no plan ends earlier: proved")
    else:
        at = bound["ends_s"] / 60
        typer.echo(f"  no plan ends before {at:,.1f} minutes ({bound['gap']:.1%} earlier): proved")


_AS_EARLY = 1e-6  # what rounding legs up to a microsecond may cost a plan


def shuttle_check(
    path: Annotated[Path, typer.Argument(metavar="PLAN", help="What `plan shuttle --out` wrote.")],
    json: JsonOption = False,
) -> None:
    """Recount every rule from a shuttle plan, without the code that planned.

    Example:  safepassage plan shuttle-check trips.json
    """
    from safepassage.plan.shuttle.recount import recount

    document = _read(path)
    try:
        found = recount(document)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as fault:
        raise PlanFileError(
            f"{path.name} lacks a part or has it in another shape ({fault}); write it again"
        ) from fault
    if json:
        faults = [{"rule": f.rule, "sentence": f.sentence} for f in found.faults]
        print_json({"people": found.people, "ends_s": found.ends_s, "faults": faults})
    else:
        for f in found.faults:
            typer.echo(f"{f.rule}: {f.sentence}")
        end = found.ends_s / 60
        typer.echo(f"{found.people:,} people out after {end:,.1f} min; {len(found.faults)} faults")
    if not found.is_sound:
        raise typer.Exit(EXIT_FOUND)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json_text.loads(read_file(path))
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != "safepassage-shuttle":
        raise PlanFileError(f"{path.name} is no shuttle plan; give what `plan shuttle --out` wrote")
    return document
