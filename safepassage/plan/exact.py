"""Sorties by the integer solver: all of them where an operation is small, else the last days.

The last days are where beds, crews and seats must all end at the same moment, and where a pass that
decides hour by hour loses most.  Their people are counted without classes: that is a sixth of the
programme, and who sits where is decided afterwards, in people.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import Formulation, formulate
from safepassage.plan.linear import Programme, Reals, Whole, solve
from safepassage.plan.people import FLOWS, Draft
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.relaxation import relaxed
from safepassage.plan.steering import column_of, with_fixed

PAST_HOURS = 28.0  # buckets of what has been decided
SMALL = 4000  # columns of an operation that is solved whole
LAUNCHES = ("fly ", "onward ", "ferry ")  # blocks of columns that count launches


def one_class(problem: Problem) -> Formulation:
    """The rules with one class of people, who still count more the earlier they leave."""
    pooled = problem.pooled()
    objective = replace(problem.objective, weights=(1.0,))
    return formulate(replace(pooled, objective=objective), ferries=True)


def ending_buckets(problem: Problem, now: int) -> Whole:
    """Coarse before a step, every step from there on."""
    past = max(1, round(PAST_HOURS / problem.step_hours))
    edges = [*range(0, now, past), *range(now, problem.steps)]
    return np.searchsorted(edges, np.arange(problem.steps), side="right") - 1


def exact_ending(
    formulation: Formulation, draft: Draft, start: int, seconds: float
) -> list[Sortie] | None:
    """The launches from a step on by the integer solver, which starts from those of a draft.

    `formulation` is that of `one_class`.  None if it found nothing in its CPU seconds.
    """
    p = formulation.problem
    kept = [s for s in draft.sorties if s.launch < start]
    programme = with_fixed(formulation, draft.home, kept, start)
    _fix_people(formulation, programme, draft, start)
    small = relaxed(replace(formulation, programme=programme), ending_buckets(p, start))
    whole = _merged(formulation, small.column_of, LAUNCHES)
    flown = np.zeros(small.programme.columns)
    for s in draft.sorties:
        flown[small.column_of[column_of(formulation, s)]] += 1
    try:
        found = solve(
            small.programme, seconds=seconds, method="search", whole=whole, known=flown[whole]
        )
    except EngineError:
        return None
    if not np.isfinite(found.value):
        return None
    return kept + _launches(formulation, found.columns, small.column_of, start)


def _fix_people(formulation: Formulation, programme: Programme, draft: Draft, start: int) -> None:
    """Everybody who moved before a step moved as the draft says."""
    p = formulation.problem
    waves = -(-start // p.wave)
    moved = {
        "gate": draft.passed.sum(0, keepdims=True)[..., :start],
        "board": draft.boarded.sum(0, keepdims=True)[..., :start],
        "carry": draft.carried[..., :start],
        "clear": draft.cleared[..., :start],
        "onward": draft.sent_on[..., :waves],
    }
    if p.guards:
        moved["guard"] = draft.guarded[..., :start]
    for name, people in moved.items():
        block = formulation.column[name][..., : people.shape[-1]]
        programme.lower[block] = programme.upper[block] = people


def is_small(formulation: Formulation) -> bool:
    """Whether an operation is small enough to be solved whole."""
    return formulation.programme.columns <= SMALL


def exactly(
    formulation: Formulation, seconds: float
) -> tuple[list[Whole], list[Sortie], bool] | None:
    """Basing and every launch by the integer solver, people in whole numbers too.

    The last part says whether the solver found that there is none better.  None if it found
    nothing in its CPU seconds.
    """
    each = relaxed(formulation, np.arange(formulation.problem.steps))
    whole = _merged(formulation, each.column_of, (*LAUNCHES, "home ", *FLOWS, "guard", "drawdown"))
    try:
        found = solve(each.programme, seconds=seconds, method="mip", whole=whole)
    except EngineError:
        return None
    if not np.isfinite(found.value):
        return None
    home = [
        _shared(found.columns, each.column_of[formulation.column[f"home {n}"]])
        for n in range(len(formulation.problem.lifts))
    ]
    return home, _launches(formulation, found.columns, each.column_of, 0), found.is_optimal


def _shared(values: Reals, merged: Whole) -> Whole:
    """Whole values of columns; where equal columns were merged, the first has it all."""
    taken = np.zeros(len(merged), np.int64)
    for n, j in enumerate(merged):
        if j >= 0 and j not in merged[:n]:
            taken[n] = round(values[j])
    return taken


def _merged(formulation: Formulation, column_of: Whole, names: tuple[str, ...]) -> Whole:
    """The columns of a relaxation that blocks of such names went into."""
    blocks = [b.ravel() for n, b in formulation.column.items() if n.startswith(names)]
    merged: Whole = np.unique(column_of[np.concatenate(blocks)])
    return merged[merged >= 0]


def _launches(
    formulation: Formulation, merged: Reals, column_of: Whole, start: int
) -> list[Sortie]:
    """Launches at or after a step; where equal columns were merged, the first one flies."""
    p = formulation.problem
    left = np.rint(merged).astype(np.int64)
    sorties = []
    for name, block in formulation.column.items():
        kind, _, number = name.partition(" ")
        if not name.startswith(LAUNCHES):
            continue
        for b, place, t in np.ndindex(block.shape):
            launch = t if kind == "fly" else t * p.wave
            j = column_of[block[b, place, t]]
            if launch < start or j < 0 or left[j] < 1:
                continue
            made = Sortie(int(number), b, place, launch, kind == "onward", kind == "ferry")
            sorties += [made] * int(left[j])
            left[j] = 0
    return sorties
