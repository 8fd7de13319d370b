"""Judged pairs as the model sees them: what recalibration learns from.

Everything is linked once more without any judgement, so that what is learned does not depend on
which answers came first.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from safepassage.register.match.bands import BIT
from safepassage.register.match.candidates import Longs
from safepassage.register.match.cluster import PAIR_MAX, PAIR_MIN
from safepassage.register.match.compare import Bench
from safepassage.register.match.linking import Judged, Linked, link_rows
from safepassage.register.match.model import Model
from safepassage.register.match.recalibrate import Reviewed
from safepassage.register.match.weighing import Weights, without_families

_NONE: Final = (np.zeros(0, np.int64), np.zeros(0, np.int64))
UNJUDGED: Final = Judged(_NONE, _NONE, _NONE)
_AT_A_TIME: Final = 2_000  # judged pairs


def reviewed_pairs(
    bench: Bench, weights: Weights, judged: Judged, model: Model
) -> tuple[Reviewed, ...]:
    """The pairs judged the same or not, of those that the queue could have asked about.

    What nobody could tell teaches nothing. A pair too light to be asked about was looked up by
    somebody who knew more than the records say: it is left out, too.
    """
    linked = link_rows(bench, weights, UNJUDGED, model)
    found: list[Reviewed] = []
    for sides, is_same in ((judged.same, True), (judged.not_same, False)):
        for part in np.array_split(np.arange(len(sides[0])), 1 + len(sides[0]) // _AT_A_TIME):
            left, right = sides[0][part], sides[1][part]
            found += _seen(bench, weights, model, linked, (left, right), is_same=is_same)
    return tuple(found)


def _seen(
    bench: Bench,
    weights: Weights,
    model: Model,
    linked: Linked,
    pairs: tuple[Longs, Longs],
    *,
    is_same: bool,
) -> list[Reviewed]:
    code = linked.left * weights.total + linked.right
    wanted = pairs[0] * weights.total + pairs[1]
    is_asked = np.isin(wanted, code)
    left, right = pairs[0][is_asked], pairs[1][is_asked]
    if not len(left):
        return []
    at = np.searchsorted(code, wanted[is_asked])
    free = (linked.held[at] | BIT["better-elsewhere"]) == BIT["better-elsewhere"]
    merged = linked.cluster_of[left] == linked.cluster_of[right]
    mean = np.zeros(len(left), dtype=np.int64)
    apart = left[~merged], right[~merged]
    mean[~merged] = means_between(bench, weights, model, linked.cluster_of, *apart)
    rows = zip(
        linked.weight[at].tolist(), mean.tolist(), free.tolist(), merged.tolist(), strict=True
    )
    return [Reviewed(*row, is_same) for row in rows]


def means_between(
    bench: Bench, weights: Weights, model: Model, cluster_of: Longs, left: Longs, right: Longs
) -> Longs:
    """For each pair of rows the mean weight of all pairs between their two clusters, in units, by
    which `cluster` decides about them."""
    if not len(left):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(cluster_of, kind="stable")
    starts = np.searchsorted(cluster_of[order], np.arange(len(cluster_of) + 1))
    ones, others, of = [], [], []
    both = zip(cluster_of[left].tolist(), cluster_of[right].tolist(), strict=True)
    for number, (one, other) in enumerate(both):
        a, b = (order[starts[c] : starts[c + 1]] for c in (one, other))
        ones.append(np.repeat(a, len(b)))
        others.append(np.tile(b, len(a)))
        of.append(np.full(len(a) * len(b), number))
    a, b, pair = (np.concatenate(column) for column in (ones, others, of))
    low, high = np.minimum(a, b), np.maximum(a, b)
    is_known, at = weights.find(low, high)
    weight = np.zeros(len(pair), dtype=np.int64)
    weight[is_known] = weights.weight[at[is_known]]
    alone = np.flatnonzero(~is_known)
    weight[alone] = np.minimum(without_families(bench, low[alone], high[alone], model), 0)
    sums = np.bincount(pair, weights=np.clip(weight, PAIR_MIN, PAIR_MAX))
    return np.round(sums / np.bincount(pair)).astype(np.int64)
