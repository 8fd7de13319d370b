"""Desks with accounts and an unlocked register, in this process or on a port of their own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from safepassage.registrar import Registrar
from safepassage.registrar.room import Matching
from safepassage.secure.roles import Role
from safepassage.secure.vault import Vault
from safepassage.store import Store, open_store
from safepassage.store.register_place import RegisterPlace
from safepassage.web.app import create_app
from safepassage.web.settings import Settings
from tests.registrar.plain_matching import PlainMatching
from tests.web.airlift import NOON, InMemory
from tests.web.conftest import ORIGIN, Clock
from tests.web.people import QUICK, Office, protection_at

KEY = bytes(range(32))


@dataclass
class RegisterOffice(Office):
    """Desks with accounts and an unlocked register."""

    store: Store

    def desk(self, *roles: Role, **more: str) -> TestClient:
        """A browser of somebody who may take lists in, or has these roles."""
        return self.somebody(*(roles or (Role.REGISTRAR,)), **more)

    def unlock(self) -> None:
        """What a custodian does."""
        self.app.state.desk.register_key.put(Vault(KEY), stays=True)


@contextlib.contextmanager
def register_office(
    folder: Path,
    origin: str = ORIGIN,
    clock: Callable[[], datetime] | None = None,
    matching: Matching | None = None,
) -> Iterator[RegisterOffice]:
    """Desks on a ledger and a register of their own; they start when a client looks at them."""
    now = clock or Clock(NOON)
    protection = protection_at(folder, now)
    with (
        open_store(folder / "ledger.db", writer=True) as store,
        RegisterPlace(folder / "ledger.db") as place,
    ):
        settings = Settings(
            records=InMemory(),
            origin=origin,
            clock=now,
            sessions_path=folder / "state" / "sessions.json",
            poll_seconds=0.05,
            protection=protection,
            register=lambda vault: Registrar(
                place, vault, protection.trail, now, matching or PlainMatching()
            ),
            sign_in_cost=QUICK,
            unlock_cost=QUICK,
        )
        office = RegisterOffice(create_app(settings), now, protection, store)  # type: ignore[arg-type]
        office.unlock()
        yield office
    protection.close()


@contextlib.contextmanager
def served_office(
    folder: Path, matching: Matching | None = None
) -> Iterator[tuple[RegisterOffice, str]]:
    """The same behind a port of this machine, for a real browser; with its address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        register_office(folder, address_of(listener), matching=matching) as office,
        behind(listener, office.app),
    ):
        yield office, address_of(listener)


def address_of(listener: socket.socket) -> str:
    """What a browser calls it."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def behind(listener: socket.socket, app: FastAPI) -> Iterator[None]:
    """Desks that answer on a port for as long as the context lasts."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    try:
        yield
    finally:
        app.state.desk.watch.stopping.set()
        server.should_exit = True
        thread.join(20)
