"""Small random operations: the bound is never below the optimum, the plan never breaks a rule."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.bounds import bound, bucket_lengths
from safepassage.plan.check import check
from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.formulation import formulate
from safepassage.plan.linear import solve
from safepassage.plan.merging import merged
from safepassage.plan.problem import Problem
from safepassage.plan.proof import proved
from safepassage.plan.relaxation import even_buckets, relaxed
from safepassage.plan.solving import plan
from safepassage.plan.whatif import changed, people_at_most, what_if
from tests.plan.operations import lift, operation


def optimum(problem: Problem) -> float:
    """The exact optimum by the integer solver on the rules themselves, nothing summed."""
    programme = formulate(problem).programme
    upper = np.minimum(programme.upper, programme.cap)
    programme.upper[:] = upper
    found = solve(programme, method="mip", whole=np.arange(programme.columns), seconds=60)
    assert found.is_optimal
    return -found.value


@st.composite
def operations(draw: st.DrawFn) -> Problem:
    """An operation of half a day in which any resource may bind."""
    small = st.integers(0, 8)
    steps = draw(st.integers(8, 12))
    planes = lift(
        seats=draw(st.integers(3, 9)),
        fleet=draw(st.integers(1, 3)),
        crews=draw(st.sampled_from([None, 1, 2])),
        cycle=draw(st.integers(4, 6)),
    )
    bus = lift("bus", seats=4, fleet=1, crews=None, slots=0.5, to_haven=[[-1]])
    return operation(
        steps=steps,
        demand=[draw(st.lists(small, min_size=steps, max_size=steps)) for _ in range(2)],
        gate=draw(st.lists(st.integers(0, 7), min_size=steps, max_size=steps)),
        slots=draw(st.sampled_from([1.0, 1.5, 2.0])),
        runway=draw(st.integers(1, 3)),
        airside=draw(st.integers(2, 20)),
        beds=draw(st.integers(3, 20)),
        clear=draw(st.integers(0, 4)),
        a_day=draw(st.integers(0, 9)),
        places=draw(st.integers(0, 9)),
        lifts=(planes, bus) if draw(st.booleans()) else (planes,),
    )


@given(operations(), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_no_bound_is_below_the_optimum_and_no_plan_above_it(problem: Problem, bucket: int) -> None:
    best = optimum(problem)
    for own in ({}, {"crews": 1, "slots": 1}, {"queue": 1, "gate": 2, "airside": 1, "board": 1}):
        assert bound(problem, bucket, own).value >= best - 1e-6
    assert bound(problem.pooled(), bucket).value >= optimum(problem.pooled()) - 1e-6
    try:
        made = plan(problem, seconds=20)
    except (InfeasibleError, PlanInputError):
        return
    document = json.loads(json.dumps(made.to_json()))
    assert check(document).faults == ()
    assert made.draft.value <= best + 1e-6
    assert made.objective.value >= best - 1e-6
    assert made.draft.people <= made.people.total
    assert all(n <= m for n, m in zip(made.draft.by_class, made.people.by_class, strict=True))
    assert made.draft.value >= 0.9 * best - 0.5


@given(st.lists(st.floats(-5, 5), min_size=400, max_size=400), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_any_multipliers_prove_something_true(multipliers: list[float], bucket: int) -> None:
    problem = operation()
    hourly = formulate(problem)
    small = relaxed(hourly, even_buckets(problem.steps, bucket))
    y = np.resize(np.array(multipliers), small.programme.rows)
    assert -proved(hourly.programme, small.spread_rows(y)).value >= _OPTIMUM - 1e-6


_OPTIMUM = optimum(operation())


def test_prices_add_up_to_the_bound() -> None:
    found = bound(operation().pooled(), 2)
    assert sum(found.prices.values()) == pytest.approx(found.value)


def test_scarce_gates_have_the_price() -> None:
    found = bound(operation(gate=1, steps=12).pooled(), 1)
    assert found.binding == "gates"


def test_a_bucket_divides_the_crews_cycle() -> None:
    problem = operation(lifts=(lift(cycle=28),))
    assert all(28 % length == 0 for length in bucket_lengths(problem))


def test_a_what_if_is_a_new_solution() -> None:
    problem = operation(gate=2)
    gained = what_if(problem, "gates +100%")
    assert gained.after == people_at_most(changed(problem, "gates +100%"))
    assert gained.gain > 0
    assert what_if(problem, "havens +10%").gain == 0


def test_one_more_day_never_costs_anybody() -> None:
    problem = operation(gate=1)
    found = [people_at_most(changed(problem, f"days {d}")) for d in ("-0.25", "+0", "+1", "+2")]
    assert found == sorted(found)


def test_lifts_that_may_move_between_bases_are_covered_by_the_bound() -> None:
    problem = two_bases()
    fixed = max(optimum(with_homes(problem, n)) for n in range(3))
    free = bound(changed(problem, "rebasing allowed"), 1).value
    assert free >= fixed - 1e-6
    assert what_if(problem.pooled(), "rebasing allowed").gain >= 0
    made = plan(changed(problem, "rebasing allowed"), seconds=10)
    assert check(json.loads(json.dumps(made.to_json()))).faults == ()
    assert made.people.total >= plan(problem, seconds=10).draft.people
    assert "may move" in made.to_json()["assumptions"][0]


def test_a_lift_based_where_it_is_no_use_is_worth_moving() -> None:
    problem = with_homes(two_bases(beds=(0, 40)), 2)  # both lifts at the base without beds
    free = changed(problem, "rebasing allowed")
    assert bound(problem.pooled(), 1).value < bound(free.pooled(), 1).value - 1


def two_bases(beds: tuple[int, int] = (6, 40)) -> Problem:
    """Two bases, the first of them small; two lifts that may be at either."""
    planes = lift(to_origin=[[1, 2]], to_haven=[[2], [2]])
    return replace(
        operation(lifts=(planes,)),
        bases=("near", "far"),
        beds=np.array(beds),
        clear=np.array([2, 6]),
    )


def with_homes(problem: Problem, near: int) -> Problem:
    """So many of the two lifts at the near base, the others at the far one."""
    based = replace(problem.lifts[0], home=np.array([near, 2 - near]))
    return replace(problem, lifts=(based,))


def test_what_the_order_of_classes_costs_is_said() -> None:
    problem = operation(gate=2)
    made = plan(problem, seconds=10)
    order = made.to_json()["order"]
    assert order["any_flights"] == made.gap_people
    assert 0 <= order["same_flights"] <= order["any_flights"]


def test_words_that_are_no_change_are_refused() -> None:
    with pytest.raises(PlanInputError, match="is not a change"):
        changed(operation(), "morale +10%")


@given(operations())
@settings(max_examples=12, deadline=None)
def test_what_the_proof_takes_for_granted_holds_without_being_said(problem: Problem) -> None:
    """Each cap is implied by the rules: no column can be made greater than its cap."""
    hourly = formulate(problem)
    programme = hourly.programme
    most = replace(programme, cost=np.zeros(programme.columns))
    for block in hourly.column.values():
        chosen = block.ravel()[:: max(1, block.size // 3)]
        for j in chosen:
            most.cost[:] = 0
            most.cost[j] = -1
            found = solve(most, method="simplex")
            assert -found.value <= programme.cap[j] + 1e-6


@given(operations(), st.integers(1, 4))
@settings(max_examples=5, deadline=None)
def test_an_operation_made_smaller_bounds_the_operation(problem: Problem, far: int) -> None:
    lifts = tuple(
        replace(
            x,
            to_origin=np.repeat(x.to_origin, 2, axis=1),
            to_haven=np.array([[2, 2 + far], [2, 2 + far]])
            if (x.to_haven >= 0).any()
            else np.full((2, 2), -1),
        )
        for x in problem.lifts
    )
    twice = replace(
        problem,
        bases=("one", "other"),
        havens=("near", "far"),
        lifts=lifts,
        beds=np.append(problem.beds, 2),
        clear=np.append(problem.clear, 1),
        haven_day=np.append(problem.haven_day, 5),
        haven_places=np.append(problem.haven_places, 9),
    )
    small = merged(twice)
    assert (len(small.bases), len(small.havens)) == (1, 1)
    assert bound(small, 1).value >= optimum(twice) - 1e-6
