"""Sorties towards what the relaxed programme would do, and programmes with sorties decided.

A pass towards the target loses nothing while gates or beds bind; where crews bind, see eager.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from safepassage.plan.dispatch import Dispatcher, Manner, Pass, Target, with_drawdown
from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Programme, Reals, Whole
from safepassage.plan.problem import Sortie

MANNERS = (
    Manner(slack=0.3, full_onward=0.05),
    Manner(slack=0.5, full_onward=0.05),
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
        [block(f"ferry {n}", (b, b, len(p.waves))) for n in lifts] if p.rebases else [],
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
        waves = -(-until // p.wave)
        for name, steps in (("fly", until), ("onward", waves), ("ferry", waves)):
            if f"{name} {n}" in formulation.column:
                upper[formulation.column[f"{name} {n}"][:, :, :steps].ravel()] = 0
    moves_freely = p.rebases and not any(name.startswith("ferry ") for name in formulation.column)
    for s in sorties:
        if s.launch < until and not (s.is_ferry and moves_freely):
            j = column_of(formulation, s)
            lower[j] += 1
            upper[j] += 1
    # What was launched was possible, also where a closure since rules such launches out.
    cap = np.maximum(lower, np.minimum(programme.cap, upper))
    return replace(programme, lower=lower, upper=upper, cap=cap)


def column_of(formulation: Formulation, s: Sortie) -> int:
    """The column that counts sorties like this one."""
    if not s.fetches:
        kind, wave = ("ferry" if s.is_ferry else "onward"), s.launch // formulation.problem.wave
        return int(formulation.column[f"{kind} {s.lift}"][s.base, s.place, wave])
    return int(formulation.column[f"fly {s.lift}"][s.base, s.place, s.launch])


def in_one_pass(formulation: Formulation, values: Reals, manner: Manner) -> Pass:
    """Dispatch the whole time towards one target."""
    p, home = formulation.problem, basing(formulation, values)

    def run(drawdown: int) -> Pass:
        dispatcher = Dispatcher(p, home, replace(manner, drawdown=drawdown))
        dispatcher.run(0, p.steps, target_of(formulation, values, home))
        return dispatcher.made()

    return with_drawdown(p, run)
