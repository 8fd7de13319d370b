"""Who asks, and whether they may: what every desk that shows people puts before its pages.

    from safepassage.web.access import Unlocked, Viewing, requires

    @router.get("/register/people", dependencies=[Depends(requires(Action.SEARCH))])
    def people(viewer: Viewing, vault: Unlocked) -> Response: ...

``Viewing`` is the `Viewer`: the account, its roles as they are now, its sponsor.  ``requires``
refuses, with a page that says which right is missing and who can give it, and writes the refusal
to the audit chain.  ``Unlocked`` is the vault, or a page that says that the register is locked.

For a list of one sponsor call ``check(request, Action.SEE_LISTS, sponsor)`` in the page itself.
What a viewer sees of a person is `secure.roles.fields_seen`.  Somebody who came with the printed
link looks at numbers and sees no person.  Templates know ``viewer`` and ``may``: the rights as a
set of words, so that ``{% if 'search' in may %}`` shows a link to those who may follow it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from safepassage.model.errors import SafePassageError
from safepassage.model.ids import SponsorId
from safepassage.secure.audit import Entry, Kind
from safepassage.secure.errors import LockedError
from safepassage.secure.roles import PRINTED_LINK, Action, Refusal, Viewer, allows
from safepassage.secure.vault import Vault
from safepassage.store.account_values import Account, Session, Way
from safepassage.store.errors import StoreError
from safepassage.store.protection import Protection
from safepassage.web.identify import Identify
from safepassage.web.page import desk_of

FOLLOWING = ("/planning", "/lifts", "/reception", "/places")  # pages that renew themselves


class NotSignedInError(SafePassageError):
    """Somebody asked for a page without a session."""


class NoAccountsError(SafePassageError):
    """These desks keep no accounts."""


class RefusedError(SafePassageError):
    """Somebody asked for what their roles do not allow."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def session_of(request: Request) -> tuple[Session, Account] | None:
    """The session of an account, also one that is only there to enrol; None if it is none."""
    desk = desk_of(request)
    protection = desk.settings.protection
    if protection is None:
        return None
    secret = request.cookies.get(desk.cookie)
    found = protection.sessions.find(secret)
    if found is not None and secret is not None and _is_somebodys_doing(request):
        try:
            protection.sessions.seen(secret, found[0])
        except StoreError:
            # The database is busy for the moment: the session may end early, nothing else.
            return found
    return found


def _is_somebodys_doing(request: Request) -> bool:
    """Whether a person asks, and not a page that follows the ledger or a job by itself."""
    path = request.url.path
    follows = request.method == "GET" and (path == "/" or path.startswith(("/planning", "/calls")))
    return path != "/events" and not (follows and "hx-request" in request.headers)


def viewer(request: Request) -> Viewer:
    """Who asks.

    Raises:
        NotSignedInError: nobody that is signed in.
    """
    known: Viewer | None = getattr(request.state, "viewer", None)
    if known is None:
        known = _viewer(request)
        request.state.viewer = known
    return known


def _viewer(request: Request) -> Viewer:
    desk = desk_of(request)
    if desk.sessions.knows(request.cookies.get(desk.cookie)):
        protection = desk.settings.protection
        is_first = protection is not None and not protection.accounts.has_administrator()
        return Viewer(PRINTED_LINK, may_set_up=is_first)
    found = session_of(request)
    if found is None or found[0].way is Way.ENROLMENT:
        raise NotSignedInError
    return found[1].viewer


def is_signed_in(request: Request) -> bool:
    """Whether the session of a request is still one; asked while a stream is open."""
    try:
        _viewer(request)
    except NotSignedInError:
        return False
    return True


Viewing = Annotated[Viewer, Depends(viewer)]


def check(request: Request, action: Action, sponsor: SponsorId | None = None) -> Viewer:
    """Who asks, if they may do this (to what belongs to a sponsor).

    Raises:
        NotSignedInError: nobody is signed in.
        RefusedError: they may not; it was written to the audit chain.
    """
    asking = viewer(request)
    refusal = allows(asking, action, sponsor)
    if refusal is not None:
        protection = desk_of(request).settings.protection
        if protection is not None:
            detail: dict[str, str | int] = {"action": action.value, "why": refusal.why.value}
            at = protection.clock()
            protection.note(Entry(kind=Kind.REFUSED, account=asking.account, at=at, detail=detail))
        raise RefusedError(refusal)
    return asking


def requires(action: Action) -> Callable[[Request], Viewer]:
    """A dependency that lets only those through who may do this."""

    def may(request: Request) -> Viewer:
        return check(request, action)

    return may


def unlocked(request: Request) -> Vault:
    """The register's key.

    Raises:
        NotSignedInError: nobody is signed in.
        LockedError: the register is locked; the page says who can unlock it.
    """
    viewer(request)
    vault = desk_of(request).register_key.vault
    if vault is None:
        raise LockedError("the register is locked: a custodian unlocks it")
    return vault


Unlocked = Annotated[Vault, Depends(unlocked)]


def protection_of(request: Request) -> Protection:
    """The accounts, sessions and audit chain of these desks.

    Raises:
        NoAccountsError: they were started without any.
    """
    protection = desk_of(request).settings.protection
    if protection is None:
        raise NoAccountsError("these desks keep no accounts: sign in with the printed link")
    return protection


def identify_of(request: Request) -> Identify:
    """What finds out who somebody is.

    Raises:
        NoAccountsError: these desks keep no accounts.
    """
    identify = desk_of(request).identify
    if identify is None:
        raise NoAccountsError("these desks keep no accounts: sign in with the printed link")
    return identify


Protected = Annotated[Protection, Depends(protection_of)]
Identifying = Annotated[Identify, Depends(identify_of)]
