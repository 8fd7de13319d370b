"""What happened so far, on a plan's grid: the past from which the rest is planned anew.

Read from the ledger: who passed which gate when, who boarded which lift, which lifts left for
which base, who went onward, which lifts moved between bases.  A lift is known by its type, its
operator and its base, not by the id that the plan gave it, so lifts under their own call signs
count as well.  Promised lifts that have left their base and not yet their origin are on their way,
unless they were cancelled.  Nobody is aboard a lift that moves, and often nobody writes it down: a
promised move is taken to have been made unless it was cancelled, or was seen at another hour.

What happened was allowed to happen, whatever the plan's rules say: rates, slots and room airside
are raised where more was seen.  What the plan's fleets cannot account for (more heads than seats,
a lift of no known type) flew outside the plan: these people are planned for no longer, and the beds
that they take are taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Lift, Status
from safepassage.model.movement import Phase
from safepassage.plan.document import sorties_of
from safepassage.plan.linear import Whole
from safepassage.plan.past import Past
from safepassage.plan.problem import Problem, Sortie
from safepassage.planner.allowing import Flight, Outside, Seen, past_of
from safepassage.planner.posting import Clock, is_promised, out_place, plan_id

JUST_BEFORE = timedelta(microseconds=1)
_Move = tuple[str | None, str, PlaceId, PlaceId]  # type, operator, from, to


@dataclass(frozen=True)
class Reckoned:
    """The past of a plan, and what of it the plan's fleets do not account for."""

    past: Past
    outside: int  # heads who left otherwise than the plan can


def seen_until(
    ledger: Ledger, document: Mapping[str, Any], problem: Problem, as_of: datetime
) -> Seen:
    """What a ledger holds of a plan's gates and lifts, up to an instant."""
    clock = Clock.of(document)
    c, o, t = problem.demand.shape
    step = min(clock.step_of(as_of), t)
    seen = Seen(
        problem,
        clock,
        step,
        np.zeros((len(problem.gates), t), np.int64),
        np.zeros((c, o, t), np.int64),
    )
    classes = {name: n for n, name in enumerate(problem.classes)}
    counted = {*classes, *(g.name for g in problem.guards)}
    origins = {name: n for n, name in enumerate(problem.origins)}
    bases = set(problem.bases)
    doors = {name: n for n, name in enumerate(problem.gates)}
    lifts = ledger.catalogue.lifts
    for move in ledger.transfers(clock.starts, clock.at(step)):
        if move.phase is not Phase.POSTED or move.category not in counted:
            continue
        when = int((move.instant - clock.starts) // clock.step)
        if move.to_place in origins and move.category in classes:
            origin = origins[move.to_place]
            seen.passed[classes[move.category], origin, when] += move.heads
            default = int(np.flatnonzero(problem.gate_origin == origin)[0])
            seen.gate[doors.get(move.from_place, default), when] += move.heads
        elif move.to_place in lifts and move.from_place in origins:
            seen.loads.setdefault(move.to_place, Counter())[move.category] += move.heads
            seen.leaves.setdefault(move.to_place, when)
        elif move.to_place in lifts and move.from_place in bases:
            seen.onward[move.to_place] += move.heads
            seen.leaves.setdefault(move.to_place, when)
    for status in ledger.catalogue.departures(clock.starts, clock.at(step)):
        stated = lifts.get(status.lift)
        if stated is None or stated.from_place not in {*origins, *bases}:
            continue
        when = int((status.occurred_at - clock.starts) // clock.step)
        seen.leaves.setdefault(status.lift, when)
        if stated.from_place in origins:  # also with nobody aboard: it brought something in
            seen.loads.setdefault(status.lift, Counter())
    return seen


def reckon(
    ledger: Ledger, document: Mapping[str, Any], problem: Problem, as_of: datetime
) -> Reckoned:
    """The past of a published plan as the ledger has it.

    Args:
        ledger: what happened.
        document: the plan in force.
        problem: its question, with whatever has been closed since.
        as_of: until when the ledger counts; the next step is the first to be planned.
    """
    home, _ = sorties_of(document)
    seen = seen_until(ledger, document, problem, as_of)
    outside: Outside = Counter()
    flights = _flights(ledger, seen, outside)
    others = [*_onward(ledger, seen), *moves(ledger, seen), *_under_way(ledger, document, seen)]
    kept, lost = _flyable(problem, home, [*flights, *others])
    for flight in lost:
        if flight.sortie.fetches:
            for name, heads in flight.aboard.items():
                outside[name, flight.sortie.place] += heads
    present = Counter[str]()
    for (place, _), heads in ledger.stock(seen.clock.at(seen.step) - JUST_BEFORE).items():
        present[place] += heads
    past = past_of(seen, home, kept, outside, [present[b] for b in problem.bases])
    return Reckoned(past, sum(outside.values()))


def _flights(ledger: Ledger, seen: Seen, outside: Outside) -> list[Flight]:
    """Sorties that carried people off an origin; heads above the seats are outside the plan."""
    found = []
    for place, load in seen.loads.items():
        stated = ledger.catalogue.lifts[place]
        origin = seen.problem.origins.index(stated.from_place)
        sorties = []
        for number, base in _fleets(seen.problem, stated):
            lift = seen.problem.lifts[number]
            way = int(lift.to_origin[origin, base])
            launch = seen.leaves[place] - way - lift.ground
            if way >= 0 and launch >= 0:
                sorties.append(Sortie(number, base, origin, launch))
        aboard: Counter[str] = Counter()
        if sorties:
            aboard = _seated(load, seen.problem, sorties[0])
            found.append(Flight(sorties[0], seen.leaves[place], aboard, tuple(sorties[1:])))
        for name, heads in (load - aboard).items():
            outside[name, origin] += heads
    return found


def _seated(load: Counter[str], problem: Problem, sortie: Sortie) -> Counter[str]:
    """As many of a load as there are seats: the rear guard, then the first class first."""
    aboard: Counter[str] = Counter()
    guards = [g.name for g in problem.guards if g.origin == sortie.place]
    for name in (*guards, *problem.classes):
        aboard[name] = min(load[name], problem.lifts[sortie.lift].seats - sum(aboard.values()))
    return +aboard


def _fleets(problem: Problem, stated: Lift) -> list[tuple[int, int]]:
    """Which of the plan's lifts a lift of the ledger may be, and its base: those at home first."""
    named = f"{stated.lift_type}/{stated.operator_class}/"
    place = stated.to_place if stated.to_place in problem.bases else stated.from_place
    if place not in problem.bases:
        return []
    base = problem.bases.index(place)
    numbers = [n for n, x in enumerate(problem.lifts) if x.id.startswith(named)]
    return [(n, base) for n in sorted(numbers, key=lambda n: not _is_home(problem, n, base))]


def _is_home(problem: Problem, number: int, base: int) -> bool:
    home = problem.lifts[number].home
    return home is not None and bool(home[base])


def _onward(ledger: Ledger, seen: Seen) -> list[Flight]:
    """Flights that carried people on from a base, in the wave at which they left or before."""
    found = []
    problem = seen.problem
    for place, heads in seen.onward.items():
        stated = ledger.catalogue.lifts[place]
        if stated.to_place not in problem.havens:
            continue
        haven = problem.havens.index(stated.to_place)
        launch = seen.leaves[place] // problem.wave * problem.wave
        sorties = [
            Sortie(number, base, haven, launch, True)
            for number, base in _fleets(problem, stated)
            if problem.lifts[number].to_haven[base, haven] >= 0
        ]
        if sorties:
            load = min(heads, problem.lifts[sorties[0].lift].seats)
            found.append(Flight(sorties[0], launch, Counter({"": load}), tuple(sorties[1:])))
    return found


def moves(ledger: Ledger, seen: Seen) -> list[Flight]:
    """Moves between bases, with the wave at which they left or before, else the one after.

    One that was seen under another id than the plan's stands for one that was promised.
    """
    catalogue, bases = ledger.catalogue, {*seen.problem.bases}
    now, cancelled = seen.clock.at(seen.step), _cancelled(ledger)
    promised: dict[_Move, list[tuple[int, Lift]]] = {}
    made: list[tuple[int, Lift]] = []
    for lift in catalogue.lifts.values():
        if not {lift.from_place, lift.to_place} <= bases or lift.lift in cancelled:
            continue
        if lift.lift in seen.leaves:
            made.append((seen.leaves[lift.lift], lift))
        elif lift.scheduled_at is not None and seen.clock.starts <= lift.scheduled_at < now:
            when = int((lift.scheduled_at - seen.clock.starts) // seen.clock.step)
            promised.setdefault(_move(lift), []).append((when, lift))
    for _, lift in made:
        if not is_promised(lift.lift) and promised.get(_move(lift)):
            promised[_move(lift)].pop(0)
    found = []
    for when, lift in [*made, *(x for waiting in promised.values() for x in waiting)]:
        sorties = _ferries(seen, lift, when)
        if sorties:
            found.append(Flight(sorties[0], sorties[0].launch, Counter(), tuple(sorties[1:])))
    return found


def _move(lift: Lift) -> _Move:
    return lift.lift_type, lift.operator_class, lift.from_place, lift.to_place


def _ferries(seen: Seen, stated: Lift, when: int) -> list[Sortie]:
    """What a move may have been: which fleet's, and with which wave."""
    problem, wave = seen.problem, seen.problem.wave
    start, end = (problem.bases.index(x) for x in (stated.from_place, stated.to_place))
    before = when // wave * wave
    return [
        Sortie(number, start, end, launch, is_ferry=True)
        for launch in (before, before + wave)
        for number, _ in _fleets(problem, replace(stated, to_place=stated.from_place))
        if launch < seen.step
        and (start, end) in {(a, b) for a, b, _ in problem.lifts[number].ferries}
    ]


def _cancelled(ledger: Ledger) -> set[PlaceId]:
    return {s.lift for s in ledger.catalogue.statuses if s.status is Status.CANCELLED}


def _under_way(ledger: Ledger, document: Mapping[str, Any], seen: Seen) -> list[Flight]:
    """Promised sorties that have left their base and not their origin, and were not cancelled."""
    cancelled, problem = _cancelled(ledger), seen.problem
    numbers = {x.id: n for n, x in enumerate(problem.lifts)}
    found = []
    for n, s in enumerate(document["sorties"]):
        is_out = s["launch"] < seen.step <= s["departs"]
        if is_out and out_place(plan_id(document), n) not in cancelled:
            base, origin = problem.bases.index(s["base"]), problem.origins.index(s["origin"])
            sortie = Sortie(numbers[s["lift"]], base, origin, s["launch"])
            found.append(Flight(sortie, s["departs"], Counter()))
    return found


def _flyable(
    problem: Problem, home: list[Whole], flights: Iterable[Flight]
) -> tuple[list[Flight], list[Flight]]:
    """The flights that the fleets and crews of a problem account for, and those they do not.

    Who carried people surely flew; those with nobody aboard have what is left.
    """
    tail = 4 * problem.steps + 2000
    ready = [np.repeat(h[:, None], tail, 1) for h in home]
    crew = [np.full(tail, 10**9 if x.crews is None else x.crews, np.int64) for x in problem.lifts]
    kept, lost = [], []
    for f in sorted(flights, key=lambda f: (f.sortie.fetches and not f.aboard, f.sortie.launch)):
        for s in (f.sortie, *f.or_else):
            if _takes(problem, s, ready[s.lift], crew[s.lift]):
                kept.append(replace(f, sortie=s))
                break
        else:
            lost.append(f)
    return kept, lost


def _takes(problem: Problem, s: Sortie, ready: Whole, crew: Whole) -> bool:
    """Take a lift and a crew for a sortie, if there are: ready lifts [b, t], rested crews [t]."""
    lift = problem.lifts[s.lift]
    if s.is_ferry:
        away = next(n for a, b, n in lift.ferries if (a, b) == (s.base, s.place))
    elif s.is_onward:
        away = 2 * int(lift.to_haven[s.base, s.place]) + lift.onward_turn + lift.turn
    else:
        away = 2 * int(lift.to_origin[s.place, s.base]) + lift.ground + lift.turn
    spare = ready[s.base, s.launch : None if s.is_ferry else s.launch + away]
    duty = lift.cycle * (2 if s.is_onward else 1)
    rested = crew[s.launch : s.launch + duty]
    if spare.min() < 1 or rested.min() < 1:
        return False
    spare -= 1
    rested -= 1
    if s.is_ferry:
        ready[s.place, s.launch + away :] += 1
    return True
