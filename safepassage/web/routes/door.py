"""The door: sign in with the printed link, sign out, choose language and colours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.web.access import viewer
from safepassage.web.page import THEMES, desk_of, render
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
    return render(request, "sign_in.html", refused=False)


@router.post("/sign-in")
def sign_in(request: Request, code: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Exchange a code for a session."""
    desk = desk_of(request)
    if not desk.links.spend(code):
        return render(request, "sign_in.html", 403, refused=True)
    session = desk.sessions.start()
    response = RedirectResponse("/", 303)
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


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, here and wherever else its cookie lies."""
    desk = desk_of(request)
    desk.sessions.end(request.cookies.get(desk.cookie))
    response = RedirectResponse("/sign-in", 303)
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
