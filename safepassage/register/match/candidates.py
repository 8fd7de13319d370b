"""Candidate pairs from keys, and how many of a kind may hold one."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.columns import Names
from safepassage.register.match.keys import KINDS, pairing_keys
from safepassage.register.record import Record

Longs: TypeAlias = NDArray[np.int64]
KIND_AT: Final = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(slots=True)
class KeyTable:
    """The keys of all records as they stream by: a number for each key, its kind, its holder."""

    hashes: array[int] = field(default_factory=lambda: array("q"))
    kinds: array[int] = field(default_factory=lambda: array("b"))
    counts: array[int] = field(default_factory=lambda: array("i"))

    def add(self, record: Record, names: Names) -> None:
        """Take in the keys of the next record."""
        found = {hash(key): KIND_AT[key[0]] for key in pairing_keys(record, names)}
        self.hashes.extend(found)
        self.kinds.extend(found.values())
        self.counts.append(len(found))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of rows, the smaller row to the left, each once; and by which kinds of key."""

    left: Longs
    right: Longs
    kinds: NDArray[np.int32]  # one bit for each kind


def candidates_of(table: KeyTable, order: Longs, caps: Mapping[str, int]) -> Candidates:
    """All pairs of records that share a key within its cap.

    `order` says which record, in order of arrival, stands in which row.
    """
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.arange(len(order))
    hashes = np.frombuffer(table.hashes, dtype=np.int64)
    rows = np.repeat(row_of, np.frombuffer(table.counts, dtype=np.int32))
    kinds = np.frombuffer(table.kinds, dtype=np.int8)
    by_key = np.argsort(hashes, kind="stable")
    hashes, rows, kinds = hashes[by_key], rows[by_key], kinds[by_key]
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
    sizes = np.diff(np.append(starts, len(hashes)))
    cap = np.array([caps[kind] for kind in KINDS])[kinds[starts]]
    return _paired(rows, kinds, starts, sizes, (sizes > 1) & (sizes <= cap), len(order))


def _paired(
    rows: Longs,
    kinds: NDArray[np.int8],
    starts: Longs,
    sizes: Longs,
    is_open: NDArray[np.bool_],
    total: int,
) -> Candidates:
    pairs, bits = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
    for size in np.unique(sizes[is_open]).tolist():
        block = starts[is_open & (sizes == size)]
        one, other = np.triu_indices(size, 1)
        a, b = rows[block[:, None] + one].ravel(), rows[block[:, None] + other].ravel()
        pairs.append(np.minimum(a, b) * total + np.maximum(a, b))
        bits.append(np.repeat(np.left_shift(1, kinds[block].astype(np.int32)), len(one)))
        if sum(map(len, pairs[1:])) > 40_000_000:
            codes, found = merged(np.concatenate(pairs), np.concatenate(bits))
            pairs, bits = [codes], [found]
    codes, found = merged(np.concatenate(pairs), np.concatenate(bits))
    return Candidates(codes // total, codes % total, found)


def merged(codes: Longs, bits: NDArray[np.int32]) -> tuple[Longs, NDArray[np.int32]]:
    """Each code once, with the bits of all its occurrences."""
    if not len(codes):
        return codes, bits
    order = np.argsort(codes, kind="stable")
    codes, bits = codes[order], bits[order]
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    return codes[starts], np.bitwise_or.reduceat(bits, starts)
