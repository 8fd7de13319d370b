"""GET /cases: everybody who is not out, in classes that add up, and the cases among them.

Whoever is signed in sees the sum.  The cases themselves, by their ids, and every word about them
need the right to work on cases; a name is seen only on the page of the person, where looking is a
reveal.  GET /cases/refusals tells a sponsor how many of its people never passed the gate.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.control.cases import Cases, Chosen, Found, Remembered
from safepassage.control.steps import Taken, new_token
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PlaceId, SponsorId
from safepassage.model.not_out import NextStep, NotOutClass
from safepassage.model.place import PlaceKind
from safepassage.model.refusal import RefusalReason
from safepassage.operate.caseload import Word
from safepassage.operate.feedback import SMALL, feedback
from safepassage.operate.not_out import Standing
from safepassage.report.asking import Asking
from safepassage.secure.roles import Action, Viewer, allows
from safepassage.web.access import Viewing, check, requires
from safepassage.web.case_page import SHOWN_MAX, CasePage, Filters, case_page
from safepassage.web.page import Visit, Visiting, answer, desk_of, wants_json
from safepassage.web.registering import Registering
from safepassage.web.steps import Asked, Stepping, books_of, unknown_step

router = APIRouter(prefix="/cases")
Closed = TypeVar("Closed", bound=StrEnum)
HOURS = (1, 6, 12, 24, 72)  # offered as clocks
_working = Depends(requires(Action.WORK_CASES))


def remembered(request: Request) -> Remembered:
    """The answers of this server: worked out once for everybody who looks."""
    state = request.app.state
    if not hasattr(state, "not_out"):
        state.not_out = Remembered()
    kept: Remembered = state.not_out
    return kept


def found_by(visit: Visit) -> Found:
    """Who is not out at the instant that a page is asked for."""
    counted = frozenset(visit.asking.evacuees)
    answers = remembered(visit.request)
    if visit.is_live:
        return answers.lately(visit.ledger, visit.as_of, counted)
    return answers.found(visit.ledger, visit.as_of, counted)


@router.get("")
def show(
    visit: Visiting,
    viewer: Viewing,
    standing: Annotated[Standing | None, Query(alias="class")] = None,
    owner: str = "",
    site: str = "",
    case: str = "",
    was: Standing | None = None,
    where: str | None = None,
    returned: bool = False,
) -> Response:
    """The sum, the cases that the filters let through, and one of them opened."""
    filters = Filters(standing=standing, owner=owner, site=site)
    may_work = allows(viewer, Action.WORK_CASES) is None
    wanted = Chosen(case, was, where) if case and may_work else None
    page = case_page(found_by(visit), filters, wanted)
    return answer(
        visit,
        "cases/cases.html",
        page,
        CasePage.to_json,
        new_token=new_token,
        hours=HOURS,
        classes_said=tuple(NotOutClass),
        reasons=tuple(RefusalReason),
        next_steps=tuple(NextStep),
        closing=[p for p in visit.ledger.catalogue.places.values() if p.kind is PlaceKind.CLOSING],
        owners=page.found.load.owners(),
        sites=page.found.load.sites(),
        shown_max=SHOWN_MAX,
        returned=returned,
        case_address=case_address(filters),
    )


def case_address(filters: Filters) -> Callable[..., str]:
    """Makes the address of the desk with other filters, or with one case opened."""

    def address(**parts: str) -> str:
        query = filters.query() | parts
        return "/cases" + (f"?{urlencode(query)}" if query else "")

    return address


@router.post("", dependencies=[_working])
def take_step(request: Request, viewer: Viewing, asked: Stepping) -> Response:
    """Say something about a case, close it, or hand the caseload over."""
    if asked.step not in STEPS:
        raise unknown_step(asked.step, list(STEPS))
    settings = desk_of(request).settings
    counted = Asking(settings.records.operation(), 0).evacuees
    desk = Cases(books_of(request, viewer), settings.clock, counted)
    taken = STEPS[asked.step](desk, asked, viewer)
    remembered(request).forget()
    if wants_json(request):
        return JSONResponse({"entry": taken.entry, "recorded": len(taken.facts)})
    back = {
        n: asked.text(f"back-{n}") for n in ("class", "owner", "site") if asked.text(f"back-{n}")
    }
    return RedirectResponse(f"/cases?{urlencode(back | {'returned': '1'})}", 303)


def _chosen(asked: Asked) -> Chosen:
    subject = asked.text("person") or asked.text("case")
    if not subject:
        raise BadQuestionError("say whose case it is")
    was = _one_of(Standing, asked.text("was"))
    return Chosen(subject, was, asked.fields.get("where"), asked.number("heads"))


def _one_of(words: type[Closed], text: str) -> Closed | None:
    """The word of a closed list that a field holds; None if it was left empty.

    Raises:
        BadQuestionError: it is none of them.
    """
    if not text:
        return None
    try:
        return words(text)
    except ValueError:
        known = ", ".join(words)
        raise BadQuestionError(f"{text[:40]!r} is none of: {known}") from None


def _say(desk: Cases, asked: Asked, viewer: Viewer) -> Taken:
    hours = asked.number("due")
    at = desk.now()
    word = Word(
        owner=asked.text("owner") or str(viewer.account),
        site=PlaceId(asked.text("site")) if asked.text("site") else None,
        standing=_one_of(NotOutClass, asked.text("standing")),
        reason=_one_of(RefusalReason, asked.text("reason")),
        next_step=_one_of(NextStep, asked.text("next")),
        due_at=None if hours is None else at + timedelta(hours=hours),
    )
    return desk.step(_chosen(asked), word, token=asked.token, at=at)


def _close(desk: Cases, asked: Asked, _viewer: Viewer) -> Taken:
    return desk.close(_chosen(asked), PlaceId(asked.text("to")), token=asked.token)


def _hand_over(desk: Cases, asked: Asked, _viewer: Viewer) -> Taken:
    site = asked.text("site")
    to = Word(owner=asked.text("owner") or None, site=PlaceId(site) if site else None)
    whose = asked.text("from_site")
    from_site = PlaceId(whose) if whose else None
    return desk.hand_over(to, token=asked.token, from_site=from_site)


STEPS: dict[str, Callable[[Cases, Asked, Viewer], Taken]] = {
    "say": _say,
    "close": _close,
    "hand-over": _hand_over,
}


@router.get("/refusals")
def show_refusals(
    request: Request, visit: Visiting, registrar: Registering, sponsor: str = ""
) -> Response:
    """What a sponsor is told: counts alone, and none below ten."""
    viewer = check(request, Action.SEE_LISTS, SponsorId(sponsor) if sponsor else None)
    named = registrar.sponsors(viewer)
    theirs = {s for sponsors in named.values() for s in sponsors}
    if viewer.sponsor is not None:
        theirs &= {viewer.sponsor}
        sponsor = sponsor or viewer.sponsor
    told = (
        feedback(found_by(visit).not_out, visit.ledger.catalogue, named, SponsorId(sponsor))
        if sponsor
        else None
    )
    if told is not None and request.query_params.get("format") == "csv":
        name = f"attachment; filename=refusals-{told.position}.csv"
        headers = {"Content-Disposition": name}
        return Response(told.to_csv(), media_type="text/csv; charset=utf-8", headers=headers)
    return answer(
        visit,
        "cases/refusals.html",
        told,
        lambda value: None if value is None else value.to_json(),
        sponsors=sorted(theirs),
        small=SMALL,
    )
