"""Planning factors in closed form: the planner's sanity check, and the optimiser's oracle.

The airlift formulas are those of AFPAM 10-1403 (Air Mobility Planning Factors, 2018); formula
numbers are its.  Distances in nautical miles, speeds in knots, times in hours unless a name says
otherwise.  Every function is tested on a worked example (tests/plan/test_norms.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from safepassage.plan.errors import PlanInputError

QUEUING_EFFICIENCY = 0.85  # formula 9.0: what is lost when lifts wait for each other
HOURS_A_DAY = 24.0


def _above_zero(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise PlanInputError(f"{name.replace('_', ' ')} is {value}; it must be above zero")


def missions(people: int, load: float) -> int:
    """Sorties that carry so many people at an average load; a part of one is a whole one."""
    _above_zero(load=load)
    return math.ceil(people / load)


def round_trip_flying_hours(legs_nm: Sequence[float], block_speed_kt: float) -> float:
    """Hours in the air over all legs of a round trip (RTFT)."""
    _above_zero(block_speed=block_speed_kt)
    return sum(legs_nm) / block_speed_kt


def cycle_hours(round_trip_flying: float, round_trip_ground: float) -> float:
    """Hours from one departure of a lift to its next one on the same trip."""
    return round_trip_flying + round_trip_ground


def first_arrival_hours(flying: Sequence[float], ground: Sequence[float]) -> float:
    """Hours until the first people land: flying, and every ground time before the last landing."""
    return sum(flying) + sum(ground)


def productivity(loaded_nm: float, round_trip_nm: float) -> float:
    """Share of a round trip that is flown with people: 0.5 without positioning legs."""
    _above_zero(round_trip=round_trip_nm)
    return loaded_nm / round_trip_nm


def fleet_people_a_day(
    lifts: float, load: float, use_hours: float, round_trip_flying: float
) -> float:
    """People a day that a fleet can carry, at `use_hours` planned flying hours a lift a day."""
    _above_zero(round_trip_flying=round_trip_flying)
    return lifts * load * use_hours / round_trip_flying


def fleet_people_a_day_at_most(lifts: float, load: float, cycle: float) -> float:
    """People a day that a fleet can carry if it never waits: no limit of flying hours."""
    return fleet_people_a_day(lifts, load, HOURS_A_DAY, cycle)


def closure_days(
    people: float, round_trip_flying: float, load: float, lifts: float, use_hours: float
) -> float:
    """Days until so many people are carried (closure)."""
    _above_zero(load=load, lifts=lifts, use_hours=use_hours)
    return people * round_trip_flying / (load * lifts * use_hours)


def million_ton_miles_a_day(
    lifts: float, block_speed_kt: float, use_hours: float, payload_tons: float, productive: float
) -> float:
    """Fleet capacity in million ton-miles a day (MTM/D), short tons and nautical miles."""
    return lifts * block_speed_kt * use_hours * payload_tons * productive / 1e6


def airfield_people_a_day(
    slots: float, load: float, open_hours: float, ground: float, efficiency: float | None = None
) -> float:
    """Formula 9.0: what an airfield with so many parking slots (MOG) passes a day.

    With a payload in tons instead of a load of people it gives tons a day.
    """
    _above_zero(ground_time=ground)
    return (
        slots
        * load
        * open_hours
        / ground
        * (QUEUING_EFFICIENCY if efficiency is None else efficiency)
    )


def plan_bound(resources: Mapping[str, float]) -> tuple[str, float]:
    """The resource that lets the fewest people through, and how many.

    Raises:
        PlanInputError: there is no resource.
    """
    if not resources:
        raise PlanInputError("a bound needs at least one resource; give a fleet, a gate or a haven")
    name = min(resources, key=lambda known: resources[known])
    return name, resources[name]


def on_the_ground(departures_an_hour: float, ground: float) -> float:
    """Lifts on an apron at a time (Little 1961): arrivals an hour times the hours each stays."""
    return departures_an_hour * ground


def slots_for(departures_an_hour: float, ground: float) -> float:
    """Parking slots for a rate of departures at the queuing efficiency of formula 9.0."""
    return on_the_ground(departures_an_hour, ground) / QUEUING_EFFICIENCY


def haven_fill_days(capacity: float, present: float, arriving: float, leaving: float) -> float:
    """Days until a haven is full at rates a day; infinite if as many leave as arrive."""
    if present >= capacity:
        return 0.0
    return (capacity - present) / (arriving - leaving) if arriving > leaving else math.inf


def stations(
    people_an_hour: float, family_size: float, minutes: float, busy: float = QUEUING_EFFICIENCY
) -> int:
    """Clerks so that a station with one form a family keeps up, each busy at most that share."""
    _above_zero(family_size=family_size, busy=busy)
    return math.ceil(people_an_hour / family_size * minutes / 60 / busy - 1e-9)


def processing_lines(people_a_day: float, line_an_hour: float, open_hours: float = 24) -> int:
    """Lines (evacuation control centres) so that a day's people pass."""
    _above_zero(line=line_an_hour, open_hours=open_hours)
    return math.ceil(people_a_day / (line_an_hour * open_hours) - 1e-9)


def inside_station(people_an_hour: float, minutes: float) -> float:
    """People in process at a station (Little 1961)."""
    return people_an_hour * minutes / 60
