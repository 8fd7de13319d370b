"""What cannot be planned is refused with the change that mends it, never with a solver's status."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safepassage.exchange.operation_file import read_operation
from safepassage.model.operation import Operation
from safepassage.plan.check import check
from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.feasible import require_feasible
from safepassage.plan.problem import Problem
from safepassage.plan.setup import set_up
from safepassage.plan.solving import plan
from tests.plan.operations import lift, operation

KABUL = Path(__file__).resolve().parents[2] / "scenarios" / "kabul-2021" / "operation.yaml"
DEMAND: dict[str, Any] = {
    "starts_at": "2021-08-28T00:00",
    "zone": "Asia/Kabul",
    "deadline": "last-day",
    "step_hours": 2,
    "people": [{"class": "evacuee", "origin": "hkia", "number": 9000}],
    "limits": {"slots": {"hkia": 6}, "airside": {"hkia": 3000}},
}


@pytest.fixture(scope="module")
def kabul() -> Operation:
    """The operation file of the Kabul airlift."""
    return read_operation(KABUL.read_bytes(), "operation.yaml")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (operation(gate=0), "gate never opens .* open one gate"),
        (operation(slots=0), "the smallest lift takes 1"),
        (operation(runway=0), "takes no movement"),
        (operation(beds=0), "put one bed there"),
        (operation(airside=0), "nobody may wait airside"),
        (operation(lifts=(lift(crews=0),)), "no lift with a crew"),
        (operation(lifts=(lift(to_origin=[[-1]]),)), "no lift with a crew"),
        (operation(lifts=(lift(to_origin=[[20]]),)), "move the deadline to 22 hours"),
    ],
)
def test_nobody_can_leave_and_why(problem: Problem, said: str) -> None:
    with pytest.raises(InfeasibleError, match=said):
        plan(problem)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (operation(lifts=(lift(fleet=0),)), "a fleet of 0"),
        (operation(lifts=(lift(fleet=1_000_000),)), "a fleet of 1,000,000"),
        (operation(beds=-1), "beds: a number below zero"),
        (replace(operation(), demand=np.full((2, 1, 12), 10**8)), "people are more than"),
    ],
)
def test_numbers_that_no_operation_has(problem: Problem, said: str) -> None:
    with pytest.raises(PlanInputError, match=said):
        require_feasible(problem)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"deadline": "2021-08-27T00:00"}, "not after the start"),
        ({"starts_at": "tomorrow"}, "not an instant"),
        ({"people": []}, "nobody is to be moved"),
        ({"people": [{"class": "vip", "number": 1}]}, "no class 'vip'"),
        ({"people": [{"origin": "moon", "number": 1}]}, "no origin 'moon'"),
        ({"people": [{"number": -4}]}, "zero or more"),
        ({"people": [{"number": 4, "until": "2021-09-05T00:00"}]}, "not between"),
        ({"limits": {"slots": {"hkia": "many"}}}, "write a number"),
        ({"people": [{"number": 4.5}]}, "whole number"),
        ({"people": [{"number": 1e30}]}, "more than there can be"),
        ({"people": [{"number": 4, "form": "2021-08-28T06:00"}]}, "unknown field 'form'"),
        ({"people": {"evacuee": 5}}, "people: write a list"),
        ({"limits": {"slots": 4}}, "write each place with"),
        ({"limits": {"slots": {"moon": 4}}}, "no place 'moon'"),
        ({"limits": {"clears": {"al-udeid": 1e40}}}, "more than there can be"),
        ({"limits": [4]}, "limits: write parts"),
        ({"lifts": 5}, "lifts: write each lift type"),
        ({"seats": "standing"}, "planned or emergency"),
        ({"crew_cycle_hours": 0}, "write hours from 1"),
        ({"starts_at": "2000-08-28T00:00"}, "take longer steps"),
        ({"slots": 4}, "unknown part 'slots'"),
        ({"step_hours": 0}, "step_hours"),
    ],
)
def test_a_demand_that_cannot_be_read(kabul: Operation, change: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanInputError, match=said):
        set_up(kabul, DEMAND | change)


def test_a_lift_that_never_arrives(kabul: Operation) -> None:
    slow = tuple(replace(x, block_speed_kmh=1e-6) for x in kabul.lift_types)
    with pytest.raises(PlanInputError, match="check the distance and block_speed"):
        set_up(replace(kabul, lift_types=slow), DEMAND)


def test_no_way_to_a_haven(kabul: Operation) -> None:
    with pytest.raises(InfeasibleError, match="add one leg"):
        set_up(replace(kabul, legs=()), DEMAND)


def test_the_last_days_of_kabul_can_be_planned(kabul: Operation) -> None:
    setup = set_up(kabul, DEMAND)
    assert any("slots" not in note for note in setup.notes)
    made = plan(setup.problem, seconds=20)
    assert check(made.to_json()).faults == ()
    assert made.draft.people == 9000 == made.people.total
