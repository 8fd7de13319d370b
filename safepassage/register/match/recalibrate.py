"""Thresholds moved by what people said: where a machine's caution is more, or less, than theirs.

A weight is log odds, so what reviewers disagree with is mostly its origin, not its order: the
thresholds move and the weights stay.  For a threshold t and a pair that lies at x, both in bits,

    P(people say "same")  =  slip + (1 - 2 slip) / (1 + 2 ** -(demand + trust (x - t)))

is fitted to the judgements by t alone, with a normal prior around the trained threshold: the
maximum a posteriori of a one-parameter Platt scaling (Platt 1999).  `demand` is what the threshold
asks for; `trust` takes off that features are not independent, so that bits add up to too much;
`slip` that reviewers err, so that a few answers far out do not carry the threshold away.  More
"same" never raises a threshold, more "not the same" never lowers one, and what contradicts itself
ends between the two.

Judged pairs are no random sample: the queue asks the lightest first, and only where a machine did
not decide.  So no share of anything is learned from them, only what people say *given* where a pair
lies, which the order of asking does not bend; and since the judged lie at the light end, the
threshold of the mean is fitted for a pair of the weight `likely`, each judged pair counted by how
far it is below that.

Two thresholds may go either way: the weight and the mean from which a link is likely.  What a
machine does alone is never loosened.  To trust it with one false merge in two thousand would take
six thousand pairs above a threshold without one error (the rule of three: Hanley and Lippman-Hand
1983), and reviewers do not see those pairs; but where they called a pair not the same that a
machine would merge, the automatic thresholds rise.  The rules of `bands.py` stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.model import UNIT, Model, Thresholds

TRUST: Final = 2 / 3  # how many bits of the answer one bit of evidence is worth
SLIP: Final = 0.01  # of all answers
PRIOR: Final = 1.0  # bits: standard deviation of a threshold around the trained one
REACH: Final = 6 * UNIT  # a threshold goes no further
STEP: Final = UNIT // 8
LIKELY_DEMAND: Final = 1.0  # bits: two "same" for one "not the same"
AUTOMATIC_DEMAND: Final = 5.0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A pair that people judged, as the model sees it without any judgement; weights in units."""

    weight: int
    mean: int  # of all pairs between the two clusters that a machine makes alone
    is_free: bool  # no rule holds the pair back
    is_merged: bool  # a machine has put the two together: there is no mean between them
    is_same: bool  # what people said


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A model before and after, and what it was moved by."""

    before: Thresholds
    model: Model
    same: int
    not_same: int

    @property
    def changes(self) -> dict[str, tuple[float, float]]:
        """The thresholds that moved, before and after, in bits."""
        pairs = (
            (name, getattr(self.before, name), getattr(self.model.thresholds, name))
            for name in Thresholds.__slots__
        )
        return {name: (a / UNIT, b / UNIT) for name, a, b in pairs if a != b}


def recalibrate(model: Model, reviewed: Iterable[Reviewed]) -> Recalibration:
    """The model under thresholds that agree with what people said.

    The same for any order of judgements. Where no threshold moves it is the very same version.
    """
    told = list(reviewed)
    before = model.thresholds
    apart = [r for r in told if not r.is_merged]
    mean = _moved(
        before.likely_mean,
        [(r.mean + r.weight - before.likely, r.is_same) for r in apart],
        LIKELY_DEMAND,
    )
    likely = _moved(
        before.likely,
        [(r.weight, r.is_same) for r in apart if r.mean >= before.likely_mean],
        LIKELY_DEMAND,
    )
    alone = _moved(
        before.automatic,
        [(r.weight, r.is_same) for r in told if r.is_free and r.weight >= before.automatic],
        AUTOMATIC_DEMAND,
    )
    rise = max(0, alone - before.automatic)
    after = replace(
        before,
        likely_mean=mean,
        likely=max(likely, before.ask),
        automatic=before.automatic + rise,
        automatic_among_kin=before.automatic_among_kin + rise,
    )
    same = sum(r.is_same for r in told)
    if after == before:
        return Recalibration(before, model, same, len(told) - same)
    mark = hashlib.sha256(repr(after).encode()).hexdigest()[:6]
    moved = replace(
        model,
        version=f"{model.version}-judged-{mark}",
        thresholds=after,
        trained_on={**model.trained_on, "judgements": len(told)},
    )
    return Recalibration(before, moved, same, len(told) - same)


def _moved(at: int, told: Sequence[tuple[int, bool]], demand: float) -> int:
    """Where a threshold lies best: the maximum a posteriori over steps of an eighth of a bit.

    Args:
        at: where the threshold lies now, in units.
        told: where judged pairs lie, in units, and whether people said "same".
        demand: log2 of the odds of "same" that a pair just at the threshold must have.
    """
    steps = np.arange(at - REACH, at + REACH + STEP, STEP)
    worth = -(((steps - at) / UNIT) ** 2) / (2 * PRIOR**2)
    for is_same in (True, False):
        places, counts = np.unique([x for x, same in told if same is is_same], return_counts=True)
        chance = _chance_of_same(places[:, None], steps[None, :], demand)
        worth = worth + counts @ np.log(chance if is_same else 1 - chance)
    return int(steps[worth.argmax()])


def _chance_of_same(
    places: NDArray[np.float64], steps: NDArray[np.int64], demand: float
) -> NDArray[np.float64]:
    odds = demand + TRUST * (places - steps) / UNIT
    chance: NDArray[np.float64] = SLIP + (1 - 2 * SLIP) / (1 + np.exp2(-odds))
    return chance
