"""What has to be met besides getting people out: a rear guard, inbound loads; lifts that move."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.bounds import bound, cycle_buckets
from safepassage.plan.check import check
from safepassage.plan.document import problem_json, problem_of
from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.moving import without_idle_moves
from safepassage.plan.past import Past
from safepassage.plan.problem import Guard, Need, Problem, Sortie
from safepassage.plan.rolling import roll
from safepassage.plan.solving import Plan, plan
from tests.plan.operations import lift, operation
from tests.plan.test_bound import operations, optimum, two_bases


def solved(problem: Problem, seconds: float = 10) -> tuple[Plan, dict[str, Any]]:
    """A plan and its document, recounted."""
    made = plan(problem, seconds=seconds)
    document: dict[str, Any] = json.loads(json.dumps(made.to_json()))
    assert check(document).faults == ()
    assert problem_json(problem_of(document)) == document["problem"]
    return made, document


def guarded(problem: Problem, people: int = 8, holds: int = 0, is_last: bool = False) -> Problem:
    return replace(problem, guards=(Guard("force", 0, people, holds, is_last),))


def needing(problem: Problem, amount: int, by: int, in_tonnes: bool = True) -> Problem:
    lifts = tuple(replace(x, payload=4) for x in problem.lifts)
    return replace(problem, lifts=lifts, needs=(Need("tents", 0, by, amount, in_tonnes),))


def test_a_rear_guard_takes_seats_from_others() -> None:
    problem = operation(gate=20, beds=200)
    alone, _ = solved(problem)
    shared, document = solved(guarded(problem))
    assert shared.draft.people < alone.draft.people
    assert shared.people.total < alone.people.total
    assert sum(s.get("guard", {}).get("force", 0) for s in document["sorties"]) == 8
    assert any("rear guard" in said for said in document["assumptions"])


def test_a_rear_guard_holds_until_it_may_leave() -> None:
    _, document = solved(guarded(operation(), holds=7))
    assert min(s["departs"] for s in document["sorties"] if s.get("guard")) >= 7


def test_who_leaves_last_leaves_after_everybody_else() -> None:
    _, document = solved(guarded(operation(), is_last=True))
    first = min(s["departs"] for s in document["sorties"] if s.get("guard"))
    assert max(s["departs"] for s in document["sorties"] if s["aboard"]) <= first


def test_a_rear_guard_that_cannot_leave_in_time_is_said_with_what_would_do() -> None:
    with pytest.raises(
        InfeasibleError, match=r"of 25 at most 20 .* leave 5 out, or let them begin"
    ):
        plan(guarded(operation(slots=9, beds=200), people=25, holds=8))


def test_what_is_needed_is_flown_in_on_the_way_to_fetch_people() -> None:
    _, document = solved(needing(operation(), amount=10, by=9))
    assert sum(s.get("inbound", {}).get("tents", 0) for s in document["sorties"]) == 10


def test_people_on_the_way_in_take_seats_on_the_way_in_only() -> None:
    made, _ = solved(operation())
    both, document = solved(needing(operation(), amount=15, by=11, in_tonnes=False))
    assert both.draft.people == made.draft.people
    assert any("way in only" in said for said in document["assumptions"])


def test_a_load_before_anybody_waits_costs_a_crew() -> None:
    late = [[0] * 6 + [40] + [0] * 5]
    problem = operation(demand=late, gate=40, lifts=(lift(fleet=2, crews=2, cycle=10),), beds=90)
    made, _ = solved(problem)
    early, document = solved(needing(problem, amount=4, by=3))
    assert any(s["departs"] <= 3 and not s["aboard"] for s in document["sorties"])
    assert early.draft.people == made.draft.people - 10
    assert early.people.total < made.people.total


def test_more_than_can_be_flown_in_is_refused_with_what_can() -> None:
    with pytest.raises(InfeasibleError, match=r"at most 8 of the 20 tonnes of 'tents'.*ask for 8"):
        plan(needing(operation(slots=9), amount=20, by=5))


def test_each_can_be_met_alone_but_not_together() -> None:
    one = lift(fleet=1, crews=1, cycle=11)
    problem = needing(operation(lifts=(one,)), amount=4, by=4)
    with pytest.raises(InfeasibleError, match="not all of them together"):
        plan(guarded(problem, people=3, holds=8))


@st.composite
def demanding(draw: st.DrawFn) -> Problem:
    """A random operation with a rear guard and a load, some of which cannot be met."""
    problem = draw(operations())
    last, steps = draw(st.booleans()), problem.steps
    holds = 0 if last else draw(st.integers(0, steps - 1))
    problem = guarded(problem, draw(st.integers(1, 6)), holds, last)
    load = needing(
        problem, draw(st.integers(1, 8)), draw(st.integers(2, steps)), draw(st.booleans())
    )
    return load if draw(st.booleans()) else problem


@given(demanding())
@settings(max_examples=12, deadline=None)
def test_what_has_to_be_met_is_met_or_refused_and_the_bound_holds(problem: Problem) -> None:
    try:
        made, _ = solved(problem, 20)
    except (InfeasibleError, PlanInputError):
        return
    best = optimum(problem)
    assert made.draft.value == pytest.approx(best, rel=1e-6, abs=1e-5)
    assert made.objective.value >= best - 1e-6
    pooled = problem.pooled()
    assert bound(pooled, cycle_buckets(pooled)).value >= optimum(pooled) - 1e-6


def moving(problem: Problem) -> Problem:
    """Lifts that may move between the two bases, two steps under way."""
    between = np.array([[-1, 2], [2, -1]])
    return replace(
        problem,
        rebases=True,
        lifts=tuple(replace(x, to_base=between) for x in problem.lifts),
    )


def where_it_is_no_use() -> Problem:
    """Two lifts at a base without a bed; the other one has forty."""
    problem = two_bases(beds=(0, 40))
    based = replace(problem.lifts[0], home=np.array([2, 0]), crews=6)
    return moving(replace(problem, lifts=(based,)))


def test_a_lift_is_moved_to_where_there_are_beds() -> None:
    stays, _ = solved(replace(where_it_is_no_use(), rebases=False))
    moves, document = solved(where_it_is_no_use())
    assert moves.draft.people > stays.draft.people
    assert {(m["from"], m["to"]) for m in document["moves"]} == {("near", "far")}
    assert moves.people.total >= moves.draft.people


def test_a_move_that_nothing_needs_is_left_out() -> None:
    problem = where_it_is_no_use()
    there = Sortie(0, 0, 1, 0, is_ferry=True)
    flown = Sortie(0, 1, 0, 4)
    home = [np.array([2, 0])]
    assert without_idle_moves(problem, home, [there, there, flown]) == [flown, there]
    back = Sortie(0, 1, 0, 8, is_ferry=True)
    assert without_idle_moves(problem, home, [there, back]) == []


def test_the_bound_covers_every_plan_that_moves_lifts() -> None:
    from safepassage.plan.formulation import formulate
    from safepassage.plan.linear import solve

    problem = where_it_is_no_use()
    programme = formulate(problem, ferries=True).programme
    programme.upper[:] = np.minimum(programme.upper, programme.cap)
    flown = solve(programme, method="mip", whole=np.arange(programme.columns), seconds=60)
    assert bound(problem, 4).value >= -flown.value - 1e-6


def test_planning_on_keeps_what_has_to_be_met() -> None:
    problem = guarded(needing(operation(steps=20), amount=6, by=12), holds=12)
    made, _ = solved(problem)
    draft, step = made.draft, 8
    past = Past(
        step,
        problem,
        draft.home,
        [s for s in draft.sorties if s.launch < step],
        np.where(np.arange(20) < step, draft.passed, 0),
        np.where(np.arange(20) < step, draft.boarded, 0),
        np.where(np.arange(20) < step, draft.carried, 0),
        np.where(problem.waves < step, draft.sent_on, 0),
    )
    rolled = roll(past, draft.passed, draft.sorties)
    assert rolled.draft.guarded.sum() == 8
    assert sum(load[0] for load in rolled.draft.inbound.values()) >= 6
    assert rolled.draft.people == draft.people
