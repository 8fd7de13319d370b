"""The register as an engine sees it when a few records are added: `register.shelf.Shelf` on disk.

Only what an engine asks for is opened, and it is opened once: candidates are tens of thousands
where the register is a million.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import Connection

from safepassage.model.ids import ListId, RecordId
from safepassage.register.judgement import Judgement, Pair, pair_of
from safepassage.register.linkage import Band, Link
from safepassage.register.record import Record
from safepassage.registrar import journal
from safepassage.registrar.sealing import blind_number, blind_numbers, open_all
from safepassage.registrar.written import record_from_bytes
from safepassage.secure.vault import Vault
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store.register_links import StoredLink
from safepassage.store.register_records import StoredRecord
from safepassage.store.statement import chunks

MATCHING = "matching"  # the domain of the engine's keys
HOUSEHOLD = "household"


def household_number(vault: Vault, list_id: str, household: str) -> int:
    """A household of one list, blind."""
    return blind_number(vault.blind(HOUSEHOLD, f"{list_id}\n{household}"))


class StoredShelf:
    """What is registered, read through one connection and opened with one vault."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self.connection = connection
        self.vault = vault
        self._stored: dict[RecordId, StoredRecord] = {}
        self._numbers: dict[RecordId, int] = {}
        self._ids: dict[int, RecordId] = {}
        self._opened: dict[RecordId, Record] = {}

    def holders(self, keys: Collection[str], at_most: int) -> Mapping[str, Collection[RecordId]]:
        """Who holds each of these keys, as `register.shelf.Shelf` has it."""
        wanted = list(keys)
        numbers = blind_numbers(self.vault, MATCHING, wanted)
        held = stored.holders(self.connection, numbers, at_most + 1)
        ids = self.ids({record for records in held.values() for record in records})
        return {
            key: [ids[record] for record in held.get(number, ())]
            for key, number in zip(wanted, numbers, strict=True)
        }

    def records(self, ids: Collection[RecordId]) -> Mapping[RecordId, Record]:
        """The records of these ids, opened; shredded ones are left out."""
        missing = [i for i in ids if i not in self._opened]
        found = self.rows(missing)
        sealed = {row.number: row.sealed for row in found.values()}
        opened = open_all(self.connection, self.vault, "record", sealed)
        for record_id, row in found.items():
            if row.number in opened:
                content = opened[row.number]
                self._opened[record_id] = record_from_bytes(content, record_id, ListId(row.list))
        return {i: self._opened[i] for i in ids if i in self._opened}

    def links(self, ids: Collection[RecordId]) -> Mapping[Pair, Link]:
        """Every kept link that has one of these records on either side."""
        return self.named(linked.links_of(self.connection, self.numbers(ids).values()))

    def judgements(self, ids: Collection[RecordId]) -> Iterable[Judgement]:
        """Every judgement ever made about one of these records, withdrawn ones included."""
        return journal.judgements_about(self.connection, self.vault, ids)

    def every_judgement(self) -> Iterable[Judgement]:
        """Every judgement ever made, withdrawn ones included."""
        found = journal.decisions(self.connection, self.vault, journal.Kind.JUDGEMENT)
        return [journal.as_judgement(decision) for decision in found]

    def everything(self) -> Iterator[Record]:
        """Every record that is linked and not shredded, opened, oldest first."""
        waiting = {RecordId(row.id) for row in stored.waiting(self.connection)}
        return (r for r in all_records(self.connection, self.vault) if r.id not in waiting)

    def families_of(self, records: Iterable[Record]) -> list[Record]:
        """Everybody who came in one household of one list with one of these, opened."""
        households = {
            household_number(self.vault, record.list, record.household)
            for record in records
            if record.household
        }
        rows = stored.of_households(self.connection, households)
        return list(self.records([RecordId(row.id) for row in rows]).values())

    def every_link(self) -> Mapping[Pair, Link]:
        """Every kept link."""
        return self.named(linked.all_links(self.connection))

    def rows(self, ids: Iterable[RecordId]) -> dict[RecordId, StoredRecord]:
        """The rows of the store for these ids, nothing opened."""
        wanted = list(ids)
        missing = [i for i in wanted if i not in self._stored]
        for chunk in chunks(missing, stored.CHUNK):
            self._stored |= {RecordId(r.id): r for r in stored.by_ids(self.connection, chunk)}
        return {i: self._stored[i] for i in wanted if i in self._stored}

    def numbers(self, ids: Iterable[RecordId]) -> dict[RecordId, int]:
        """The numbers of records by their ids."""
        wanted = list(ids)
        missing = [i for i in wanted if i not in self._numbers]
        for record, number in stored.numbers_of(self.connection, missing).items():
            self._numbers[RecordId(record)] = number
        return {i: self._numbers[i] for i in wanted if i in self._numbers}

    def ids(self, numbers: Iterable[int]) -> dict[int, RecordId]:
        """The ids of records by their numbers."""
        wanted = list(numbers)
        missing = [n for n in wanted if n not in self._ids]
        for number, record in stored.ids_of(self.connection, missing).items():
            self._ids[number] = RecordId(record)
        return {n: self._ids[n] for n in wanted if n in self._ids}

    def named(self, links: Iterable[StoredLink]) -> dict[Pair, Link]:
        """Links of the store, by the ids of their records."""
        kept = list(links)
        ids = self.ids({n for link in kept for n in (link.left, link.right)})
        return {
            pair: Link(
                pair, link.weight, Band(link.band), tuple(link.held_back.split()), link.others
            )
            for link in kept
            for pair in (pair_of(ids[link.left], ids[link.right]),)
        }


def all_records(connection: Connection, vault: Vault) -> Iterator[Record]:
    """Every record that is not shredded, opened, oldest first."""
    batch: list[StoredRecord] = []
    for row in stored.all_records(connection):
        batch.append(row)
        if len(batch) == stored.CHUNK:
            yield from _opened(connection, vault, batch)
            batch = []
    yield from _opened(connection, vault, batch)


def _opened(connection: Connection, vault: Vault, rows: list[StoredRecord]) -> Iterator[Record]:
    opened = open_all(connection, vault, "record", {row.number: row.sealed for row in rows})
    for row in rows:
        if row.number in opened:
            yield record_from_bytes(opened[row.number], RecordId(row.id), ListId(row.list))


def stored_link(link: Link, numbers: Mapping[RecordId, int]) -> StoredLink:
    """A link as the store keeps it."""
    left, right = sorted(numbers[record] for record in link.pair)
    held = " ".join(link.held_back)
    return StoredLink(left, right, link.weight, str(link.band), held, link.others)
