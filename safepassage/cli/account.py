"""`safepassage account`: who may sign in, and as what; the register's key file; the audit chain.

Whoever has a shell on the machine may do this; it is written to the audit chain as done by the
command line.  There is no password to begin with: an account is set up by its owner, with a link
that works once.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, print_table
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import SponsorId
from safepassage.model.instant import format_instant
from safepassage.secure.audit import Head
from safepassage.secure.roles import COMMAND_LINE, Role
from safepassage.secure.unlock import (
    Lock,
    Way,
    make_key_file,
    new_register_key,
    unlock_with_passphrase,
    with_key_file,
)
from safepassage.secure.vault import Vault
from safepassage.store.account_values import Account
from safepassage.store.protection import Protection

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
EXIT_FOUND = 1
PASSPHRASE = "SAFEPASSAGE_PASSPHRASE"  # noqa: S105  the name of a variable, not what is in it
IdArgument = Annotated[str, typer.Argument(help="Of the account: reg-1. Never somebody's name.")]
RolesArgument = Annotated[list[Role], typer.Argument(help="What it does; one or several.")]
SponsorOption = Annotated[
    str | None, typer.Option(help="Whose lists a list submitter hands in; for no other role.")
]
OriginOption = Annotated[
    str, typer.Option(help="Where its owner opens the desks: passkeys need a name, not digits.")
]
DEFAULT_ORIGIN = "http://localhost:8800"


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def opened(store: str) -> Protection:
    """The accounts of a ledger."""
    return Protection(store, now)


@app.command()
def add(
    id: IdArgument,
    roles: RolesArgument,
    sponsor: SponsorOption = None,
    origin: OriginOption = DEFAULT_ORIGIN,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Make an account, and print the link by which its owner sets it up.

    Examples:

      safepassage account add admin-1 administrator

      safepassage account add reg-1 registrar case-officer

      safepassage account add list-1 list-submitter --sponsor agency-a
    """
    with opened(store) as protection:
        by = SponsorId(sponsor) if sponsor is not None else None
        account = protection.accounts.add(id, roles, by, COMMAND_LINE)
        code = protection.accounts.make_link(account.id, COMMAND_LINE)
    _tell_link(account, code, origin, json)


@app.command("list")
def list_accounts(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """List the accounts, with their roles and ways to sign in.

    Example:  safepassage account list
    """
    with opened(store) as protection:
        accounts = protection.accounts.all()
    if json:
        print_json([as_json(account) for account in accounts])
        return
    print_table(
        ("account", "roles", "sponsor", "signs in with", "state"),
        [
            (a.id, " ".join(sorted(a.roles)), a.sponsor or "", _ways(a), a.state.value)
            for a in accounts
        ],
    )


@app.command("roles")
def set_roles(
    id: IdArgument,
    roles: RolesArgument,
    sponsor: SponsorOption = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Give an account these roles in place of those it had, from its next click on.

    Example:  safepassage account roles reg-1 registrar
    """
    with opened(store) as protection:
        by = SponsorId(sponsor) if sponsor is not None else None
        account = protection.accounts.set_roles(id, roles, by, COMMAND_LINE)
    _tell(account, f"{id} is now {', '.join(sorted(account.roles))}", json)


@app.command()
def disable(id: IdArgument, store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Shut an account out: its sessions end at once and nothing signs it in.

    Example:  safepassage account disable reg-1
    """
    with opened(store) as protection:
        account = protection.accounts.disable(id, COMMAND_LINE)
    _tell(account, f"{id} is shut out; what it did stays in the audit chain", json)


@app.command()
def enable(id: IdArgument, store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Let an account in again, with the ways to sign in that it had.

    Example:  safepassage account enable reg-1
    """
    with opened(store) as protection:
        account = protection.accounts.enable(id, COMMAND_LINE)
    _tell(account, f"{id} may sign in again", json)


@app.command()
def link(
    id: IdArgument,
    origin: OriginOption = DEFAULT_ORIGIN,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """A new enrolment link, for a lost phone or key: every other way in of this account ends now.

    Example:  safepassage account link reg-1
    """
    with opened(store) as protection:
        code = protection.accounts.make_link(id, COMMAND_LINE)
        account = protection.accounts.get(id)
    if account is not None:
        _tell_link(account, code, origin, json)


@app.command("unlock-file")
def unlock_file(
    path: Annotated[Path, typer.Argument(help="Where: on a stick or disk of its own.")],
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Make a key file that unlocks the register. A key file that there was opens nothing any more.

    A register without a key is given one. One that has a passphrase asks for it, or takes it from
    SAFEPASSAGE_PASSPHRASE. One that only has a key file needs a passphrase first: set it on the
    page of the lock.

    Examples:

      safepassage account unlock-file /media/stick/register.key

      safepassage serve --key-file /media/stick/register.key
    """
    with opened(store) as protection:
        lock = protection.lock.get()
        vault = _vault(lock)
        make_key_file(path, protection.path)
        protection.lock.put(with_key_file(vault, path, protection.path, lock), COMMAND_LINE)
        vault.lock()
    if json:
        print_json({"key_file": str(path), "is_first_key": lock is None})
        return
    typer.echo(f"made the key file {path}")
    if lock is None:
        typer.echo("It is the only way to open this register: keep a copy in a second place.")


@app.command("lock")
def lock_register(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Lock the register now: every server of this ledger drops its key within a second.

    Example:  safepassage account lock
    """
    with opened(store) as protection:
        protection.lock.ask_to_lock(COMMAND_LINE)
    if json:
        print_json({"locked": True})
    else:
        typer.echo("locked: no server of this ledger can open a record until it is unlocked")


@app.command()
def audit(
    witnessed: Annotated[
        list[str] | None,
        typer.Option(help="NUMBER:HASH as somebody wrote it down earlier; may be repeated."),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Check the whole audit chain, and print where it ends, to be written down elsewhere.

    Ends with 1 if the chain is broken.

    Example:  safepassage account audit --witnessed 1204:9f2c...
    """
    heads = [_head(text) for text in witnessed or []]
    with opened(store) as protection:
        breaks, head = protection.trail.verify(heads), protection.trail.head()
    if json:
        told = [{"number": found.number, "sentence": found.sentence} for found in breaks]
        print_json({"number": head.number, "hash": head.hash, "breaks": told})
    else:
        for found in breaks:
            typer.echo(found.sentence)
        typer.echo(f"{head.number:,} entries, {'broken' if breaks else 'whole'}")
        typer.echo(f"it ends at {head.number}:{head.hash}")
    if breaks:
        raise typer.Exit(EXIT_FOUND)


def _vault(lock: Lock | None) -> Vault:
    if lock is None:
        return new_register_key()
    if not lock.has(Way.PASSPHRASE):
        raise BadQuestionError(
            "this register is unlocked by a key file only: start the desks with it and set a"
            " passphrase on the page of the lock, then make another key file"
        )
    given = os.environ.get(PASSPHRASE)
    if not given:
        given = typer.prompt("Passphrase of the register", hide_input=True, err=True)
    return unlock_with_passphrase(lock, str(given))


def _head(text: str) -> Head:
    number, _, hash = text.partition(":")
    if not (number.isascii() and number.isdigit() and hash):
        raise BadQuestionError("write what was witnessed as NUMBER:HASH, as `audit` prints it")
    return Head(int(number), hash.strip().lower())


def _ways(account: Account) -> str:
    ways = [f"{account.passkeys} passkeys"] if account.passkeys else []
    ways += ["passphrase and code"] if account.has_code else []
    return ", ".join(ways) or "nothing yet"


def as_json(account: Account) -> dict[str, Any]:
    """An account for a program."""
    return {
        "id": account.id,
        "roles": sorted(account.roles),
        "sponsor": account.sponsor,
        "state": account.state.value,
        "passkeys": account.passkeys,
        "has_code": account.has_code,
        "added_at": format_instant(account.added_at),
        "added_by": account.added_by,
    }


def _tell(account: Account, sentence: str, json: bool) -> None:
    if json:
        print_json(as_json(account))
    else:
        typer.echo(sentence)


def _tell_link(account: Account, code: str, origin: str, json: bool) -> None:
    address = f"{origin.rstrip('/')}/enrol#{code}"
    if json:
        print_json({**as_json(account), "link": address})
        return
    typer.echo(f"{account.id} is set up with this link, once, within a day:")
    typer.echo(f"  {address}")
    typer.echo("Give it to its owner by hand. The desks must be running: safepassage serve")
