"""What the demand file says about lifts: seats, what a type is used for, who chooses the bases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from safepassage.model.ids import CategoryId
from safepassage.model.operation import Category
from safepassage.plan.errors import PlanInputError
from safepassage.plan.problem import Lift, Problem
from safepassage.plan.setup import set_up
from tests.planner.island import OPERATION

PEOPLE = [{"class": "evacuee", "origin": "strip", "number": 100}]


def island(**more: Any) -> Problem:
    demand = {"starts_at": "2031-05-05T00:00Z", "people": PEOPLE, **more}
    return set_up(OPERATION, demand).problem


def lift(problem: Problem, kind: str) -> Lift:
    return next(x for x in problem.lifts if x.id.startswith(kind))


def test_seats_may_be_what_was_really_carried() -> None:
    problem = island(lifts={"prop": {"seats": 30}})
    assert (lift(problem, "prop").seats, lift(problem, "jet").seats) == (30, 90)


def test_a_type_may_serve_one_side_only() -> None:
    problem = island(lifts={"prop": {"ways": "in"}, "jet": {"ways": "onward"}})
    assert (lift(problem, "prop").to_haven < 0).all()
    assert (lift(problem, "jet").to_origin < 0).all()
    assert (lift(problem, "prop").to_origin >= 0).any()


def test_a_type_that_is_not_used_is_not_planned() -> None:
    assert [x.id for x in island(lifts={"jet": {"ways": "none"}}).lifts] == ["prop/guard/levin"]


def test_the_planner_may_choose_the_bases() -> None:
    assert lift(island(), "prop").home is not None
    assert all(x.home is None for x in island(basing="free").lifts)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"lifts": {"boat": {"seats": 3}}}, "no lift type 'boat'"),
        ({"lifts": {"jet": {"ways": "out"}}}, "ways as one of"),
        ({"lifts": {"jet": {"wings": 2}}}, "write seats"),
        ({"lifts": {"jet": {"seats": 2.5}}}, "whole number"),
        ({"basing": "anywhere"}, "stated .* or free"),
    ],
)
def test_what_cannot_be_meant_is_refused(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanInputError, match=sentence):
        island(**more)


def guarded_island(**more: Any) -> Problem:
    staff = Category(id=CategoryId("force"), name="Force", staff=True, order=9)
    operation = replace(OPERATION, categories=(*OPERATION.categories, staff))
    demand = {"starts_at": "2031-05-05T00:00Z", "people": PEOPLE, **more}
    return set_up(operation, demand).problem


def test_a_rear_guard_leaves_after_everybody_unless_an_instant_is_given() -> None:
    (last,) = guarded_island(rear_guard=[{"origin": "strip", "number": 30}]).guards
    assert (last.name, last.people, last.is_last) == ("force", 30, True)
    held = {"number": 30, "class": "force", "holds_until": "2031-05-06T00:30Z"}
    (timed,) = guarded_island(rear_guard=[held]).guards
    assert (timed.holds, timed.is_last) == (25, False)


def test_loads_come_in_by_an_instant_on_lifts_that_have_the_payload() -> None:
    problem = guarded_island(
        lifts={"prop": {"tonnes": 4}},
        inbound=[
            {"id": "pumps", "tonnes": 9, "by": "2031-05-05T12:00Z", "from": "levin"},
            {"people": 60},
        ],
    )
    pumps, people = problem.needs
    assert (pumps.by, pumps.amount, pumps.in_tonnes, pumps.base) == (12, 9, True, 0)
    assert (people.by, people.in_tonnes, people.base) == (problem.steps - 1, False, None)
    assert [x.payload for x in problem.lifts] == [4, 0]


def test_lifts_move_where_the_demand_says_so_and_a_way_is_known() -> None:
    assert not island().rebases
    problem = guarded_island(rebasing=True)
    assert problem.rebases
    assert all(not x.ferries for x in problem.lifts)  # no leg, and the island's havens have no map


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"rear_guard": [{"number": 3, "class": "evacuee"}]}, "no staff category 'evacuee'"),
        ({"rear_guard": [{"number": 3, "origin": "moon"}]}, "no origin 'moon'"),
        ({"rear_guard": [{"number": 3, "holds_until": "2031-06-01T00:00Z"}]}, "earlier instant"),
        ({"rear_guard": [{"number": 3}, {"number": 4}]}, "there twice"),
        ({"rear_guard": [{"count": 3}]}, "unknown field 'count'"),
        ({"rear_guard": 30}, "write a list"),
        ({"inbound": [{"tonnes": 3}]}, "write lifts.<type>.tonnes"),
        ({"inbound": [{"tonnes": 3, "people": 4}]}, "either tonnes or people"),
        ({"inbound": [{"people": 4, "by": "2031-05-04T00:00Z"}]}, "not between"),
        ({"inbound": [{"people": 4, "from": "moon"}]}, "no base 'moon'"),
        ({"inbound": [{"people": 4.5}]}, "whole number"),
        ({"rebasing": "often"}, "write true"),
        ({"lifts": {"prop": {"tonnes": -1}}}, "zero or more"),
    ],
)
def test_a_requirement_that_cannot_be_meant_is_refused(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanInputError, match=sentence):
        guarded_island(**more)
