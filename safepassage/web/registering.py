"""The registrar of a running server: one for as long as the register stays unlocked.

    from safepassage.web.registering import Registering

    @router.get("/lists", dependencies=[Depends(requires(Action.SEE_LISTS))])
    def lists(viewer: Viewing, registrar: Registering) -> Response: ...

Changes of the register take turns inside it, so all desks must share one.  It goes with the key.
"""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import Depends, Request

from safepassage.registrar import Registrar
from safepassage.secure.vault import Vault
from safepassage.web.access import NoAccountsError, Unlocked
from safepassage.web.page import desk_of


class OpenRegister:
    """The registrar made with the key that is in memory now."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._made: tuple[Vault, Registrar] | None = None

    def registrar(self, request: Request, vault: Vault) -> Registrar:
        """The one registrar of this key.

        Raises:
            NoAccountsError: these desks were started without a register.
        """
        desk = desk_of(request)
        make = desk.settings.register
        if make is None:
            raise NoAccountsError("these desks show the ledger only: they keep no register")
        with self._mutex:
            if self._made is None or self._made[0] is not vault:
                self._made = (vault, make(vault))
            return self._made[1]

    def forget(self) -> None:
        """Let go of the registrar, and of the key with it."""
        self._made = None


def registering(request: Request, vault: Unlocked) -> Registrar:
    """The registrar; a page that says that the register is locked, if it is."""
    return open_register(request).registrar(request, vault)


def open_register(request: Request) -> OpenRegister:
    """Where this server keeps its registrar."""
    state = request.app.state
    with _FIRST:
        if not hasattr(state, "open_register"):
            state.open_register = OpenRegister()
            desk_of(request).register_key.when_dropped(state.open_register.forget)
    kept: OpenRegister = state.open_register
    return kept


_FIRST = threading.Lock()
Registering = Annotated[Registrar, Depends(registering)]
