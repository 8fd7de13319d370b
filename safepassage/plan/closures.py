"""When bases, havens and ways are shut: which launches that rules out.

A shut base or haven takes no lift and lets none go; a shut way is flown or driven by nobody, in
neither direction.  A rotation is decided when it leaves its base, so what is ruled out is the
launch.  Shut gates and origins are in the rates, slots and runway of the problem.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from safepassage.plan.linear import Whole
from safepassage.plan.problem import Lift, Problem, Shut, Sortie

Bools = NDArray[np.bool_]


def may_fetch(problem: Problem, lift: Lift) -> Bools:
    """Whether a lift may leave its base for an origin in a step, [b, o, t]."""
    may = np.ones((len(problem.bases), len(problem.origins), problem.steps), bool)
    when = np.arange(problem.steps)
    for o, b in np.argwhere(lift.to_origin >= 0):
        way = int(lift.to_origin[o, b])
        back = when + way + lift.ground
        for shut in problem.shut:
            if shut.is_place(problem.bases[b]):
                may[b, o] &= ~(_within(shut, when) | _within(shut, back + way))
            elif shut.is_way(problem.origins[o], problem.bases[b]):
                may[b, o] &= ~(_meets(shut, when, way) | _meets(shut, back, way))
    return may


def may_send_on(problem: Problem, lift: Lift) -> Bools:
    """Whether a lift may leave its base for a haven with a wave, [b, h, wave]."""
    waves = problem.waves
    may = np.ones((len(problem.bases), len(problem.havens), len(waves)), bool)
    for b, h in np.argwhere(lift.to_haven >= 0):
        way = int(lift.to_haven[b, h])
        back = waves + way + lift.onward_turn
        for shut in problem.shut:
            if shut.is_place(problem.bases[b]):
                may[b, h] &= ~(_within(shut, waves) | _within(shut, back + way))
            elif shut.is_place(problem.havens[h]):
                may[b, h] &= ~(_within(shut, waves + way) | _within(shut, back))
            elif shut.is_way(problem.bases[b], problem.havens[h]):
                may[b, h] &= ~(_meets(shut, waves, way) | _meets(shut, back, way))
    return may


def may_move(problem: Problem, lift: Lift) -> Bools:
    """Whether a lift may leave a base for another one with a wave, [b, other b, wave]."""
    bases, waves = problem.bases, problem.waves
    may = np.ones((len(bases), len(bases), len(waves)), bool)
    for b, other, away in lift.ferries:
        way = away - lift.turn
        for shut in problem.shut:
            if shut.is_place(bases[b]):
                may[b, other] &= ~_within(shut, waves)
            elif shut.is_place(bases[other]):
                may[b, other] &= ~_within(shut, waves + way)
            elif shut.is_way(bases[b], bases[other]):
                may[b, other] &= ~_meets(shut, waves, way)
    return may


def may_fly(problem: Problem, sortie: Sortie) -> bool:
    """Whether a sortie may leave its base when it does."""
    lift, wave = problem.lifts[sortie.lift], sortie.launch // problem.wave
    if sortie.is_onward:
        return bool(may_send_on(problem, lift)[sortie.base, sortie.place, wave])
    if sortie.is_ferry:
        return bool(may_move(problem, lift)[sortie.base, sortie.place, wave])
    return bool(may_fetch(problem, lift)[sortie.base, sortie.place, sortie.launch])


def _within(shut: Shut, steps: Whole) -> Bools:
    return (steps >= shut.first) & (steps < shut.end)


def _meets(shut: Shut, steps: Whole, length: int) -> Bools:
    """Whether a flight that begins in a step is on its way while the way is shut."""
    return (steps < shut.end) & (steps + length > shut.first)
