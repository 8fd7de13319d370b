"""The register unlocked for one command: by a key file or a passphrase, for one account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from safepassage.model.errors import BadQuestionError
from safepassage.registrar import Registrar
from safepassage.registrar.opening import open_registrar
from safepassage.secure.audit import Entry, Kind
from safepassage.secure.roles import COMMAND_LINE, Role, Viewer
from safepassage.secure.unlock import (
    Lock,
    Way,
    make_key_file,
    new_register_key,
    unlock_with_key_file,
    unlock_with_passphrase,
    with_key_file,
    with_passphrase,
)
from safepassage.secure.vault import Vault
from safepassage.store.errors import SchemaError, StoreMissingError
from safepassage.store.protection import Protection
from safepassage.store.register_place import RegisterPlace
from safepassage.store.store import Store, open_store

PASSPHRASE = "SAFEPASSAGE_PASSPHRASE"  # noqa: S105  the name of a variable, not what is in it

KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        envvar="SAFEPASSAGE_KEY_FILE",
        help="The register's key, on a stick or disk of its own. Without it, a passphrase.",
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option("--as", help="The account that acts; by default the operator of this machine."),
]
# Whoever has a shell on the machine and the register's key works as its operator.
OPERATOR = Viewer(COMMAND_LINE, frozenset({Role.REGISTRAR, Role.CASE_OFFICER, Role.PLANNER}))


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a command about the register works with."""

    registrar: Registrar
    viewer: Viewer
    store: Store


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@contextmanager
def unlocked(
    address: str, key_file: Path | None, account: str | None, *, writer: bool = False
) -> Iterator[Unlocked]:
    """Open the register; where it has no key yet and this command writes, it is given one.

    Raises:
        StoreError: there is no store, or another process writes it.
        ProtectionError: the key does not fit.
        BadQuestionError: no key was given, or there is no such account.
    """
    if writer:
        _make_ready(address)
    with (
        open_store(address) as store,
        RegisterPlace(address) as place,
        Protection(address, now) as protection,
    ):
        viewer = acting(protection, account)
        vault = _vault(protection, key_file, may_make=writer, by=viewer.account)
        try:
            registrar = open_registrar(place, vault, protection.trail, now)
            yield Unlocked(registrar, viewer, store)
        finally:
            vault.lock()


def _make_ready(address: str) -> None:
    """Make a ledger where there is none, or bring an older one up to date."""
    try:
        RegisterPlace(address).close()
    except (StoreMissingError, SchemaError):
        open_store(address, writer=True).close()


def acting(protection: Protection, account: str | None) -> Viewer:
    """Who acts in a command: the operator of this machine, or an account that they named.

    Raises:
        BadQuestionError: there is no such account, or it may not act.
    """
    if account is None:
        return OPERATOR
    found = protection.accounts.get(account)
    if found is None or not found.is_active:
        raise BadQuestionError(f"there is no account {account} that may act: `account list`")
    # Nobody proved to be this account: the chain says that what follows came from the shell.
    entry = Entry(kind=Kind.ACTED_AS, account=COMMAND_LINE, at=now(), subject=found.id)
    protection.note(entry)
    return Viewer(found.id, found.roles, found.sponsor)


def _vault(protection: Protection, key_file: Path | None, *, may_make: bool, by: str) -> Vault:
    lock = protection.lock.get()
    if lock is None or not lock.slots:
        if not may_make:
            raise BadQuestionError(
                "this register has no key yet: `safepassage register import` makes one"
            )
        return _first_key(protection, key_file, by)
    if key_file is not None:
        return unlock_with_key_file(lock, key_file, protection.path)
    if not lock.has(Way.PASSPHRASE):
        raise BadQuestionError("the register is unlocked by a key file: give it with --key-file")
    return unlock_with_passphrase(lock, _asked("Passphrase of the register"))


def _first_key(protection: Protection, key_file: Path | None, by: str) -> Vault:
    """A new key for a register that has none."""
    vault = new_register_key()
    lock: Lock
    if key_file is not None:
        if not key_file.exists():
            make_key_file(key_file, protection.path)
            told = f"made the key file {key_file}: without it nobody reads this register"
            typer.echo(told, err=True)
        lock = with_key_file(vault, key_file, protection.path)
    else:
        lock = with_passphrase(vault, _asked("A new passphrase for the register", twice=True))
    protection.lock.put(lock, by)
    return vault


def _asked(prompt: str, *, twice: bool = False) -> str:
    """A passphrase from the environment or the terminal, never from the command line."""
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    ask: Callable[..., str] = typer.prompt
    try:
        return ask(prompt, hide_input=True, confirmation_prompt=twice, err=True)
    except typer.Abort:
        raise BadQuestionError(
            f"the register is locked: give --key-file, or a passphrase in {PASSPHRASE}"
        ) from None
