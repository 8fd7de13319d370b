"""One operation under a plan, a policy and its causes, in many replications at once.

The order of a step, the same in every replication and on every engine:

    1. lifts and crews are back at their bases; people land there and are cleared to go on
    2. onward flights leave, if this is the step of a wave
    3. families reach the queue; the policy calls some of them
    4. gates let through, class by class, as far as there is room airside
    5. lifts whose time on the ground is over board and leave, in the order of their lanes
    6. lifts that wait to land do so, as far as runway and apron allow
    7. lifts leave their bases for the origins

Everything is counted in whole people, families, lifts and steps, so no sum depends on its order.
With no causes and the policy `plan`, every number is the plan's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safepassage.model.cause import Cause
from safepassage.model.errors import SafePassageError
from safepassage.simulate.airlift import Airlift
from safepassage.simulate.crowd import Crowd, draw_crowd
from safepassage.simulate.ground import Ground
from safepassage.simulate.luck import draw_luck
from safepassage.simulate.policy import Policy
from safepassage.simulate.repeatable import Reals, Whole
from safepassage.simulate.script import Script
from safepassage.simulate.trace import Trace

Counts = NDArray[np.int32]  # the longest arrays, which are kept
WAIT_SHARES = (0.5, 0.9, 1.0)


@dataclass(frozen=True, eq=False)
class Played:
    """What became of some replications, r first."""

    out: Counts  # [r, c, t] people who have left the origins by the end of a step
    waiting: Counts  # [r, t] people in the queues
    inside: Counts  # [r, t] people airside
    present: Counts  # [r, b, t] people at the bases
    left_behind: Whole  # [r, c] came and are not out
    refused: Whole  # [r] sent back at the gate for their papers
    absent: Whole  # [r] were called and never came
    seats: Whole  # [r] flown out of the origins
    empty: Whole  # [r] of them
    cancelled: Whole  # [r] sorties that could not leave in time
    turned: Whole  # [r] sorties that turned back on their way in
    received: Whole  # [r] people at havens or on their way to them
    wait_mean: Reals  # [r] hours in the queue, of those who passed
    waits: Reals  # [r, share] hours, the shares of WAIT_SHARES
    full: Reals  # [r, b] hours in which a base has no bed
    clear: Reals  # [r] hours until nobody is left at the origins who came, -1 if never
    deadline: Whole  # [r] step


PARTS = tuple(Played.__dataclass_fields__)


def play(
    script: Script,
    causes: Sequence[Cause],
    policy: Policy,
    seed: str,
    replications: Sequence[int],
    trace: Trace | None = None,
) -> Played:
    """Play some replications; each is the same whichever others are played with it.

    Args:
        trace: is told what happens in the first of them.
    """
    crowd = draw_crowd(script, causes, seed, replications)
    luck = draw_luck(script, causes, seed, replications)
    ground = Ground(script, policy, crowd, luck)
    airlift = Airlift(script, policy, luck, ground, trace)
    r, x = len(luck.deadline), script.horizon
    out = np.zeros((r, len(script.classes), x), np.int32)
    waiting, inside = np.zeros((r, x), np.int32), np.zeros((r, x), np.int32)
    present = np.zeros((r, len(script.bases), x), np.int32)
    so_far = np.zeros((r, len(script.classes)), np.int64)
    area = np.zeros(r, np.int64)
    for t in range(x):
        airlift.release(t)
        airlift.send_on(t)
        ground.call(t)
        ground.let_through(t, airlift.leaving(t))
        moves = airlift.depart(t, so_far)
        airlift.land(t, moves)
        airlift.launch(t)
        out[..., t] = so_far
        queue = ground.waiting(t).sum(axis=(1, 2))
        area += queue
        waiting[:, t], inside[:, t] = queue, ground.inside.sum(axis=1)
        present[..., t] = airlift.present
        if trace is not None:
            _tell(trace, ground, t)
    waits = _waits(script, crowd, ground, area)
    return _played(script, crowd, ground, airlift, (out, waiting, inside, present), waits)


def _tell(trace: Trace, ground: Ground, t: int) -> None:
    """Who came and who passed in a step, in the first replication."""
    crowd, before = ground.crowd, max(t - 1, 0)
    for c in range(ground.first.shape[1]):
        for o in range(ground.first.shape[2]):
            first, come, passed = (x[0, c, o] for x in (ground.first, ground.come, ground.history))
            came = crowd.shown.between(come[before] if t else first, come[t])
            through = crowd.admitted.between(passed[before] if t else first, passed[t])
            if came:
                trace.came.append((t, c, o, int(came)))
            if through:
                trace.passed.append((t, c, o, int(through)))


def _waits(script: Script, crowd: Crowd, ground: Ground, area: Whole) -> tuple[Reals, Reals]:
    """Mean and shares of the waits of those who passed, in hours, family by family.

    Raises:
        SafePassageError: the people counted in the queue are not what the waits of the families
            add up to (Little's law, exact in whole numbers): the engine is wrong.
    """
    r, c, o, x = ground.history.shape
    mean, shares_of = np.zeros(r), np.zeros((r, len(WAIT_SHARES)))
    rows = c * o
    history = ground.history.reshape(r, rows, x)
    for n in range(r):
        count, spent = np.zeros(x + 1, np.int64), 0
        for m in range(rows):
            row = n * rows + m
            through = np.diff(history[n, m], prepend=crowd.first[row])
            passed = np.repeat(np.arange(x), through)
            arrived, heads = crowd.arrives[row], crowd.heads[row]
            steps = passed - arrived[: len(passed)]
            count += np.bincount(steps, heads[: len(passed)], x + 1).astype(np.int64)
            still = np.maximum(x - arrived[len(passed) :], 0)
            spent += int(steps @ heads[: len(passed)]) + int(still @ heads[len(passed) :])
        if spent != area[n]:
            raise SafePassageError(
                f"replication {n}: the queue held {area[n]} people-steps, the families waited"
                f" {spent}; please report this with the plan, the seed and the causes"
            )
        total = int(count.sum())
        if total:
            by = np.cumsum(count)
            steps_at = [int(np.searchsorted(by, np.ceil(s * total))) for s in WAIT_SHARES]
            mean[n] = int(count @ np.arange(x + 1)) / total * script.step_hours
            shares_of[n] = np.array(steps_at) * script.step_hours
    return mean, shares_of


def _played(
    script: Script,
    crowd: Crowd,
    ground: Ground,
    airlift: Airlift,
    curves: tuple[Counts, Counts, Counts, Counts],
    waits: tuple[Reals, Reals],
) -> Played:
    out, waiting, inside, present = curves
    came = crowd.shown.between(ground.first, ground.come[..., -1])
    refused, absent = crowd.refused(ground.passed), crowd.absent(ground.called)
    left_behind = (came - refused - ground.boarded).sum(axis=2)
    is_full = present + int(script.seats.min()) > script.beds[:, None]
    is_clear = left_behind.sum(axis=1) == 0
    total = out.sum(axis=1)
    last_out = (total < total[:, -1:]).sum(axis=1) + 1
    return Played(
        out,
        waiting,
        inside,
        present,
        left_behind,
        refused.sum(axis=(1, 2)),
        absent.sum(axis=(1, 2)),
        airlift.flown,
        airlift.empty,
        airlift.cancelled,
        airlift.turned,
        airlift.received.sum(axis=1),
        waits[0],
        waits[1],
        is_full[..., : script.steps].sum(axis=2) * script.step_hours,
        np.where(is_clear, last_out * script.step_hours, -1.0),
        airlift.luck.deadline,
    )
