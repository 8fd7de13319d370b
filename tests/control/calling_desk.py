"""A movement-control desk on a real ledger: two gates, a trusted root, a key for three days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from safepassage.control import keys
from safepassage.control.issuing import Wanted
from safepassage.control.office import Office, PenBooks
from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, GroupId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import Place, PlaceKind
from safepassage.secure.issuing import new_key, public_half, stated
from safepassage.secure.vault import Vault
from safepassage.store.pen import Pen
from safepassage.store.register_place import RegisterPlace
from safepassage.store.store import open_store

START = datetime(2021, 8, 20, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOT = new_key()
TOWN, NORTH, SOUTH = PlaceId("town"), PlaceId("north-gate"), PlaceId("south-gate")
TERMINAL = PlaceId("terminal")


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Desk:
    """The office and its clock."""

    office: Office
    clock: Clock
    counted: int = 0

    def record(self, *facts: Fact) -> None:
        self.office.books.record(facts)

    def key(self, begin: datetime = START, hours: int = 72) -> str:
        """An issuing key, asked for, stated by the root, installed."""
        asked = keys.ask(self.office, begin, begin + hours * HOUR)
        said = stated(ROOT, asked.public_key, asked.valid_from, asked.valid_until)
        return keys.install(self.office, said.to_plain()).key_id

    def wanted(self, group: str, heads: int = 5, hours: int = 2, gate: PlaceId = NORTH) -> Wanted:
        """A family called to a gate `hours` from the start on, for two hours."""
        begin = START + hours * HOUR
        return Wanted(
            group=GroupId(group),
            gate=gate,
            origin=TOWN,
            valid_from=begin,
            valid_until=begin + 2 * HOUR,
            heads=heads,
        )

    def let_in(self, group: str, heads: int, fulfils: str | None = None) -> None:
        """Heads of a group come through the north gate now."""
        self.counted += 1
        self.record(
            Movement(
                id=EntryId(f"scan-{self.counted}"),
                from_place=TOWN,
                to_place=NORTH,
                phase=Phase.POSTED,
                occurred_at=self.clock(),
                heads=heads,
                group=GroupId(group),
                fulfils=EntryId(fulfils) if fulfils else None,
            )
        )


@contextmanager
def calling_desk(address: str) -> Iterator[Desk]:
    """A desk on an empty ledger."""
    clock = Clock()
    with (
        open_store(address) as store,
        RegisterPlace(address) as place,
        closing(Pen(address, idle_seconds=0.05)) as pen,
    ):
        books = PenBooks(store.ledger, pen, clock, "desk/calls")
        office = Office(books, place, Vault(bytes(range(32))), clock, public_half(ROOT))
        desk = Desk(office, clock)
        kinds = {
            TOWN: PlaceKind.TOWN,
            NORTH: PlaceKind.GATE,
            SOUTH: PlaceKind.GATE,
            TERMINAL: PlaceKind.TERMINAL,
        }
        desk.record(
            *(
                Place(id=EntryId(f"place-{place_}"), place=place_, kind=kind, stated_at=START)
                for place_, kind in kinds.items()
            )
        )
        yield desk


def without_root(desk: Desk) -> Office:
    """The same office before it trusts anybody."""
    return replace(desk.office, root=None)
