"""The web application, top to bottom: who may come in, what there is, and what goes wrong how.

Everything but the sign-in page, the static files and /healthz needs a session.  The interactive
API pages of the framework are off: they load their scripts from elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import NamedTuple

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from safepassage.model.errors import (
    BadQuestionError,
    InvalidFactError,
    SafePassageError,
    UnknownPlaceError,
)
from safepassage.planner.errors import NameTakenError, PlanChangedError, UnknownPlanError
from safepassage.registrar.errors import NotAllowedError, UnknownSubjectError
from safepassage.secure.errors import LockedError, SealBrokenError, WrongKeyError
from safepassage.store.errors import StoreError
from safepassage.web.access import NoAccountsError, NotSignedInError, RefusedError
from safepassage.web.discreet import Answers, Discreet
from safepassage.web.discreet import router as answers
from safepassage.web.identify import BusyError, Identify
from safepassage.web.land import countries
from safepassage.web.live import Watch
from safepassage.web.lock_watch import LockWatch
from safepassage.web.page import Desk, render, wants_json
from safepassage.web.register_key import RegisterKey
from safepassage.web.routes import (
    accounts,
    audit,
    board,
    calls,
    cases,
    claims,
    compare,
    devices,
    discrepancies,
    door,
    enrolment,
    entering,
    exports,
    figures,
    gate,
    gate_api,
    intake,
    lifts,
    lists,
    lock,
    odds,
    people,
    places,
    plan_families,
    plan_rolling,
    planning,
    quarantine,
    reception,
    review,
    scenarios,
    sitrep,
    stream,
    wave_calls,
)
from safepassage.web.security import HEADERS, Guard
from safepassage.web.sending import Sending
from safepassage.web.settings import Settings
from safepassage.web.sign_in import Links, Sessions

logger = logging.getLogger(__name__)
# Each of these asks for itself who comes; the desks of the ledger are open to whoever signed in.
ENTRANCES = (
    door, enrolment, lock, accounts, audit, lists, entering, intake, review, people, exports,
    scenarios, plan_families, plan_rolling, planning, odds, calls, wave_calls,
    quarantine, devices, gate_api,
    gate,  # the last: it answers for every file below /gate/
)  # fmt: skip
DESKS = (
    board, stream, figures, compare, sitrep, claims, discrepancies, places, lifts, reception,
    cases,
)  # fmt: skip


def create_app(settings: Settings) -> FastAPI:
    """The desks for one ledger."""
    desk = Desk(
        settings=settings,
        links=Links(settings.clock, settings.link_valid),
        sessions=Sessions(settings.clock, settings.session_valid, settings.sessions_path),
        watch=Watch(settings.records, settings.clock, settings.poll_seconds),
        register_key=RegisterKey(settings.clock, settings.register_idle),
        identify=identify_with(settings),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        desk.watch.start()
        locking = None
        if settings.protection is not None:
            locking = LockWatch(settings.protection, desk.register_key)
            await locking.start()
        sending = None
        if settings.calls is not None:
            sending = Sending(settings.calls, desk.register_key)
            sending.start()
        # Drawing the first map takes the world into memory: better now than before somebody's eyes.
        warming = asyncio.get_running_loop().run_in_executor(None, countries)
        yield
        await desk.watch.stop()
        if sending is not None:
            await sending.stop()
        if locking is not None:
            await locking.stop()
        await warming
        if settings.planner is not None:
            settings.planner.stop()

    app = FastAPI(
        title="Safe Passage", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.desk = desk
    app.state.answers = Answers(settings.clock)
    desk.register_key.when_dropped(app.state.answers.forget)
    app.add_middleware(Discreet, on_error=on_error)
    app.add_middleware(Guard, hosts=settings.hosts)
    for entrance in ENTRANCES:
        app.include_router(entrance.router)
    app.include_router(answers)
    for room in DESKS:
        app.include_router(room.router, dependencies=[Depends(door.signed_in)])
    app.mount("/static", StaticFilesToCheck(directory=str(files("safepassage.web") / "static")))
    for kind in (*ERRORS, HTTPException, Exception):
        app.add_exception_handler(kind, on_error)
    return app


def identify_with(settings: Settings) -> Identify | None:
    """What finds out who somebody is, where there are accounts."""
    if settings.protection is None:
        return None
    return Identify(settings.protection, settings.clock, settings.sign_in_cost)


class StaticFilesToCheck(StaticFiles):
    """Files that a browser may keep but asks about each time: an update is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Wrong(NamedTuple):
    """How an error is answered: the status, and the key of the page's headline."""

    status: int
    headline: str


ERRORS: dict[type[Exception], Wrong] = {
    BadQuestionError: Wrong(400, "error.question"),
    InvalidFactError: Wrong(400, "error.question"),
    RequestValidationError: Wrong(400, "error.question"),
    UnknownPlaceError: Wrong(404, "error.unknown"),
    NoAccountsError: Wrong(404, "error.http"),
    devices.NoGatesError: Wrong(404, "error.http"),
    accounts.UnknownAccountError: Wrong(404, "error.http"),
    RefusedError: Wrong(403, "error.refused"),
    NotAllowedError: Wrong(403, "error.refused"),
    UnknownSubjectError: Wrong(404, "error.unknown"),
    UnknownPlanError: Wrong(404, "error.unknown"),
    PlanChangedError: Wrong(409, "error.unknown"),
    NameTakenError: Wrong(409, "error.question"),
    BusyError: Wrong(503, "error.busy"),
    LockedError: Wrong(423, "error.locked"),
    StoreError: Wrong(503, "error.store"),
    SealBrokenError: Wrong(503, "error.store"),
    WrongKeyError: Wrong(503, "error.store"),
    SafePassageError: Wrong(400, "error.question"),
}


async def on_error(request: Request, fault: Exception) -> Response:
    """The one place where an exception becomes an answer.

    What nobody foresaw is answered outside of the guard, so the headers are put on here.
    """
    response = answer_to(request, fault)
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-store"
    return response


def answer_to(request: Request, fault: Exception) -> Response:
    """The page, or the JSON, that says what is wrong."""
    if isinstance(fault, NotSignedInError):
        return not_signed_in(request)
    if isinstance(fault, HTTPException):
        wrong, said = Wrong(fault.status_code, "error.http"), str(fault.detail)
    else:
        kinds = [kind for kind in type(fault).__mro__ if kind in ERRORS]
        wrong = ERRORS[kinds[0]] if kinds else Wrong(500, "error.ours")
        said = sentence_of(fault) if kinds else ""
    if wrong.status >= 500 and not isinstance(fault, BusyError):
        logger.error("%s %s failed", request.method, request.url.path, exc_info=fault)
    if wants_json(request):
        return JSONResponse({"error": wrong.headline, "said": said}, wrong.status)
    return render(request, "error.html", wrong.status, headline=wrong.headline, said=said)


def sentence_of(fault: Exception) -> str:
    """What is wrong, for whoever asked; never where in this program it was noticed."""
    said = str(fault)
    if isinstance(fault, RequestValidationError):
        said = "; ".join(f"{e['loc'][-1]}: {e['msg']}" for e in fault.errors())
    return said.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text


def not_signed_in(request: Request) -> Response:
    """A person is shown the door, a program and a stream are told, htmx is sent there."""
    if wants_json(request) or "text/event-stream" in request.headers.get("accept", ""):
        return JSONResponse({"error": "not-signed-in", "said": "open the printed link"}, 401)
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return RedirectResponse("/sign-in", 303)
