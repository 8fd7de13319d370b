"""Small random operations against every plan there is: ours is the best, no bound is below."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.bounds import bound, cycle_buckets
from safepassage.plan.check import check
from safepassage.plan.eager import eagerly
from safepassage.plan.errors import EngineError, InfeasibleError, PlanInputError
from safepassage.plan.exact import exact_ending, is_small, one_class
from safepassage.plan.formulation import formulate
from safepassage.plan.people import with_people
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.sharing import LEEWAYS, in_shares, shares_of
from safepassage.plan.solving import plan
from tests.plan.operations import lift, operation
from tests.plan.test_bound import operations, optimum


@given(operations())
@settings(max_examples=6, deadline=None)
def test_a_small_plan_is_the_best_there_is(problem: Problem) -> None:
    try:
        made = plan(problem, seconds=30)
    except (InfeasibleError, PlanInputError):
        return
    assert is_small(made.objective.formulation)
    best = optimum(problem)
    assert made.draft.value == pytest.approx(best, rel=1e-6, abs=1e-5)
    assert made.objective.value >= best - 1e-6
    assert check(json.loads(json.dumps(made.to_json()))).faults == ()


@st.composite
def tiny(draw: st.DrawFn) -> Problem:
    """One lift type, eight hours, one class: every set of launches can be tried."""
    one = lift(
        seats=draw(st.integers(2, 5)),
        fleet=1,
        crews=draw(st.sampled_from([None, 1])),
        cycle=draw(st.integers(2, 5)),
        to_haven=[[-1]],
    )
    return operation(
        steps=8,
        demand=[draw(st.lists(st.integers(0, 5), min_size=8, max_size=8))],
        gate=draw(st.lists(st.integers(0, 4), min_size=8, max_size=8)),
        slots=draw(st.sampled_from([1, 2])),
        runway=draw(st.integers(1, 3)),
        airside=draw(st.integers(1, 9)),
        beds=draw(st.integers(2, 12)),
        lifts=(one,),
    )


def every_way(problem: Problem) -> int:
    """The most people out over every set of launches, by trying each; no solver of launches."""
    hourly, best = formulate(problem.pooled()), 0
    for counts in itertools.product((1, 0), repeat=6):  # later launches leave too late
        sorties = [Sortie(0, 0, 0, t) for t, n in enumerate(counts) if n]
        if sum(counts) * problem.lifts[0].seats <= best:
            continue
        try:
            found = with_people(hourly, [np.array([1])], sorties)
        except EngineError:
            continue  # these launches break a rule
        best = max(best, found.people)
    return best


@given(tiny())
@settings(max_examples=4, deadline=None)
def test_people_out_are_as_many_as_by_trying_everything(problem: Problem) -> None:
    try:
        made = plan(problem.pooled(), seconds=20)
    except (InfeasibleError, PlanInputError):
        return
    best = every_way(problem)
    assert made.draft.people == best
    assert made.people.total >= best
    pooled = problem.pooled()
    assert bound(pooled, 3).value >= best - 1e-6
    assert bound(pooled, cycle_buckets(pooled)).value >= best - 1e-6


@given(operations())
@settings(max_examples=3, deadline=None)
def test_an_exact_ending_is_never_worse_and_keeps_the_beginning(problem: Problem) -> None:
    hourly = formulate(problem)
    made = eagerly(problem)
    draft = with_people(hourly, made.home, made.sorties)
    start = problem.steps // 2
    ended = exact_ending(one_class(problem), draft, start, 10)
    assert ended is not None
    early = [s for s in ended if s.launch < start]
    assert early == [s for s in draft.sorties if s.launch < start]
    assert with_people(hourly, draft.home, ended).people >= draft.people


@given(operations())
@settings(max_examples=5, deadline=None)
def test_a_pass_in_the_bounds_proportions_keeps_every_rule(problem: Problem) -> None:
    known = bound(problem.pooled(), cycle_buckets(problem))
    hourly = formulate(problem)
    for made in in_shares(problem, shares_of(known.formulation, known.values), LEEWAYS[:2]):
        draft = with_people(hourly, made.home, made.sorties)  # refuses what breaks a rule
        assert draft.value >= made.worth - 1 - 1e-6 * abs(made.worth)
        assert draft.people <= known.value + 1e-6
