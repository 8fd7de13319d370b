"""The import desk: a list is brought, looked at, its columns confirmed, previewed, and taken in.

    GET  /lists                         each list as it was last taken in
    GET  /lists/new                     bring a file, or paste rows
    GET  /lists/drafts/ID               sheets, what is hidden, and what the columns probably are
    GET  /lists/drafts/ID/preview       each row with its fate, before anything is kept
    POST /lists/drafts/ID/take          take it in
    GET  /lists/of/LIST                 versions, quality, what the newest changed
    GET  /lists/of/LIST/quarantine      rows that are no record, with their reasons

An address holds ids alone; the file's name and its rows are in the answer only.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from safepassage.exchange.lists import ListFileError, NotAListError, read_list, read_pasted
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import ListId, SponsorId, check_id
from safepassage.model.sheet import ReadList
from safepassage.register.fields import Field
from safepassage.register.mapping import MappingError
from safepassage.registrar.errors import RegistrarError
from safepassage.secure.roles import Action, Viewer, rights_of
from safepassage.web.access import Viewing, check, requires
from safepassage.web.drafts import Draft, Drafts, Upload, read_upload
from safepassage.web.list_pages import choices, confirmed_mapping, previewed, samples
from safepassage.web.page import desk_of, render
from safepassage.web.registering import Registering

router = APIRouter(prefix="/lists")
LIST_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def drafts_of(request: Request) -> Drafts:
    """Where this server keeps lists that are on their way in."""
    state = request.app.state
    if not hasattr(state, "drafts"):
        state.drafts = Drafts(desk_of(request).settings.clock)
        desk_of(request).register_key.when_dropped(state.drafts.forget)
    kept: Drafts = state.drafts
    return kept


def bringing(request: Request, viewer: Viewing) -> Viewer:
    """Somebody who may bring a list: the registrar any, a sponsor its own."""
    own = Action.SUBMIT_LIST if viewer.sponsor is not None else Action.IMPORT_LIST
    return check(request, own, viewer.sponsor)


Bringing = Annotated[Viewer, Depends(bringing)]


def draft(request: Request, id: str, viewer: Bringing, registrar: Registering) -> Draft:
    """The draft that an address names, with a proposal for the sheet that is looked at."""
    found = drafts_of(request).get(id, viewer.account)
    asked = request.query_params.get("sheet", "")
    number = int(asked) if asked.isascii() and asked.isdigit() else found.sheet_number
    if number != found.sheet_number and number < len(found.file.sheets):
        found.sheet_number, found.proposal, found.mapping = number, None, None
    if found.proposal is None:
        found.proposal = registrar.propose(viewer, found.file, found.sheet_number, found.sponsor)
    return found


Drafted = Annotated[Draft, Depends(draft)]


@router.get("", dependencies=[Depends(requires(Action.SEE_LISTS))])
def every_list(request: Request, viewer: Viewing, registrar: Registering) -> Response:
    """Each list as it was last taken in, and what the register is made of."""
    found = registrar.lists(viewer)
    return render(request, "lists/lists.html", lists=found, counts=registrar.counts())


@router.get("/new")
def ask(request: Request, viewer: Bringing, registrar: Registering) -> Response:
    """Bring a file, or paste rows."""
    return asked_again(request, viewer, registrar)


def asked_again(
    request: Request,
    viewer: Viewer,
    registrar: Registering,
    status: int = 200,
    said: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    """The page, perhaps with what is wrong; what was typed is kept, the rows are not."""
    known = registrar.lists(viewer)
    return render(request, "lists/new.html", status, known=known, said=said, typed=typed or {})


@router.post("/new")
async def bring(request: Request, viewer: Bringing, registrar: Registering) -> Response:
    """Read what was brought, in a process of its own, and go on to its columns."""
    typed: dict[str, str] = {}
    try:
        upload = await read_upload(request)
        typed = {name: upload.fields.get(name, "").strip() for name in ("sponsor", "list")}
        sponsor, list_id = ids_of(typed, viewer)
        file = await run_in_threadpool(read_brought, upload)
    except (ListFileError, InvalidFactError) as fault:
        return await run_in_threadpool(
            asked_again, request, viewer, registrar, 422, str(fault), typed
        )
    made = drafts_of(request).add(viewer.account, sponsor, list_id, file)
    return RedirectResponse(f"/lists/drafts/{made.id}", 303)


def read_brought(upload: Upload) -> ReadList:
    """The file of an upload, or the rows that were pasted.

    Raises:
        ListFileError: it cannot be read, or there is neither.
    """
    if upload.content:
        encoding = upload.fields.get("encoding") or None
        return read_list(upload.content, upload.name, encoding=encoding)
    if upload.fields.get("pasted", "").strip():
        return read_pasted(upload.fields["pasted"])
    raise NotAListError("Nothing was brought. Choose a file, or paste rows from a spreadsheet")


def ids_of(typed: dict[str, str], viewer: Viewer) -> tuple[SponsorId, ListId]:
    """Whose list it is, and how the list is called.

    Raises:
        InvalidFactError: one of them is no id.
    """
    sponsor = viewer.sponsor or SponsorId(typed["sponsor"])
    check_id(sponsor, "sponsor")
    if not LIST_ID.fullmatch(typed["list"]):
        raise InvalidFactError(
            "The short name of a list is made of small letters, digits and hyphens, such as"
            " embassy-2021-08. It stands in addresses, so it names nobody"
        )
    return sponsor, ListId(typed["list"])


@router.get("/drafts/{id}")
def columns(request: Request, draft: Drafted) -> Response:
    """Sheets, what is hidden in the file, and what its columns probably are."""
    return columns_page(request, draft)


def columns_page(request: Request, draft: Draft, status: int = 200, said: str = "") -> Response:
    """The page, perhaps with what is wrong."""
    return render(
        request,
        "lists/columns.html",
        status,
        draft=draft,
        proposal=draft.proposal,
        chosen=choices(draft),
        samples=samples(draft),
        fields=list(Field),
        said=said,
    )


@router.post("/drafts/{id}/columns")
async def confirm(request: Request, draft: Drafted) -> Response:
    """Keep what somebody says the columns are, and show what that makes of the rows."""
    form = await request.form(max_files=0, max_fields=2_000)
    said = {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        draft.mapping = confirmed_mapping(draft, said)
    except MappingError as fault:
        return await run_in_threadpool(columns_page, request, draft, 422, str(fault))
    return RedirectResponse(f"/lists/drafts/{draft.id}/preview", 303)


@router.get("/drafts/{id}/preview")
def preview(request: Request, draft: Drafted) -> Response:
    """Every row with its fate; nothing is kept yet."""
    if draft.mapping is None:
        return RedirectResponse(f"/lists/drafts/{draft.id}", 303)
    today = desk_of(request).settings.clock().date()
    shown = previewed(draft, draft.mapping, today)
    return render(request, "lists/preview.html", draft=draft, mapping=draft.mapping, shown=shown)


@router.post("/drafts/{id}/take")
def take(request: Request, draft: Drafted, viewer: Bringing, registrar: Registering) -> Response:
    """Take the list in; from here on its rows are kept for ever."""
    if draft.mapping is None:
        return RedirectResponse(f"/lists/drafts/{draft.id}", 303)
    try:
        draft.taken = registrar.take_list(
            viewer,
            draft.file,
            draft.sheet_number,
            draft.mapping,
            sponsor=draft.sponsor,
            list_id=draft.list,
        )
    except MappingError as fault:
        return columns_page(request, draft, 422, str(fault))
    except RegistrarError as fault:
        return asked_again(request, viewer, registrar, 422, str(fault))
    return RedirectResponse(f"/lists/drafts/{draft.id}/done", 303)


@router.get("/drafts/{id}/done")
def done(request: Request, draft: Drafted, viewer: Bringing, registrar: Registering) -> Response:
    """What became of it: rows in are records and quarantined, and who is new."""
    if draft.taken is None:
        return RedirectResponse(f"/lists/drafts/{draft.id}", 303)
    taken = draft.taken
    changes = registrar.changes(viewer, taken.list, taken.version) if taken.version > 1 else None
    return render(request, "lists/done.html", draft=draft, taken=taken, changes=changes)


@router.post("/drafts/{id}/drop")
def drop(request: Request, id: str, viewer: Bringing) -> Response:
    """Let go of a list that nobody wants to take."""
    drafts_of(request).drop(id, viewer.account)
    return RedirectResponse("/lists", 303)


@router.get("/of/{list_id}", dependencies=[Depends(requires(Action.SEE_LISTS))])
def one(
    request: Request, list_id: str, viewer: Viewing, registrar: Registering, version: int = 0
) -> Response:
    """A list: its versions, how good it is, and what a version changed."""
    versions = registrar.versions(viewer, ListId(list_id))
    number = version or versions[-1].version
    can_see = Action.SEE_QUALITY in rights_of(viewer)
    panel = registrar.quality(viewer, ListId(list_id), number) if can_see else None
    changes = registrar.changes(viewer, ListId(list_id), number) if number > 1 else None
    return render(
        request,
        "lists/one.html",
        versions=versions,
        shown=next((v for v in versions if v.version == number), versions[-1]),
        quality=panel,
        changes=changes,
    )


@router.get("/of/{list_id}/quarantine", dependencies=[Depends(requires(Action.SEE_QUALITY))])
def quarantine(
    request: Request,
    list_id: str,
    viewer: Viewing,
    registrar: Registering,
    after: int = 0,
) -> Response:
    """Rows that are no record, as they came, with the reason; a reveal, like every row."""
    rows = registrar.quarantine(viewer, ListId(list_id), after=after)
    return render(request, "lists/quarantine.html", list_id=list_id, rows=rows, after=after)
