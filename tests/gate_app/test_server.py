"""The phone and the server of the desks, each in a process of its own: called, scanned, killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from safepassage.control import issuing, keys
from safepassage.control.gates import Gates
from safepassage.control.issuing import Issued, Wanted
from safepassage.control.office import Office, PenBooks
from safepassage.model.ids import GroupId, PlaceId
from safepassage.secure.issuing import new_key, public_half, stated
from safepassage.secure.vault import Vault
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.pen import Pen
from safepassage.store.register_place import RegisterPlace
from tests.gate_app.phone import VIEWPORT, Phone, until
from tests.gate_app.post import Post
from tests.web.served import Served, make_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOUR = timedelta(hours=1)
NORTH, TOWN = PlaceId("north"), PlaceId("town")


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Gate:
    """A gate of the small airlift: its ledger, who is called to it, the server's process."""

    store: Path
    link: str
    passes: list[Issued]
    server: Served

    def heads_at(self, place: PlaceId) -> int:
        with open_store(self.store) as store, store.ledger() as ledger:
            stock = ledger.stock(clock() + HOUR)
        return sum(heads for (where, _), heads in stock.items() if where == place)

    def restart(self, sign: signal.Signals) -> None:
        """End the server in one way or another, and start it where it was."""
        port = self.server.port
        self.server.stop(sign)
        self.server = Served(self.store, self.store.parent / "state", port)


@contextmanager
def office_of(path: Path) -> Iterator[tuple[Office, Gates]]:
    """The desks that call families and enrol phones, on the ledger itself."""
    address = str(path)
    root = new_key()
    with open_store(address, writer=True) as store:
        keys.trust(store, public_half(root).hex(), clock())
    with (
        open_store(address) as store,
        RegisterPlace(address) as place,
        Beside(address) as beside,
        closing(Pen(address, idle_seconds=0.05)) as pen,
    ):
        books = PenBooks(store.ledger, pen, clock, "test")
        office = Office(books, place, Vault(bytes(range(32))), clock, public_half(root))
        now = clock().replace(microsecond=0)
        asked = keys.ask(office, now - HOUR, now + 24 * HOUR)
        said = stated(root, asked.public_key, asked.valid_from, asked.valid_until)
        keys.install(office, said.to_plain())
        yield office, Gates(store, pen, beside, clock)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    path = tmp_path_factory.mktemp("gate") / "ledger.db"
    make_store(path)
    begin = clock().replace(microsecond=0) - timedelta(minutes=5)
    called = [
        Wanted(
            group=GroupId(f"fam-{heads}"),
            gate=NORTH,
            origin=TOWN,
            valid_from=begin,
            valid_until=begin + 2 * HOUR,
            heads=heads,
        )
        for heads in (5, 4, 1)
    ]
    with office_of(path) as (office, gates):
        passes = issuing.issue(office, called)
        link = gates.link(place=NORTH, station="gate", by="desk-1")
    found = Gate(path, link, passes, Served(path, path.parent / "state"))
    yield found
    found.server.stop()


@pytest.fixture(scope="module")
def phone(chromium: Browser, gate: Gate) -> Iterator[Phone]:
    context = chromium.new_context(viewport=VIEWPORT, has_touch=True)
    phone = Phone(context.new_page(), Post({}))
    phone.page.goto(f"{gate.server.origin}/gate/#{gate.link}")
    phone.page.wait_for_selector("main.scan")
    yield phone
    context.close()
    assert phone.faults == []
    assert [url for url in phone.asked if not url.startswith(gate.server.origin)] == []


def test_a_called_family_is_scanned_and_stands_in_the_ledger(phone: Phone, gate: Gate) -> None:
    before = gate.heads_at(NORTH)
    assert phone.scan(gate.passes[0].secret.token) == "count-heads"
    phone.press("all-here")
    phone.become("admit")
    until(lambda: phone.unsent() == 0)
    assert gate.heads_at(NORTH) == before + 5


def test_a_server_that_is_killed_costs_no_scan_and_doubles_none(phone: Phone, gate: Gate) -> None:
    before = gate.heads_at(NORTH)
    gate.server.process.kill()
    four, one = gate.passes[1], gate.passes[2]
    phone.press("next")
    phone.scan(four.secret.token)
    phone.press("all-here")
    phone.become("admit")
    phone.press("next", "walkup", "keep", "next")
    assert phone.unsent() == 2
    gate.restart(signal.SIGKILL)
    phone.send()
    until(lambda: phone.unsent() == 0)
    assert phone.scan(one.secret.token) == "admit"
    until(lambda: phone.unsent() == 0)
    assert gate.heads_at(NORTH) == before + 4 + 1 + 1


def test_the_list_of_the_gate_knows_the_spoken_code(phone: Phone, gate: Gate) -> None:
    phone.press("next", "type")
    phone.page.locator("#code").fill(gate.passes[2].secret.code)
    phone.page.keyboard.press("Enter")
    phone.become("already-used")  # said before anybody is asked for the word
    phone.press("next")
