"""The recount finds nothing in a sound plan and every kind of planted fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from safepassage.plan.check import check
from safepassage.plan.document import problem_of
from safepassage.plan.solving import plan
from tests.plan.operations import operation

Document = dict[str, Any]


@pytest.fixture(scope="module")
def sound() -> Document:
    """A plan as it is read from its file."""
    document: Document = json.loads(json.dumps(plan(operation(steps=24, beds=25)).to_json()))
    return document


def test_a_sound_plan_has_no_fault(sound: Document) -> None:
    found = check(sound)
    assert found.faults == ()
    assert found.people == sound["people_out"]["total"] > 20
    assert sound["onward"]


def test_the_question_survives_the_file(sound: Document) -> None:
    from safepassage.plan.document import problem_json

    assert problem_json(problem_of(sound)) == sound["problem"]


def _more_at_the_gate(d: Document) -> None:
    d["passages"][0]["people"] += 9


def _a_passage_before_anybody_came(d: Document) -> None:
    d["problem"]["demand"][0][0] = [0] * 24


def _a_shut_gate(d: Document) -> None:
    d["problem"]["gates"][0]["people"] = [0] * 24


def _an_overfull_lift(d: Document) -> None:
    d["problem"]["lifts"][0]["seats"] = 3


def _fewer_slots(d: Document) -> None:
    d["problem"]["slots"] = [[0.5] * 24]


def _a_slower_runway(d: Document) -> None:
    d["problem"]["runway"] = [[0] * 24]


def _a_smaller_fleet(d: Document) -> None:
    d["problem"]["lifts"][0]["fleet"] = 1


def _a_lift_out_of_nowhere(d: Document) -> None:
    d["basing"]["plane"] = {}


def _one_crew(d: Document) -> None:
    d["problem"]["lifts"][0]["crews"] = 1


def _fewer_beds(d: Document) -> None:
    d["problem"]["bases"][0]["beds"] = 5


def _slower_clearing(d: Document) -> None:
    d["problem"]["bases"][0]["clears"] = 1


def _onward_without_clearing(d: Document) -> None:
    d["clearing"] = []


def _a_fuller_haven(d: Document) -> None:
    d["problem"]["havens"][0]["places"] = 3


def _a_small_airside(d: Document) -> None:
    d["problem"]["airside"] = [0]


def _left_airside(d: Document) -> None:
    d["sorties"].pop()


def _half_a_person(d: Document) -> None:
    d["passages"][0]["people"] = 0.5


def _too_late(d: Document) -> None:
    d["sorties"][0]["launch"] = 23


def _an_unknown_base(d: Document) -> None:
    d["sorties"][0]["base"] = "nowhere"


def _between_two_waves(d: Document) -> None:
    d["onward"][0]["launch"] += 1


def _a_boast(d: Document) -> None:
    d["people_out"]["by_class"]["class-1"] += 1


def _a_false_bound(d: Document) -> None:
    d["bound"]["people"] = 3


def _prices_that_do_not_add_up(d: Document) -> None:
    d["bound"]["prices"][0]["people"] += 50


PLANTED: list[tuple[Callable[[Document], None], str]] = [
    (_more_at_the_gate, "gates"),
    (_a_shut_gate, "gates"),
    (_a_passage_before_anybody_came, "queue"),
    (_an_overfull_lift, "seats"),
    (_fewer_slots, "slots"),
    (_a_slower_runway, "runway"),
    (_a_smaller_fleet, "fleet"),
    (_a_lift_out_of_nowhere, "fleet"),
    (_one_crew, "crews"),
    (_fewer_beds, "beds"),
    (_slower_clearing, "clearing"),
    (_onward_without_clearing, "clearing"),
    (_a_fuller_haven, "havens"),
    (_a_small_airside, "airside"),
    (_left_airside, "deadline"),
    (_half_a_person, "whole people"),
    (_too_late, "deadline"),
    (_an_unknown_base, "names"),
    (_between_two_waves, "waves"),
    (_a_boast, "claims"),
    (_a_false_bound, "claims"),
    (_prices_that_do_not_add_up, "claims"),
]


@pytest.mark.parametrize(("plant", "rule"), PLANTED, ids=[p.__name__[1:] for p, _ in PLANTED])
def test_a_planted_fault_is_found(
    sound: Document, plant: Callable[[Document], None], rule: str
) -> None:
    document = copy.deepcopy(sound)
    plant(document)
    assert rule in {f.rule for f in check(document).faults}
