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

from safepassage.plan.errors import InfeasibleError
from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.feasible import require_reachable
from safepassage.plan.shuttle.first import First, first_plan
from safepassage.plan.shuttle.priced import LEGS, priced_bound
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem, minutes
from safepassage.plan.shuttle.search import Choice, Search, chosen
from safepassage.plan.shuttle.tours import (
    TOURS_MAX,
    Call,
    TooManyToursError,
    Tours,
    in_order,
    tours,
)

AIMS = (0.25, 0.5, 0.75, 1.0)  # of the way from bound to plan
FIRST_NODES = 100  # of a search; three times as many each time all aims fail

Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Solved:
    """The trips of each vehicle in their order, and a tick before which no plan ends."""

    problem: ShuttleProblem
    routes: tuple[tuple[Call, ...], ...]
    end: int  # tick at which the last person is unloaded
    bound: int
    cpu_seconds: float

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

    Where vehicles can do so much that their tours cannot be looked at one by one, the plan is the
    dispatcher's and the bound that of prices: the two do not meet, and both hold.

    Raises:
        InfeasibleError: somebody waits where no vehicle can take them from.
    """
    require_reachable(problem)
    began = time.process_time()

    def goes_on() -> bool:
        return time.process_time() - began < seconds

    first = first_plan(problem) or _found_first(problem)
    try:
        run = _Run(problem, first, goes_on, tell)
    except TooManyToursError as why:
        tell(f"{why}: a plan without searching, and a bound from prices")
        bound = priced_bound(problem, first.end, goes_on)
        return Solved(problem, first.routes, first.end, bound, time.process_time() - began)
    run.roughly()
    run.closely(close_enough)
    end, routes = run.finished()
    return Solved(problem, routes, end, run.bound, time.process_time() - began)


def _found_first(problem: ShuttleProblem) -> First:
    """A first plan by searching, ever later, where a dispatcher gets stuck.

    Raises:
        InfeasibleError: every vehicle gets to where it cannot go on, and people are left.
    """
    longest = max(int(t.later[t.later < FAR].max(initial=0)) for t in problem.trips)
    longest += max(int(t.first[t.first < FAR].max(initial=0)) for t in problem.trips)
    most = int((-(-problem.people // problem.seats.min())).sum())
    latest = max(v.ready for v in problem.vehicles) + most * longest  # every tour ends by then
    horizon = latest
    while horizon > 2 * longest:
        horizon //= 2
    while True:
        found = _all_tours(problem, horizon)
        choice = Search(problem, found, horizon).run(1_000_000, lambda: True).choice
        if choice is not None:
            return First(choice.end, _routes(problem, found, choice))
        if horizon >= latest:
            place = problem.places[int(problem.people.argmax())]
            raise InfeasibleError(
                f"{place} or another place: people wait there whom no vehicle can reach from the"
                " havens where it gets to; give the distance from every haven to one of its docks"
            )
        horizon = min(latest, 2 * horizon)


def _all_tours(problem: ShuttleProblem, horizon: int) -> list[Tours]:
    """The tours of every vehicle.

    Raises:
        TooManyToursError: more than `TOURS_MAX` together.
    """
    found: list[Tours] = []
    for number in range(len(problem.vehicles)):
        room = TOURS_MAX - sum(len(x.end) for x in found)
        found.append(tours(problem, number, horizon, room))
    return found


def _routes(
    problem: ShuttleProblem, found: list[Tours], choice: Choice
) -> tuple[tuple[Call, ...], ...]:
    return tuple(
        tuple(in_order(problem, v, found[v], calls)) for v, calls in enumerate(choice.calls)
    )


class _Run:
    """Where a run stands: no plan ends before `ends[low]`; `best` ends at `ends[high]`."""

    def __init__(
        self, problem: ShuttleProblem, first: First, goes_on: Callable[[], bool], tell: Tell
    ) -> None:
        self._problem, self._goes_on, self._tell = problem, goes_on, tell
        self.found = _all_tours(problem, first.end)
        best = chosen(problem, self.found, first.calls(len(problem.places)), first.end)
        if best is None:
            raise AssertionError("the first plan is not among the tours until its end")
        self.best = best
        self.ends = np.unique(np.concatenate([x.end for x in self.found]))
        self.low, self.high = 0, self._index(best.end)

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

    @property
    def bound(self) -> int:
        """A tick before which no plan ends, with what rounding legs up can hide given away."""
        legs = 1 + LEGS * max(len(x.keys) for x in self.found)
        return max(0, int(self.ends[self.low]) - legs)

    def finished(self) -> tuple[int, tuple[tuple[Call, ...], ...]]:
        """When the best plan ends, and its trips."""
        choice = trimmed(self._problem, self.found, self.best)
        return choice.end, _routes(self._problem, self.found, choice)

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
