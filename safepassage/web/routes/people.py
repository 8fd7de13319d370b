"""GET /people: look for one person; GET /people/{id}: every record of one, side by side.

What is looked for travels in the body of a form and stands in no address.  A person's page changes
nothing by itself: taking a record out, splitting a family and erasing are decisions with a reason.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PersonId, RecordId
from safepassage.register.family_values import UNKNOWN_PLACE, Family, Part
from safepassage.register.judgement import Verdict, pair_of
from safepassage.registrar import Registrar, Stage, TooLittleError
from safepassage.registrar.views import PersonView, SearchResult
from safepassage.secure.roles import Action, Viewer, allows
from safepassage.web.access import Viewing, requires
from safepassage.web.beside import lines_of
from safepassage.web.page import desk_of, render, wants_json
from safepassage.web.registering import Registering

router = APIRouter(prefix="/people")
STAGES = tuple(Stage)
_searching = Depends(requires(Action.SEARCH))
_seeing = Depends(requires(Action.SEE_PERSON))
_judging = Depends(requires(Action.JUDGE))
_keeping = Depends(requires(Action.KEEP_FAMILY))
_erasing = Depends(requires(Action.ERASE))
Reason = Annotated[str, Form(max_length=1000)]


@router.get("", dependencies=[_searching])
def look(request: Request, viewer: Viewing, registrar: Registering) -> Response:
    """The form of a search; there is no list of everybody."""
    return _search_page(request, viewer, registrar, None, "", said="")


@router.post("", dependencies=[_searching])
def search(
    request: Request,
    viewer: Viewing,
    registrar: Registering,
    text: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Whom the words fit, in any spelling or script; the best ten at most."""
    try:
        found = registrar.search(viewer, text)
    except TooLittleError as fault:
        return _search_page(request, viewer, registrar, None, text, said=str(fault), status=400)
    if wants_json(request):
        return JSONResponse([{"person": hit.person, "weight": hit.weight} for hit in found.hits])
    return _search_page(request, viewer, registrar, found, text, said="")


def _search_page(
    request: Request,
    viewer: Viewer,
    registrar: Registrar,
    found: SearchResult | None,
    text: str,
    *,
    said: str,
    status: int = 200,
) -> Response:
    return render(
        request,
        "people/search.html",
        status,
        found=found,
        lines=[lines_of([hit.record]) for hit in found.hits] if found else [],
        text=text,
        said=said,
        left_to_see=registrar.reveals_left(viewer),
    )


@router.get("/{person}", dependencies=[_seeing])
def show(request: Request, person: str, viewer: Viewing, registrar: Registering) -> Response:
    """One person: records side by side, family, history, and where the ledger has them."""
    desk = desk_of(request)
    with desk.settings.records.ledger() as ledger:
        view = registrar.person(viewer, PersonId(person), ledger)
    if wants_json(request):
        return JSONResponse(_plain(view))
    return render(
        request,
        "people/person.html",
        view=view,
        lines=lines_of(view.records),
        family=_family(viewer, registrar, view.id),
        stages=STAGES[STAGES.index(view.stage.stage) + 1 :],
        local=desk.settings.records.operation().local_zone,
        unknown_place=UNKNOWN_PLACE,
    )


def _family(viewer: Viewer, registrar: Registrar, person: PersonId) -> Family | None:
    """With whom somebody goes; None for those who keep no families."""
    if allows(viewer, Action.KEEP_FAMILY) is not None:
        return None
    return registrar.family(viewer, person)


@router.post("/{person}/apart", dependencies=[_judging])
def take_apart(
    person: str,
    viewer: Viewing,
    registrar: Registering,
    record: Annotated[str, Form(max_length=100)],
    why: Reason,
) -> Response:
    """Say that one record is not of this person: a judgement against each of the others."""
    view = registrar.person(viewer, PersonId(person))
    records = {one.record.id for one in view.records}
    if record not in records or len(records) < 2:
        raise BadQuestionError("that record is not one of several of this person: look again")
    for other in sorted(records - {record}):
        registrar.judge(viewer, pair_of(RecordId(record), other), Verdict.NOT_SAME, why)
    return RedirectResponse(f"/people/{person}", 303)


@router.post("/{person}/undo", dependencies=[_judging])
def undo(
    person: str,
    viewer: Viewing,
    registrar: Registering,
    judgement: Annotated[str, Form(max_length=60)],
) -> Response:
    """Take one judgement back; what stood before it stands again."""
    registrar.undo(viewer, judgement)
    return RedirectResponse(f"/people/{person}", 303)


@router.post("/{person}/split", dependencies=[_keeping])
def split(
    person: str,
    viewer: Viewing,
    registrar: Registering,
    goes: Annotated[list[str], Form()],
    here: Annotated[str, Form(max_length=100)],
    there: Annotated[str, Form(max_length=100)],
    why: Reason,
) -> Response:
    """Decide that those named go apart from the rest, with a reason and where both parts are."""
    family = registrar.family(viewer, PersonId(person))
    leaving = frozenset(PersonId(one) for one in goes) & frozenset(family.members)
    staying = frozenset(family.members) - leaving
    parts = [Part(staying, here.strip()), Part(leaving, there.strip())]
    registrar.split_family(viewer, parts, why)
    return RedirectResponse(f"/people/{person}", 303)


@router.post("/{person}/join", dependencies=[_keeping])
def join(
    person: str,
    viewer: Viewing,
    registrar: Registering,
    other: Annotated[str, Form(max_length=100)],
    why: Reason,
) -> Response:
    """Decide that somebody else goes with this person, or is together with them again."""
    registrar.join_family(viewer, [PersonId(person), PersonId(other.strip())], why)
    return RedirectResponse(f"/people/{person}", 303)


@router.post("/{person}/erase", dependencies=[_erasing])
def erase(
    person: str,
    viewer: Viewing,
    registrar: Registering,
    again: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Make what the register says about a person unreadable, once the id was typed again."""
    if again.strip() != person:
        raise BadQuestionError("nothing was erased: type the person's whole id to say that you do")
    registrar.shred(viewer, PersonId(person))
    return RedirectResponse("/people", 303)


def _plain(view: PersonView) -> dict[str, object]:
    """A person as JSON values: ids and states, nothing that a list said."""
    where = view.whereabouts
    return {
        "person": view.id,
        "redirects": list(view.redirects),
        "records": [one.record.id for one in view.records],
        "stage": view.stage.stage,
        "place": where.place if where else None,
        "relatives": list(view.relatives),
        "open_questions": [list(pair) for pair in view.open_questions],
    }
