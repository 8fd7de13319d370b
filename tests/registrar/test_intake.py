"""The intake queue: read is not handled, and every figure names its stage."""

from __future__ import annotations

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.register.judgement import Verdict
from safepassage.registrar import NotAllowedError, Stage
from tests.registrar.conftest import CASE_OFFICER, GATE_OFFICER, REGISTRAR, Desk
from tests.registrar.test_judging import EMBASSY, MINISTRY, the_pair


def stages(desk: Desk) -> dict[Stage, int]:
    return {s.stage: s.count for s in desk.registrar.intake(CASE_OFFICER).stages if s.count}


def test_a_request_is_received_with_its_list_and_handled_only_when_somebody_was_told(
    desk: Desk,
) -> None:
    desk.take(EMBASSY)
    first, second = desk.person_ids()
    assert stages(desk) == {Stage.RECEIVED: 2}
    for stage in (Stage.READ, Stage.TRIAGED, Stage.DECIDED):
        assert not desk.registrar.move(CASE_OFFICER, first, stage).is_handled
    assert desk.registrar.move(CASE_OFFICER, first, Stage.TOLD).is_handled
    assert stages(desk) == {Stage.RECEIVED: 1, Stage.TOLD: 1}
    assert [view.person for view in desk.registrar.intake(CASE_OFFICER).waiting] == [second]


def test_reading_again_does_not_take_a_request_back(desk: Desk) -> None:
    desk.take(EMBASSY)
    person = desk.person_ids()[0]
    desk.registrar.move(CASE_OFFICER, person, Stage.DECIDED)
    assert desk.registrar.move(CASE_OFFICER, person, Stage.READ).stage is Stage.DECIDED


def test_the_age_of_a_stage_counts_from_when_it_was_reached(desk: Desk) -> None:
    desk.take(EMBASSY)
    person = desk.person_ids()[0]
    before = desk.clock.now
    view = desk.registrar.move(CASE_OFFICER, person, Stage.READ)
    assert view.received_at < before < view.since
    (read,) = (s for s in desk.registrar.intake(CASE_OFFICER).stages if s.stage is Stage.READ)
    assert read.oldest is not None
    assert read.oldest.total_seconds() <= 5


def test_a_merged_person_was_told_once_and_an_unmerged_one_is_as_before(desk: Desk) -> None:
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(MINISTRY, "list-b", "ministry")
    person = desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02").hits[0].person
    desk.registrar.move(CASE_OFFICER, person, Stage.TOLD)
    assert stages(desk) == {Stage.RECEIVED: 3, Stage.TOLD: 1}
    desk.registrar.judge(REGISTRAR, the_pair(desk), Verdict.SAME, "her band")
    assert stages(desk) == {Stage.RECEIVED: 2, Stage.TOLD: 1}
    desk.registrar.undo(REGISTRAR)
    assert stages(desk) == {Stage.RECEIVED: 3, Stage.TOLD: 1}


def test_nobody_says_that_a_request_was_received_and_only_case_workers_move_one(
    desk: Desk,
) -> None:
    desk.take(EMBASSY)
    person = desk.person_ids()[0]
    with pytest.raises(InvalidFactError, match="taken in"):
        desk.registrar.move(CASE_OFFICER, person, Stage.RECEIVED)
    with pytest.raises(NotAllowedError):
        desk.registrar.move(GATE_OFFICER, person, Stage.TOLD)
