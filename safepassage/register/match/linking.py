"""From weights and judgements to links, bands and clusters.

Twice the same clustering: once with everything that is likely, once with only what the rules of
`bands.py` let a machine do alone. Both are worked out inside the connected components of likely
links, so a change elsewhere does not reach them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.judgement import Judgement, Verdict, in_force
from safepassage.register.match.bands import (
    BIT,
    CLUSTER_MAX,
    CONTRADICTIONS,
    Flags,
    contradictions,
    shortcomings,
)
from safepassage.register.match.bridges import weak_bridges
from safepassage.register.match.candidates import Longs
from safepassage.register.match.cluster import JUDGED, Graph, Islands, cluster, components
from safepassage.register.match.columns import ABSENT, Bytes
from safepassage.register.match.compare import Bench, compare
from safepassage.register.match.model import UNIT, Model
from safepassage.register.match.weighing import Weights, without_families

COMPONENT_MAX: Final = 1_000  # rows


@dataclass(frozen=True, slots=True)
class Judged:
    """What people decided, as pairs of rows, the smaller to the left."""

    same: tuple[Longs, Longs]
    not_same: tuple[Longs, Longs]
    unsure: tuple[Longs, Longs]

    @classmethod
    def of(cls, ids: dict[str, int], judgements: Iterable[Judgement]) -> Judged:
        """The judgements in force about records that are here."""
        sides: dict[Verdict, list[tuple[int, int]]] = {v: [] for v in Verdict}
        for (one, other), judgement in sorted(in_force(judgements).items()):
            if one in ids and other in ids:
                a, b = ids[one], ids[other]
                sides[judgement.verdict].append((min(a, b), max(a, b)))
        return cls(*(_columns(sides[v]) for v in (Verdict.SAME, Verdict.NOT_SAME, Verdict.UNSURE)))


def _columns(pairs: list[tuple[int, int]]) -> tuple[Longs, Longs]:
    table = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


@dataclass(frozen=True, slots=True)
class Linked:
    """Rows with their clusters, and the links worth keeping."""

    left: Longs
    right: Longs
    weight: Longs
    band: NDArray[np.bool_]  # automatic; all others ask
    held: Flags
    others: Bytes  # how many other members of the two families are found in both; or ABSENT
    cluster_of: Longs  # what a machine may merge alone, and people did
    likely_of: Longs


def link_rows(
    bench: Bench, weights: Weights, judged: Judged, model: Model, label: Longs | None = None
) -> Linked:
    """Decide about all rows; `label` is what `connected` says of them, where that is known."""
    total = weights.total
    if label is None:
        links = Graph(weights.left, weights.right, weights.weight.astype(np.int64))
        label = connected(total, links, judged, model.thresholds.likely)
    islands = Islands.of(label)
    inside = _inside(bench, islands, weights, judged, model)
    graph = Graph(inside.left, inside.right, inside.weight)
    apart = Graph(*judged.not_same, np.zeros(len(judged.not_same[0]), dtype=np.int64))
    likely_of = cluster(total, islands, graph, apart, model.thresholds.likely_mean)
    cluster_of, held = _alone(inside, likely_of, apart, judged, model)
    return _kept(bench, weights, inside, held, (cluster_of, likely_of), judged, model)


def connected(total: int, links: Graph, judged: Judged, likely: int) -> Longs:
    """The component of each row by likely links that nobody called wrong.

    A component of thousands is a model that does not fit these records, not a person; in it
    alone weaker links are left out, step by step, until what is left can be weighed pair by pair.
    """
    barred = judged.not_same[0] * total + judged.not_same[1]
    kept = (links.weight >= likely) & ~np.isin(links.left * total + links.right, barred)
    left, right, weight = links.left[kept], links.right[kept], links.weight[kept]
    least = likely
    while True:
        ends = np.concatenate([left, judged.same[0]]), np.concatenate([right, judged.same[1]])
        label = components(total, *ends)
        too_large = np.bincount(label, minlength=total)[label[left]] > COMPONENT_MAX
        if not too_large.any():
            return label
        least += UNIT
        stays = ~too_large | (weight >= least)
        left, right, weight = left[stays], right[stays], weight[stays]


@dataclass(frozen=True, slots=True)
class Inside:
    """Every pair of rows of one component."""

    left: Longs
    right: Longs
    weight: Longs
    held: Flags


def _inside(
    bench: Bench, islands: Islands, weights: Weights, judged: Judged, model: Model
) -> Inside:
    left, right = islands.pairs()
    order = np.argsort(left * weights.total + right)
    left, right = left[order], right[order]
    is_known, at = weights.find(left, right)
    weight, others = np.zeros(len(left), dtype=np.int64), np.zeros(len(left), dtype=np.int8)
    weight[is_known], others[is_known] = weights.weight[at[is_known]], weights.others[at[is_known]]
    held = np.zeros(len(left), dtype=np.int32)
    for part in np.array_split(np.arange(len(left)), 1 + len(left) // 400_000):
        compared = compare(bench, left[part], right[part])
        held[part] = contradictions(bench.columns, left[part], right[part], compared)
        is_strong = weight[part] >= model.thresholds.automatic_among_kin
        held[part] |= shortcomings(compared, others[part], is_strong)
    # A pair that no family was compared for says little: what it contradicts counts, no more.
    alone = np.flatnonzero(~is_known)
    weight[alone] = np.minimum(without_families(bench, left[alone], right[alone], model), 0)
    code = left * weights.total + right
    unsure = np.isin(code, judged.unsure[0] * weights.total + judged.unsure[1])
    held[unsure] |= BIT["judged-unsure"]
    same = np.isin(code, judged.same[0] * weights.total + judged.same[1])
    weight[same], held[same] = JUDGED, 0
    return Inside(left, right, weight, held)


def _alone(
    inside: Inside, likely_of: Longs, apart: Graph, judged: Judged, model: Model
) -> tuple[Longs, Flags]:
    """Clusters that a machine may make alone: what it must not join stays apart."""
    total = len(likely_of)
    together = likely_of[inside.left] == likely_of[inside.right]
    held = inside.held.copy()
    # Whom people called the same are so whatever their rows say against each other.
    said = components(total, *judged.same)
    contradicted = together & ((held & CONTRADICTIONS) != 0)
    contradicted &= said[inside.left] != said[inside.right]
    free = together & (held == 0) & (inside.weight >= model.thresholds.automatic)
    barred = Graph(
        np.concatenate([apart.left, inside.left[contradicted]]),
        np.concatenate([apart.right, inside.right[contradicted]]),
        np.zeros(0, dtype=np.int64),
    )
    least = model.thresholds.automatic_mean
    while True:
        label = components(total, inside.left[free], inside.right[free])
        islands = Islands.of(label)
        graph = Graph(*_among(inside, islands, total))
        cluster_of = cluster(total, islands, graph, barred, least)
        doubtful = _doubtful(inside, free, cluster_of)
        if not doubtful.any():
            break
        held |= doubtful
        free &= doubtful == 0
    # Rows that only the mean of others brought together are not held by any link of their own.
    inner = free & (cluster_of[inside.left] == cluster_of[inside.right])
    return components(total, inside.left[inner], inside.right[inner]), held


def _doubtful(inside: Inside, free: NDArray[np.bool_], cluster_of: Longs) -> Flags:
    """Links by which a machine's cluster grows too large, or hangs together by one of them."""
    found = np.zeros(len(free), dtype=np.int32)
    sizes = np.bincount(cluster_of, minlength=len(cluster_of))
    open_ = free & (inside.weight < JUDGED)
    found[open_ & (sizes[cluster_of[inside.left]] > CLUSTER_MAX)] |= BIT["large-cluster"]
    inner = np.flatnonzero(free & (cluster_of[inside.left] == cluster_of[inside.right]))
    is_bridge = weak_bridges(cluster_of, inside.left[inner], inside.right[inner])
    found[inner[is_bridge & open_[inner]]] |= BIT["weak-bridge"]
    return found


def _among(inside: Inside, islands: Islands, total: int) -> tuple[Longs, Longs, Longs]:
    """The pairs of rows of one island."""
    island = np.full(total, -1, dtype=np.int64)
    island[islands.rows] = np.repeat(np.arange(len(islands.sizes)), islands.sizes)
    keep = (island[inside.left] == island[inside.right]) & (island[inside.left] >= 0)
    return inside.left[keep], inside.right[keep], inside.weight[keep]


def _kept(
    bench: Bench,
    weights: Weights,
    inside: Inside,
    held: Flags,
    clusters: tuple[Longs, Longs],
    judged: Judged,
    model: Model,
) -> Linked:
    """The links worth keeping: all that are likely or to be asked, judged ones included."""
    cluster_of, _ = clusters
    asked = np.flatnonzero(weights.weight >= model.thresholds.ask)
    code = np.unique(
        np.concatenate([weights.code[asked], judged.same[0] * weights.total + judged.same[1]])
    )
    left, right = code // weights.total, code % weights.total
    inside_code = inside.left * weights.total + inside.right
    at = np.minimum(np.searchsorted(inside_code, code), max(0, len(inside_code) - 1))
    known = inside_code[at] == code if len(inside_code) else np.zeros(len(code), dtype=np.bool_)
    weight, flags = np.zeros(len(code), dtype=np.int64), np.zeros(len(code), dtype=np.int32)
    weight[known], flags[known] = inside.weight[at[known]], held[at[known]]
    is_weighed, where = weights.find(left, right)
    # A judged pair counts by what was said of it; nobody looked at the families for that.
    is_weighed &= weight < JUDGED
    others = np.full(len(code), ABSENT, dtype=np.int8)
    others[is_weighed] = weights.others[where[is_weighed]]
    rest = np.flatnonzero(~known)
    where = where[rest]
    weight[rest] = weights.weight[where]
    compared = compare(bench, left[rest], right[rest])
    flags[rest] = contradictions(bench.columns, left[rest], right[rest], compared)
    is_strong = weight[rest] >= model.thresholds.automatic_among_kin
    flags[rest] |= shortcomings(compared, weights.others[where], is_strong)
    together = cluster_of[left] == cluster_of[right]
    would = (flags == 0) & (weight >= model.thresholds.automatic)
    flags[would & ~together] |= BIT["better-elsewhere"]
    not_same = np.isin(code, judged.not_same[0] * weights.total + judged.not_same[1])
    keep = ~not_same
    return Linked(
        left[keep],
        right[keep],
        weight[keep],
        (would & together)[keep],
        flags[keep],
        others[keep],
        *clusters,
    )
