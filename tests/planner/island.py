"""A small island that must be left before a mountain bursts: enough to plan, little to solve."""

from __future__ import annotations

import time
from pathlib import Path

from safepassage.exchange.operation_file import read_operation
from safepassage.planner.job import Job
from safepassage.planner.planner import Planner
from safepassage.planner.scenarios import Wanted

OPERATION_FILE = """\
operation:
  id: karr
  name: The island of Karr
zones: [Atlantic/Azores, UTC]
reporting_window: {start: 06:00, hours: 24, zone: UTC}
deadlines:
  - {id: burst, name: The mountain bursts, at: 2031-05-07T00:00, zone: UTC}
places:
  - {id: karr, kind: town, name: Karr}
  - id: harbour-gate
    kind: gate
    name: Harbour Gate
    hourly_rate: 40
    zone: UTC
    closures:
      - {from: 2031-05-06T02:00, until: 2031-05-06T05:00, reason: Ash}
  - id: mill-gate
    kind: gate
    name: Mill Gate
    hourly_rate: 30
    opening_hours:
      - {from: 06:00, to: 22:00, zone: UTC}
  - {id: strip, kind: terminal, name: The airstrip, capacity: 400}
  - {id: levin, kind: haven, name: Levin, capacity: 500}
  - {id: oster, kind: haven, name: Oster, capacity: 600}
  - {id: mainland, kind: onward, name: The mainland}
operator_classes:
  - {id: guard, name: Coast guard}
  - {id: hired, name: Hired}
lift_types:
  - {id: prop, name: Turboprop, mode: air, seats: 44, block_speed_kmh: 420, ground_time_h: 0.75}
  - {id: jet, name: Small jet, mode: air, seats: 90, block_speed_kmh: 700, ground_time_h: 1}
fleets:
  - {lift_type: prop, operator_class: guard, count: 3, crews: 6, base: levin}
  - {lift_type: jet, operator_class: hired, count: 2, crews: 4, base: oster}
legs:
  - {from: karr, to: harbour-gate, mode: foot, distance_km: 2}
  - {from: karr, to: mill-gate, mode: foot, distance_km: 2}
  - {from: harbour-gate, to: strip, mode: foot, distance_km: 2}
  - {from: mill-gate, to: strip, mode: foot, distance_km: 2}
  - {from: strip, to: levin, mode: air, distance_km: 380}
  - {from: strip, to: oster, mode: air, distance_km: 900}
  - {from: levin, to: mainland, mode: air, distance_km: 400}
  - {from: oster, to: mainland, mode: air, distance_km: 600}
categories:
  - {id: patient, name: Patients, order: 1}
  - {id: evacuee, name: Residents, order: 2}
"""
DEMAND_FILE = """\
starts_at: 2031-05-05T00:00
zone: UTC
crew_cycle_hours: 12
people:
  - {class: patient, origin: strip, from: 2031-05-05T06:00, until: 2031-05-05T18:00, number: 200}
  - {class: evacuee, origin: strip, from: 2031-05-05T00:00, until: 2031-05-06T12:00, number: 2400}
limits:
  slots: {strip: 2}
  clears: {levin: 20, oster: 25}
  intake_a_day: {mainland: 400}
  places: {mainland: 3000}
"""
OPERATION = read_operation(OPERATION_FILE, "operation.yaml")
WANTED = Wanted(name="As stated", operation=OPERATION_FILE, demand=DEMAND_FILE)
# So many steps and people that nothing is found within the time of a test.
LONG = Wanted(
    name="Ten weeks",
    operation=OPERATION_FILE.replace("2031-05-07T00:00", "2031-07-14T00:00"),
    demand=DEMAND_FILE.replace("number: 2400", "number: 240000"),
)


def ended(planner: Planner, job: Job, seconds: float = 300) -> Job:
    """A job once it is over."""
    end = time.monotonic() + seconds
    while not (found := planner.jobs.get(job.id)).state.is_over:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def planner_in(folder: Path) -> Planner:
    """The planning desk of the island, by the clock of this machine."""
    from safepassage.web.settings import utc_now

    return Planner(folder, utc_now)
