"""`safepassage gate`: the phones of the gates, and a gate hub.

Whoever has a shell on the machine may do this; it is written to the audit chain as done by the
command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, print_table
from safepassage.cli.stepping import at_instant
from safepassage.control.devices import DeviceDesk, DeviceView, overview
from safepassage.control.gates import Gates
from safepassage.control.hub import Membership
from safepassage.control.hub import borrow as borrow_from
from safepassage.control.hub import hand_over as hand_over_to
from safepassage.control.hub import join as join_by
from safepassage.control.releasing import Dismissal, Held, ReleaseDesk
from safepassage.model.instant import zulu
from safepassage.operate.stations import GATE, STATIONS
from safepassage.secure.roles import COMMAND_LINE
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.gate_devices import DeviceKind
from safepassage.store.pen import Pen
from safepassage.store.protection import Protection

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
EXIT_FOUND = 1
DEFAULT_ORIGIN = "http://localhost:8800"
DEFAULT_MEMBERSHIP = Path("hub.json")
DeviceArgument = Annotated[str, typer.Argument(help="The id of the device: phone-3f9a1c2b44.")]
EventArgument = Annotated[int, typer.Argument(min=1, help="Its number, as `quarantine` prints it.")]
PlaceArgument = Annotated[str, typer.Argument(help="The id of the place: abbey-gate.")]
StationOption = Annotated[str, typer.Option(help=f"One of {', '.join(STATIONS)}, or your own.")]
WithOption = Annotated[Path, typer.Option("--with", help="The file that `gate join` made.")]


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@contextmanager
def gates_of(store: str) -> Iterator[Gates]:
    """The gates of a ledger."""
    pen = Pen(store)
    with open_store(store) as reader, Beside(store) as beside:
        try:
            yield Gates(reader, pen, beside, now)
        finally:
            pen.close()


@contextmanager
def desk_of(store: str) -> Iterator[DeviceDesk]:
    """The devices desk of a ledger, for the command line."""
    with gates_of(store) as gates, Protection(store, now) as protection:
        yield DeviceDesk(gates, protection, COMMAND_LINE)


@contextmanager
def release_desk_of(store: str) -> Iterator[ReleaseDesk]:
    """Who decides about the quarantine of the gates, at the command line."""
    with gates_of(store) as gates, Protection(store, now) as protection:
        yield ReleaseDesk(gates, protection, COMMAND_LINE)


@app.command()
def devices(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Every device: where it stands, when it was heard, what it owes. Exit code 1: one owes events.

    Example:  safepassage gate devices
    """
    with gates_of(store) as gates:
        views = overview(gates)
    if json:
        print_json([view.to_plain() for view in views])
    elif not views:
        typer.echo("No device is enrolled: `safepassage gate enrol PLACE` makes a link.")
    else:
        header = ("device", "place", "station", "heard", "clock", "events", "unsent", "owes")
        print_table(header, map(_row, views), numeric=3)
        _say_odd(views)
    if any(view.gaps for view in views):
        raise typer.Exit(EXIT_FOUND)


def _row(view: DeviceView) -> tuple[str, ...]:
    device = view.device
    heard = "never" if device.heard_at is None else zulu(device.heard_at)
    ahead = "not measured"
    if device.clock_ahead is not None:
        error = device.clock_error.total_seconds() if device.clock_error else 0
        ahead = f"{device.clock_ahead.total_seconds():+.1f} s (within {error:.1f} s)"
    unsent = "?" if device.unsent is None else str(device.unsent)
    name = device.id if view.is_active else f"{device.id} (revoked)"
    numbers = (str(view.heard.events), unsent, str(view.owed))
    return (name, device.place, device.station, heard, ahead, *numbers)


def _say_odd(views: list[DeviceView]) -> None:
    for view in views:
        for gap in view.gaps:
            which = f"event {gap.first}" if gap.first == gap.last else f"{gap.first}-{gap.last}"
            typer.echo(f"{gap.device} owes {which}: have it sync, or look for the phone")
        if view.heard.forked:
            typer.echo(
                f"{view.device.id}: {view.heard.forked} numbers were used twice: two phones have"
                " one id, or a phone was set back. Revoke it and enrol both anew"
            )


@app.command()
def enrol(
    place: PlaceArgument,
    station: StationOption = GATE,
    hub: Annotated[bool, typer.Option("--hub", help="For a gate hub, not for a phone.")] = False,
    origin: Annotated[str, typer.Option(help="Where phones reach this server.")] = DEFAULT_ORIGIN,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Make a link that enrols one phone within a quarter of an hour.

    Examples:

      safepassage gate enrol abbey-gate --origin https://192.168.8.1:8800

      safepassage gate enrol terminal --station boarding
    """
    kind = DeviceKind.HUB if hub else DeviceKind.PHONE
    with desk_of(store) as desk:
        address = desk.link(origin.rstrip("/"), place=place, station=station, kind=kind)
    typer.echo("Open this on the phone, once, within 15 minutes:" if not hub else "For the hub:")
    typer.echo(f"  {address}")


@app.command()
def move(
    device: DeviceArgument,
    place: PlaceArgument,
    station: StationOption = GATE,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Give a device another place or station; it learns so when it next asks.

    Example:  safepassage gate move phone-3f9a1c2b44 terminal --station boarding
    """
    with desk_of(store) as desk:
        desk.move(device, place=place, station=station)
    typer.echo(f"{device} now stands at {place}, {station}.")


@app.command()
def revoke(device: DeviceArgument, store: StoreOption = DEFAULT_STORE) -> None:
    """Record nothing of a device any more; what it sends is kept in quarantine.

    Example:  safepassage gate revoke phone-3f9a1c2b44
    """
    with desk_of(store) as desk:
        desk.revoke(device)
    typer.echo(f"{device} is revoked. What it sent until now stays in the ledger.")


@app.command()
def quarantine(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """What phones sent and could not be recorded, until somebody decides about it.

    Example:  safepassage gate quarantine
    """
    with release_desk_of(store) as desk:
        waiting = desk.waiting()
    if json:
        print_json([held.to_plain() for held in waiting])
    elif not waiting:
        typer.echo("Nothing of the gates is in quarantine.")
    else:
        header = ("event", "device", "why", "received", "happened", "what")
        print_table(header, map(_held_row, waiting))


def _held_row(held: Held) -> tuple[str, ...]:
    event = held.event
    what = held.fault
    if event is not None:
        heads = "" if event.heads is None else f" {event.heads}"
        what = f"{event.kind}{heads} at {event.place}, {event.subject or 'nobody in particular'}"
    happened = "?" if held.happened_at is None else zulu(held.happened_at)
    received = zulu(held.received_at)
    return (str(held.number), held.device, held.reason, received, happened, what[:80])


@app.command()
def release(
    event: EventArgument,
    at: Annotated[
        str | None, typer.Option(help="When it truly happened, with Z or an offset.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Bring into the ledger what follows from an event in quarantine. Once; it is audited.

    Examples:

      safepassage gate release 17

      safepassage gate release 17 --at 2021-08-20T09:05Z
    """
    with release_desk_of(store) as desk:
        is_new = desk.release(event, at_instant(at))
    typer.echo(f"event {event} is in the ledger" + ("" if is_new else " since before"))


@app.command()
def dismiss(
    event: EventArgument,
    reason: Annotated[Dismissal, typer.Option(help="Why it never goes into the ledger.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Say that an event in quarantine never goes into the ledger, and why. It is kept, audited.

    Example:  safepassage gate dismiss 17 --reason keyed-by-hand
    """
    with release_desk_of(store) as desk:
        is_new = desk.dismiss(event, reason)
    typer.echo(f"event {event} is dismissed, {reason}" + ("" if is_new else ", since before"))


@app.command()
def epoch(store: StoreOption = DEFAULT_STORE) -> None:
    """After a ledger was restored from a copy: have every phone send again what it still holds.

    Example:  safepassage gate epoch
    """
    with gates_of(store) as gates:
        gates.server()
        gates.devices.new_epoch()
    typer.echo("Phones send again what they still hold when they next sync.")


@app.command()
def certificate(
    folder: Annotated[Path, typer.Argument(help="Where the three files go.")],
    host: Annotated[
        list[str], typer.Option(help="A name or address by which phones reach it; repeatable.")
    ],
) -> None:
    """Make the certificate of a gate hub: then `safepassage serve --tls FOLDER`.

    Example:  safepassage gate certificate hub-tls --host 192.168.8.1 --host hub.local
    """
    from safepassage.web import tls

    pair = tls.make_certificate(host, folder, now())
    typer.echo(f"Put {folder / tls.ROOT} on every phone, as a certificate authority.")
    typer.echo(f"The server uses {pair.certificate} and {pair.key}; good for 90 days.")


@app.command()
def join(
    link: Annotated[str, typer.Argument(help="Of the main server: `gate enrol --hub` there.")],
    to: Annotated[Path, typer.Option(help="Keep the membership here.")] = DEFAULT_MEMBERSHIP,
    root: Annotated[
        Path | None, typer.Option(help="The root certificate of the main server, if its own.")
    ] = None,
) -> None:
    """Join a main server as a gate hub.

    Example:  safepassage gate join "https://main.example/gate/#enrol=..."
    """
    membership = join_by(link, root)
    membership.write(to)
    typer.echo(f"{membership.hub} at {membership.server}; kept in {to}.")


@app.command()
def borrow(membership: WithOption = DEFAULT_MEMBERSHIP, store: StoreOption = DEFAULT_STORE) -> None:
    """Fetch places, lifts, passes and keys from the main server, to serve gates alone.

    Example:  safepassage gate borrow --store hub.db
    """
    with gates_of(store) as gates:
        facts, passes = borrow_from(gates, Membership.read(membership))
    typer.echo(f"{facts:,} new facts, {passes:,} new passes.")


@app.command()
def hand_over(
    membership: WithOption = DEFAULT_MEMBERSHIP,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Hand over to the main server what the hub's phones signed; what it knows is counted once.

    Example:  safepassage gate hand-over --store hub.db
    """
    with gates_of(store) as gates:
        fates = hand_over_to(gates, Membership.read(membership))
    if json:
        print_json(fates)
        return
    said = ", ".join(f"{count:,} {state}" for state, count in sorted(fates.items()))
    typer.echo(f"Handed over: {said or 'nothing new'}.")
