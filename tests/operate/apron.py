"""An apron on paper: a ledger in memory, a lift on it, and steps that are recorded one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.ledger import Book
from safepassage.model.movement import Movement
from safepassage.model.notation import enter, read_facts
from safepassage.operate.manifest import Manifest, manifest_of

PLACES = """
    00:00 place hall terminal
    00:00 place doha haven
    00:00 place ramstein haven
    00:00 place home onward
    00:00 lift reach-1 own-military 20 hall > doha
    04:00 posted 5@fam-1 outside > hall
    04:00 posted 4@fam-2 outside > hall
    04:00 posted 3@fam-3 outside > hall
    04:00 posted 60 outside > hall
"""
DAY = datetime(2021, 8, 20, tzinfo=UTC)
REACH = PlaceId("reach-1")
HALL, DOHA, RAMSTEIN = PlaceId("hall"), PlaceId("doha"), PlaceId("ramstein")


class Apron:
    """A ledger that steps are written into; the clock goes on a minute with each."""

    def __init__(self, more: str = "") -> None:
        self.facts: list[Fact] = read_facts(PLACES + more, DAY.date())
        self.now = DAY + timedelta(hours=8)
        self.steps = 0
        self._book: Book | None = None

    @property
    def book(self) -> Book:
        """The ledger as it stands."""
        if self._book is None or self._book.position != len(self.facts):
            self._book = Book(enter(self.facts))
        return self._book

    def manifest(self, lift: PlaceId = REACH) -> Manifest:
        """The manifest of a lift as it stands."""
        book = self.book
        settled = {m.fulfils for m in book.movements if m.fulfils is not None}
        found = book.catalogue.lifts[lift]
        return manifest_of(found, book.through({lift}), book.catalogue, settled, self.now)

    def do(self, decide: Callable[..., list[Fact]], *words: object, **more: object) -> list[Fact]:
        """Take a step with the manifest as it stands, and record what follows."""
        self.steps += 1
        token = f"t{self.steps}"
        told = {"at": self.now} | more if decide.__name__ != "release" else more
        facts = decide(self.manifest(), *words, token=token, **told)
        self.record(facts)
        return facts

    def record(self, facts: Sequence[Fact]) -> None:
        """Record facts; the clock goes on."""
        ids = {f.id for f in self.facts}
        assert not ids & {f.id for f in facts}
        self.facts += facts
        self.now += timedelta(minutes=1)

    def heads(self) -> dict[str, int]:
        """Heads at each place now."""
        count: dict[str, int] = {}
        for (place, _), heads in self.book.stock(self.now).items():
            count[place] = count.get(place, 0) + heads
        return {place: heads for place, heads in count.items() if heads and place != "outside"}

    def everybody(self) -> int:
        """Heads at all places now."""
        return sum(self.heads().values())

    def is_in_the_ledger(self, entry: str) -> bool:
        """Whether an entry was recorded."""
        return any(f.id == EntryId(entry) for f in self.facts)

    def movements(self, begins: str) -> list[Movement]:
        """The movements whose ids begin like this."""
        return [f for f in self.facts if isinstance(f, Movement) and f.id.startswith(begins)]
