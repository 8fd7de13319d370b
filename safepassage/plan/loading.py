"""Which lift brings what: inbound loads put on given sorties, in whole tonnes and whole people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safepassage.plan.errors import EngineError
from safepassage.plan.linear import INF, Builder, solve
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.requirements import launches_until

Loads = dict[int, dict[int, int]]  # sortie -> need -> amount


def loaded(problem: Problem, sorties: Sequence[Sortie], seconds: float = 20.0) -> Loads:
    """The loads of each sortie, every need met.

    Raises:
        EngineError: these sorties cannot bring all that is needed.
    """
    if not problem.needs:
        return {}
    pairs = _pairs(problem, sorties)
    if not pairs:
        raise EngineError("no sortie flies in what is needed")
    most = np.array([problem.needs[i].most(problem.lifts[sorties[n].lift]) for n, i in pairs])
    build = Builder()
    x = build.columns(
        "load", (len(pairs),), upper=most, cost=[problem.needs[i].by for _, i in pairs]
    )
    flights = sorted({n for n, _ in pairs})
    room = build.rows("room", (len(flights),), -INF, 1.0 + 1e-9)
    amounts = np.array([need.amount for need in problem.needs])
    needed = build.rows("needed", (len(amounts),), amounts, INF)
    for j, (n, i) in enumerate(pairs):
        build.add(room[flights.index(n)], x[j], 1 / most[j])
        build.add(needed[i], x[j], 1)
    found = solve(build.finished(), seconds=seconds, method="mip", whole=x)
    if not np.isfinite(found.value):
        raise EngineError("these sorties do not bring all that is needed in whole loads")
    loads: Loads = {}
    for (n, i), amount in zip(pairs, np.rint(found.columns).astype(int), strict=True):
        if amount:
            loads.setdefault(n, {})[i] = int(amount)
    return loads


def _pairs(problem: Problem, sorties: Sequence[Sortie]) -> list[tuple[int, int]]:
    """Sorties, and needs that they can bring."""
    until = {
        (i, k): launches_until(problem, k, need.origin, need)
        for i, need in enumerate(problem.needs)
        for k in range(len(problem.lifts))
    }
    return [
        (n, i)
        for n, s in enumerate(sorties)
        for i, need in enumerate(problem.needs)
        if s.fetches
        and s.place == need.origin
        and need.most(problem.lifts[s.lift]) > 0
        and s.launch < until[i, s.lift][s.base]
    ]
