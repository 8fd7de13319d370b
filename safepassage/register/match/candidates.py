"""Candidate pairs from keys, and how many of a kind may hold one."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.columns import Ints, Said
from safepassage.register.match.keys import KINDS, pairing_keys
from safepassage.register.record import Record

Longs: TypeAlias = NDArray[np.int64]
KIND_AT: Final = {kind: number for number, kind in enumerate(KINDS)}
_KINDS_MAX: Final = 32
_WAITING_MAX: Final = 16_000_000  # pairs found before the same ones among them are made one


@dataclass(slots=True)
class KeyTable:
    """The keys of all records as they stream by: a number for each key, its kind, its holder.

    Args:
        number: what stands for a key; equal keys must have equal numbers.
    """

    number: Callable[[tuple[str, str]], int] = hash
    hashes: array[int] = field(default_factory=lambda: array("q"))
    kinds: array[int] = field(default_factory=lambda: array("b"))
    counts: array[int] = field(default_factory=lambda: array("i"))

    def add(self, record: Record, said: Said) -> None:
        """Take in the keys of the next record."""
        number = self.number
        found = {number(key): KIND_AT[key[0]] for key in pairing_keys(record, said)}
        self.hashes.extend(found)
        self.kinds.extend(found.values())
        self.counts.append(len(found))


def lasting_number(key: tuple[str, str]) -> int:
    """A number that stands for a key in every process; `hash` differs from one to the next."""
    text = f"{key[0]} {key[1]}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of rows, the smaller row to the left, each once; and by which kinds of key."""

    left: Longs
    right: Longs
    kinds: NDArray[np.int32]  # one bit for each kind

    def where(self, keep: NDArray[np.bool_] | Longs) -> Candidates:
        """Some of the pairs, by a mask or by their places."""
        return Candidates(self.left[keep], self.right[keep], self.kinds[keep])


def candidates_of(table: KeyTable, order: Longs, caps: Mapping[str, int]) -> Candidates:
    """All pairs of records that share a key within its cap.

    `order` says which record, in order of arrival, stands in which row.
    """
    return HeldKeys.of_table(table, order, caps).candidates()


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """Who holds which key: an entry for each key of each row, one key behind the other."""

    total: int  # rows
    rows: Ints
    kinds: NDArray[np.int8]
    owner: Ints  # the place of an entry's key
    sizes: Longs  # of each key, how many hold it
    caps: Longs  # of each key, how many may

    @classmethod
    def of_table(cls, table: KeyTable, order: Longs, caps: Mapping[str, int]) -> HeldKeys:
        """The keys of records that streamed by."""
        row_of = np.empty(len(order), dtype=np.int32)
        row_of[order] = np.arange(len(order))
        rows = np.repeat(row_of, np.frombuffer(table.counts, dtype=np.int32))
        hashes = np.frombuffer(table.hashes, dtype=np.int64)
        return cls.of(len(order), hashes, rows, np.frombuffer(table.kinds, dtype=np.int8), caps)

    @classmethod
    def of(
        cls,
        total: int,
        hashes: Longs,
        rows: Ints,
        kinds: NDArray[np.int8],
        caps: Mapping[str, int],
    ) -> HeldKeys:
        """Entries in any order, brought key by key."""
        by_key = np.argsort(hashes)
        hashes = hashes[by_key]
        first = np.ones(len(hashes), dtype=np.bool_)
        first[1:] = hashes[1:] != hashes[:-1]
        del hashes
        rows, kinds = rows[by_key], kinds[by_key]
        del by_key
        starts = np.flatnonzero(first)
        cap = np.array([caps[kind] for kind in KINDS], dtype=np.int64)[kinds[starts]]
        sizes = np.diff(np.append(starts, len(rows)))
        owner = np.cumsum(first, dtype=np.int32) - np.int32(1)
        return cls(total, rows, kinds, owner, sizes, cap)

    @property
    def _is_open(self) -> NDArray[np.bool_]:
        return self.sizes <= self.caps

    def candidates(self) -> Candidates:
        """All pairs of rows that share a key within its cap."""
        return self._pairs(self._is_open)

    def candidates_with(self, rows: NDArray[np.bool_]) -> Candidates:
        """The same, for pairs with at least one of these rows."""
        found = self._pairs(self._is_open & (self._held_by(rows) > 0))
        return found.where(rows[found.left] | rows[found.right])

    def candidates_among(self, rows: NDArray[np.bool_]) -> Candidates:
        """The same, for pairs with both of these rows."""
        return self._pairs(self._is_open, rows)

    def closed_by(self, rows: NDArray[np.bool_]) -> Candidates:
        """The pairs that were candidates by a key until these rows came and made it too common."""
        were_open = self.sizes - self._held_by(rows) <= self.caps
        return self._pairs(were_open & ~self._is_open, ~rows)

    def _held_by(self, rows: NDArray[np.bool_]) -> Longs:
        """How many of these rows hold each key."""
        return np.bincount(self.owner[rows[self.rows]], minlength=len(self.sizes))

    def _pairs(
        self, chosen: NDArray[np.bool_], among: NDArray[np.bool_] | None = None
    ) -> Candidates:
        """The pairs of rows that hold one of the chosen keys together."""
        if among is None:
            keep, sizes = chosen[self.owner], np.where(chosen, self.sizes, 0)
        else:
            keep = chosen[self.owner] & among[self.rows]
            sizes = np.bincount(self.owner[keep], minlength=len(self.sizes))
        return _paired(self.rows[keep], self.kinds[keep], sizes[sizes > 0], self.total)


def distinct(values: Longs) -> Longs:
    """The different ones of many numbers, in ascending order."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _paired(rows: Ints, kinds: NDArray[np.int8], sizes: Longs, total: int) -> Candidates:
    """The pairs inside groups that stand one behind the other."""
    # A pair of rows and the kind of its key are one number, since numbers alone sort fast.
    found, waiting = [np.zeros(0, dtype=np.int64)], 0
    starts = np.cumsum(sizes) - sizes
    for size in distinct(sizes[sizes > 1]).tolist():
        block = starts[sizes == size]
        one, other = np.triu_indices(size, 1)
        members = rows[block[:, None] + np.arange(size)].astype(np.int64)
        a, b = members[:, one], members[:, other]
        pairs = np.minimum(a, b) * total + np.maximum(a, b)
        found.append((pairs * _KINDS_MAX + kinds[block][:, None]).ravel())
        waiting += len(found[-1])
        if waiting > _WAITING_MAX:
            found, waiting = [distinct(np.concatenate(found))], 0
    return _merged(distinct(np.concatenate(found)), total)


def _merged(held: Longs, total: int) -> Candidates:
    """Each pair once, with the kinds of all keys that it shares."""
    codes = held // _KINDS_MAX
    first = np.ones(len(codes), dtype=np.bool_)
    first[1:] = codes[1:] != codes[:-1]
    bits = np.left_shift(1, (held % _KINDS_MAX).astype(np.int32))
    starts, codes = np.flatnonzero(first), codes[first]
    kinds = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    return Candidates(codes // total, codes % total, kinds)
