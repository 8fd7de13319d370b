"""`safepassage haven`: who came, who is here, who goes on, and into whose hands."""

from __future__ import annotations

from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, print_table
from safepassage.cli.stepping import (
    AcknowledgeOption,
    AtOption,
    GroupOption,
    HeadsOption,
    IdOption,
    at_instant,
    receiving,
    say_taken,
    sent,
    token_of,
    who_goes,
)
from safepassage.control.receiving import Desk
from safepassage.model.ids import PersonId, PlaceId
from safepassage.operate.haven import Hands
from safepassage.report.sitrep_html import age

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
HavenArgument = Annotated[str, typer.Argument(help="The id of the haven.")]
BandOption = Annotated[str | None, typer.Option("--band", help="A wristband.")]


@app.command()
def arrive(
    haven: HavenArgument,
    lift: Annotated[str, typer.Argument(help="The lift they came on.")],
    heads: HeadsOption = 1,
    group: GroupOption = None,
    band: BandOption = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """Heads came off a lift: a family, a band, or heads of no family. No names are needed.

    Examples:

      safepassage haven arrive doha reach-1 --group fam-12 --heads 5

      safepassage haven arrive doha reach-1 --heads 823 --acknowledge more-than-boarded
    """
    with receiving(store, acknowledge) as desk:
        taken = desk.arrive(
            PlaceId(lift), PlaceId(haven), who_goes(heads, group, band), **sent(id, at, acknowledge)
        )
        say_taken(taken, f"{heads:,} arrived at {haven} on {lift}")
        _say_awaited(desk.desk(PlaceId(haven)))


@app.command()
def name(
    haven: HavenArgument,
    person: Annotated[str, typer.Argument(help="Who it is, by the id of the register.")],
    group: GroupOption = None,
    band: BandOption = None,
    lift: Annotated[str | None, typer.Option(help="The lift, for heads of no family.")] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    id: IdOption = None,
) -> None:
    """Give a head its name: of a band, a family, or of those who came on a lift.

    Example:  safepassage haven name doha p-31 --band KM04217T
    """
    with receiving(store) as desk:
        taken = desk.name(
            PersonId(person),
            PlaceId(haven),
            token=token_of(id),
            group=who_goes(1, group, band).group,
            lift=None if lift is None else PlaceId(lift),
            at=at_instant(at),
        )
        say_taken(taken, f"a head at {haven} is {person}")


@app.command()
def onward(
    haven: HavenArgument,
    to: Annotated[str, typer.Argument(help="A destination, another haven, or an end of a case.")],
    heads: HeadsOption = 1,
    group: GroupOption = None,
    band: BandOption = None,
    person: Annotated[str | None, typer.Option(help="A person, by the id of the register.")] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """Heads leave a haven: onward, to another haven, or on their own, which is a place too.

    Whoever goes on by a lift boards it: `safepassage lift board`.

    Example:  safepassage haven onward doha home --group fam-12 --heads 5
    """
    who = who_goes(heads, group, band)
    if person is not None:
        who = type(who)(heads=1, group=who.group, person=PersonId(person))
    with receiving(store, acknowledge) as desk:
        taken = desk.go_on(PlaceId(haven), PlaceId(to), who, **sent(id, at, acknowledge))
        say_taken(taken, f"{who.heads:,} went from {haven} to {to}")


@app.command()
def handover(
    haven: HavenArgument,
    child: Annotated[str, typer.Argument(help="The child, by the id of the register.")],
    given_by: Annotated[str, typer.Option(help="A person or account id.")],
    received_by: Annotated[str, typer.Option(help="A person or account id.")],
    relation: Annotated[str, typer.Option(help="To the child: mother, aunt, or an agency's code.")],
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """A child goes from one pair of hands into another, and both are on record.

    Example:

      safepassage haven handover doha p-31 --given-by p-7 --received-by case-2 --relation unicef
    """
    hands = Hands(given_by=given_by, received_by=received_by, relation=relation)
    with receiving(store, acknowledge) as desk:
        taken = desk.hand_over(PersonId(child), PlaceId(haven), hands, **sent(id, at, acknowledge))
        say_taken(taken, f"{child} was handed over by {given_by} to {received_by}")


@app.command()
def stock(
    haven: HavenArgument, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """Who is at a haven, who is on the way to it, and when it is full.

    Example:  safepassage haven stock doha
    """
    with receiving(store) as reception:
        desk = reception.desk(PlaceId(haven))
        unnamed = reception.unnamed(PlaceId(haven))
    if json:
        print_json(desk.to_json() | {"unnamed": unnamed})
        return
    found = desk.stock
    room = "no capacity stated" if found.capacity is None else f"room for {found.capacity:,}"
    typer.echo(f"{haven}: {found.heads:,} here ({unnamed:,} without a name), {room}")
    hours = found.hours_to_full
    typer.echo(
        f"  {found.expected:,} on the way, {found.gain:+,} in the last day, "
        + ("not filling" if hours is None else f"full in {hours:.0f} h at this pace")
    )
    _say_awaited(desk)


def _say_awaited(desk: Desk) -> None:
    rows = [
        (
            str(a.manifest.lift.lift),
            a.manifest.stage,
            age(a.age),
            f"{a.departed:,}",
            f"{a.arrived:,}",
            f"{a.missing:,}",
        )
        for a in desk.awaited
        if a.is_open
    ]
    if rows:
        print_table(("lift", "state", "for", "departed", "arrived", "missing"), rows, numeric=3)
