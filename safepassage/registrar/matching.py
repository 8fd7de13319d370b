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
from safepassage.register.match.candidates import KeyTable, candidates_of
from safepassage.register.match.columns import ABSENT, Names, columns_of, row_of
from safepassage.register.match.compare import compare
from safepassage.register.match.families import Families, weigh
from safepassage.register.match.features import COMPARED, COMPUTED, LEVELS, Feature
from safepassage.register.match.keys import keys
from safepassage.register.match.linking import Judged, Linked, link_rows
from safepassage.register.match.model import UNIT, Model, bars
from safepassage.register.match.weighing import weigh_all
from safepassage.register.record import Record
from safepassage.register.shelf import Change
from safepassage.registrar.shelf import StoredShelf
from safepassage.registrar.whole import change_to

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
        table, ids = KeyTable(), list[RecordId]()

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
        linked = link_rows(bench, weights, Judged.of(row, judgements), self._model)
        return _named(linked, columns.ids, self.version)

    def extend(
        self, shelf: StoredShelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        """What these new records change."""
        return change_to(self, shelf, [*shelf.everything(), *records], progress)

    def judged(self, shelf: StoredShelf, pairs: Collection[Pair]) -> Change:
        """What changed when the judgements about these pairs did."""
        return change_to(self, shelf, list(shelf.everything()))

    def without(self, shelf: StoredShelf, gone: Collection[RecordId]) -> Change:
        """What changes when these records are no more."""
        return change_to(self, shelf, [r for r in shelf.everything() if r.id not in gone])

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


def _of_features(levels: list[int], weights: list[int], *, has_list: bool) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(str(feature), LEVELS[feature][level], weight / UNIT)
        for feature, level, weight in zip(COMPARED, levels, weights, strict=True)
        if level != ABSENT and (has_list or feature is not Feature.LIST)
    )


def _computed(feature: Feature, weight: int) -> Evidence:
    levels = COMPUTED[feature]
    return Evidence(str(feature), levels[0] if weight > 0 else levels[-1], weight / UNIT)


def _named(linked: Linked, ids: list[RecordId], version: str) -> Linkage:
    """Rows as records."""
    columns = (linked.left, linked.right, linked.weight, linked.band, linked.held)
    links: dict[Pair, Link] = {}
    for left, right, weight, may, held in zip(*(c.tolist() for c in columns), strict=True):
        pair = pair_of(ids[left], ids[right])
        band = Band.AUTOMATIC if may else Band.ASK
        links[pair] = Link(pair, weight / UNIT, band, reasons(held))
    return Linkage(
        version, links, _clusters(linked.cluster_of, ids), _clusters(linked.likely_of, ids)
    )


def _clusters(cluster_of: NDArray[np.int64], ids: list[RecordId]) -> dict[RecordId, RecordId]:
    return {ids[row]: ids[cluster] for row, cluster in enumerate(cluster_of.tolist())}
