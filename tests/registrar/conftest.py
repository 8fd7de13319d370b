"""A register in each database, unlocked, and the people who work on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safepassage.model.ids import AccountId, ListId, PersonId, SponsorId
from safepassage.model.sheet import Format, ReadList, Row, Sheet
from safepassage.registrar import Registrar
from safepassage.registrar.room import Matching
from safepassage.registrar.views import Taken
from safepassage.secure.reveal import Budget
from safepassage.secure.roles import Role, Viewer
from safepassage.secure.vault import Vault
from safepassage.store import Store, open_store
from safepassage.store.protection import Protection
from safepassage.store.register_place import RegisterPlace
from safepassage.store.register_records import all_records
from tests.registrar.plain_matching import PlainMatching

NOON = datetime(2021, 8, 20, 12, tzinfo=UTC)
KEY = bytes(range(32))
MANY = Budget(persons=10_000)

REGISTRAR = Viewer(AccountId("registrar-1"), frozenset({Role.REGISTRAR}))
SECOND = Viewer(AccountId("registrar-2"), frozenset({Role.REGISTRAR}))
CASE_OFFICER = Viewer(AccountId("case-1"), frozenset({Role.CASE_OFFICER}))
GATE_OFFICER = Viewer(AccountId("gate-1"), frozenset({Role.GATE_OFFICER}))
SUBMITTER = Viewer(AccountId("ngo-1"), frozenset({Role.LIST_SUBMITTER}), SponsorId("ngo"))


@dataclass
class Clock:
    """Goes a second further each time it is looked at."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Desk:
    """A register at work, with shorter words for what tests do often."""

    registrar: Registrar
    store: Store  # the ledger's
    place: RegisterPlace
    protection: Protection
    clock: Clock
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def take(
        self,
        text: str,
        list_id: str = "list-a",
        sponsor: str = "embassy",
        viewer: Viewer = REGISTRAR,
    ) -> Taken:
        """Take a list in that stands in the test as text, its columns divided by bars."""
        file = written_list(text)
        proposal = self.registrar.propose(viewer, file, 0, SponsorId(sponsor))
        return self.registrar.take_list(
            viewer,
            file,
            0,
            proposal.mapping(),
            sponsor=SponsorId(sponsor),
            list_id=ListId(list_id),
        )

    def persons(self) -> dict[str, list[str]]:
        """For every person the first name of each of their records, as written."""
        found: dict[str, list[str]] = {}
        for person in self.person_ids():
            view = self.registrar.person(REGISTRAR, person)
            found[view.id] = [r.record.names[0].text for r in view.records]
        return found

    def person_ids(self) -> list[PersonId]:
        """Every person there is now."""
        with self.place.reading() as connection:
            minted = [PersonId(row.person) for row in all_records(connection)]
        return sorted({self.registrar.current(person) for person in minted})


def written_list(text: str) -> ReadList:
    """A list as its reader would give it, from lines whose cells are divided by bars."""
    lines = [line.strip() for line in text.strip().splitlines()]
    rows = tuple(
        Row(number, tuple(cell.strip() for cell in line.split("|")))
        for number, line in enumerate(filter(None, lines), start=1)
    )
    return ReadList(
        name="families.csv",
        format=Format.CSV,
        sha256=f"{abs(hash(text)):064x}",
        size=len(text),
        sheets=(Sheet("", rows),),
    )


@pytest.fixture
def open_desk(address: str) -> Iterator[Callable[..., Desk]]:
    """Opens a register on the test's database; more than once, one after the other."""
    opened: list[Desk] = []

    def close() -> None:
        for desk in opened:
            desk.protection.close()
            desk.place.close()
            desk.store.close()
        opened.clear()

    def make(
        matching: Matching | None = None,
        at: str = address,
        desk: Budget = MANY,
        review: Budget = MANY,
    ) -> Desk:
        close()
        clock = Clock()
        store = open_store(at, writer=True)
        place, protection = RegisterPlace(at), Protection(at, clock)
        registrar = Registrar(
            place,
            Vault(KEY),
            protection.trail,
            clock,
            matching or PlainMatching(),
            desk=desk,
            review=review,
        )
        opened.append(Desk(registrar, store, place, protection, clock))
        return opened[-1]

    yield make
    close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """A register with nobody in it."""
    return open_desk()


@pytest.fixture
def database_files(address: str) -> Callable[[], list[Path]]:
    """Every file of a SQLite register."""
    return lambda: sorted(Path(address).parent.glob(Path(address).name + "*"))
