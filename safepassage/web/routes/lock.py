"""Unlocking and locking the register: a custodian opens it, anybody with an account shuts it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from safepassage.secure.audit import Entry, Kind
from safepassage.secure.errors import WeakSecretError, WrongKeyError
from safepassage.secure.roles import Action, Viewer
from safepassage.secure.unlock import (
    Way,
    new_register_key,
    unlock_with_passphrase,
    with_passphrase,
)
from safepassage.secure.vault import Vault
from safepassage.store.protection import Protection
from safepassage.web.access import Identifying, Protected, check, viewer
from safepassage.web.page import desk_of, render

router = APIRouter(prefix="/lock", dependencies=[Depends(viewer)])
Phrase = Annotated[str, Form(max_length=2000)]


@router.get("")
def ask(request: Request, protection: Protected) -> Response:
    """Whether the register is locked, and what this account may do about it."""
    return lock_page(request, protection)


def lock_page(
    request: Request, protection: Protection, status: int = 200, said: str = ""
) -> Response:
    """The page, perhaps with the key of what is wrong."""
    lock = protection.lock.get()
    return render(
        request,
        "accounts/lock.html",
        status,
        has_key=lock is not None,
        has_passphrase=lock is not None and lock.has(Way.PASSPHRASE),
        has_key_file=lock is not None and lock.has(Way.KEY_FILE),
        said=said,
    )


@router.post("/open")
def unlock(
    request: Request, protection: Protected, identify: Identifying, passphrase: Phrase = ""
) -> Response:
    """Unlock the register with its passphrase."""
    custodian = check(request, Action.UNLOCK_REGISTER)
    vault = opened(protection, identify, passphrase, custodian)
    if vault is None:
        return lock_page(request, protection, 403, "lock.wrong")
    desk_of(request).register_key.put(vault)
    note(protection, Kind.UNLOCKED, custodian)
    return RedirectResponse("/lock", 303)


@router.post("/shut")
def lock(request: Request, protection: Protected) -> Response:
    """Drop the key, here at once and in every other server of this ledger in a moment."""
    asking = check(request, Action.LOCK_REGISTER)
    desk_of(request).register_key.lock()
    protection.lock.ask_to_lock(asking.account)
    return RedirectResponse("/lock", 303)


@router.post("/passphrase")
def set_passphrase(
    request: Request,
    protection: Protected,
    identify: Identifying,
    passphrase: Phrase = "",
    again: Phrase = "",
    current: Phrase = "",
) -> Response:
    """Make the register's key, or give it another passphrase."""
    custodian = check(request, Action.CHANGE_KEYS)
    if passphrase != again:
        return lock_page(request, protection, 400, "account.not-twice")
    known = protection.lock.get()
    if known is None:
        vault: Vault | None = new_register_key()
    elif known.has(Way.PASSPHRASE):
        vault = opened(protection, identify, current, custodian)
    else:
        vault = desk_of(request).register_key.vault
    if vault is None:
        return lock_page(request, protection, 403, "lock.wrong")
    try:
        with identify.turn():
            lock = with_passphrase(vault, passphrase, known, desk_of(request).settings.unlock_cost)
    except WeakSecretError:
        return lock_page(request, protection, 400, "lock.weak")
    protection.lock.put(lock, custodian.account)
    if known is None:
        desk_of(request).register_key.put(vault)
        note(protection, Kind.UNLOCKED, custodian)
    return RedirectResponse("/lock", 303)


def opened(
    protection: Protection, identify: Identifying, passphrase: str, by: Viewer
) -> Vault | None:
    """The vault behind a passphrase; None, and an entry in the audit chain, if it is wrong."""
    lock = protection.lock.get()
    if lock is not None:
        try:
            with identify.turn():
                return unlock_with_passphrase(lock, passphrase)
        except WrongKeyError:
            note(protection, Kind.UNLOCK_REFUSED, by)
    return None


def note(protection: Protection, kind: Kind, by: Viewer) -> None:
    """Write down that the register was opened or not."""
    detail: dict[str, str | int] = {"way": Way.PASSPHRASE.value}
    protection.note(Entry(kind=kind, account=by.account, at=protection.clock(), detail=detail))
