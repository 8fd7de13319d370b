"""The departure and reception desks, on a ledger in memory or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from safepassage.control.departing import Departing
from safepassage.control.office import Books, PenBooks
from safepassage.control.receiving import Receiving
from safepassage.model.fact import Fact
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Book, Ledger
from safepassage.model.notation import enter, read_facts
from safepassage.store.pen import Pen
from safepassage.store.store import open_store
from tests.operate.apron import DAY, PLACES

MORE = """
    00:00 place walked-off closing left-on-their-own
    00:00 lift reach-2 coalition 30 hall > ramstein
    04:30 posted 4@fam-4 outside > hall
"""


class OnPaper:
    """A ledger in memory, to be read and written like one in a file."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.entries = enter(facts)

    def ledger(self) -> AbstractContextManager[Ledger]:
        return nullcontext(Book(self.entries))

    def record(self, facts: Sequence[Fact]) -> None:
        seq = len(self.entries)
        self.entries += [replace(e, seq=seq + e.seq) for e in enter(facts)]


@dataclass
class ApronDesks:
    """Both desks, their clock, and the ledger for looking into."""

    books: Books
    now: datetime = DAY + timedelta(hours=8)

    @property
    def departing(self) -> Departing:
        return Departing(self.books, self.clock)

    @property
    def receiving(self) -> Receiving:
        return Receiving(self.books, self.clock)

    def clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def heads(self) -> dict[str, int]:
        with self.books.ledger() as ledger:
            count: dict[str, int] = {}
            for (place, _), heads in ledger.stock(self.now).items():
                if place != "outside":
                    count[place] = count.get(place, 0) + heads
        return {place: heads for place, heads in count.items() if heads}

    def entries(self) -> int:
        with self.books.ledger() as ledger:
            return ledger.position


def on_paper() -> ApronDesks:
    """Desks on a ledger in memory."""
    return ApronDesks(OnPaper(read_facts(PLACES + MORE, DAY.date())))


@contextmanager
def in_a_file(folder: Path) -> Iterator[ApronDesks]:
    """Desks on a ledger in a file."""
    path = folder / "ledger.db"
    with open_store(path, writer=True) as store:
        facts = read_facts(PLACES + MORE, DAY.date())
        store.append(facts, source="test", recorded_at=DAY)
    with open_store(path) as store, closing(Pen(path)) as pen:
        yield ApronDesks(PenBooks(store.ledger, pen, lambda: DAY, "apron"))


REACH, SECOND = PlaceId("reach-1"), PlaceId("reach-2")
DOHA, RAMSTEIN = PlaceId("doha"), PlaceId("ramstein")
