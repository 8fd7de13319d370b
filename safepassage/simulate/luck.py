"""What chance does to gates, airfields, havens, lifts and the deadline, drawn before the play.

Spells (closures, halts, weather, refusals, silence) alternate with quiet times: the quiet before a
spell is exponential with the mean that `a_day` says, its length is drawn from `hours`, and the next
quiet begins when it ends.  Without `a_day` there is one spell at most.  Where a step is partly in a
spell, its share counts.  Each cause has a stream for each place that it is about, and for each lane
of lifts, of which the n-th has the n-th draw, whenever it leaves and whatever else flies: plans
that are compared meet the same luck.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safepassage.model.cause import Cause, CauseKind, Distribution, Shape
from safepassage.model.errors import BadQuestionError
from safepassage.simulate.draws import draw, happens, shares_needed, whole_of
from safepassage.simulate.families import window
from safepassage.simulate.repeatable import Flags, Reals, Whole
from safepassage.simulate.script import Lanes, Script
from safepassage.simulate.streams import shares

SPELLS_MAX = 5_000
_SPARE_LAUNCHES = 4  # a lift that turns back may be sent again


@dataclass(frozen=True, eq=False)
class Luck:
    """Draws of some replications, r first."""

    gate: Reals  # [r, g, t] times the planned rate
    field: Reals  # [r, o, t] share of the step in which the airfield is open
    weather: Reals  # [r, o, t] share of slots and movements
    takes: Reals  # [r, b, t] share of the step in which a base takes people
    haven: Reals  # [r, h, t] the same of a haven
    calls: Reals  # [r, t] share of the step in which people can be called
    screening: Whole  # [r, t] steps from the gate to where people can board
    deadline: Whole  # [r] the first step in which nobody leaves any more
    diverted: Flags  # [r, l, n] of sorties
    grounded: Whole  # [r, l, n] more steps at the origin
    broken: Whole  # [r, l, n] more steps out of use after the rotation
    resting: Whole  # [r, l, n] more steps of rest for the crew
    broken_on: Whole  # [r, l, n] the same for onward flights
    resting_on: Whole  # [r, l, n]


def more_hours(causes: Sequence[Cause]) -> float:
    """By how much the deadline may move out: at most, or three means where there is no most."""
    total = 0.0
    for cause in causes:
        if cause.kind is CauseKind.MOVED_DEADLINE and cause.hours is not None:
            high = cause.hours.high
            total += max(0.0, high if math.isfinite(high) else 3 * cause.hours.mean)
    return total


def draw_luck(
    script: Script, causes: Sequence[Cause], seed: str, replications: Sequence[int]
) -> Luck:
    """The luck of these replications.

    Raises:
        BadQuestionError: a cause begins more spells than anybody could count.
    """
    drawing = _Drawing(script, causes, seed, replications)
    weather = drawing.left(CauseKind.WEATHER, script.origins)
    n_out = int(script.sorties.launch.sum(axis=1).max(initial=0)) + _SPARE_LAUNCHES
    n_on = int(script.onward.launch.sum(axis=1).max(initial=0)) + _SPARE_LAUNCHES
    out, on = (script.sorties, n_out), (script.onward, n_on)
    return Luck(
        drawing.left(CauseKind.GATE_CLOSURE, script.gates) * drawing.rates(),
        drawing.left(CauseKind.AIRFIELD_HALT, script.origins),
        weather,
        drawing.left(CauseKind.HAVEN_REFUSAL, script.bases),
        drawing.left(CauseKind.HAVEN_REFUSAL, script.havens),
        drawing.left(CauseKind.LOST_COMMUNICATION, ("",))[:, 0],
        drawing.screening(),
        drawing.deadline(),
        drawing.chosen(CauseKind.DIVERSION, *out),
        drawing.delays(CauseKind.GROUND_DELAY, *out),
        drawing.delays(CauseKind.BREAKDOWN, *out),
        drawing.delays(CauseKind.CREW_LIMIT, *out),
        drawing.delays(CauseKind.BREAKDOWN, *on),
        drawing.delays(CauseKind.CREW_LIMIT, *on),
    )


class _Drawing:
    def __init__(
        self, script: Script, causes: Sequence[Cause], seed: str, replications: Sequence[int]
    ) -> None:
        self.script, self.causes = script, causes
        self.seed, self.replications = seed, replications

    def of(self, kind: CauseKind) -> list[Cause]:
        return [cause for cause in self.causes if cause.kind is kind]

    def shares(self, name: str, count: int) -> Reals:
        """[r, count]"""
        return np.stack([shares(self.seed, name, r, count) for r in self.replications])

    def values(self, about: Distribution, name: str, count: int) -> Reals:
        """Values of a distribution, [r, count]."""
        share = self.shares(name, count * shares_needed(about))
        return draw(about, share.reshape(-1)).reshape(len(share), count)

    def left(self, kind: CauseKind, places: Sequence[str]) -> Reals:
        """What spells leave of each place in each step, from 0 to 1, [r, place, t]."""
        steps = self.script.horizon
        open_for = np.ones((len(self.replications), len(places), steps))
        for cause in self.of(kind):
            lost = 1.0 if cause.share is None else 1.0 - cause.share
            for n, place in enumerate(places):
                if cause.place in (None, place):
                    hit = self._covered(cause, f"{cause.id}/{place}")
                    open_for[:, n] = np.minimum(open_for[:, n], 1.0 - lost * hit)
        return open_for

    def _covered(self, cause: Cause, name: str) -> Reals:
        """The share of each step that lies in a spell, [r, t]."""
        start, end = self._spells(cause, name)
        edges = np.arange(self.script.horizon + 1, dtype=float)
        until = np.zeros((len(start), len(edges)))  # how much of all spells lies before each edge
        for n in range(start.shape[1]):
            spell = np.maximum(end[:, n : n + 1] - start[:, n : n + 1], 0)
            until += np.minimum(np.maximum(edges - start[:, n : n + 1], 0), spell)
        return np.minimum(until[:, 1:] - until[:, :-1], 1.0)

    def _spells(self, cause: Cause, name: str) -> tuple[Reals, Reals]:
        """Steps at which spells begin and end, [r, spell]."""
        assert cause.hours is not None  # noqa: S101 - its kind needs them
        script, far = self.script, float(self.script.horizon)
        first, last = window(script, cause, script.horizon)
        if cause.a_day is None:
            is_there = happens(self._chance(cause)[:, None], self.shares(f"{name}/whether", 1))
            begins = np.full(is_there.shape, first)
            if cause.ends_at is not None:
                begins = first + (last - first) * self.shares(f"{name}/when", 1)
            long = self.values(cause.hours, name, 1) / script.step_hours
            return np.where(is_there, begins, far), np.where(is_there, begins + long, far)
        a_step = cause.a_day * script.step_hours / 24
        expected = a_step * max(0.0, last - first)
        count = int(expected + 8 * math.sqrt(expected) + 10)
        if count > SPELLS_MAX:
            raise BadQuestionError(
                f"{cause.id}: about {expected:,.0f} spells in one operation; write a smaller a_day"
            )
        quiet = Distribution(Shape.EXPONENTIAL, (1 / a_step,))
        gaps = self.values(quiet, f"{name}/quiet", count)
        long = self.values(cause.hours, name, count) / script.step_hours
        ends = first + np.cumsum(gaps + long, axis=1)
        begins = ends - long
        is_late = begins >= last
        return np.where(is_late, far, begins), np.where(is_late, far, ends)

    def _chance(self, cause: Cause) -> Reals:
        """The chance of a cause in each replication, [r]."""
        if cause.chance is None:
            return np.ones(len(self.replications))
        return self.values(cause.chance, f"{cause.id}/chance", 1)[:, 0]

    def rates(self) -> Reals:
        """Factors of the gates, drawn for each day, [r, g, t]."""
        script = self.script
        day = np.floor(np.arange(script.horizon) * script.step_hours / 24).astype(np.int64)
        factor = np.ones((len(self.replications), len(script.gates), script.horizon))
        for cause in self.of(CauseKind.GATE_RATE):
            assert cause.factor is not None  # noqa: S101 - its kind needs one
            first, last = window(script, cause, script.horizon)
            steps = np.arange(script.horizon)
            within = (steps >= first) & (steps < last)
            for n, gate in enumerate(script.gates):
                if cause.place in (None, gate):
                    # One stream for all gates: what slows one down on a day slows all of them.
                    drawn = self.values(cause.factor, cause.id, int(day[-1]) + 1)[:, day]
                    factor[:, n] *= np.where(within, drawn, 1.0)
        return factor

    def screening(self) -> Whole:
        """Steps between gate and boarding, [r, t]."""
        script = self.script
        total = np.zeros((len(self.replications), script.horizon), np.int64)
        for cause in self.of(CauseKind.SCREENING_DELAY):
            assert cause.hours is not None  # noqa: S101 - its kind needs them
            hours = self.values(cause.hours, cause.id, script.horizon)
            rounding = self.shares(f"{cause.id}/rounding", script.horizon)
            total += whole_of(hours / script.step_hours, rounding)
        return total

    def deadline(self) -> Whole:
        """The step from which on nobody leaves, [r]."""
        script = self.script
        moved = np.zeros(len(self.replications))
        for cause in self.of(CauseKind.MOVED_DEADLINE):
            assert cause.hours is not None  # noqa: S101 - its kind needs them
            share = self.shares(f"{cause.id}/whether", 1)[:, 0]
            hours = self.values(cause.hours, cause.id, 1)[:, 0]
            moved += np.where(happens(self._chance(cause), share), hours, 0.0)
        found = script.steps + np.floor(moved / script.step_hours).astype(np.int64)
        return np.minimum(np.maximum(found, 0), script.horizon)

    def chosen(self, kind: CauseKind, lanes: Lanes, most: int) -> Flags:
        """Which lifts of each lane it befalls, [r, l, n]."""
        found = np.zeros((len(self.replications), len(lanes), most), bool)
        for cause in self.of(kind):
            for n in self._concerned(cause, lanes):
                share = self.shares(f"{cause.id}/{self._named(lanes, n)}", most)
                found[:, n] |= happens(self._chance(cause)[:, None], share)
        return found

    def delays(self, kind: CauseKind, lanes: Lanes, most: int) -> Whole:
        """Steps that are lost by the lifts of each lane, [r, l, n]."""
        found = np.zeros((len(self.replications), len(lanes), most), np.int64)
        for cause in self.of(kind):
            assert cause.hours is not None  # noqa: S101 - its kind needs them
            each = 2 + shares_needed(cause.hours)
            for n in self._concerned(cause, lanes):
                share = self.shares(f"{cause.id}/{self._named(lanes, n)}", most * each)
                share = share.reshape(-1, most, each)
                hit = happens(self._chance(cause)[:, None], share[..., 0])
                hours = draw(cause.hours, share[hit][:, 2:].reshape(-1))
                found[:, n][hit] += whole_of(hours / self.script.step_hours, share[hit][:, 1])
        return found

    def _concerned(self, cause: Cause, lanes: Lanes) -> list[int]:
        """The lanes that a cause is about."""
        types = [self.script.kinds[int(k)].partition("/")[0] for k in lanes.kind]
        return [n for n, x in enumerate(types) if cause.lift_type in (None, x)]

    def _named(self, lanes: Lanes, n: int) -> str:
        script = self.script
        places = script.origins if lanes is script.sorties else script.havens
        names = (script.kinds[lanes.kind[n]], script.bases[lanes.base[n]], places[lanes.place[n]])
        return "/".join(names)
