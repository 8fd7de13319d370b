"""`safepassage pass keys`: the root key without a network, and the keys that it lets issue."""

from __future__ import annotations

import json as json_text
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, print_table
from safepassage.cli.pass_office import pass_office
from safepassage.cli.unlocked import AsOption, KeyFileOption, now
from safepassage.control import keys as issuing_keys
from safepassage.control.keys import KeyView
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import parse_instant, zulu
from safepassage.secure.issuing import (
    new_key,
    public_half,
    read_public,
    read_root,
    root_file,
    stated,
)
from safepassage.store.store import open_store

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="The root key without a network, and the keys that it lets issue passes.",
)
PASSPHRASE = "SAFEPASSAGE_ROOT_PASSPHRASE"  # noqa: S105  the name of a variable
HOURS = 48
OutOption = Annotated[Path, typer.Option("--out", help="The file to write; there must be none.")]


@app.command()
def root(out: OutOption) -> None:
    """Make a root key, on a machine without a network; keep the file off every other one.

    It is an age file that the passphrase opens. What is printed is public: every server of the
    operation trusts it with `pass keys trust`.

    Example:  safepassage pass keys root --out root.age
    """
    key = new_key()
    content = root_file(key, _asked(twice=True))
    _write_new(out, content)
    typer.echo(f"the root key is in {out}; its public half, to be trusted:")
    typer.echo(_in_parts(public_half(key)))


@app.command()
def state(
    request: Annotated[Path, typer.Argument(help="What `pass keys ask` wrote.")],
    root: Annotated[Path, typer.Option("--root", help="The file of the root key.")],
    out: OutOption,
) -> None:
    """Let a key issue passes for its time: the root signs a statement, without a network.

    Example:  safepassage pass keys state request.json --root root.age --out statement.json
    """
    asked = _json_of(request)
    try:
        public_key = read_public(asked["public_key"], "the key")
        begin, end = (parse_instant(asked[f"valid_{x}"], f"valid_{x}") for x in ("from", "until"))
    except (KeyError, TypeError, AttributeError):
        raise BadQuestionError(f"{request} is not what `pass keys ask` writes") from None
    said = stated(read_root(_bytes_of(root), _asked()), public_key, begin, end)
    _write_new(out, (json_text.dumps(said.to_plain(), indent=1) + "\n").encode())
    typer.echo(f"{said.key_id} may issue passes from {zulu(begin)} to {zulu(end)}: {out}")


@app.command()
def trust(
    public: Annotated[str, typer.Argument(help="The root's public half: 64 hex digits.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Trust a root key from now on. Keys that another root stated issue nothing any more.

    Example:  safepassage pass keys trust "3b6a27bc ceb6a42d 62a3a8d0 2a6f0d73 ..."
    """
    with open_store(store, writer=True) as writing:
        key = issuing_keys.trust(writing, public, now())
    typer.echo(f"trusted: {_in_parts(key)}")


@app.command()
def ask(
    out: OutOption,
    begin: Annotated[
        str | None, typer.Option("--from", help="When it begins, with Z or an offset; else now.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=72, help="How long it issues.")] = HOURS,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
) -> None:
    """Make an issuing key here; its secret half stays here, the file is for the root's owner.

    Example:  safepassage pass keys ask --hours 48 --out request.json
    """
    start = _begin(begin)
    with pass_office(store, key_file, account) as desk:
        made = issuing_keys.ask(desk.office, start, start + timedelta(hours=hours))
    _write_new(out, (json_text.dumps(made.to_plain(), indent=1) + "\n").encode())
    typer.echo(f"{made.key_id} waits for the root's statement: take {out} to it")


@app.command()
def install(
    statement: Annotated[Path, typer.Argument(help="What `pass keys state` wrote.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
) -> None:
    """Take the root's statement: from now on the key issues passes.

    Example:  safepassage pass keys install statement.json
    """
    with pass_office(store, key_file, account) as desk:
        found = issuing_keys.install(desk.office, _json_of(statement))
    typer.echo(f"{found.key_id} issues passes until {zulu(found.valid_until)}")


@app.command()
def withdraw(
    key_id: Annotated[str, typer.Argument(help="The id of the key: 8 hex digits.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
) -> None:
    """Withdraw a key: nothing that it signed counts, as soon as gates hear of it.

    Example:  safepassage pass keys withdraw 1f3a9c04
    """
    with pass_office(store, key_file, account) as desk:
        issuing_keys.withdraw(desk.office, key_id)
    typer.echo(f"{key_id} is withdrawn: issue its passes again with `pass reissue`")


@app.command("list")
def list_keys(
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Every issuing key, from when until when, and whether it counts.

    Example:  safepassage pass keys list --json
    """
    with pass_office(store, key_file, account) as desk:
        found = issuing_keys.views(desk.office)
    if json:
        print_json([key.to_plain() for key in found])
        return
    print_table(("key", "from", "until", "state"), [_row(key) for key in found])


def _row(key: KeyView) -> tuple[str, str, str, str]:
    return key.key_id, zulu(key.valid_from), zulu(key.valid_until), key.state.value


def _begin(said: str | None) -> datetime:
    instant = now() if said is None else parse_instant(said, "--from")
    return instant.replace(microsecond=0)


def _in_parts(key: bytes) -> str:
    return " ".join(key.hex()[at : at + 8] for at in range(0, 64, 8))


def _asked(*, twice: bool = False) -> str:
    """The root's passphrase from the environment or the terminal, never from the command line."""
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    said: str = typer.prompt(
        "Passphrase of the root key", hide_input=True, confirmation_prompt=twice, err=True
    )
    return said


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadQuestionError(f"{path} cannot be read: {fault.strerror}") from None


def _json_of(path: Path) -> dict[str, Any]:
    try:
        found = json_text.loads(_bytes_of(path))
    except ValueError:
        raise BadQuestionError(f"{path} is not JSON") from None
    if not isinstance(found, dict):
        raise BadQuestionError(f"{path} is not a JSON object")
    return found


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that nobody else on this machine may read, and never over another one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise BadQuestionError(f"{path} cannot be written: {fault.strerror}") from None
