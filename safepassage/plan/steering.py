"""Sorties: towards a target where gates or beds bind, eagerly where crews do, exactly at the end.

A pass towards the target loses nothing while gates or beds bind.  When crews bind, waiting for a
target costs more than it saves.  The last days, where beds, crews and seats must all end at the
same moment, go to the integer solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from safepassage.plan.dispatch import Dispatcher, Manner, Target
from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Programme, Reals, Whole, solve
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.relaxation import relaxed

PAST_HOURS = 28.0  # buckets of what has been decided
MANNERS = (
    Manner(slack=0.3, full_onward=0.05),
    Manner(slack=0.5, full_onward=0.05),
    Manner(slack=0.8, full_onward=0.05),
)


def basing(formulation: Formulation, values: Reals) -> list[Whole]:
    """Whole lifts per base: largest remainders of what the programme wants; all are placed."""
    homes = []
    for n, lift in enumerate(formulation.problem.lifts):
        if lift.home is not None:
            homes.append(lift.home)
            continue
        wanted = values[formulation.column[f"home {n}"]]
        total = wanted.sum()
        share = wanted / total if total > 1e-6 else np.full(len(wanted), 1 / len(wanted))
        exact = share * lift.fleet
        home = np.floor(exact + 1e-9).astype(np.int64)
        for b in np.argsort(-(exact - home), kind="stable")[: lift.fleet - home.sum()]:
            home[b] += 1
        homes.append(home)
    return homes


def target_of(formulation: Formulation, values: Reals, home: list[Whole]) -> Target:
    """What the values say about launches."""
    p = formulation.problem
    b, o, h, t = len(p.bases), len(p.origins), len(p.havens), p.steps

    def block(name: str, shape: tuple[int, ...]) -> Reals:
        found = formulation.column.get(name)
        return np.zeros(shape) if found is None else values[found]

    leaving = np.zeros((b, t))
    if formulation.column["onward"].size:
        leaving[:, p.waves] = values[formulation.column["onward"]].sum((0, 2))
    lifts = range(len(p.lifts))
    return Target(
        home,
        [block(f"fly {n}", (b, o, t)) for n in lifts],
        [block(f"onward {n}", (b, h, len(p.waves))) for n in lifts],
        leaving,
    )


def with_fixed(
    formulation: Formulation, home: list[Whole], sorties: Sequence[Sortie], until: int
) -> Programme:
    """The programme with the basing and every launch before a step decided."""
    p, programme = formulation.problem, formulation.programme
    lower, upper = programme.lower.copy(), programme.upper.copy()
    for n in range(len(p.lifts)):
        block = formulation.column[f"home {n}"]
        lower[block] = upper[block] = home[n]
        for name, steps in (("fly", until), ("onward", -(-until // p.wave))):
            if f"{name} {n}" in formulation.column:
                upper[formulation.column[f"{name} {n}"][:, :, :steps].ravel()] = 0
    for s in sorties:
        if s.launch < until:
            j = _column_of(formulation, s)
            lower[j] += 1
            upper[j] += 1
    return replace(programme, lower=lower, upper=upper, cap=np.minimum(programme.cap, upper))


def _column_of(formulation: Formulation, s: Sortie) -> int:
    if s.is_onward:
        wave = s.launch // formulation.problem.wave
        return int(formulation.column[f"onward {s.lift}"][s.base, s.place, wave])
    return int(formulation.column[f"fly {s.lift}"][s.base, s.place, s.launch])


def in_one_pass(
    formulation: Formulation, values: Reals, manner: Manner
) -> tuple[list[Whole], list[Sortie]]:
    """Dispatch the whole time towards one target."""
    home = basing(formulation, values)
    dispatcher = Dispatcher(formulation.problem, home, manner)
    dispatcher.run(0, formulation.problem.steps, target_of(formulation, values, home))
    return home, [f.sortie for f in dispatcher.flown]


def ending_buckets(problem: Problem, now: int) -> Whole:
    """Coarse before a step, every step from there on."""
    past = max(1, round(PAST_HOURS / problem.step_hours))
    edges = [*range(0, now, past), *range(now, problem.steps)]
    return np.searchsorted(edges, np.arange(problem.steps), side="right") - 1


def eagerly(problem: Problem) -> tuple[list[Whole], list[Sortie]]:
    """No target at all: lifts based evenly, and whoever can fly people in sight does so at once.

    Where crews are the scarce thing, an hour that a crew waits is lost for good, and this beats
    following a target.
    """
    b, o, h = len(problem.bases), len(problem.origins), len(problem.havens)
    home = [
        np.bincount(np.arange(x.fleet) % b, minlength=b) if x.home is None else x.home
        for x in problem.lifts
    ]
    target = Target(
        home,
        [np.zeros((b, o, problem.steps)) for _ in problem.lifts],
        [np.ones((b, h, len(problem.waves))) for _ in problem.lifts],
        np.zeros((b, problem.steps)),
    )
    dispatcher = Dispatcher(problem, home, Manner())
    dispatcher.run(0, problem.steps, target)
    return home, [f.sortie for f in dispatcher.flown]


def exact_ending(
    formulation: Formulation,
    home: list[Whole],
    sorties: Sequence[Sortie],
    start: int,
    seconds: float,
) -> list[Sortie] | None:
    """The launches from a step on by the integer solver, which starts from those there are.

    None if it found nothing in its time.
    """
    p = formulation.problem
    kept = [s for s in sorties if s.launch < start]
    programme = with_fixed(formulation, home, kept, start)
    small = relaxed(replace(formulation, programme=programme), ending_buckets(p, start))
    blocks = [
        formulation.column[name].ravel()
        for name in formulation.column
        if name.startswith(("fly ", "onward "))
    ]
    whole = np.unique(small.column_of[np.concatenate(blocks)])
    whole = whole[whole >= 0]
    flown = np.zeros(small.programme.columns)
    for s in sorties:
        flown[small.column_of[_column_of(formulation, s)]] += 1
    try:
        found = solve(
            small.programme, seconds=seconds, method="mip", whole=whole, known=flown[whole]
        )
    except EngineError:
        return None
    if not np.isfinite(found.value):
        return None
    return kept + _launches(formulation, found.columns, small.column_of, start)


def _launches(
    formulation: Formulation, merged: Reals, column_of: Whole, start: int
) -> list[Sortie]:
    """Launches at or after a step; where equal columns were merged, the first one flies."""
    p = formulation.problem
    left = np.rint(merged).astype(np.int64)
    sorties = []
    for name, block in formulation.column.items():
        kind, _, number = name.partition(" ")
        if kind not in ("fly", "onward") or not number:
            continue
        is_onward = kind == "onward"
        for b, place, t in np.ndindex(block.shape):
            launch = t * p.wave if is_onward else t
            j = column_of[block[b, place, t]]
            if launch < start or j < 0 or left[j] < 1:
                continue
            sorties += [Sortie(int(number), b, place, launch, is_onward)] * int(left[j])
            left[j] = 0
    return sorties
