"""Our own engine with its frozen model, as the registrar uses it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair
from safepassage.register.linkage import Evidence, Linkage, Progress
from safepassage.register.match.candidates import (
    KIND_AT,
    Candidates,
    KeyTable,
    candidates_of,
)
from safepassage.register.match.columns import ABSENT, Encoder, Said, columns_of, row_of
from safepassage.register.match.compare import compare
from safepassage.register.match.engine import OwnEngine, linkage_of
from safepassage.register.match.explain import explain
from safepassage.register.match.features import COMPARED, LEVELS, Feature
from safepassage.register.match.keys import keys, pairing_keys
from safepassage.register.match.linking import Judged, link_rows
from safepassage.register.match.model import UNIT, Model, bars
from safepassage.register.match.weighing import weigh_all
from safepassage.register.record import Record
from safepassage.register.shelf import Change
from safepassage.registrar import link_table
from safepassage.registrar.long_list import extended
from safepassage.registrar.neighbourhood import Neighbourhood, change_of
from safepassage.registrar.shelf import StoredShelf
from safepassage.secure.vault import Vault
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored

MANY = 50  # records of one list from which on all columns are taken at once
SHARE = 5_000  # ... or one for so many that are registered
IN_MEMORY_MAX = 250_000  # records whose columns stay in memory between two changes
KEPT_MIN = 2_000  # fewer records than this are opened as quickly as their columns are
KEPT_BEHIND = 50  # columns are written anew when one record in so many is missing in them
_PROBE = "probe-"
# A search knows no list and no family: what they would say is left out.
_LEFT_OUT = COMPARED.index(Feature.LIST)


class OwnMatching:
    """Implements `registrar.room.Matching`."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._table: link_table.LinkTable | None = None

    @property
    def version(self) -> str:
        """Of the model."""
        return self._model.version

    def keys(self, record: Record) -> Collection[str]:
        """By what a record is found."""
        return keys(record, self._model)

    def link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement] = (),
        progress: Progress | None = None,
    ) -> Linkage:
        """Link all records anew."""
        self._table = link_table.LinkTable()
        self._table.add(records, progress)
        return OwnEngine(self._model).link_read(self._table.read(), judgements, progress)

    def _link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement],
        table: OpenKeys,
        progress: Progress | None,
    ) -> Linkage:
        """Link some records, their keys counted in the whole register."""
        encoder, ids = Encoder(), list[RecordId]()
        for record in records:
            table.add(record, encoder.add(record))
            ids.append(record.id)
        columns = encoder.columns()
        if not ids:
            return Linkage(self.version, {}, {})
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        bench = self._model.bench(columns)
        candidates = candidates_of(table, order, self._model.caps)
        weights = weigh_all(bench, candidates, self._model, progress)
        judged = Judged.of({i: row for row, i in enumerate(columns.ids)}, judgements)
        return linkage_of(columns, link_rows(bench, weights, judged, self._model), self._model)

    def extend(
        self, shelf: StoredShelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        """What these new records change."""
        known = linked.member_count(shelf.connection)
        if len(records) >= max(MANY, known // SHARE):
            numbers = stored.linked_ids(shelf.connection)
            ids = {RecordId(i) for i in numbers.values()}
            self._table = self._columns(shelf, ids, {r.id for r in records}, progress)
            return extended(self._table, numbers, shelf, records, self._model, progress)
        new = {record.id: record for record in records}
        return self._around(Neighbourhood(self._model, shelf, new), (), progress)

    def _columns(
        self,
        shelf: StoredShelf,
        ids: set[RecordId],
        new: set[RecordId],
        progress: Progress | None,
    ) -> link_table.LinkTable:
        """Everybody who is linked as columns: those in memory, else those kept, else made now."""
        may_hold = ids | new
        found = self._table
        if found is None or not found.ids <= may_hold:
            found = link_table.load(shelf.connection, shelf.vault)
        if found is None or not found.ids <= may_hold:
            found = link_table.LinkTable()
        found.add(shelf.records(sorted(ids - found.ids)).values(), progress)
        return found

    def keep(self, connection: Connection, vault: Vault) -> None:
        """Keep the columns where they have grown much; forget them in memory if they are large."""
        table = self._table
        if table is None:
            return
        behind = len(table.ids) - table.kept
        if len(table.ids) >= KEPT_MIN and behind * KEPT_BEHIND > len(table.ids):
            table.save(connection, vault)
        if len(table.ids) > IN_MEMORY_MAX:
            self._table = None

    def judged(self, shelf: StoredShelf, pairs: Collection[Pair]) -> Change:
        """What changed when the judgements about these pairs did."""
        seeds = {record for pair in pairs for record in pair}
        return self._around(Neighbourhood(self._model, shelf), seeds)

    def without(self, shelf: StoredShelf, gone: Collection[RecordId]) -> Change:
        """What changes when these records are no more."""
        self._table = None
        around = Neighbourhood(self._model, shelf, gone=frozenset(gone))
        around_them = {i for pair in shelf.links(gone) for i in pair} - around.gone
        return self._around(around, around_them)

    def _around(
        self,
        around: Neighbourhood,
        seeds: Collection[RecordId],
        progress: Progress | None = None,
    ) -> Change:
        touched = around.touched()
        likely, asked = self._partners(around, touched)
        core = around.component_of(touched | likely | set(seeds))
        around.links |= around.shelf.links(around.gone)
        records = around.open(around.households_of(core | asked))
        table = OpenKeys(around.closed_keys(records.values()))
        linkage = self._link(records.values(), around.judgements.values(), table, progress)
        return change_of(linkage, around, core, touched)

    def _partners(
        self, around: Neighbourhood, touched: set[RecordId]
    ) -> tuple[set[RecordId], set[RecordId]]:
        """With whom the touched are linked now: likely, and at least so that somebody is asked."""
        if not touched:
            return set(), set()
        found = around.candidates_of(touched)
        records = around.open(around.households_of(touched | found))
        closed = around.closed_keys(around.open(touched).values())
        table, encoder, ids = OpenKeys(closed), Encoder(), list[RecordId]()
        for record in records.values():
            table.add(record, encoder.add(record))
            ids.append(record.id)
        columns = encoder.columns()
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        is_touched = np.array([i in touched for i in columns.ids])
        pairs = candidates_of(table, order, self._model.caps)
        own = is_touched[pairs.left] | is_touched[pairs.right]
        pairs = Candidates(pairs.left[own], pairs.right[own], pairs.kinds[own])
        weights = weigh_all(self._model.bench(columns), pairs, self._model)
        reached = is_touched[weights.left] | is_touched[weights.right]
        partners = []
        for least in (self._model.thresholds.likely, self._model.thresholds.ask):
            rows = np.flatnonzero(reached & (weights.weight >= least))
            both = np.union1d(weights.left[rows], weights.right[rows])
            partners.append({columns.ids[row] for row in both.tolist()})
        return partners[0], partners[1]

    def compare(
        self, probes: Sequence[Record], records: Sequence[Record], most: int
    ) -> dict[RecordId, tuple[Evidence, ...]]:
        """What speaks for each record being one of the probes, by what both say alone."""
        if not records:
            return {}
        asked = [replace(p, id=RecordId(f"{_PROBE}{n}")) for n, p in enumerate(probes)]
        columns = columns_of([*asked, *records])
        theirs = row_of(columns, [record.id for record in records])
        ours = row_of(columns, [probe.id for probe in asked])
        # Every probe beside every record, the probes one behind the other.
        bench = self._model.bench(columns)
        compared = compare(bench, np.repeat(ours, len(theirs)), np.tile(theirs, len(ours)))
        weighed = bars(compared, self._model.same)
        weighed[:, _LEFT_OUT] = 0
        total = weighed.sum(axis=1).reshape(len(ours), len(theirs))
        fits = total.argmax(axis=0) * len(theirs) + np.arange(len(theirs))
        best = np.argsort(-total.max(axis=0), kind="stable")[:most]
        return {
            records[n].id: _of_features(
                compared.levels[fits[n]].tolist(), weighed[fits[n]].tolist()
            )
            for n in best.tolist()
        }

    def explain(self, left: Record, right: Record, shelf: StoredShelf) -> tuple[Evidence, ...]:
        """The bars of a pair in the light of the two families around it; they add up."""
        families = shelf.families_of([left]), shelf.families_of([right])
        return tuple(explain(left, right, self._model, *families))


class OpenKeys(KeyTable):
    """The keys of some records without those that too many hold in the whole register."""

    __slots__ = ("_closed",)

    def __init__(self, closed: frozenset[str]) -> None:
        super().__init__()
        self._closed = closed

    def add(self, record: Record, said: Said) -> None:
        """Take in the open keys of the next record."""
        found = {
            self.number(key): KIND_AT[key[0]]
            for key in pairing_keys(record, said)
            if f"{key[0]}:{key[1]}" not in self._closed
        }
        self.hashes.extend(found)
        self.kinds.extend(found.values())
        self.counts.append(len(found))


def _of_features(levels: list[int], weights: list[int]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(str(feature), LEVELS[feature][level], weight / UNIT)
        for feature, level, weight in zip(COMPARED, levels, weights, strict=True)
        if level != ABSENT and feature is not Feature.LIST
    )
