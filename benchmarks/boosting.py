"""Small boosted trees that may only go one way: enough to weigh a few dozen features, no more.

Gradient boosting on the logistic loss with second-order steps (Friedman 2001; Chen and Guestrin
2016) over binned features.  A feature with a direction never moves the score against it: a split
must order its halves, and the halves' subtrees stay on their side of the middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]
LEAF = -1
LOG2_E = float(np.log2(np.e))


@dataclass(frozen=True, slots=True)
class Settings:
    """How trees are grown."""

    rounds: int = 120
    depth: int = 3
    rate: float = 0.1
    bins: int = 32
    least_weight: float = 5.0  # of the pairs on each side of a split, in units of the hessian
    shrinkage: float = 3.0
    rows_share: float = 0.7  # of the groups of rows each tree sees
    columns_share: float = 0.5
    seed: int = 0


@dataclass(slots=True)
class Grown:
    """A tree while it grows, node by node."""

    feature: list[int] = field(default_factory=list)
    at_most: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, value: float) -> int:
        """A new leaf; its place."""
        self.feature.append(LEAF)
        self.at_most.append(0.0)
        self.left.append(0)
        self.right.append(0)
        self.value.append(value)
        return len(self.feature) - 1

    def answers(self, numbers: Floats) -> Floats:
        """The value of the leaf in which each row ends."""
        feature, at_most = np.array(self.feature), np.array(self.at_most)
        left, right = np.array(self.left), np.array(self.right)
        rows, node = np.arange(len(numbers)), np.zeros(len(numbers), dtype=np.intp)
        while (asks := feature[node] != LEAF).any():
            goes_left = numbers[rows, np.maximum(feature[node], 0)] <= at_most[node]
            node = np.where(asks, np.where(goes_left, left[node], right[node]), node)
        found: Floats = np.array(self.value)[node]
        return found


@dataclass(frozen=True, slots=True)
class Split:
    """The best question at a node."""

    gain: float
    feature: int
    bin: int
    left: float
    right: float


@dataclass(slots=True)
class Forest:
    """Fitted trees and the prior, in natural log odds."""

    prior: float
    trees: list[Grown]

    def log_odds(self, numbers: Floats) -> Floats:
        """The score of each row."""
        total = np.full(len(numbers), self.prior)
        for tree in self.trees:
            total += tree.answers(numbers)
        return total

    def to_json(self, features: Sequence[str], version: str) -> dict[str, Any]:
        """The weights as `safepassage.register.names.combiner` reads them, in log2 odds."""
        return {
            "version": version,
            "features": list(features),
            "prior": round(self.prior * LOG2_E, 4),
            "trees": [
                {
                    "feature": t.feature,
                    "at_most": [round(x, 5) for x in t.at_most],
                    "left": t.left,
                    "right": t.right,
                    "value": [round(x * LOG2_E, 4) for x in t.value],
                }
                for t in self.trees
            ],
        }


class Grower:
    """Grows trees over binned features, one after the other."""

    def __init__(self, numbers: Floats, directions: Sequence[int], settings: Settings) -> None:
        self.settings = settings
        self.directions = directions
        quantiles = np.linspace(0, 1, settings.bins + 1)[1:-1]
        self.edges = [np.unique(np.quantile(column, quantiles)) for column in numbers.T]
        self.binned = np.stack(
            [np.searchsorted(e, c) for e, c in zip(self.edges, numbers.T, strict=True)], axis=1
        )
        self.gradient: Floats = np.zeros(0)
        self.hessian: Floats = np.zeros(0)

    def grow(self, rows: Indices, columns: Sequence[int]) -> Grown:
        """One tree for the current gradients."""
        tree = Grown()
        self._node(tree, rows, columns, self.settings.depth, (-np.inf, np.inf))
        tree.value = [v * self.settings.rate for v in tree.value]
        return tree

    def _node(
        self,
        tree: Grown,
        rows: Indices,
        columns: Sequence[int],
        depth: int,
        bounds: tuple[float, float],
    ) -> int:
        gradient, hessian = self.gradient[rows].sum(), self.hessian[rows].sum()
        value = float(np.clip(-gradient / (hessian + self.settings.shrinkage), *bounds))
        node = tree.add(value)
        split = self._best(rows, columns) if depth else None
        if split is None:
            return node
        low, high = bounds
        middle = float(np.clip((split.left + split.right) / 2, low, high))
        direction = self.directions[split.feature]
        left_bounds = (low, middle) if direction > 0 else (middle, high) if direction else bounds
        right_bounds = (middle, high) if direction > 0 else (low, middle) if direction else bounds
        goes_left = self.binned[rows, split.feature] <= split.bin
        tree.feature[node] = split.feature
        tree.at_most[node] = float(self.edges[split.feature][split.bin])
        tree.left[node] = self._node(tree, rows[goes_left], columns, depth - 1, left_bounds)
        tree.right[node] = self._node(tree, rows[~goes_left], columns, depth - 1, right_bounds)
        return node

    def _best(self, rows: Indices, columns: Sequence[int]) -> Split | None:
        found = [s for column in columns if (s := self._split(rows, column)) is not None]
        return max(found, key=lambda s: s.gain, default=None)

    def _split(self, rows: Indices, column: int) -> Split | None:
        """The best question about one feature, None if none is allowed or helps."""
        count = len(self.edges[column]) + 1
        bins = self.binned[rows, column]
        left_g = np.bincount(bins, self.gradient[rows], count).cumsum()[:-1]
        left_h = np.bincount(bins, self.hessian[rows], count).cumsum()[:-1]
        if not len(left_g):
            return None
        all_g, all_h = self.gradient[rows].sum(), self.hessian[rows].sum()
        right_g, right_h = all_g - left_g, all_h - left_h
        shrink, least = self.settings.shrinkage, self.settings.least_weight
        left, right = -left_g / (left_h + shrink), -right_g / (right_h + shrink)
        allowed = (left_h > least) & (right_h > least)
        if direction := self.directions[column]:
            allowed &= direction * (right - left) >= 0
        gain = left_g**2 / (left_h + shrink) + right_g**2 / (right_h + shrink)
        gain = np.where(allowed, gain - all_g**2 / (all_h + shrink), -np.inf)
        best = int(gain.argmax())
        if gain[best] <= 0:
            return None
        return Split(float(gain[best]), column, best, float(left[best]), float(right[best]))


def fit(
    numbers: Floats,
    labels: Floats,
    weights: Floats,
    groups: Indices,
    directions: Sequence[int],
    settings: Settings | None = None,
) -> Forest:
    """Fit trees to labelled rows; rows of one group are drawn together or not at all."""
    chosen = settings or Settings()
    stream = np.random.default_rng(chosen.seed)
    share = float(np.average(labels, weights=weights))
    forest = Forest(float(np.log(share / (1 - share))), [])
    grower = Grower(numbers, directions, chosen)
    scores = np.full(len(numbers), forest.prior)
    for _ in range(chosen.rounds):
        probable = 1 / (1 + np.exp(-scores))
        grower.gradient = weights * (probable - labels)
        grower.hessian = weights * probable * (1 - probable)
        drawn = stream.random(groups.max() + 1) < chosen.rows_share
        of_columns = stream.random(numbers.shape[1]) < chosen.columns_share
        columns = [int(c) for c in np.flatnonzero(of_columns)] or [0]
        tree = grower.grow(np.flatnonzero(drawn[groups]), columns)
        scores += tree.answers(numbers)
        forest.trees.append(tree)
    return forest
