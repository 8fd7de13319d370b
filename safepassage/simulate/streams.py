"""Named random streams: every cause of chance has its own, and none disturbs another.

A stream is a generator seeded with SHA-256 of seed and name.  When a new cause is added (a storm, a
second gate), the draws of all other causes stay as they were, so two runs that differ in one thing
can be compared family by family.

Only `Random.random()` promises the same sequence in every version of Python.  What is here uses
nothing else, and whole numbers where it matters, so that a seed means the same ledger everywhere.

Simulations draw many numbers at once: `shares` gives them from a generator of numpy whose raw bits
are promised to stay as they are, one generator for each cause and replication.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from safepassage.simulate.repeatable import Reals

_Item = TypeVar("_Item")


def stream(seed: str, name: str) -> Random:
    """The stream of that name: the same for the same seed and name, unlike any other."""
    # The length keeps ("a", "bc") apart from ("ab", "c").
    digest = hashlib.sha256(f"{len(seed)}:{seed}{name}".encode()).digest()
    return Random(int.from_bytes(digest))


def shares(seed: str, cause: str, replication: int, count: int) -> Reals:
    """Numbers in (0, 1), each as likely as the others: of one cause in one replication.

    They are the middles of 2**52 equal parts, so that neither 0 nor 1 is ever drawn.
    """
    text = f"{len(seed)}:{seed}{len(cause)}:{cause}{replication}"
    digest = hashlib.sha256(text.encode()).digest()
    generator = np.random.PCG64(_Digest(digest))  # type: ignore[arg-type] # numpy's stubs lack it
    raw = np.asarray(generator.random_raw(count), np.uint64)
    # 52 bits behind the exponent of 1 are a number from 1 to below 2; less 1 and half a part more.
    raw >>= np.uint64(12)
    raw |= np.uint64(0x3FF << 52)
    parts: Reals = raw.view(np.float64)
    parts -= 1.0 - 2.0**-53
    return parts


class _Digest(ISeedSequence):
    """A digest as the seed of a generator, as it is: it needs no further mixing."""

    def __init__(self, digest: bytes) -> None:
        self._words = np.frombuffer(digest, "<u8")

    def generate_state(self, n_words: int, dtype: Any = np.uint64) -> Any:
        """The words of the digest; the generator asks for four of 64 bits."""
        assert n_words <= len(self._words)  # noqa: S101 - what PCG64 asks for
        return self._words[:n_words].astype(dtype)


class Streams:
    """The streams about one subject, for example one flow: made when first asked for."""

    def __init__(self, seed: str, subject: str) -> None:
        self._seed = seed
        self._subject = subject
        self._streams: dict[str, Random] = {}

    def __getitem__(self, cause: str) -> Random:
        if cause not in self._streams:
            self._streams[cause] = stream(self._seed, f"{self._subject}/{cause}")
        return self._streams[cause]


def whole(rng: Random, low: int, high: int) -> int:
    """A whole number, each from `low` up to but without `high` equally likely."""
    return low + int(rng.random() * (high - low))


def between(rng: Random, low: float, usual: float, high: float) -> float:
    """A number from `low` to `high`, most often near `usual` (the triangular distribution)."""
    share = rng.random()
    peak = (usual - low) / (high - low)
    if share < peak:
        return low + math.sqrt(share * (high - low) * (usual - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - usual))


def one_of(rng: Random, items: Sequence[_Item], weights: Sequence[float]) -> _Item:
    """One item, as likely as its weight; all equally if no weight is above zero.

    One draw is used however many items there are, so that a shorter list shifts no later draw.
    """
    share = rng.random()
    total = sum(weights)
    if total <= 0:
        return items[int(share * len(items))]
    left = share * total
    for item, weight in zip(items, weights, strict=True):
        left -= weight
        if left < 0:
            return item
    return items[-1]


def some_of(rng: Random, items: Sequence[_Item], count: int) -> list[_Item]:
    """`count` different positions of a list, in the order drawn."""
    pool = list(items)
    for place in range(count):
        other = whole(rng, place, len(pool))
        pool[place], pool[other] = pool[other], pool[place]
    return pool[:count]
