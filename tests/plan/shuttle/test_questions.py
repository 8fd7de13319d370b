"""Shuttle questions that cannot be planned with are refused in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.shuttle.setup import estimates_of, set_up
from safepassage.plan.shuttle.solving import solve
from tests.plan.shuttle.islands import Question, boat, island

HARBOUR_ONLY = island()["distances"][:3]


def changed(change: Callable[[Question], Any]) -> Question:
    """The island with something wrong in it."""
    question = island()
    change(question)
    return question


WRONG: dict[str, Callable[[Question], Any]] = {
    r"vehicles ferry: speed_empty is -4; write": lambda q: q["vehicles"][0].update(speed_empty=-4),
    r"speed_loaded is 0: it never arrives": lambda q: q["vehicles"][0].update(speed_loaded=0),
    r"seats is 0: it fetches nobody": lambda q: q["vehicles"][0].update(seats=0),
    r"seats is 2.5; write a whole number": lambda q: q["vehicles"][0].update(seats=2.5),
    r"north-bay: people is '50'; write": lambda q: q["places"][0].update(people="50"),
    r"south-pier: no distance leads to it": lambda q: q.update(distances=q["distances"][:2]),
    r"'wharf' is neither a dock": lambda q: q["distances"][0].update(to="wharf"),
    r"not_at names 'wharf'": lambda q: q["vehicles"][0].update(not_at=["wharf"]),
    r"places: give a list": lambda q: q.pop("places"),
    r"unknown part 'speed'": lambda q: q["vehicles"][0].update(speed=9),
    r"'ferry' stands there twice": lambda q: q["vehicles"][1].update(id="ferry"),
    r"has two distances": lambda q: q["distances"].append(
        {"from": "harbour", "to": "north-pier", "distance": 13}
    ),
    r"use one unit": lambda q: q["distances"][0].update(distance=1e9),
    r"harbour is a dock where people wait": lambda q: q["places"][0]["docks"].append("harbour"),
    r"docks is no list of names": lambda q: q["places"][0].update(docks="north-pier"),
    r"ready_at_minute is None": lambda q: q["vehicles"][0].update(ready_at_minute=None),
    r"vehicles\[0\]: write its parts": lambda q: q.update(vehicles=["ferry"]),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_value_is_named_with_its_remedy(said: str) -> None:
    with pytest.raises(PlanInputError, match=said):
        set_up(changed(WRONG[said]))


def test_people_whom_no_vehicle_may_fetch_are_named() -> None:
    ferry = boat("ferry", 20, not_at=["south-pier"])
    with pytest.raises(InfeasibleError, match="south-bay: 12 people wait there and no vehicle"):
        solve(set_up(island(vehicles=[ferry])))


def test_a_vehicle_that_gets_stuck_is_told_where_ways_are_missing() -> None:
    one_way = [
        {"from": "harbour", "to": "north-pier", "distance": 5},
        {"from": "north-pier", "to": "marina", "distance": 5},
    ]
    places = [{"id": "north-bay", "people": 50, "docks": ["north-pier"]}]
    question = island(distances=one_way, places=places, vehicles=[boat("ferry", 20)])
    with pytest.raises(InfeasibleError, match="the distance from every haven"):
        solve(set_up(question))


@pytest.mark.parametrize(
    ("estimates", "said"),
    [
        (None, "give every_minutes and people"),
        ({"every_minutes": 0, "people": {}}, "every_minutes is 0"),
        ({"every_minutes": 9, "people": {"north-bay": [50]}}, "one list for each of"),
        (
            {"every_minutes": 9, "people": {"north-bay": [1, 50], "south-bay": [12]}},
            "the same number of counts",
        ),
        (
            {"every_minutes": 9, "people": {"north-bay": [49], "south-bay": [12]}},
            "the last count of a place must be its people",
        ),
    ],
)
def test_counts_that_cannot_be_used_are_refused(estimates: Any, said: str) -> None:
    question = island(estimates=estimates)
    with pytest.raises(PlanInputError, match=said):
        estimates_of(question, set_up(question))
