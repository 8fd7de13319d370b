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
from safepassage.plan.shuttle.first import first_plan
from safepassage.plan.shuttle.priced import priced_bound
from safepassage.plan.shuttle.problem import ShuttleProblem, minutes
from safepassage.plan.shuttle.recount import recount
from safepassage.plan.shuttle.schedule import document, trips_of
from safepassage.plan.shuttle.search import Search
from safepassage.plan.shuttle.setup import set_up
from safepassage.plan.shuttle.solving import Solved, solve
from safepassage.plan.shuttle.tours import TooManyToursError, Tours, tours
from tests.plan.shuttle.islands import Question, boat, island, islands, optimum

ROUNDING = 1e-5  # minutes that legs rounded up to a microsecond add up to


def written(solved: Solved) -> dict[str, Any]:
    """The plan as it is read from its file."""
    made = document(solved.problem, trips_of(solved), solved.bound, solved.cpu_seconds)
    read: dict[str, Any] = json.loads(json.dumps(made))
    return read


def until(problem: ShuttleProblem, end: int) -> list[Tours]:
    """The tours of each vehicle that end by a tick."""
    return [tours(problem, v, end) for v in range(len(problem.vehicles))]


def planned(question: Question, **how: Any) -> Solved | None:
    """The plan of a question; None where nobody can be fetched, which brute force must confirm."""
    try:
        return solve(set_up(question), **how)
    except InfeasibleError:
        assert optimum(question) == float("inf")
        return None


@given(islands())
@settings(max_examples=20, deadline=None)
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
@settings(max_examples=20, deadline=None)
def test_no_bound_is_above_the_optimum_however_little_was_searched(question: Question) -> None:
    solved = planned(question, close_enough=1.0)
    if solved is None:
        return
    assert minutes(solved.bound) <= optimum(question) + 1e-9
    assert solved.bound <= solved.end
    assert recount(written(solved)).faults == ()


@given(st.lists(st.floats(-3, 3), min_size=40, max_size=40))
@settings(max_examples=40, deadline=None)
def test_no_multipliers_forbid_a_plan_that_there_is(multipliers: list[float]) -> None:
    assert not is_hopeless(_PROGRAMME, np.resize(np.array(multipliers), _PROGRAMME.rows))


def _at_the_optimum() -> Programme:
    problem = set_up(island())
    end = solve(problem).end
    cover = Cover(problem, [found.until(end) for found in until(problem, end)])
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
    end = solve(problem).end
    outcome = Search(problem, until(problem, end), end).run(1000, lambda: False)
    assert (outcome.choice, outcome.is_settled) == (None, False)


def test_a_search_before_the_optimum_is_a_proof() -> None:
    problem = set_up(island())
    end = solve(problem).end
    outcome = Search(problem, until(problem, end), end - 1).run(100_000, lambda: True)
    assert (outcome.choice, outcome.is_settled) == (None, True)


def test_more_tours_than_can_be_looked_at_are_refused() -> None:
    with pytest.raises(TooManyToursError, match="ferry has more than 3 tours"):
        tours(set_up(island()), 0, 10**12, room=3)


@given(islands())
@settings(max_examples=20, deadline=None)
def test_a_bound_from_prices_is_not_above_the_optimum(question: Question) -> None:
    problem = set_up(question)
    first = first_plan(problem)
    if first is not None:
        bound = priced_bound(problem, first.end, lambda: True)
        assert minutes(bound) <= optimum(question) + 1e-9


def test_a_fleet_that_could_get_stuck_finds_its_way() -> None:
    """From the marina nothing leads on, so it must be the last haven of either boat."""
    legs = [
        {"from": "harbour", "to": "north-pier", "distance": 9, "both_ways": True},
        {"from": "north-pier", "to": "marina", "distance": 1},
    ]
    places = [{"id": "north-bay", "people": 9, "docks": ["north-pier"]}]
    question = island(distances=legs, places=places, vehicles=[boat("a", 2), boat("b", 3)])
    solved = solve(set_up(question))
    assert minutes(solved.end) == pytest.approx(optimum(question), abs=ROUNDING)


def test_fleets_with_too_many_tours_have_a_plan_and_a_bound_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    best = solve(set_up(island())).end
    monkeypatch.setattr("safepassage.plan.shuttle.solving.TOURS_MAX", 3)
    said: list[str] = []
    solved = solve(set_up(island()), tell=said.append)
    assert "ferry has more than 3 tours" in said[0]
    assert recount(written(solved)).faults == ()
    assert 0.8 * best <= solved.bound <= best <= solved.end
