"""People on the ground at the origins: called, let through gates, kept airside, taken aboard.

Where each row of families stands is a number for each stage (`crowd.py`), so a step moves numbers
and no families, in all replications at once.
"""

from __future__ import annotations

import numpy as np

from safepassage.simulate.crowd import WORK, Crowd
from safepassage.simulate.luck import Luck
from safepassage.simulate.policy import Policy
from safepassage.simulate.repeatable import Whole
from safepassage.simulate.script import Script


class Ground:
    """The state of all origins, [r, c, o] unless it says otherwise."""

    def __init__(self, script: Script, policy: Policy, crowd: Crowd, luck: Luck) -> None:
        self.script, self.policy, self.crowd, self.luck = script, policy, crowd, luck
        lanes = len(luck.deadline)
        shape = (lanes, len(script.classes), len(script.origins))
        self.row = np.arange(int(np.prod(shape))).reshape(shape)
        self.come = crowd.come.reshape(*shape, -1)
        self.called = np.zeros(shape, np.int64)  # families
        self.passed = np.zeros(shape, np.int64)
        self.ready = np.zeros(shape, np.int64)
        self.aboard = np.zeros(shape, np.int64)
        self.boarded = np.zeros(shape, np.int64)  # heads
        self.inside = np.zeros((lanes, shape[2]), np.int64)  # heads airside
        self.carried = np.zeros((lanes, shape[2]), np.int64)  # work begun on a family in front
        self.owed = np.zeros((lanes, len(script.gates)), np.int64)  # called, waits at a shut gate
        most = int(luck.screening.max(initial=0))
        self.ready_at = np.zeros((*shape, script.horizon + most + 1), np.int64)
        self.missed = np.zeros((*shape, script.horizon), np.int64)  # called, and did not come in
        self.history = np.zeros((*shape, script.horizon), np.int64)  # families passed by each step
        more = 1 + policy.over_call
        self.wanted = np.floor(script.call.cumsum(axis=2) * more + 1e-9).astype(np.int64)
        self.to_board = script.board.cumsum(axis=2)
        self.gates_of = [np.flatnonzero(script.gate_origin == o) for o in range(shape[2])]

    def call(self, t: int) -> None:
        """Call families forward, as the plan says and for those who did not come a wave ago."""
        if self.policy.order == "strict":
            self.called = self.come[..., t].copy()
            return
        crowd, can_call = self.crowd, self.luck.calls[:, t] > 0
        before = t - self.script.wave
        for c in range(self.row.shape[1]):
            for o, gates in enumerate(self.gates_of):
                row, at = self.row[:, c, o], self.called[:, c, o]
                target = np.full(len(row), self.wanted[c, gates, t].sum())
                if before >= 0:
                    target += self.missed[:, c, o, before]
                more = target - crowd.called.upto(row, at)
                reached = crowd.called.advance(row, at, more, self.come[:, c, o, t])
                self.called[:, c, o] = np.where(can_call, reached, at)

    def let_through(self, t: int, leaving: Whole) -> None:
        """People pass the gates, the first class first; `leaving` [r, o] seats leave this step."""
        script, crowd = self.script, self.crowd
        for o in range(len(script.origins)):
            budget = self._budget(t, o)
            room = script.airside[o] + leaving[:, o] - self.inside[:, o]
            stuck = np.zeros(len(budget), bool)
            for c in range(len(script.classes)):
                row, at, limit = self.row[:, c, o], self.passed[:, c, o], self.called[:, c, o]
                by_work = crowd.work.advance(row, at, budget, limit)
                new = np.minimum(by_work, crowd.admitted.advance(row, at, room, limit))
                stuck |= (new < limit) & (new == by_work)
                budget = budget - crowd.work.upto(row, new) + crowd.work.upto(row, at)
                heads = crowd.admitted.upto(row, new) - crowd.admitted.upto(row, at)
                room = room - heads
                self.inside[:, o] += heads
                self.passed[:, c, o] = new
            self.carried[:, o] = np.where(stuck, budget, 0)
        self._screen(t)
        self.history[..., t] = self.passed
        called = self.called
        self.missed[..., t] = (
            crowd.called.upto(self.row, called)
            - crowd.shown.upto(self.row, called)
            + crowd.shown.upto(self.row, self.passed)
            - crowd.admitted.upto(self.row, self.passed)
        )

    def _budget(self, t: int, o: int) -> Whole:
        """Work that the gates of an origin can do in a step, with what they had begun, [r]."""
        gates = self.gates_of[o]
        rate = np.floor(self.script.gate[gates, t] * self.luck.gate[:, gates, t] + 1e-9)
        most = rate.astype(np.int64)
        if self.policy.at_closure == "wait" and self.policy.order == "plan":
            share = 1 + self.policy.over_call
            new = np.ceil(self.script.call[:, gates, t].sum(axis=0) * share).astype(np.int64)
            self.owed[:, gates] += new
            most = np.minimum(most, self.owed[:, gates])
            self.owed[:, gates] -= most
        return np.asarray(most.sum(axis=1)) * WORK + self.carried[:, o]

    def _screen(self, t: int) -> None:
        lanes = np.arange(len(self.row))
        at = t + self.luck.screening[:, t]
        self.ready_at[lanes, :, :, at] = np.maximum(self.ready_at[lanes, :, :, at], self.passed)
        self.ready = np.maximum(self.ready, self.ready_at[..., t])

    def board(self, who: Whole, o: int, t: int, seats: Whole) -> Whole:
        """Seat families on one lift of each replication `who`; heads of each class, [who, c].

        In the order of the plan each class first takes what the plan gives it by now; what is left
        goes to whoever waits, the first class first.
        """
        crowd, taken = self.crowd, np.zeros((len(who), self.row.shape[1]), np.int64)
        left = np.maximum(seats, 0)
        is_planned = self.policy.order == "plan" and taken.shape[1] > 1
        for by_plan in (True, False) if is_planned else (False,):
            for c in range(taken.shape[1]):
                most = left
                if by_plan:
                    most = np.minimum(left, self.to_board[c, o, t] - self.boarded[who, c, o])
                if not most.max(initial=0) > 0:
                    continue
                row, at = self.row[who, c, o], self.aboard[who, c, o]
                new = crowd.admitted.advance(row, at, most, self.ready[who, c, o])
                heads = crowd.admitted.upto(row, new) - crowd.admitted.upto(row, at)
                self.aboard[who, c, o] = new
                self.boarded[who, c, o] += heads
                taken[:, c] += heads
                left = left - heads
        self.inside[who, o] -= taken.sum(axis=1)
        return taken

    def waiting(self, t: int) -> Whole:
        """Heads in the queue at the end of a step: they came, and have not passed, [r, c, o]."""
        shown, come = self.crowd.shown, self.come[..., t]
        return shown.upto(self.row, come) - shown.upto(self.row, self.passed)
