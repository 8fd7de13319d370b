"""Desks with a planner, on the ledger of a small island, in this process or on a port."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from safepassage.cli.init import take_operation
from safepassage.planner.planner import Planner
from safepassage.planner.signing import Signing
from safepassage.registrar import Registrar
from safepassage.store import open_store
from safepassage.store.pen import Pen
from safepassage.store.register_place import RegisterPlace
from safepassage.web.app import create_app
from safepassage.web.records import StoreRecords
from safepassage.web.settings import Settings, utc_now
from tests.planner.island import OPERATION, OPERATION_FILE
from tests.registrar.plain_matching import PlainMatching
from tests.web.conftest import ORIGIN, Clock
from tests.web.people import QUICK, Office, protection_at
from tests.web.register_office import address_of, behind


@contextlib.contextmanager
def planning_office(
    folder: Path, origin: str = ORIGIN, clock: Callable[[], datetime] | None = None
) -> Iterator[Office]:
    """Desks with accounts, a planner and a locked register; they start when a client looks at them.

    Jobs are timed by the clock of this machine: they run in processes of their own.
    """
    now = clock or Clock(utc_now())
    protection = protection_at(folder, now)
    with open_store(folder / "ledger.db", writer=True) as writing:
        take_operation(writing, OPERATION, OPERATION_FILE, now=now())
    with (
        open_store(folder / "ledger.db") as store,
        RegisterPlace(folder / "ledger.db") as place,
        contextlib.closing(Pen(folder / "ledger.db")) as pen,
    ):
        planner = Planner(folder / "plans", utc_now)
        settings = Settings(
            records=StoreRecords(store),
            origin=origin,
            clock=now,
            sessions_path=folder / "state" / "sessions.json",
            poll_seconds=0.05,
            protection=protection,
            planner=planner,
            register=lambda vault: Registrar(place, vault, protection.trail, now, PlainMatching()),
            pen=pen,
            signing=Signing(store, pen.borrowed, protection),
            sign_in_cost=QUICK,
            unlock_cost=QUICK,
        )
        try:
            yield Office(create_app(settings), now, protection)  # type: ignore[arg-type]
        finally:
            planner.stop()
            protection.close()


@contextlib.contextmanager
def served_planning_office(folder: Path) -> Iterator[tuple[Office, str]]:
    """The same behind a port of this machine, for a real browser; with its address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        planning_office(folder, address_of(listener)) as office,
        behind(listener, office.app),
    ):
        yield office, address_of(listener)
