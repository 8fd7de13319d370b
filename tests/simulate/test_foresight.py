"""Planning anew when a gate shuts, and knowing beforehand: what each may know, what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from safepassage.model.cause import CauseKind
from safepassage.planner.foreseeing import plan_on
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.foresight import (
    ANEW,
    AS_PLANNED,
    BEFOREHAND,
    Closure,
    closures_in,
    value_of_information,
)
from safepassage.simulate.odds import EVERYBODY
from safepassage.simulate.playing import play
from safepassage.simulate.repeatable import Whole
from tests.simulate.karr import asked, timetable

CAUSES = asked().operation.causes
SHUT = tuple(c.id for c in CAUSES if c.kind is not CauseKind.GATE_CLOSURE)
ONLY_CLOSURES = replace(asked(), without=SHUT, replications=2)
Document = Mapping[str, Any]


def test_closures_are_read_from_what_is_left_of_each_step() -> None:
    left = np.array([[1, 0.5, 0, 1, 1, 0], [1, 1, 1, 1, 1, 1]])
    assert list(closures_in(left)) == [Closure(0, 1, 3), Closure(0, 5, 6)]


def test_who_plans_anew_knows_closures_that_have_begun_and_no_others() -> None:
    told: list[tuple[int, Whole]] = []

    def listening(document: Document, step: int, gate: Whole) -> Document:
        told.append((step, gate))
        return document

    question = replace(ONLY_CLOSURES, document=timetable(), replications=1, seed="4")
    found = value_of_information(question, listening, at_least_hours=0)
    planned = question.script().gate[:, : question.script().steps]
    *rolling, (first, every) = told
    assert rolling
    assert first == 0
    assert [step for step, _ in rolling] == sorted({step for step, _ in rolling})
    for step, gate in rolling:
        begun = every[:, : step + 1] != planned[:, : step + 1]
        assert (gate[:, : step + 1][begun] == every[:, : step + 1][begun]).all()
        shut = list(closures_in(np.where(gate < planned, 0.0, 1.0)))
        assert all(c.first <= step for c in shut)
    assert found.gains[f"{BEFOREHAND} less {AS_PLANNED}"][EVERYBODY].value == 0


def test_a_plan_that_is_not_found_leaves_the_one_in_force() -> None:
    question = replace(ONLY_CLOSURES, document=timetable())
    found = value_of_information(question, lambda *_: None)
    assert found.failed > 0
    assert found.people_out[ANEW] == found.people_out[AS_PLANNED]


def test_where_only_gates_shut_a_plan_that_knows_it_comes_true_to_the_person() -> None:
    plans: list[Document] = []

    def planning(document: Document, step: int, gate: Whole) -> Document | None:
        made = plan_on(document, step, gate)
        assert made is not None
        plans.append(made)
        return made

    question = replace(ONLY_CLOSURES, replications=1)
    found = value_of_information(question, planning, at_least_hours=0)
    for arm, document in ((ANEW, plans[-2]), (BEFOREHAND, plans[-1])):
        promised = sum(sum(s["aboard"].values()) for s in document["sorties"])
        assert found.people_out[arm][EVERYBODY].value == promised
    assert found.gains[f"{BEFOREHAND} less {AS_PLANNED}"][EVERYBODY].value >= 0


def test_the_plan_in_force_meets_the_luck_of_the_run() -> None:
    question = replace(asked(), document=timetable(), replications=2)
    found = value_of_information(question, lambda document, *_: document)
    played = play(question.script(), question.causes, question.policy, question.seed, range(2))
    mean = played.out[:, :, -1].sum(axis=1).mean()
    assert found.people_out[AS_PLANNED][EVERYBODY].value == pytest.approx(mean)


@pytest.mark.parametrize(
    ("change", "hours", "said"),
    [
        ({"without": tuple(c.id for c in CAUSES)}, 2.0, "no cause that is at work shuts a gate"),
        ({"replications": 5000}, 2.0, "each is planned several times"),
        ({}, float("nan"), "write 0 or more"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    change: dict[str, Any], hours: float, said: str
) -> None:
    with pytest.raises(SimulationError, match=said):
        value_of_information(replace(asked(), **change), lambda *_: None, at_least_hours=hours)
