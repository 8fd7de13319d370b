"""Is there a plan that ends by an hour?  A search that finds one, or proves that there is none.

Depth first over nodes of `cover.py`, most seats first.  A node is closed only by multipliers that
prove it in our own arithmetic, or because a vehicle has no tour with the calls that it asks for; so
a search that closed every node is a proof, whatever the engine said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.cover import Box, Cover, Relaxed, alike, is_hopeless, whole_box
from safepassage.plan.shuttle.problem import ShuttleProblem
from safepassage.plan.shuttle.tours import Tours

_WHOLE = 1e-6  # calls nearer than this to a whole number count as it


@dataclass(frozen=True, eq=False)
class Choice:
    """A tour for each vehicle, together fetching everybody, and when the last one ends."""

    calls: tuple[Whole, ...]  # of each vehicle, [p]
    end: int


@dataclass(frozen=True)
class Outcome:
    """The best plan found, and whether it is proved that none ends before it (or by the hour)."""

    choice: Choice | None
    is_settled: bool


def chosen(problem: ShuttleProblem, found: list[Tours], calls: Whole, until: int) -> Choice | None:
    """For each vehicle its earliest tour with at least these calls; None if that is not a plan."""
    if ((calls * problem.seats[:, None]).sum(0) < problem.people).any():
        return None
    tours, ends = [], []
    for mine, wanted in zip(found, calls, strict=True):
        enough = (mine.calls >= wanted).all(1) & (mine.end <= until)
        if not enough.any():
            return None
        best = int(np.where(enough, mine.end, until + 1).argmin())
        tours.append(mine.calls[best])
        ends.append(int(mine.end[best]))
    return Choice(tuple(tours), max(ends))


class Search:
    """One search, from the node of all plans downwards."""

    def __init__(self, problem: ShuttleProblem, found: list[Tours], until: int) -> None:
        self._problem, self._found, self._until = problem, found, until
        self._cover = self._at(until)
        self._open = [whole_box(problem)]
        groups = alike(problem)
        leaders = [g[0] for g in groups]
        self._seats = np.concatenate([problem.seats, problem.seats[leaders]]).astype(float)
        for group in groups:  # together before one by one
            self._seats[group] *= 0.99
        self._best: Choice | None = None

    def run(self, nodes: int, goes_on: Callable[[], bool]) -> Outcome:
        """Look at so many nodes at most; a plan that is found makes the hour earlier."""
        while self._open and nodes > 0 and goes_on():
            nodes -= 1
            self._look(self._open.pop())
        return Outcome(self._best, not self._open)

    def _at(self, until: int) -> Cover:
        return Cover(self._problem, [x.until(until) for x in self._found])

    def _look(self, box: Box) -> None:
        programme = self._cover.bounded(box)
        if programme is None:
            return
        relaxed = self._cover.relaxed(programme)
        if is_hopeless(programme, relaxed.multipliers):
            return
        vehicles = len(self._found)
        wanted = np.ceil(relaxed.calls[:vehicles] - _WHOLE).astype(np.int64)
        better = chosen(self._problem, self._found, wanted, self._until)
        if better is None:
            self._open += self._branches(box, relaxed)
            return
        self._best, self._until = better, better.end - 1
        self._cover = self._at(self._until)
        self._open.append(box)

    def _branches(self, box: Box, relaxed: Relaxed) -> tuple[Box, Box]:
        parted = np.abs(relaxed.calls - np.round(relaxed.calls)) * self._seats[:, None]
        free = box.least < box.most
        if (parted[free] > _WHOLE * self._seats.max()).any():
            row, place = divmod(int(np.where(free, parted, -1).argmax()), parted.shape[1])
            return box.split(row, place, int(np.floor(relaxed.calls[row, place])))
        return self._between_tours(box, np.round(relaxed.calls).astype(np.int64))

    def _between_tours(self, box: Box, calls: Whole) -> tuple[Box, Box]:
        """Whole calls that are a mixture of tours: forbid the mixture of the largest vehicle."""
        for v in np.argsort(-self._seats[: len(self._found)], kind="stable"):
            if (self._cover.choices[v] >= calls[v]).all(1).any():
                continue
            place = int((calls[v] - box.least[v]).argmax())
            return box.split(int(v), place, int(calls[v, place]) - 1)
        return self._any(box)

    def _any(self, box: Box) -> tuple[Box, Box]:
        """Halve the widest range: the engine's tolerance left nothing else to decide by."""
        width = box.most - box.least
        row, place = divmod(int(width.argmax()), width.shape[1])
        if not width[row, place]:
            raise AssertionError("a node of one plan is neither a plan nor hopeless")
        return box.split(row, place, int(box.least[row, place] + box.most[row, place]) // 2)
