"""The earliest hour by which everybody can be out, and the proof that no plan is earlier.

A plan ends when a tour ends, so the hours that come into question are the ends of tours: a sorted
list.  From a first plan downwards and a bound upwards, searches aim between the two, low first,
with few nodes; whichever end a search settles moves.  When the two meet, no plan is earlier.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.feasible import require_reachable
from safepassage.plan.shuttle.first import first_end
from safepassage.plan.shuttle.problem import ShuttleProblem, minutes
from safepassage.plan.shuttle.search import Choice, Search, chosen
from safepassage.plan.shuttle.tours import TOURS_MAX, Tours, tours

AIMS = (0.25, 0.5, 0.75, 1.0)  # of the way from bound to plan
FIRST_NODES = 100  # of a search; three times as many each time all aims fail
_LEGS = 4  # of a trip: under way, loading, under way, unloading

Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Solved:
    """A tour for each vehicle, when the last one ends, and a tick before which no plan ends."""

    problem: ShuttleProblem
    found: list[Tours]
    choice: Choice
    bound: int
    cpu_seconds: float

    @property
    def end(self) -> int:
        """Tick at which the last person is unloaded."""
        return self.choice.end

    @property
    def gap(self) -> float:
        """How much earlier any plan could end, as a share of this one's end."""
        return (self.end - self.bound) / max(1, self.end)


def solve(
    problem: ShuttleProblem,
    seconds: float = 60.0,
    close_enough: float = 0.0,
    tell: Tell = lambda _said: None,
) -> Solved:
    """Plan until plan and bound meet within a share of the end, or the CPU seconds are used up.

    Raises:
        InfeasibleError: somebody waits where no vehicle can take them from.
        TooManyToursError: a vehicle can do so much that its tours cannot be looked at one by one.
    """
    require_reachable(problem)
    began = time.process_time()
    run = _Run(problem, lambda: time.process_time() - began < seconds, tell)
    run.roughly()
    run.closely(close_enough)
    choice = trimmed(problem, run.found, run.best)
    bound = int(run.ends[run.low]) - run.given_away if run.low else 0
    return Solved(problem, run.found, choice, max(0, bound), time.process_time() - began)


class _Run:
    """Where a run stands: no plan ends before `ends[low]`; `best` ends at `ends[high]`."""

    def __init__(self, problem: ShuttleProblem, goes_on: Callable[[], bool], tell: Tell) -> None:
        self._problem, self._goes_on, self._tell = problem, goes_on, tell
        horizon, calls = first_end(problem)
        room = TOURS_MAX
        self.found: list[Tours] = []
        for number in range(len(problem.vehicles)):
            self.found.append(tours(problem, number, horizon, room))
            room -= len(self.found[-1].end)
        first = chosen(problem, self.found, calls, horizon)
        if first is None:
            raise AssertionError("the first plan is not among the tours until its end")
        self.best = first
        self.ends = np.unique(np.concatenate([x.end for x in self.found]))
        self.low, self.high = 0, self._index(first.end)
        self.given_away = 1 + _LEGS * max(len(x.keys) for x in self.found)

    def _index(self, tick: int) -> int:
        return int(np.searchsorted(self.ends, tick))

    def roughly(self) -> None:
        """The bound that a single node proves, by halving."""
        unknown = self.high
        while self.low < unknown:
            middle = (self.low + unknown) // 2
            if not self._aim(middle, 1):
                unknown = middle
            unknown = min(unknown, self.high)
        self._say()

    def closely(self, close_enough: float) -> None:
        """Aim between bound and plan until they meet."""
        nodes = FIRST_NODES
        while self._is_apart(close_enough) and self._goes_on():
            for share in AIMS:
                if self._aim(self.low + int((self.high - 1 - self.low) * share), nodes):
                    self._say()
                    break
            else:
                nodes *= 3

    def _is_apart(self, close_enough: float) -> bool:
        end = int(self.ends[self.high])
        return self.low < self.high and end - int(self.ends[self.low]) > close_enough * end

    def _aim(self, index: int, nodes: int) -> bool:
        """Search for a plan by one of the hours; whether plan or bound moved."""
        outcome = Search(self._problem, self.found, int(self.ends[index])).run(nodes, self._goes_on)
        if outcome.choice is not None:
            self.best = outcome.choice
            self.high = self._index(outcome.choice.end)
        if outcome.is_settled:
            self.low = max(self.low, self.high if outcome.choice is not None else index + 1)
        return outcome.choice is not None or outcome.is_settled

    def _say(self) -> None:
        end, bound = minutes(int(self.ends[self.high])), minutes(int(self.ends[self.low]))
        self._tell(f"everybody out after {end:,.1f} minutes; not before {bound:,.1f}")


def trimmed(problem: ShuttleProblem, found: list[Tours], choice: Choice) -> Choice:
    """The same end with less going to and fro: of each vehicle its earliest tour that is enough."""
    calls = np.array(choice.calls)
    for v in np.argsort([-_end(found[v], c) for v, c in enumerate(calls)], kind="stable"):
        others = (np.delete(calls, v, 0) * np.delete(problem.seats, v)[:, None]).sum(0)
        needed = -(-np.maximum(0, problem.people - others) // problem.vehicles[v].seats)
        enough = (found[v].calls >= needed).all(1)
        calls[v] = found[v].calls[np.where(enough, found[v].end, choice.end + 1).argmin()]
    ends = [_end(found[v], c) for v, c in enumerate(calls)]
    return Choice(tuple(calls), max(ends))


def _end(found: Tours, calls: Whole) -> int:
    return int(found.end[(found.calls == calls).all(1).argmax()])
