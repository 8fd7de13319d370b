"""Two whole names set against each other, and why the score is what it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from safepassage.register.names.alignment import Alignment
from safepassage.register.names.alternatives import alternatives
from safepassage.register.names.combiner import (
    Weights,
    contributions,
    log2_odds,
    log2_odds_of_many,
    weights,
)
from safepassage.register.names.evidence import evidence
from safepassage.register.names.scripts import LENGTH_MAX
from safepassage.register.names.tokens import tokens

HIGHEST = 0.9999  # of two names that do not have the same tokens in the same order


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two names compare; `contributions` add up to `weight`.

    Two cells may hold several names each: these are the two that are most alike.
    """

    left: str = field(repr=False)
    right: str = field(repr=False)
    score: float  # 0 to 1
    weight: float  # log2 odds
    contributions: dict[str, float]
    alignment: Alignment | None  # None: one of them has no letters

    def mirrored(self) -> Comparison:
        """The same with left and right exchanged."""
        aligned = self.alignment and self.alignment.mirrored()
        return replace(self, left=self.right, right=self.left, alignment=aligned)


def similarity(a: str, b: str) -> float:
    """How likely two written names are names of one person, as a score between 0 and 1.

    Symmetric, and 1 for a name and itself if it has letters.  The order of the parts, titles and
    particles change little; a part that only one name has costs less than two parts that contradict
    each other.  The scripts may differ.  0 if one of them has no letters: two empty cells say
    nothing.
    """
    return _similarity(*sorted((a[:LENGTH_MAX], b[:LENGTH_MAX])))


@lru_cache(maxsize=1 << 16)
def _similarity(a: str, b: str) -> float:
    fitted = weights()
    best = 0.0
    for x, y in _readings(a, b):
        if found := evidence(x, y):
            best = max(best, _score(log2_odds(found[0], fitted), x, y))
    return best


def _readings(a: str, b: str) -> list[tuple[str, str]]:
    """Each name of one cell with each of the other."""
    return [(x, y) for x in alternatives(a) for y in alternatives(b)]


def _score(weight: float, a: str, b: str) -> float:
    """Log2 odds as a probability; 1 for the same tokens in the same order, capitals aside.

    Not in another order: Karim Nabi and Nabi Karim may be two people.
    """
    if [t.latin for t in tokens(a)] == [t.latin for t in tokens(b)]:
        return 1.0
    return min(HIGHEST, float(1.0 / (1.0 + 2.0**-weight)))


def similarities(pairs: Iterable[tuple[str, str]], fitted: Weights | None = None) -> list[float]:
    """`similarity` of many pairs at once, ten times as fast."""
    many = list(pairs)
    numbers, owners, texts = [], [], []
    for at, (a, b) in enumerate(many):
        for x, y in _readings(*sorted((a[:LENGTH_MAX], b[:LENGTH_MAX]))):
            if found := evidence(x, y):
                numbers.append(found[0])
                owners.append(at)
                texts.append((x, y))
    scores = [0.0] * len(many)
    if numbers:
        weighed = log2_odds_of_many(np.array(numbers), fitted or weights())
        for at, (x, y), weight in zip(owners, texts, weighed.tolist(), strict=True):
            scores[at] = max(scores[at], _score(weight, x, y))
    return scores


def compare(a: str, b: str) -> Comparison:
    """The comparison behind `similarity`, with its reasons."""
    fitted = weights()
    a, b = a[:LENGTH_MAX], b[:LENGTH_MAX]
    first, second = sorted((a, b))
    best = Comparison(first, second, similarity(a, b), 0.0, {}, None)
    for x, y in _readings(first, second):
        if found := evidence(x, y):
            parts = contributions(found[0], fitted)
            weight = sum(parts.values())
            if best.alignment is None or weight > best.weight:
                best = Comparison(x, y, best.score, weight, parts, found[1])
    return best if first == a else best.mirrored()
