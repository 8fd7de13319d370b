"""What a planner asks: who waits where, what the gates, aprons, fleets, crews and beds allow.

A `Problem` is plain values on a grid of steps.  Times are whole steps, rounded up where a lift or a
crew needs them, so that what fits the grid can be flown.  Axes, in this order everywhere:
class c, origin o, base b, haven h, step t.  A *base* is where people sleep while they are cleared
(`haven` in the operation file); a *haven* is where they go on to (`onward` there).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from safepassage.plan.linear import Reals, Whole

NO_WAY = -1  # in a table of flight steps: this lift does not fly there
EARLY = 0.25  # somebody out at the first step counts 1.25, at the deadline 1
ONWARD_WORTH = 0.02  # moving somebody on is worth this much of the last class
SEAT_COST = 1e-5  # per seat and leg, so that no lift flies for nothing


@dataclass(frozen=True, eq=False)
class Lift:
    """One type of lift with its fleet."""

    id: str
    seats: int
    fleet: int
    crews: int | None  # None: crews do not limit it
    cycle: int  # steps from a crew's launch to its next one; twice that for an onward rotation
    slots: float  # parking slots that it takes at an origin
    ground: int  # steps on the ground at an origin
    turn: int  # steps at its base between rotations
    onward_turn: int  # steps on the ground at a haven
    to_origin: Whole  # [o, b] steps under way, NO_WAY where it does not fly
    to_haven: Whole  # [b, h] the same
    home: Whole | None = None  # [b] how many are based where; None: the planner decides
    payload: int = 0  # tonnes that it carries into an origin
    to_base: Whole | None = None  # [b, b] steps under way from base to base, NO_WAY where none

    @property
    def ferries(self) -> list[tuple[int, int, int]]:
        """Base, other base, and steps from leaving the one until it is ready at the other."""
        if self.to_base is None:
            return []
        ways = np.argwhere((self.to_base >= 0) & ~np.eye(len(self.to_base), dtype=bool))
        return [(int(a), int(b), int(self.to_base[a, b]) + self.turn) for a, b in ways]


@dataclass(frozen=True)
class Guard:
    """Staff or force that leaves an origin last: seats and beds like anybody, but no gate."""

    name: str
    origin: int
    people: int
    holds: int  # none of them leaves before this step
    is_last: bool = False  # nobody else leaves the origin after the first of them


@dataclass(frozen=True)
class Need:
    """What has to be flown in to an origin, unloaded by a step, on the way in of rotations."""

    name: str
    origin: int
    by: int  # a lift that leaves the origin by this step has unloaded
    amount: int
    in_tonnes: bool  # else people, in seats
    base: int | None = None  # where it waits; None: at whichever base a lift comes from

    def most(self, lift: Lift) -> int:
        """How much of it one lift takes."""
        return lift.payload if self.in_tonnes else lift.seats

    @property
    def unit(self) -> str:
        """What `amount` counts."""
        return "tonnes" if self.in_tonnes else "people"


@dataclass(frozen=True)
class Shut:
    """A base or haven where nothing lands or leaves for a time, or a way that nobody takes."""

    place: str
    first: int  # step
    end: int  # the first one that is open again
    to: str = ""  # the other end of a way

    def is_place(self, place: str) -> bool:
        """Whether it is this place that is shut."""
        return not self.to and self.place == place

    def is_way(self, one: str, other: str) -> bool:
        """Whether it is the way between these two, whichever was named first."""
        return bool(self.to) and {self.place, self.to} == {one, other}


@dataclass(frozen=True)
class Objective:
    """What a plan is judged by: class weights, earlier before later, people on their way."""

    weights: tuple[float, ...]
    early: float = EARLY
    onward: float = ONWARD_WORTH
    seat_cost: float = SEAT_COST


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything a plan depends on."""

    name: str
    classes: tuple[str, ...]
    origins: tuple[str, ...]
    gates: tuple[str, ...]
    gate_origin: Whole  # [gate] which origin a gate leads to
    bases: tuple[str, ...]
    havens: tuple[str, ...]
    lifts: tuple[Lift, ...]
    step_hours: float
    steps: int
    demand: Whole  # [c, o, t] people who reach the queue
    gate: Whole  # [gate, t] people it lets through, 0 while shut
    slots: Reals  # [o, t] parking slots
    runway: Whole  # [o, t] landings and departures
    airside: Whole  # [o] people who may wait airside
    beds: Whole  # [b]
    clear: Whole  # [b] people cleared to go on, a step
    haven_day: Whole  # [h] people taken in a day
    haven_places: Whole  # [h] people taken in all
    wave: int = 4  # onward flights leave every so many steps
    starts_at: str = ""  # ISO instant of step 0, for whoever reads the plan
    objective: Objective = field(default_factory=lambda: Objective((1.0,)))
    rebases: bool = False  # lifts may move from base to base; bounds cover any such moving
    guards: tuple[Guard, ...] = ()
    needs: tuple[Need, ...] = ()
    shut: tuple[Shut, ...] = ()  # bases, havens and ways; gates and origins are in their rates

    @property
    def waves(self) -> Whole:
        """The steps at which onward flights leave."""
        return np.arange(0, self.steps, self.wave)

    def fleet_at(self, ferries: bool) -> Whole:
        """The row of each base's lifts, [b]: one for all bases if lifts move freely."""
        n = len(self.bases)
        is_free = self.rebases and not ferries
        return np.zeros(n, np.int64) if is_free else np.arange(n)

    @property
    def step_days(self) -> Whole:
        """The day of each step, for long enough after the end that every arrival has one."""
        return (np.arange(3 * self.steps + 1000) * self.step_hours // 24).astype(np.int64)

    @property
    def let_through(self) -> Whole:
        """People whom all gates of an origin let through together, [o, t]."""
        total = np.zeros((len(self.origins), self.steps), np.int64)
        np.add.at(total, self.gate_origin, self.gate)
        return total

    @property
    def worth(self) -> Reals:
        """What somebody leaving at a step counts, [c, t]."""
        early = 1 + self.objective.early * (1 - np.arange(self.steps) / self.steps)
        return np.asarray(self.objective.weights)[:, None] * early

    def pooled(self, classes: int | None = None, only: int | None = None) -> Problem:
        """The same operation with one nameless class, made of the first `classes` or of one alone.

        Counting people and nothing else.  Every plan for all classes is, with the others' seats
        left empty, a plan for these; so a bound here bounds these classes in every plan.
        """
        chosen = slice(classes) if only is None else slice(only, only + 1)
        return replace(
            self,
            classes=("people",),
            demand=self.demand[chosen].sum(0, keepdims=True),
            objective=Objective((1.0,), 0.0, 0.0, 0.0),
        )


@dataclass(frozen=True, eq=False)
class Sortie:
    """One lift from its base to an origin and back, on to a haven and back, or to another base."""

    lift: int
    base: int
    place: int  # the origin, the haven, or the other base
    launch: int  # step at which it leaves its base
    is_onward: bool = False
    is_ferry: bool = False

    @property
    def fetches(self) -> bool:
        """Whether it goes to an origin."""
        return not (self.is_onward or self.is_ferry)
