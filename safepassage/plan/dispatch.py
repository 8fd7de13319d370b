"""Hour by hour: whole sorties and whole people, steered by what the relaxed programme would do.

Each way (lift, base, place) earns credit at the rate of the target and pays one for a launch; the
way that is owed most goes first.  A lift does not wait for its credit while people in sight would
fill it, nor a full onward flight while its base fills up.  People pass gates and doors in strict
class order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from safepassage.plan.closures import may_fetch, may_move, may_send_on
from safepassage.plan.linear import Reals, Whole
from safepassage.plan.owed import Owed
from safepassage.plan.problem import Problem, Sortie


@dataclass(frozen=True)
class Target:
    """Launches that the relaxed programme would make, spread over its buckets."""

    home: list[Whole]  # [lift][b]
    fly: list[Reals]  # [lift][b, o, t]
    onward: list[Reals]  # [lift][b, h, wave]
    leaving: Reals  # [b, t] people sent on
    ferry: list[Reals] = field(default_factory=list)  # [lift][b, other b, wave]


@dataclass
class Flown:
    """A sortie with its load: by class from an origin, in all when onward, none when it moves."""

    sortie: Sortie
    aboard: Whole


@dataclass(frozen=True)
class Manner:
    """How the dispatcher behaves; several are tried and the best plan is kept."""

    slack: float = 0.5  # credit from which a way may launch without people in sight
    full: float = 0.9  # share of the seats that people in sight must fill otherwise
    relieve: float = 0.5  # share of beds taken from which full flights go on without credit
    full_onward: float = 0.9  # share of the seats that an onward flight must fill
    drawdown: int = 0  # steps before the deadline in which a rear guard that leaves last begins


@dataclass(frozen=True)
class Pass:
    """What one pass over the whole time came to: basing, sorties, and what its people are worth."""

    home: list[Whole]
    sorties: list[Sortie]
    worth: float
    people: int  # out of the origins; to a few, since everybody's way is found afterwards
    is_met: bool = True  # whether it takes the rear guard out and brings what has to come in

    @property
    def rank(self) -> tuple[bool, float]:
        """What passes are compared by: first that they meet what has to be met."""
        return self.is_met, self.worth


FIRST_DRAWDOWN = 4.0  # hours


def with_drawdown(problem: Problem, run: Callable[[int], Pass]) -> Pass:
    """The pass that gives a rear guard which leaves last the fewest steps that do, by doubling.

    `run` makes a pass with so many steps for it; where nobody leaves last they are 0.
    """
    if not any(g.is_last for g in problem.guards):
        return run(0)
    steps = max(1, round(FIRST_DRAWDOWN / problem.step_hours))
    while not (made := run(steps)).is_met and steps < problem.steps:
        steps *= 2
    return made


@dataclass
class Dispatcher:
    """The state of the operation while the plan is being made; `run` moves it on."""

    problem: Problem
    home: list[Whole]
    manner: Manner
    flown: list[Flown] = field(default_factory=list)

    def __post_init__(self) -> None:
        p = self.problem
        longest = max(
            (
                int(2 * max(x.to_origin.max(initial=0), x.to_haven.max(initial=0)))
                + x.ground
                + x.turn
                + x.onward_turn
                + 2 * x.cycle
                for x in p.lifts
            ),
            default=0,
        )
        self.tail = tail = p.steps + longest + 2
        c, o, t = p.demand.shape
        b, h = len(p.bases), len(p.havens)
        self.queue = np.zeros((c, o), np.int64)
        self.inside = np.zeros((c, o), np.int64)
        self.passed = np.zeros((c, o, t), np.int64)
        self.ready = [np.repeat(home[:, None], tail, 1) for home in self.home]
        self.crew = [
            np.full(tail, 10**9 if x.crews is None else x.crews, np.int64) for x in p.lifts
        ]
        pad = ((0, 0), (0, tail - t))
        self.slot = np.pad(p.slots.astype(float), pad, mode="edge")
        self.runway = np.pad(p.runway, pad, mode="edge")
        self.arriving = np.zeros((b, tail), np.int64)
        self.expected = np.zeros((b, tail), np.int64)  # seats launched for, not boarded yet
        self.booked = np.zeros((o, tail), np.int64)
        self.uncleared = np.zeros(b, np.int64)
        self.cleared = np.zeros(b, np.int64)
        self.at_haven = np.zeros(h, np.int64)
        self.days = p.step_days
        self.haven_day = np.zeros((h, int(self.days[tail]) + 2), np.int64)
        self.due: list[list[Flown]] = [[] for _ in range(tail)]
        self.credit = [np.zeros((b, o)) for _ in p.lifts]
        self.credit_on = [np.zeros((b, h)) for _ in p.lifts]
        self.credit_away = [np.zeros((b, b)) for _ in p.lifts]
        self.may_fetch = [may_fetch(p, x) for x in p.lifts]
        self.may_send_on = [may_send_on(p, x) for x in p.lifts]
        self.may_move = [may_move(p, x) for x in p.lifts]
        self.owed = Owed(p, self.manner.drawdown)
        self.closes = [self.owed.closes(o) for o in range(o)]

    def run(self, start: int, end: int, target: Target) -> None:
        """Dispatch the steps [start, end) towards a target."""
        self.target = target
        self.coming = [fly[:, :, start:end].sum(2) for fly in target.fly]
        for t in range(start, end):
            self._clear(t)
            self._gates(t)
            self._board(t)
            if t % self.problem.wave == 0 and len(self.problem.havens):
                self._launch_onward(t)
            if t % self.problem.wave == 0 and target.ferry:
                self._launch_ferries(t)
            self._launch(t)

    def made(self) -> Pass:
        """What has been dispatched so far, as if it were all."""
        worth, value, people = self.problem.worth, 0.0, 0
        for flown in self.flown:
            s = flown.sortie
            if s.fetches:
                lift = self.problem.lifts[s.lift]
                leave = s.launch + int(lift.to_origin[s.place, s.base]) + lift.ground
                value += float(flown.aboard @ worth[:, leave])
                people += int(flown.aboard.sum())
        sorties = [flown.sortie for flown in self.flown]
        return Pass(self.home, sorties, value, people, self.owed.is_met)

    def _clear(self, t: int) -> None:
        self.uncleared += self.arriving[:, t]
        done = np.minimum(self.uncleared, self.problem.clear)
        self.uncleared -= done
        self.cleared += done

    def _gates(self, t: int) -> None:
        p = self.problem
        self.queue += p.demand[:, :, t]
        for o in range(len(p.origins)):
            limit = p.airside[o] + self.booked[o, t]  # those who board in this step make room
            room = int(min(self._gate[o, t], max(0, limit - self.inside[:, o].sum())))
            for c in range(len(p.classes)):
                passing = min(int(self.queue[c, o]), room)
                self.queue[c, o] -= passing
                self.inside[c, o] += passing
                self.passed[c, o, t] = passing
                room -= passing
            self._shed(o, t)

    @property
    def _gate(self) -> Whole:
        cached = self.__dict__.get("_let_through")
        if cached is None:
            cached = self.__dict__["_let_through"] = self.problem.let_through
        return cached

    def _shed(self, o: int, t: int) -> None:
        """Take back what would stand airside after boarding and has no room: last class first."""
        over = int(self.inside[:, o].sum() - self._seats_now(o, t) - self.problem.airside[o])
        for c in reversed(range(len(self.problem.classes))):
            back = max(0, min(over, int(self.passed[c, o, t])))
            self.passed[c, o, t] -= back
            self.inside[c, o] -= back
            self.queue[c, o] += back
            over -= back

    def _seats_now(self, o: int, t: int) -> int:
        room = 0
        spare: dict[int, int] = {}
        for f in self.due[t]:
            s = f.sortie
            if s.place == o:
                left = spare.setdefault(s.base, self._bed_room(s, t))
                load = min(self.problem.lifts[s.lift].seats, left)
                spare[s.base] = left - load
                room += load
        return room

    def _bed_room(self, s: Sortie, t: int) -> int:
        """Beds surely free when a sortie that boards now arrives, and at every step after."""
        arrive = t + int(self.problem.lifts[s.lift].to_origin[s.place, s.base])
        if arrive >= self.problem.steps:
            return self.problem.lifts[s.lift].seats
        present = self.uncleared[s.base] + self.cleared[s.base]
        coming = self.arriving[s.base, t + 1 : self.problem.steps].sum()
        return max(0, int(self.problem.beds[s.base] - present - coming))

    def _board(self, t: int) -> None:
        p = self.problem
        for f in self.due[t]:
            s = f.sortie
            lift = p.lifts[s.lift]
            arrive = t + int(lift.to_origin[s.place, s.base])
            room = min(lift.seats, self._bed_room(s, t))
            self.expected[s.base, arrive] -= lift.seats
            guards = self.owed.board(s.place, t, room)
            self.arriving[s.base, arrive] += guards
            room = 0 if t >= self.closes[s.place] else room - guards
            for c in range(len(p.classes)):
                load = min(int(self.inside[c, s.place]), room)
                self.inside[c, s.place] -= load
                f.aboard[c] = load
                room -= load
                self.arriving[s.base, arrive] += load

    def _launch(self, t: int) -> None:
        p = self.problem
        ways = []
        for n, fly in enumerate(self.target.fly):
            self.credit[n] += fly[:, :, t]
            self.coming[n] -= fly[:, :, t]
            if self.crew[n][t] < 1:
                continue
            for o, b in np.argwhere(p.lifts[n].to_origin >= 0):
                owed = self.credit[n][b, o] + self.coming[n][b, o]
                ways.append((owed, p.lifts[n].seats, n, int(b), int(o)))
        for _, _, n, b, o in sorted(ways, key=lambda w: (-w[0], -w[1])):
            while self._wanted(t, n, b, o) and self._fits(t, n, b, o):
                self._commit(t, n, b, o)

    def _wanted(self, t: int, n: int, b: int, o: int) -> bool:
        lift = self.problem.lifts[n]
        leave = t + int(lift.to_origin[o, b]) + lift.ground
        if leave >= self.problem.steps:
            return False
        if self.credit[n][b, o] >= self.manner.slack or self.owed.wants(t, n, b, o):
            return True
        guards, since = self.owed.ready(o, leave)
        if guards > self.booked[o, since : leave + 1].sum():
            return True
        if leave >= self.closes[o]:
            return False
        return guards + self._in_sight(t, o, leave) >= self.manner.full * lift.seats

    def _in_sight(self, t: int, o: int, leave: int) -> int:
        """Those airside or queueing whom no earlier lift will take and who can pass by then."""
        passing = min(int(self.queue[:, o].sum()), int(self._gate[o, t:leave].sum()))
        promised = int(self.booked[o, t : leave + 1].sum())
        return int(self.inside[:, o].sum()) + passing - promised

    def _fits(self, t: int, n: int, b: int, o: int) -> bool:
        p, lift = self.problem, self.problem.lifts[n]
        f = int(lift.to_origin[o, b])
        land, leave = t + f, t + f + lift.ground
        back = leave + f + lift.turn
        if (
            not self.may_fetch[n][b, o, t]
            or self.ready[n][b, t:back].min() < 1
            or self.crew[n][t : t + lift.cycle].min() < 1
            or self.runway[o, land] < 1
            or self.runway[o, leave] < 1 + (land == leave)
            or (lift.ground and self.slot[o, land:leave].min() < lift.slots - 1e-9)
        ):
            return False
        arrive = leave + f
        if arrive >= p.steps or self.owed.wants(t, n, b, o):  # nobody has to fly back with it
            return True
        present = self.uncleared[b] + self.cleared[b]
        coming = self.arriving[b, t + 1 : arrive + 1].sum() + self.expected[b, t : arrive + 1].sum()
        going = self.target.leaving[b, t : min(arrive, p.steps)].sum()
        return bool(present + coming - going + 0.5 * lift.seats <= p.beds[b])

    def _commit(self, t: int, n: int, b: int, o: int) -> None:
        lift = self.problem.lifts[n]
        f = int(lift.to_origin[o, b])
        land, leave = t + f, t + f + lift.ground
        self.ready[n][b, t : leave + f + lift.turn] -= 1
        self.crew[n][t : t + lift.cycle] -= 1
        self.slot[o, land:leave] -= lift.slots
        self.runway[o, land] -= 1
        self.runway[o, leave] -= 1
        self.expected[b, leave + f] += lift.seats
        self.booked[o, leave] += lift.seats
        self.credit[n][b, o] -= 1
        self.owed.launched(t, n, b, o)
        made = Flown(Sortie(n, b, o, t), np.zeros(len(self.problem.classes), np.int64))
        self.due[leave].append(made)
        self.flown.append(made)

    def _launch_onward(self, t: int) -> None:
        p = self.problem
        ways = []
        for n, onward in enumerate(self.target.onward):
            self.credit_on[n] += onward[:, :, t // p.wave]
            for b, h in np.argwhere(p.lifts[n].to_haven >= 0):
                ways.append((self.credit_on[n][b, h], p.lifts[n].seats, n, int(b), int(h)))
        for owed, _, n, b, h in sorted(ways, key=lambda w: (-w[0], -w[1])):
            while owed >= self.manner.slack or self._is_full(n, b):
                if not self._send_on(t, n, b, h):
                    break
                owed -= 1

    def _is_full(self, n: int, b: int) -> bool:
        """Whether a base is so full that a full flight should go on whatever the target says."""
        present = self.uncleared[b] + self.cleared[b]
        enough = self.cleared[b] >= 0.95 * self.problem.lifts[n].seats
        return bool(enough and present >= self.manner.relieve * self.problem.beds[b])

    def _send_on(self, t: int, n: int, b: int, h: int) -> bool:
        p, lift = self.problem, self.problem.lifts[n]
        f = int(lift.to_haven[b, h])
        back, day = t + 2 * f + lift.onward_turn + lift.turn, int(self.days[t + f])
        arrives = t + f < p.steps
        places = int(p.haven_places[h] - self.at_haven[h])
        if arrives:
            places = min(places, int(p.haven_day[h] - self.haven_day[h, day]))
        load = min(lift.seats, int(self.cleared[b]), places)
        if (
            not self.may_send_on[n][b, h, t // p.wave]
            or load < max(1, self.manner.full_onward * lift.seats)
            or self.ready[n][b, t:back].min() < 1
            or self.crew[n][t : t + 2 * lift.cycle].min() < 1
        ):
            return False
        self.ready[n][b, t:back] -= 1
        self.crew[n][t : t + 2 * lift.cycle] -= 1
        self.cleared[b] -= load
        self.at_haven[h] += load
        if arrives:
            self.haven_day[h, day] += load
        self.credit_on[n][b, h] -= 1
        self.flown.append(Flown(Sortie(n, b, h, t, True), np.array([load])))
        return True

    def _launch_ferries(self, t: int) -> None:
        """Move lifts to other bases as far as the target asks and a lift and a crew are free."""
        for n, ferry in enumerate(self.target.ferry):
            lift = self.problem.lifts[n]
            self.credit_away[n] += ferry[:, :, t // self.problem.wave]
            for b, other, away in lift.ferries:
                while (
                    self.credit_away[n][b, other] >= self.manner.slack
                    and self.may_move[n][b, other, t // self.problem.wave]
                    and self.ready[n][b, t:].min() >= 1
                    and self.crew[n][t : t + lift.cycle].min() >= 1
                ):
                    self.ready[n][b, t:] -= 1
                    self.ready[n][other, t + away :] += 1
                    self.crew[n][t : t + lift.cycle] -= 1
                    self.credit_away[n][b, other] -= 1
                    made = Sortie(n, b, other, t, is_ferry=True)
                    self.flown.append(Flown(made, np.zeros(0, np.int64)))
