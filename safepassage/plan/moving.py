"""Moves between bases that nothing needs: a pass towards a target makes some, a plan has none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np

from safepassage.plan.linear import Whole
from safepassage.plan.problem import Problem, Sortie


def without_idle_moves(
    problem: Problem, home: list[Whole], sorties: Sequence[Sortie], since: int = 0
) -> list[Sortie]:
    """The sorties without moves to a base that has lifts enough for all that starts there anyway.

    The latest moves are looked at first: what they brought may be what an earlier one is idle for.
    Moves before the step `since` have happened, needed or not.
    """
    looked_at = [s.is_ferry and s.launch >= since for s in sorties]
    moves = sorted(compress(sorties, looked_at), key=lambda s: -s.launch)
    if not moves:
        return list(sorties)
    kept = [s for s, is_move in zip(sorties, looked_at, strict=True) if not is_move]
    ready = _ready(problem, home, sorties)
    for move in moves:
        lift = problem.lifts[move.lift]
        away = next(n for a, b, n in lift.ferries if (a, b) == (move.base, move.place))
        there = ready[move.lift][move.place, move.launch + away :]
        if there.size and there.min() < 1:
            kept.append(move)
            continue
        there -= 1
        ready[move.lift][move.base, move.launch :] += 1
    return kept


def _ready(problem: Problem, home: list[Whole], sorties: Sequence[Sortie]) -> list[Whole]:
    """Lifts of each type ready at each base, [lift][b, t]."""
    ready = [np.repeat(h[:, None], problem.steps, 1) for h in home]
    for s in sorties:
        lift = problem.lifts[s.lift]
        if s.is_ferry:
            away = next(n for a, b, n in lift.ferries if (a, b) == (s.base, s.place))
            ready[s.lift][s.place, s.launch + away :] += 1
        elif s.is_onward:
            away = 2 * int(lift.to_haven[s.base, s.place]) + lift.onward_turn + lift.turn
        else:
            away = 2 * int(lift.to_origin[s.place, s.base]) + lift.ground + lift.turn
        end = None if s.is_ferry else s.launch + away
        ready[s.lift][s.base, s.launch : end] -= 1
    return ready
