"""Movement control opened for a command: ledger, register and keys together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import stored_operation
from safepassage.cli.unlocked import now, unlocked
from safepassage.control.keys import root_of
from safepassage.control.meetings import meetings
from safepassage.control.message import Meeting
from safepassage.control.office import Office, PenBooks
from safepassage.model.ids import PlaceId
from safepassage.model.operation import Operation
from safepassage.registrar import Registrar
from safepassage.secure.roles import COMMAND_LINE, Action, Viewer
from safepassage.store.pen import Pen
from safepassage.store.store import Store

ChannelsOption = Annotated[
    Path | None,
    typer.Option(
        "--channels",
        envvar="SAFEPASSAGE_CHANNELS",
        help="The channel file: mail and gateways. Without it, everything goes on the sheet.",
    ),
]
PassArgument = Annotated[
    str, typer.Argument(metavar="PASS", help="The id of the pass, or its beginning.")
]


@dataclass(frozen=True, slots=True)
class PassOffice:
    """What a command about passes works with."""

    office: Office
    registrar: Registrar
    viewer: Viewer
    store: Store
    operation: Operation

    @property
    def meetings(self) -> Mapping[PlaceId, Meeting]:
        """Where the people of each gate meet."""
        return meetings(self.store, self.operation.local_zone)


@contextmanager
def pass_office(address: str, key_file: Path | None, account: str | None) -> Iterator[PassOffice]:
    """Open everything that issuing and calling need, for somebody who may call.

    Raises:
        StoreError: there is no store.
        ProtectionError: the key does not fit.
        NotAllowedError: this account calls nobody.
    """
    with unlocked(address, key_file, account) as open_, closing(Pen(address)) as pen:
        room = open_.registrar.room
        room.access.allow(open_.viewer, Action.CALL_FORWARD)
        books = PenBooks(open_.store.ledger, pen, now, COMMAND_LINE)
        office = Office(books, room.store, room.vault, now, root_of(open_.store))
        operation = stored_operation(open_.store)
        yield PassOffice(office, open_.registrar, open_.viewer, open_.store, operation)
