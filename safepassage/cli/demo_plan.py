"""The planning part of `safepassage demo`: the plan, its proof, and plan against actual."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from safepassage.cli.compare import print_against
from safepassage.cli.opened import Opened, opened, scenario_folder
from safepassage.cli.output import heading
from safepassage.cli.plan_text import print_plan
from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.operation_file import read_operation
from safepassage.model.ids import PlaceId
from safepassage.model.instant import parse_instant, zulu
from safepassage.planner.against import against
from safepassage.planner.filling import Filling, fullest
from safepassage.planner.keeping import is_plan_ledger, kept_plan
from safepassage.planner.posting import Clock, plan_id, sealed
from safepassage.planner.publishing import post
from safepassage.report.figure import ask
from safepassage.store.store import open_store

DEMAND = "demand.yaml"
SECONDS = 5.0  # CPU; a demonstration waits for no better plan
# The Department of Defense on 19 August 2021: so many a day could be flown out.
STATED_A_DAY = (5_000, 9_000)
FORESEEN_AT = "2021-08-19T07:00Z"  # the end of the window that the statement was about
FILLED_UP = PlaceId("al-udeid")


def tell_plan(at: Opened, scenario: str, folder: Path) -> Path | None:
    """Plan a scenario that has a demand file, and compare with what happened.

    Returns:
        The plan's own ledger; None where the scenario has nothing to plan from.
    """
    source = scenario_folder(scenario)
    if not (source / DEMAND).is_file():
        return None
    heading("A plan for the same operation")
    document = _planned(source, folder / f"{scenario}-plan.db")
    typer.echo("  what people, gates, apron and bases it takes for granted, and from which source,")
    typer.echo(f"  is in {source.name}/{DEMAND}; it knows no threat and no crowd")
    where = _posted(source, folder / f"{scenario}-plan.db", document)
    print_plan(document)
    with opened(str(where)) as drawn:
        clock = Clock.of(document)
        found = against(drawn.ledger, at.ledger, at.operation, at.now, clock.starts, clock.ends)
        print_against(found, "plan", "actual")
        _tell_haven(at, drawn, clock.ends)
    return where


def _planned(source: Path, before: Path) -> dict[str, Any]:
    """The plan of an earlier run if it asked the same, so that a second run is quick; or a new."""
    from safepassage.plan.document import problem_json
    from safepassage.plan.setup import set_up
    from safepassage.plan.solving import plan

    operation = read_operation((source / "operation.yaml").read_bytes(), "operation.yaml")
    problem = set_up(operation, read_demand((source / DEMAND).read_bytes(), DEMAND)).problem
    if before.is_file():
        with open_store(before) as store:
            if is_plan_ledger(store):
                kept = kept_plan(store)
                if kept["problem"] == problem_json(problem):
                    return kept
    made = plan(problem, SECONDS)
    typer.echo(f"solved in {made.cpu_seconds:.1f} CPU seconds")
    return sealed(made.to_json())


def _posted(source: Path, where: Path, document: dict[str, Any]) -> Path:
    """Post a plan in its own ledger; one of another question goes beside it, under its id."""
    if where.is_file():
        with open_store(where) as store:
            is_same = is_plan_ledger(store) and plan_id(kept_plan(store)) == plan_id(document)
        if not is_same:
            where = where.with_stem(f"{where.stem}-{plan_id(document)}")
    text = (source / "operation.yaml").read_text(encoding="utf-8")
    with open_store(where, writer=True) as store:
        post(store, read_operation(text, "operation.yaml"), text, document, datetime.now(UTC))
    return where


def _tell_haven(at: Opened, drawn: Opened, deadline: datetime) -> None:
    """The haven that filled up, foreseen from what was known the day before."""
    places = {p.id: p for p in at.operation.places}
    haven = places.get(FILLED_UP)
    if haven is None or haven.capacity is None or not at.operation.baselines:
        return
    known_at = parse_instant(FORESEEN_AT, "foreseen at")
    baseline = at.operation.baselines[0]
    out = ask(at.ledger, at.asking.since("people-out", baseline.id, known_at))
    heading(f"{haven.name}: when is it full?")
    typer.echo(f"  {out.value:,} people out {baseline.label}, as of {zulu(known_at)};")
    typer.echo("  if all of them went there and nobody had gone on, at the stated rate of lift:")
    for rate in reversed(STATED_A_DAY):
        filling = Filling(
            places=haven.capacity,
            present=out.value,
            coming_a_day=rate,
            leaving_a_day=0,
            as_of=known_at,
        )
        if filling.full_at is not None:
            typer.echo(f"  {filling.arithmetic}, full at {zulu(filling.full_at)}")
    typer.echo("  Departures stopped on 20 August because it was full (Department of Defense).")
    most, when = fullest(drawn.ledger, FILLED_UP, deadline)
    if when is not None:
        typer.echo(
            f"  In the plan it holds {most:,} of {haven.capacity:,} at most, first at {zulu(when)}:"
            " lifts go on, or elsewhere, before it would be full."
        )
