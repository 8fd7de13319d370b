"""A small airlift for the desks: its operation file, its first day, and records without a store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from safepassage.exchange.claims_file import read_claims
from safepassage.exchange.operation_file import read_operation
from safepassage.model.claim import Claim
from safepassage.model.fact import Entry, Fact
from safepassage.model.ids import EntryId
from safepassage.model.ledger import Book, Ledger
from safepassage.model.movement import Movement
from safepassage.model.notation import enter, read_facts
from safepassage.model.operation import Operation, opening_facts
from safepassage.model.published import PublishedTotal

OPERATION_FILE = """\
operation:
  id: small
  name: A small airlift
zones: [Asia/Kabul, America/New_York, UTC]
reporting_window: {start: 03:00, hours: 24, zone: America/New_York}
baselines:
  - {id: since-dawn, label: since dawn, at: 2021-08-14T08:30, zone: Asia/Kabul}
deadlines:
  - {id: last-day, name: Last day, at: 2021-08-15T12:00, zone: Asia/Kabul}
places:
  - {id: town, kind: town, name: The town, coordinates: {latitude: 34.53, longitude: 69.17}}
  - {id: north, kind: gate, name: North Gate, coordinates: {latitude: 34.57, longitude: 69.21}}
  - {id: hall, kind: terminal, name: The hall, coordinates: {latitude: 34.565, longitude: 69.212}}
  - id: doha
    kind: haven
    name: Doha
    coordinates: {latitude: 25.12, longitude: 51.31}
    capacity: 20
  - {id: home, kind: onward, name: Far away, coordinates: {latitude: 38.9, longitude: -77.4}}
  - {id: stayed, kind: closing, name: Chose to stay, reason: chose-to-stay}
operator_classes:
  - {id: own-military, name: Own military}
  - {id: coalition, name: Allies}
categories:
  - {id: evacuee, name: Evacuees}
  - {id: staff, name: Staff, order: 9, staff: true, counted: false}
"""
CLAIMS_FILE = """\
claims:
  - id: podium
    report: The paper
    said_by: A spokesman
    topic: people-out
    words: More than 5 people left on 14 August
    figure: people-out
    more_than: 5
    window: {start: 2021-08-14T03:00, end: 2021-08-15T03:00, zone: America/New_York}
"""
FIRST_DAY = """
    2021-08-14
    04:30 lift reach-1 own-military 4 hall > doha
    04:30 lift shuttle coalition 50 hall > doha
    05:00 posted 9 outside > town
    06:00 posted amira@fam-1 outside > town
    06:00 posted babur@fam-1 outside > town
    07:00 posted amira@fam-1 town > north
    07:00 posted babur@fam-1 town > north
    07:30 posted 9 town > north
    08:00 posted amira@fam-1 north > hall
    08:00 posted babur@fam-1 north > hall
    08:00 posted 9 north > hall
    08:30 boarding reach-1
    09:00 posted amira@fam-1 hall > reach-1
    09:00 posted babur@fam-1 hall > reach-1
    09:00 posted 5@fam-2 hall > reach-1 as five-out
    09:00 departed reach-1
    11:00 posted 4 hall > shuttle
    11:00 posted 1/staff outside > shuttle
    11:00 departed shuttle
    12:00 posted amira@fam-1 reach-1 > doha
    12:00 posted babur@fam-1 reach-1 > doha
    12:00 posted 5@fam-2 reach-1 > doha
    12:00 arrived reach-1
"""
DAY = datetime(2021, 8, 14, tzinfo=UTC)
NOON = DAY.replace(hour=12)
TEN = DAY.replace(hour=10)
OPERATION = read_operation(OPERATION_FILE, "operation.yaml")


def facts() -> list[Fact]:
    """Everything that happened on the first day, and the operation before it."""
    return [*opening_facts(OPERATION, DAY.replace(hour=4)), *read_facts(FIRST_DAY)]


def more_people(count: int, at: datetime, entry: str = "late") -> Movement:
    """A movement to add: so many people come to the town."""
    (moved,) = read_facts(f"{at:%H:%M} posted {count} outside > town as {entry}", at.date())
    assert isinstance(moved, Movement)
    return moved


class InMemory:
    """The records of a ledger that lives in this process and can grow."""

    def __init__(self, entries: Sequence[Entry] | None = None) -> None:
        self.entries = list(enter(facts()) if entries is None else entries)

    def add(self, fact: Fact) -> EntryId:
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq=seq, recorded_at=NOON, source="test", fact=fact))
        return fact.id

    def position(self) -> int:
        return len(self.entries)

    def ledger(self) -> AbstractContextManager[Ledger]:
        return nullcontext(Book(self.entries))

    def operation(self) -> Operation:
        return OPERATION

    def operation_text(self) -> str:
        return OPERATION_FILE

    def claims(self) -> Sequence[Claim]:
        return read_claims(CLAIMS_FILE, "claims.yaml")

    def published_totals(self) -> Sequence[PublishedTotal]:
        return ()
