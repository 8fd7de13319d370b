"""What the other members of two list households say about a pair.

If four of five members of a family on one list are found in a family on another list, the fifth is
probably the same person, too, although their row alone would say little.  And who already has a
better counterpart there is probably somebody else.

All of it is computed from the rows of two list households and the model, in one pass: never from
other families' results. So a new list changes only what its own families touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.bags import Floats
from safepassage.register.match.candidates import Longs, distinct
from safepassage.register.match.columns import Columns, Ints
from safepassage.register.match.compare import AT, Compared
from safepassage.register.match.features import COMPARED, Feature
from safepassage.register.match.model import (
    UNIT,
    Model,
    bars,
    explained_by_relatives,
    log2_sum,
)

OF_ONE_FAMILY_MIN: Final = 0  # log2 odds from which families are compared member by member
_HOUSEHOLD_MAX, _HOUSEHOLD_MIN = 24 * UNIT, -6 * UNIT
_UNMATCHED: Final = -2 * UNIT  # a member of the smaller family who is not found in the other
_BETTER_MAX: Final = 16 * UNIT
_BETTER_AT_LEAST: Final = 2 * UNIT
SHARED: Final = (
    Feature.FAMILY,
    Feature.PHONE,
    Feature.EMAIL,
    Feature.PLACE,
    Feature.ADDRESS,
    Feature.POSTCODE,
)
_SHARED_AT: Final = [AT[f] for f in SHARED]
_OWN_AT: Final = [AT[f] for f in COMPARED if f not in SHARED and f is not Feature.LIST]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pairs of rows with everything that goes into their weight, in units."""

    left: Longs
    right: Longs
    compared: Compared
    features: NDArray[np.int32]  # one column a feature
    household: Ints
    partner: Ints
    relative: Ints  # what is taken off because relatives would explain the pair, not negative
    weight: Ints
    others: NDArray[np.int8]  # how many other members of the two families are found in both


def same_family_odds(compared: Compared, model: Model) -> Ints:
    """log2 odds, elementwise, that two rows are of one family: the same person or relatives."""
    same = model.prior + bars(compared, model.same).sum(axis=1)
    relative = model.related + bars(compared, model.relative).sum(axis=1)
    return log2_sum(same, relative)


@dataclass(frozen=True, slots=True)
class FamilyPairs:
    """Pairs of list households, every member of one beside every member of the other."""

    left: Longs
    right: Longs
    of: Longs  # which pair of households
    sizes: tuple[Longs, Longs]  # members of the one and the other, by pair of households


@dataclass(frozen=True, slots=True)
class Families:
    """The list households and their members."""

    members: Longs  # rows, one household behind the other
    starts: Longs
    sizes: Longs
    household_of: Ints

    @classmethod
    def of(cls, columns: Columns) -> Families:
        """The list households of these records."""
        members = np.argsort(columns.household_of, kind="stable").astype(np.int64)
        sizes = np.bincount(columns.household_of).astype(np.int64)
        return cls(members, np.cumsum(sizes) - sizes, sizes, columns.household_of)

    def pairs(self, left: Longs, right: Longs) -> Longs:
        """The pairs of list households of these pairs of rows, each once."""
        one, other = self.household_of[left].astype(np.int64), self.household_of[right]
        return distinct(np.minimum(one, other) * len(self.sizes) + np.maximum(one, other))

    def portions(self, pairs: Longs, most: int) -> list[Longs]:
        """Pairs of list households in portions of about so many pairs of rows."""
        each = self.sizes[pairs // len(self.sizes)] * self.sizes[pairs % len(self.sizes)]
        upto = np.cumsum(each)
        cuts = np.searchsorted(upto, np.arange(most, upto[-1] if len(upto) else 0, most))
        return [part for part in np.split(pairs, cuts) if len(part)]

    def expand(self, pairs: Longs) -> FamilyPairs:
        """All pairs of members of these pairs of list households."""
        low, high = pairs // len(self.sizes), pairs % len(self.sizes)
        count = self.sizes[low] * self.sizes[high]
        of = np.repeat(np.arange(len(pairs)), count)
        at = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
        width = self.sizes[high][of]
        a = self.members[self.starts[low][of] + at // width]
        b = self.members[self.starts[high][of] + at % width]
        keep = np.where((low == high)[of], a < b, True)
        a, b = a[keep], b[keep]
        sizes = self.sizes[low], self.sizes[high]
        return FamilyPairs(np.minimum(a, b), np.maximum(a, b), of[keep], sizes)


def weigh(columns: Columns, pairs: FamilyPairs, compared: Compared, model: Model) -> Weighed:
    """The weight of every pair in the light of the two families around it."""
    same = bars(compared, model.same)
    relative = bars(compared, model.relative)
    own = same[:, _OWN_AT].sum(axis=1)
    shared = same[:, _SHARED_AT].sum(axis=1)
    apart = same.sum(axis=1) - relative.sum(axis=1)
    # Rows of one list household are weighed on their own: there is no other family to look at.
    is_one = columns.household_of[pairs.left] == columns.household_of[pairs.right]
    matched = _assign(columns, pairs, np.where(is_one, -(10**6), own))
    household, others = _household(columns, pairs, own, shared, matched)
    household[is_one], others[is_one] = 0, 0
    partner = _partner(columns, pairs, apart, household, others)
    partner[is_one] = 0
    odds = model.related + relative.sum(axis=1) + household
    kin = explained_by_relatives(odds)
    weight = model.prior + same.sum(axis=1) + household + partner - kin
    return Weighed(
        pairs.left,
        pairs.right,
        compared,
        same,
        household.astype(np.int32),
        partner.astype(np.int32),
        kin.astype(np.int32),
        weight.astype(np.int32),
        others.astype(np.int8),
    )


def _slots(columns: Columns, pairs: FamilyPairs) -> tuple[Longs, Longs]:
    """For each pair a number for its member of the one family, and one for the other's."""
    low_first = columns.household_of[pairs.left] <= columns.household_of[pairs.right]
    one = np.where(low_first, pairs.left, pairs.right)
    other = np.where(low_first, pairs.right, pairs.left)
    return tuple(
        np.unique(pairs.of * len(columns) + row, return_inverse=True)[1] for row in (one, other)
    )  # type: ignore[return-value]


def _best_by(slot: Longs, value: Longs) -> Longs:
    best = np.full(int(slot.max()) + 1 if len(slot) else 0, np.iinfo(np.int64).min)
    np.maximum.at(best, slot, value)
    return best


def _assign(columns: Columns, pairs: FamilyPairs, own: Longs) -> NDArray[np.bool_]:
    """One member to one member, the best pair first, as long as it speaks for the same person."""
    matched = np.zeros(len(own), dtype=np.bool_)
    slots = _slots(columns, pairs)
    # One number orders pairs by weight and, among equals, by row: no two are alike.
    rank = np.empty(len(own), dtype=np.int64)
    rank[np.lexsort((-pairs.right, -pairs.left, own))] = np.arange(len(own))
    open_ = np.flatnonzero(own > 0)
    while len(open_):
        a, b = slots[0][open_], slots[1][open_]
        value = rank[open_]
        mutual = (_best_by(a, value)[a] == value) & (_best_by(b, value)[b] == value)
        matched[open_[mutual]] = True
        taken = [np.zeros(int(s.max()) + 1, dtype=np.bool_) for s in (a, b)]
        taken[0][a[mutual]] = True
        taken[1][b[mutual]] = True
        open_ = open_[~taken[0][a] & ~taken[1][b]]
    return matched


def _household(
    columns: Columns,
    pairs: FamilyPairs,
    own: Longs,
    shared: Longs,
    matched: NDArray[np.bool_],
) -> tuple[Longs, Longs]:
    """What all pairs but those with one of these two members say for one family.

    Every matched pair of others counts with its own evidence, less the choice there was; every
    member of the smaller family who is not found counts against.  What the families share (phone,
    name, place) counts once, as far as the pair itself does not already say it.
    """
    families = len(pairs.sizes[0])
    choice = np.round(UNIT * np.log2(pairs.sizes[0] * pairs.sizes[1])).astype(np.int64)
    gain = np.where(matched, np.maximum(own - choice[pairs.of], 0), 0)
    total = np.bincount(pairs.of, weights=gain, minlength=families)
    count = np.bincount(pairs.of, weights=matched, minlength=families)
    mine, has = _of_these_two(columns, pairs, gain, matched)
    others = count[pairs.of] - has
    smaller = np.minimum(*pairs.sizes)[pairs.of]
    unmatched = np.maximum(smaller - 1 - others, 0)
    best_shared = _best_by(pairs.of, shared.astype(np.int64))
    more = np.maximum(best_shared[pairs.of] - np.maximum(shared, 0), 0)
    more = np.where(others > 0, more, 0)
    said = total[pairs.of] - mine + more + _UNMATCHED * unmatched
    said = np.where(smaller > 1, np.clip(said, _HOUSEHOLD_MIN, _HOUSEHOLD_MAX), 0)
    return said.astype(np.int64), others.astype(np.int64)


def _of_these_two(
    columns: Columns, pairs: FamilyPairs, gain: Longs, matched: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """What the matches of the pair's own two members contribute, and how many these are."""
    gained, has = np.zeros(len(gain)), np.zeros(len(gain))
    for slot in _slots(columns, pairs):
        gained += np.bincount(slot, weights=gain)[slot]
        has += np.bincount(slot, weights=matched)[slot]
    # A pair that is itself matched was counted on both sides.
    return gained - np.where(matched, gain, 0), has - matched


def _partner(
    columns: Columns, pairs: FamilyPairs, apart: Longs, household: Longs, others: Longs
) -> Longs:
    """Whether somebody else fits better, or these two are the last ones left.

    `apart` says how much better the same person explains a pair than two relatives would.
    """
    rival = np.full(len(apart), -(10**6), dtype=np.int64)
    for slot in _slots(columns, pairs):
        order = np.lexsort((-apart, slot))
        first = np.concatenate([[True], slot[order][1:] != slot[order][:-1]])
        best = _best_by(slot, apart)
        second_values = np.where(first, np.iinfo(np.int64).min, apart[order])
        second = np.full(len(best), -(10**6), dtype=np.int64)
        np.maximum.at(second, slot[order], second_values)
        is_first = np.zeros(len(apart), dtype=np.bool_)
        is_first[order[first]] = True
        rival = np.maximum(rival, np.where(is_first, second[slot], best[slot]))
    behind = np.clip(rival - apart, -_BETTER_MAX, _BETTER_MAX)
    penalty = np.where((behind > 0) & (rival > 0), -(behind + _BETTER_AT_LEAST), 0)
    larger = np.maximum(*pairs.sizes)[pairs.of]
    left = np.maximum(larger - others, 1)
    bonus = np.round(UNIT * np.log2(larger / left)).astype(np.int64)
    helps = (household > 0) & (penalty == 0)
    return np.where(helps, bonus, np.where(household > 0, penalty, 0))
