"""Rows for what a plan has to meet besides getting people out: rear guard and inbound loads.

A rear guard is people who stand at an origin's door from the beginning: they take seats and beds
like everybody, pass no gate, and all leave in time but not too early.  Where they leave last, a
column per step says whether any has left (`drawdown`, 0 or 1); nobody else boards after that.

Inbound loads ride on rotations that fly to the origin anyway, or are launched for them: each takes
a share of a lift, so it costs runway, parking, ground time, airframe and crew.
"""

from __future__ import annotations

import numpy as np

from safepassage.plan.linear import INF, Builder, Reals, Whole
from safepassage.plan.problem import Need, Problem

REQUIRED = ("guard", "needed")  # rows that state amounts which have to be met


def guards_at(problem: Problem) -> Whole:
    """The rear guard of each origin, [o], in people."""
    total = np.zeros(len(problem.origins), np.int64)
    for guard in problem.guards:
        total[guard.origin] += guard.people
    return total


def rear_guard(build: Builder, problem: Problem) -> None:
    """Columns and rows of the rear guard, onto the rows of boarding."""
    if not problem.guards:
        return
    t, when = problem.steps, np.arange(problem.steps)
    people = np.array([g.people for g in problem.guards])
    holds = np.array([g.holds for g in problem.guards])
    upper = np.where(when >= holds[:, None], people[:, None], 0)
    e = build.columns("guard", (len(people), t), upper=upper)
    all_leave = build.rows("guard", (len(people),), people, people)
    for n, guard in enumerate(problem.guards):
        build.add(build.row["board"][guard.origin], e[n], 1)
        build.add(all_leave[n], e[n], 1)
    _drawdown(build, problem, e)


def _drawdown(build: Builder, problem: Problem, e: Whole) -> None:
    """Nobody else boards once one of those who leave last has left."""
    last = [n for n, g in enumerate(problem.guards) if g.is_last]
    origins = sorted({problem.guards[n].origin for n in last})
    if not last:
        return
    t, when = problem.steps, np.arange(problem.steps)
    u = build.columns("drawdown", (len(origins), t), upper=1.0)
    r = build.rows("drawdown", (len(origins), t), 0, INF, when)
    build.add(r, u, 1)
    build.lag(r, u, 1, -1)
    most = _boarding_most(problem)[origins]
    r = build.rows("last boarding", (len(origins), t), -INF, most, when)
    build.add(r[None], build.column["board"][:, origins], 1)
    for k in range(len(origins)):
        for at in range(1, t):
            build.add(r[k, at], u[k, at - 1], float(most[k, at]))
    for n in last:
        guard = problem.guards[n]
        left = build.columns(f"held {n}", (t,), upper=np.where(when == t - 1, 0, guard.people))
        first = np.where(when == 0, guard.people, 0)
        r = build.rows(f"held {n}", (t,), first, first, when)
        build.add(r, left, 1)
        build.lag(r, left, 1, -1)
        build.add(r, e[n], 1)
        r = build.rows(f"holds {n}", (t,), guard.people, INF, when, keep_last=True)
        build.add(r, left, 1)
        build.add(r, u[origins.index(guard.origin)], guard.people)


def _boarding_most(problem: Problem) -> Reals:
    """People who can board at an origin in a step at most, [o, t]."""
    room = problem.airside[:, None] + problem.let_through
    come = problem.demand.sum(0).cumsum(1)
    seats = max((x.seats for x in problem.lifts), default=0)
    most: Reals = np.minimum(np.minimum(room, come), problem.runway * seats).astype(float)
    return most


def inbound_loads(build: Builder, problem: Problem) -> None:
    """Loads on the way in, each a share of the rotations that land in time."""
    for i, need in enumerate(problem.needs):
        build.rows(f"needed {i}", (1,), need.amount, INF)
    for k, lift in enumerate(problem.lifts):
        if f"fly {k}" not in build.column:
            continue
        carries = [i for i, n in enumerate(problem.needs) if n.most(lift) > 0]
        for o in sorted({problem.needs[i].origin for i in carries}):
            mine = [i for i in carries if problem.needs[i].origin == o]
            _shares(build, problem, k, o, mine)


def _shares(build: Builder, problem: Problem, k: int, o: int, mine: list[int]) -> None:
    lift, b, t = problem.lifts[k], len(problem.bases), problem.steps
    ends = np.array([launches_until(problem, k, o, problem.needs[i]) for i in mine])
    upper = np.where(np.arange(t) < ends[:, :, None], INF, 0.0)
    share = build.columns(f"bring {k} {o}", (len(mine), b, t), upper=upper, cap=lift.fleet)
    r = build.rows(f"bring {k} {o}", (b, t), -INF, 0, np.arange(t))
    build.add(r[None], share, 1)
    build.add(r, build.column[f"fly {k}"][:, o], -1)
    for n, i in enumerate(mine):
        build.add(build.row[f"needed {i}"], share[n], problem.needs[i].most(lift))


def launches_until(problem: Problem, k: int, o: int, need: Need) -> list[int]:
    """By base: the first step in which a lift leaves it too late to bring a need, 0 for never."""
    lift = problem.lifts[k]
    found = []
    for b in range(len(problem.bases)):
        way = int(lift.to_origin[o, b])
        elsewhere = need.base is not None and need.base != b
        last = min(need.by, problem.steps - 1) - way - lift.ground
        found.append(0 if way < 0 or elsewhere else max(0, min(problem.steps, last + 1)))
    return found
