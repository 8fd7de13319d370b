"""The export desk: data is asked for, approved by somebody else, and given out, copy by copy.

    GET  /exports                    every export, and the copies that should be deleted by now
    GET  /exports/new                ask for one; its count of rows is typed, never shown before
    GET  /exports/of/ID              what it is, for whom, who stands behind it, and its copies
    POST /exports/of/ID/approve      as the second person
    POST /exports/of/ID/refuse       as the second person
    POST /exports/of/ID/write        one recipient's copy, sealed; it is never kept on this machine
    POST /exports/of/ID/recall       stop it, and ask for its copies to be deleted

An address and a file's name hold ids alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from safepassage.exchange.exports.errors import ExportFileError
from safepassage.exchange.exports.types import KINDS, ExportType
from safepassage.exchange.exports.writers import FileFormat
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import ListId, PersonId
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.export_values import (
    ALONE_MAX,
    DAYS_MAX,
    Asked,
    ExportId,
    ExportRefusedError,
    Recipient,
    Selection,
)
from safepassage.secure.age import PASSPHRASE_MIN, AgeError
from safepassage.secure.errors import WeakSecretError
from safepassage.secure.roles import Action
from safepassage.web.access import Viewing, requires
from safepassage.web.page import desk_of, render
from safepassage.web.registering import Registering

router = APIRouter(prefix="/exports", dependencies=[Depends(requires(Action.REQUEST_EXPORT))])
DAYS = 14
LONG = 20_000  # characters of a list of ids
_SAID = (InvalidFactError, AgeError, ExportRefusedError, UnknownSubjectError)


@router.get("")
def exports(request: Request, viewer: Viewing, registrar: Registering) -> Response:
    """Every export, the newest first; ids and counts, nobody in them."""
    found = registrar.exports
    return render(request, "exports/exports.html", exports=found.all(viewer), due=found.due(viewer))


@router.get("/new")
def new(request: Request, list: str = "") -> Response:
    """The form that asks for one."""
    return _form(request, typed={"list": list, "days": str(DAYS)})


@router.post("/new")
def ask(
    request: Request,
    viewer: Viewing,
    registrar: Registering,
    kind: Annotated[ExportType, Form()],
    purpose: Annotated[str, Form(max_length=500)],
    recipients: Annotated[str, Form(max_length=LONG)],
    rows: Annotated[str, Form(max_length=12)],
    days: Annotated[str, Form(max_length=4)] = str(DAYS),
    file_format: Annotated[FileFormat, Form(alias="format")] = FileFormat.CSV,
    list_id: Annotated[str, Form(alias="list", max_length=100)] = "",
    persons: Annotated[str, Form(max_length=LONG)] = "",
    not_sealed: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for an export; what is wrong is said above the form, with everything still in it."""
    typed = {
        "kind": kind,
        "purpose": purpose,
        "recipients": recipients,
        "days": days,
        "format": file_format,
        "list": list_id,
        "persons": persons,
        "not_sealed": not_sealed,
    }
    try:
        asked = Asked(
            type=kind,
            format=file_format,
            selection=Selection(
                tuple(map(PersonId, persons.split())),
                ListId(list_id.strip()) if list_id.strip() else None,
            ),
            recipients=_recipients(recipients),
            purpose=purpose,
            expires_at=desk_of(request).settings.clock() + timedelta(days=_whole(days, "days")),
            rows=_whole(rows, "rows"),
            is_sealed=not not_sealed,
        )
        made = registrar.exports.request(viewer, asked)
    except _SAID as fault:
        return _form(request, typed=typed, said=str(fault))
    return RedirectResponse(_address(made.id), 303)


@router.get("/of/{number}")
def one(request: Request, number: str, viewer: Viewing, registrar: Registering) -> Response:
    """One export, and what this viewer can do about it."""
    return _one(request, number, viewer, registrar)


@router.post("/of/{number}/approve")
def approve(number: str, viewer: Viewing, registrar: Registering) -> Response:
    """Agree to it as its second person."""
    return RedirectResponse(_address(registrar.exports.approve(viewer, _id(number)).id), 303)


@router.post("/of/{number}/refuse")
def refuse(
    number: str,
    viewer: Viewing,
    registrar: Registering,
    why: Annotated[str, Form(max_length=500)],
) -> Response:
    """Say no to it as its second person."""
    return RedirectResponse(_address(registrar.exports.refuse(viewer, _id(number), why).id), 303)


@router.post("/of/{number}/recall")
def recall(
    number: str,
    viewer: Viewing,
    registrar: Registering,
    why: Annotated[str, Form(max_length=500)],
) -> Response:
    """Stop it, and ask for its copies to be deleted."""
    return RedirectResponse(_address(registrar.exports.recall(viewer, _id(number), why).id), 303)


@router.post("/of/{number}/write")
def write(
    request: Request,
    number: str,
    viewer: Viewing,
    registrar: Registering,
    recipient: Annotated[str, Form(max_length=100)],
    passphrase: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """One recipient's copy, to be kept where the browser puts it."""
    try:
        file = registrar.exports.write(viewer, _id(number), recipient, passphrase)
    except (ExportRefusedError, ExportFileError, WeakSecretError) as fault:
        return _one(request, number, viewer, registrar, said=str(fault))
    return Response(
        file.content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Cache-Control": "no-store",
        },
    )


def _one(
    request: Request, number: str, viewer: Viewing, registrar: Registering, said: str = ""
) -> Response:
    view = registrar.exports.one(viewer, _id(number))
    return render(
        request,
        "exports/one.html",
        status=400 if said else 200,
        export=view,
        kind=KINDS[view.asked.type],
        said=said,
        has_part=viewer.account in (view.by, view.approved_by),
        is_own=viewer.account == view.by,
        copied={copy.recipient for copy in view.copies},
        passphrase_min=PASSPHRASE_MIN,
        number=number,
    )


def _form(request: Request, typed: dict[str, object], said: str = "") -> Response:
    return render(
        request,
        "exports/new.html",
        status=400 if said else 200,
        kinds=KINDS.values(),
        formats=tuple(FileFormat),
        typed=typed,
        said=said,
        alone_max=ALONE_MAX,
        days_max=DAYS_MAX,
    )


def _recipients(text: str) -> tuple[Recipient, ...]:
    """One recipient a line: an id, then its key, or nothing for a passphrase."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        who, _, key = line.replace("=", " ", 1).partition(" ")
        found.append(Recipient(who, key.strip()))
    return tuple(found)


def _whole(text: str, what: str) -> int:
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit()):
        raise InvalidFactError(f"{what}: write a whole number")
    return int(plain)


def _id(number: str) -> ExportId:
    return ExportId(f"export/{number}")


def _address(export: ExportId) -> str:
    return f"/exports/of/{export.partition('/')[2]}"
