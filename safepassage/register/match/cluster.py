"""From weighed pairs to clusters: who is one person, given that some pairs cannot be.

Connected components chain relatives together through one wrong link.  Here two clusters become
one only while the mean weight over *all* pairs between them speaks for it, the best first, and
never across a pair that somebody judged not the same.  It is worked out within one connected
component at a time, from nothing but its own pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.candidates import Longs
from safepassage.register.match.model import UNIT

JUDGED: Final = 1 << 40  # the weight of a human "same": no other evidence outweighs it
PAIR_MAX, PAIR_MIN = 10 * UNIT, -12 * UNIT  # what one pair can say for and against a merge
_CELLS_MAX: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Graph:
    """Pairs of rows with their weights, the smaller row to the left, each pair once."""

    left: Longs
    right: Longs
    weight: Longs


def components(total: int, left: Longs, right: Longs) -> Longs:
    """For each row the smallest row it is connected with."""
    label = np.arange(total, dtype=np.int64)
    while True:
        low = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, left, low)
        np.minimum.at(label, right, low)
        np.minimum.at(label, before[left], low)
        np.minimum.at(label, before[right], low)
        label = label[label]
        if (label == before).all():
            return label


@dataclass(frozen=True, slots=True)
class Islands:
    """The components of more than one row: their rows, one component behind the other."""

    rows: Longs
    starts: Longs
    sizes: Longs

    @classmethod
    def of(cls, label: Longs) -> Islands:
        """The components that a labelling makes."""
        rows = np.argsort(label, kind="stable").astype(np.int64)
        starts = np.flatnonzero(np.concatenate([[True], np.diff(label[rows]) != 0]))
        sizes = np.diff(np.append(starts, len(rows)))
        keep = sizes > 1
        inside = np.repeat(keep, sizes)
        sizes = sizes[keep]
        return cls(rows[inside], np.cumsum(sizes) - sizes, sizes)

    def pairs(self) -> tuple[Longs, Longs]:
        """All pairs of rows inside one component, the smaller row to the left."""
        left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for size in np.unique(self.sizes).tolist():
            block = self.starts[self.sizes == size]
            one, other = np.triu_indices(size, 1)
            left.append(self.rows[block[:, None] + one].ravel())
            right.append(self.rows[block[:, None] + other].ravel())
        return np.concatenate(left), np.concatenate(right)


def cluster(total: int, islands: Islands, graph: Graph, apart: Graph, least: int) -> Longs:
    """For each row the smallest row of its cluster.

    `graph` holds the weight of every pair inside an island; `apart` pairs that must not end
    together; `least` is the mean weight, in units, from which two clusters become one.
    """
    label = np.arange(total, dtype=np.int64)
    island_of, place_of = np.full(total, -1), np.full(total, -1)
    island_of[islands.rows] = np.repeat(np.arange(len(islands.sizes)), islands.sizes)
    place_of[islands.rows] = np.arange(len(islands.rows)) - np.repeat(islands.starts, islands.sizes)
    by_island = np.argsort(island_of[graph.left], kind="stable")
    pair_starts = np.searchsorted(island_of[graph.left][by_island], np.arange(len(islands.sizes)))
    pair_ends = np.append(pair_starts[1:], len(by_island))
    forbidden = island_of[apart.left] == island_of[apart.right]
    barred = apart.left[forbidden], apart.right[forbidden]
    barred_in = island_of[barred[0]]
    for size in np.unique(islands.sizes).tolist():
        same_size = np.flatnonzero(islands.sizes == size)
        for batch in np.array_split(same_size, 1 + len(same_size) * size * size // _CELLS_MAX):
            at = np.full(len(islands.sizes), -1)
            at[batch] = np.arange(len(batch))
            pairs = by_island[_ranges(pair_starts[batch], pair_ends[batch])]
            sums = np.zeros((len(batch), size, size), dtype=np.int64)
            _fill(sums, at[island_of[graph.left[pairs]]], place_of, graph, pairs)
            bars = np.zeros((len(batch), size, size), dtype=np.bool_)
            inside = np.flatnonzero(at[barred_in] >= 0) if len(barred_in) else barred_in
            which = at[barred_in[inside]]
            one, other = place_of[barred[0][inside]], place_of[barred[1][inside]]
            bars[which, one, other] = bars[which, other, one] = True
            rows = islands.rows[islands.starts[batch][:, None] + np.arange(size)]
            label[rows] = np.take_along_axis(rows, _agglomerate(sums, bars, least), axis=1)
    return label


def _ranges(starts: Longs, ends: Longs) -> Longs:
    counts = ends - starts
    offsets = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    found: Longs = np.arange(int(counts.sum())) + offsets
    return found


def _fill(sums: Longs, which: Longs, place_of: Longs, graph: Graph, pairs: Longs) -> None:
    one, other = place_of[graph.left[pairs]], place_of[graph.right[pairs]]
    said = graph.weight[pairs].astype(np.int64)
    weight = np.where(said >= JUDGED, JUDGED, np.clip(said, PAIR_MIN, PAIR_MAX))
    sums[which, one, other] = weight
    sums[which, other, one] = weight


def _agglomerate(sums: Longs, barred: NDArray[np.bool_], least: int) -> Longs:
    """Merge the two clusters whose pairs weigh most on average, as long as it is enough.

    Many components of one size at once. The answer is for each place the first of its cluster.
    Ties go to the smaller places, which hold the smaller ids.
    """
    many, size, _ = sums.shape
    answer: Longs = np.tile(np.arange(size), (many, 1))
    count: Longs = np.ones((many, size), dtype=np.int64)
    blocked = barred | np.tri(size, dtype=np.bool_)[None]
    active: Longs = np.arange(many)
    for _ in range(size - 1):
        pairs = count[:, :, None] * count[:, None, :]
        mean = np.where(blocked, -np.inf, sums / pairs).reshape(len(active), -1)
        best = mean.argmax(axis=1)
        go = np.take_along_axis(mean, best[:, None], axis=1)[:, 0] >= least
        if not go.any():
            break
        active, sums, count = active[go], sums[go], count[go]
        blocked, barred = blocked[go], barred[go]
        one, other = best[go] // size, best[go] % size
        k = np.arange(len(active))
        sums[k, one] += sums[k, other]
        sums[k, :, one] = sums[k, one]
        count[k, one] += count[k, other]
        barred[k, one] |= barred[k, other]
        barred[k, :, one] |= barred[k, one]
        blocked = blocked | barred
        blocked[k, other, :] = blocked[k, :, other] = True
        merged = answer[active]
        answer[active] = np.where(merged == other[:, None], one[:, None], merged)
    return answer
