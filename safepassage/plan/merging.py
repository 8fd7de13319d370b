"""An operation made smaller without taking anything away from it, for bounds.

Havens become one, as near to each base as the nearest of them, with the places of all; bases that
are equally far from everything become one, with the beds, clearing and lifts of all.  Every plan of
the operation is, seen so, a plan of the smaller one with the same people at the same times: a
flight to a farther haven takes its crew as long, and its lift longer.  So a bound of the smaller
one bounds the operation.  What is lost is the havens' daily intake.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from safepassage.plan.linear import Whole
from safepassage.plan.problem import NO_WAY, Lift, Problem

_NO_END = 10**9


def merged(problem: Problem) -> Problem:
    """The smaller operation, with one haven and no two bases alike."""
    if not problem.havens or not problem.bases:
        return problem
    near = [_nearest(x.to_haven) for x in problem.lifts]
    group, first = _alike(problem, near)
    n = len(first)

    def added(values: Whole) -> Whole:
        total: Whole = np.bincount(group, weights=values, minlength=n).astype(np.int64)
        return total

    lifts = tuple(
        _merged_lift(x, haven, first, None if x.home is None else added(x.home))
        for x, haven in zip(problem.lifts, near, strict=True)
    )
    needs = tuple(
        need if need.base is None else replace(need, base=int(group[need.base]))
        for need in problem.needs
    )
    return replace(
        problem,
        bases=tuple(problem.bases[b] for b in first),
        havens=("havens",),
        lifts=lifts,
        beds=added(problem.beds),
        clear=added(problem.clear),
        haven_day=np.array([_NO_END]),
        haven_places=problem.haven_places.sum(keepdims=True),
        needs=needs,
        shut=(),  # of one of those that become one; leaving it out takes nothing away
    )


def _nearest(to_haven: Whole) -> Whole:
    """Steps from each base to the nearest haven that a lift flies to, [b]."""
    far = np.where(to_haven == NO_WAY, np.iinfo(np.int64).max, to_haven).min(1)
    nearest: Whole = np.where((to_haven == NO_WAY).all(1), NO_WAY, far)
    return nearest


def _alike(problem: Problem, near: list[Whole]) -> tuple[Whole, Whole]:
    """The group of each base, and the first base of each group."""
    ways = [*near, *(row for x in problem.lifts for row in x.to_origin)]
    _, first, group = np.unique(np.array(ways), axis=1, return_index=True, return_inverse=True)
    return group.ravel(), first


def _merged_lift(lift: Lift, near: Whole, first: Whole, home: Whole | None) -> Lift:
    return replace(
        lift,
        to_origin=lift.to_origin[:, first],
        to_haven=near[first][:, None],
        to_base=None,
        home=home,
    )
