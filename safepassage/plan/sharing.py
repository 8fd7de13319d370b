"""Eagerly, in the proportions of the relaxed programme: no crew waits, and lifts share the work.

Where crews bind, a lift that can both fetch people and take them on has a choice whenever a crew is
rested.  Taken by what is full just then it comes out wrong: bases fill up days too early, and the
small lifts that can only fetch stay on the ground at the end.  Here such a lift does what its type
is behind with, compared with the relaxed programme; whoever can only fetch goes first, most seats
for an hour of parking before others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from safepassage.plan.dispatch import Manner, Pass, Target
from safepassage.plan.eager import EagerDispatcher, evenly
from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Reals
from safepassage.plan.problem import Problem

MANNER = Manner(full=0.3, relieve=0.0)


@dataclass(frozen=True)
class Shares:
    """Launches of each type that the relaxed programme has made by a step, cumulated."""

    fetching: list[Reals]  # [lift][t]
    onward: list[Reals]  # [lift][t]


@dataclass(frozen=True)
class Leeway:
    """How far a type may run ahead of its share, in launches, and how far ahead it looks."""

    launches: float
    hours: float


LEEWAYS = tuple(Leeway(n, h) for n in (2.0, 3.0, 5.0) for h in (0.0, 3.0, 7.0, 14.0))


def shares_of(formulation: Formulation, values: Reals) -> Shares:
    """What a solution says about each type, over all bases."""
    p, fetching, onward = formulation.problem, [], []
    for n in range(len(p.lifts)):
        flown, sent = np.zeros(p.steps), np.zeros(p.steps)
        if f"fly {n}" in formulation.column:
            flown = values[formulation.column[f"fly {n}"]].sum((0, 1))
        if f"onward {n}" in formulation.column:
            sent[p.waves] = values[formulation.column[f"onward {n}"]].sum((0, 1))
        fetching.append(flown.cumsum())
        onward.append(sent.cumsum())
    return Shares(fetching, onward)


@dataclass
class SharingDispatcher(EagerDispatcher):
    """An eager dispatcher whose lifts of two uses keep to their type's shares."""

    shares: Shares = field(kw_only=True)
    leeway: Leeway = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        lifts = self.problem.lifts
        self.fetched = [0] * len(lifts)
        self.sent = [0] * len(lifts)
        self.has_choice = [(x.to_origin >= 0).any() and (x.to_haven >= 0).any() for x in lifts]
        self.ahead = round(self.leeway.hours / self.problem.step_hours)

    def _ways(self, t: int) -> list[tuple[int, int, int]]:
        def rank(way: tuple[int, int, int]) -> tuple[bool, float]:
            lift = self.problem.lifts[way[0]]
            return bool(self.has_choice[way[0]]), -lift.seats / max(1e-6, lift.slots * lift.ground)

        return sorted(super()._ways(t), key=rank)

    def _wanted(self, t: int, n: int, b: int, o: int) -> bool:
        if not super()._wanted(t, n, b, o):
            return False
        lift = self.problem.lifts[n]
        lands = t + 2 * int(lift.to_origin[o, b]) + lift.ground
        if not self.has_choice[n] or lands >= self.problem.steps or self.owed.wants(t, n, b, o):
            return True
        return self._is_due(self.fetched[n], self.shares.fetching[n], t)

    def _is_due(self, done: int, share: Reals, t: int) -> bool:
        by = min(len(share) - 1, t + self.ahead)
        return done < float(share[by]) + self.leeway.launches

    def _commit(self, t: int, n: int, b: int, o: int) -> None:
        super()._commit(t, n, b, o)
        self.fetched[n] += 1

    def _send_on(self, t: int, n: int, b: int, h: int) -> bool:
        if self.has_choice[n] and not self._is_due(self.sent[n], self.shares.onward[n], t):
            return False
        sent = super()._send_on(t, n, b, h)
        self.sent[n] += sent
        return sent


def in_shares(problem: Problem, shares: Shares, leeways: Sequence[Leeway] = LEEWAYS) -> list[Pass]:
    """A pass for each leeway, evenly based."""
    home = evenly(problem)
    b, o, h = len(problem.bases), len(problem.origins), len(problem.havens)
    nothing = Target(
        home,
        [np.zeros((b, o, problem.steps)) for _ in problem.lifts],
        [np.zeros((b, h, len(problem.waves))) for _ in problem.lifts],
        np.zeros((b, problem.steps)),
    )
    made = []
    for leeway in leeways:
        dispatcher = SharingDispatcher(problem, home, MANNER, shares=shares, leeway=leeway)
        dispatcher.run(0, problem.steps, nothing)
        made.append(dispatcher.made())
    return made
