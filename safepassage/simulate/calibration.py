"""How many a day an operation let out, fitted to published days, and each day predicted without it.

The model is multiplicative, because what hinders people hinders a share of them:

    ln(people of day d) = a . x_d + e_d

with a column of x for each stated cause: 1 for every day, the days of building up that were still
to come, a rule of admission that was narrower, the days since a threat.  It is fitted by least
squares.  To predict a day it is fitted without it; the error of the prediction has the variance

    s^2 (1 + x (X'X)^-1 x'),   s^2 the mean square of the residuals

(Draper and Smith, Applied Regression Analysis, 1998, chapter 5), and what the engine is given is a
lognormal factor of that spread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from safepassage.model.cause import Distribution, Shape
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.repeatable import Reals


@dataclass(frozen=True, slots=True)
class Day:
    """A published window and what is known about it beforehand."""

    start: datetime
    end: datetime
    people: int
    about: tuple[float, ...]  # one number for each stated cause, 1 first


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a day should be, judged by the other days."""

    day: Day
    middle: float  # people
    spread: float  # standard deviation of the logarithm
    freedom: int

    @property
    def factor(self) -> Distribution:
        """The people of the day, relative to `middle`, as the engine draws them."""
        variation = math.sqrt(math.expm1(self.spread**2))
        # The mean of a lognormal whose median is 1.
        return Distribution(Shape.LOGNORMAL, (math.exp(self.spread**2 / 2), variation))


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients of the stated causes, and what they leave unexplained."""

    coefficients: tuple[float, ...]
    spread: float  # standard deviation of the residuals of the logarithm
    residuals: tuple[float, ...]  # by day; 0.1 is a tenth more than the causes say


def fit(days: Sequence[Day]) -> Fit:
    """The causes fitted to all of the days.

    Raises:
        SimulationError: there are not more days than causes, or two causes cannot be told apart.
    """
    x, y = _arrays(days)
    a, spread = _least_squares(x, y)
    return Fit(tuple(float(v) for v in a), spread, tuple(float(v) for v in y - x @ a))


def held_out(days: Sequence[Day]) -> list[Prediction]:
    """Each day predicted from all others.

    A cause that only one day has cannot be learnt from the others; leave that day out of the list.

    Raises:
        SimulationError: as `fit`, for the days that are left when one is held out.
    """
    found = []
    for n, day in enumerate(days):
        rest = [d for m, d in enumerate(days) if m != n]
        x, y = _arrays(rest)
        a, spread = _least_squares(x, y)
        at = np.array(day.about)
        more = float(at @ np.linalg.solve(x.T @ x, at))
        middle = math.exp(float(at @ a))
        freedom = len(rest) - x.shape[1]
        found.append(Prediction(day, middle, spread * math.sqrt(1 + more), freedom))
    return found


def _arrays(days: Sequence[Day]) -> tuple[Reals, Reals]:
    if any(day.people <= 0 for day in days):
        raise SimulationError("a day without people has no logarithm; leave it out")
    x = np.array([day.about for day in days], float)
    return x, np.log([float(day.people) for day in days])


def _least_squares(x: Reals, y: Reals) -> tuple[Reals, float]:
    freedom = x.shape[0] - x.shape[1]
    if freedom < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        raise SimulationError(
            f"{x.shape[0]} days cannot tell {x.shape[1]} causes apart; give more days or fewer"
            " causes"
        )
    a: Reals = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], np.float64)
    return a, float(np.sqrt(((y - x @ a) ** 2).sum() / freedom))
