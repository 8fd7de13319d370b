"""From what two names say (`evidence.py`) to one score: small trees with plain numbers as weights.

`weights.json` holds a few dozen numbers a tree and no name.  The trees were fitted to labelled
pairs by `python -m benchmarks.names_fit`; each may only move the score in the direction that its
feature states, so more agreement never lowers a score.  A score is the sum of what the features
contribute, in log2 odds, as the register's other weights are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from safepassage.model.errors import SafePassageError
from safepassage.register.names.evidence import FEATURES

Floats: TypeAlias = NDArray[np.float64]
_LEAF = -1


class NameWeightsError(SafePassageError, ValueError):
    """The weights do not belong to the features that this version computes."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Questions about features; node 0 first, a leaf asks about no feature (-1).

    `values` holds the log2 odds at every node, inner ones included: the step from a node to the
    next is what the feature asked there contributes.
    """

    features: tuple[int, ...]
    thresholds: tuple[float, ...]  # at most so much: to the left
    left: tuple[int, ...]
    right: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that was fitted."""

    version: str
    prior: float  # log2 odds before anything is known
    trees: tuple[Tree, ...]


@cache
def weights() -> Weights:
    """The weights that came with this version.

    Raises:
        NameWeightsError: they were fitted to other features.
    """
    source = resources.files("safepassage.register.names") / "weights.json"
    return read_weights(source.read_text(encoding="utf-8"))


def read_weights(text: str) -> Weights:
    """Weights from JSON.

    Raises:
        NameWeightsError: they were fitted to other features.
    """
    written = json.loads(text)
    if written["features"] != [f.name for f in FEATURES]:
        raise NameWeightsError(
            "the weights of the name comparison were fitted to other features: fit them anew with"
            " `python -m benchmarks.names_fit`"
        )
    trees = tuple(
        Tree(
            *(
                tuple(part)
                for part in (t["feature"], t["at_most"], t["left"], t["right"], t["value"])
            )
        )
        for t in written["trees"]
    )
    return Weights(written["version"], written["prior"], trees)


def contributions(numbers: Sequence[float], fitted: Weights) -> dict[str, float]:
    """What each feature adds to the log2 odds; with the prior they add up to the whole.

    Along a tree's path each question is credited with the step that its answer makes (Saabas 2014),
    and what the root of a tree holds is part of the prior.
    """
    found = {"prior": fitted.prior + sum(tree.values[0] for tree in fitted.trees)}
    for tree in fitted.trees:
        node = 0
        while (feature := tree.features[node]) != _LEAF:
            goes_left = numbers[feature] <= tree.thresholds[node]
            following = tree.left[node] if goes_left else tree.right[node]
            name = FEATURES[feature].name
            found[name] = found.get(name, 0.0) + tree.values[following] - tree.values[node]
            node = following
    return found


def log2_odds(numbers: Sequence[float], fitted: Weights) -> float:
    """The score of one pair in log2 odds."""
    total = fitted.prior
    for tree in fitted.trees:
        node = 0
        while (feature := tree.features[node]) != _LEAF:
            at_most = numbers[feature] <= tree.thresholds[node]
            node = tree.left[node] if at_most else tree.right[node]
        total += tree.values[node]
    return total


def log2_odds_of_many(numbers: Floats, fitted: Weights) -> Floats:
    """The scores of many pairs, one a row, in log2 odds."""
    total = np.full(len(numbers), fitted.prior)
    rows = np.arange(len(numbers))
    for tree in fitted.trees:
        features, thresholds = np.array(tree.features), np.array(tree.thresholds)
        left, right = np.array(tree.left), np.array(tree.right)
        node = np.zeros(len(numbers), dtype=np.intp)
        while (asks := features[node] != _LEAF).any():
            at_most = numbers[rows, np.maximum(features[node], 0)] <= thresholds[node]
            node = np.where(asks, np.where(at_most, left[node], right[node]), node)
        total += np.array(tree.values)[node]
    return total
