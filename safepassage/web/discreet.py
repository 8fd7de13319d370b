"""What a form sent is not kept by the browser that sent it.

A browser writes the body of a form into its session files together with the page that answered
it, so that a reload can send it again: names that were searched for, keyed or pasted would lie on
that disk, whatever the page says about caching.  So no page answers a form.  It is kept here, in
memory and for the session that asked, and the browser is sent to fetch it: the address it
remembers is a random one, and good for minutes.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safepassage.registrar.errors import UnknownSubjectError
from safepassage.web.page import desk_of
from safepassage.web.security import SAFE_METHODS

KEPT = timedelta(minutes=10)
ANSWERS_MAX = 200  # the oldest goes first
router = APIRouter(prefix="/answers")


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A page that answered a form."""

    session: str | None
    made_at: datetime
    status: int
    page: bytes


@dataclass(slots=True)
class Answers:
    """The pages that wait to be fetched."""

    clock: Callable[[], datetime]
    _kept: dict[str, Answer] = field(default_factory=dict, repr=False)
    _mutex: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def keep(self, session: str | None, status: int, page: bytes) -> str:
        """Keep a page; the end of the address where it can be fetched."""
        id, now = secrets.token_urlsafe(24), self.clock()
        with self._mutex:
            old = [known for known, one in self._kept.items() if now - one.made_at > KEPT]
            crowded = list(self._kept)[: max(0, len(self._kept) - ANSWERS_MAX + 1)]
            for known in {*old, *crowded}:
                del self._kept[known]
            self._kept[id] = Answer(session, now, status, page)
        return id

    def get(self, session: str | None, id: str) -> Answer | None:
        """A page for the session that asked for it; None if it is another's, or too old."""
        found = self._kept.get(id)
        if found is None or found.session != session or self.clock() - found.made_at > KEPT:
            return None
        return found

    def forget(self) -> None:
        """Let go of all: the register was locked."""
        with self._mutex:
            self._kept.clear()


@router.get("/{id}")
def fetch(request: Request, id: str) -> Response:
    """The page that answered a form."""
    desk = desk_of(request)
    answers: Answers = request.app.state.answers
    found = answers.get(request.cookies.get(desk.cookie), id)
    if found is None:
        raise UnknownSubjectError("this answer is not kept any more: send the form again")
    return HTMLResponse(found.page, found.status)


OnError = Callable[[Request, Exception], Awaitable[Response]]


class Discreet:
    """Plain ASGI: keeps the page that answers a form, and sends the browser to fetch it.

    What nobody foresaw would be answered outside of it, by the framework: so it is caught here, and
    the page that says so is kept like any other.
    """

    def __init__(self, app: ASGIApp, on_error: OnError) -> None:
        self.app = app
        self.on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        held: list[Message] = []
        is_sent = False

        async def hold(message: Message) -> None:
            nonlocal is_sent
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
                return
            if not held:
                is_sent = True
                await send(message)
                return
            held.append(message)
            if not message.get("more_body"):
                is_sent = True
                await _sent_to_fetch(scope, held)(scope, receive, send)

        try:
            await self.app(scope, receive, hold)
        except Exception as fault:
            if is_sent:
                raise
            held.clear()
            answer = await self.on_error(Request(scope, receive), fault)
            await answer(scope, receive, hold)


def _is_page(start: Message) -> bool:
    kind = MutableHeaders(raw=list(start["headers"])).get("content-type", "")
    return kind.startswith("text/html") and not 300 <= start["status"] < 400


def _sent_to_fetch(scope: Scope, held: list[Message]) -> Response:
    """The redirect to a kept page, with whatever cookies the page was to set."""
    asked = HTTPConnection(scope)
    page = b"".join(message.get("body", b"") for message in held[1:])
    session = asked.cookies.get(asked.app.state.desk.cookie)
    id = asked.app.state.answers.keep(session, held[0]["status"], page)
    redirect = RedirectResponse(f"/answers/{id}", 303)
    redirect.raw_headers += [pair for pair in held[0]["headers"] if pair[0] == b"set-cookie"]
    return redirect
