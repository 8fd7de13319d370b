"""Planning on from the middle of an operation: the past is fixed, the rest is solved anew.

The grid stays that of the plan in force, so aircraft on their way, crews on duty and people in beds
need no special rules: what happened before a step is fixed in the very rows that plan the rest.
Those who were told when to come should not be told otherwise for little: each published head that
still passes in its hour earns a small reward (persistence, after Brown, Dell and Wood 1997,
"Optimization and Persistence"),

    maximise   value of the plan  +  reward x sum over c, o, t of min(published, passing)[c, o, t]

With the reward at a fiftieth of the last class, one person more out outweighs fifty changed hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from safepassage.plan.bounds import Bound, bound
from safepassage.plan.closures import may_fly
from safepassage.plan.dispatch import Dispatcher, Flown, Manner, Pass, Target, with_drawdown
from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import Formulation, formulate, paces
from safepassage.plan.linear import Programme, Whole, by_column, solve
from safepassage.plan.moving import without_idle_moves
from safepassage.plan.past import Past, fixed_past, with_past
from safepassage.plan.people import Draft, drafted, whole_columns
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.progress import Progress, Stage, Tell, silent
from safepassage.plan.relaxation import relaxed
from safepassage.plan.steering import MANNERS, target_of
from safepassage.plan.unmet import Unmet, fallen_short, may_fall_short, yielding

BUCKET_HOURS = 6.0
NEAR = 0.005  # of the bound: a plan so near to it is not searched for again
CONTRADICTED = "what happened cannot be put into the rules of this plan; plan anew"
KEEP = 0.02  # of the last class: what one published head that keeps its hour is worth


@dataclass(frozen=True, eq=False)
class Rolled:
    """The plan for the rest, what bounds it given the past, and what it does to published hours."""

    draft: Draft
    objective: Bound
    people: Bound  # of the pooled problem with the same past
    changed: int  # published heads who no longer pass in their hour, by class and origin
    past: Past
    unmet: Unmet | None = None  # what had to be given up


def roll(
    past: Past,
    published: Whole,
    planned: Sequence[Sortie],
    keep: float = KEEP,
    tell: Tell = silent,
) -> Rolled:
    """Plan on from a past.

    Args:
        past: what happened.
        published: heads called forward, [c, o, t]; only those from the past's step on count.
        planned: the sorties of the plan in force; they are flown where they still can be.
        keep: the reward for a published head that keeps its hour, of the last class.
        tell: hears how far it is.

    Raises:
        EngineError: the past contradicts the rules, or no whole flow was found.
    """
    try:
        return _rolled(past, published, planned, keep, tell)
    except EngineError:
        if not may_fall_short(past):
            raise
    p, short = past.problem, list[Unmet]()
    hourly = yielding(formulate(p, ferries=True), past)
    steered = bound(p, _bucket(p), formulation=fixed_past(hourly, past))
    anew = target_of(hourly, steered.values, past.home)
    for sorties in _tried(past, _later(past, planned), anew, short):
        with suppress(EngineError):
            short.append(fallen_short(hourly, past, sorties))
    if not short:
        raise EngineError(CONTRADICTED)
    least = min(short, key=lambda unmet: unmet.cost)
    rolled = _rolled(least.given_up(past), published, least.sorties, keep, tell)
    return replace(rolled, unmet=least)


def _bucket(p: Problem) -> int:
    return max(1, round(BUCKET_HOURS / p.step_hours))


def _later(past: Past, planned: Sequence[Sortie]) -> list[Sortie]:
    """What is still to be flown of what was planned, and may be."""
    return [s for s in planned if s.launch >= past.step and may_fly(past.problem, s)]


def _rolled(
    past: Past, published: Whole, planned: Sequence[Sortie], keep: float, tell: Tell
) -> Rolled:
    """The rest with everything met that has to be.

    Raises:
        EngineError: it cannot be, or no whole flow was found.
    """
    p = past.problem
    hourly = formulate(p, ferries=True)
    bucket = _bucket(p)
    steered = bound(p, bucket, formulation=fixed_past(hourly, past))
    proof = bound(p, bucket, formulation=fixed_past(formulate(p), past)) if p.rebases else steered
    tell(Progress(Stage.BOUND))
    reward = keep * p.objective.weights[-1]
    later = _later(past, planned)
    anew = target_of(hourly, steered.values, past.home)
    drafts: list[Draft] = []
    for sorties in _tried(past, later, anew, drafts):
        with suppress(EngineError):  # not all of what was planned can be flown any longer
            drafts.append(with_calls(hourly, past, sorties, published, reward))
            tell(Progress(Stage.PLAN, people=drafts[-1].people))
        if drafts and _is_good(drafts[0], steered, published, past.step):
            break
    if not drafts:
        raise EngineError(CONTRADICTED)
    best = max(
        drafts,
        key=lambda d: d.value - reward * changed_calls(d.passed, published, past.step),
    )
    pooled = p.pooled()
    people = bound(pooled, bucket, formulation=fixed_past(formulate(pooled), past))
    tell(Progress(Stage.PROOF, at_most=int(people.value)))
    return Rolled(best, proof, people, changed_calls(best.passed, published, past.step), past)


def _tried(
    past: Past, later: Sequence[Sortie], anew: Target, drafts: Sequence[object]
) -> Iterator[list[Sortie]]:
    """Sorties that may do: all that was planned; anew; what can be flown of what was planned.

    The last only where nothing came of all that was planned, `drafts` says whether: where all of
    it flies, flying some of it again is no better and costs a third of the time.
    """
    yield [*past.sorties, *later]
    as_planned = bool(drafts)
    yield _dispatched(past, anew, MANNERS[0])
    if not as_planned:
        yield _dispatched(past, _launching(past, later), Manner())


def _is_good(draft: Draft, steered: Bound, published: Whole, step: int) -> bool:
    """Whether nobody's hour changes and next to nothing could be gained by changing some."""
    is_near = draft.value >= steered.value - NEAR * abs(steered.value)
    return is_near and not changed_calls(draft.passed, published, step)


def changed_calls(passed: Whole, published: Whole, step: int) -> int:
    """Published heads from a step on who no longer pass in their hour."""
    return int(np.maximum(published - passed, 0)[..., step:].sum())


def _dispatched(past: Past, target: Target, manner: Manner) -> list[Sortie]:
    """The past's sorties, and those that a dispatcher sends after them."""
    p = past.problem

    def run(drawdown: int) -> Pass:
        dispatcher = _after(past, replace(manner, drawdown=drawdown))
        dispatcher.run(past.step, p.steps, target)
        return dispatcher.made()

    sorties = [*past.sorties, *with_drawdown(p, run).sorties]
    return without_idle_moves(p, past.home, sorties, past.step)


def _after(past: Past, manner: Manner) -> Dispatcher:
    """A dispatcher as it stands at the past's step."""
    p, step = past.problem, past.step
    d = Dispatcher(p, past.home, manner)
    d.passed[:] = past.passed
    d.inside += (past.passed - past.boarded).sum(2)
    d.queue += (p.demand - past.passed)[..., :step].sum(2)
    d.owed.guard = [
        g.people - int(left.sum()) for g, left in zip(p.guards, past.left_by_guard, strict=True)
    ]
    for s in past.sorties:
        _take(d, s, step)
    pace = paces(p.lifts)
    for g, o, b, t in np.argwhere(past.carried):
        lands = t + int(p.lifts[pace.origin_example[g]].to_origin[o, b])
        d.arriving[b, lands] += past.carried[g, o, b, t]
    leaving = np.zeros((len(p.bases), p.steps), np.int64)
    for g, b, h, w in np.argwhere(past.sent_on):
        arrives = int(p.waves[w]) + int(p.lifts[pace.onward_example[g]].to_haven[b, h])
        heads = int(past.sent_on[g, b, h, w])
        leaving[b, p.waves[w]] += heads
        d.at_haven[h] += heads
        if arrives < p.steps:
            d.haven_day[h, p.step_days[arrives]] += heads
    for t in range(step):
        d.uncleared += d.arriving[:, t]
        done = np.minimum(d.uncleared, p.clear)
        d.uncleared -= done
        d.cleared += done - leaving[:, t]
    return d


def _take(d: Dispatcher, s: Sortie, step: int) -> None:
    """Take what a launched sortie takes: lift, crew, apron; and seats, if it has yet to board."""
    lift = d.problem.lifts[s.lift]
    duty = lift.cycle * (2 if s.is_onward else 1)
    d.crew[s.lift][s.launch : s.launch + duty] -= 1
    if s.is_ferry:
        away = int(lift.to_base[s.base, s.place]) + lift.turn if lift.to_base is not None else 0
        d.ready[s.lift][s.base, s.launch :] -= 1
        d.ready[s.lift][s.place, s.launch + away :] += 1
        return
    if s.is_onward:
        back = s.launch + 2 * int(lift.to_haven[s.base, s.place]) + lift.onward_turn + lift.turn
        d.ready[s.lift][s.base, s.launch : back] -= 1
        return
    d.owed.launched(s.launch, s.lift, s.base, s.place)
    way = int(lift.to_origin[s.place, s.base])
    land = s.launch + way
    leave = land + lift.ground
    d.ready[s.lift][s.base, s.launch : leave + way + lift.turn] -= 1
    d.slot[s.place, land:leave] -= lift.slots
    d.runway[s.place, land] -= 1
    d.runway[s.place, leave] -= 1
    if leave >= step:
        d.expected[s.base, leave + way] += lift.seats
        d.booked[s.place, leave] += lift.seats
        d.due[leave].append(Flown(s, np.zeros(len(d.problem.classes), np.int64)))


def _launching(past: Past, sorties: Sequence[Sortie]) -> Target:
    """A target that asks for just these launches."""
    p = past.problem
    o, b, h = len(p.origins), len(p.bases), len(p.havens)
    fly = [np.zeros((b, o, p.steps)) for _ in p.lifts]
    onward = [np.zeros((b, h, len(p.waves))) for _ in p.lifts]
    ferry = [np.zeros((b, b, len(p.waves))) for _ in p.lifts] if p.rebases else []
    for s in sorties:
        if s.is_ferry:
            ferry[s.lift][s.base, s.place, s.launch // p.wave] += 1
        elif s.is_onward:
            onward[s.lift][s.base, s.place, s.launch // p.wave] += 1
        else:
            fly[s.lift][s.base, s.place, s.launch] += 1
    return Target(past.home, fly, onward, np.zeros((b, p.steps)), ferry)


def with_calls(
    hourly: Formulation,
    past: Past,
    sorties: Sequence[Sortie],
    published: Whole,
    reward: float,
    seconds: float = 60.0,
) -> Draft:
    """Everybody's best way on these sorties, published hours kept where that costs little.

    Raises:
        EngineError: the sorties break a rule, or no whole flow was found in the time allowed.
    """
    p = past.problem
    small = relaxed(with_past(hourly, past, sorties, p.steps), np.arange(p.steps))
    gates = small.column_of[hourly.column["gate"]]
    wanted = (published > 0) & (gates >= 0) & (np.arange(p.steps) >= past.step)
    extended = _rewarded(small.programme, gates[wanted], published[wanted], reward)
    kept = np.arange(small.programme.columns, extended.columns)
    found = solve(
        extended,
        seconds=seconds,
        method="mip",
        whole=np.concatenate([whole_columns(hourly, small), kept]),
    )
    if not np.isfinite(found.value):
        raise EngineError("no whole flow of people was found in the time allowed; allow more")
    values = found.columns[: small.programme.columns].copy()
    values[gates[wanted]] += found.columns[kept]
    value = -found.value - reward * float(np.rint(found.columns[kept]).sum())
    return drafted(hourly, small, past.home, sorties, values, value)


def _rewarded(programme: Programme, columns: Whole, most: Whole, reward: float) -> Programme:
    """The programme with each of these columns once more, up to an amount, and worth more."""
    coefficients = [slice(programme.start[j], programme.start[j + 1]) for j in columns]
    row = np.concatenate([programme.row, *(programme.row[s] for s in coefficients)])
    value = np.concatenate([programme.value, *(programme.value[s] for s in coefficients)])
    column = np.concatenate(
        [
            programme.column,
            *(
                np.full(s.stop - s.start, n)
                for n, s in zip(count(programme.columns), coefficients, strict=False)
            ),
        ]
    )
    width = programme.columns + len(columns)
    start, row, value = by_column(row, column, value, programme.rows, width)
    limit = most.astype(float)
    return Programme(
        np.concatenate([programme.cost, programme.cost[columns] - reward]),
        np.concatenate([programme.lower, np.zeros(len(columns))]),
        np.concatenate([programme.upper, limit]),
        np.concatenate([programme.cap, limit]),
        programme.low,
        programme.high,
        start,
        row,
        value,
    )
