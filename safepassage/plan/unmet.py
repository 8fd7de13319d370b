"""What can no longer be met after what happened: as little of it is given up as can be, and said.

Planning on must not fail because something has become impossible.  People who have passed a gate
and find no lift by the deadline go back; of a rear guard or an inbound load that can no longer
leave or come in in full, as much does as can.  All three have a price, so high that nothing else is
worth it: the rear guard's is the highest, then that of loads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Reals, Whole, solve
from safepassage.plan.loading import loaded
from safepassage.plan.owed import Owed
from safepassage.plan.past import Past, with_past
from safepassage.plan.people import whole_columns
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.relaxation import Relaxation, relaxed

STAYS, NEED, GUARD = 20.0, 40.0, 80.0  # of the first class, for each of them that is given up


@dataclass(frozen=True, eq=False)
class Unmet:
    """What is given up with these sorties."""

    sorties: list[Sortie]
    stays: Whole  # [c, o] people airside whom no lift takes
    guards: tuple[int, ...]  # of each rear guard, who stay
    needs: tuple[int, ...]  # of each inbound load, what does not come

    @property
    def cost(self) -> float:
        """What these sorties give up, by its price."""
        stays = int(self.stays.sum())
        return STAYS * stays + GUARD * sum(self.guards) + NEED * sum(self.needs)

    def given_up(self, past: Past) -> Past:
        """The past, and a problem that asks for no more than can be met."""
        p, passed = past.problem, past.passed.copy()
        for (c, o), heads in np.ndenumerate(self.stays):
            left = int(heads)
            for t in reversed(range(past.step)):
                back = min(left, int(passed[c, o, t]))
                passed[c, o, t] -= back
                left -= back
        guards = zip(p.guards, self.guards, strict=True)
        needs = [replace(n, amount=n.amount - k) for n, k in zip(p.needs, self.needs, strict=True)]
        less = replace(
            p,
            guards=tuple(replace(g, people=g.people - k) for g, k in guards),
            needs=tuple(n for n in needs if n.amount),
        )
        return replace(past, problem=less, passed=passed)


def _inside(past: Past) -> Whole:
    """Who waits airside now, [c, o]."""
    inside: Whole = (past.passed - past.boarded).sum(2)
    return inside


def may_fall_short(past: Past) -> bool:
    """Whether there is anything that could be given up."""
    p = past.problem
    return bool(p.guards or p.needs or _inside(past).any())


def yielding(hourly: Formulation, past: Past) -> Formulation:
    """The rules of all classes with what has to be met made a wish with a price."""
    p, programme = hourly.problem, hourly.programme
    cost, low, high = programme.cost.copy(), programme.low.copy(), programme.high.copy()
    upper, cap = programme.upper.copy(), programme.cap.copy()
    first = p.objective.weights[0]
    inside = _inside(past)
    end = hourly.column["airside"][..., -1]
    upper[end] = cap[end] = inside
    cost[end] = STAYS * first
    if "holding" in hourly.row:
        high[hourly.row["holding"][:, -1]] = inside.sum(0)
    for n, guard in enumerate(p.guards):
        low[hourly.row["guard"][n]] = 0
        cost[hourly.column["guard"][n]] -= GUARD * first
        if guard.is_last:
            last = hourly.column[f"held {n}"][-1]
            upper[last] = cap[last] = guard.people
    for i, need in enumerate(p.needs):
        row = hourly.row[f"needed {i}"]
        low[row], high[row] = 0, need.amount
        _wish(hourly, int(row[0]), NEED * first, cost)
    return replace(
        hourly,
        programme=replace(programme, cost=cost, low=low, high=high, upper=upper, cap=cap),
    )


def _wish(hourly: Formulation, row: int, price: float, cost: Reals) -> None:
    """Reward what counts in a row."""
    programme = hourly.programme
    chosen = programme.row == row
    np.add.at(cost, programme.column[chosen], -price * programme.value[chosen])


def fallen_short(hourly: Formulation, past: Past, sorties: list[Sortie]) -> Unmet:
    """What is given up with these sorties, by rules that yield.

    Raises:
        EngineError: they break a rule that does not.
    """
    p = hourly.problem
    small = relaxed(with_past(hourly, past, sorties, p.steps), np.arange(p.steps))
    found = solve(small.programme, seconds=60.0, method="mip", whole=whole_columns(hourly, small))
    if not np.isfinite(found.value):
        raise EngineError("no whole flow of people was found in the time allowed; allow more")
    leaving = [
        _total(small, found.columns, hourly.column["guard"][n]) for n in range(len(p.guards))
    ]
    stays = np.zeros(past.passed.shape[:2], np.int64)
    for at in np.ndindex(*stays.shape):
        stays[at] = _total(small, found.columns, hourly.column["airside"][(*at, slice(-1, None))])
    return Unmet(
        sorties,
        stays,
        tuple(g.people - n for g, n in zip(p.guards, leaving, strict=True)),
        _not_brought(p, sorties),
    )


def _total(small: Relaxation, values: Reals, columns: Whole) -> int:
    """The sum of these columns; merged ones count once."""
    merged = np.unique(small.column_of[columns.ravel()])
    return int(np.rint(values[merged[merged >= 0]].sum()))


def _not_brought(p: Problem, sorties: list[Sortie]) -> tuple[int, ...]:
    """Of each inbound load, what these sorties do not bring."""
    try:
        loaded(p, sorties)
    except EngineError:
        owed = Owed(p, 0)
        for s in sorted((s for s in sorties if s.fetches), key=lambda s: s.launch):
            owed.launched(s.launch, s.lift, s.base, s.place)
        return tuple(math.ceil(left - 1e-9) for left in owed.load)
    return (0,) * len(p.needs)
