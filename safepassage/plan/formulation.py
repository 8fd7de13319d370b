"""The rules of a plan as the rows of a linear programme, one step at a time.

The formulation is rotations: a lift leaves its base, loads at an origin, returns to its base.
Where lifts may move between bases, a plan flies them there (`ferries`); the bound moves them in no
time and without a crew, which no plan can better.  Classes are told apart up to the aircraft's
door.  Gates of one origin are one row, since everybody in its queue may use each of them: nothing
is lost by it.  What has to be met besides, rear guard and inbound loads, is in requirements.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safepassage.plan.closures import may_fetch, may_move, may_send_on
from safepassage.plan.linear import INF, Builder, Programme, Whole
from safepassage.plan.problem import NO_WAY, Lift, Problem
from safepassage.plan.requirements import guards_at, inbound_loads, rear_guard


@dataclass(frozen=True)
class Formulation:
    """A programme, and where its blocks of columns and rows are."""

    problem: Problem
    programme: Programme
    column: dict[str, Whole]
    row: dict[str, Whole]
    steps: dict[str, Whole]
    keeps_last: frozenset[str]
    paces: Paces


@dataclass(frozen=True)
class Paces:
    """Lifts of the same speed share their passengers' columns: pace of each lift, one lift each."""

    origin: tuple[int, ...]
    origin_example: tuple[int, ...]
    onward: tuple[int, ...]
    onward_example: tuple[int, ...]


def paces(lifts: tuple[Lift, ...]) -> Paces:
    """Group lifts whose flights take the same steps everywhere."""
    out, there = _grouped([x.to_origin for x in lifts])
    on, example = _grouped([x.to_haven for x in lifts])
    return Paces(out, there, on, example)


def _grouped(tables: list[Whole]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    seen: dict[bytes, int] = {}
    examples: list[int] = []
    group: list[int] = []
    for number, table in enumerate(tables):
        if not (table >= 0).any():
            group.append(NO_WAY)
            continue
        key = table.tobytes()
        if key not in seen:
            seen[key] = len(examples)
            examples.append(number)
        group.append(seen[key])
    return tuple(group), tuple(examples)


def formulate(problem: Problem, *, ferries: bool = False) -> Formulation:
    """The linear programme whose every whole-number point is a plan.

    Where lifts may move between bases that is so with `ferries`.  Without, they move freely: every
    plan is a point of it, but not the other way round.
    """
    build = Builder()
    pace = paces(problem.lifts)
    fleet_at = problem.fleet_at(ferries)
    _people_to_the_door(build, problem)
    _people_at_bases(build, problem, pace)
    _seats_and_aprons(build, problem, pace)
    rear_guard(build, problem)
    for number, lift in enumerate(problem.lifts):
        _fleet(build, problem, number, lift, fleet_at)
        _rotations(build, problem, number, lift, pace, fleet_at)
        _onward(build, problem, number, lift, pace, fleet_at)
        if ferries and problem.rebases:
            _ferries(build, problem, number, lift)
    inbound_loads(build, problem)
    return Formulation(
        problem,
        build.finished(),
        build.column,
        build.row,
        build.steps,
        frozenset(build.keeps_last),
        pace,
    )


def _people_to_the_door(build: Builder, problem: Problem) -> None:
    c, o, t = problem.demand.shape
    when = np.arange(t)
    known = problem.demand.cumsum(-1)
    airside = problem.airside[:, None] * np.where(when == t - 1, 0, 1)  # nobody left at the end
    x = build.columns("gate", (c, o, t), cap=np.minimum(known, problem.let_through))
    q = build.columns("queue", (c, o, t), cap=known)
    i = build.columns("airside", (c, o, t), upper=airside)
    room = problem.airside[:, None] + problem.let_through
    d = build.columns("board", (c, o, t), cost=-problem.worth[:, None], cap=np.minimum(known, room))

    r = build.rows("queue", (c, o, t), problem.demand, problem.demand, when)
    build.add(r, q, 1)
    build.lag(r, q, 1, -1)
    build.add(r, x, 1)
    r = build.rows("gate", (o, t), -INF, problem.let_through, when)
    build.add(r[None], x, 1)
    r = build.rows("airside", (c, o, t), 0, 0, when)
    build.add(r, i, 1)
    build.lag(r, i, 1, -1)
    build.add(r, x, -1)
    build.add(r, d, 1)
    if c > 1:
        r = build.rows("holding", (o, t), -INF, airside, when, keep_last=True)
        build.add(r[None], i, 1)


def _people_at_bases(build: Builder, problem: Problem, pace: Paces) -> None:
    o, b, t = len(problem.origins), len(problem.bases), problem.steps
    h, waves, when = len(problem.havens), problem.waves, np.arange(problem.steps)
    guards = guards_at(problem)[:, None]
    room = (problem.airside[:, None] + problem.let_through + guards)[None, :, None]
    p = build.columns("carry", (len(pace.origin_example), o, b, t), cap=room)
    n = build.columns("present", (b, t), upper=problem.beds[:, None])
    u = build.columns("uncleared", (b, t), cap=problem.beds[:, None])
    k = build.columns("clear", (b, t), upper=problem.clear[:, None])
    late = 1 + problem.objective.early * (1 - waves / t)
    q = build.columns(
        "onward",
        (len(pace.onward_example), b, h, len(waves)),
        cost=-problem.objective.onward * late,
        cap=(problem.beds + problem.clear)[:, None, None],  # cleared before, or in this very step
    )
    ru = build.rows("uncleared", (b, t), 0, 0, when)
    build.add(ru, u, 1)
    build.lag(ru, u, 1, -1)
    build.add(ru, k, 1)
    rn = build.rows("present", (b, t), 0, 0, when)
    build.add(rn, n, 1)
    build.lag(rn, n, 1, -1)
    r = build.rows("cleared", (b, t), 0, INF, when, keep_last=True)
    build.add(r, n, 1)
    build.add(r, u, -1)
    for g, number in enumerate(pace.origin_example):
        for oo, bb in np.argwhere(problem.lifts[number].to_origin >= 0):
            steps = int(problem.lifts[number].to_origin[oo, bb])
            build.lag(ru[bb], p[g, oo, bb], steps, -1)
            build.lag(rn[bb], p[g, oo, bb], steps, -1)
    if h:
        build.add(rn[:, waves][None, :, None], q, 1)
        _intake(build, problem, pace, q)
    r = build.rows("board", (o, t), 0, 0, when)
    build.add(r[None], build.column["board"], 1)
    build.add(r[None, :, None], p, -1)


def _intake(build: Builder, problem: Problem, pace: Paces, q: Whole) -> None:
    h, waves, day = len(problem.havens), problem.waves, problem.step_days
    days = int(day[problem.steps - 1]) + 1
    intake = build.rows("intake", (h, days), -INF, problem.haven_day[:, None])
    places = build.rows("places", (h,), -INF, problem.haven_places)
    build.add(places[None, None, :, None], q, 1)
    for g, number in enumerate(pace.onward_example):
        for bb, hh in np.argwhere(problem.lifts[number].to_haven >= 0):
            arrive = waves + int(problem.lifts[number].to_haven[bb, hh])
            in_time = arrive < problem.steps
            build.add(intake[hh, day[arrive[in_time]]], q[g, bb, hh, in_time], 1)


def _seats_and_aprons(build: Builder, problem: Problem, pace: Paces) -> None:
    o, b, t = len(problem.origins), len(problem.bases), problem.steps
    h, when = len(problem.havens), np.arange(problem.steps)
    r = build.rows("seats", (len(pace.origin_example), o, b, t), -INF, 0, when)
    build.add(r, build.column["carry"], 1)
    shape = (len(pace.onward_example), b, h, len(problem.waves))
    r = build.rows("onward seats", shape, -INF, 0, problem.waves)
    build.add(r, build.column["onward"], 1)
    build.rows("slots", (o, t), -INF, problem.slots, when)
    build.rows("runway", (o, t), -INF, problem.runway, when)


def _fleet(build: Builder, problem: Problem, number: int, lift: Lift, at: Whole) -> None:
    """Lifts by base; if they move freely between bases, all of a type in one row."""
    b, t, when = len(problem.bases), problem.steps, np.arange(problem.steps)
    places = len(np.unique(at))
    f = build.columns(f"ready {number}", (places, t), cap=lift.fleet)
    a = build.columns(f"home {number}", (b,), cap=lift.fleet)
    r = build.rows(f"fleet {number}", (places, t), 0, 0, when)
    build.add(r, f, 1)
    build.lag(r, f, 1, -1)
    build.add(r[at, 0], a, -1)
    if lift.home is None:
        build.add(build.rows(f"basing {number}", (1,), -INF, lift.fleet), a, 1)
    else:
        build.add(build.rows(f"basing {number}", (b,), lift.home, lift.home), a, 1)
    if lift.crews is not None:
        e = build.columns(f"crew {number}", (t,), cap=lift.crews)
        first = np.where(when == 0, lift.crews, 0)
        r = build.rows(f"crews {number}", (t,), first, first, when)
        build.add(r, e, 1)
        build.lag(r, e, 1, -1)


def _rotations(
    build: Builder, problem: Problem, number: int, lift: Lift, pace: Paces, fleet_at: Whole
) -> None:
    ways = np.argwhere(lift.to_origin >= 0)
    if not len(ways):
        return
    may = may_fetch(problem, lift)
    y = _launches(build, problem, f"fly {number}", lift, ways[:, ::-1], may, legs=2)
    air = build.row[f"fleet {number}"][fleet_at]
    slots, runway = build.row["slots"], build.row["runway"]
    seats = build.row["seats"]
    for oo, bb in ways:
        way, f = y[bb, oo], int(lift.to_origin[oo, bb])
        build.add(air[bb], way, 1)
        build.lag(air[bb], way, 2 * f + lift.ground + lift.turn, -1)
        build.lag(runway[oo], way, f, 1)
        build.lag(runway[oo], way, f + lift.ground, 1)
        for on_the_ground in range(f, f + lift.ground):
            build.lag(slots[oo], way, on_the_ground, lift.slots)
        build.lag(seats[pace.origin[number], oo, bb], way, f + lift.ground, -lift.seats)
        if lift.crews is not None:
            build.add(build.row[f"crews {number}"], way, 1)
            build.lag(build.row[f"crews {number}"], way, lift.cycle, -1)


def _launches(
    build: Builder,
    problem: Problem,
    name: str,
    lift: Lift,
    ways: Whole,
    may: NDArray[np.bool_],
    legs: int = 1,
) -> Whole:
    """A column for each launch from a base on one of the ways, where it may leave then."""
    flown = np.zeros((*may.shape[:2], 1), bool)
    flown[ways[:, 0], ways[:, 1]] = True
    return build.columns(
        name,
        may.shape,
        upper=np.where(flown & may, INF, 0),
        cost=legs * problem.objective.seat_cost * lift.seats,
        cap=lift.fleet,
    )


def _onward(
    build: Builder, problem: Problem, number: int, lift: Lift, pace: Paces, fleet_at: Whole
) -> None:
    ways = np.argwhere(lift.to_haven >= 0)
    if not len(ways):
        return
    waves, may = problem.waves, may_send_on(problem, lift)
    z = _launches(build, problem, f"onward {number}", lift, ways, may)
    air = build.row[f"fleet {number}"][fleet_at]
    for bb, hh in ways:
        way = z[bb, hh]
        build.add(build.row["onward seats"][pace.onward[number], bb, hh], way, -lift.seats)
        away = 2 * int(lift.to_haven[bb, hh]) + lift.onward_turn + lift.turn
        _out_and_back(build, air[bb], way, waves, away)
        if lift.crews is not None:
            _out_and_back(build, build.row[f"crews {number}"], way, waves, 2 * lift.cycle)


def _out_and_back(build: Builder, rows: Whole, way: Whole, waves: Whole, away: int) -> None:
    build.add(rows[waves], way, 1)
    back = waves + away
    in_time = back < rows.shape[-1]
    build.add(rows[back[in_time]], way[in_time], -1)


def _ferries(build: Builder, problem: Problem, number: int, lift: Lift) -> None:
    """Lifts that go to another base for good, or until they go on; a crew's duty each."""
    if not lift.ferries:
        return
    waves, may = problem.waves, may_move(problem, lift)
    ways = np.array([(start, end) for start, end, _ in lift.ferries])
    m = _launches(build, problem, f"ferry {number}", lift, ways, may)
    air = build.row[f"fleet {number}"]
    for start, end, away in lift.ferries:
        way = m[start, end]
        build.add(air[start, waves], way, 1)
        back = waves + away
        in_time = back < problem.steps
        build.add(air[end, back[in_time]], way[in_time], -1)
        if lift.crews is not None:
            _out_and_back(build, build.row[f"crews {number}"], way, waves, lift.cycle)
