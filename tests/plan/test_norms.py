"""Each norm on its worked example: 1,088 nm, 384 kt, 300 people, 2.25 h on the ground, 30 lifts."""

from __future__ import annotations

import math

import pytest

from safepassage.plan import norms
from safepassage.plan.bounds import bound
from safepassage.plan.errors import PlanInputError
from safepassage.plan.norms_of import least, norms_of
from tests.plan.operations import operation

FLYING = 2 * 1088 / 384


def test_a_part_of_a_mission_is_a_mission() -> None:
    assert norms.missions(30_000, 300) == 100
    assert norms.missions(30_001, 300) == 101


def test_flying_and_cycle_time() -> None:
    flying = norms.round_trip_flying_hours((1088, 1088), 384)
    assert flying == pytest.approx(5.6667, abs=5e-5)
    assert norms.cycle_hours(flying, 4.5) == pytest.approx(10.1667, abs=5e-5)


def test_the_first_people_land_after_the_flight_and_what_came_before_it() -> None:
    assert norms.first_arrival_hours((1088 / 384,), ()) == pytest.approx(2.8333, abs=5e-5)
    assert norms.first_arrival_hours((1088 / 384,), (2.25,)) == pytest.approx(5.0833, abs=5e-5)


def test_positioning_legs_cost_productivity() -> None:
    assert norms.productivity(1088, 2176) == 0.5
    assert norms.productivity(1088, 2976) == pytest.approx(0.3656, abs=5e-5)


def test_fleet_capability_with_and_without_a_limit_of_flying_hours() -> None:
    assert norms.fleet_people_a_day(30, 300, 12, FLYING) == pytest.approx(19_058.8, abs=0.05)
    assert norms.fleet_people_a_day_at_most(30, 300, FLYING + 4.5) == pytest.approx(
        21_245.9, abs=0.05
    )


def test_closure_and_ton_miles() -> None:
    assert norms.closure_days(30_000, FLYING, 300, 30, 12) == pytest.approx(1.5741, abs=5e-5)
    assert norms.million_ton_miles_a_day(30, 384, 12, 65, 0.5) == pytest.approx(4.4928)


@pytest.mark.parametrize(
    ("slots", "load", "hours", "ground", "people"),
    [
        (6, 300, 24, 2.25, 16_320),
        (6, 300, 16, 2.25, 10_880),
        (6, 300, 20, 2.25, 13_600),
        (3, 90, 10, 1.75, 1_311.43),
        (6, 65, 24, 2.25, 3_536),
    ],
)
def test_formula_9_of_an_airfield(
    slots: float, load: float, hours: float, ground: float, people: float
) -> None:
    assert norms.airfield_people_a_day(slots, load, hours, ground) == pytest.approx(
        people, abs=0.005
    )


def test_the_least_resource_is_the_bound() -> None:
    assert norms.plan_bound({"fleet": 19_058, "airfield": 16_320}) == ("airfield", 16_320)
    with pytest.raises(PlanInputError, match="at least one resource"):
        norms.plan_bound({})


def test_aircraft_on_the_apron_of_kabul() -> None:
    assert norms.on_the_ground(94 / 24, 2.25) == pytest.approx(8.81, abs=0.005)
    assert norms.slots_for(94 / 24, 2.25) == pytest.approx(10.4, abs=0.05)
    assert norms.on_the_ground(90 / 24, 2.25) == pytest.approx(8.44, abs=0.005)


def test_a_haven_fills_up() -> None:
    assert norms.haven_fill_days(17_000, 0, 6_000, 2_500) == pytest.approx(4.86, abs=0.005)
    assert norms.haven_fill_days(17_000, 0, 2_500, 2_500) == math.inf
    assert norms.haven_fill_days(17_000, 17_000, 6_000, 0) == 0


def test_clerks_lines_and_people_inside() -> None:
    assert norms.stations(100, 4, 20, busy=1) == 9
    assert norms.stations(100, 4, 20) == 10
    assert norms.processing_lines(21_600, 100) == 9
    assert norms.inside_station(100, 30) == 50


def test_a_speed_of_zero_is_refused_in_words() -> None:
    with pytest.raises(PlanInputError, match="block speed is 0"):
        norms.round_trip_flying_hours((1, 1), 0)


@pytest.mark.parametrize("gate", [1, 4, 9])
@pytest.mark.parametrize("slots", [1, 2])
def test_the_proved_bound_is_never_above_a_norm(gate: int, slots: int) -> None:
    problem = operation(gate=gate, slots=slots)
    assert bound(problem.pooled(), 1).value <= least(norms_of(problem))[1] + 1e-6
