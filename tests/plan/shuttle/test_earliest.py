"""Small islands against brute force: the plan is as early as any, no bound is above the optimum."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.errors import InfeasibleError
from safepassage.plan.linear import Programme
from safepassage.plan.shuttle.cover import Cover, is_hopeless, whole_box
from safepassage.plan.shuttle.problem import ShuttleProblem, minutes
from safepassage.plan.shuttle.recount import recount
from safepassage.plan.shuttle.schedule import document, trips_of
from safepassage.plan.shuttle.search import Search
from safepassage.plan.shuttle.setup import set_up
from safepassage.plan.shuttle.solving import Solved, solve
from safepassage.plan.shuttle.tours import TooManyToursError, tours
from tests.plan.shuttle.islands import Question, boat, island, islands, optimum

ROUNDING = 1e-5  # minutes that legs rounded up to a microsecond add up to


def written(solved: Solved) -> dict[str, Any]:
    """The plan as it is read from its file."""
    made = document(solved.problem, trips_of(solved), solved.bound, solved.cpu_seconds)
    read: dict[str, Any] = json.loads(json.dumps(made))
    return read


def planned(question: Question, **how: Any) -> Solved | None:
    """The plan of a question; None where nobody can be fetched, which brute force must confirm."""
    try:
        return solve(set_up(question), **how)
    except InfeasibleError:
        assert optimum(question) == float("inf")
        return None


@given(islands())
@settings(max_examples=30, deadline=None)
def test_the_plan_is_as_early_as_any_and_proved_so(question: Question) -> None:
    solved = planned(question)
    if solved is None:
        return
    best = optimum(question)
    assert minutes(solved.end) == pytest.approx(best, abs=ROUNDING)
    assert best - ROUNDING <= minutes(solved.bound) <= best + 1e-9
    found = recount(written(solved))
    assert found.faults == ()
    assert found.people == sum(p["people"] for p in question["places"])


@given(islands())
@settings(max_examples=30, deadline=None)
def test_no_bound_is_above_the_optimum_however_little_was_searched(question: Question) -> None:
    solved = planned(question, close_enough=1.0)
    if solved is None:
        return
    assert minutes(solved.bound) <= optimum(question) + 1e-9
    assert solved.bound <= solved.end
    assert recount(written(solved)).faults == ()


@given(st.lists(st.floats(-3, 3), min_size=40, max_size=40))
@settings(max_examples=50, deadline=None)
def test_no_multipliers_forbid_a_plan_that_there_is(multipliers: list[float]) -> None:
    assert not is_hopeless(_PROGRAMME, np.resize(np.array(multipliers), _PROGRAMME.rows))


def _at_the_optimum() -> Programme:
    problem = set_up(island())
    until = solve(problem).end
    cover = Cover(problem, [tours(problem, v, until).until(until) for v in (0, 1)])
    programme = cover.bounded(whole_box(problem))
    assert programme is not None
    return programme


_PROGRAMME = _at_the_optimum()


def test_minutes_by_hand() -> None:
    """The ferry: ready at 5, there 12, load 3, back 12, unload 3: 35, and 30 for each trip more."""
    one = island(
        vehicles=[boat("ferry", 25, loading_minutes=3, ready_at_minute=5, not_at=["north-beach"])],
        places=[{"id": "north-bay", "people": 50, "docks": ["north-pier", "north-beach"]}],
        distances=island()["distances"][:2],
        havens=["harbour"],
    )
    solved = solve(set_up(one))
    assert minutes(solved.end) == pytest.approx(65)
    assert [t["people"] for t in written(solved)["trips"]] == [25, 25]


def test_nobody_waiting_is_a_plan_without_trips() -> None:
    empty = island()
    for place in empty["places"]:
        place["people"] = 0
    solved = solve(set_up(empty))
    assert (solved.end, solved.bound, written(solved)["trips"]) == (0, 0, [])


def test_vehicles_alike_and_many_trips_are_settled_quickly() -> None:
    many = island(vehicles=[boat(f"launch-{n}", 4, start="marina") for n in range(4)])
    solved = solve(set_up(many), seconds=20)
    assert solved.gap < 1e-6
    assert recount(written(solved)).is_sound


def test_a_search_without_time_settles_nothing() -> None:
    problem = set_up(island())
    solved = solve(problem)
    outcome = Search(problem, solved.found, solved.end).run(1000, lambda: False)
    assert (outcome.choice, outcome.is_settled) == (None, False)


def test_a_search_before_the_optimum_is_a_proof() -> None:
    problem = set_up(island())
    solved = solve(problem)
    outcome = Search(problem, solved.found, solved.end - 1).run(100_000, lambda: True)
    assert (outcome.choice, outcome.is_settled) == (None, True)


def test_more_tours_than_can_be_looked_at_are_refused() -> None:
    problem: ShuttleProblem = set_up(island())
    with pytest.raises(TooManyToursError, match="ferry has more than 3 tours"):
        tours(problem, 0, 10**12, room=3)
