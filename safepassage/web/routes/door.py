"""The door: sign in with the printed link, sign out, choose language and colours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.web.access import viewer
from safepassage.web.page import THEMES, desk_of, render
from safepassage.web.sites import passkey_origin, passkey_site
from safepassage.web.words import LANGUAGES

router = APIRouter()
PREFERENCE_SECONDS = 365 * 24 * 3600


def signed_in(request: Request) -> None:
    """Let a request through if it has a session.

    Raises:
        NotSignedInError: it has none, or it has ended.
    """
    viewer(request)


@router.get("/healthz")
def healthz(request: Request) -> Response:
    """Whether the server answers and hears from the store; says nothing else to strangers."""
    seen = desk_of(request).watch.seen_at is not None
    return JSONResponse({"store": "answers" if seen else "silent"}, 200 if seen else 503)


@router.get("/sign-in")
def ask(request: Request) -> Response:
    """The page behind the printed link.  Looking at it spends nothing: the button does."""
    return door(request)


def door(request: Request, status: int = 200, said: str = "", **values: object) -> Response:
    """The sign-in page; `said` is the key of what is wrong, or of what was done."""
    protection = desk_of(request).settings.protection
    return render(
        request,
        "sign_in.html",
        status,
        has_accounts=protection is not None and bool(protection.accounts.all()),
        site=passkey_site(request),
        elsewhere=passkey_origin(request),
        said=said,
        values=values,
    )


@router.post("/sign-in")
def sign_in(request: Request, code: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Exchange a code for a session."""
    desk = desk_of(request)
    if not desk.links.spend(code):
        return door(request, 403, "sign-in.refused")
    return with_session(request, desk.sessions.start())


def with_session(request: Request, session: str, to: str = "/") -> Response:
    """Go to a page with a new session.  One that was open here before is over."""
    desk = desk_of(request)
    end_session(request)
    response = RedirectResponse(to, 303)
    response.set_cookie(
        desk.cookie,
        session,
        max_age=int(desk.settings.session_valid.total_seconds()),
        path="/",
        secure=desk.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


def end_session(request: Request) -> None:
    """End the session of a request, whichever way it began."""
    desk = desk_of(request)
    secret = request.cookies.get(desk.cookie)
    desk.sessions.end(secret)
    if desk.settings.protection is not None:
        desk.settings.protection.sessions.end(secret)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, here and wherever else its cookie lies."""
    end_session(request)
    return without_session(request, "/sign-in")


def without_session(request: Request, to: str) -> Response:
    """Go to a page and leave the cookie behind."""
    desk = desk_of(request)
    response = RedirectResponse(to, 303)
    response.delete_cookie(desk.cookie, path="/", secure=desk.settings.secure, httponly=True)
    return response


@router.post("/preferences")
def prefer(
    request: Request,
    back: Annotated[str, Form(max_length=2000)] = "/",
    lang: Annotated[str | None, Form()] = None,
    theme: Annotated[str | None, Form()] = None,
) -> Response:
    """Remember a language or colours, and go back to where one was."""
    # Only a path of our own: "//host" and "/\host" are addresses of others.
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if is_ours else "/", 303)
    secure = desk_of(request).settings.secure
    for name, chosen, known in (("lang", lang, LANGUAGES), ("theme", theme, THEMES)):
        if chosen is not None and chosen in known:
            response.set_cookie(
                name, chosen, PREFERENCE_SECONDS, secure=secure, httponly=True, samesite="lax"
            )
    return response
