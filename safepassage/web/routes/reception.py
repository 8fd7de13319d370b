"""GET /reception: havens and how full they are; GET /reception/{haven}: who comes, stays, goes on.

Whoever is signed in may look at numbers.  To receive somebody one needs the right to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from safepassage.control.receiving import Receiving, desk, haven_of, stock
from safepassage.control.steps import Taken, new_token
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PersonId, PlaceId
from safepassage.model.place import PlaceKind
from safepassage.operate.boarding import Boarders
from safepassage.operate.haven import Hands
from safepassage.operate.step import StepRefusedError
from safepassage.secure.roles import Action
from safepassage.web.access import Viewing, requires
from safepassage.web.page import Visit, Visiting, answer
from safepassage.web.steps import (
    Asked,
    Stepping,
    books_of,
    group_of,
    refused_as_json,
    unknown_step,
)

router = APIRouter()
HANDOVERS_SHOWN = 12


@router.get("/reception")
def show_all(visit: Visiting) -> Response:
    """Every haven: who is there, who is on the way, and when it is full."""
    havens = [p.place for p in visit.ledger.catalogue.places.values() if p.kind is PlaceKind.HAVEN]
    ledger, as_of = visit.ledger, visit.as_of
    found = [(haven_of(ledger, haven), stock(ledger, haven, as_of)) for haven in sorted(havens)]
    return answer(visit, "lifts/havens.html", found)


@router.get("/reception/{haven:path}")
def show_one(visit: Visiting, haven: str) -> Response:
    """One haven."""
    return haven_page(visit, PlaceId(haven))


def haven_page(
    visit: Visit,
    haven: PlaceId,
    refused: StepRefusedError | None = None,
    asked: Asked | None = None,
) -> Response:
    """The page, perhaps with a step that was refused."""
    found = desk(visit.ledger, haven, visit.as_of)
    page = answer(
        visit,
        "lifts/haven.html",
        found,
        handovers=found.handovers[:HANDOVERS_SHOWN],
        new_token=new_token,
        refused=refused,
        asked=asked,
    )
    page.status_code = 200 if refused is None else 409
    return page


@router.post("/reception/{haven:path}", dependencies=[Depends(requires(Action.RECEIVE))])
def take_step(
    request: Request, visit: Visiting, viewer: Viewing, asked: Stepping, haven: str
) -> Response:
    """Take a step at a haven, and show it as it stands then."""
    if asked.step not in STEPS:
        raise unknown_step(asked.step, list(STEPS))
    reception = Receiving(books_of(request, viewer), visit.request.app.state.desk.settings.clock)
    try:
        STEPS[asked.step](reception, PlaceId(haven), asked)
    except StepRefusedError as fault:
        return refused_as_json(request, fault) or haven_page(visit, PlaceId(haven), fault, asked)
    return RedirectResponse(f"/reception/{haven}", 303)


def _arrive(reception: Receiving, haven: PlaceId, asked: Asked) -> Taken:
    lift = asked.text("lift")
    if not lift:
        raise BadQuestionError("say which lift they came on")
    return reception.arrive(PlaceId(lift), haven, asked.who(), **asked.sent())


def _name(reception: Receiving, haven: PlaceId, asked: Asked) -> Taken:
    lift, group = asked.text("lift"), group_of(asked.text("who"))
    return reception.name(
        PersonId(asked.text("person")),
        haven,
        token=asked.token,
        group=group,
        lift=PlaceId(lift) if lift and group is None else None,
    )


def _go_on(reception: Receiving, haven: PlaceId, asked: Asked) -> Taken:
    person = asked.text("person")
    who = asked.who()
    return reception.go_on(
        haven,
        PlaceId(asked.text("to")),
        Boarders(person=PersonId(person), group=who.group) if person else who,
        **asked.sent(),
    )


def _hand_over(reception: Receiving, haven: PlaceId, asked: Asked) -> Taken:
    hands = Hands(
        given_by=asked.text("given_by"),
        received_by=asked.text("received_by"),
        relation=asked.text("relation"),
    )
    return reception.hand_over(PersonId(asked.text("child")), haven, hands, **asked.sent())


STEPS: Mapping[str, Callable[[Receiving, PlaceId, Asked], Taken]] = {
    "arrive": _arrive,
    "name": _name,
    "go-on": _go_on,
    "hand-over": _hand_over,
}
