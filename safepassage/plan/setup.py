"""From an operation and a demand to a problem on a grid of steps.

The demand document says when planning starts, which deadline counts, who arrives when, and the
limits that an operation file does not have (slots, runway, airside, clearing).  What neither file
says does not limit the plan, and is said in `notes`, since a bound without a limit is not wrong but
may be far away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from safepassage.model.operation import (
    Fleet,
    LiftType,
    Mode,
    Operation,
    PlannedPlace,
    great_circle_km,
)
from safepassage.model.place import PlaceKind
from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.grid import WAYS, Grid, items, number, whole
from safepassage.plan.linear import Whole
from safepassage.plan.problem import NO_WAY, Lift, Objective, Problem
from safepassage.plan.required import inbound, rear_guard

CREW_CYCLE_HOURS = 28.0
CREW_CYCLE_MAX = 1000
PEOPLE_FIELDS = ("class", "origin", "number", "from", "until")
WAVE_HOURS = 4.0
CLASS_STEP = 2.0  # each class counts twice the next


@dataclass(frozen=True)
class Setup:
    """A problem, and what had to be assumed to have one."""

    problem: Problem
    notes: tuple[str, ...]


class Network(NamedTuple):
    """The places that a plan is about, in the order of the operation file."""

    origins: list[PlannedPlace]
    bases: list[PlannedPlace]
    havens: list[PlannedPlace]


def network_of(operation: Operation) -> Network:
    """From where lifts carry people to which bases, and on to which havens.

    Raises:
        InfeasibleError: no way leads from where people are to where they are safe.
    """
    ways = [x for x in operation.legs if x.mode is not Mode.FOOT]
    bases = [p for p in operation.of_kind(PlaceKind.HAVEN) if any(x.to_place == p.id for x in ways)]
    base_ids = {p.id for p in bases}
    starts = {x.from_place for x in ways if x.to_place in base_ids} - base_ids
    origins = [p for p in operation.places if p.id in starts]
    if not origins or not bases:
        raise InfeasibleError(
            "no leg leads from a place where people wait to a haven; add one leg by air, sea or"
            " road to the operation file"
        )
    onward = {x.to_place for x in ways if x.from_place in base_ids}
    havens = [p for p in operation.of_kind(PlaceKind.ONWARD) if p.id in onward]
    return Network(origins, bases, havens)


def gates_of(operation: Operation, origin: PlannedPlace) -> list[PlannedPlace]:
    """The gates that lead to an origin."""
    places = (operation.place(x.from_place) for x in operation.legs if x.to_place == origin.id)
    return [p for p in places if p.kind is PlaceKind.GATE]


def set_up(operation: Operation, demand: Mapping[str, Any]) -> Setup:
    """The problem of an operation and a demand document (docs/reference/plan-file.md).

    Raises:
        PlanInputError: a part of the demand cannot be read or names what there is not.
        InfeasibleError: no way leads from where people are to where they are safe.
    """
    grid = Grid(operation, demand)
    origins, bases, havens = network_of(operation)
    lifts = [_lift(grid, n, origins, bases, havens) for n in range(len(operation.fleets))]
    flying = tuple(x for x in lifts if (x.to_origin >= 0).any() or (x.to_haven >= 0).any())
    classes = sorted((c for c in operation.categories if not c.staff), key=lambda c: c.order)
    names = tuple(c.id for c in classes)
    gates, gate_origin, rates = _gates(grid, origins)
    problem = Problem(
        operation.id,
        names,
        tuple(p.id for p in origins),
        gates,
        gate_origin,
        tuple(p.id for p in bases),
        tuple(p.id for p in havens),
        flying,
        grid.step,
        grid.steps,
        _demand(grid, names, [p.id for p in origins]),
        rates,
        np.array([[grid.limit("slots", p.id, None)] * grid.steps for p in origins], float),
        _per_step(grid, "runway", origins),
        _of(grid, "airside", origins),
        _of(grid, "beds", bases),
        np.array(
            [math.floor(grid.limit("clears", p.id, None) * grid.step) for p in bases], np.int64
        ),
        np.array([grid.limit("intake_a_day", p.id, None) for p in havens], np.int64),
        _of(grid, "places", havens),
        max(1, round(WAVE_HOURS / grid.step)),
        grid.starts.isoformat(),
        Objective(tuple(CLASS_STEP**n for n in reversed(range(len(names))))),
        bool(demand.get("rebasing", False)),
        rear_guard(grid, [p.id for p in origins]),
        inbound(grid, [p.id for p in origins], [p.id for p in bases]),
    )
    return Setup(problem, tuple(dict.fromkeys(grid.notes)))


def _of(grid: Grid, part: str, places: list[PlannedPlace]) -> Whole:
    return np.array([grid.limit(part, p.id, p.capacity) for p in places], np.int64)


def _per_step(grid: Grid, part: str, places: list[PlannedPlace]) -> Whole:
    rows = [[math.floor(grid.limit(part, p.id, None) * grid.step)] * grid.steps for p in places]
    return np.array(rows, np.int64)


def _lift(
    grid: Grid,
    nth: int,
    origins: list[PlannedPlace],
    bases: list[PlannedPlace],
    havens: list[PlannedPlace],
) -> Lift:
    fleet: Fleet = grid.operation.fleets[nth]
    kind = grid.operation.lift_type(fleet.lift_type)
    legs = {
        (x.from_place, x.to_place): grid.way(kind, x)
        for x in grid.operation.legs
        if x.mode is kind.mode
    }
    emergency = grid.demand.get("seats") == "emergency"
    use = grid.uses.get(kind.id, {})
    goes_in, goes_on = WAYS[use.get("ways", "both")]
    into, on = legs if goes_in else {}, legs if goes_on else {}
    out = [[into.get((o.id, b.id), NO_WAY) for b in bases] for o in origins]
    further = [[on.get((b.id, h.id), NO_WAY) for h in havens] for b in bases]
    ids = [b.id for b in bases]
    home = None
    if grid.demand.get("basing") == "free":
        pass
    elif fleet.base in ids:
        home = np.array([fleet.count if b == fleet.base else 0 for b in ids], np.int64)
    else:
        grid.notes.append(
            f"{kind.id} of {fleet.operator_class} starts at {fleet.base}, which is no haven: it is"
            " planned from whichever haven is best"
        )
    ground = max(1, grid.whole(kind.ground_time_h))
    cycle = number(grid.demand.get("crew_cycle_hours", CREW_CYCLE_HOURS), "crew_cycle_hours")
    if not 0 < cycle <= CREW_CYCLE_MAX:
        raise PlanInputError(f"crew_cycle_hours: {cycle:g}; write hours from 1 to {CREW_CYCLE_MAX}")
    return Lift(
        f"{kind.id}/{fleet.operator_class}/{fleet.base}",
        int(use.get("seats", (kind.seats_emergency if emergency else None) or kind.seats)),
        fleet.count,
        fleet.crews,
        max(1, grid.whole(cycle)),
        1.0 if kind.mode is Mode.AIR else 0.0,
        ground,
        ground,
        ground,
        np.array(out, np.int64).reshape(len(origins), len(bases)),
        np.array(further, np.int64).reshape(len(bases), len(havens)),
        home,
        int(use.get("tonnes", 0)),
        _between(grid, kind, bases),
    )


def _between(grid: Grid, kind: LiftType, bases: list[PlannedPlace]) -> Whole:
    """Steps from base to base: as a leg says, else through the air in a straight line."""
    legs = {
        (x.from_place, x.to_place): x.distance_km
        for x in grid.operation.legs
        if x.mode is kind.mode
    }

    def steps(a: PlannedPlace, b: PlannedPlace) -> int:
        distance = legs.get((a.id, b.id), legs.get((b.id, a.id)))
        if distance is None and kind.mode is Mode.AIR and a.id != b.id:
            ends = [(p.latitude, p.longitude) for p in (a, b)]
            known = [(x, y) for x, y in ends if x is not None and y is not None]
            distance = great_circle_km(*known) if len(known) == 2 else None
        return NO_WAY if distance is None else max(1, grid.whole(kind.hours(distance)))

    return np.array([[steps(a, b) for b in bases] for a in bases], np.int64)


def _gates(grid: Grid, origins: list[PlannedPlace]) -> tuple[tuple[str, ...], Whole, Whole]:
    """The gates of each origin; the origin itself where a gate's rate is not known."""
    ids: list[str] = []
    owner: list[int] = []
    rates: list[list[int]] = []
    operation = grid.operation
    for o, origin in enumerate(origins):
        leading = gates_of(operation, origin)
        known = grid.limits.get("rates", {})
        if not leading or any(g.hourly_rate is None and g.id not in known for g in leading):
            leading = [origin]
        for gate in leading:
            rate = grid.limit("rates", gate.id, gate.hourly_rate)
            ids.append(gate.id)
            owner.append(o)
            through = math.floor(rate * grid.step)
            rates.append([through if is_open else 0 for is_open in grid.open_steps(gate)])
    return tuple(ids), np.array(owner, np.int64), np.array(rates, np.int64)


def _demand(grid: Grid, classes: tuple[str, ...], origins: list[str]) -> Whole:
    """Cohorts spread evenly over their hours, in whole people."""
    demand = np.zeros((len(classes), len(origins), grid.steps), np.int64)
    for n, cohort in enumerate(items(grid.demand, "people", PEOPLE_FIELDS)):
        what = f"people[{n + 1}]"
        name, origin = cohort.get("class", classes[0]), cohort.get("origin", origins[0])
        if name not in classes:
            raise PlanInputError(f"{what}: no class {name!r}; known: {', '.join(classes)}")
        if origin not in origins:
            raise PlanInputError(f"{what}: no origin {origin!r}; known: {', '.join(origins)}")
        people = whole(cohort.get("number"), f"{what}.number")
        first = grid.first_step(cohort.get("from"), 0, f"{what}.from")
        end = grid.first_step(cohort.get("until"), first + 1, f"{what}.until")
        if not 0 <= first < end <= grid.steps:
            raise PlanInputError(
                f"{what}: its hours are not between the start and the deadline; mend from or until"
            )
        share = np.floor(people * np.arange(end - first + 1) / (end - first) + 1e-9)
        demand[classes.index(name), origins.index(origin), first:end] += np.diff(share).astype(
            np.int64
        )
    if not demand.sum():
        raise PlanInputError("demand: nobody is to be moved; write at least one cohort in people")
    return demand
