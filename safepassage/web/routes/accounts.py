"""The administrator's desk: accounts, their roles, enrolment links, and shutting somebody out.

An account is an id that the administrator chooses ("reg-1"): whose it is stands nowhere in here.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from safepassage.model.errors import SafePassageError
from safepassage.model.ids import SponsorId
from safepassage.secure.roles import STARRED, Action, Role
from safepassage.store.account_values import Account
from safepassage.store.protection import Protection
from safepassage.web.access import Protected, Viewing, requires
from safepassage.web.page import render
from safepassage.web.sites import enrolment_address

router = APIRouter(prefix="/accounts", dependencies=[Depends(requires(Action.ADMINISTER))])
Word = Annotated[str, Form(max_length=200)]
Roles = Annotated[list[str], Form(max_length=len(Role))]


class UnknownAccountError(SafePassageError, LookupError):
    """A page about an account that is not there."""


@router.get("")
def every(request: Request, protection: Protected) -> Response:
    """All accounts, and a form for one more."""
    return list_page(request, protection)


def list_page(
    request: Request, protection: Protection, status: int = 200, said: str = "", typed: str = ""
) -> Response:
    """The list, perhaps with what is wrong in the form."""
    return render(
        request,
        "accounts/accounts.html",
        status,
        accounts=protection.accounts.all(),
        roles=list(Role),
        starred=STARRED,
        said=said,
        typed=typed,
    )


@router.post("")
def add(
    request: Request,
    protection: Protected,
    viewer: Viewing,
    id: Word = "",
    roles: Roles = [],  # noqa: B006 - read by the framework, never changed
    sponsor: Word = "",
) -> Response:
    """Make an account, and its first enrolment link."""
    try:
        account = protection.accounts.add(
            id.strip(), read_roles(roles), read_sponsor(sponsor), viewer.account
        )
    except SafePassageError as fault:
        return list_page(request, protection, 400, str(fault), id)
    return link_page(request, protection, account, viewer.account)


@router.get("/{id}")
def one(request: Request, protection: Protected, id: str) -> Response:
    """One account."""
    return account_page(request, protection, account_named(protection, id))


@router.post("/{id}/roles")
def set_roles(
    request: Request,
    protection: Protected,
    viewer: Viewing,
    id: str,
    roles: Roles = [],  # noqa: B006 - read by the framework, never changed
    sponsor: Word = "",
) -> Response:
    """Give an account other roles, from its next request on."""
    account = account_named(protection, id)
    try:
        account = protection.accounts.set_roles(
            account.id, read_roles(roles), read_sponsor(sponsor), viewer.account
        )
    except SafePassageError as fault:
        return account_page(request, protection, account, 400, str(fault))
    return RedirectResponse(f"/accounts/{account.id}", 303)


@router.post("/{id}/disable")
def disable(protection: Protected, viewer: Viewing, id: str) -> Response:
    """Shut an account out, at once."""
    account = account_named(protection, id)
    protection.accounts.disable(account.id, viewer.account)
    return RedirectResponse(f"/accounts/{account.id}", 303)


@router.post("/{id}/enable")
def enable(protection: Protected, viewer: Viewing, id: str) -> Response:
    """Let an account in again."""
    account = account_named(protection, id)
    protection.accounts.enable(account.id, viewer.account)
    return RedirectResponse(f"/accounts/{account.id}", 303)


@router.post("/{id}/link")
def make_link(request: Request, protection: Protected, viewer: Viewing, id: str) -> Response:
    """A new enrolment link; every other way in of this account ends."""
    account = account_named(protection, id)
    return link_page(request, protection, account, viewer.account)


@router.post("/{id}/sessions/end")
def end_sessions(protection: Protected, viewer: Viewing, id: str) -> Response:
    """End every session of an account."""
    account = account_named(protection, id)
    protection.sessions.end_of(account.id, viewer.account)
    return RedirectResponse(f"/accounts/{account.id}", 303)


def account_page(
    request: Request, protection: Protection, account: Account, status: int = 200, said: str = ""
) -> Response:
    """The page of an account, perhaps with what is wrong in the form."""
    return render(
        request,
        "accounts/one.html",
        status,
        account=account,
        sessions=protection.sessions.of(account.id),
        roles=list(Role),
        starred=STARRED,
        said=said,
    )


def link_page(request: Request, protection: Protection, account: Account, by: str) -> Response:
    """The page that shows a link, this once."""
    code = protection.accounts.make_link(account.id, by)
    return render(
        request, "accounts/link.html", account=account, address=enrolment_address(request, code)
    )


def account_named(protection: Protection, id: str) -> Account:
    """The account of that id.

    Raises:
        UnknownAccountError: there is none.
    """
    account = protection.accounts.get(id)
    if account is None:
        raise UnknownAccountError("there is no such account: the list shows them")
    return account


def read_roles(words: list[str]) -> list[Role]:
    """The roles that were ticked; what is none is passed over, and grants nothing."""
    return [role for role in Role if role.value in words]


def read_sponsor(text: str) -> SponsorId | None:
    """The sponsor that was typed."""
    return SponsorId(text.strip()) if text.strip() else None
