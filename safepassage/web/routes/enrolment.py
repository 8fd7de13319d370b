"""Signing in with an account, and setting up the ways to do so.

/sign-in/passphrase  /sign-in/passkey     come in
/enrol                                    a link, once: a session that may set up ways, only
/account/...                              the same for whoever is in: my ways, my sessions
"""

from __future__ import annotations

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Body, Depends, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.model.errors import SafePassageError
from safepassage.secure import one_time, passkey
from safepassage.secure.errors import ProtectionError
from safepassage.secure.passkey import PasskeyError, Site
from safepassage.secure.password import check_password
from safepassage.store.account_values import Account, Session, Way
from safepassage.web.access import (
    Identifying,
    NotSignedInError,
    Protected,
    session_of,
)
from safepassage.web.identify import Denied
from safepassage.web.page import desk_of, render
from safepassage.web.routes.door import door, with_session, without_session
from safepassage.web.sites import passkey_origin, passkey_site

router = APIRouter()
Word = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=1000)]


def site(request: Request) -> Site:
    """Where passkeys of this page are good.

    Raises:
        PasskeyError: nowhere; the message says where they are.
    """
    found = passkey_site(request)
    if found is None:
        raise PasskeyError(
            f"passkeys work at {passkey_origin(request) or 'an address with a name and https'}:"
            " open that page"
        )
    return found


def holder(request: Request) -> tuple[Session, Account]:
    """The account that somebody is in with, also if it is only there to enrol.

    Raises:
        NotSignedInError: nobody is, or they came with the printed link.
    """
    found = session_of(request)
    if found is None:
        raise NotSignedInError
    if found[0].way is not Way.ENROLMENT:
        request.state.viewer = found[1].viewer
    return found


Sited = Annotated[Site, Depends(site)]
Holding = Annotated[tuple[Session, Account], Depends(holder)]


@router.post("/sign-in/passphrase")
def by_passphrase(
    request: Request,
    protection: Protected,
    identify: Identifying,
    account: Word = "",
    passphrase: Long = "",
    code: Word = "",
) -> Response:
    """Sign in with a passphrase and a one-time code."""
    found = identify.by_code(account.strip(), passphrase, code)
    if isinstance(found, Denied):
        if found.until is not None:
            wait = found.until - desk_of(request).settings.clock()
            return door(request, 429, "sign-in.wait", wait=wait)
        return door(request, 403, "sign-in.denied")
    return with_session(request, protection.sessions.start(found, Way.CODE))


@router.post("/sign-in/passkey/options")
def passkey_question(identify: Identifying, where: Sited) -> Response:
    """What the browser asks the passkey."""
    return JSONResponse(passkey.assertion_options(where, identify.challenges.new("sign-in")))


@router.post("/sign-in/passkey")
def by_passkey(
    request: Request,
    protection: Protected,
    identify: Identifying,
    where: Sited,
    answer: Annotated[dict[str, Any], Body()],
) -> Response:
    """Sign in with what the passkey answered."""
    account = identify.by_passkey(where, answer)
    response = with_session(request, protection.sessions.start(account, Way.PASSKEY))
    done = JSONResponse({"to": "/"})
    done.headers["Set-Cookie"] = response.headers["Set-Cookie"]
    return done


@router.get("/enrol")
def ask(request: Request) -> Response:
    """The page behind an enrolment link.  Looking at it spends nothing: the button does."""
    return render(request, "accounts/enrol.html", is_refused=False)


@router.post("/enrol")
def enrol(request: Request, protection: Protected, code: Word = "") -> Response:
    """Exchange a link for a session in which one may set up ways to sign in."""
    account = protection.accounts.spend_link(code)
    if account is None:
        return render(request, "accounts/enrol.html", 403, is_refused=True)
    session = protection.sessions.start(account, Way.ENROLMENT)
    return with_session(request, session, "/account")


@router.get("/account")
def mine(request: Request, held: Holding, protection: Protected) -> Response:
    """My ways to sign in and my sessions."""
    return my_page(request, protection, held)


def my_page(
    request: Request,
    protection: Protected,
    held: tuple[Session, Account],
    status: int = 200,
    said: str = "",
) -> Response:
    """The page about one's own account; `said` is what is wrong."""
    session, account = held
    return render(
        request,
        "accounts/account.html",
        status,
        account=account,
        session=session,
        is_enrolling=session.way is Way.ENROLMENT,
        passkeys=protection.accounts.passkeys_of(account.id),
        sessions=protection.sessions.of(account.id),
        site=passkey_site(request),
        elsewhere=passkey_origin(request),
        said=said,
    )


@router.get("/account/passphrase")
def ask_passphrase(request: Request, held: Holding) -> Response:
    """The form for a passphrase and an authenticator."""
    return passphrase_page(request, held, one_time.new_secret())


def passphrase_page(
    request: Request,
    held: tuple[Session, Account],
    secret: str,
    status: int = 200,
    said: str = "",
) -> Response:
    """The form with this secret, so that a mistyped code does not ask for another scan."""
    session, account = held
    address = one_time.address_of(secret, account.id)
    picture = segno.make(address, error="m").svg_inline(
        border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return render(
        request,
        "accounts/passphrase.html",
        status,
        account=account,
        is_enrolling=session.way is Way.ENROLMENT,
        secret=secret,
        picture=picture,
        said=said,
    )


@router.post("/account/passphrase")
def set_passphrase(
    request: Request,
    held: Holding,
    identify: Identifying,
    passphrase: Long = "",
    again: Long = "",
    secret: Word = "",
    code: Word = "",
) -> Response:
    """Set a passphrase and an authenticator, in place of those before."""
    session, account = held
    if not one_time.is_secret(secret):
        return passphrase_page(request, held, one_time.new_secret(), 400, "account.try-again")
    if passphrase != again:
        return passphrase_page(request, held, secret, 400, "account.not-twice")
    try:
        check_password(passphrase, account.id)
    except ProtectionError:
        return passphrase_page(request, held, secret, 400, "account.weak")
    if not identify.enrol_code(account.id, passphrase, secret, code):
        return passphrase_page(request, held, secret, 400, "account.wrong-code")
    return enrolled(request, session)


def enrolled(request: Request, session: Session) -> Response:
    """Where one goes when a way to sign in was added: to use it, if one came to enrol."""
    if session.way is Way.ENROLMENT:
        desk_of(request).settings.protection.sessions.end(  # type: ignore[union-attr]
            request.cookies.get(desk_of(request).cookie)
        )
        return without_session(request, "/sign-in?enrolled=1")
    return RedirectResponse("/account", 303)


@router.post("/account/passkey/options")
def new_passkey_question(
    held: Holding, protection: Protected, identify: Identifying, where: Sited
) -> Response:
    """What the browser is asked for to make a passkey."""
    account = held[1].id
    challenge = identify.challenges.new(f"enrol {account}")
    existing = [known.id for known in protection.accounts.passkeys_of(account)]
    return JSONResponse(passkey.registration_options(where, account, challenge, existing))


@router.post("/account/passkey")
def add_passkey(
    request: Request,
    held: Holding,
    protection: Protected,
    identify: Identifying,
    where: Sited,
    answer: Annotated[dict[str, Any], Body()],
    label: Annotated[str, Body(max_length=100)] = "",
) -> Response:
    """Keep the passkey that the browser made."""
    session, account = held
    challenge = passkey.challenge_in(answer)
    identify.challenges.spend(challenge, f"enrol {account.id}")
    new = passkey.registered(where, answer, challenge)
    protection.accounts.add_passkey(account.id, new, label)
    went = enrolled(request, session)
    done = JSONResponse({"to": went.headers["Location"]})
    if "Set-Cookie" in went.headers:
        done.headers["Set-Cookie"] = went.headers["Set-Cookie"]
    return done


@router.post("/account/passkey/remove")
def remove_passkey(
    request: Request, held: Holding, protection: Protected, id: Long = ""
) -> Response:
    """Take one of one's own passkeys away."""
    try:
        protection.accounts.remove_passkey(held[1].id, id)
    except SafePassageError:
        return my_page(request, protection, held, 400, "account.last-way")
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end")
def end_sessions(request: Request, held: Holding, protection: Protected, id: Word = "") -> Response:
    """End one of one's own sessions, or all but this one."""
    session, account = held
    protection.sessions.end_of(account.id, account.id, session=id, but=session.id)
    return RedirectResponse("/account", 303)
