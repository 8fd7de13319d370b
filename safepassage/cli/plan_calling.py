"""`safepassage plan callforward`: whom to call when."""

from __future__ import annotations

from typing import Annotated

import typer

from safepassage.cli.opened import JsonOption
from safepassage.cli.output import heading, print_json, print_table
from safepassage.cli.plan_file import PlanArgument, read_plan
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import zulu
from safepassage.planner.callforward import CallForward, Calling, call_forward, sizes_of
from safepassage.planner.publishing import recounted
from safepassage.store.store import open_store

SHOWN = 24  # waves printed; --json has all of them

SizesOption = Annotated[
    list[str] | None,
    typer.Option("--size", metavar="SIZE:SHARE", help="Share of families of a size, repeated."),
]
GroupsOption = Annotated[
    str | None, typer.Option("--groups", help="A ledger whose groups give the sizes instead.")
]


def callforward(
    path: PlanArgument,
    no_show: Annotated[float, typer.Option(help="Share of those called who do not come.")] = 0.15,
    risk: Annotated[
        float, typer.Option(help="Accepted chance that more come than there is room for.")
    ] = 0.05,
    standby: Annotated[
        int, typer.Option(min=0, help="Places to wait inside, each gate and wave.")
    ] = 20,
    wave_hours: Annotated[float, typer.Option(help="Hours of one wave.")] = 1.0,
    release_hours: Annotated[
        float, typer.Option(help="Unclaimed seats are released so long before departure.")
    ] = 2.0,
    size: SizesOption = None,
    groups: GroupsOption = None,
    json: JsonOption = False,
) -> None:
    """Say how many families to call to each gate and hour so that the plan's seats fly full.

    More are called than there are seats, because some do not come: as many as keep the chance
    that more come than seats and stand-by places at the stated risk. Families come whole. Where
    `plan families` gave the seats to families of the register, each wave names them by their ids.

    Examples:

      safepassage plan callforward plan.json --no-show 0.2 --standby 30

      safepassage plan callforward plan.json --size 1:20 --size 4:50 --size 6:30 --json
    """
    document = read_plan(path)
    recounted(document)
    calling = Calling(
        no_show=no_show,
        risk=risk,
        standby=standby,
        wave_hours=wave_hours,
        release_hours=release_hours,
        sizes=sizes_said(size, groups),
    )
    found = call_forward(document, calling)
    if json:
        print_json(found.to_json())
    else:
        _print_waves(found)


def _print_waves(found: CallForward) -> None:
    planned = sum(sum(w.planned.values()) for w in found.waves)
    asked = found.calling
    heading(f"Call-forward of {found.plan}")
    typer.echo(
        f"  {found.heads:,} heads called in {len(found.waves):,} waves for {planned:,} planned;"
        f" {asked.no_show:.0%} are taken not to come"
    )
    typer.echo(
        f"  chance that more come than seats and {asked.standby} on stand-by:"
        f" {asked.risk:.1%} at most, a wave"
    )
    rows = [
        (
            f"{zulu(w.start)} to {zulu(w.end)}",
            w.gate,
            f"{sum(w.planned.values()):,}",
            f"{sum(w.families.values()):,}",
            f"{len(w.groups):,}",
            f"{sum(w.heads.values()):,}",
            f"{w.expected:,.0f}",
            f"{w.chance_of_more:.1%}",
        )
        for w in found.waves[:SHOWN]
    ]
    header = ("wave", "gate", "planned", "families", "named", "heads called", "expected", "more")
    print_table(header, rows, numeric=6)
    if len(found.waves) > SHOWN:
        typer.echo(f"  ... and {len(found.waves) - SHOWN:,} more; --json has all of them")


def sizes_said(said: list[str] | None, groups: str | None) -> dict[int, float] | None:
    """The shares of family sizes: as said, or as a ledger's groups have them."""
    if said and groups:
        raise BadQuestionError("give --size or --groups, not both")
    if groups is not None:
        with open_store(groups) as store, store.ledger() as ledger:
            found = sizes_of(ledger)
        if not found:
            raise BadQuestionError(f"{groups} states no groups; give --size instead")
        return found
    shares: dict[int, float] = {}
    for word in said or ():
        size, _, share = word.partition(":")
        try:
            shares[int(size)] = float(share)
        except ValueError:
            raise BadQuestionError(f"--size {word!r}: write it like 4:50") from None
    return shares or None
