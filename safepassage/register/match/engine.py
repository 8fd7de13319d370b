"""The register's own engine: the whole way from records to clusters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair
from safepassage.register.linkage import Band, Link, Linkage, Progress
from safepassage.register.match.bags import Words
from safepassage.register.match.bands import reasons
from safepassage.register.match.candidates import KeyTable, candidates_of
from safepassage.register.match.cluster import JUDGED
from safepassage.register.match.columns import ABSENT, Columns, Encoder
from safepassage.register.match.linking import Judged, Linked, link_rows
from safepassage.register.match.model import UNIT, Model, ModelError
from safepassage.register.match.train import CAPS, rarities, train, untrained
from safepassage.register.match.weighing import weigh_all
from safepassage.register.record import Record

JUDGED_WEIGHT: Final = 1000.0  # shown for a pair that a person called the same
QUESTIONS_MAX: Final = 0.03  # of the records


@dataclass(frozen=True, slots=True)
class Read:
    """Records taken in: as columns, and their keys in the order of arrival."""

    columns: Columns
    keys: KeyTable
    order: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    words: Words


def read(records: Iterable[Record], progress: Progress | None = None) -> Read:
    """Take records in, each once.

    Raises:
        ModelError: two records have one id.
    """
    encoder, keys, ids = Encoder(), KeyTable(), []
    for done, record in enumerate(records, start=1):
        keys.add(record, encoder.add(record))
        ids.append(record.id)
        if progress and done % 5_000 == 0:
            progress("records", done, None)
    columns = encoder.columns()
    if len(set(ids)) != len(ids):
        raise ModelError("two records have one id: give every record an id of its own")
    at = {record: row for row, record in enumerate(columns.ids)}
    order = np.empty(len(ids), dtype=np.int64)
    order[[at[i] for i in ids]] = np.arange(len(ids))
    return Read(columns, keys, order, Words(columns.words))


class OwnEngine:
    """Finds the same people by the register's own rules (`Engine`).

    Without a model it trains one on the records that it links; `model` then holds it, to be kept
    and used for everything that comes later.
    """

    def __init__(self, model: Model | None = None) -> None:
        self.model = model

    def link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement] = (),
        progress: Progress | None = None,
    ) -> Linkage:
        """Link all records anew; the same answer for any order of records and judgements."""
        return self.link_read(read(records, progress), judgements, progress)

    def link_read(
        self, taken: Read, judgements: Iterable[Judgement] = (), progress: Progress | None = None
    ) -> Linkage:
        """The same, for records that are taken in already."""
        columns = taken.columns
        if len(columns) < 2:
            alone = {i: i for i in columns.ids}
            return Linkage(self.model.version if self.model else "none", {}, alone, alone)
        caps = self.model.caps if self.model else CAPS
        candidates = candidates_of(taken.keys, taken.order, caps)
        words = taken.words
        del taken  # its keys weigh as much as all columns
        if self.model is None:
            rarity = rarities(columns)
            bench = untrained(rarity).bench(columns, words)
            self.model = train(rarity, bench, candidates)
        bench = self.model.bench(columns, words)
        weights = weigh_all(bench, candidates, self.model, progress)
        judged = Judged.of({i: row for row, i in enumerate(columns.ids)}, judgements)
        return linkage_of(columns, link_rows(bench, weights, judged, self.model), self.model)


def linkage_of(columns: Columns, linked: Linked, model: Model) -> Linkage:
    """Rows turned back into records."""
    ids = columns.ids
    return Linkage(
        model.version,
        Links(ids, linked),
        dict(zip(ids, (ids[row] for row in linked.cluster_of.tolist()), strict=True)),
        dict(zip(ids, (ids[row] for row in linked.likely_of.tolist()), strict=True)),
    )


class Links(Mapping[Pair, Link]):
    """Links kept as columns; a link is made when it is asked for. A million weigh little."""

    def __init__(self, ids: list[RecordId], linked: Linked) -> None:
        self._ids, self._linked = ids, linked
        self._row_of: dict[RecordId, int] | None = None
        self._code = linked.left * len(ids) + linked.right

    def __len__(self) -> int:
        return len(self._code)

    def __iter__(self) -> Iterator[Pair]:
        ids = self._ids
        for left, right in zip(
            self._linked.left.tolist(), self._linked.right.tolist(), strict=True
        ):
            yield ids[left], ids[right]

    def __getitem__(self, pair: Pair) -> Link:
        if self._row_of is None:
            self._row_of = {record: row for row, record in enumerate(self._ids)}
        left, right = (self._row_of[record] for record in pair)
        at = int(np.searchsorted(self._code, left * len(self._ids) + right))
        if at == len(self._code) or self._code[at] != left * len(self._ids) + right:
            raise KeyError(pair)
        linked = self._linked
        weight = int(linked.weight[at])
        band = Band.AUTOMATIC if linked.band[at] else Band.ASK
        held, others = reasons(int(linked.held[at])), int(linked.others[at])
        shown = JUDGED_WEIGHT if weight >= JUDGED else weight / UNIT
        return Link(pair, shown, band, held, None if others == ABSENT else others)


def questions(
    linkage: Linkage,
    judged: Collection[Pair] = (),
    share_max: float = QUESTIONS_MAX,
) -> list[Link]:
    """What to ask people, the most uncertain first: one pair for every two clusters.

    At most a share of the records is asked about. A pair is most uncertain where its weight is
    nearest to 0 bits; the registrar puts what matters most before that.
    """
    best: dict[tuple[RecordId, RecordId], Link] = {}
    of = linkage.cluster_of
    for pair, link in linkage.links.items():
        one, other = of[pair[0]], of[pair[1]]
        if link.band is not Band.ASK or one == other or pair in judged:
            continue
        key = (one, other) if one < other else (other, one)
        known = best.get(key)
        if known is None or (link.weight, pair) > (known.weight, known.pair):
            best[key] = link
    ordered = sorted(best.values(), key=lambda link: (abs(link.weight), link.pair))
    return ordered[: int(len(of) * share_max)]
