"""Numbers drawn from a distribution: shares in (0, 1) turned into values, the same everywhere."""

from __future__ import annotations

import numpy as np

from safepassage.model.cause import Distribution, Shape
from safepassage.simulate.repeatable import Flags, Reals, Whole, exp_of, log_of, normal_of


def values_of(about: Distribution, share: Reals) -> Reals:
    """The quantile of each share; an Erlang has one share for each phase, in the last axis.

    Formulas: inverse distribution functions (Devroye, Non-Uniform Random Variate Generation, 1986,
    chapter II.2); a lognormal of mean m and coefficient of variation v is
    exp(mu + sigma z), sigma^2 = ln(1 + v^2), mu = ln m - sigma^2 / 2.
    """
    v = about.values
    if about.shape is Shape.CONSTANT:
        return np.full(share.shape, v[0])
    if about.shape is Shape.UNIFORM:
        return v[0] + (v[1] - v[0]) * share
    if about.shape is Shape.TRIANGULAR:
        return _triangular(v[0], v[1], v[2], share)
    if about.shape is Shape.EXPONENTIAL:
        return -v[0] * log_of(share)
    if about.shape is Shape.ERLANG:
        return -(v[0] / v[1]) * _in_order(log_of(share))
    variance = log_of(np.array([1 + v[1] * v[1]]))
    middle = log_of(np.array([v[0]])) - variance / 2
    return exp_of(middle + np.sqrt(variance) * normal_of(share))


def shares_needed(about: Distribution) -> int:
    """How many shares one value takes."""
    return int(about.values[1]) if about.shape is Shape.ERLANG else 1


def draw(about: Distribution, share: Reals) -> Reals:
    """`values_of` for shares in a flat row: as many values as there are shares for."""
    needed = shares_needed(about)
    return values_of(about, share if needed == 1 else share.reshape(-1, needed))


def whole_of(value: Reals, share: Reals) -> Whole:
    """Whole numbers whose mean is the value: 2.25 is 3 for a quarter of the shares, else 2."""
    below = np.floor(value)
    return (below + (share < value - below)).astype(np.int64)


def happens(chance: Reals | float, share: Reals) -> Flags:
    """Whether something of such a chance happens."""
    return np.asarray(share < chance)


def _triangular(low: float, usual: float, high: float, share: Reals) -> Reals:
    peak = (usual - low) / (high - low)
    rising = low + np.sqrt(share * ((high - low) * (usual - low)))
    falling = high - np.sqrt((1 - share) * ((high - low) * (high - usual)))
    return np.where(share < peak, rising, falling)


def _in_order(parts: Reals) -> Reals:
    """The sum over the last axis, one after the other: numpy's own order may change."""
    total = parts[..., 0].copy()
    for n in range(1, parts.shape[-1]):
        total += parts[..., n]
    return total
