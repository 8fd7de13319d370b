"""Desks with accounts and a pen, on the ledger of a small apron, in this process or on a port."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from safepassage.control.departing import Departing
from safepassage.control.office import PenBooks
from safepassage.control.receiving import Receiving
from safepassage.exchange.operation_file import read_operation
from safepassage.model.notation import read_facts
from safepassage.model.operation import opening_facts
from safepassage.secure.roles import Role
from safepassage.store import open_store
from safepassage.store.pen import Pen
from safepassage.web.app import create_app
from safepassage.web.records import OPERATION as DOCUMENT
from safepassage.web.records import StoreRecords
from safepassage.web.settings import Settings
from tests.web.airlift import DAY, NOON, OPERATION_FILE
from tests.web.conftest import ORIGIN, Clock
from tests.web.people import QUICK, Office, protection_at
from tests.web.register_office import address_of, behind

RAMSTEIN = (
    "  - id: ramstein\n    kind: haven\n    name: Ramstein\n    capacity: 400\n"
    "    coordinates: {latitude: 49.44, longitude: 7.6}\n"
    "  - {id: walked-off, kind: closing, name: Left on their own, reason: left-on-their-own}\n"
    "operator_classes:"
)
FILE = OPERATION_FILE.replace("operator_classes:", RAMSTEIN)
MORNING = """
    2021-08-14
    04:00 lift reach-1 own-military 300 hall > doha
    04:00 lift moose-9 coalition 40 hall > doha
    05:00 posted 5@fam-1 outside > hall
    06:00 posted 4@fam-2 outside > hall
    07:00 posted 30 outside > hall
    08:00 pending 5@fam-1 hall > reach-1 as seat/m1
    08:00 pending 4@fam-2 hall > reach-1 as seat/m2
"""


@dataclass
class ApronOffice(Office):
    """Desks with accounts and a pen, and the same steps without a browser."""

    books: PenBooks

    @property
    def departing(self) -> Departing:
        return Departing(self.books, self.clock)

    @property
    def receiving(self) -> Receiving:
        return Receiving(self.books, self.clock)

    def heads(self) -> dict[str, int]:
        with self.books.ledger() as ledger:
            count: dict[str, int] = {}
            for (place, _), heads in ledger.stock(self.clock()).items():
                if place != "outside":
                    count[place] = count.get(place, 0) + heads
        return {place: heads for place, heads in count.items() if heads}

    def both(self) -> TestClient:
        """A browser of somebody who boards and receives."""
        return self.somebody(Role.BOARDING_OFFICER, Role.RECEPTION_OFFICER)


@contextlib.contextmanager
def apron_office(folder: Path, origin: str = ORIGIN) -> Iterator[ApronOffice]:
    """Desks on the ledger of a morning; they start when a client looks at them."""
    clock = Clock(NOON + timedelta(minutes=1))
    protection = protection_at(folder, clock)
    path = folder / "ledger.db"
    operation = read_operation(FILE, "operation.yaml")
    with open_store(path, writer=True) as store:
        facts = [*opening_facts(operation, DAY.replace(hour=4)), *read_facts(MORNING)]
        store.append(facts, source="test", recorded_at=NOON)
        store.put_document(DOCUMENT, FILE, recorded_at=NOON)
    with open_store(path) as store, contextlib.closing(Pen(path)) as pen:
        settings = Settings(
            records=StoreRecords(store),
            origin=origin,
            clock=clock,
            sessions_path=folder / "state" / "sessions.json",
            poll_seconds=0.05,
            protection=protection,
            pen=pen,
            sign_in_cost=QUICK,
            unlock_cost=QUICK,
        )
        books = PenBooks(store.ledger, pen, clock, "test")
        yield ApronOffice(create_app(settings), clock, protection, books)
    protection.close()


@contextlib.contextmanager
def served_apron(folder: Path) -> Iterator[tuple[ApronOffice, str]]:
    """The same behind a port of this machine, for a real browser; with its address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        apron_office(folder, address_of(listener)) as office,
        behind(listener, office.app),
    ):
        yield office, address_of(listener)
