"""What new rows change, found by weighing only what they touch; the answer is that of a rebuild.

What a pair weighs follows from the two rows, their list households, and whether the households are
compared at all: whether two members share a key that is not held by too many and speak for one
family.  So new rows change

    the pairs of their own households' rows with everybody,
    the pairs of households that were compared because of a key which is too common by now.

Who is one person is decided inside connected components of likely links, so the components of all
of these are decided anew, and every pair of households in them is weighed again.  Everything else
stays as it is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safepassage.register.linkage import Progress
from safepassage.register.match.candidates import Candidates, HeldKeys, Longs, distinct
from safepassage.register.match.cluster import Graph, Islands, components
from safepassage.register.match.columns import ABSENT, Bytes
from safepassage.register.match.compare import Bench
from safepassage.register.match.linking import Judged, Linked, connected, link_rows
from safepassage.register.match.model import Model
from safepassage.register.match.weighing import Weights, promising, weigh_all

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """The links kept before the new rows came, between rows as they are counted now."""

    left: Longs
    right: Longs
    weight: Longs  # in units
    others: Bytes  # as `Linked` has them

    def where(self, keep: Mask) -> Known:
        """Some of the links."""
        return Known(self.left[keep], self.right[keep], self.weight[keep], self.others[keep])


@dataclass(frozen=True, slots=True)
class Extension:
    """What is different: the links among all pairs that are told of, and the clusters of `core`."""

    linked: Linked
    core: Mask  # rows whose clusters were decided anew
    _ground: _Ground
    _component: Longs  # of each row, by its smallest row
    _around: Mask  # rows of the households that got new rows
    _parted: Longs  # pairs of households that are no longer compared

    def tells(self, left: Longs, right: Longs) -> Mask:
        """Of which pairs everything is known now."""
        decided = self.core[left] & (self._component[left] == self._component[right])
        parted = np.isin(self._ground.households(left, right), self._parted)
        told: Mask = decided | parted | self._around[left] | self._around[right]
        return told


@dataclass(frozen=True, slots=True)
class _Ground:
    bench: Bench
    keys: HeldKeys
    model: Model
    progress: Progress | None
    household_of: Longs

    @property
    def total(self) -> int:
        return len(self.household_of)

    def weigh(self, candidates: Candidates) -> Weights:
        return weigh_all(self.bench, candidates, self.model, self.progress)

    def households(self, left: Longs, right: Longs) -> Longs:
        """The pair of households of each pair of rows, as one number."""
        one, other = self.household_of[left], self.household_of[right]
        pairs: Longs = np.minimum(one, other) * self.total + np.maximum(one, other)
        return pairs

    def rows_of(self, pairs: Longs) -> Mask:
        """The rows of these pairs of households."""
        members = np.zeros(self.total, dtype=np.bool_)
        members[pairs // self.total] = members[pairs % self.total] = True
        rows: Mask = members[self.household_of]
        return rows

    def candidates_between(self, pairs: Longs) -> Candidates:
        """The candidates between the rows of these pairs of households."""
        found = self.keys.candidates_among(self.rows_of(pairs))
        return found.where(np.isin(self.households(found.left, found.right), pairs))


def extend(
    bench: Bench,
    keys: HeldKeys,
    new: Mask,
    around: Mask,
    known: Known,
    judged: Judged,
    model: Model,
    progress: Progress | None = None,
) -> Extension:
    """Decide about new rows and everybody whom they touch.

    Args:
        bench: all rows, the new ones among them.
        keys: who holds which key, the new rows included.
        new: the new rows.
        around: the rows of every household with a new row, the new rows included.
        known: the links before.
        judged: all judgements, as pairs of rows.
        model: the frozen model.
        progress: told how far it is.
    """
    household_of = bench.columns.household_of.astype(np.int64)
    ground = _Ground(bench, keys, model, progress, household_of)
    own = ground.weigh(keys.candidates_with(around))
    own = _where(own, around[own.left] | around[own.right])
    likely = model.thresholds.likely
    before = _likely(known.left, known.right, known.weight, likely)
    parted = _parted(ground, new, around, known, judged)
    coming = _likely(own.left, own.right, own.weight, likely)
    seeds = around | ground.rows_of(parted)
    for side in coming:
        seeds[side] = True
    judgements = (judged.same, judged.not_same, judged.unsure)
    component = _components(ground.total, before, coming, *judgements)
    core = _with_components(seeds, component)
    label = _labelled(ground, known, own, parted, around, judged)
    decided = np.where(core, label, np.arange(ground.total))
    told = core[known.left] & (component[known.left] == component[known.right])
    told &= _untouched(ground, known, parted, around)
    inside = _inside(ground, decided, known.where(told), around)
    linked = link_rows(bench, _together(own, inside), judged, model, decided)
    return Extension(linked, core, ground, component, around, parted)


def _likely(
    left: Longs, right: Longs, weight: Longs | NDArray[np.int16], least: int
) -> tuple[Longs, Longs]:
    kept = weight >= least
    return left[kept], right[kept]


def _labelled(
    ground: _Ground, known: Known, own: Weights, parted: Longs, around: Mask, judged: Judged
) -> Longs:
    """The component of each row now, as linking everything anew would find it."""
    stays = _untouched(ground, known, parted, around)
    links = Graph(
        np.concatenate([known.left[stays], own.left]),
        np.concatenate([known.right[stays], own.right]),
        np.concatenate([known.weight[stays], own.weight]),
    )
    return connected(ground.total, links, judged, ground.model.thresholds.likely)


def _components(total: int, *edges: tuple[Longs, Longs]) -> Longs:
    left, right = (np.concatenate([edge[side] for edge in edges]) for side in (0, 1))
    return components(total, left, right)


def _with_components(seeds: Mask, label: Longs) -> Mask:
    """These rows with everybody who is connected with one of them."""
    reached = np.zeros(len(seeds), dtype=np.bool_)
    reached[label[seeds]] = True
    return reached[label]


def _untouched(ground: _Ground, known: Known, parted: Longs, around: Mask) -> Mask:
    """The links that weigh what they weighed."""
    stays: Mask = ~around[known.left] & ~around[known.right]
    stays &= ~np.isin(ground.households(known.left, known.right), parted)
    return stays


def _parted(ground: _Ground, new: Mask, around: Mask, known: Known, judged: Judged) -> Longs:
    """The pairs of households that only a key brought together which is too common by now.

    Where they share another key all stays as it was, and where no link and no component holds
    their rows together nothing was to be seen of it.
    """
    closed = ground.keys.closed_by(new)
    closed = closed.where(~around[closed.left] & ~around[closed.right])
    pairs = distinct(ground.households(closed.left, closed.right))
    links = Graph(known.left, known.right, known.weight)
    before = connected(ground.total, links, judged, ground.model.thresholds.likely)
    island = Islands.of(before).pairs()
    linked = ground.households(known.left, known.right), ground.households(*island)
    pairs = pairs[np.isin(pairs, np.concatenate(linked))]
    still = ground.candidates_between(pairs)
    still = still.where(promising(ground.bench, still, ground.model))
    return np.setdiff1d(pairs, ground.households(still.left, still.right))


def _inside(ground: _Ground, decided: Longs, links: Known, around: Mask) -> Weights:
    """The weights of these links, and between all rows of one component; without new households.

    What a link weighs is known.  Between two rows of a component that are not linked there is a
    weight, too small to be kept, or none: only their households are weighed again.
    """
    left, right = Islands.of(decided).pairs()
    is_open = ~around[left] & ~around[right]
    left, right = left[is_open], right[is_open]
    counted = links.where(links.others != ABSENT)
    known = counted.left * ground.total + counted.right
    missing = ~np.isin(left * ground.total + right, known)
    lost = links.where(links.others == ABSENT)
    pairs = distinct(
        np.concatenate(
            [
                ground.households(left[missing], right[missing]),
                ground.households(lost.left, lost.right),
            ]
        )
    )
    found = ground.weigh(ground.candidates_between(pairs))
    again = np.isin(ground.households(counted.left, counted.right), pairs)
    kept = counted.where(~again)
    same = Weights(
        kept.left * ground.total + kept.right,
        kept.weight.astype(np.int16),
        kept.others,
        ground.total,
    )
    return _together(same, _where(found, ~around[found.left] & ~around[found.right]))


def _where(weights: Weights, keep: Mask) -> Weights:
    return Weights(weights.code[keep], weights.weight[keep], weights.others[keep], weights.total)


def _together(one: Weights, other: Weights) -> Weights:
    code = np.concatenate([one.code, other.code])
    order = np.argsort(code, kind="stable")
    return Weights(
        code[order],
        np.concatenate([one.weight, other.weight])[order],
        np.concatenate([one.others, other.others])[order],
        one.total,
    )
