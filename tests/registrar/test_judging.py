"""People decide about pairs; what they decided is kept, counts, and can be taken back exactly."""

from __future__ import annotations

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import PersonId
from safepassage.register.judgement import Pair, Verdict
from safepassage.registrar import NotAllowedError, RegistrarError, UnknownSubjectError
from safepassage.store.errors import StoreError
from tests.registrar.conftest import GATE_OFFICER, REGISTRAR, SECOND, Desk

EMBASSY = """
    Name          | Date of birth
    Amira Noorzai | 1984-03-02
    Babur Noorzai | 1982-07-19
"""
MINISTRY = """
    Name          | Date of birth
    Amira Noorzai | 1984
    Farid Haidari | 1990-01-05
"""


@pytest.fixture
def two_lists(desk: Desk) -> Desk:
    """Two lists that may name the same woman."""
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(MINISTRY, "list-b", "ministry")
    return desk


def the_pair(desk: Desk) -> Pair:
    (question,) = desk.registrar.queue(REGISTRAR).questions
    return question.pair


def test_a_pair_that_may_be_one_person_waits_for_somebody(two_lists: Desk) -> None:
    queue = two_lists.registrar.queue(REGISTRAR)
    assert queue.waiting == 1
    (question,) = queue.questions
    assert {question.left.sponsor, question.right.sponsor} == {"embassy", "ministry"}
    assert sum(bar.weight for bar in question.bars) == question.weight
    assert "name" in question.sentence


def test_same_makes_one_person_under_the_older_id(two_lists: Desk) -> None:
    before = two_lists.person_ids()
    judged = two_lists.registrar.judge(REGISTRAR, the_pair(two_lists), Verdict.SAME, "her band")
    (person,) = judged.persons
    view = two_lists.registrar.person(REGISTRAR, person)
    assert [r.record.born.written for r in view.records if r.record.born] == ["1984-03-02", "1984"]
    assert view.id == view.records[0].person
    (younger,) = view.redirects
    assert {view.id, younger} <= set(before)
    assert two_lists.registrar.person(REGISTRAR, younger).id == view.id
    assert two_lists.registrar.queue(REGISTRAR).waiting == 0


def test_undo_gives_every_record_back_the_id_it_had(two_lists: Desk) -> None:
    before = two_lists.persons()
    two_lists.registrar.judge(REGISTRAR, the_pair(two_lists), Verdict.SAME, "her band")
    assert len(two_lists.persons()) == len(before) - 1
    two_lists.registrar.undo(REGISTRAR)
    assert two_lists.persons() == before
    assert two_lists.registrar.queue(REGISTRAR).waiting == 1


def test_undo_takes_back_one_judgement_and_what_stood_before_it_stands_again(
    two_lists: Desk,
) -> None:
    pair = the_pair(two_lists)
    two_lists.registrar.judge(SECOND, pair, Verdict.SAME, "asked her")
    two_lists.registrar.judge(REGISTRAR, pair, Verdict.NOT_SAME, "two women")
    assert len(two_lists.person_ids()) == 4
    two_lists.registrar.undo(REGISTRAR)
    assert len(two_lists.person_ids()) == 3


def test_an_undo_can_be_undone(two_lists: Desk) -> None:
    pair = the_pair(two_lists)
    judged = two_lists.registrar.judge(REGISTRAR, pair, Verdict.SAME, "asked her")
    undone = two_lists.registrar.undo(REGISTRAR, judged.judgement.id)
    two_lists.registrar.undo(REGISTRAR, undone.judgement.id)
    assert len(two_lists.person_ids()) == 3
    with pytest.raises(RegistrarError, match="already"):
        two_lists.registrar.undo(REGISTRAR, undone.judgement.id)


def test_not_the_same_survives_a_rebuild(two_lists: Desk) -> None:
    two_lists.registrar.judge(REGISTRAR, the_pair(two_lists), Verdict.NOT_SAME, "two women")
    before = two_lists.persons()
    two_lists.registrar.rebuild(REGISTRAR)
    assert two_lists.persons() == before
    assert two_lists.registrar.queue(REGISTRAR).waiting == 0


def test_not_the_same_takes_apart_what_the_machine_merged(desk: Desk) -> None:
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(EMBASSY, "list-b", "ministry")
    assert len(desk.person_ids()) == 2
    person = desk.registrar.search(REGISTRAR, "Amira Noorzai 1984").hits[0].person
    one, other = desk.registrar.person(REGISTRAR, person).records
    pair = (one.record.id, other.record.id)
    desk.registrar.judge(REGISTRAR, pair, Verdict.NOT_SAME, "twins of one name")
    assert len(desk.person_ids()) == 3
    desk.registrar.rebuild(REGISTRAR)
    assert len(desk.person_ids()) == 3


def test_who_could_not_tell_is_not_asked_again_but_others_are(two_lists: Desk) -> None:
    two_lists.registrar.judge(REGISTRAR, the_pair(two_lists), Verdict.UNSURE, "cannot tell")
    assert two_lists.registrar.queue(REGISTRAR).waiting == 0
    assert two_lists.registrar.queue(SECOND).waiting == 1


def test_a_judgement_says_why_and_only_reviewers_judge(two_lists: Desk) -> None:
    pair = the_pair(two_lists)
    with pytest.raises(InvalidFactError, match="why"):
        two_lists.registrar.judge(REGISTRAR, pair, Verdict.SAME, "  ")
    with pytest.raises(InvalidFactError, match="undo"):
        two_lists.registrar.judge(REGISTRAR, pair, Verdict.WITHDRAWN, "no")
    with pytest.raises(NotAllowedError):
        two_lists.registrar.judge(GATE_OFFICER, pair, Verdict.SAME, "looks like her")
    with pytest.raises(UnknownSubjectError):
        two_lists.registrar.undo(REGISTRAR, "judgement/none")


def test_a_judgement_keeps_who_why_and_under_which_model(two_lists: Desk) -> None:
    judged = two_lists.registrar.judge(REGISTRAR, the_pair(two_lists), Verdict.SAME, "her band")
    (view,) = two_lists.registrar.person(REGISTRAR, judged.persons[0]).judgements
    assert (view.judgement.by, view.judgement.why, view.judgement.model, view.counts) == (
        "registrar-1",
        "her band",
        "plain-1",
        True,
    )


def test_the_chain_of_judgements_shows_any_change(two_lists: Desk) -> None:
    two_lists.registrar.judge(REGISTRAR, the_pair(two_lists), Verdict.SAME, "her band")
    two_lists.registrar.undo(REGISTRAR)
    assert not two_lists.registrar.check(REGISTRAR)
    change = "UPDATE register_entry SET word = 'not-same' WHERE number = 1"
    with (
        pytest.raises(StoreError, match="only grows"),
        two_lists.place.writing() as connection,
    ):
        connection.exec_driver_sql(change)
    with two_lists.place.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER register_entry_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE register_entry DISABLE TRIGGER USER")
        connection.exec_driver_sql(change)
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("ALTER TABLE register_entry ENABLE TRIGGER USER")
    assert "from decision 1 on" in " ".join(two_lists.registrar.check(REGISTRAR))


FAMILY = """
    Family | Name         | Date of birth
    1      | Zahra Amiri  | 2001-02-03
    1      | Zahra Amiri  | 2001
"""


def test_two_of_one_family_are_made_one_only_by_two_reviewers(desk: Desk) -> None:
    desk.take(FAMILY)
    (question,) = desk.registrar.queue(REGISTRAR).questions
    assert question.is_one_family
    first = desk.registrar.judge(REGISTRAR, question.pair, Verdict.SAME, "named twice")
    assert not first.counts
    assert len(first.persons) == 2
    again = desk.registrar.judge(REGISTRAR, question.pair, Verdict.SAME, "I said so")
    assert not again.counts
    assert desk.registrar.queue(REGISTRAR).waiting == 0
    (waiting,) = desk.registrar.queue(SECOND).questions
    assert any(view.waits_for_second for view in waiting.said)
    second = desk.registrar.judge(SECOND, question.pair, Verdict.SAME, "asked the mother")
    assert second.counts
    assert len(second.persons) == 1
    assert set(second.persons) < set(first.persons)


def test_a_person_under_an_unknown_id_is_said_to_be_missing(desk: Desk) -> None:
    with pytest.raises(UnknownSubjectError, match="no person"):
        desk.registrar.person(REGISTRAR, PersonId("p-00"))
