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
from safepassage.register.match.cluster import Islands, components
from safepassage.register.match.compare import Bench
from safepassage.register.match.linking import Judged, Linked, link_rows
from safepassage.register.match.model import Model
from safepassage.register.match.weighing import Weights, promising, weigh_all

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """The links kept before the new rows came, between rows as they are counted now."""

    left: Longs
    right: Longs
    is_likely: Mask


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
    before = known.left[known.is_likely], known.right[known.is_likely]
    parted = _parted(ground, new, around, known, before)
    is_likely = own.weight >= model.thresholds.likely
    likely = own.left[is_likely], own.right[is_likely]
    seeds = around | ground.rows_of(parted)
    for side in likely:
        seeds[side] = True
    judgements = (judged.same, judged.not_same, judged.unsure)
    component = _components(ground.total, before, likely, *judgements)
    core = _with_components(seeds, component)
    inside = _inside(ground, core, component, around)
    linked = link_rows(bench, _together(own, inside), judged, model)
    return Extension(linked, core, ground, component, around, parted)


def _components(total: int, *edges: tuple[Longs, Longs]) -> Longs:
    left, right = (np.concatenate([edge[side] for edge in edges]) for side in (0, 1))
    return components(total, left, right)


def _with_components(seeds: Mask, label: Longs) -> Mask:
    """These rows with everybody who is connected with one of them."""
    reached = np.zeros(len(seeds), dtype=np.bool_)
    reached[label[seeds]] = True
    return reached[label]


def _parted(
    ground: _Ground, new: Mask, around: Mask, known: Known, before: tuple[Longs, Longs]
) -> Longs:
    """The pairs of households that only a key brought together which is too common by now.

    Where they share another key all stays as it was, and where no link and no component holds
    their rows together nothing was to be seen of it.
    """
    closed = ground.keys.closed_by(new)
    closed = closed.where(~around[closed.left] & ~around[closed.right])
    pairs = distinct(ground.households(closed.left, closed.right))
    island = Islands.of(_components(ground.total, before)).pairs()
    linked = ground.households(known.left, known.right), ground.households(*island)
    pairs = pairs[np.isin(pairs, np.concatenate(linked))]
    still = ground.candidates_between(pairs)
    still = still.where(promising(ground.bench, still, ground.model))
    return np.setdiff1d(pairs, ground.households(still.left, still.right))


def _inside(ground: _Ground, core: Mask, component: Longs, around: Mask) -> Weights:
    """The weights between rows of one component, as far as they are not of new households."""
    decided = np.where(core, component, np.arange(ground.total))
    pairs = distinct(ground.households(*Islands.of(decided).pairs()))
    found = ground.weigh(ground.candidates_between(pairs))
    keep = core[found.left] & core[found.right]
    return _where(found, keep & ~around[found.left] & ~around[found.right])


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
