"""The plainest engine there can be, so that what the registrar does with links is tested apart from
what a good engine finds.

Two records are one person if they share a document number, or a folded name and a whole birth date;
they are a question if they share the folded name alone.  Clusters are what the first kind and
"same" connect, taken apart again where somebody said "not the same".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair, Verdict, in_force, pair_of
from safepassage.register.linkage import Band, Evidence, Link, Linkage, Progress
from safepassage.register.record import Precision, Record
from safepassage.register.shelf import Change, Shelf
from safepassage.secure.vault import Vault

WORTH = {"name": 5.0, "born": 6.0, "document": 12.0, "prior": -6.0}


def keys_of(record: Record) -> frozenset[str]:
    return frozenset(
        {
            *(f"name {name.text.casefold()}" for name in record.names),
            *(f"document {document.number}" for document in record.documents),
        }
    )


def bars_of(left: Record, right: Record) -> tuple[Evidence, ...]:
    found = []
    if {n.text.casefold() for n in left.names} & {n.text.casefold() for n in right.names}:
        found.append("name")
    if {d.number for d in left.documents} & {d.number for d in right.documents}:
        found.append("document")
    both = left.born, right.born
    if all(born and born.precision is Precision.DAY for born in both) and (
        both[0].earliest == both[1].earliest  # type: ignore[union-attr]
    ):
        found.append("born")
    return tuple(Evidence(what, "same", WORTH[what]) for what in found)


def link_of(left: Record, right: Record) -> Link | None:
    bars = bars_of(left, right)
    weight = WORTH["prior"] + sum(bar.weight for bar in bars)
    if not bars or weight < -1.0:
        return None
    band = Band.AUTOMATIC if weight >= 5.0 else Band.ASK
    return Link(pair_of(left.id, right.id), weight, band)


def clusters_of(
    records: Iterable[RecordId], links: Iterable[Link], judgements: Iterable[Judgement]
) -> dict[RecordId, RecordId]:
    """Joined one pair after the other in a fixed order, never against a "not the same"."""
    said = in_force(judgements)
    apart = {pair for pair, j in said.items() if j.verdict is Verdict.NOT_SAME}
    wanted = {pair for pair, j in said.items() if j.verdict is Verdict.SAME}
    wanted |= {link.pair for link in links if link.band is Band.AUTOMATIC}
    cluster = {record: {record} for record in records}
    for left, right in sorted(wanted - apart):
        if left not in cluster or right not in cluster or cluster[left] is cluster[right]:
            continue
        joined = cluster[left] | cluster[right]
        if not any({*pair} <= joined for pair in apart):
            cluster |= dict.fromkeys(joined, joined)
    return {record: min(together) for record, together in cluster.items()}


class PlainMatching:
    """Implements `registrar.room.Matching`."""

    version = "plain-1"

    def keys(self, record: Record) -> frozenset[str]:
        return keys_of(record)

    def link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement] = (),
        progress: Progress | None = None,
    ) -> Linkage:
        everybody = sorted(records, key=lambda record: record.id)
        holders: dict[str, list[Record]] = defaultdict(list)
        for record in everybody:
            for key in keys_of(record):
                holders[key].append(record)
        links = {
            link.pair: link
            for held in holders.values()
            for at, left in enumerate(held)
            for right in held[at + 1 :]
            if (link := link_of(left, right))
        }
        ids = [record.id for record in everybody]
        cluster = clusters_of(ids, links.values(), judgements)
        return Linkage(self.version, links, cluster, cluster)

    def extend(
        self, shelf: Shelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        new = {record.id: record for record in records}
        links: dict[Pair, Link] = {}
        for record in records:
            held = shelf.holders(keys_of(record), 1_000)
            around = dict(shelf.records({i for ids in held.values() for i in ids}))
            around |= {i: r for i, r in new.items() if keys_of(r) & keys_of(record)}
            for other in around.values():
                if other.id != record.id and (link := link_of(record, other)):
                    links[link.pair] = link
        return self._around(shelf, set(new), links)

    def judged(self, shelf: Shelf, pairs: Collection[Pair]) -> Change:
        return self._around(shelf, {record for pair in pairs for record in pair}, {})

    def without(self, shelf: Shelf, gone: Collection[RecordId]) -> Change:
        links = shelf.links(gone)
        return Change(gone=frozenset(links))

    def keep(self, connection: Connection, vault: Vault) -> None:
        """Nothing is kept."""

    def compare(
        self, probes: Sequence[Record], records: Sequence[Record], most: int
    ) -> dict[RecordId, tuple[Evidence, ...]]:
        def best(record: Record) -> tuple[Evidence, ...]:
            return max((bars_of(p, record) for p in probes), key=lambda b: sum(e.weight for e in b))

        return {record.id: best(record) for record in records}

    def explain(self, left: Record, right: Record, shelf: Shelf) -> tuple[Evidence, ...]:
        return (*bars_of(left, right), Evidence("prior", "any-pair", WORTH["prior"]))

    def _around(self, shelf: Shelf, start: set[RecordId], new: dict[Pair, Link]) -> Change:
        """Everything that is connected with `start`, clustered anew."""
        reached, links, said = set(start), dict(new), {}
        edge = set(start)
        while edge:
            links |= shelf.links(edge)
            said |= {j.id: j for j in shelf.judgements(edge)}
            pairs = [*links, *(j.pair for j in said.values())]
            edge = {r for pair in pairs if reached & {*pair} for r in pair} - reached
            reached |= edge
        cluster = clusters_of(sorted(reached), links.values(), said.values())
        return Change(links=new, cluster_of=cluster, likely_of=cluster)
