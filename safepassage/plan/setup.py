"""From an operation and a demand to a problem on a grid of steps.

The demand document says when planning starts, which deadline counts, who arrives when, and the
limits that an operation file does not have (slots, runway, airside, clearing).  What neither file
says does not limit the plan, and is said in `notes`, since a bound without a limit is not wrong but
may be far away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from safepassage.model.instant import in_utc, zone
from safepassage.model.operation import Fleet, Mode, Operation, PlannedPlace
from safepassage.model.place import PlaceKind
from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.linear import Whole
from safepassage.plan.problem import NO_WAY, Lift, Objective, Problem

UNLIMITED = 1_000_000
CREW_CYCLE_HOURS = 28.0
WAVE_HOURS = 4.0
CLASS_STEP = 2.0  # each class counts twice the next
WAYS = {  # what a type of lift is used for: (into an origin, on from a haven)
    "both": (True, True),
    "in": (True, False),
    "onward": (False, True),
    "none": (False, False),
}
KEYS = {
    "starts_at",
    "zone",
    "deadline",
    "step_hours",
    "seats",
    "crew_cycle_hours",
    "people",
    "lifts",
    "basing",
    "limits",
}
LIMITS = {
    "slots": "parking slots",
    "runway": "runway movements an hour",
    "airside": "places airside",
    "rates": "people an hour",
    "beds": "beds",
    "clears": "people cleared an hour",
    "intake_a_day": "people taken in a day",
    "places": "places",
}


@dataclass(frozen=True)
class Setup:
    """A problem, and what had to be assumed to have one."""

    problem: Problem
    notes: tuple[str, ...]


@dataclass
class _Grid:
    operation: Operation
    demand: Mapping[str, Any]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        unknown = set(self.demand) - KEYS
        if unknown:
            raise PlanInputError(
                f"demand: unknown part {sorted(unknown)[0]!r}; known: {_list(KEYS)}"
            )
        limits = self.demand.get("limits") or {}
        unknown = set(limits) - set(LIMITS)
        if unknown:
            raise PlanInputError(
                f"limits: unknown part {sorted(unknown)[0]!r}; known: {_list(LIMITS)}"
            )
        self.limits: Mapping[str, Mapping[str, float]] = limits
        for part, values in limits.items():
            for place, value in values.items():
                _number(value, f"limits.{part}.{place}")
        self.uses: Mapping[str, Mapping[str, Any]] = self.demand.get("lifts") or {}
        _check_uses(self.uses, {x.id for x in self.operation.lift_types})
        if self.demand.get("basing", "stated") not in ("stated", "free"):
            raise PlanInputError("basing: write stated (as the operation file says) or free")
        self.step = _number(self.demand.get("step_hours", 1), "step_hours")
        if not 0.05 <= self.step <= 24:
            raise PlanInputError(f"step_hours is {self.step:g}; use 0.25 to 6")
        self.zone = self.demand.get("zone", self.operation.local_zone)
        self.starts = self.instant(self.demand.get("starts_at"), "starts_at")
        self.ends = self._deadline()
        self.steps = math.floor((self.ends - self.starts) / self.hours(1) + 1e-9)
        if self.steps < 1:
            raise PlanInputError(
                f"the deadline {self.ends.isoformat()} is not after the start"
                f" {self.starts.isoformat()}; give a later deadline or an earlier start"
            )

    def hours(self, steps: float) -> timedelta:
        return timedelta(hours=steps * self.step)

    def instant(self, value: Any, what: str) -> datetime:
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            raise PlanInputError(
                f"{what}: {value!r} is not an instant; write it like 2031-02-03T06:00"
            ) from None
        return in_utc(at if at.tzinfo else at.replace(tzinfo=zone(self.zone)), what)

    def _deadline(self) -> datetime:
        wanted = self.demand.get("deadline")
        for known in self.operation.deadlines:
            if wanted is None or known.id == wanted:
                return known.at
        if wanted is None:
            raise PlanInputError("there is no deadline; write one into the operation file")
        return self.instant(wanted, "deadline (neither an id of the operation file nor)")

    def whole(self, hours: float) -> int:
        """Steps that a duration takes, rounded up so that it can be flown."""
        return math.ceil(hours / self.step - 1e-9)

    def limit(self, part: str, place: str, otherwise: float | None) -> float:
        value = self.limits.get(part, {}).get(place, otherwise)
        if value is None:
            self.notes.append(
                f"nothing says how many {LIMITS[part]} {place} has: that does not limit the plan"
            )
            return UNLIMITED
        return float(value)

    def open_steps(self, place: PlannedPlace) -> list[bool]:
        return [place.is_open(self.starts + self.hours(t)) for t in range(self.steps)]


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _number(value: Any, what: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 <= value < math.inf:
        raise PlanInputError(f"{what}: {value!r}; write a number, zero or more")
    return float(value)


def _check_uses(uses: Mapping[str, Mapping[str, Any]], known: set[str]) -> None:
    for name, use in uses.items():
        if name not in known:
            raise PlanInputError(
                f"lifts: the operation has no lift type {name!r}; it has {_list(known)}"
            )
        if set(use) - {"seats", "ways"} or use.get("ways", "both") not in WAYS:
            raise PlanInputError(f"lifts.{name}: write seats, and ways as one of {_list({*WAYS})}")
        if use.get("seats", 1) != int(_number(use.get("seats", 1), f"lifts.{name}.seats")):
            raise PlanInputError(f"lifts.{name}.seats: write a whole number")


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
    grid = _Grid(operation, demand)
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
    )
    return Setup(problem, tuple(dict.fromkeys(grid.notes)))


def _of(grid: _Grid, part: str, places: list[PlannedPlace]) -> Whole:
    return np.array([grid.limit(part, p.id, p.capacity) for p in places], np.int64)


def _per_step(grid: _Grid, part: str, places: list[PlannedPlace]) -> Whole:
    rows = [[math.floor(grid.limit(part, p.id, None) * grid.step)] * grid.steps for p in places]
    return np.array(rows, np.int64)


def _lift(
    grid: _Grid,
    number: int,
    origins: list[PlannedPlace],
    bases: list[PlannedPlace],
    havens: list[PlannedPlace],
) -> Lift:
    fleet: Fleet = grid.operation.fleets[number]
    kind = grid.operation.lift_type(fleet.lift_type)
    legs = {
        (x.from_place, x.to_place): max(1, grid.whole(kind.hours(x.distance_km)))
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
    cycle = _number(grid.demand.get("crew_cycle_hours", CREW_CYCLE_HOURS), "crew_cycle_hours")
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
    )


def _gates(grid: _Grid, origins: list[PlannedPlace]) -> tuple[tuple[str, ...], Whole, Whole]:
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


def _demand(grid: _Grid, classes: tuple[str, ...], origins: list[str]) -> Whole:
    """Cohorts spread evenly over their hours, in whole people."""
    demand = np.zeros((len(classes), len(origins), grid.steps), np.int64)
    for n, cohort in enumerate(grid.demand.get("people") or []):
        what = f"people[{n + 1}]"
        if not isinstance(cohort, Mapping):
            raise PlanInputError(f"{what}: write class, origin and number")
        name, origin = cohort.get("class", classes[0]), cohort.get("origin", origins[0])
        if name not in classes:
            raise PlanInputError(f"{what}: no class {name!r}; known: {', '.join(classes)}")
        if origin not in origins:
            raise PlanInputError(f"{what}: no origin {origin!r}; known: {', '.join(origins)}")
        number = int(_number(cohort.get("number"), f"{what}.number"))
        first = _step(grid, cohort.get("from"), 0, f"{what}.from")
        end = _step(grid, cohort.get("until"), first + 1, f"{what}.until")
        if not 0 <= first < end <= grid.steps:
            raise PlanInputError(
                f"{what}: its hours are not between the start and the deadline; mend from or until"
            )
        share = np.floor(number * np.arange(end - first + 1) / (end - first) + 1e-9)
        demand[classes.index(name), origins.index(origin), first:end] += np.diff(share).astype(
            np.int64
        )
    if not demand.sum():
        raise PlanInputError("demand: nobody is to be moved; write at least one cohort in people")
    return demand


def _step(grid: _Grid, value: Any, otherwise: int, what: str) -> int:
    if value is None:
        return otherwise
    return math.floor((grid.instant(value, what) - grid.starts) / grid.hours(1) + 1e-9)
