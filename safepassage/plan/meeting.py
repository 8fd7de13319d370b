"""Whether what has to be met can be met, proved before anything is planned.

Rear guards and inbound loads are requirements, not wishes.  For each one alone, and then for all
together, the relaxed programme is asked how much of it can be met at most; by weak duality that is
a theorem.  If it is not enough, the answer says how much is and which earlier or later instant
would do.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from safepassage.plan.bounds import bucket_lengths
from safepassage.plan.errors import InfeasibleError
from safepassage.plan.exact import is_small
from safepassage.plan.formulation import Formulation, formulate
from safepassage.plan.linear import Programme, Reals, solve
from safepassage.plan.problem import Guard, Need, Problem
from safepassage.plan.proof import proved
from safepassage.plan.relaxation import even_buckets, relaxed


def require_met(problem: Problem) -> None:
    """Refuse a rear guard or an inbound load that no plan can meet.

    Raises:
        InfeasibleError: how much can be met at most, and what would mend it.
    """
    required: list[Guard | Need] = [*problem.guards, *problem.needs]
    if not required:
        return
    pooled = problem.pooled()
    for one in required:
        at_most = _at_most(_only(pooled, one), [1.0])
        if at_most < _amount(one):
            raise InfeasibleError(_sentence(problem, one, at_most))
    shares = [1 / max(1, _amount(x)) for x in required]
    if len(required) > 1 and _at_most(pooled, shares, whole=False) < len(required) - 1e-6:
        raise InfeasibleError(
            "rear guard and inbound loads: each can be met alone, but not all of them together;"
            " ask for less, for later, or for more lifts, crews or parking slots"
        )


def _amount(one: Guard | Need) -> int:
    return one.people if isinstance(one, Guard) else one.amount


def _only(problem: Problem, one: Guard | Need) -> Problem:
    """The problem with one requirement and no other."""
    if isinstance(one, Guard):
        return replace(problem, guards=(one,), needs=())
    return replace(problem, guards=(), needs=(one,))


def _at_most(problem: Problem, worth: list[float], whole: bool = True) -> float:
    """What can be met at most, each requirement's unit worth so much; proved."""
    hourly = _optional(formulate(problem), worth)
    length = 1 if is_small(hourly) else bucket_lengths(problem)[0]
    small = relaxed(hourly, even_buckets(problem.steps, length))
    proof = proved(hourly.programme, small.spread_rows(solve(small.programme).multipliers))
    return math.floor(-proof.value + 1e-6) if whole else -proof.value


def _optional(hourly: Formulation, worth: list[float]) -> Formulation:
    """The rules with requirements that may be met in part, and nothing else worth anything."""
    p, programme = hourly.problem, hourly.programme
    cost: Reals = np.zeros(programme.columns)
    low, high, upper = programme.low.copy(), programme.high.copy(), programme.upper.copy()
    n = len(p.guards)
    for number, guard in enumerate(p.guards):
        if guard.is_last:
            upper[hourly.column[f"held {number}"]] = guard.people
    if n:
        low[hourly.row["guard"]] = 0
        cost[hourly.column["guard"]] = -np.array(worth[:n])[:, None]
    for i, need in enumerate(p.needs):
        row = hourly.row[f"needed {i}"]
        low[row], high[row] = 0, need.amount
        cost -= worth[n + i] * _row(hourly, int(row[0]))
    return replace(hourly, programme=_with(programme, cost, low, high, upper))


def _with(programme: Programme, cost: Reals, low: Reals, high: Reals, upper: Reals) -> Programme:
    cap = np.where(upper > programme.upper, upper, programme.cap)
    return replace(programme, cost=cost, low=low, high=high, upper=upper, cap=cap)


def _row(hourly: Formulation, number: int) -> Reals:
    """One row of the rules."""
    programme = hourly.programme
    chosen = programme.row == number
    found: Reals = np.zeros(programme.columns)
    np.add.at(found, programme.column[chosen], programme.value[chosen])
    return found


def _sentence(problem: Problem, one: Guard | Need, at_most: float) -> str:
    where, hours = problem.origins[one.origin], problem.step_hours
    if isinstance(one, Guard):
        since = f" after hour {one.holds * hours:g}" if one.holds else ""
        said = (
            f"{where}: of the rear guard of {one.people:,} at most {at_most:,.0f} can leave"
            f"{since} by the deadline"
        )
        step = _first(problem, one, range(one.holds - 1, -1, -1))
        mend = "" if step is None else f", or let them begin at hour {step * hours:g}"
        return f"{said}; leave {one.people - at_most:,.0f} out{mend}"
    said = (
        f"{where}: at most {at_most:,.0f} of the {one.amount:,} {one.unit} of {one.name!r} can be"
        f" flown in by hour {one.by * hours:g}"
    )
    step = _first(problem, one, range(one.by + 1, problem.steps + 1))
    mend = "" if step is None else f", or give them until hour {step * hours:g}"
    return f"{said}; ask for {at_most:,.0f}{mend}"


def _first(problem: Problem, one: Guard | Need, steps: range) -> int | None:
    """The first of these steps that would do, if any does; what does then does ever after."""

    def would_do(step: int) -> bool:
        other = replace(one, holds=step) if isinstance(one, Guard) else replace(one, by=step)
        return _at_most(_only(problem.pooled(), other), [1.0]) >= _amount(one)

    if not steps or not would_do(steps[-1]):
        return None
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if would_do(steps[middle]) else (middle + 1, high)
    return steps[low]
