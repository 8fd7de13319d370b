"""Who asks, and whether they may: what every desk that shows people puts before its pages.

    from safepassage.web.access import Unlocked, Viewing, requires

    @router.get("/register/people", dependencies=[Depends(requires(Action.SEARCH))])
    def people(viewer: Viewing, vault: Unlocked) -> Response: ...

``Viewing`` is the `Viewer`: the account, its roles as they are now, its sponsor.  ``requires``
refuses, with a page that says which right is missing and who can give it, and writes the refusal
to the audit chain.  ``Unlocked`` is the vault, or a page that says that the register is locked.

For a list of one sponsor call ``check(request, Action.SEE_LISTS, sponsor)`` in the page itself.
What a viewer sees of a person is `secure.roles.fields_seen`.  Somebody who came with the printed
link looks at numbers and sees no person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from safepassage.model.errors import SafePassageError
from safepassage.model.ids import SponsorId
from safepassage.secure.errors import LockedError
from safepassage.secure.roles import PRINTED_LINK, Action, Refusal, Viewer, allows
from safepassage.secure.vault import Vault
from safepassage.web.page import desk_of


class NotSignedInError(SafePassageError):
    """Somebody asked for a page without a session."""


class RefusedError(SafePassageError):
    """Somebody asked for what their roles do not allow."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def viewer(request: Request) -> Viewer:
    """Who asks.

    Raises:
        NotSignedInError: nobody that is signed in.
    """
    desk = desk_of(request)
    if not desk.sessions.knows(request.cookies.get(desk.cookie)):
        raise NotSignedInError
    return Viewer(PRINTED_LINK, may_set_up=True)


Viewing = Annotated[Viewer, Depends(viewer)]


def check(request: Request, action: Action, sponsor: SponsorId | None = None) -> Viewer:
    """Who asks, if they may do this (to what belongs to a sponsor).

    Raises:
        NotSignedInError: nobody is signed in.
        RefusedError: they may not.
    """
    asking = viewer(request)
    refusal = allows(asking, action, sponsor)
    if refusal is not None:
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
        LockedError: the register is locked; the page says who can unlock it.
    """
    vault = desk_of(request).register_key.vault
    if vault is None:
        raise LockedError("the register is locked: a custodian unlocks it")
    return vault


Unlocked = Annotated[Vault, Depends(unlocked)]
