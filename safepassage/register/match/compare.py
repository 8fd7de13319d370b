"""Pairs of records compared: for each pair and feature a level, and how rare what agrees is.

Everything is elementwise: what is said of a pair does not depend on which other pairs are
compared beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from safepassage.register.match.bags import LEVEL, Shorts, Words, compare_bags
from safepassage.register.match.columns import ABSENT, READINGS_MAX, WIDTHS, Bytes, Columns, Ints
from safepassage.register.match.features import COMPARED, LEVELS, Feature

Rows = NDArray[np.int64]

AT: Final = {feature: column for column, feature in enumerate(COMPARED)}
_DATE: Final = {name: number for number, name in enumerate(LEVELS[Feature.BORN])}
_SAME, _NEAR, _DIFFERS = 0, 1, 2
# How a value may be misspelled and still be the same: edits, or a share of the text.
_EDITS: Final = {
    Feature.PHONE: 1,
    Feature.EMAIL: 1,
    Feature.PASSPORT: 1,
    Feature.NATIONAL_ID: 1,
    Feature.DOCUMENT: 1,
    Feature.POSTCODE: 1,
}
_TEXT_SIMILARITY_MIN: Final = 0.8
FEW_YEARS: Final = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """Levels (ABSENT: nothing to compare) and rarities, one row a pair, one column a feature."""

    levels: Bytes
    rarity: Shorts


@dataclass(frozen=True, slots=True)
class Bench:
    """What comparing needs: the records, their tokens, and how rare tokens and values are."""

    columns: Columns
    words: Words
    rarity: dict[Feature, Shorts]  # -log2 of the frequency of each token or value, in units


def compare(bench: Bench, left: Rows, right: Rows) -> Compared:
    """Compare rows elementwise."""
    columns = bench.columns
    levels = np.full((len(left), len(COMPARED)), ABSENT, dtype=np.int8)
    rarity = np.zeros((len(left), len(COMPARED)), dtype=np.int16)
    _compare_names(bench, left, right, levels, rarity)
    levels[:, AT[Feature.SEX]] = _plain(columns.sex[left], columns.sex[right])
    levels[:, AT[Feature.BORN]] = compare_born(columns, left, right)
    levels[:, AT[Feature.LIST]] = _lists(columns, left, right)
    for feature in WIDTHS:
        found = _compare_values(bench, feature, left, right)
        levels[:, AT[feature]], rarity[:, AT[feature]] = found
    return Compared(levels, rarity)


def _plain(one: Bytes, other: Bytes) -> Bytes:
    absent = (one == ABSENT) | (other == ABSENT)
    return np.where(absent, ABSENT, np.where(one == other, 0, 1)).astype(np.int8)


def _lists(columns: Columns, left: Rows, right: Rows) -> Bytes:
    same_list = columns.list_of[left] == columns.list_of[right]
    same_household = columns.household_of[left] == columns.household_of[right]
    return np.where(same_household, 2, same_list).astype(np.int8)


def _compare_names(bench: Bench, left: Rows, right: Rows, levels: Bytes, rarity: Shorts) -> None:
    names, bags = bench.columns.names, bench.columns.bags
    for feature in (Feature.GIVEN, Feature.FAMILY, Feature.FATHER):
        found = compare_bags(
            bench.words, bench.rarity[feature], bags, names[feature][left], names[feature][right]
        )
        levels[:, AT[feature]], rarity[:, AT[feature]] = found
    given, family = AT[Feature.GIVEN], AT[Feature.FAMILY]
    odd = (levels[:, given] >= LEVEL["part-close"]) | (levels[:, family] == LEVEL["differs"])
    rows = np.flatnonzero(odd)
    if not len(rows):
        return
    one = _crossed(bench, left[rows], right[rows])
    other = _crossed(bench, right[rows], left[rows])
    agree = [(LEVEL["exact"] <= x[0]) & (x[0] <= LEVEL["joined"]) for x in (one, other)]
    silent = [x[0] == ABSENT for x in (one, other)]
    both, half = agree[0] & agree[1], (agree[0] & silent[1]) | (silent[0] & agree[1])
    swapped = rows[both | half]
    levels[swapped, given] = LEVEL["swapped"]
    levels[swapped, family] = ABSENT
    levels[rows[both], family] = LEVEL["swapped"]
    rarity[rows[both], given], rarity[rows[both], family] = one[1][both], other[1][both]
    rarity[rows[half], given] = np.where(agree[0], one[1], other[1])[half]


def _crossed(bench: Bench, left: Rows, right: Rows) -> tuple[Bytes, Shorts]:
    """The given names of one against the family names of the other."""
    names = bench.columns.names
    given, family = names[Feature.GIVEN][left], names[Feature.FAMILY][right]
    rare = bench.rarity[Feature.GIVEN]
    return compare_bags(bench.words, rare, bench.columns.bags, given, family)


def _compare_values(
    bench: Bench, feature: Feature, left: Rows, right: Rows
) -> tuple[Bytes, Shorts]:
    held = bench.columns.values[feature]
    one, other = held[left], held[right]
    level = np.full(len(left), ABSENT, dtype=np.int8)
    rarity = np.zeros(len(left), dtype=np.int16)
    level[(one[:, 0] != ABSENT) & (other[:, 0] != ABSENT)] = _DIFFERS
    for i in range(one.shape[1]):
        for j in range(other.shape[1]):
            equal = np.flatnonzero((one[:, i] == other[:, j]) & (one[:, i] != ABSENT))
            level[equal] = _SAME
            rarity[equal] = np.maximum(rarity[equal], bench.rarity[feature][one[equal, i]])
    for i in range(one.shape[1]):
        for j in range(other.shape[1]):
            both = (one[:, i] != ABSENT) & (other[:, j] != ABSENT)
            rows = np.flatnonzero(both & (level == _DIFFERS))
            near = _are_close(bench.columns.texts[feature], feature, one[rows, i], other[rows, j])
            level[rows[near]] = _NEAR
    return level, rarity


def _are_close(texts: list[str], feature: Feature, one: Ints, other: Ints) -> NDArray[np.bool_]:
    """Whether different values are one but for a slip, elementwise."""
    if not len(one):
        return np.zeros(0, dtype=np.bool_)
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
    pairs, back = np.unique(low * len(texts) + high, return_inverse=True)
    ours = [texts[p] for p in (pairs // len(texts)).tolist()]
    theirs = [texts[p] for p in (pairs % len(texts)).tolist()]
    edits = _EDITS.get(feature)
    if edits is not None:
        found = process.cpdist(ours, theirs, scorer=OSA.distance, score_cutoff=edits) <= edits
    else:
        least = _TEXT_SIMILARITY_MIN
        scores = process.cpdist(ours, theirs, scorer=OSA.normalized_similarity, score_cutoff=least)
        found = scores >= least
    close: NDArray[np.bool_] = found[back]
    return close


def compare_born(columns: Columns, left: Rows, right: Rows) -> Bytes:
    """Birth dates, elementwise: of several readings the pair that agrees best."""
    born = columns.born
    best = _compare_readings(columns, left, right, 0, 0)
    for i in range(READINGS_MAX):
        for j in range(READINGS_MAX):
            rows = np.flatnonzero((born.kind[left, i] > 0) & (born.kind[right, j] > 0))
            if (i or j) and len(rows):
                found = _compare_readings(columns, left[rows], right[rows], i, j)
                best[rows] = np.minimum(best[rows], found)
    return best


def _compare_readings(columns: Columns, left: Rows, right: Rows, i: int, j: int) -> Bytes:
    b = columns.born
    kinds = b.kind[left, i], b.kind[right, j]
    years = b.year[left, i], b.year[right, j]
    apart = np.abs(years[0] - years[1])
    days = kinds[0] == 3, kinds[1] == 3
    out = np.full(len(left), _DATE["differs"], dtype=np.int8)
    digit = (years[0] % 10 == years[1] % 10) & ((apart % 100 == 0) | (apart < 100)) & (apart > 0)
    out[digit & ~(days[0] & days[1])] = _DATE["digit"]
    out[apart <= FEW_YEARS] = _DATE["few-years"]
    out[apart <= 1] = _DATE["within-year"]
    overlap = (b.lo[left, i] <= b.hi[right, j]) & (b.lo[right, j] <= b.hi[left, i])
    out[overlap] = _DATE["same-year"]
    rows = np.flatnonzero(days[0] & days[1])
    out[rows] = _compare_days(columns, left[rows], right[rows], i, j)
    out[(kinds[0] == 0) | (kinds[1] == 0)] = ABSENT
    return out


def _compare_days(columns: Columns, left: Rows, right: Rows, i: int, j: int) -> Bytes:
    """Both days known."""
    b = columns.born
    years, lo = (b.year[left, i], b.year[right, j]), (b.lo[left, i], b.lo[right, j])
    months, days = (b.month[left, i], b.month[right, j]), (b.day[left, i], b.day[right, j])
    apart, off = np.abs(years[0] - years[1]), np.abs(lo[0] - lo[1])
    same_month, same_day = months[0] == months[1], days[0] == days[1]
    out = np.full(len(left), _DATE["differs"], dtype=np.int8)
    out[apart <= FEW_YEARS] = _DATE["few-years"]
    out[apart == 0] = _DATE["same-year-other-day"]
    a_month_off = same_day & (np.abs(months[0] - months[1]) == 1) & (apart == 0)
    digits = (apart % 10 == 0) & (apart < 100) & (apart > 0)
    out[digits & same_month & same_day] = _DATE["digit"]
    out[(apart == 0) & (same_month | same_day)] = _DATE["near-day"]
    out[a_month_off | (off <= 2) | ((off >= 363) & (off <= 367) & (apart <= 1))] = _DATE["near-day"]
    crossed = (months[0] == days[1]) & (months[1] == days[0]) & ~same_day
    out[crossed & (apart == 0)] = _DATE["swapped"]
    out[same_month & same_day & (apart <= FEW_YEARS)] = _DATE["day-and-month"]
    out[off == 0] = _DATE["same-day"]
    return out
