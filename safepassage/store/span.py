"""Spans of time in which transfers are added up: quarters of an hour, and days.

A question about any two instants is answered by a few days, a few quarters of an hour and, at both
ends, the single transfers of a part of a quarter.
"""

from __future__ import annotations

from typing import NamedTuple

QUARTER_US = 15 * 60 * 1_000_000
QUARTERS_OF_A_DAY = 96
DAY_US = QUARTERS_OF_A_DAY * QUARTER_US

QUARTER = 0  # the values of the column flow.span
DAY = 1


class Buckets(NamedTuple):
    """The buckets first, first + 1, ... below last, of one span."""

    span: int
    first: int
    last: int


class Cut(NamedTuple):
    """A stretch of time: whole buckets, and the ragged ends in microseconds [start, end)."""

    whole: list[Buckets]
    ragged: list[tuple[int, int]]


def quarter_of(instant: int) -> int:
    """The quarter of an hour in which an instant lies."""
    return instant // QUARTER_US


def cut(start: int, end: int) -> Cut:
    """[start, end) in as few pieces as possible."""
    if start >= end:
        return Cut([], [])
    first, last = -(-start // QUARTER_US), end // QUARTER_US
    if first >= last:
        return Cut([], [(start, end)])
    ragged = [(start, first * QUARTER_US), (last * QUARTER_US, end)]
    return Cut(_days(first, last), [(a, b) for a, b in ragged if a < b])


def _days(first: int, last: int) -> list[Buckets]:
    first_day, last_day = -(-first // QUARTERS_OF_A_DAY), last // QUARTERS_OF_A_DAY
    if first_day >= last_day:
        return [Buckets(QUARTER, first, last)]
    found = [
        Buckets(QUARTER, first, first_day * QUARTERS_OF_A_DAY),
        Buckets(DAY, first_day, last_day),
        Buckets(QUARTER, last_day * QUARTERS_OF_A_DAY, last),
    ]
    return [b for b in found if b.first < b.last]
