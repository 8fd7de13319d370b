"""`safepassage lift paxlst`: an approved passenger list as the message that carriers read."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.init import read_file
from safepassage.cli.opened import DEFAULT_STORE, StoreOption
from safepassage.cli.stepping import at_instant, departing
from safepassage.control.passengers import PassengerList, passengers_of
from safepassage.exchange.paxlst import Envelope, Flight, Version, undocumented, written
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PlaceId
from safepassage.secure.age import sealed_for


def paxlst(
    lift: Annotated[str, typer.Argument(help="The id of the lift.")],
    passenger_list: Annotated[Path, typer.Argument(help="An opened export: passenger-list.")],
    flight: Annotated[str, typer.Option(help="Carrier and flight number: RCH871.")],
    origin: Annotated[str, typer.Option("--from", help="IATA code of the airport: KBL.")],
    to: Annotated[str, typer.Option(help="IATA code of the airport: DOH.")],
    lands: Annotated[str, typer.Option(help="When it lands, with Z or an offset.")],
    sender: Annotated[str, typer.Option(help="Who sends it, in capitals.")],
    recipient: Annotated[str, typer.Option(help="Who gets it, in capitals.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    desk: Annotated[str, typer.Option(help="The desk that answers for it.")] = "MOVEMENT CONTROL",
    departs: Annotated[
        str | None, typer.Option(help="When it departs; else as the ledger has it.")
    ] = None,
    version: Annotated[
        Version, typer.Option(help="The directory it is written by.")
    ] = Version.D05B,
    seal: Annotated[
        str | None, typer.Option(help="The recipient's public key, age1...: the file is sealed.")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Not sealed: whoever has the file reads the names.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Write a passenger list as UN/EDIFACT PAXLST.

    It takes the file of an approved export and adds nothing to it, so nobody is on it who was not
    counted and approved. The rows are compared with the heads aboard; a difference is said, and
    nobody is left out. Instants are written in UTC.

    Example:

      safepassage lift paxlst reach-1 list.csv --flight RCH871 --from KBL --to DOH
      --lands 2021-08-20T15:40Z --sender SPOPS --recipient QATCAA --seal age1... -o list.edi.age
    """
    if plain == (seal is not None):
        raise BadQuestionError("seal it for the recipient with --seal, or say --plain: one of them")
    found = passengers_of(read_file(passenger_list))
    with departing(store) as office:
        manifest = office.manifest(PlaceId(lift))
    leaves = at_instant(departs, "--departs") or manifest.departed_at or manifest.lift.scheduled_at
    if leaves is None:
        raise BadQuestionError(f"nobody has said when {lift} departs: say it with --departs")
    journey = Flight(
        number=flight,
        departs_from=origin,
        departs_at=leaves,
        arrives_at=to,
        lands_at=at_instant(lands, "--lands") or leaves,
    )
    message = written(journey, found.passengers, _envelope(sender, recipient, desk), version)
    content = message.encode("ascii")
    write_private(out, sealed_for(content, [seal]) if seal else content)
    _say(found, manifest.boarded, out)


def _envelope(sender: str, recipient: str, desk: str) -> Envelope:
    reference = secrets.token_hex(7).upper()
    return Envelope(
        sender=sender,
        recipient=recipient,
        desk=desk,
        reference=reference,
        sent_at=datetime.now(UTC),
    )


def write_private(out: Path, content: bytes) -> None:
    """Write a new file that nobody else on this machine reads; nothing is overwritten.

    Raises:
        BadQuestionError: there is such a file already, or it cannot be written.
    """
    try:
        made = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise BadQuestionError(f"{out} cannot be written: {fault.strerror}") from fault
    with os.fdopen(made, "wb") as file:
        file.write(content)


def _say(found: PassengerList, aboard: int, out: Path) -> None:
    listed = len(found.passengers)
    typer.echo(f"{out}: {listed:,} passengers")
    if listed != aboard:
        typer.echo(
            f"  {aboard:,} heads are aboard in the ledger: {aboard - listed:+,} against this"
        )
    for heads, what in (
        (undocumented(found.passengers), "have no document: some states refuse the list for it"),
        (found.no_day, "have no birth date to the day: it is left out, not made up"),
        (found.no_nationality, "have a nationality that is not three letters: it is left out"),
    ):
        if heads:
            typer.echo(f"  {heads:,} {what}")
