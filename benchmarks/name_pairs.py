"""Labelled pairs of names: read, turned into features, cut into folds by person.

The pairs lie in the folder of reference data and stay there: strings of real people, for measuring
only.  What leaves this module is numbers.
"""

from __future__ import annotations

import csv
import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.boosting import Floats, Forest, Indices, Settings, fit
from safepassage.register.names.alternatives import alternatives
from safepassage.register.names.evidence import FEATURES, evidence

Mask: TypeAlias = NDArray[np.bool_]
FOLDS = 5
DIRECTIONS = [f.direction for f in FEATURES]
# The large groups count less, so that none of them decides alone; the share of positives is fixed.
GROUP_WEIGHTS = {"cross_cyrillic": 0.5, "other_latin": 0.5, "other_cross": 0.1}
GROUP_SIZE = 2_500.0
SHARE_OF_POSITIVES = 0.3
NO_LETTERS = -20.0  # log odds of a pair in which a name has no letters


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labelled pairs."""

    texts: list[tuple[str, str]]
    labels: Floats
    groups: list[str]
    is_scored: Mask  # in the sample whose ratio of negatives is fixed
    persons: list[tuple[str, str]]  # opaque numbers of the two persons listed


@dataclass(frozen=True, slots=True)
class Numbers:
    """The features of every reading of every pair: one cell may hold several names."""

    values: Floats
    pair: Indices


def reference_folder() -> Path:
    """The folder of reference data: beside the checkout unless the environment says."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("SAFEPASSAGE_REFERENCE", beside))


def pairs_file() -> Path:
    """Where the labelled pairs lie."""
    return reference_folder() / "identity" / "alias_pairs_dev.csv.gz"


def lacking() -> str:
    """What is missing; empty if nothing is."""
    if pairs_file().is_file():
        return ""
    return (
        "there are no labelled name pairs: set SAFEPASSAGE_REFERENCE to the folder of reference"
        " data that holds identity/alias_pairs_dev.csv.gz"
    )


def read_pairs(path: Path) -> Pairs:
    """All labelled pairs of a file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Pairs(
        texts=[(r["a"], r["b"]) for r in rows],
        labels=np.array([float(r["label"]) for r in rows]),
        groups=[r["group"] for r in rows],
        is_scored=np.array([r["bench"] == "1" for r in rows]),
        persons=[(r["ea"], r["eb"]) for r in rows],
    )


def numbers_of(pairs: Pairs) -> Numbers:
    """The features of all readings of all pairs."""
    values, owner = [], []
    for at, (a, b) in enumerate(pairs.texts):
        for x in alternatives(a):
            for y in alternatives(b):
                if found := evidence(x, y):
                    values.append(found[0])
                    owner.append(at)
    return Numbers(np.array(values), np.array(owner))


def folds_of(pairs: Pairs, seed: int = 0) -> tuple[Indices, Indices]:
    """The folds of the two persons of each pair; all pairs of a person move together."""
    everybody = sorted({person for both in pairs.persons for person in both})
    drawn = np.random.default_rng(seed).integers(0, FOLDS, len(everybody))
    fold = dict(zip(everybody, drawn.tolist(), strict=True))
    first = np.array([fold[a] for a, _ in pairs.persons])
    return first, np.array([fold[b] for _, b in pairs.persons])


def weights_of(pairs: Pairs) -> Floats:
    """Each group counts alike, and in each the positives have the same share."""
    groups = np.array(pairs.groups)
    weights = np.zeros(len(groups))
    for group in set(pairs.groups):
        for label, share in ((1.0, SHARE_OF_POSITIVES), (0.0, 1 - SHARE_OF_POSITIVES)):
            members = (groups == group) & (pairs.labels == label)
            if count := members.sum():
                weights[members] = GROUP_WEIGHTS.get(group, 1.0) * GROUP_SIZE * share / count
    return weights


def best_readings(numbers: Numbers, scores: Floats, count: int) -> Indices:
    """For each pair the row of its best reading, -1 without one."""
    order = np.lexsort((scores, numbers.pair))
    owners = numbers.pair[order]
    is_last = np.append(owners[1:] != owners[:-1], True)
    best = np.full(count, -1)
    best[owners[is_last]] = order[is_last]
    return best


def fit_to(
    pairs: Pairs, numbers: Numbers, is_used: Mask, settings: Settings | None = None
) -> Forest:
    """Trees fitted to the pairs that are used, each by the reading that agrees most."""
    best = best_readings(numbers, numbers.values[:, :2].sum(axis=1), len(pairs.texts))
    rows = best[is_used & (best >= 0)]
    at = numbers.pair[rows]
    persons = sorted({a for a, _ in pairs.persons})
    number = {person: i for i, person in enumerate(persons)}
    groups = np.array([number[pairs.persons[i][0]] for i in at])
    weights = weights_of(pairs)[at]
    return fit(numbers.values[rows], pairs.labels[at], weights, groups, DIRECTIONS, settings)


def scores_of(forest: Forest, numbers: Numbers, count: int) -> Floats:
    """Log odds of each pair: of its best reading."""
    scores = np.full(count, NO_LETTERS)
    np.maximum.at(scores, numbers.pair, forest.log_odds(numbers.values))
    return scores


def held_out_scores(
    pairs: Pairs, numbers: Numbers, folds: tuple[Indices, Indices], settings: Settings | None = None
) -> Floats:
    """Log odds of each pair by trees that saw no pair of anybody in its first person's fold."""
    first, second = folds
    scores = np.full(len(pairs.texts), NO_LETTERS)
    for fold in range(FOLDS):
        forest = fit_to(pairs, numbers, (first != fold) & (second != fold), settings)
        is_tested = first == fold
        scores[is_tested] = scores_of(forest, numbers, len(pairs.texts))[is_tested]
    return scores
