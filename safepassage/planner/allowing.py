"""A past in the planner's own rows: what was seen, and a problem in which just that was possible.

Whatever happened was possible.  Where more passed, landed, parked or slept somewhere than the
plan's numbers allow, the numbers of the past are raised to it; the numbers of the time to come
stay.  Beds, room airside and haven places have one number for all time: it is raised only as far as
it was exceeded.  A rear guard has as many as were seen leaving at least; of an inbound load whose
time is up, what the lifts that came could not bring is asked for no longer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from safepassage.model.ids import PlaceId
from safepassage.plan.formulation import paces
from safepassage.plan.linear import Whole
from safepassage.plan.owed import Owed
from safepassage.plan.past import Past
from safepassage.plan.problem import Guard, Need, Problem, Sortie
from safepassage.planner.posting import Clock


@dataclass
class Seen:
    """The ledger's movements up to an instant, on the plan's grid."""

    problem: Problem
    clock: Clock
    step: int  # the first one that is planned anew
    gate: Whole  # [g, t] heads let through
    passed: Whole  # [c, o, t]
    loads: dict[PlaceId, Counter[str]] = field(default_factory=dict)  # boarded at an origin
    onward: Counter[PlaceId] = field(default_factory=Counter)  # boarded at a base
    leaves: dict[PlaceId, int] = field(default_factory=dict)  # step of the first boarding


@dataclass
class Flight:
    """A sortie that happened or is under way, with whom it carried by class or rear guard."""

    sortie: Sortie
    leaves: int
    aboard: Counter[str]
    or_else: tuple[Sortie, ...] = ()  # what it may have been instead, the likeliest first


Outside = Counter[tuple[str, int]]  # heads of each (class or rear guard, origin)


def past_of(
    seen: Seen,
    home: list[Whole],
    flights: Sequence[Flight],
    outside: Outside,
    present: Sequence[int],
) -> Past:
    """The past of a problem.

    Args:
        seen: what the ledger holds.
        home: how many lifts of each type are based where.
        flights: the sorties of the past that the fleets account for, and those under way.
        outside: who left otherwise.
        present: heads at each base now, as the ledger has them.
    """
    p, step = seen.problem, seen.step
    boarded, guarded = _boarded(p, flights)
    left = {(p.classes.index(n), o): k for (n, o), k in outside.items() if n in p.classes}
    passed = _passed(seen.passed, boarded, left)
    gate = _gate(p, seen, passed)
    p = replace(
        p,
        demand=_demand(p.demand, passed, left),
        guards=_guards(p, guarded, outside),
        needs=_needs(p, flights, step),
        gate=np.where(np.arange(p.steps) < step, gate, p.gate),
        airside=np.maximum(p.airside, (passed - boarded).cumsum(2)[..., :step].sum(0).max(1))
        if step
        else p.airside,
    )
    p = _aprons(p, flights)
    carried = _carried(p, flights)
    sent_on = _sent_on(p, flights, step)
    p = _bases(p, carried, sent_on, step, present)
    sorties = [f.sortie for f in flights]
    return Past(step, p, home, sorties, passed, boarded, carried, sent_on, guarded)


def _boarded(p: Problem, flights: Sequence[Flight]) -> tuple[Whole, Whole]:
    """Who boarded at the origins: by class, [c, o, t], and of each rear guard, [guard, t]."""
    boarded: Whole = np.zeros_like(p.demand)
    guarded = np.zeros((len(p.guards), p.steps), np.int64)
    guards = {(g.name, g.origin): n for n, g in enumerate(p.guards)}
    for f in flights:
        for name, heads in f.aboard.items() if f.sortie.fetches else ():
            guard = guards.get((name, f.sortie.place))
            if guard is not None:
                guarded[guard, f.leaves] += heads
            else:
                boarded[p.classes.index(name), f.sortie.place, f.leaves] += heads
    return boarded, guarded


def _guards(p: Problem, guarded: Whole, outside: Outside) -> tuple[Guard, ...]:
    """The rear guards, less those outside the plan, and never below those who have left."""
    return tuple(
        replace(g, people=max(int(left.sum()), g.people - outside[g.name, g.origin]))
        for g, left in zip(p.guards, guarded, strict=True)
    )


def _needs(p: Problem, flights: Sequence[Flight], step: int) -> tuple[Need, ...]:
    """The inbound loads; of those whose time is up, what the lifts that came can have brought."""
    owed = Owed(p, 0)
    for f in sorted(flights, key=lambda f: f.sortie.launch):
        if f.sortie.fetches:
            owed.launched(f.sortie.launch, f.sortie.lift, f.sortie.base, f.sortie.place)
    brought = [
        replace(n, amount=n.amount - math.ceil(left - 1e-9)) if n.by <= step else n
        for n, left in zip(p.needs, owed.load, strict=True)
    ]
    return tuple(n for n in brought if n.amount)


def _passed(seen: Whole, boarded: Whole, outside: Mapping[tuple[int, int], int]) -> Whole:
    """Who passed, without those who left outside the plan, with those who boarded unseen."""
    passed = seen.copy()
    for (c, o), heads in outside.items():
        for t in reversed(range(passed.shape[2])):
            gone = min(heads, int(passed[c, o, t]))
            passed[c, o, t] -= gone
            heads -= gone
    missing = np.maximum.accumulate((boarded - passed).cumsum(2).clip(0), axis=2)
    unseen: Whole = np.diff(missing, axis=2, prepend=0)
    return passed + unseen


def _demand(demand: Whole, passed: Whole, outside: Mapping[tuple[int, int], int]) -> Whole:
    """The forecast, less those outside the plan, and never below those who have passed."""
    known = demand.cumsum(2)
    for (c, o), heads in outside.items():
        known[c, o] = np.maximum(0, known[c, o] - heads)
    known = np.maximum(known, passed.cumsum(2))
    steps: Whole = np.diff(known, axis=2, prepend=0)
    return steps


def _gate(p: Problem, seen: Seen, passed: Whole) -> Whole:
    """Heads let through each gate; who passed unseen is taken to have come by the first."""
    gate = seen.gate.copy()
    for o in range(len(p.origins)):
        mine = np.flatnonzero(p.gate_origin == o)
        unseen = passed[:, o].sum(0) - gate[mine].sum(0)
        gate[mine[0]] += np.maximum(0, unseen)
    return gate


def _aprons(p: Problem, flights: Sequence[Flight]) -> Problem:
    """Parking slots and runway as far as these flights took them."""
    slots, runway = np.zeros_like(p.slots), np.zeros_like(p.runway)
    for f in flights:
        s, lift = f.sortie, p.lifts[f.sortie.lift]
        if not s.fetches:
            continue
        land = s.launch + int(lift.to_origin[s.place, s.base])
        leave = land + lift.ground
        slots[s.place, land:leave] += lift.slots
        for at in (land, leave):
            if at < p.steps:
                runway[s.place, at] += 1
    return replace(p, slots=np.maximum(p.slots, slots), runway=np.maximum(p.runway, runway))


def _carried(p: Problem, flights: Sequence[Flight]) -> Whole:
    pace = paces(p.lifts)
    shape = (len(pace.origin_example), len(p.origins), len(p.bases), p.steps)
    carried = np.zeros(shape, np.int64)
    for f in flights:
        s = f.sortie
        if s.fetches and f.leaves < p.steps:
            carried[pace.origin[s.lift], s.place, s.base, f.leaves] += sum(f.aboard.values())
    return carried


def _arrivals(p: Problem, carried: Whole) -> Whole:
    """Heads who land at each base in each step, of those carried."""
    arriving = np.zeros((len(p.bases), p.steps), np.int64)
    for g, number in enumerate(paces(p.lifts).origin_example):
        for o, b, t in np.argwhere(carried[g]):
            lands = t + int(p.lifts[number].to_origin[o, b])
            if lands < p.steps:
                arriving[b, lands] += carried[g, o, b, t]
    return arriving


def _sent_on(p: Problem, flights: Sequence[Flight], step: int) -> Whole:
    """Heads sent on, no more than had been cleared by then; the others are still there."""
    pace = paces(p.lifts)
    shape = (len(pace.onward_example), len(p.bases), len(p.havens), len(p.waves))
    sent = np.zeros(shape, np.int64)
    arriving = _arrivals(p, _carried(p, flights))
    uncleared = np.zeros(len(p.bases), np.int64)
    cleared = np.zeros(len(p.bases), np.int64)
    going = sorted((f for f in flights if f.sortie.is_onward), key=lambda f: f.leaves)
    for t in range(step):
        uncleared += arriving[:, t]
        done = np.minimum(uncleared, p.clear)
        uncleared -= done
        cleared += done
        while going and going[0].leaves == t:
            s, load = going[0].sortie, sum(going.pop(0).aboard.values())
            load = min(load, int(cleared[s.base]))
            cleared[s.base] -= load
            sent[pace.onward[s.lift], s.base, s.place, t // p.wave] += load
    return sent


def _bases(
    p: Problem, carried: Whole, sent_on: Whole, step: int, present: Sequence[int]
) -> Problem:
    """Beds without those that others lie in, and beds and haven intake as far as exceeded."""
    there = _arrivals(p, carried).cumsum(1)
    gone = np.zeros_like(there)
    if len(p.havens):
        gone[:, p.waves] = sent_on.sum((0, 2))
    held = there - gone.cumsum(1)
    now = held[:, step - 1] if step else np.zeros(len(p.bases), np.int64)
    others = np.maximum(0, np.asarray(present, np.int64) - now)
    beds = np.maximum(p.beds - others, held.max(1, initial=0))
    total = sent_on.sum((0, 1, 3))
    day = np.zeros((len(p.havens), int(p.step_days[-1]) + 1), np.int64)
    pace = paces(p.lifts)
    for g, b, h, w in np.argwhere(sent_on):
        arrives = int(p.waves[w]) + int(p.lifts[pace.onward_example[g]].to_haven[b, h])
        day[h, p.step_days[arrives]] += sent_on[g, b, h, w]
    return replace(
        p,
        beds=beds,
        haven_places=np.maximum(p.haven_places, total),
        haven_day=np.maximum(p.haven_day, day.max(1, initial=0)),
    )
