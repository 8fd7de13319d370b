"""The recount finds nothing in a sound plan and every kind of planted fault, rule by rule."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safepassage.plan.check import RULES, check
from safepassage.plan.document import problem_of
from safepassage.plan.problem import Guard, Need
from safepassage.plan.solving import plan
from tests.plan.operations import lift, operation

Document = dict[str, Any]


@pytest.fixture(scope="module")
def sound() -> Document:
    """A plan as it is read from its file."""
    document: Document = json.loads(json.dumps(plan(operation(steps=24, beds=25)).to_json()))
    return document


@pytest.fixture(scope="module")
def demanding() -> Document:
    """A plan with a rear guard that leaves last, a load to fly in, and lifts that move."""
    planes = replace(
        lift(to_origin=[[1, 2]], to_haven=[[2], [2]], crews=6),
        payload=4,
        home=np.array([2, 0]),
        to_base=np.array([[-1, 2], [2, -1]]),
    )
    problem = replace(
        operation(steps=16, lifts=(planes,)),
        bases=("near", "far"),
        beds=np.array([0, 60]),
        clear=np.array([2, 6]),
        rebases=True,
        guards=(Guard("force", 0, 5, 10, is_last=True),),
        needs=(Need("tents", 0, 12, 5, in_tonnes=True),),
    )
    document: Document = json.loads(json.dumps(plan(problem).to_json()))
    return document


def test_a_sound_plan_has_no_fault(sound: Document, demanding: Document) -> None:
    found = check(sound)
    assert found.faults == ()
    assert found.people == sound["people_out"]["total"] > 20
    assert sound["onward"]
    assert check(demanding).faults == ()
    assert demanding["moves"]


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


def _a_shut_base(d: Document) -> None:
    s = d["sorties"][0]
    shut = {"place": s["base"], "to": "", "first": s["launch"], "end": s["launch"] + 1}
    d["problem"]["shut"] = [shut]


def _a_shut_way(d: Document) -> None:
    s = d["sorties"][0]
    shut = {"place": s["base"], "to": s["origin"], "first": s["launch"], "end": s["launch"] + 1}
    d["problem"]["shut"] = [shut]


def _a_shut_haven(d: Document) -> None:
    shut = {"place": d["onward"][0]["haven"], "to": "", "first": 0, "end": d["problem"]["steps"]}
    d["problem"]["shut"] = [shut]


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


def _a_boast_of_nobody_left(d: Document) -> None:
    d["left_behind"]["class-2"] += 1


def _a_class_bound_below_its_plan(d: Document) -> None:
    d["bound"]["by_class"]["class-1"] = 0


def _worth_more_than_can_be(d: Document) -> None:
    d["objective"]["plan"] = 1e9


def _a_way_that_nobody_flies(d: Document) -> None:
    d["problem"]["lifts"][0]["to_origin"] = [[-1]]


def _another_hour_of_departure(d: Document) -> None:
    d["sorties"][0]["departs"] += 1


def _nobody_below_zero(d: Document) -> None:
    d["clearing"][0]["people"] = -1


def _an_unknown_class(d: Document) -> None:
    d["sorties"][0]["aboard"]["crew"] = 1


def _an_unknown_gate(d: Document) -> None:
    d["passages"][0]["gate"] = "hole"


def _boards_without_having_passed(d: Document) -> None:
    d["passages"].pop(0)


def _too_many_in_a_day(d: Document) -> None:
    d["problem"]["havens"][0]["a_day"] = 1


def _too_many_onward(d: Document) -> None:
    d["onward"][0]["people"] = 11


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
    (_a_shut_base, "closures"),
    (_a_shut_way, "closures"),
    (_a_shut_haven, "closures"),
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
    (_a_boast_of_nobody_left, "claims"),
    (_a_class_bound_below_its_plan, "claims"),
    (_worth_more_than_can_be, "claims"),
    (_a_way_that_nobody_flies, "ways"),
    (_another_hour_of_departure, "times"),
    (_nobody_below_zero, "whole people"),
    (_an_unknown_class, "names"),
    (_an_unknown_gate, "names"),
    (_boards_without_having_passed, "airside"),
    (_too_many_in_a_day, "havens"),
    (_too_many_onward, "seats"),
    (_prices_that_do_not_add_up, "claims"),
]


@pytest.mark.parametrize(("plant", "rule"), PLANTED, ids=[p.__name__[1:] for p, _ in PLANTED])
def test_a_planted_fault_is_found(
    sound: Document, plant: Callable[[Document], None], rule: str
) -> None:
    document = copy.deepcopy(sound)
    plant(document)
    assert rule in {f.rule for f in check(document).faults}


def _sortie(d: Document, part: str) -> Document:
    found: Document = next(s for s in d["sorties"] if s.get(part))
    return found


def _a_guard_left_behind(d: Document) -> None:
    del _sortie(d, "guard")["guard"]


def _a_guard_that_leaves_too_early(d: Document) -> None:
    d["problem"]["guards"][0]["holds"] = 15


def _somebody_after_the_last(d: Document) -> None:
    sortie = max(d["sorties"], key=lambda s: s["departs"])
    sortie["aboard"]["class-2"] = 1
    first = min(d["sorties"], key=lambda s: s["departs"])
    first.setdefault("guard", {})["force"] = 1


def _a_guard_of_nobody(d: Document) -> None:
    d["sorties"][0].setdefault("guard", {})["band"] = 1


def _a_guard_without_seats(d: Document) -> None:
    _sortie(d, "guard")["guard"]["force"] += 10


def _a_load_that_stays_away(d: Document) -> None:
    del _sortie(d, "inbound")["inbound"]


def _a_load_that_comes_too_late(d: Document) -> None:
    d["problem"]["needs"][0]["by"] = 1


def _a_load_from_elsewhere(d: Document) -> None:
    base = _sortie(d, "inbound")["base"]
    d["problem"]["needs"][0]["base"] = "far" if base == "near" else "near"


def _a_load_above_the_payload(d: Document) -> None:
    d["problem"]["lifts"][0]["payload"] = 1


def _a_load_that_nobody_asked_for(d: Document) -> None:
    _sortie(d, "inbound")["inbound"]["pianos"] = 1


def _a_move_that_was_left_out(d: Document) -> None:
    d["moves"] = []


def _a_move_out_of_nowhere(d: Document) -> None:
    d["moves"] *= 3


def _a_move_where_lifts_keep_their_base(d: Document) -> None:
    d["problem"]["rebases"] = False


def _a_move_between_two_waves(d: Document) -> None:
    d["moves"][0]["launch"] += 1


def _a_move_without_a_way(d: Document) -> None:
    d["problem"]["lifts"][0]["to_base"] = None


def _a_move_after_the_deadline(d: Document) -> None:
    d["moves"][0]["launch"] = 16


def _moves_without_crews(d: Document) -> None:
    d["problem"]["lifts"][0]["crews"] = 1


def _a_move_to_nowhere(d: Document) -> None:
    d["moves"][0]["to"] = "moon"


DEMANDING: list[tuple[Callable[[Document], None], str]] = [
    (_a_guard_left_behind, "rear guard"),
    (_a_guard_that_leaves_too_early, "rear guard"),
    (_somebody_after_the_last, "rear guard"),
    (_a_guard_of_nobody, "names"),
    (_a_guard_without_seats, "seats"),
    (_a_load_that_stays_away, "inbound"),
    (_a_load_that_comes_too_late, "inbound"),
    (_a_load_from_elsewhere, "inbound"),
    (_a_load_above_the_payload, "inbound"),
    (_a_load_that_nobody_asked_for, "names"),
    (_a_move_that_was_left_out, "fleet"),
    (_a_move_out_of_nowhere, "fleet"),
    (_a_move_where_lifts_keep_their_base, "fleet"),
    (_a_move_between_two_waves, "waves"),
    (_a_move_without_a_way, "ways"),
    (_a_move_after_the_deadline, "deadline"),
    (_moves_without_crews, "crews"),
    (_a_move_to_nowhere, "names"),
]


@pytest.mark.parametrize(("plant", "rule"), DEMANDING, ids=[p.__name__[1:] for p, _ in DEMANDING])
def test_a_fault_in_what_has_to_be_met_is_found(
    demanding: Document, plant: Callable[[Document], None], rule: str
) -> None:
    document = copy.deepcopy(demanding)
    plant(document)
    assert rule in {f.rule for f in check(document).faults}


def test_every_rule_has_a_fault_planted_against_it_and_is_documented() -> None:
    assert {rule for _, rule in (*PLANTED, *DEMANDING)} == set(RULES)
    text = (Path(__file__).parents[2] / "docs" / "reference" / "plan-file.md").read_text("utf-8")
    for rule, meaning in RULES.items():
        assert f"| {rule} | {meaning} |" in text
