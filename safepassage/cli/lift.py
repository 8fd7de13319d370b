"""`safepassage lift`: a lift from its first seat until it is out of sight, at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from safepassage.cli.lift_paxlst import paxlst
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json
from safepassage.cli.stepping import (
    AcknowledgeOption,
    AtOption,
    ByOption,
    GroupOption,
    HeadsOption,
    IdOption,
    at_instant,
    departing,
    opened_books,
    say_manifest,
    say_taken,
    sent,
    token_of,
    who_goes,
)
from safepassage.model.close_out import Difference
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import EntryId, GroupId, PlaceId
from safepassage.model.lift import Lift
from safepassage.operate.boarding import Boarders
from safepassage.operate.close_out import Signed
from safepassage.register.bands import read_band

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
LiftArgument = Annotated[str, typer.Argument(help="The id of the lift.")]


@app.command()
def state(
    lift: LiftArgument,
    from_place: Annotated[str, typer.Option("--from", help="Where it leaves.")],
    to: Annotated[str, typer.Option(help="The haven it goes to.")],
    operator: Annotated[str, typer.Option(help="Operator class, as the operation lists them.")],
    seats: Annotated[int | None, typer.Option(min=0, help="How many seats it has.")] = None,
    call_sign: Annotated[str | None, typer.Option(help="As it is called on the radio.")] = None,
    scheduled: Annotated[str | None, typer.Option(help="Take-off, with Z or an offset.")] = None,
    store: StoreOption = DEFAULT_STORE,
    id: IdOption = None,
) -> None:
    """State a lift: class, seats, from and to. Stating it again corrects it.

    Example:

      safepassage lift state reach-1 --from hall --to doha --operator own-military --seats 300
    """
    token, now = token_of(id), datetime.now(UTC)
    fact = Lift(
        id=EntryId(f"lift/{token}"),
        lift=PlaceId(lift),
        operator_class=operator,
        from_place=PlaceId(from_place),
        to_place=PlaceId(to),
        stated_at=now,
        seats=seats,
        call_sign=call_sign,
        scheduled_at=at_instant(scheduled, "--scheduled"),
    )
    with departing(store) as desk:
        say_taken(desk.state(fact), f"{lift} goes from {from_place} to {to}")


@app.command()
def manifest(
    lift: LiftArgument, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """Show a manifest: planned, boarded and counted heads, and every family on it.

    Example:  safepassage lift manifest reach-1
    """
    with departing(store) as desk:
        found = desk.manifest(PlaceId(lift))
    if json:
        print_json(found.to_json())
    else:
        say_manifest(found)


@app.command()
def seat(
    lift: LiftArgument,
    family: Annotated[
        list[str] | None, typer.Argument(metavar="[FAMILY:HEADS]...", help="Who gets seats.")
    ] = None,
    fill: Annotated[
        bool, typer.Option("--fill", help="Whole families who wait inside, first come first.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """Give families seats: those named, or whole families who wait inside.

    Examples:

      safepassage lift seat reach-1 fam-12:5 fam-40:3

      safepassage lift seat reach-1 --fill
    """
    if fill == bool(family):
        raise BadQuestionError("name families as FAMILY:HEADS, or say --fill: one of the two")
    place = PlaceId(lift)
    with departing(store, acknowledge) as desk:
        if fill:
            taken = desk.fill(place, token=token_of(id), at=at_instant(at))
        else:
            seated = [_family(text) for text in family or ()]
            taken = desk.seat(place, seated, **sent(id, at, acknowledge))
        say_taken(taken, f"seats on {lift}", desk.manifest(place))


def _family(text: str) -> Boarders:
    group, colon, heads = text.rpartition(":")
    if not colon or not (heads.isascii() and heads.isdigit()):
        raise BadQuestionError(f"{text[:60]!r} is no family with its heads: write fam-12:5")
    return Boarders(group=GroupId(group), heads=int(heads))


@app.command()
def release(
    lift: LiftArgument,
    group: Annotated[
        str | None, typer.Argument(help="The family; left out: seats of nobody in particular.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    id: IdOption = None,
) -> None:
    """Withdraw the seats of a family that did not come. Who of them is aboard keeps a seat.

    Example:  safepassage lift release reach-1 fam-12
    """
    place = PlaceId(lift)
    with departing(store) as desk:
        wanted = None if group is None else GroupId(group)
        taken = desk.release(place, wanted, token=token_of(id))
        say_taken(taken, f"seats on {lift} released", desk.manifest(place))


@app.command()
def board(
    lift: LiftArgument,
    heads: HeadsOption = 1,
    group: GroupOption = None,
    band: Annotated[str | None, typer.Option(help="A wristband, if that is all there is.")] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """Somebody goes aboard: a family, a band, or heads of no family.

    Examples:

      safepassage lift board reach-1 --group fam-12 --heads 5

      safepassage lift board reach-1 --band KM04217T
    """
    place = PlaceId(lift)
    with departing(store, acknowledge) as desk:
        taken = desk.board(place, who_goes(heads, group, band), **sent(id, at, acknowledge))
        say_taken(taken, f"aboard {lift}", desk.manifest(place))


@app.command()
def off(
    lift: LiftArgument,
    heads: HeadsOption = 1,
    group: GroupOption = None,
    band: Annotated[str | None, typer.Option(help="A wristband.")] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    id: IdOption = None,
) -> None:
    """Somebody is taken off again before it leaves.

    Example:  safepassage lift off reach-1 --group fam-12 --heads 5
    """
    place = PlaceId(lift)
    with departing(store) as desk:
        who = who_goes(heads, group, band)
        taken = desk.take_off(place, who, token=token_of(id), at=at_instant(at))
        say_taken(taken, f"off {lift}", desk.manifest(place))


@app.command("count-once")
def count_once(
    lift: LiftArgument,
    group: GroupOption = None,
    band: Annotated[str | None, typer.Option(help="A wristband.")] = None,
    store: StoreOption = DEFAULT_STORE,
    id: IdOption = None,
) -> None:
    """Say that what a phone and a desk recorded are the same heads: they count once from then on.

    Example:  safepassage lift count-once reach-1 --group fam-12
    """
    place, who = PlaceId(lift), who_goes(1, group, band).group
    if who is None:
        raise BadQuestionError("name the family or the band whose heads were recorded twice")
    with departing(store) as desk:
        taken = desk.count_once(place, who, token=token_of(id))
        say_taken(taken, f"{who} counts once", desk.manifest(place))


@app.command()
def count(
    lift: LiftArgument,
    heads: Annotated[int, typer.Argument(min=0, help="Every head, children on laps included.")],
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    id: IdOption = None,
) -> None:
    """Record how many heads somebody counted aboard. It moves nobody.

    Example:  safepassage lift count reach-1 823
    """
    place = PlaceId(lift)
    with departing(store) as desk:
        taken = desk.count(place, heads, token=token_of(id), at=at_instant(at))
        say_taken(taken, f"{heads:,} heads counted aboard {lift}", desk.manifest(place))


@app.command()
def close(
    lift: LiftArgument,
    by: ByOption,
    counted: Annotated[
        int | None, typer.Option(min=0, help="Heads counted just now; else as counted last.")
    ] = None,
    difference: Annotated[
        Difference | None, typer.Option(help="Why planned, boarded and counted differ.")
    ] = None,
    band: Annotated[
        list[str] | None, typer.Option(help="A wristband of a rider nobody scanned, repeated.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """Close a lift out: planned, boarded and counted agree, or somebody signs why they do not.

    Heads that were counted and not scanned then go aboard in the books, with a band each as far as
    bands are given; with `late-offload` so many heads go back; with `miscount` the scans stand.

    Examples:

      safepassage lift close reach-1 --by boarding-1 --counted 9

      safepassage lift close reach-1 --by boarding-1 --counted 823 --difference lap-children
    """
    place = PlaceId(lift)
    signed = Signed(
        by=by,
        counted=counted,
        difference=difference,
        bands=tuple(read_band(b).text for b in band or ()),
    )
    with departing(store, acknowledge) as desk:
        taken = desk.close_out(place, signed, **sent(id, at, acknowledge))
        say_taken(taken, f"{lift} is closed out, signed by {by}", desk.manifest(place))


@app.command()
def depart(
    lift: LiftArgument,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """It has left. Seats of families that are not aboard are withdrawn.

    Example:  safepassage lift depart reach-1 --at 2021-08-20T11:20Z
    """
    place = PlaceId(lift)
    with departing(store, acknowledge) as desk:
        taken = desk.depart(place, **sent(id, at, acknowledge))
        say_taken(taken, f"{lift} has left", desk.manifest(place))


@app.command()
def cancel(
    lift: LiftArgument,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    id: IdOption = None,
) -> None:
    """It will not leave: everybody aboard is back where they boarded, every seat withdrawn.

    Example:  safepassage lift cancel reach-1
    """
    place = PlaceId(lift)
    with departing(store) as desk:
        taken = desk.cancel(place, token=token_of(id), at=at_instant(at))
        say_taken(taken, f"{lift} is cancelled", desk.manifest(place))


@app.command()
def divert(
    lift: LiftArgument,
    to: Annotated[str, typer.Argument(help="The haven it goes to now.")],
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """It goes to another haven than was announced. Everybody stays aboard.

    Example:  safepassage lift divert reach-1 ramstein
    """
    place = PlaceId(lift)
    with departing(store, acknowledge) as desk:
        taken = desk.divert(place, PlaceId(to), **sent(id, at, acknowledge))
        say_taken(taken, f"{lift} goes to {to}", desk.manifest(place))


@app.command("return")
def turn_back(
    lift: LiftArgument,
    landed: Annotated[
        bool, typer.Option("--landed", help="It is back on the ground and everybody is off.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    at: AtOption = None,
    acknowledge: AcknowledgeOption = None,
    id: IdOption = None,
) -> None:
    """It comes back to where it left; with --landed everybody is set down there.

    Example:  safepassage lift return reach-1 --landed
    """
    place = PlaceId(lift)
    with departing(store, acknowledge) as desk:
        taken = desk.turn_back(place, has_landed=landed, **sent(id, at, acknowledge))
        say_taken(taken, f"{lift} comes back", desk.manifest(place))


@app.command("print")
def print_paper(
    lift: LiftArgument,
    blank: Annotated[int, typer.Option(min=0, help="Empty lines for whoever is not listed.")] = 20,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Print a paper manifest: families by id, bands and heads, boxes to tick. No names.

    Example:  safepassage lift print reach-1 > reach-1.html
    """
    from safepassage.control.paper import paper_manifest

    with opened_books(store) as books, books.ledger() as ledger:
        typer.echo(paper_manifest(ledger, PlaceId(lift), datetime.now(UTC), blank))


app.command()(paxlst)
