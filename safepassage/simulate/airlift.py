"""Lifts, crews, aprons, bases and havens: who flies where in each step, in all replications.

A lift waits at its base, is under way, waits to land, stands at the origin, carries people to its
base, and turns round there.  What is under way is a number by the step in which it is due.
"""

from __future__ import annotations

import numpy as np

from safepassage.simulate.ground import Ground
from safepassage.simulate.luck import Luck
from safepassage.simulate.policy import Policy
from safepassage.simulate.repeatable import Flags, Whole
from safepassage.simulate.script import Script
from safepassage.simulate.trace import Trace

_HALF = 0.5  # a base that is refused for longer than this share of a step takes nobody in it


class Airlift:
    """The state of everything that flies and of where it flies to."""

    def __init__(
        self, script: Script, policy: Policy, luck: Luck, ground: Ground, trace: Trace | None
    ) -> None:
        self.script, self.policy, self.luck = script, policy, luck
        self.ground, self.trace = ground, trace
        r, x = len(luck.deadline), script.horizon
        k, b, lanes = len(script.kinds), len(script.bases), len(script.sorties)
        far = x + self._farthest() + 1
        self.ready = np.repeat(script.home[None], r, axis=0)
        self.crews = np.repeat(script.crews[None], r, axis=0)
        self.back = np.zeros((far, r, k, b), np.int32)
        self.rested = np.zeros((far, r, k), np.int32)
        self.want = np.zeros((r, lanes), np.int64)
        self.due = np.zeros((far, r, lanes), np.int32)  # reach the origin
        self.circling = np.zeros((r, lanes), np.int64)
        self.done = np.zeros((far, r, lanes), np.int32)  # their time on the ground is over
        self.standing = np.zeros((r, lanes), np.int64)  # they can leave
        self.parked = np.zeros((r, len(script.origins)))
        self.launched, self.landed, self.left = (np.zeros((r, lanes), np.int64) for _ in range(3))
        self.arriving = np.zeros((far, r, b), np.int32)
        self.present, self.uncleared = (np.zeros((r, b), np.int64) for _ in range(2))
        self.want_on = np.zeros((r, len(script.onward)), np.int64)
        self.launched_on = np.zeros((r, len(script.onward)), np.int64)
        self.loaded_on = np.zeros((r, len(script.onward)), np.int64)
        self.sent = np.zeros((r, b), np.int64)
        self.loaded, self.guarded = (np.zeros((r, lanes), np.int64) for _ in range(2))
        days = int(far * script.step_hours // 24) + 2
        self.taken = np.zeros((r, len(script.havens), days), np.int64)
        self.received = np.zeros((r, len(script.havens)), np.int64)
        self.flown, self.empty, self.cancelled, self.turned = (
            np.zeros(r, np.int64) for _ in range(4)
        )
        self.no_end = 10 * int(script.beds.max()) + 1_000_000  # beds after the planned time
        self.load_by = script.sorties.load.cumsum(axis=1)
        self.guard_by = script.sorties.guard.cumsum(axis=1)
        self.load_on_by = script.onward.load.cumsum(axis=1)
        self.on_by = np.zeros((b, x), np.int64)
        np.add.at(self.on_by, script.onward.base, self.load_on_by)

    def _farthest(self) -> int:
        """Steps after the horizon in which anything can still be due."""
        script, luck = self.script, self.luck
        way = max(
            int(script.sorties.way.max(initial=0)),
            int(script.onward.way.max(initial=0)),
            int(script.to_origin.max(initial=0)),
        )
        late = sum(int(x.max(initial=0)) for x in (luck.grounded, luck.broken, luck.resting)) + max(
            int(luck.broken_on.max(initial=0)), int(luck.resting_on.max(initial=0))
        )
        stay = int(max(script.turn.max(), script.ground.max(), script.onward_turn.max()))
        moves = max((m[4] - m[3] for m in script.moves), default=0)
        return 2 * int(script.cycle.max()) + 3 * way + 3 * stay + late + moves

    def release(self, t: int) -> None:
        """Lifts and crews are back; people arrive at bases and are cleared to go on."""
        self.ready += self.back[t]
        self.crews += self.rested[t]
        come = self.arriving[t]
        self.present += come
        self.uncleared += come
        self.uncleared -= np.minimum(self.uncleared, self.script.clears)
        for kind, start, end, launch, ready in self.script.moves:
            if launch == t:
                goes = (self.ready[:, kind, start] > 0) & (self.crews[:, kind] > 0)
                self.ready[goes, kind, start] -= 1
                self.crews[goes, kind] -= 1
                self.back[ready, goes, kind, end] += 1
                self.rested[t + self.script.cycle[kind], goes, kind] += 1

    def send_on(self, t: int) -> None:
        """Onward flights leave, on the waves of the plan, with those who were cleared."""
        script, lanes = self.script, self.script.onward
        if t < script.steps:
            self.want_on += lanes.launch[:, t]
        if t % script.wave or not len(lanes):
            return
        for n in range(len(lanes)):
            while True:
                who = self._who_goes_on(n, t)
                if not len(who):
                    break
                self._go_on(n, who, t)

    def _who_goes_on(self, n: int, t: int) -> Whole:
        lanes = self.script.onward
        k, b, h = int(lanes.kind[n]), int(lanes.base[n]), int(lanes.place[n])
        can = (self.want_on[:, n] > 0) & (self.ready[:, k, b] > 0) & (self.crews[:, k] > 0)
        can &= (self.luck.haven[:, h, t] >= _HALF) & (self._load_on(n, t) > 0)
        return np.flatnonzero(can)

    def _load_on(self, n: int, t: int) -> Whole:
        """People whom the next flight of a lane would take, [r]."""
        script, lanes = self.script, self.script.onward
        k, b, h = int(lanes.kind[n]), int(lanes.base[n]), int(lanes.place[n])
        load = np.minimum(script.seats[k], self.present[:, b] - self.uncleared[:, b])
        if self.policy.order == "plan":
            load = np.minimum(load, self.load_on_by[n, t] - self.loaded_on[:, n])
        load = np.minimum(load, script.haven_places[h] - self.received[:, h])
        lands = t + int(lanes.way[n])
        if lands < script.steps:
            day = int(lands * script.step_hours // 24)
            load = np.minimum(load, script.haven_day[h] - self.taken[:, h, day])
        return np.asarray(load)

    def _go_on(self, n: int, who: Whole, t: int) -> None:
        script, lanes, luck = self.script, self.script.onward, self.luck
        k, b, h = int(lanes.kind[n]), int(lanes.base[n]), int(lanes.place[n])
        load = self._load_on(n, t)[who]
        lands = t + int(lanes.way[n])
        self.want_on[who, n] -= 1
        self.ready[who, k, b] -= 1
        self.crews[who, k] -= 1
        self.present[who, b] -= load
        self.sent[who, b] += load
        self.loaded_on[who, n] += load
        self.received[who, h] += load
        if lands < script.steps:
            self.taken[who, h, int(lands * script.step_hours // 24)] += load
        nth = np.minimum(self.launched_on[who, n], luck.broken_on.shape[2] - 1)
        self.launched_on[who, n] += 1
        home = t + 2 * int(lanes.way[n]) + script.onward_turn[k] + script.turn[k]
        self.back[home + luck.broken_on[who, n, nth], who, k, b] += 1
        rest = t + 2 * script.cycle[k] + luck.resting_on[who, n, nth]
        self.rested[rest, who, k] += 1
        if self.trace is not None:
            self.trace.went_on(t, n, int(load[0]))

    def leaving(self, t: int) -> Whole:
        """Seats that can leave each origin in this step, [r, o]; lifts whose time is over stand."""
        self.standing += self.done[t]
        script, lanes = self.script, self.script.sorties
        seats = self.standing * script.seats[lanes.kind]
        if self.policy.order == "plan":
            seats = np.minimum(seats, np.maximum(self.load_by[:, t] - self.loaded, 0))
        found = np.zeros(self.parked.shape, np.int64)
        for o in range(found.shape[1]):
            is_open = (self.luck.field[:, o, t] > 0) & (t < self.luck.deadline)
            found[:, o] = np.where(is_open, seats[:, lanes.place == o].sum(axis=1), 0)
        return found

    def depart(self, t: int, out: Whole) -> Whole:
        """Lifts leave with whoever boards; adds heads to out[r, c].  Movements left, [r, o]."""
        script, lanes, luck = self.script, self.script.sorties, self.luck
        share = luck.field[:, :, t] * luck.weather[:, :, t]
        moves = np.floor(script.runway[:, t] * share + 1e-9).astype(np.int64)
        # The first lane of each replication that can; a lane that has a lift held is done.
        can = (self.standing > 0) & (t < luck.deadline)[:, None]
        while True:
            goes = can & (moves[:, lanes.place] > 0)
            who = np.flatnonzero(goes.any(axis=1))
            if not len(who):
                return moves
            n = goes[who].argmax(axis=1)
            gone = self._leave(who, n, t, out)
            moves[who[gone], lanes.place[n[gone]]] -= 1
            can[who, n] = gone & (self.standing[who, n] > 0)

    def _leave(self, who: Whole, n: Whole, t: int, out: Whole) -> Flags:
        """One lift of lane n[i] leaves in replication who[i], unless its base is full; who did."""
        script, lanes = self.script, self.script.sorties
        k, b, o, way = lanes.kind[n], lanes.base[n], lanes.place[n], lanes.way[n]
        guard = np.minimum(self.guard_by[n, t] - self.guarded[who, n], script.seats[k])
        most = script.seats[k] - guard
        if self.policy.order == "plan":
            due = self.load_by[n, t] - self.loaded[who, n]
            most = np.minimum(most, np.maximum(due, 0))
        room = self._room(who, b, t, way) - guard
        carries = np.minimum(most, self.ground.inside[who, o])
        goes = (room >= carries) | (2 * room >= carries) & (room > 0)
        base, comes = b, way
        if self.policy.at_full == "divert" and not goes.all():
            base, comes, room = self._elsewhere(who, n, t, carries, goes, room)
            goes = room >= carries
        if not goes.all():
            who, n, guard, most, room = who[goes], n[goes], guard[goes], most[goes], room[goes]
            k, b, o, way = k[goes], b[goes], o[goes], way[goes]
            base, comes = base[goes], comes[goes]
        if len(who):
            aboard = self.ground.board(who, o, t, np.minimum(most, room))
            load = aboard.sum(axis=1)
            out[who] += aboard
            self.loaded[who, n] += load
            self.guarded[who, n] += guard
            self.arriving[t + comes, who, base] += (load + guard).astype(np.int32)
            nth = np.minimum(self.left[who, n], self.luck.broken.shape[2] - 1)
            home = t + comes + np.where(base == b, 0, way) + script.turn[k]
            self.back[home + self.luck.broken[who, n, nth], who, k, b] += 1
            self.left[who, n] += 1
            self.standing[who, n] -= 1
            self.parked[who, o] -= script.takes[k]
            self.flown[who] += script.seats[k]
            self.empty[who] += script.seats[k] - load - guard
            if self.trace is not None:
                self.trace.left(t, int(n[0]), int(base[0]), int(comes[0]), aboard[0])
        return np.asarray(goes)

    def _room(self, who: Whole, b: Whole, t: int, way: Whole) -> Whole:
        """Beds of base b[i] that are free when a lift that leaves now arrives there, [who]."""
        script, lands = self.script, t + way
        within = np.arange(1, int(way.max()) + 1)[:, None]
        coming = self.arriving[t + within, who, b] * (within <= way)
        there = self.present[who, b] + coming.sum(axis=0)
        last = np.minimum(lands, script.steps - 1)
        goes_on = np.minimum(np.maximum(self.on_by[b, last] - self.sent[who, b], 0), there)
        room = np.where(lands < script.steps, script.beds[b] - there + goes_on, self.no_end)
        return np.where((self.luck.takes[who, b, t] >= _HALF) | (lands >= script.steps), room, 0)

    def _elsewhere(
        self, who: Whole, n: Whole, t: int, carries: Whole, goes: Flags, room: Whole
    ) -> tuple[Whole, Whole, Whole]:
        """For lifts whose base is full, the base with most room: base, way and room, [who]."""
        script, lanes = self.script, self.script.sorties
        own, base, way = lanes.base[n], lanes.base[n], lanes.way[n]
        best = np.where(goes, np.maximum(room, carries), room)
        for b in range(len(script.bases)):
            steps = script.to_origin[lanes.kind[n], lanes.place[n], b]
            free = self._room(who, np.full(len(who), b), t, np.maximum(steps, 1))
            better = ~goes & (free > best) & (steps >= 0) & (own != b)
            base, way = np.where(better, b, base), np.where(better, steps, way)
            best = np.where(better, free, best)
        return base, way, best

    def land(self, t: int, moves: Whole) -> None:
        """Lifts that reached the origin land, as far as apron and runway have room."""
        script, lanes, luck = self.script, self.script.sorties, self.luck
        self.circling += self.due[t]
        slots = script.slots[:, t] * luck.weather[:, :, t]
        for n in np.flatnonzero(self.circling.any(axis=0)):
            k, o = int(lanes.kind[n]), int(lanes.place[n])
            while True:
                free = self.parked[:, o] + script.takes[k] <= slots[:, o] + 1e-9
                who = np.flatnonzero((self.circling[:, n] > 0) & (moves[:, o] > 0) & free)
                if not len(who):
                    break
                self.circling[who, n] -= 1
                moves[who, o] -= 1
                self.parked[who, o] += script.takes[k]
                nth = np.minimum(self.landed[who, n], luck.grounded.shape[2] - 1)
                self.landed[who, n] += 1
                self.done[t + script.ground[k] + luck.grounded[who, n, nth], who, n] += 1

    def launch(self, t: int) -> None:
        """Lifts leave their bases as planned, or as soon as a lift and a crew are there."""
        script, lanes, luck = self.script, self.script.sorties, self.luck
        self.want += lanes.launch[:, t]
        for n in np.flatnonzero(self.want.any(axis=0)):
            k, b, o = int(lanes.kind[n]), int(lanes.base[n]), int(lanes.place[n])
            is_late = t + lanes.way[n] + script.ground[k] >= luck.deadline
            self.cancelled += np.where(is_late, self.want[:, n], 0)
            self.want[is_late, n] = 0
            while True:
                goes = (self.want[:, n] > 0) & (self.ready[:, k, b] > 0) & (self.crews[:, k] > 0)
                who = np.flatnonzero(goes & (luck.field[:, o, t] > 0))
                if not len(who):
                    break
                self._launch(int(n), who, t)

    def _launch(self, n: int, who: Whole, t: int) -> None:
        script, lanes, luck = self.script, self.script.sorties, self.luck
        k, b, way = int(lanes.kind[n]), int(lanes.base[n]), int(lanes.way[n])
        nth = np.minimum(self.launched[who, n], luck.diverted.shape[2] - 1)
        self.launched[who, n] += 1
        self.want[who, n] -= 1
        self.ready[who, k, b] -= 1
        self.crews[who, k] -= 1
        self.rested[t + script.cycle[k] + luck.resting[who, n, nth], who, k] += 1
        turns_back = luck.diverted[who, n, nth]
        self.due[t + way, who[~turns_back], n] += 1
        self.back[t + 2 * way + script.turn[k], who[turns_back], k, b] += 1
        self.turned[who[turns_back]] += 1
