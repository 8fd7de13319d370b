"""What the commands of a lift's and a haven's steps have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from safepassage.cli.output import print_table
from safepassage.control.departing import Departing
from safepassage.control.office import PenBooks
from safepassage.control.receiving import Receiving
from safepassage.control.steps import Sent, Taken, check_token, new_token
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import GroupId
from safepassage.model.instant import parse_instant, zulu
from safepassage.operate.boarding import Boarders
from safepassage.operate.close_out import BAND, three_numbers
from safepassage.operate.manifest import Manifest
from safepassage.operate.step import StepRefusedError, Why
from safepassage.register.bands import read_band
from safepassage.secure.roles import COMMAND_LINE
from safepassage.store.pen import Pen
from safepassage.store.store import open_store

AtOption = Annotated[
    str | None, typer.Option("--at", help="When it happened, with Z or an offset; else now.")
]
IdOption = Annotated[
    str | None,
    typer.Option("--id", help="A token of this step: sent again with it, it is recorded once."),
]
AcknowledgeOption = Annotated[
    list[Why] | None,
    typer.Option("--acknowledge", help="It happened although it should not; repeated."),
]
HeadsOption = Annotated[int, typer.Option("--heads", min=1, help="How many heads.")]
GroupOption = Annotated[str | None, typer.Option("--group", help="The id of the family.")]
ByOption = Annotated[str, typer.Option("--by", help="Who signs: an account or desk, no name.")]


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@contextmanager
def opened_books(address: str) -> Iterator[PenBooks]:
    """A ledger to read, and to record steps in.

    Raises:
        StoreError: there is none, or somebody else writes it.
    """
    with open_store(address) as store, closing(Pen(address)) as pen:
        yield PenBooks(store.ledger, pen, utc_now, COMMAND_LINE)


@contextmanager
def departing(address: str, acknowledged: Collection[Why] | None = None) -> Iterator[Departing]:
    """The departure desk of a ledger; a refused step says how to record it all the same."""
    with opened_books(address) as books, _refusals_explained(acknowledged):
        yield Departing(books, utc_now)


@contextmanager
def receiving(address: str, acknowledged: Collection[Why] | None = None) -> Iterator[Receiving]:
    """The reception desk of a ledger; a refused step says how to record it all the same."""
    with opened_books(address) as books, _refusals_explained(acknowledged):
        yield Receiving(books, utc_now)


@contextmanager
def _refusals_explained(acknowledged: Collection[Why] | None) -> Iterator[None]:
    try:
        yield
    except StepRefusedError as fault:
        if not fault.may_have_happened:
            raise
        options = " ".join(f"--acknowledge {why}" for why in [*(acknowledged or ()), fault.why])
        raise BadQuestionError(f"{fault} ({options})") from fault


def token_of(id: str | None) -> str:
    """The token that a step was given, or a new one."""
    return new_token() if id is None else check_token(id)


def sent(id: str | None, at: str | None, acknowledge: Collection[Why] | None) -> Sent:
    """What comes with a step, out of the options of its command."""
    return {"token": token_of(id), "at": at_instant(at), "acknowledged": acknowledge or ()}


def at_instant(text: str | None, what: str = "--at") -> datetime | None:
    """The instant of an option; None: not given."""
    return None if text is None else parse_instant(text, what)


def who_goes(heads: int, group: str | None, band: str | None) -> Boarders:
    """Who a step is about: a family, a band, or heads of no family.

    Raises:
        BadQuestionError: a family and a band are given.
        BandNumberError: it is no band.
    """
    if group is not None and band is not None:
        raise BadQuestionError("give --group or --band, not both: a band stands for who has none")
    if band is not None:
        return Boarders(group=GroupId(BAND + read_band(band).text), heads=heads)
    return Boarders(group=None if group is None else GroupId(group), heads=heads)


def say_taken(taken: Taken, what: str, manifest: Manifest | None = None) -> None:
    """Say what a step did, and where its lift stands now."""
    typer.echo(f"{what}: taken before, nothing recorded" if taken.is_known else what)
    if manifest is not None:
        typer.echo(f"  {numbers_of(manifest)}")


def numbers_of(manifest: Manifest) -> str:
    """The three numbers of a manifest on one line."""
    three = three_numbers(manifest)
    counted = "not counted" if three.counted is None else f"{three.counted:,} counted"
    seats = manifest.seats_left
    left = "" if seats is None else f", {seats:,} seats left"
    landed = f", {manifest.landed:,} arrived" if manifest.landed else ""
    return (
        f"{three.planned:,} planned, {three.boarded:,} boarded, {counted}{left}{landed}"
        f" [{manifest.stage}]"
    )


def say_manifest(manifest: Manifest) -> None:
    """Print a manifest: ids and heads, no names."""
    lift = manifest.lift
    typer.echo(f"{lift.lift}  {lift.from_place} > {manifest.destination}  {numbers_of(manifest)}")
    closed = manifest.close_out
    if closed is not None:
        why = f", {closed.difference}" if closed.difference else ""
        typer.echo(f"  closed out {zulu(closed.occurred_at)} by {closed.signed_by}{why}")
    rows = [
        (
            str(x.group or x.person or "(no family)"),
            f"{x.promised:,}",
            f"{x.boarded:,}",
            f"{x.landed:,}",
        )
        for x in manifest.lines
    ]
    if rows:
        print_table(("family or band", "planned", "boarded", "arrived"), rows, numeric=3)
