"""From candidate pairs to weights, in portions that fit in memory.

Only a pair's rows, its weight and the number of other members found in both families are kept.
What it says in detail is worked out again for the few pairs that end in a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from safepassage.register.linkage import Progress
from safepassage.register.match.candidates import Candidates, Longs
from safepassage.register.match.columns import Bytes, Ints
from safepassage.register.match.compare import Bench, compare
from safepassage.register.match.families import (
    OF_ONE_FAMILY_MIN,
    Families,
    same_family_odds,
    weigh,
)
from safepassage.register.match.model import Model, bars, explained_by_relatives

PORTION: Final = 400_000  # pairs compared at a time
WORKERS: Final = 2
_MOST: Final = 1 << 14
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weights:
    """Pairs of rows in ascending order, with weights in units."""

    code: Longs  # left * total + right
    weight: NDArray[np.int16]
    others: Bytes
    total: int

    @property
    def left(self) -> Longs:
        """The smaller rows."""
        return self.code // self.total

    @property
    def right(self) -> Longs:
        """The larger rows."""
        return self.code % self.total

    def find(self, left: Longs, right: Longs) -> tuple[NDArray[np.bool_], Longs]:
        """Which of these pairs are here, and where."""
        wanted = left * self.total + right
        if not len(self.code):
            return np.zeros(len(left), dtype=np.bool_), np.zeros(len(left), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.code, wanted), len(self.code) - 1)
        return self.code[at] == wanted, at


def weigh_all(
    bench: Bench, candidates: Candidates, model: Model, progress: Progress | None = None
) -> Weights:
    """The weight of every pair of members of two list households that may be one family."""
    families = Families.of(bench.columns)
    kept = promising(bench, candidates, model, progress)
    pairs = families.pairs(candidates.left[kept], candidates.right[kept])
    total = len(bench.columns)

    def weighed(part: Longs) -> tuple[Longs, NDArray[np.int16], Bytes]:
        expanded = families.expand(part)
        compared = compare(bench, expanded.left, expanded.right)
        found = weigh(bench.columns, expanded, compared, model)
        code = found.left * total + found.right
        return code, np.clip(found.weight, -_MOST, _MOST).astype(np.int16), found.others

    parts = families.portions(pairs, PORTION)
    none = (np.zeros(0, np.int64), np.zeros(0, np.int16), np.zeros(0, np.int8))
    found = [none, *_in_portions("families", parts, weighed, progress)]
    code, weight, others = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(code, kind="stable")
    return Weights(code[order], weight[order], others[order], total)


def promising(
    bench: Bench, candidates: Candidates, model: Model, progress: Progress | None = None
) -> Longs:
    """Which candidate pairs may be of one family, by their places."""

    def odds(rows: Longs) -> Longs:
        compared = compare(bench, candidates.left[rows], candidates.right[rows])
        return rows[same_family_odds(compared, model) >= OF_ONE_FAMILY_MIN]

    count = len(candidates.left)
    parts = [np.arange(at, min(count, at + PORTION)) for at in range(0, count, PORTION)]
    kept = list(_in_portions("candidates", parts, odds, progress))
    return np.concatenate([np.zeros(0, np.int64), *kept])


def without_families(bench: Bench, left: Longs, right: Longs, model: Model) -> Ints:
    """What pairs weigh on their own."""
    compared = compare(bench, left, right)
    same = model.prior + bars(compared, model.same).sum(axis=1)
    odds = model.related + bars(compared, model.relative).sum(axis=1)
    weight: Ints = same - explained_by_relatives(odds)
    return weight


def _in_portions(
    part: str, portions: Sequence[Longs], work: Callable[[Longs], T], progress: Progress | None
) -> Iterator[T]:
    """Work on portions, two at a time where the machine can; the results in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, result in enumerate(pool.map(work, portions), start=1):
            if progress:
                progress(part, done, len(portions))
            yield result
