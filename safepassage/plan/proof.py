"""A bound from multipliers alone, in our own arithmetic: nothing here trusts an engine.

Weak duality.  For any multipliers y and every point of low <= A u <= high, lower <= u <= cap:
cost.u >= sum of y x (the side of its row) + sum of z x (the side of its column), z = cost - A'y.
Multipliers of the wrong sign are set to zero, rounding errors are bounded and charged against us.
Each term is a price times a capacity; they add up to the bound, so the bottleneck is a sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from safepassage.plan.linear import Programme, Reals

_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Proof:
    """A lower bound of a minimisation, and the terms that it is the sum of."""

    value: float
    rows: Reals
    columns: Reals


def proved(programme: Programme, multipliers: Reals) -> Proof:
    """The bound that multipliers prove, rounding charged against it."""
    y = np.where(np.isfinite(multipliers), multipliers, 0.0)
    y = np.where((y > 0) & ~np.isfinite(programme.low), 0.0, y)
    y = np.where((y < 0) & ~np.isfinite(programme.high), 0.0, y)
    column, width = programme.column, programme.columns
    products = programme.value * y[programme.row]
    drawn = np.bincount(column, weights=products, minlength=width)
    size = np.bincount(column, weights=np.abs(products), minlength=width) + np.abs(programme.cost)
    count = np.diff(programme.start) + 3
    error = count * _EPS * size
    z = programme.cost - drawn - error  # the least that it can be
    with np.errstate(invalid="ignore"):
        rows = np.where(y > 0, y * programme.low, np.where(y < 0, y * programme.high, 0.0))
        columns = np.where(z < 0, z * programme.cap, z * programme.lower)
        reach = np.where((z >= 0) & (programme.lower <= 0), 0.0, columns)
    total = math.fsum(rows) + math.fsum(reach)
    slack = 4 * _EPS * (math.fsum(np.abs(rows)) + math.fsum(np.abs(reach)))
    return Proof(total - slack, rows, reach)
