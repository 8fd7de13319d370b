"""Hour by hour without a target: whoever can fly people in sight does so at once.

Where crews are the scarce thing, an hour that a crew waits is lost for good, so a pass that never
waits for its share of a target gets more people out.  Arrivals are known, so *in sight* counts
those who will have come by the time the lift leaves.  Flights go to the base with the largest share
of its beds free; people go on from the fullest base to the nearest haven, first with lifts that
can do nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from safepassage.plan.dispatch import Dispatcher, Manner, Pass, Target, with_drawdown
from safepassage.plan.linear import Reals, Whole
from safepassage.plan.problem import Problem

MANNERS = tuple(
    Manner(full=full, relieve=relieve)
    for full, relieve in ((0.3, 0.3), (0.9, 0.0), (0.3, 0.0), (0.9, 0.3), (0.6, 0.15))
)


@dataclass
class EagerDispatcher(Dispatcher):
    """A dispatcher that never waits; lifts that fetch people relieve a base from `relieve` on."""

    def __post_init__(self) -> None:
        super().__post_init__()
        first = ((0, 0), (1, 0))
        self.come = np.pad(self.problem.demand.sum(0).cumsum(1), first)
        self.passable = np.pad(self._gate.cumsum(1), first)

    def _launch(self, t: int) -> None:
        for n, b, o in self._ways(t):
            while self._wanted(t, n, b, o) and self._fits(t, n, b, o):
                self._commit(t, n, b, o)

    def _ways(self, t: int) -> list[tuple[int, int, int]]:
        beds = np.maximum(1, self.problem.beds)
        coming = self.arriving[:, t + 1 :].sum(1) + self.expected[:, t:].sum(1)
        taken = (self.uncleared + self.cleared + coming) / beds
        ways = []
        for n, lift in enumerate(self.problem.lifts):
            if self.crew[n][t] < 1:
                continue
            for o, b in np.argwhere(lift.to_origin >= 0):
                if self.ready[n][b, t] > 0:
                    ways.append((float(taken[b]), n, int(b), int(o)))
        return [(n, b, o) for _, n, b, o in sorted(ways)]

    def _in_sight(self, t: int, o: int, leave: int) -> int:
        """Those airside or passing until a lift leaves that no earlier lift will take."""
        come = int(self.queue[:, o].sum() + self.come[o, leave + 1] - self.come[o, t + 1])
        passable = int(self.passable[o, leave + 1] - self.passable[o, t + 1])
        promised = int(self.booked[o, t : leave + 1].sum())
        return int(self.inside[:, o].sum()) + min(come, passable) - promised

    def _launch_onward(self, t: int) -> None:
        for n, b, h in self._ways_on(t):
            while self._send_on(t, n, b, h):
                pass

    def _ways_on(self, t: int) -> Iterator[tuple[int, int, int]]:
        taken = (self.uncleared + self.cleared) / np.maximum(1, self.problem.beds)
        ways = []
        for n, lift in enumerate(self.problem.lifts):
            if self.crew[n][t] < 1:
                continue
            fetches = bool((lift.to_origin >= 0).any())
            for b, h in np.argwhere(lift.to_haven >= 0):
                if self.ready[n][b, t] < 1 or (fetches and taken[b] < self.manner.relieve):
                    continue
                away = int(lift.to_haven[b, h])
                ways.append((fetches, -lift.seats, -float(taken[b]), away, n, int(b), int(h)))
        for way in sorted(ways):
            yield way[-3:]


def evenly(problem: Problem) -> list[Whole]:
    """Every type spread evenly over the bases, unless the operation says where it is."""
    b = len(problem.bases)
    return [
        np.bincount(np.arange(x.fleet) % b, minlength=b) if x.home is None else x.home
        for x in problem.lifts
    ]


def eagerly(
    problem: Problem,
    manners: Sequence[Manner] = MANNERS,
    home: list[Whole] | None = None,
    ferry: Sequence[Reals] = (),
) -> Pass:
    """The best pass of several manners, evenly based unless told; `ferry` as in Target."""
    based = home or evenly(problem)

    def run(manner: Manner) -> Pass:
        return with_drawdown(
            problem, lambda steps: _one_pass(problem, based, replace(manner, drawdown=steps), ferry)
        )

    return max((run(m) for m in manners), key=lambda made: made.rank)


def _one_pass(problem: Problem, home: list[Whole], manner: Manner, ferry: Sequence[Reals]) -> Pass:
    b, o, h = len(problem.bases), len(problem.origins), len(problem.havens)
    target = Target(
        home,
        [np.zeros((b, o, problem.steps)) for _ in problem.lifts],
        [np.zeros((b, h, len(problem.waves))) for _ in problem.lifts],
        np.zeros((b, problem.steps)),
        list(ferry),
    )
    dispatcher = EagerDispatcher(problem, home, manner)
    dispatcher.run(0, problem.steps, target)
    return dispatcher.made()
