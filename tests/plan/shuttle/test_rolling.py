"""Counts that change on the way: nothing is known before its hour, nothing begun is undone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.shuttle.problem import TICKS
from safepassage.plan.shuttle.recount import recount
from safepassage.plan.shuttle.rolling import counts_json, rolled
from safepassage.plan.shuttle.schedule import document
from safepassage.plan.shuttle.setup import estimates_of, set_up
from safepassage.plan.shuttle.solving import solve
from tests.plan.shuttle.islands import Question, island


def counted(*north: int, every: float = 30) -> Question:
    """The island with counts of the north bay; the last one is right."""
    question = island()
    question["places"][0]["people"] = north[-1]
    south = [12] * len(north)
    people = {"north-bay": list(north), "south-bay": south}
    return question | {"estimates": {"every_minutes": every, "people": people}}


def carried_out(question: Question) -> dict[str, Any]:
    """What replanning comes to, as it is read from its file."""
    problem = set_up(question)
    done = rolled(problem, *estimates_of(question, problem))
    more = {"counts": counts_json(done)}
    read: dict[str, Any] = json.loads(json.dumps(document(problem, done.trips, None, 0.0, more)))
    return read


@given(st.lists(st.integers(0, 60), min_size=1, max_size=4), st.sampled_from([10.0, 35.0]))
@settings(max_examples=8, deadline=None)
def test_everybody_is_fetched_whatever_the_counts_said(north: list[int], every: float) -> None:
    question = counted(*north, every=every)
    made = carried_out(question)
    assert recount(made).faults == ()
    assert made["ends_s"] * 1e6 >= solve(set_up(question)).end - 1


def test_a_count_that_was_right_at_once_costs_nothing() -> None:
    question = counted(50, 50, 50)
    assert round(carried_out(question)["ends_s"] * 1e6) == solve(set_up(question)).end


def test_what_begins_before_a_count_does_not_depend_on_it() -> None:
    early = [
        [t for t in carried_out(counted(30, 40, last))["trips"] if t["leaves_s"] < 2 * 30 * 60]
        for last in (40, 90)
    ]
    for trip in early[0] + early[1]:
        trip.pop("people")  # a vehicle takes who is there; where it goes was decided before
    assert early[0] == early[1]


def test_a_count_that_fell_does_not_empty_a_bay_that_is_full() -> None:
    made = carried_out(counted(60, 0, 60))
    assert made["counts"][1]["to_fetch"][0] > 0


def test_times_between_counts_are_whole_ticks() -> None:
    question = counted(1, 2, every=2.5)
    every, counts = estimates_of(question, set_up(question))
    assert every == 2.5 * TICKS
    assert np.array_equal(counts, [[1, 12], [2, 12]])
