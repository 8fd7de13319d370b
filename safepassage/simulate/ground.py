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
        for o, gates in enumerate(self.gates_of):
            row, at = self.row[:, :, o], self.called[:, :, o]
            target = np.broadcast_to(self.wanted[:, gates, t].sum(axis=1), row.shape)
            if before >= 0:
                target = target + self.missed[:, :, o, before]
            more = target - crowd.called.upto(row, at)
            reached = crowd.called.advance(row, at, more, self.come[:, :, o, t])
            self.called[:, :, o] = np.where(can_call[:, None], reached, at)

    def let_through(self, t: int, leaving: Whole) -> None:
        """People pass the gates, the first class first; `leaving` [r, o] seats leave this step."""
        script, crowd = self.script, self.crowd
        for o in range(len(script.origins)):
            row, at, limit = self.row[:, :, o], self.passed[:, :, o], self.called[:, :, o]
            budget = self._budget(t, o)
            room = script.airside[o] + leaving[:, o] - self.inside[:, o]
            begun, entered = crowd.work.upto(row, at), crowd.admitted.upto(row, at)
            work = crowd.work.upto(row, limit) - begun
            heads = crowd.admitted.upto(row, limit) - entered
            by_work = crowd.work.advance(row, at, _shared(budget, work), limit)
            by_room = crowd.admitted.advance(row, at, _shared(room, heads), limit)
            new = np.minimum(by_work, by_room)
            spent = (crowd.work.upto(row, new) - begun).sum(axis=1)
            self.inside[:, o] += (crowd.admitted.upto(row, new) - entered).sum(axis=1)
            self.passed[:, :, o] = new
            is_stuck = ((new < limit) & (new == by_work)).any(axis=1)
            self.carried[:, o] = np.where(is_stuck, budget - spent, 0)
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
        row, limit = self.row[who, :, o], self.ready[who, :, o]
        taken = np.zeros(row.shape, np.int64)
        left = np.maximum(seats, 0)
        if self.policy.order == "plan" and row.shape[1] > 1:
            due = np.maximum(self.to_board[:, o, t] - self.boarded[who, :, o], 0)
            taken = self._seat(who, o, row, limit, _shared(left, due))
            left = left - taken.sum(axis=1)
        if left.max(initial=0) > 0:
            at = self.aboard[who, :, o]
            there = self.crowd.admitted.upto(row, limit) - self.crowd.admitted.upto(row, at)
            taken = taken + self._seat(who, o, row, limit, _shared(left, there))
        self.inside[who, o] -= taken.sum(axis=1)
        return taken

    def _seat(self, who: Whole, o: int, row: Whole, limit: Whole, most: Whole) -> Whole:
        """Families of each class take up to so many seats; heads that did, [who, c]."""
        admitted, at = self.crowd.admitted, self.aboard[who, :, o]
        new = admitted.advance(row, at, most, limit)
        heads = admitted.upto(row, new) - admitted.upto(row, at)
        self.aboard[who, :, o] = new
        self.boarded[who, :, o] += heads
        return heads

    def waiting(self, t: int) -> Whole:
        """Heads in the queue at the end of a step: they came, and have not passed, [r, c, o]."""
        shown, come = self.crowd.shown, self.come[..., t]
        return shown.upto(self.row, come) - shown.upto(self.row, self.passed)


def _shared(amount: Whole, wanted: Whole) -> Whole:
    """What each class may take of an amount, [r, c]: what the classes before it want comes first.

    A class that cannot use all of its part, because its next family is too large, leaves it unused:
    nobody goes before a family of a class before theirs.
    """
    before = np.cumsum(wanted, axis=1) - wanted
    return np.clip(amount[:, None] - before, 0, wanted)
