"""People on the ground at the origins: called, let through gates, kept airside, taken aboard.

Where each row of families stands is a number for each stage (`crowd.py`), so a step moves numbers
and no families, in all replications at once.
"""

from __future__ import annotations

import numpy as np

from safepassage.simulate.crowd import Crowd
from safepassage.simulate.families import WORK
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
        self.first = crowd.first.reshape(shape)
        self.come = crowd.come.reshape(*shape, -1)
        self.called = self.first.copy()  # places in the lines of families
        self.passed = self.first.copy()
        self.ready = self.first.copy()
        self.aboard = self.first.copy()
        self.boarded = np.zeros(shape, np.int64)  # heads
        self.inside = np.zeros((lanes, shape[2]), np.int64)  # heads airside
        self.carried = np.zeros((lanes, shape[2]), np.int64)  # work begun on a family in front
        self.owed = np.zeros((lanes, len(script.gates)), np.int64)  # called, waits at a shut gate
        most = int(luck.screening.max(initial=0))
        self.ready_at = np.repeat(self.first[..., None], script.horizon + most + 1, axis=3)
        self.missed = np.zeros((*shape, script.horizon), np.int64)  # called, and did not come in
        self.history = np.zeros((*shape, script.horizon), np.int64)  # the place passed by each step
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
            at = self.called[:, :, o]
            target = np.broadcast_to(self.wanted[:, gates, t].sum(axis=1), at.shape)
            if before >= 0:
                target = target + self.missed[:, :, o, before]
            more = target - crowd.called.between(self.first[:, :, o], at)
            reached = crowd.called.advance(at, more, self.come[:, :, o, t])
            self.called[:, :, o] = np.where(can_call[:, None], reached, at)

    def let_through(self, t: int, leaving: Whole) -> None:
        """People pass the gates, the first class first; `leaving` [r, o] seats leave this step."""
        script, crowd = self.script, self.crowd
        for o in range(len(script.origins)):
            at, limit = self.passed[:, :, o], self.called[:, :, o]
            budget = self._budget(t, o)
            room = script.airside[o] + leaving[:, o] - self.inside[:, o]
            work, heads = crowd.work.between(at, limit), crowd.admitted.between(at, limit)
            by_work = crowd.work.advance(at, _shared(budget, work), limit)
            by_room = crowd.admitted.advance(at, _shared(room, heads), limit)
            new = np.minimum(by_work, by_room)
            spent = crowd.work.between(at, new).sum(axis=1)
            self.inside[:, o] += crowd.admitted.between(at, new).sum(axis=1)
            self.passed[:, :, o] = new
            is_stuck = ((new < limit) & (new == by_work)).any(axis=1)
            self.carried[:, o] = np.where(is_stuck, budget - spent, 0)
        self._screen(t)
        self.history[..., t] = self.passed
        self.missed[..., t] = crowd.absent(self.called) + crowd.refused(self.passed)

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
        lanes = np.arange(len(self.first))
        at = t + self.luck.screening[:, t]
        self.ready_at[lanes, :, :, at] = np.maximum(self.ready_at[lanes, :, :, at], self.passed)
        self.ready = np.maximum(self.ready, self.ready_at[..., t])

    def board(self, who: Whole, o: Whole, t: int, seats: Whole) -> Whole:
        """Seat families on a lift at origin o[i] of replication who[i]; heads by class, [who, c].

        In the order of the plan each class first takes what the plan gives it by now; what is left
        goes to whoever waits, the first class first.
        """
        at, limit = self.aboard[who, :, o], self.ready[who, :, o]
        left = np.maximum(seats, 0)
        if self.policy.order == "plan" and at.shape[1] > 1:
            due = np.maximum(self.to_board[:, o, t].T - self.boarded[who, :, o], 0)
            new = self.crowd.admitted.advance(at, _shared(left, due), limit)
            left = left - self.crowd.admitted.between(at, new).sum(axis=1)
        else:
            new = at
        if left.any():
            there = self.crowd.admitted.between(new, limit)
            new = self.crowd.admitted.advance(new, _shared(left, there), limit)
        taken = self.crowd.admitted.between(at, new)
        self.aboard[who, :, o] = new
        self.boarded[who, :, o] += taken
        self.inside[who, o] -= taken.sum(axis=1)
        return taken

    def waiting(self, t: int) -> Whole:
        """Heads in the queue at the end of a step: they came, and have not passed, [r, c, o]."""
        return self.crowd.shown.between(self.passed, self.come[..., t])


def _shared(amount: Whole, wanted: Whole) -> Whole:
    """What each class may take of an amount, [r, c]: what the classes before it want comes first.

    A class that cannot use all of its part, because its next family is too large, leaves it unused:
    nobody goes before a family of a class before theirs.
    """
    before = np.cumsum(wanted, axis=1) - wanted
    return np.minimum(np.maximum(amount[:, None] - before, 0), wanted)
