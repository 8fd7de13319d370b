"""The model that a register starts with, before there are records to learn from.

Weights are log2 likelihood ratios, set by hand from what is known of such lists: birthdays are
often a year only, a phone is a family's, a father's name is given where a family name is not.
They are cautious: what contradicts weighs more than what agrees.  How rare a name is follows from
how common our own table of names says that it is.  Once a register is large, a model trained on it
takes this one's place, as a new version and by somebody's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from safepassage.register.match.columns import NAME_FEATURES
from safepassage.register.match.features import LEVELS, Feature
from safepassage.register.match.model import UNIT, Model, Rarity
from safepassage.register.match.train import CAPS, THRESHOLDS
from safepassage.register.names.variants import variants

VERSION: Final = "start-1"
RECORDS_MAX: Final = 10_000  # how large a register its prior is meant for
PRIOR, RELATED = -13.0, -10.0
# What agrees weighs its rarity and this; a name that is only close says less than its rarity.
_NAME: Final = {
    "swapped": -1.0, "exact": 0.0, "variant": -0.5, "faint": -1.5, "close": -2.0, "joined": -0.5,
    "part": -3.0, "part-close": -4.0, "overlap": -5.0, "differs": -5.0,
}  # fmt: skip
_GIVEN_OF_RELATIVES: Final = {level: weight - 5.0 for level, weight in _NAME.items()}
_VALUE: Final = {"same": -0.5, "close": 4.0, "differs": 0.0}
_PAPER: Final = {"same": -0.5, "close": 6.0, "differs": -9.0}
_NOT_OF_RELATIVES: Final = {"same": -12.0, "close": 0.0, "differs": 0.0}
_SAME: Final[dict[Feature, dict[str, float]]] = {
    Feature.GIVEN: _NAME,
    Feature.FAMILY: _NAME,
    Feature.FATHER: _NAME | {"differs": -6.5},
    Feature.SEX: {"same": 1.0, "differs": -9.0},
    Feature.BORN: {
        "same-day": 12.0, "same-year": 5.0, "day-and-month": 7.0, "swapped": 9.0, "near-day": 5.0,
        "digit": -4.0, "within-year": 1.5, "same-year-other-day": 0.0, "few-years": -2.0,
        "differs": -9.5,
    },
    Feature.PHONE: {"same": -0.6, "close": 4.0, "differs": -1.5},
    Feature.EMAIL: _VALUE,
    Feature.PASSPORT: _PAPER,
    Feature.NATIONAL_ID: _PAPER,
    Feature.DOCUMENT: _VALUE,
    Feature.PLACE: {"same": 0.0, "close": 2.0, "differs": -2.0},
    Feature.ADDRESS: _VALUE,
    Feature.POSTCODE: _VALUE | {"close": 1.0},
    Feature.OCCUPATION: {"same": 0.0, "close": 1.0, "differs": -1.0},
    Feature.LIST: {"other-list": 0.0, "same-list": -3.0, "same-household": 4.0},
}  # fmt: skip
_RELATIVE: Final[dict[Feature, dict[str, float]]] = _SAME | {
    Feature.GIVEN: _GIVEN_OF_RELATIVES,
    Feature.FATHER: _NAME | {"differs": -2.0},
    Feature.SEX: {"same": 0.0, "differs": 0.0},
    Feature.BORN: dict.fromkeys(LEVELS[Feature.BORN], 0.0) | {"same-day": -3.0},
    Feature.PASSPORT: _NOT_OF_RELATIVES,
    Feature.NATIONAL_ID: _NOT_OF_RELATIVES,
    Feature.LIST: {"other-list": 0.0, "same-list": -1.0, "same-household": 9.0},
}
# Bits of rarity, by how common the table of names says that a name is.
_NAME_BITS: Final = {4: 5.0, 3: 7.0, 2: 9.0, 1: 11.0, 0: 12.0}
_OTHER_NAME_BITS: Final = 12.5
_BITS: Final = {
    Feature.PHONE: 14.0,
    Feature.EMAIL: 20.0,
    Feature.PASSPORT: 18.0,
    Feature.NATIONAL_ID: 18.0,
    Feature.DOCUMENT: 16.0,
    Feature.PLACE: 4.0,
    Feature.ADDRESS: 10.0,
    Feature.POSTCODE: 10.0,
    Feature.OCCUPATION: 6.0,
}


def starting_model() -> Model:
    """The model of a register that has not learned yet."""
    names = Rarity(
        known={name: _units(_NAME_BITS[common]) for name, common in variants().common.items()},
        other=_units(_OTHER_NAME_BITS),
    )
    return Model(
        version=VERSION,
        prior=_units(PRIOR),
        related=_units(RELATED),
        same=_table(_SAME),
        relative=_table(_RELATIVE),
        rarity=dict.fromkeys(NAME_FEATURES, names)
        | {feature: Rarity({}, _units(bits)) for feature, bits in _BITS.items()},
        caps=CAPS,
        thresholds=THRESHOLDS,
    )


def _table(weights: Mapping[Feature, Mapping[str, float]]) -> dict[Feature, tuple[int, ...]]:
    return {
        feature: tuple(_units(weights[feature][level]) for level in levels)
        for feature, levels in LEVELS.items()
    }


def _units(bits: float) -> int:
    return round(bits * UNIT)
