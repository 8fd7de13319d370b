"""What happened so far, on a plan's grid: the past from which the rest is planned anew.

Read from the ledger: who passed which gate when, who boarded which lift, which lifts left for
which base, who went onward.  A lift is known by its type, its operator and its base, not by the id
that the plan gave it, so lifts under their own call signs count as well.  Promised lifts that have
left their base and not yet their origin are on their way, unless they were cancelled.

What happened was allowed to happen, whatever the plan's rules say: rates, slots and room airside
are raised where more was seen.  What the plan's fleets cannot account for (more heads than seats,
a lift of no known type) flew outside the plan: these people are planned for no longer, and the beds
that they take are taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from safepassage.model.ledger import Ledger
from safepassage.model.lift import Lift, Status
from safepassage.model.movement import Phase
from safepassage.plan.document import sorties_of
from safepassage.plan.linear import Whole
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.rolling import Past
from safepassage.planner.allowing import Flight, Seen, past_of
from safepassage.planner.posting import Clock, out_place, plan_id

JUST_BEFORE = timedelta(microseconds=1)


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
    origins = {name: n for n, name in enumerate(problem.origins)}
    bases = set(problem.bases)
    doors = {name: n for n, name in enumerate(problem.gates)}
    lifts = ledger.catalogue.lifts
    for move in ledger.transfers(clock.starts, clock.at(step)):
        if move.phase is not Phase.POSTED or move.category not in classes:
            continue
        when = int((move.instant - clock.starts) // clock.step)
        if move.to_place in origins:
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
    outside: Counter[tuple[int, int]] = Counter()
    flights = _flights(ledger, seen, outside)
    coming = _under_way(ledger, document, seen)
    kept, lost = _flyable(problem, home, [*flights, *_onward(ledger, seen), *coming])
    for flight in lost:
        if not flight.sortie.is_onward:
            for name, heads in flight.aboard.items():
                outside[problem.classes.index(name), flight.sortie.place] += heads
    present = Counter[str]()
    for (place, _), heads in ledger.stock(seen.clock.at(seen.step) - JUST_BEFORE).items():
        present[place] += heads
    past = past_of(seen, home, kept, outside, [present[b] for b in problem.bases])
    return Reckoned(past, sum(outside.values()))


def _flights(ledger: Ledger, seen: Seen, outside: Counter[tuple[int, int]]) -> list[Flight]:
    """Sorties that carried people off an origin; heads above the seats are outside the plan."""
    found = []
    for place, load in seen.loads.items():
        stated = ledger.catalogue.lifts[place]
        number, base = _fleet(seen.problem, stated)
        origin = seen.problem.origins.index(stated.from_place)
        sortie = None
        if number is not None and base is not None:
            lift = seen.problem.lifts[number]
            way = int(lift.to_origin[origin, base])
            launch = seen.leaves[place] - way - lift.ground
            if way >= 0 and launch >= 0:
                sortie = Sortie(number, base, origin, launch)
        if sortie is None:
            for name, heads in load.items():
                outside[seen.problem.classes.index(name), origin] += heads
            continue
        aboard = _seated(load, seen.problem, seen.problem.lifts[sortie.lift].seats)
        for name, heads in (load - aboard).items():
            outside[seen.problem.classes.index(name), origin] += heads
        found.append(Flight(sortie, seen.leaves[place], aboard))
    return found


def _seated(load: Counter[str], problem: Problem, seats: int) -> Counter[str]:
    """As many of a load as there are seats, the first class first."""
    aboard: Counter[str] = Counter()
    for name in problem.classes:
        aboard[name] = min(load[name], seats - sum(aboard.values()))
    return +aboard


def _fleet(problem: Problem, stated: Lift) -> tuple[int | None, int | None]:
    """Which of the plan's lifts and bases a lift of the ledger belongs to."""
    named = f"{stated.lift_type}/{stated.operator_class}/"
    base = stated.to_place if stated.to_place in problem.bases else stated.from_place
    if base not in problem.bases:
        return None, None
    numbers = [n for n, x in enumerate(problem.lifts) if x.id.startswith(named)]
    return (numbers[0] if numbers else None), problem.bases.index(base)


def _onward(ledger: Ledger, seen: Seen) -> list[Flight]:
    """Flights that carried people on from a base, in the wave at which they left or before."""
    found = []
    problem = seen.problem
    for place, heads in seen.onward.items():
        stated = ledger.catalogue.lifts[place]
        number, base = _fleet(problem, stated)
        if number is None or base is None or stated.to_place not in problem.havens:
            continue
        haven = problem.havens.index(stated.to_place)
        launch = seen.leaves[place] // problem.wave * problem.wave
        if problem.lifts[number].to_haven[base, haven] >= 0:
            load = min(heads, problem.lifts[number].seats)
            sortie = Sortie(number, base, haven, launch, True)
            found.append(Flight(sortie, launch, Counter({"": load})))
    return found


def _under_way(ledger: Ledger, document: Mapping[str, Any], seen: Seen) -> list[Flight]:
    """Promised sorties that have left their base and not their origin, and were not cancelled."""
    cancelled = {s.lift for s in ledger.catalogue.statuses if s.status is Status.CANCELLED}
    problem = seen.problem
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
    """The flights that the fleets and crews of a problem account for, and those they do not."""
    tail = 4 * problem.steps + 2000
    ready = [np.repeat(h[:, None], tail, 1) for h in home]
    crew = [np.full(tail, 10**9 if x.crews is None else x.crews, np.int64) for x in problem.lifts]
    kept, lost = [], []
    for f in sorted(flights, key=lambda f: f.sortie.launch):
        s, lift = f.sortie, problem.lifts[f.sortie.lift]
        if s.is_onward:
            away = 2 * int(lift.to_haven[s.base, s.place]) + lift.onward_turn + lift.turn
        else:
            away = 2 * int(lift.to_origin[s.place, s.base]) + lift.ground + lift.turn
        duty = lift.cycle * (2 if s.is_onward else 1)
        spare = ready[s.lift][s.base, s.launch : s.launch + away]
        rested = crew[s.lift][s.launch : s.launch + duty]
        if spare.min() < 1 or rested.min() < 1:
            lost.append(f)
            continue
        spare -= 1
        rested -= 1
        kept.append(f)
    return kept, lost
