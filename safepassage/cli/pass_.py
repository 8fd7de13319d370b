"""`safepassage pass`: call families to a gate, tell each one alone, and know who came."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli import pass_checking, pass_keys, pass_printing
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, stored_operation
from safepassage.cli.output import print_json, print_table
from safepassage.cli.pass_office import (
    ChannelsOption,
    PassArgument,
    PassOffice,
    pass_office,
)
from safepassage.cli.unlocked import AsOption, KeyFileOption, now
from safepassage.control import calling, issuing
from safepassage.control.channels.file import channels_of
from safepassage.control.issuing import Issued, Wanted
from safepassage.control.meetings import keep_meeting
from safepassage.control.waves import read_waves
from safepassage.model.errors import BadQuestionError
from safepassage.model.gate_pass import RevocationReason
from safepassage.model.ids import GroupId, PlaceId
from safepassage.model.instant import format_instant, parse_instant, zulu
from safepassage.model.place import OUTSIDE
from safepassage.operate.passes import Called, called
from safepassage.store.store import open_store
from safepassage.web.address_book import address_book, families_of
from safepassage.web.wave_calling import to_call

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
app.add_typer(pass_keys.app, name="keys")
app.command("print")(pass_printing.print_kit)
app.command("check")(pass_checking.check)

FromOption = Annotated[str | None, typer.Option("--from", help="When the window begins.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="When it ends.")]


@app.command()
def meeting(
    gate: Annotated[str, typer.Argument(help="The id of the gate.")],
    text: Annotated[
        list[str],
        typer.Option("--text", metavar="LANGUAGE=WORDS", help="en or fa-AF; repeated."),
    ],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Say where the people of a gate meet, in words that tell a stranger nothing.

    Example:  safepassage pass meeting north-gate --text "en=Tea house by the canal"
    """
    said = dict(part for each in text if (part := _language_of(each)))
    with open_store(store, writer=True) as writing:
        zone = stored_operation(writing).local_zone
        keep_meeting(writing, PlaceId(gate), said, zone, now())
    typer.echo(f"calls to {gate} say so, in {', '.join(sorted(said))}")


@app.command()
def call(
    groups: Annotated[list[str] | None, typer.Argument(help="Ids of families.")] = None,
    gate: Annotated[str | None, typer.Option(help="The gate they are called to.")] = None,
    begin: FromOption = None,
    until: UntilOption = None,
    origin: Annotated[str, typer.Option(help="The place that they come from.")] = str(OUTSIDE),
    waves: Annotated[
        Path | None, typer.Option(help="Instead: what `plan callforward --json` wrote.")
    ] = None,
    channels: ChannelsOption = None,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Call families, or the waves of a plan: each gets a pass, and is told alone.

    Messages wait until `pass send` sends them, or somebody prints the sheet.

    Examples:

      safepassage pass call fam-12 --gate north --from 2021-08-22T06:00Z --until 2021-08-22T08:00Z

      safepassage pass call --waves callforward.json --channels channels.json
    """
    with pass_office(store, key_file, account) as desk:
        if waves is not None:
            wanted = _of_waves(desk, waves)
        else:
            wanted = _of_groups(desk, groups or [], gate, begin, until, origin)
        book = address_book(desk.registrar, desk.viewer)
        made = calling.call(desk.office, wanted, book, channels_of(channels), desk.meetings)
    if json:
        print_json([_issued(each) for each in made])
        return
    heads = sum(each.issue.heads for each in made)
    typer.echo(f"{len(made):,} families called, {heads:,} heads; `pass send` tells them")


@app.command()
def send(
    channels: ChannelsOption = None,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Send every message whose time has come; run it again for those that could not go out.

    Example:  safepassage pass send --channels channels.json
    """
    with pass_office(store, key_file, account) as desk:
        done = calling.deliver(desk.office, channels_of(channels))
    if json:
        print_json(
            {
                "sent": done.sent,
                "later": done.later,
                "failed": done.failed,
                "dropped": done.dropped,
                "reasons": dict(done.reasons),
            }
        )
        return
    typer.echo(
        f"{done.sent:,} sent, {done.later:,} to be tried again, {done.failed:,} failed,"
        f" {done.dropped:,} of passes that no longer count"
    )
    for reason, count in sorted(done.reasons.items()):
        typer.echo(f"  {reason}: {count:,}")


@app.command("list")
def list_passes(
    gate: Annotated[str | None, typer.Option(help="Only those of one gate.")] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Who was called where and when, and who of them came.

    Example:  safepassage pass list --gate north-gate --json
    """
    with open_store(store) as reading, reading.ledger() as ledger:
        found = [c for c in called(ledger, now()) if gate in (None, c.issue.gate)]
    if json:
        print_json([_plain(each) for each in found])
        return
    rows = [
        (
            each.issue.pass_id[:8],
            str(each.issue.group),
            str(each.issue.gate),
            f"{zulu(each.issue.valid_from)} to {zulu(each.issue.valid_until)}",
            each.state.value,
            f"{each.came} of {each.issue.heads}",
        )
        for each in found
    ]
    print_table(("pass", "group", "gate", "window", "state", "came"), rows, numeric=1)


@app.command()
def reissue(
    pass_: PassArgument,
    begin: FromOption = None,
    until: UntilOption = None,
    channels: ChannelsOption = None,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Give a family another pass instead, in one action: the old one is revoked, and it is told.

    Example:  safepassage pass reissue 4c1f09aa
    """
    with pass_office(store, key_file, account) as desk:
        made = calling.call_again(
            desk.office,
            pass_,
            address_book(desk.registrar, desk.viewer),
            channels_of(channels),
            desk.meetings,
            valid_from=None if begin is None else parse_instant(begin, "--from"),
            valid_until=None if until is None else parse_instant(until, "--until"),
        )
    if json:
        print_json(_issued(made))
        return
    typer.echo(f"{made.issue.group} has {made.issue.pass_id[:8]} instead of {pass_[:8]}")


@app.command()
def revoke(
    pass_: PassArgument,
    reason: Annotated[RevocationReason, typer.Option(help="Why.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
) -> None:
    """Revoke a pass: gates refuse it as soon as they hear of it.

    Example:  safepassage pass revoke 4c1f09aa --reason lost
    """
    with pass_office(store, key_file, account) as desk:
        found = issuing.revoke(desk.office, pass_, reason)
    typer.echo(f"{found.pass_id[:8]} of {found.group} no longer counts")


@app.command()
def told(
    pass_: PassArgument,
    answered: Annotated[
        bool, typer.Option("--answered", help="They said that they heard; else: it was said.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
) -> None:
    """Note that a family was told by a person, or that it answered.

    Example:  safepassage pass told 4c1f09aa --answered
    """
    with pass_office(store, key_file, account) as desk:
        with desk.office.books.ledger() as ledger:
            pass_id = issuing.find(ledger, pass_, now()).issue.pass_id
        done = calling.told(desk.office, pass_id, has_answered=answered)
    if not done:
        raise BadQuestionError("no message about this pass waits for that: `pass list`")
    typer.echo(f"{done} messages about {pass_id[:8]}: {'answered' if answered else 'told'}")


def _of_groups(
    desk: PassOffice,
    groups: list[str],
    gate: str | None,
    begin: str | None,
    until: str | None,
    origin: str,
) -> list[Wanted]:
    if not groups or gate is None or begin is None or until is None:
        raise BadQuestionError("name families, --gate, --from and --until; or --waves FILE")
    with desk.office.books.ledger() as ledger:
        heads = families_of(desk.registrar, desk.viewer, ledger)
    unknown = sorted(set(groups) - set(heads))
    if unknown:
        raise BadQuestionError(f"there is no family {unknown[0]!r}: `register families`")
    return [
        Wanted(
            group=GroupId(group),
            gate=PlaceId(gate),
            origin=PlaceId(origin),
            valid_from=parse_instant(begin, "--from"),
            valid_until=parse_instant(until, "--until"),
            heads=heads[GroupId(group)],
        )
        for group in groups
    ]


def _of_waves(desk: PassOffice, path: Path) -> list[Wanted]:
    try:
        plain = json_text.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise BadQuestionError(f"{path} cannot be read: {fault}") from None
    waves = read_waves(plain)
    with desk.office.books.ledger() as ledger:
        found = to_call(waves, desk.registrar, desk.viewer, ledger, now())
    if found.skipped:
        typer.echo(f"{len(found.skipped):,} families are called already and left out", err=True)
    return list(found.wanted)


def _language_of(said: str) -> tuple[str, str]:
    language, sign, words = said.partition("=")
    if not sign:
        raise BadQuestionError('write --text like "en=Tea house by the canal"')
    return language.strip(), words.strip()


def _issued(made: Issued) -> dict[str, object]:
    """A pass that was issued as JSON values: nothing that opens a gate."""
    issue = made.issue
    return {
        "pass": issue.pass_id,
        "group": issue.group,
        "gate": issue.gate,
        "from": format_instant(issue.valid_from),
        "until": format_instant(issue.valid_until),
        "heads": issue.heads,
        "replaces": issue.replaces,
    }


def _plain(each: Called) -> dict[str, object]:
    issue = each.issue
    return {
        "pass": issue.pass_id,
        "group": issue.group,
        "gate": issue.gate,
        "from": format_instant(issue.valid_from),
        "until": format_instant(issue.valid_until),
        "state": each.state.value,
        "heads": issue.heads,
        "came": each.came,
        "refused": each.refused,
        "replaces": issue.replaces,
    }
