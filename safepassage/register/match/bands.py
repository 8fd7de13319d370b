"""What a machine may merge alone, and why not.

A false merge takes a person off the list; a missed one costs a call.  So a weight is not enough:
these rules hold at any weight.  Each has a name that the desks translate.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.bags import LEVEL
from safepassage.register.match.candidates import Longs
from safepassage.register.match.columns import ABSENT, Bytes, Columns
from safepassage.register.match.compare import AT, Compared
from safepassage.register.match.features import LEVELS, Feature
from safepassage.register.match.model import UNIT

Flags = NDArray[np.int32]

# In the order of their bits; what contradicts comes first.
HELD_BACK: Final = (
    "different-sex",
    "years-apart",  # birth years more than four apart
    "other-document",  # both hold a paper of one kind, with numbers further apart than a slip
    "one-list",  # two rows of one list: relatives, or somebody who registered twice
    "protection",  # of different protection status
    "judged-unsure",  # somebody looked and could not tell
    "name-differs",
    "name-only",
    "phone-only",
    "name-and-phone",
    "common-name-and-year",
    "kin-differs",  # another family name, or another father
    "relatives-only",  # no birth date and no paper: only what relatives share, and not enough of it
    "large-cluster",  # more than twenty rows
    "weak-bridge",  # two groups held together by one link
    "better-elsewhere",  # one of the two is somebody else by stronger evidence
)
BIT: Final = {reason: 1 << number for number, reason in enumerate(HELD_BACK)}
CONTRADICTIONS: Final = sum(BIT[reason] for reason in HELD_BACK[:5])
CLUSTER_MAX: Final = 20
_COMMON_NAME_MAX: Final = 18 * UNIT  # rarity of all names that agree; rarer ones are telling
_DATE: Final = {name: number for number, name in enumerate(LEVELS[Feature.BORN])}


def reasons(flags: int) -> tuple[str, ...]:
    """The reasons whose bits are set."""
    return tuple(reason for reason, bit in BIT.items() if flags & bit)


def _level(compared: Compared, feature: Feature) -> Bytes:
    column: Bytes = compared.levels[:, AT[feature]]
    return column


def _agrees(compared: Compared, feature: Feature) -> NDArray[np.bool_]:
    """A name that agrees, perhaps in part or with a slip."""
    level = _level(compared, feature)
    agrees: NDArray[np.bool_] = (level != ABSENT) & (level <= LEVEL["part-close"])
    return agrees


def contradictions(columns: Columns, left: Longs, right: Longs, compared: Compared) -> Flags:
    """What speaks against one person so plainly that no machine may merge the pair."""
    flags = np.zeros(len(left), dtype=np.int32)
    flags[_level(compared, Feature.SEX) == 1] |= BIT["different-sex"]
    flags |= np.where(_years_apart(columns, left, right), BIT["years-apart"], 0).astype(np.int32)
    papers = [_level(compared, f) for f in (Feature.PASSPORT, Feature.NATIONAL_ID)]
    flags[(papers[0] == 2) | (papers[1] == 2)] |= BIT["other-document"]
    flags[columns.list_of[left] == columns.list_of[right]] |= BIT["one-list"]
    flags[columns.protection[left] != columns.protection[right]] |= BIT["protection"]
    return flags


def _years_apart(columns: Columns, left: Longs, right: Longs) -> NDArray[np.bool_]:
    born = columns.born
    apart = np.full(len(left), 10_000)
    for i in range(born.kind.shape[1]):
        for j in range(born.kind.shape[1]):
            known = (born.kind[left, i] > 0) & (born.kind[right, j] > 0)
            years = np.abs(born.year[left, i] - born.year[right, j])
            apart = np.where(known, np.minimum(apart, years), apart)
    return (apart > 4) & (apart < 10_000)


def shortcomings(compared: Compared, others: Bytes, is_strong: NDArray[np.bool_]) -> Flags:
    """What is missing for a machine to merge a pair alone, whatever its weight.

    `others` says how many other members of the two families are found in both; `is_strong`
    whether the weight is enough without a birth date or a paper.
    """
    flags = np.zeros(len(others), dtype=np.int32)
    name = _agrees(compared, Feature.GIVEN)
    kin = _agrees(compared, Feature.FAMILY) | _agrees(compared, Feature.FATHER)
    born = _level(compared, Feature.BORN)
    day = (born != ABSENT) & (born != _DATE["same-year"]) & (born <= _DATE["near-day"])
    year = born == _DATE["same-year"]
    contact = (_level(compared, Feature.PHONE) == 0) | (_level(compared, Feature.EMAIL) == 0)
    papers = [_level(compared, f) for f in (Feature.PASSPORT, Feature.NATIONAL_ID)]
    paper = np.logical_or.reduce([(p == 0) | (p == 1) for p in papers])
    elsewhere = [_level(compared, f) == 0 for f in (Feature.ADDRESS, Feature.POSTCODE)]
    more = day | paper | (others >= 2) | elsewhere[0] | elsewhere[1]
    flags[~name] |= BIT["name-differs"]
    flags[name & ~more & ~year & ~contact] |= BIT["name-only"]
    flags[~name & ~kin & ~more & ~year & contact] |= BIT["phone-only"]
    flags[name & ~more & ~year & contact] |= BIT["name-and-phone"]
    names = [AT[f] for f in (Feature.GIVEN, Feature.FAMILY, Feature.FATHER)]
    common = compared.rarity[:, names].sum(axis=1) < _COMMON_NAME_MAX
    flags[name & ~more & year & ~contact & common] |= BIT["common-name-and-year"]
    for feature in (Feature.FAMILY, Feature.FATHER):
        flags[_level(compared, feature) == LEVEL["differs"]] |= BIT["kin-differs"]
    flags[~day & ~year & ~paper & ~is_strong] |= BIT["relatives-only"]
    return flags
