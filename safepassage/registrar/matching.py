"""Our own engine with its frozen model, as the registrar uses it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair, pair_of
from safepassage.register.linkage import Band, Evidence, Link, Linkage, Progress
from safepassage.register.match.bands import reasons
from safepassage.register.match.candidates import KIND_AT, KeyTable, candidates_of
from safepassage.register.match.columns import ABSENT, Names, columns_of, row_of
from safepassage.register.match.compare import compare
from safepassage.register.match.families import Families, weigh
from safepassage.register.match.features import COMPARED, COMPUTED, LEVELS, Feature
from safepassage.register.match.keys import keys, pairing_keys
from safepassage.register.match.linking import Judged, Linked, link_rows
from safepassage.register.match.model import UNIT, Model, bars
from safepassage.register.match.weighing import weigh_all
from safepassage.register.record import Record
from safepassage.register.shelf import Change
from safepassage.registrar.neighbourhood import Neighbourhood, change_of
from safepassage.registrar.shelf import StoredShelf
from safepassage.registrar.whole import change_to
from safepassage.store import register_links as linked

MANY = 1_000  # records of one list
SHARE = 4  # a list of a quarter of all that are known
_PROBE = "probe-"
# A search knows no list and no family: what they would say is left out.
_LEFT_OUT = COMPARED.index(Feature.LIST)


class OwnMatching:
    """Implements `registrar.room.Matching`."""

    def __init__(self, model: Model) -> None:
        self._model = model

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
        return self._link(records, judgements, KeyTable(), progress)

    def _link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement],
        table: KeyTable,
        progress: Progress | None = None,
    ) -> Linkage:
        ids: list[RecordId] = []

        def seen(record: Record, names: Names) -> None:
            ids.append(record.id)
            table.add(record, names)

        columns = columns_of(records, seen)
        if not ids:
            return Linkage(self.version, {}, {})
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        bench = self._model.bench(columns)
        candidates = candidates_of(table, order, self._model.caps)
        weights = weigh_all(bench, candidates, self._model, progress)
        row = {str(record): n for n, record in enumerate(columns.ids)}
        decided = link_rows(bench, weights, Judged.of(row, judgements), self._model)
        return _named(decided, columns.ids, self.version)

    def extend(
        self, shelf: StoredShelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        """What these new records change."""
        known = linked.member_count(shelf.connection)
        if len(records) >= MANY and len(records) * SHARE >= known:
            # So large a list touches nearly everybody: linking all of them costs less.
            return change_to(self, shelf, [*shelf.everything(), *records], progress)
        new = {record.id: record for record in records}
        return self._around(Neighbourhood(self._model, shelf, new), (), progress)

    def judged(self, shelf: StoredShelf, pairs: Collection[Pair]) -> Change:
        """What changed when the judgements about these pairs did."""
        seeds = {record for pair in pairs for record in pair}
        return self._around(Neighbourhood(self._model, shelf), seeds)

    def without(self, shelf: StoredShelf, gone: Collection[RecordId]) -> Change:
        """What changes when these records are no more."""
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
        start = touched | around.candidates_of(touched) | set(seeds)
        core = around.component_of(start)
        around.links |= around.shelf.links(around.gone)
        records = around.open(around.households_of(core))
        table = OpenKeys(around.closed_keys(records.values()))
        linkage = self._link(records.values(), around.judgements.values(), table, progress)
        return change_of(linkage, around, core, touched)

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
                compared.levels[fits[n]].tolist(), weighed[fits[n]].tolist(), has_list=False
            )
            for n in best.tolist()
        }

    def explain(self, left: Record, right: Record, shelf: StoredShelf) -> tuple[Evidence, ...]:
        """The bars of a pair in the light of the two families around it; they add up."""
        around = {record.id: record for record in shelf.families_of([left, right])}
        around |= {left.id: left, right.id: right}
        columns = columns_of(around.values())
        bench = self._model.bench(columns)
        one, other = np.sort(row_of(columns, pair_of(left.id, right.id)))
        families = Families.of(columns)
        pairs = families.expand(families.pairs(np.array([one]), np.array([other])))
        found = weigh(columns, pairs, compare(bench, pairs.left, pairs.right), self._model)
        (at,) = np.flatnonzero((found.left == one) & (found.right == other)).tolist()
        said = _of_features(
            found.compared.levels[at].tolist(), found.features[at].tolist(), has_list=True
        )
        computed = {
            Feature.HOUSEHOLD: int(found.household[at]),
            Feature.PARTNER: int(found.partner[at]),
            Feature.RELATIVE: -int(found.relative[at]),
            Feature.PRIOR: self._model.prior,
        }
        return (*said, *(_computed(f, weight) for f, weight in computed.items() if weight))


class OpenKeys(KeyTable):
    """The keys of some records without those that too many hold in the whole register."""

    __slots__ = ("_closed",)

    def __init__(self, closed: frozenset[str]) -> None:
        super().__init__()
        self._closed = closed

    def add(self, record: Record, names: Names) -> None:
        """Take in the open keys of the next record."""
        found = {
            hash(key): KIND_AT[key[0]]
            for key in pairing_keys(record, names)
            if f"{key[0]}:{key[1]}" not in self._closed
        }
        self.hashes.extend(found)
        self.kinds.extend(found.values())
        self.counts.append(len(found))


def _of_features(levels: list[int], weights: list[int], *, has_list: bool) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(str(feature), LEVELS[feature][level], weight / UNIT)
        for feature, level, weight in zip(COMPARED, levels, weights, strict=True)
        if level != ABSENT and (has_list or feature is not Feature.LIST)
    )


def _computed(feature: Feature, weight: int) -> Evidence:
    levels = COMPUTED[feature]
    return Evidence(str(feature), levels[0] if weight > 0 else levels[-1], weight / UNIT)


def _named(found: Linked, ids: list[RecordId], version: str) -> Linkage:
    """Rows as records."""
    columns = (found.left, found.right, found.weight, found.band, found.held)
    links: dict[Pair, Link] = {}
    for left, right, weight, may, held in zip(*(c.tolist() for c in columns), strict=True):
        pair = pair_of(ids[left], ids[right])
        band = Band.AUTOMATIC if may else Band.ASK
        links[pair] = Link(pair, weight / UNIT, band, reasons(held))
    return Linkage(
        version, links, _clusters(found.cluster_of, ids), _clusters(found.likely_of, ids)
    )


def _clusters(cluster_of: NDArray[np.int64], ids: list[RecordId]) -> dict[RecordId, RecordId]:
    return {ids[row]: ids[cluster] for row, cluster in enumerate(cluster_of.tolist())}
