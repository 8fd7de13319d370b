"""What every page has in common: who asks, in which language, for which instant, HTML or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, JSONResponse, Response

from safepassage.model.asked import AskedOnce
from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.instant import format_instant, in_utc, parse_instant, zone
from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.report.asking import Asking
from safepassage.secure.roles import Viewer, rights_of
from safepassage.web import words
from safepassage.web.board import Span, opens_at, span
from safepassage.web.identify import Identify
from safepassage.web.links import check_zone, question_path
from safepassage.web.live import Watch
from safepassage.web.navigation import open_to
from safepassage.web.plain import plain
from safepassage.web.register_key import RegisterKey
from safepassage.web.sentences import says
from safepassage.web.settings import Settings
from safepassage.web.sign_in import Links, Sessions

THEMES = ("auto", "light", "dark")
FORMATS = ("html", "json")  # of every page
PARTS = ("as_of", "at", "at_zone", "position", "lang", "format")  # what every address may hold


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts of a running server, made once."""

    settings: Settings
    links: Links
    sessions: Sessions
    watch: Watch
    register_key: RegisterKey
    identify: Identify | None  # None: without accounts

    @property
    def cookie(self) -> str:
        """The name of the session cookie.  Cookies do not know ports, so the name does."""
        name = f"safepassage-{self.settings.port}"
        return f"__Host-{name}" if self.settings.secure else name


def desk_of(request: Request) -> Desk:
    """The server that answers a request."""
    desk: Desk = request.app.state.desk
    return desk


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request for a page about the operation, read and checked."""

    request: Request
    ledger: Ledger
    operation: Operation
    now: datetime
    span: Span
    as_of: datetime
    is_live: bool  # no instant was asked for: the page may follow the ledger

    @property
    def asking(self) -> Asking:
        """Questions as this operation asks them."""
        return Asking(self.operation, self.ledger.position)

    @property
    def rests(self) -> bool:
        """The operation is over: its live page stands at its last happening."""
        return self.is_live and self.as_of != self.now


def visit(request: Request) -> Iterator[Visit]:
    """Read the instant and the position that a page is asked for; open the ledger for it.

    Raises:
        InvalidFactError: the instant has no zone or is none.
        BadQuestionError: the ledger has not got to that position.
    """
    desk = desk_of(request)
    now = desk.settings.clock().replace(microsecond=0)
    operation = desk.settings.records.operation()
    asked = asked_instant(request, operation)
    with desk.settings.records.ledger() as newest:
        ledger = AskedOnce(_at_position(newest, request))
        reach = span(ledger, now)
        yield Visit(
            request=request,
            ledger=ledger,
            operation=operation,
            now=now,
            span=reach,
            as_of=asked or opens_at(reach, now),
            is_live=asked is None,
        )


Visiting = Annotated[Visit, Depends(visit)]


def _at_position(ledger: Ledger, request: Request) -> Ledger:
    asked = request.query_params.get("position")
    if not asked or "/figures/" in request.url.path:
        return ledger
    is_whole = asked.isascii() and asked.isdigit() and len(asked) < 16
    if not is_whole or int(asked) > ledger.position:
        raise BadQuestionError(
            f"position {asked[:40]!r} is not one of the ledger's 0 to {ledger.position:,}"
        )
    return ledger.at(int(asked))


def asked_instant(request: Request, operation: Operation) -> datetime | None:
    """The instant in `as_of`, or a wall clock in `at` with its zone in `at_zone`."""
    query = request.query_params
    if query.get("as_of"):
        return parse_instant(query["as_of"], "as of")
    if not query.get("at"):
        return None
    try:
        wall = datetime.fromisoformat(query["at"])
    except ValueError:
        raise InvalidFactError(
            f"{query['at'][:40]!r} is not a time: write it like 2021-08-30T19:29"
        ) from None
    if wall.tzinfo is None:
        name = query.get("at_zone") or "UTC"
        check_zone(name, operation)
        wall = wall.replace(tzinfo=zone(name))
    return in_utc(wall, "as of")


def wants_json(request: Request) -> bool:
    """Whether a program asks: with ?format=json, or it accepts JSON and says nothing of HTML."""
    asked = request.query_params.get("format")
    if asked in FORMATS:
        return asked == "json"
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def check_parts(request: Request, *own: str) -> None:
    """Refuse an address with a part that this page would pass over: it asks something else.

    Raises:
        BadQuestionError: there is one; the message lists those that the page knows.
    """
    known = (*PARTS, *own)
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        named = ", ".join(repr(name[:40]) for name in unknown[:5])
        raise BadQuestionError(f"unknown part of the address: {named}; parts: {', '.join(known)}")


def check_format(request: Request, known: Sequence[str] = FORMATS) -> None:
    """Refuse a format that a page does not come in.

    Raises:
        BadQuestionError: it is asked for one; the message lists those there are.
    """
    asked = request.query_params.get("format")
    if asked and asked not in known:
        raise BadQuestionError(f"no format {asked[:40]!r}; formats: {', '.join(known)}")


def language_of(request: Request) -> str:
    """The language asked for, else the one chosen before, else English."""
    for asked in (request.query_params.get("lang"), request.cookies.get("lang")):
        if asked in words.LANGUAGES:
            return asked
    return "en"


def theme_of(request: Request) -> str:
    """The colours chosen before; "auto" leaves it to the machine."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


@cache
def environment() -> Environment:
    """The templates.  A misspelt name is an error, never an empty place on the board."""
    env = Environment(
        loader=PackageLoader("safepassage.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        number=words.number,
        signed=words.signed,
        zulu=words.long_zulu,
        short_zulu=words.short_zulu,
        iso=format_instant,
        zone_name=words.zone_name,
        countdown=words.countdown,
        duration=words.duration,
    )
    env.globals.update(
        wall_clock=words.wall_clock,
        wall_date=words.wall_date,
        offset=words.offset,
        question_path=question_path,
        desks_open_to=open_to,
        says=says,
        hour=timedelta(hours=1),
    )
    return env


def common(request: Request) -> dict[str, Any]:
    """What every template may use."""
    texts = words.words(language_of(request))
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    here = request.url.path + (f"?{urlencode(query)}" if query else "")
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    return {
        "t": texts,
        "lang": texts.language,
        "dir": texts.direction,
        "theme": theme_of(request),
        "here": here,
        "path": request.url.path,
        "viewer": viewer,
        "may": frozenset() if viewer is None else rights_of(viewer),
        "is_unlocked": desk_of(request).register_key.is_unlocked,
    }


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page that needs no ledger: sign-in, errors."""
    text = environment().get_template(name).render(common(request) | values)
    return HTMLResponse(text, status)


def answer(
    visited: Visit, name: str, value: Any, as_json: Callable[[Any], Any] = plain, **values: Any
) -> Response:
    """A page about the operation, or the same value as JSON for a program."""
    request = visited.request
    check_format(request)
    if wants_json(request):
        return JSONResponse(as_json(value))
    operation, ledger = visited.operation, visited.ledger
    classes = {c.id: c.name for c in operation.operator_classes}
    context = {
        "v": visited,
        "zones": operation.zones,
        "local": operation.local_zone,
        "link": linker(visited),
        "class_name": lambda c: classes.get(c, c),
        "place_name": lambda p: place_name(ledger, p),
        "value": value,
    }
    text = environment().get_template(name).render(common(request) | context | values)
    return HTMLResponse(text)


def place_name(ledger: Ledger, place: str) -> str:
    """How a place is called, by its id if nobody named it."""
    stated = ledger.catalogue.places.get(place)  # type: ignore[call-overload]
    if stated is not None:
        return str(stated.name or stated.place)
    lift = ledger.catalogue.lifts.get(place)  # type: ignore[call-overload]
    return str(lift.call_sign or lift.lift) if lift is not None else place


def linker(visited: Visit) -> Callable[..., str]:
    """Makes links to other pages that stay at the instant one is looking at."""

    def link(path: str, **query: str) -> str:
        if not visited.is_live and "as_of" not in query:
            query["as_of"] = format_instant(visited.as_of)
        return path + (f"?{urlencode(query)}" if query else "")

    return link
