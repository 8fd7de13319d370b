"""Whole people for given sorties: what is left is a flow, and its best corner is whole numbers.

With every launch decided, the rest is people through gates, doors, seats and beds.  The engine is
asked for whole numbers and normally finds the first corner whole already.  What comes back is the
plan itself; check.py recounts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Reals, Whole, solve
from safepassage.plan.loading import Loads, loaded
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.relaxation import Relaxation, relaxed
from safepassage.plan.steering import with_fixed

FLOWS = ("gate", "board", "carry", "clear", "onward")


@dataclass(frozen=True, eq=False)
class Draft:
    """Basing, sorties and everybody's way, in whole numbers."""

    problem: Problem
    home: list[Whole]
    sorties: list[Sortie]
    passed: Whole  # [c, o, t]
    boarded: Whole  # [c, o, t]
    carried: Whole  # [pace, o, b, t]
    cleared: Whole  # [b, t]
    sent_on: Whole  # [pace, b, h, wave]
    guarded: Whole  # [guard, t] of a rear guard, counted in `carried` too
    inbound: Loads  # by number of the sortie
    value: float

    @property
    def people(self) -> int:
        """How many leave an origin by the deadline."""
        return int(self.boarded.sum())

    @property
    def by_class(self) -> list[int]:
        """The same, class by class."""
        return [int(n) for n in self.boarded.sum((1, 2))]


def with_people(
    formulation: Formulation, home: list[Whole], sorties: Sequence[Sortie], seconds: float = 120.0
) -> Draft:
    """Everybody's best way on these sorties.

    Raises:
        EngineError: the sorties break a rule, or the engine found no whole flow in its time.
    """
    p = formulation.problem
    fixed = with_fixed(formulation, home, sorties, p.steps)
    small = relaxed(replace(formulation, programme=fixed), np.arange(p.steps))
    whole = whole_columns(formulation, small)
    found = solve(small.programme, seconds=seconds, method="mip", whole=whole)
    if not np.isfinite(found.value):
        raise EngineError("no whole flow of people was found in the time allowed; allow more")
    return drafted(formulation, small, home, sorties, found.columns, -found.value)


def whole_columns(formulation: Formulation, small: Relaxation) -> Whole:
    """The merged columns that count people."""
    known = (*FLOWS, *(name for name in ("guard", "drawdown") if name in formulation.column))
    columns = np.concatenate([formulation.column[name].ravel() for name in known])
    whole: Whole = np.unique(small.column_of[columns])
    return whole[whole >= 0]


def drafted(
    formulation: Formulation,
    small: Relaxation,
    home: list[Whole],
    sorties: Sequence[Sortie],
    values: Reals,
    value: float,
) -> Draft:
    """The draft that values of the merged columns mean.

    Raises:
        EngineError: the sorties cannot bring in what is needed in whole loads.
    """
    left = np.rint(values).astype(np.int64)
    p = formulation.problem
    nobody: Whole = np.zeros((0, p.steps), np.int64)
    flows = {"guard": nobody}
    for name in (*FLOWS, "guard"):
        if name not in formulation.column:
            continue
        block = small.column_of[formulation.column[name]]
        _, first = np.unique(block.ravel(), return_index=True)
        taken = np.zeros(block.size, np.int64)  # equal columns were merged: the first has it all
        taken[first] = np.where(block.ravel()[first] >= 0, left[block.ravel()[first]], 0)
        flows[name] = taken.reshape(block.shape)
    return Draft(
        p,
        home,
        list(sorties),
        flows["gate"],
        flows["board"],
        flows["carry"],
        flows["clear"],
        flows["onward"],
        flows["guard"],
        loaded(p, sorties),
        value,
    )
