"""Estimates from replications, each with the interval in which the true value lies (95 %).

A mean has Student's interval (its quantile by the expansion of Cornish and Fisher, Abramowitz and
Stegun 26.7.5), a chance that of Wilson (1927), a quantile the order statistics around it (David and
Nagaraja, Order Statistics, 2003, section 7.1).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from safepassage.simulate.repeatable import Reals, Whole

Z = 1.959963984540054  # the normal quantile of 97.5 %


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2

    def to_json(self) -> dict[str, float]:
        """The numbers."""
        return asdict(self)


def mean_of(values: Reals | Whole) -> Estimate:
    """The mean of independent replications; of fewer than two it says nothing."""
    n = len(values)
    mean = float(values.mean()) if n else math.nan
    if n < 2:
        return Estimate(mean, -math.inf, math.inf)
    half = student(n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half)


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's distribution; within 1 % from three degrees on."""
    z, n = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def chance_of(happened: int, n: int) -> Estimate:
    """How likely something is that happened in so many of n replications."""
    if not n:
        return Estimate(math.nan, 0.0, 1.0)
    share, square = happened / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def quantile_of(values: Reals | Whole, share: float) -> Estimate:
    """The value that such a share of replications does not exceed."""
    ordered = np.sort(values)
    n = len(ordered)
    middle, half = n * share, Z * math.sqrt(n * share * (1 - share))
    at = [math.ceil(middle) - 1, math.floor(middle - half) - 1, math.ceil(middle + half)]
    value, low, high = (float(ordered[min(max(i, 0), n - 1)]) for i in at)
    is_known = at[1] >= 0, at[2] <= n - 1
    return Estimate(value, low if is_known[0] else -math.inf, high if is_known[1] else math.inf)
