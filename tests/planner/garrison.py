"""A garrison that leaves last, tents flown in, and lifts based where there is no bed: they move."""

from __future__ import annotations

from functools import cache
from typing import Any

from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.operation_file import read_operation
from safepassage.plan.setup import set_up
from safepassage.plan.solving import plan
from safepassage.planner.posting import sealed

OPERATION_FILE = """\
operation: {id: fort, name: The fort}
zones: [UTC]
reporting_window: {start: 00:00, hours: 24, zone: UTC}
deadlines:
  - {id: storm, name: The storm, at: 2031-05-05T20:00, zone: UTC}
places:
  - {id: town, kind: town, name: The town}
  - {id: gate, kind: gate, name: The gate, hourly_rate: 9}
  - {id: strip, kind: terminal, name: The airstrip, capacity: 30}
  - {id: near, kind: haven, name: Near, capacity: 12}
  - {id: far, kind: haven, name: Far, capacity: 90}
  - {id: mainland, kind: onward, name: The mainland}
operator_classes:
  - {id: guard, name: Coast guard}
lift_types:
  - {id: prop, name: Turboprop, mode: air, seats: 10, block_speed_kmh: 400, ground_time_h: 1}
fleets:
  - {lift_type: prop, operator_class: guard, count: 2, crews: 5, base: near}
  - {lift_type: prop, operator_class: guard, count: 1, crews: 2, base: far}
legs:
  - {from: town, to: gate, mode: foot, distance_km: 1}
  - {from: gate, to: strip, mode: foot, distance_km: 1}
  - {from: strip, to: near, mode: air, distance_km: 300}
  - {from: strip, to: far, mode: air, distance_km: 390}
  - {from: near, to: far, mode: air, distance_km: 700}
  - {from: near, to: mainland, mode: air, distance_km: 700}
  - {from: far, to: mainland, mode: air, distance_km: 700}
categories:
  - {id: evacuee, name: Residents, order: 1}
  - {id: garrison, name: Garrison, order: 2, staff: true}
"""
DEMAND_FILE = """\
starts_at: 2031-05-05T00:00
zone: UTC
crew_cycle_hours: 6
rebasing: true
people:
  - {class: evacuee, origin: strip, from: 2031-05-05T00:00, until: 2031-05-05T12:00, number: 120}
rear_guard:
  - {class: garrison, origin: strip, number: 14}
inbound:
  - {id: tents, origin: strip, by: 2031-05-05T06:00, tonnes: 4}
lifts:
  prop: {tonnes: 2}
limits:
  slots: {strip: 2}
  clears: {near: 2, far: 4}
  intake_a_day: {mainland: 40}
  places: {mainland: 100}
"""
OPERATION = read_operation(OPERATION_FILE, "operation.yaml")


@cache
def fort_plan() -> dict[str, Any]:
    """A sealed plan in which lifts move, tents come in, and the garrison leaves last.

    It is solved whole: the time allowed is many times what that takes.
    """
    problem = set_up(OPERATION, read_demand(DEMAND_FILE, "demand.yaml")).problem
    return sealed(plan(problem, seconds=100).to_json())
