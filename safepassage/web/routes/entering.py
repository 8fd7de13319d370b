"""People one by one: entered at the desk, or keyed from paper forms whose bands came first.

GET  /entering           a family at the desk
GET  /entering/paper     keying of paper forms; the band number first, by keyboard alone
GET  /entering/forms     print a run of forms; each has a band number and nothing else
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from safepassage.model.ids import ListId, RecordId, SponsorId
from safepassage.model.sheet import ReadList
from safepassage.register.bands import LETTERS, BandNumberError, read_band
from safepassage.register.fields import Field
from safepassage.register.intake_form import (
    FORMS_MAX,
    FORMS_PER_PAGE,
    KEYED,
    forms_html,
    keyed_list,
    style_sheet,
)
from safepassage.register.mapping import Mapping
from safepassage.register.rows import read_rows
from safepassage.registrar.views import Entered
from safepassage.secure.roles import Action, Viewer
from safepassage.web.access import Viewing, requires
from safepassage.web.page import desk_of, render
from safepassage.web.registering import Registering

router = APIRouter(prefix="/entering", dependencies=[Depends(requires(Action.ENTER_PERSON))])
DESK = SponsorId("desk")  # who answers for what is entered here
ROWS = {"desk": 4, "paper": 4}
STYLE_PATH = "/entering/forms.css"
Keyed = dict[Field, str]


@router.get("")
def at_the_desk(request: Request, registrar: Registering) -> Response:
    """A family at the desk, one line each."""
    return entry_page(request, "desk")


@router.get("/paper")
def from_paper(request: Request, registrar: Registering) -> Response:
    """Paper forms, the band number first."""
    return entry_page(request, "paper")


def entry_page(
    request: Request,
    way: str,
    status: int = 200,
    rows: Sequence[Keyed] = (),
    said: str = "",
    kept: Sequence[Entered] = (),
    reasons: Sequence[tuple[int, str]] = (),
) -> Response:
    """The page, perhaps with what is wrong or what was kept."""
    elsewhere = Field.MRZ if way == "paper" else Field.BAND
    fields = [field for field in KEYED if field is not elsewhere]
    blank = max(ROWS[way] - len(rows), 0) if not rows else 0
    return render(
        request,
        "lists/enter.html",
        status,
        way=way,
        fields=fields,
        rows=[*rows, *({} for _ in range(blank))],
        said=said,
        kept=kept,
        reasons=reasons,
    )


@router.post("/{way}")
async def enter(request: Request, way: str, viewer: Viewing, registrar: Registering) -> Response:
    """Keep what was entered, if every line of it is somebody; else show it again as it was."""
    form = await request.form(max_files=0, max_fields=400)
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    kind = "paper" if way == "paper" else "desk"
    rows = [row for row in keyed_rows(fields) if any(row.values())]
    return await run_in_threadpool(entered, request, kind, viewer, registrar, rows)


def entered(
    request: Request, way: str, viewer: Viewer, registrar: Registering, rows: list[Keyed]
) -> Response:
    """The page after something was entered: what was kept, or what has to be looked at again."""
    if not rows:
        return entry_page(request, way, 422, said="enter.nothing")
    try:
        file, mapping = keyed_list(rows)
    except BandNumberError as fault:
        return entry_page(request, way, 422, rows, reasons=[(0, str(fault))])
    reasons = unkept(request, file, mapping)
    if reasons:
        return entry_page(request, way, 422, rows, reasons=reasons)
    kept = [
        registrar.enter(viewer, row, sponsor=DESK, list_id=list_id_of(way, row))
        for row in tied(rows)
    ]
    return entry_page(request, way, kept=kept)


def keyed_rows(fields: dict[str, str]) -> list[Keyed]:
    """The lines of a form whose fields are called ``<line>.<field>``."""
    lines: dict[int, Keyed] = {}
    for key, value in fields.items():
        line, _, name = key.partition(".")
        if line.isascii() and line.isdigit() and len(line) < 4 and name in set(KEYED):
            lines.setdefault(int(line), {})[Field(name)] = value.strip()[:400]
    return [lines[line] for line in sorted(lines)]


def unkept(request: Request, file: ReadList, mapping: Mapping) -> list[tuple[int, str]]:
    """The lines that are nobody, counted from 1, and why: at the desk one asks again at once."""
    read = read_rows(
        file.sheets[0],
        mapping,
        list_id=ListId("desk"),
        record_id=lambda row: RecordId(f"row/{row}"),
        received=desk_of(request).settings.clock().date(),
    )
    return [(row.row - 1, row.reason) for row in read.quarantined]


def tied(rows: list[Keyed]) -> list[Keyed]:
    """The lines, as one family: by the band of its head, or by a number of their own.

    A form without another band on it is that of the head of a family, or of one alone.
    """
    family = f"family-{secrets.token_hex(6)}" if len(rows) > 1 else ""
    for row in rows:
        band, head = row.get(Field.BAND, ""), row.get(Field.HOUSEHOLD, "")
        if band:
            row[Field.BAND] = read_band(band).text
            row[Field.HOUSEHOLD] = read_band(head or band).text
        elif family and not head:
            row[Field.HOUSEHOLD] = family
    return rows


def list_id_of(way: str, row: Keyed) -> ListId:
    """The desk's list, or that of a series of bands: families of it were kept as one list."""
    series = row.get(Field.BAND, "")[:2].lower()
    return ListId(f"paper-{series}" if way == "paper" and series else "desk")


@router.get("/forms")
def print_page(request: Request, registrar: Registering) -> Response:
    """How many forms to print."""
    return forms_page(request)


def forms_page(request: Request, status: int = 200, said: str = "") -> Response:
    """The page, perhaps with what is wrong."""
    return render(
        request,
        "lists/forms.html",
        status,
        letters=LETTERS,
        most=FORMS_MAX,
        to_a_page=FORMS_PER_PAGE,
        said=said,
    )


@router.post("/forms/print")
def print_run(
    request: Request,
    viewer: Viewing,
    registrar: Registering,
    series: Annotated[str, Form(max_length=4)] = "",
    count: Annotated[int, Form(ge=1, le=FORMS_MAX)] = FORMS_PER_PAGE,
) -> Response:
    """A run of forms as a page that prints; its bands are given out with it."""
    try:
        bands = registrar.print_run(viewer, series.strip().upper(), count)
    except BandNumberError as fault:
        return forms_page(request, 422, str(fault))
    return HTMLResponse(forms_html(bands, STYLE_PATH))


@router.get("/forms.css")
def style() -> Response:
    """The style of the printed forms."""
    return Response(style_sheet(), media_type="text/css")
