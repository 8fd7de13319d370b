"""`safepassage norms`: planning factors in closed form, and what each resource lets through."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import JsonOption
from safepassage.cli.output import print_json, print_table

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def norms(
    operation: Annotated[Path | None, typer.Argument(help="An operation file.")] = None,
    demand: Annotated[
        Path | None, typer.Option(help="Who arrives when; see docs/reference/plan-file.md.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """What each resource lets through until the deadline, before anything is solved.

    Without files: the planning factors with a worked example each.

    Examples:

      safepassage norms

      safepassage norms operation.yaml --demand demand.yaml
    """
    if operation is None or demand is None:
        _factors(json)
        return
    from safepassage.cli.plan import read_setup
    from safepassage.plan.norms_of import least, norms_of

    setup = read_setup(operation, demand)
    found = norms_of(setup.problem)
    name, people = least(found)
    if json:
        print_json(
            {
                "norms": [
                    {
                        "resource": n.resource,
                        "people": None if math.isinf(n.people) else n.people,
                        "how": n.how,
                    }
                    for n in found
                ],
                "binding": name,
                "people": people,
                "notes": list(setup.notes),
            }
        )
        return
    print_table(
        ("resource", "how", "people at most"),
        [(n.resource, n.how, _shown(n.people)) for n in found],
        1,
    )
    typer.echo(f"\nNo plan gets out more than {_shown(people)}, because of: {name}.")
    for note in setup.notes:
        typer.echo(f"note: {note}", err=True)


def _shown(people: float) -> str:
    return "no limit" if math.isinf(people) else f"{people:,.0f}"


_Row = tuple[str, str, float, str]
_PEOPLE = "people/day"


def _times() -> list[_Row]:
    """Formulas of one round trip of a C-17 between Kabul and Al Udeid."""
    from safepassage.plan import norms as n

    flying = n.round_trip_flying_hours((1088, 1088), 384)
    first = n.first_arrival_hours((1088 / 384,), ())
    return [
        ("missions", "people / load, rounded up", n.missions(30_000, 300), "sorties"),
        ("round-trip flying time", "distance / block speed", flying, "h"),
        ("cycle time", "flying + ground", n.cycle_hours(flying, 4.5), "h"),
        ("first arrival", "flying + ground before it", first, "h"),
        ("productivity", "loaded / round-trip distance", n.productivity(1088, 2176), ""),
    ]


def _capacities() -> list[_Row]:
    """Formulas of 30 C-17, an airfield, a haven and a processing line."""
    from safepassage.plan import norms as n

    flying = n.round_trip_flying_hours((1088, 1088), 384)
    use = n.fleet_people_a_day(30, 300, 12, flying)
    most = n.fleet_people_a_day_at_most(30, 300, n.cycle_hours(flying, 4.5))
    closure = n.closure_days(30_000, flying, 300, 30, 12)
    tons = n.million_ton_miles_a_day(30, 384, 12, 65, 0.5)
    airfield = n.airfield_people_a_day(6, 300, 24, 2.25)
    full = n.haven_fill_days(17_000, 0, 6_000, 2_500)
    return [
        ("fleet", "lifts x load x USE / flying", use, _PEOPLE),
        ("fleet at most", "lifts x load x 24 / cycle", most, _PEOPLE),
        ("closure", "people x flying / (load x lifts x USE)", closure, "days"),
        ("fleet capacity", "MTM/D", tons, "MTM/D"),
        ("airfield (9.0)", "MOG x load x hours / ground x 0.85", airfield, _PEOPLE),
        ("on the ground", "departures/h x ground", n.on_the_ground(94 / 24, 2.25), "lifts"),
        ("haven full in", "(capacity - present) / (in - out)", full, "days"),
        ("clerks", "forms/h x minutes / 60 / 0.85", n.stations(100, 4, 20), "stations"),
    ]


def _factors(json: bool) -> None:
    """The formulas with their worked examples."""
    rows = _times() + _capacities()
    if json:
        print_json([{"norm": a, "formula": b, "value": c, "unit": d} for a, b, c, d in rows])
        return
    print_table(
        ("norm", "formula", "unit", "example"),
        [(a, b, d, f"{c:,.4g}" if c < 1000 else f"{c:,.1f}") for a, b, c, d in rows],
        1,
    )
