"""What the demand file says about lifts: seats, what a type is used for, who chooses the bases."""

from __future__ import annotations

from typing import Any

import pytest

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
