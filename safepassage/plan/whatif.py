"""Finite what-ifs: the problem with one thing changed, solved again.

A price holds only for the next person.  What one more gate or one more day buys is found by
planning again; the answer compares two proved bounds and says how tight each is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from safepassage.plan.bounds import bound, cycle_buckets, rough_bound
from safepassage.plan.errors import PlanInputError
from safepassage.plan.linear import Reals, Whole
from safepassage.plan.problem import Problem

Change = Callable[[Problem, float], Problem]


@dataclass(frozen=True)
class WhatIf:
    """What a change buys: people that the proved bound gains."""

    change: str
    before: int
    after: int

    @property
    def gain(self) -> int:
        """More people, or fewer if below zero."""
        return self.after - self.before


def _scaled(values: Whole, factor: float) -> Whole:
    scaled: Whole = np.floor(values * factor + 1e-9).astype(np.int64)
    return scaled


def _gates(p: Problem, factor: float) -> Problem:
    return replace(p, gate=_scaled(p.gate, factor))


def _slots(p: Problem, factor: float) -> Problem:
    return replace(p, slots=p.slots * factor)


def _more_slots(p: Problem, extra: float) -> Problem:
    slots: Reals = p.slots + extra
    return replace(p, slots=slots)


def _runway(p: Problem, factor: float) -> Problem:
    return replace(p, runway=_scaled(p.runway, factor))


def _beds(p: Problem, factor: float) -> Problem:
    return replace(p, beds=_scaled(p.beds, factor))


def _havens(p: Problem, factor: float) -> Problem:
    return replace(
        p,
        haven_day=_scaled(p.haven_day, factor),
        haven_places=_scaled(p.haven_places, factor),
    )


def _crews(p: Problem, factor: float) -> Problem:
    """A share of all crews, in whole ones, one at least: a tenth of six is no crew and asks of one.

    They go where a fleet's own share is furthest from whole (the method of largest remainders).
    """
    now = np.array([x.crews or 0 for x in p.lifts], np.int64)
    exact = now * factor
    total = int(np.floor(exact.sum() + 1e-9))
    if factor != 1 and total == now.sum():
        total += 1 if factor > 1 else -1
    crews = np.floor(exact + 1e-9).astype(np.int64)
    owed = np.where(now > 0, exact - crews, -1.0)
    for n in np.argsort(-owed, kind="stable")[: max(0, total - int(crews.sum()))]:
        crews[n] += now[n] > 0
    lifts = tuple(
        x if x.crews is None else replace(x, crews=int(crews[n])) for n, x in enumerate(p.lifts)
    )
    return replace(p, lifts=lifts)


CHANGES: dict[str, Change] = {
    "gates": _gates,
    "slots": _slots,
    "runway": _runway,
    "beds": _beds,
    "havens": _havens,
    "crews": _crews,
}


def changed(problem: Problem, words: str) -> Problem:
    """The problem with `gates +10%`, `slots +1`, `days +1` or `rebasing allowed` applied.

    Raises:
        PlanInputError: the words are not such a change.
    """
    name, _, amount = words.strip().partition(" ")
    try:
        if (name, amount) == ("rebasing", "allowed"):
            return replace(problem, rebases=True)
        if name == "days":
            return with_days(problem, float(amount))
        if amount.endswith("%"):
            return CHANGES[name](problem, max(0.0, 1 + float(amount[:-1]) / 100))
        if name == "slots":
            return _more_slots(problem, float(amount))
    except (KeyError, ValueError):
        pass
    known = ", ".join(f"{k} +10%" for k in CHANGES)
    raise PlanInputError(
        f"{words!r} is not a change; write one of {known}, slots +1, days +1, rebasing allowed"
    )


def in_whole_crews(problem: Problem, words: str) -> str:
    """What a share of the crews comes to in whole ones, as a sentence; empty for other changes."""
    if not words.strip().startswith("crews"):
        return ""
    before, after = (sum(x.crews or 0 for x in p.lifts) for p in (problem, changed(problem, words)))
    if not before:
        return "no fleet has a number of crews: crews do not limit this plan"
    return f"{words.strip()}: {after - before:+,} of {before:,} crews, in whole ones"


def with_days(problem: Problem, days: float) -> Problem:
    """The deadline moved; later hours are like the day before it, and nobody new arrives.

    Raises:
        PlanInputError: nothing would be left to plan.
    """
    extra = round(days * 24 / problem.step_hours)
    steps = problem.steps + extra
    if steps < 1:
        raise PlanInputError("the deadline would lie before the start; take away fewer days")
    if extra <= 0:
        return replace(
            problem,
            steps=steps,
            demand=problem.demand[:, :, :steps],
            gate=problem.gate[:, :steps],
            slots=problem.slots[:, :steps],
            runway=problem.runway[:, :steps],
        )
    day = max(1, round(24 / problem.step_hours))
    like = np.maximum(0, problem.steps - day + np.arange(extra) % day)
    quiet = np.zeros((*problem.demand.shape[:2], extra), np.int64)
    return replace(
        problem,
        steps=steps,
        demand=np.concatenate([problem.demand, quiet], axis=2),
        gate=np.concatenate([problem.gate, problem.gate[:, like]], axis=1),
        slots=np.concatenate([problem.slots, problem.slots[:, like]], axis=1),
        runway=np.concatenate([problem.runway, problem.runway[:, like]], axis=1),
    )


def people_at_most(problem: Problem) -> int:
    """The proved bound on people out; where lifts bind, in buckets that keep the crews' cycle."""
    found = rough_bound(problem)
    value = found.value
    if not found.binds_before_the_door:
        hourly = found.formulation
        value = min(value, bound(hourly.problem, cycle_buckets(problem), None, hourly).value)
    return min(int(value + 1e-6), int(problem.demand.sum()))


def what_if(problem: Problem, words: str, before: int | None = None) -> WhatIf:
    """What one change does to the bound on people out."""
    base = people_at_most(problem) if before is None else before
    return WhatIf(words.strip(), base, people_at_most(changed(problem, words)))
