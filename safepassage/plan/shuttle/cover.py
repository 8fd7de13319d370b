"""Who goes where by an hour, as a linear programme: one tour for each vehicle, everybody fetched.

Columns: a share of each tour of each vehicle (only those that leave no time for one more call:
calling more often than needed harms nobody); useful calls y[v, p]; those of all vehicles with the
same seats together, Y[g, p]; people left waiting s[p], calls that are missing u[g, p].  Minimise
what is left waiting or missing:

    one       sum over tours of a vehicle of share = 1
    calls     y[v, p] <= sum over tours of share x calls at p
    alike     Y[g, p] = u[g, p] + sum over vehicles alike of y[v, p]
    fetched   sum over vehicles of seats x y[v, p] + s[p] >= people[p]

y and Y are whole in every plan, so bounds on them are what a search branches on.  A node of the
search is these bounds; if multipliers prove that something is left or missing, it is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from safepassage.plan.engine import engine as quiet_engine
from safepassage.plan.errors import EngineError
from safepassage.plan.linear import INF, Builder, Programme, Reals, Whole
from safepassage.plan.proof import proved
from safepassage.plan.shuttle.problem import ShuttleProblem


@dataclass(frozen=True, eq=False)
class Box:
    """A node: least and most useful calls, [v + g, p], vehicles first and then those alike."""

    least: Whole
    most: Whole

    def split(self, row: int, place: int, at: int) -> tuple[Box, Box]:
        """At most `at` calls, or more."""
        below, above = self.most.copy(), self.least.copy()
        below[row, place], above[row, place] = at, at + 1
        return Box(self.least, below), Box(above, self.most)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What the engine found in a node: useful calls, [v + g, p], and multipliers to be proved."""

    calls: Reals
    multipliers: Reals


def alike(problem: ShuttleProblem) -> list[list[int]]:
    """Vehicles with the same number of seats, where there are several."""
    groups: dict[int, list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        groups.setdefault(vehicle.seats, []).append(number)
    return [g for g in groups.values() if len(g) > 1]


def whole_box(problem: ShuttleProblem) -> Box:
    """The node that every plan is in."""
    leaders = [g[0] for g in alike(problem)]
    seats = np.concatenate([problem.seats, problem.seats[leaders]])
    most = -(-problem.people[None] // seats[:, None])
    return Box(np.zeros_like(most), most)


class Cover:
    """The programme of one hour, with the engine that goes on from node to node."""

    def __init__(self, problem: ShuttleProblem, choices: list[Whole]) -> None:
        """`choices` are the tours of each vehicle that end by that hour, [tour, p]."""
        self.choices = choices
        build = Builder()
        vehicles, places = len(choices), len(problem.places)
        groups = alike(problem)
        self._shares = [
            build.columns(f"share {v}", (len(c),), cap=1.0) for v, c in enumerate(choices)
        ]
        y = build.columns("calls", (vehicles + len(groups), places))
        s = build.columns("short", (places,), cost=1.0, cap=problem.people.astype(float))
        one = build.rows("one", (vehicles,), 1, 1)
        link = build.rows("calls", (vehicles, places), 0, INF)
        build.add(link, y[:vehicles], -1)
        for v, tours in enumerate(choices):
            build.add(one[v : v + 1], self._shares[v], 1)
            for p in range(places):
                for n in np.unique(tours[:, p][tours[:, p] > 0]):
                    build.add(link[v, p : p + 1], self._shares[v][tours[:, p] == n], float(n))
        if groups:
            most = whole_box(problem).most[vehicles:].astype(float)
            missing = build.columns("missing", (len(groups), places), cost=1.0, cap=most)
            same = build.rows("alike", (len(groups), places), 0, 0)
            build.add(same, y[vehicles:], -1)
            build.add(same, missing, 1)
            for g, members in enumerate(groups):
                build.add(same[g][None], y[members], 1)
        fetched = build.rows("fetched", (places,), problem.people, INF)
        build.add(fetched, s, 1)
        for v, vehicle in enumerate(problem.vehicles):
            build.add(fetched, y[v], vehicle.seats)
        self._y = y
        self._groups = list(enumerate(groups, vehicles))
        self._programme = build.finished()
        self._engine = _warm(self._programme)

    def bounded(self, box: Box) -> Programme | None:
        """The programme of a node; None if a vehicle has no tour with so many calls."""
        if any((box.least[g].sum(0) > box.most[row]).any() for row, g in self._groups):
            return None
        p = self._programme
        lower, cap = p.lower.copy(), p.cap.copy()
        lower[self._y], cap[self._y] = box.least, box.most
        for v, tours in enumerate(self.choices):
            enough = (tours >= box.least[v]).all(1)
            if not enough.any():
                return None
            cap[self._shares[v]] = enough
        return replace(p, lower=lower, upper=cap, cap=cap)

    def relaxed(self, programme: Programme) -> Relaxed:
        """The node's optimum, from where the engine stands.

        Raises:
            EngineError: the engine has none.
        """
        import highspy

        width = programme.columns
        self._engine.changeColsBounds(
            width, np.arange(width, dtype=np.int32), programme.lower, programme.cap
        )
        self._engine.run()
        if self._engine.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise EngineError("the engine stopped in the middle of a search; plan again")
        found = self._engine.getSolution()
        return Relaxed(
            np.array(found.col_value)[self._y],
            np.array(found.row_dual),
        )


def is_hopeless(programme: Programme, multipliers: Reals) -> bool:
    """Whether multipliers prove that in this node no plan fetches everybody."""
    return proved(programme, multipliers).value > 0


def _warm(programme: Programme) -> Any:
    """An engine that holds a programme and keeps its basis between runs."""
    import highspy

    lp: Any = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = programme.columns, programme.rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = programme.cost, programme.lower, programme.cap
    lp.row_lower_, lp.row_upper_ = programme.low, programme.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = programme.start.astype(np.int32)
    lp.a_matrix_.index_ = programme.row.astype(np.int32)
    lp.a_matrix_.value_ = programme.value
    engine = quiet_engine()
    for option, setting in {"threads": 1, "solver": "simplex", "presolve": "off"}.items():
        engine.setOptionValue(option, setting)
    engine.passModel(lp)
    return engine
