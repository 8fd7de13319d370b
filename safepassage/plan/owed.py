"""What a dispatcher still owes while it goes through the hours: rear guard and inbound loads."""

from __future__ import annotations

import numpy as np

from safepassage.plan.problem import Problem
from safepassage.plan.requirements import launches_until


class Owed:
    """Guards who have not left yet, and loads that no launched lift brings yet.

    Those who leave last begin `drawdown` steps before the deadline; nobody else boards from then
    on.  People are put on these sorties once more afterwards, so this only has to see to it that
    there are seats.
    """

    def __init__(self, problem: Problem, drawdown: int) -> None:
        self.problem = problem
        self.guard = [g.people for g in problem.guards]
        self.begins = [
            max(g.holds, problem.steps - drawdown) if g.is_last else g.holds for g in problem.guards
        ]
        self.load = [float(n.amount) for n in problem.needs]
        self._until = {
            (i, k): launches_until(problem, k, need.origin, need)
            for i, need in enumerate(problem.needs)
            for k in range(len(problem.lifts))
        }

    @property
    def is_met(self) -> bool:
        """Whether nothing is owed any longer."""
        return not any(self.guard) and not any(x > 1e-9 for x in self.load)

    def closes(self, origin: int) -> int:
        """The step from which nobody but the rear guard boards at an origin."""
        last = [
            begins
            for begins, g in zip(self.begins, self.problem.guards, strict=True)
            if g.is_last and g.origin == origin
        ]
        return min(last, default=self.problem.steps)

    def ready(self, origin: int, step: int) -> tuple[int, int]:
        """Guards who may board by a step, and the step from which the first of them may."""
        mine = [
            (left, begins)
            for left, begins, g in zip(self.guard, self.begins, self.problem.guards, strict=True)
            if left and g.origin == origin and begins <= step
        ]
        return sum(n for n, _ in mine), min((t for _, t in mine), default=step)

    def board(self, origin: int, step: int, room: int) -> int:
        """Let guards board; how many did."""
        taken = 0
        for n, guard in enumerate(self.problem.guards):
            if guard.origin == origin and self.begins[n] <= step:
                load = min(self.guard[n], room - taken)
                self.guard[n] -= load
                taken += load
        return taken

    def wants(self, step: int, k: int, b: int, o: int) -> bool:
        """Whether a lift that leaves its base now brings something that is owed."""
        return any(
            self.load[i] > 1e-9 and self._brings(i, step, k, b, o)
            for i in range(len(self.problem.needs))
        )

    def launched(self, step: int, k: int, b: int, o: int) -> None:
        """Take off what a lift brings, the first due first."""
        share = 1.0
        for i in np.argsort([n.by for n in self.problem.needs], kind="stable"):
            if share > 0 and self._brings(int(i), step, k, b, o):
                most = self.problem.needs[i].most(self.problem.lifts[k])
                load = min(self.load[i], share * most // 1)
                self.load[i] -= load
                share -= load / most

    def _brings(self, i: int, step: int, k: int, b: int, o: int) -> bool:
        need = self.problem.needs[i]
        carries = need.origin == o and need.most(self.problem.lifts[k]) > 0
        return carries and step < self._until[i, k][b]
