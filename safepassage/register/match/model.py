"""The model: what every agreement is worth, as one frozen, versioned document.

A pair of records is one of three things: two rows of the *same* person, rows of two *relatives*
(one household, two persons), or of two persons *unrelated*.  A level of a feature weighs
log2(P(level | same) / P(level | unrelated)), Fellegi and Sunter's weight (1969); where what agrees
is a name or a value, the frequency of that very name or value stands for the chance agreement.
The same ratio for relatives says how well "two of one family" explains the pair; it is taken off
in one bar of its own:

    weight = prior + household + sum of the features' weights - log2(1 + 2 ** relatives)

Weights are whole numbers of 1/128 bit, so that the bars of an explanation add up to the weight
exactly, in any order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from safepassage.model.errors import SafePassageError
from safepassage.register.match.bags import Shorts, Words
from safepassage.register.match.columns import NAME_FEATURES, WIDTHS, Columns
from safepassage.register.match.compare import Bench, Compared
from safepassage.register.match.features import COMPARED, LEVELS, Feature
from safepassage.register.match.keys import token_keys

UNIT: Final = 128  # units in one bit
FORMAT: Final = 1
_STEPS_MAX: Final = 64 * UNIT


class ModelError(SafePassageError, ValueError):
    """A model document that cannot be used."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare a token or a value is: those worth keeping by name, and all others alike."""

    known: Mapping[str, int]  # -log2 of the frequency, in units
    other: int

    def of(self, texts: list[str]) -> Shorts:
        """Elementwise."""
        return np.array([self.known.get(t, self.other) for t in texts], dtype=np.int16)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Weights, in units, from which on a pair is of a band."""

    automatic: int
    automatic_among_kin: int  # the same where neither a birth date nor a paper speaks for it
    automatic_mean: int  # of all pairs between two clusters that a machine may make one
    likely: int  # accepted in the likely clusters; a person is asked where it matters
    likely_mean: int
    ask: int  # below, nobody is asked; at most `likely`


@dataclass(frozen=True, slots=True)
class Model:
    """Everything a score depends on besides the records."""

    version: str
    prior: int
    related: int  # log2 of how many pairs are relatives for one that is unrelated
    same: Mapping[Feature, tuple[int, ...]]  # weight by level
    relative: Mapping[Feature, tuple[int, ...]]
    rarity: Mapping[Feature, Rarity]
    caps: Mapping[str, int]
    thresholds: Thresholds
    trained_on: Mapping[str, int] = field(default_factory=dict)  # counts, for the reader

    def to_json(self) -> str:
        """The document; it holds names and must be sealed like a record."""
        body: dict[str, Any] = asdict(self)
        body["format"] = FORMAT
        body["same"] = {f: dict(zip(LEVELS[f], w, strict=True)) for f, w in self.same.items()}
        body["relative"] = {
            f: dict(zip(LEVELS[f], w, strict=True)) for f, w in self.relative.items()
        }
        return json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Read a document.

        Raises:
            ModelError: it is none, or of another format.
        """
        try:
            body = json.loads(text)
            if body.pop("format") != FORMAT:
                raise ModelError("this model is of another format: train it anew")
            return cls(
                **{k: body[k] for k in ("version", "prior", "related", "caps", "trained_on")},
                same=_weights(body["same"]),
                relative=_weights(body["relative"]),
                rarity={Feature(f): Rarity(**r) for f, r in body["rarity"].items()},
                thresholds=Thresholds(**body["thresholds"]),
            )
        except (KeyError, TypeError, ValueError) as fault:
            if isinstance(fault, ModelError):
                raise
            raise ModelError("this is not a model document: train a model anew") from None

    def with_thresholds(self, version: str, **changed: int) -> Model:
        """The same weights under other thresholds, as a new version."""
        return replace(self, version=version, thresholds=replace(self.thresholds, **changed))

    def bench(self, columns: Columns, words: Words | None = None) -> Bench:
        """Columns made ready to be compared under this model; `words` may know some pairs."""
        named = [(token_keys(word) or ("",))[0] for word in columns.words]
        rarity = {feature: self.rarity[feature].of(named) for feature in NAME_FEATURES}
        for feature in WIDTHS:
            rarity[feature] = self.rarity[feature].of(columns.texts[feature])
        return Bench(columns, words or Words(columns.words), rarity)


def _weights(body: Mapping[str, Mapping[str, int]]) -> dict[Feature, tuple[int, ...]]:
    return {Feature(f): tuple(w[level] for level in LEVELS[Feature(f)]) for f, w in body.items()}


def bars(compared: Compared, weights: Mapping[Feature, tuple[int, ...]]) -> NDArray[np.int32]:
    """What each feature weighs, elementwise: one row a pair, one column a feature."""
    out = np.zeros(compared.levels.shape, dtype=np.int32)
    for column, feature in enumerate(COMPARED):
        table = np.array([*weights[feature], 0], dtype=np.int32)  # the last is ABSENT
        out[:, column] = table[compared.levels[:, column]]
    out += compared.rarity
    return out


_KIN: Final = np.array(
    [round(UNIT * math.log2(1 + 2 ** (x / UNIT))) for x in range(-_STEPS_MAX, _STEPS_MAX + 1)],
    dtype=np.int32,
)


def explained_by_relatives(odds: NDArray[np.int32]) -> NDArray[np.int32]:
    """log2(1 + 2 ** odds), elementwise, in units: what is taken off a weight."""
    taken: NDArray[np.int32] = _KIN[np.clip(odds, -_STEPS_MAX, _STEPS_MAX) + _STEPS_MAX]
    return taken


def units(ratio: float) -> int:
    """log2 of a ratio in whole units."""
    return round(UNIT * math.log2(ratio))


def log2_sum(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    """log2(2 ** one + 2 ** other), elementwise, in units."""
    high, low = np.maximum(one, other), np.minimum(one, other)
    total: NDArray[np.int32] = high + explained_by_relatives(low - high)
    return total
