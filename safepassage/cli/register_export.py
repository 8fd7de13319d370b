"""`safepassage register export`: data leaves counted, approved and sealed, or not at all."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import print_json, print_table
from safepassage.cli.unlocked import AsOption, KeyFileOption, now, unlocked
from safepassage.exchange.exports.inspect import inspect_file
from safepassage.exchange.exports.types import KINDS, ExportType
from safepassage.exchange.exports.writers import FileFormat
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import ListId, PersonId
from safepassage.model.instant import format_instant, zulu
from safepassage.registrar.export_values import (
    Asked,
    ExportId,
    ExportView,
    Recipient,
    Selection,
    Written,
    name_of,
)
from safepassage.secure.age import is_sealed

FILE_PASSPHRASE = "SAFEPASSAGE_FILE_PASSPHRASE"  # noqa: S105  a variable's name
DAYS = 14

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Give data out: counted before it is seen, approved, sealed and marked.",
)
ExportArgument = Annotated[str, typer.Argument(help="The export's id: export/3f9c...")]


@app.command("types")
def show_types(json: JsonOption = False) -> None:
    """Show the closed set of exports and the only columns that each can have.

    Example:  safepassage register export types
    """
    if json:
        print_json({kind.type: list(kind.header) for kind in KINDS.values()})
        return
    for kind in KINDS.values():
        second = " (always needs a second person)" if kind.has_protection else ""
        typer.echo(f"{kind.type}{second}\n  {', '.join(kind.header)}")


@app.command("request")
def request(
    export_type: Annotated[ExportType, typer.Argument(metavar="TYPE", help="See `types`.")],
    rows: Annotated[int, typer.Option(help="How many rows it will have, as you believe.")],
    to: Annotated[list[str], typer.Option(help="A recipient: ID=age1..., or ID=passphrase.")],
    purpose: Annotated[str, typer.Option(help="What it is for; it is sealed.")],
    of_list: Annotated[str | None, typer.Option("--list", help="Everybody on a list.")] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="A person's id; may be repeated.")
    ] = None,
    file_format: Annotated[FileFormat, typer.Option("--format")] = FileFormat.CSV,
    days: Annotated[int, typer.Option(help="After how many days copies are deleted.")] = DAYS,
    not_sealed: Annotated[bool, typer.Option("--not-sealed", help="Not encrypted.")] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for an export. Say how many rows it will have before you see it: another number is
    refused. More than 50 rows, fields of protection, or a file that is not sealed wait for a second
    person.

    Example:  safepassage register export request manifest --list embassy-1 --rows 42
    --to state-a=age1... --purpose "boarding of flight 12"
    """
    asked = Asked(
        type=export_type,
        format=file_format,
        selection=Selection(
            tuple(map(PersonId, person or ())), None if of_list is None else ListId(of_list)
        ),
        recipients=tuple(map(_recipient, to)),
        purpose=purpose,
        expires_at=now() + timedelta(days=days),
        rows=rows,
        is_sealed=not not_sealed,
    )
    with unlocked(store, key_file, account, writer=True) as at:
        _show(at.registrar.exports.request(at.viewer, asked), json)


def _recipient(text: str) -> Recipient:
    who, separator, key = text.partition("=")
    if not separator or not key:
        raise BadQuestionError(
            "--to: write a recipient as ID=age1..., or ID=passphrase for one who has no key"
        )
    return Recipient(who, "" if key == "passphrase" else key)


@app.command("list")
def show_all(
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show every export, the newest first: type, rows, state, who asked and who approved.

    Example:  safepassage register export list
    """
    with unlocked(store, key_file, account) as at:
        found = at.registrar.exports.all(at.viewer)
    if json:
        print_json([_plain(view) for view in found])
        return
    print_table(
        ("export", "type", "rows", "state", "asked by", "approved by", "copies", "expires"),
        [
            (
                view.id,
                str(view.asked.type),
                f"{view.asked.rows:,}",
                str(view.state),
                view.by,
                view.approved_by,
                f"{len({copy.recipient for copy in view.copies})}/{len(view.asked.recipients)}",
                zulu(view.asked.expires_at),
            )
            for view in found
        ],
        numeric=0,
    )


@app.command("approve")
def approve(
    export: ExportArgument,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Agree to an export as its second person: an exporter who did not ask for it.

    Example:  safepassage register export approve export/3f9c --as exporter-2
    """
    with unlocked(store, key_file, account, writer=True) as at:
        _show(at.registrar.exports.approve(at.viewer, ExportId(export)), json)


@app.command("refuse")
def refuse(
    export: ExportArgument,
    why: Annotated[str, typer.Option(help="The reason; it is sealed.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say no to an export as its second person.

    Example:  safepassage register export refuse export/3f9c --why "too many" --as exporter-2
    """
    with unlocked(store, key_file, account, writer=True) as at:
        _show(at.registrar.exports.refuse(at.viewer, ExportId(export), why), json)


@app.command("write")
def write(
    export: ExportArgument,
    to: Annotated[str, typer.Option(help="The recipient whose copy it is.")],
    folder: Annotated[Path, typer.Option(help="Where the file is put.")] = Path(),
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write one recipient's copy: exactly the approved rows, marked as theirs, sealed for their
    key. A passphrase is asked for, or taken from SAFEPASSAGE_FILE_PASSPHRASE.

    Example:  safepassage register export write export/3f9c --to state-a
    """
    with unlocked(store, key_file, account, writer=True) as at:
        exports = at.registrar.exports
        view = exports.one(at.viewer, ExportId(export))
        _check_free(folder, view, to)
        needs = view.asked.is_sealed and any(
            r.id == to and not r.key for r in view.asked.recipients
        )
        file = exports.write(at.viewer, view.id, to, _passphrase() if needs else "")
    path = _put(folder, file)
    if json:
        print_json({"file": str(path), "rows": file.rows, "sha256": file.sha256})
    else:
        typer.echo(f"{path}: {file.rows:,} rows, sha256 {file.sha256}")


def _passphrase() -> str:
    given = os.environ.get(FILE_PASSPHRASE)
    if given:
        return given
    prompted: str = typer.prompt(
        "A passphrase for the file", hide_input=True, confirmation_prompt=True, err=True
    )
    return prompted


def _check_free(folder: Path, view: ExportView, recipient: str) -> None:
    """Refuse before anything is written down as given out."""
    if (folder / name_of(view, recipient)).exists():
        raise BadQuestionError(
            f"{folder} has a copy of this export for {recipient} already: move it away, or name"
            " another --folder"
        )


def _put(folder: Path, file: Written) -> Path:
    """Keep the file for its owner alone, over nothing that is there."""
    path = folder / file.name
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as out:
            out.write(file.content)
    except OSError as fault:
        raise BadQuestionError(f"{path} cannot be written: {fault.strerror}") from fault
    return path


@app.command("recall")
def recall(
    export: ExportArgument,
    why: Annotated[str, typer.Option(help="The reason; it is sealed.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Stop an export, and list its copies as due for deletion.

    Example:  safepassage register export recall export/3f9c --why "wrong office"
    """
    with unlocked(store, key_file, account, writer=True) as at:
        _show(at.registrar.exports.recall(at.viewer, ExportId(export), why), json)


@app.command("due")
def due(
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show the copies that their recipients should have deleted. Exit code 1: there are some.

    Example:  safepassage register export due
    """
    with unlocked(store, key_file, account) as at:
        found = at.registrar.exports.due(at.viewer)
    if json:
        print_json(
            [
                {
                    "export": one.export,
                    "type": str(one.type),
                    "recipient": one.copy.recipient,
                    "written_at": format_instant(one.copy.at),
                    "due_since": format_instant(one.since),
                    "recalled": one.is_recalled,
                }
                for one in found
            ]
        )
    else:
        for one in found:
            reason = "recalled" if one.is_recalled else "expired"
            typer.echo(f"{one.copy.recipient}  {one.export}  {reason} {zulu(one.since)}")
    if found:
        raise typer.Exit(EXIT_FOUND)


@app.command("trace")
def trace(
    export: ExportArgument,
    leak: Annotated[Path, typer.Argument(help="The leaked table, as CSV or XLSX.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say whose copy a leaked table is. Exit code 1: it cannot be told.

    Example:  safepassage register export trace export/3f9c found.csv --as exporter-1
    """
    try:
        content = leak.read_bytes()
    except OSError as fault:
        raise BadQuestionError(f"{leak} cannot be read: {fault.strerror}") from fault
    if is_sealed(content):
        raise BadQuestionError(f"{leak} is sealed: open it first")
    found = inspect_file(content)
    with unlocked(store, key_file, account) as at:
        traced = at.registrar.exports.trace(at.viewer, ExportId(export), found.header, found.rows)
    if json:
        print_json(
            {"recipient": traced.recipient, "bits": round(traced.weight, 1), "rows": traced.rows}
        )
    else:
        typer.echo(
            f"{traced.recipient or 'it cannot be told whose copy this is'}"
            f" ({traced.weight:.0f} bits, {traced.ahead:.0f} before the next, {traced.rows} rows)"
        )
    if traced.recipient is None:
        raise typer.Exit(EXIT_FOUND)


def _show(view: ExportView, json: bool) -> None:
    if json:
        print_json(_plain(view))
        return
    typer.echo(f"{view.id}: {view.state}")
    if view.seconds:
        typer.echo(f"  a second person is needed: {', '.join(view.seconds)}")


def _plain(view: ExportView) -> dict[str, Any]:
    """Ids, counts and instants; the purpose stays sealed."""
    return {
        "export": view.id,
        "type": str(view.asked.type),
        "format": str(view.asked.format),
        "rows": view.asked.rows,
        "state": str(view.state),
        "needs_second": [str(second) for second in view.seconds],
        "asked_by": view.by,
        "asked_at": format_instant(view.at),
        "approved_by": view.approved_by or None,
        "expires_at": format_instant(view.asked.expires_at),
        "recipients": [recipient.id for recipient in view.asked.recipients],
        "copies": [
            {"recipient": copy.recipient, "by": copy.by, "at": format_instant(copy.at)}
            for copy in view.copies
        ],
    }
