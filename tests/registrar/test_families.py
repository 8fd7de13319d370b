"""Families stay together until somebody decides otherwise; who goes first is kept with its why."""

from __future__ import annotations

from importlib import resources

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import AccountId, PersonId
from safepassage.register.family_values import Part
from safepassage.register.judgement import Verdict
from safepassage.registrar import NotAllowedError, UnknownSubjectError
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role, Viewer
from safepassage.store import register_journal
from tests.registrar.conftest import CASE_OFFICER, GATE_OFFICER, NOON, REGISTRAR, Desk
from tests.registrar.test_judging import the_pair

FAMILY = """
    Family | Name          | Relation | Sex | Date of birth | Phone        | Citizenship
    F1     | Amira Noorzai | head     | F   | 1984-03-02    | +93705550101 | AFG
    F1     | Omid Noorzai  | son      | M   | 2012-06-30    | +93705550101 | AFG
    F2     | Farid Haidari | head     | M   | 1990-01-05    | +93705550202 | USA
"""
AGAIN = "Name | Date of birth\n Amira Noorzai | 1984"


def person(desk: Desk, words: str) -> PersonId:
    return desk.registrar.search(REGISTRAR, words).hits[0].person


@pytest.fixture
def family(desk: Desk) -> Desk:
    """A mother and her son, and a man alone."""
    desk.take(FAMILY)
    return desk


def test_a_list_household_is_a_family_and_somebody_alone_is_one(family: Desk) -> None:
    found = family.registrar.families(CASE_OFFICER)
    assert sorted(len(f.members) for f in found) == [1, 2]
    amira, omid = person(family, "Amira Noorzai 1984"), person(family, "Omid Noorzai 2012")
    assert set(family.registrar.family(CASE_OFFICER, omid).members) == {amira, omid}


def test_a_split_is_a_decision_with_a_name_a_reason_and_both_whereabouts(family: Desk) -> None:
    amira, omid = person(family, "Amira Noorzai 1984"), person(family, "Omid Noorzai 2012")
    parts = [Part(frozenset({amira}), "gate-1"), Part(frozenset({omid}), "haven-1")]
    with pytest.raises(NotAllowedError):
        family.registrar.split_family(GATE_OFFICER, parts, "gate closed")
    with pytest.raises(InvalidFactError, match="reason"):
        family.registrar.split_family(CASE_OFFICER, parts, " ")
    apart = family.registrar.split_family(CASE_OFFICER, parts, "the gate closed between them")
    assert apart.members == (amira,)
    assert apart.apart_from == (omid,)
    (split,) = apart.decisions
    assert (split.decided_by, split.reason) == ("case-1", "the gate closed between them")
    family.registrar.rebuild(REGISTRAR)
    assert family.registrar.family(CASE_OFFICER, omid).members == (omid,)
    together = family.registrar.join_family(CASE_OFFICER, [amira, omid], "reunited at the haven")
    assert set(together.members) == {amira, omid}


def test_a_family_follows_a_merge_and_its_undoing(family: Desk) -> None:
    family.take(AGAIN, "list-b", "ministry")
    omid = person(family, "Omid Noorzai 2012")
    before = family.registrar.family(CASE_OFFICER, omid)
    alone = [f for f in family.registrar.families(CASE_OFFICER) if len(f.members) == 1]
    family.registrar.judge(REGISTRAR, the_pair(family), Verdict.SAME, "her band")
    assert family.registrar.family(CASE_OFFICER, omid).members == before.members
    left = [f for f in family.registrar.families(CASE_OFFICER) if len(f.members) == 1]
    assert len(left) == len(alone) - 1
    family.registrar.undo(REGISTRAR)
    assert family.registrar.families(CASE_OFFICER) is not None
    assert len(family.registrar.families(CASE_OFFICER)) == 3


def test_assessments_are_kept_with_rules_and_evidence_once_for_each_change(family: Desk) -> None:
    first, *_ = family.registrar.assess(CASE_OFFICER)
    farid = person(family, "Farid Haidari 1990")
    assert first.by == farid
    assert first.category.startswith("I-")
    family.registrar.assess(CASE_OFFICER)
    lines = [h for h in family.registrar.person(REGISTRAR, farid).history if h.kind == "priority"]
    assert [h.body["category"] for h in lines] == [first.category]
    assert lines[0].body["rules"] == family.registrar.rules().version
    assert any(test == "citizenship" for _, test, *_ in lines[0].body["findings"])
    with family.place.reading() as connection:
        words = [e.word for e in register_journal.entries(connection, "priority")]
    assert not any(first.category in word for word in words), "no category stands in the clear"
    with pytest.raises(NotAllowedError):
        family.registrar.assess(REGISTRAR)


def test_new_rules_are_kept_and_say_who_flips(family: Desk) -> None:
    farid = person(family, "Farid Haidari 1990")
    text = resources.files("safepassage.register.rules").joinpath("default.yaml").read_text("utf-8")
    older = family.registrar.rules()
    newer = (
        text.replace(older.version, "embassy-2")
        .replace("USA", "GBR")
        .replace("2021-08-14T00:00:00+04:30", "2021-08-20T00:00:00+04:30")
    )
    would = family.registrar.flips(CASE_OFFICER, newer)
    assert family.registrar.rules() == older, "asking changes nothing"
    assert [flip.person for flip in family.registrar.take_rules(CASE_OFFICER, newer)] == [
        flip.person for flip in would
    ]
    (flip,) = (f for f in would if f.person == farid)
    assert any("citizenship yes -> no" in why for why in flip.why)
    assert family.registrar.rules().version == "embassy-2"
    assert all(
        a.rules == "embassy-2" for f in family.registrar.assess(CASE_OFFICER) for a in f.members
    )


def test_families_are_stated_in_the_ledger_once_and_without_names(family: Desk) -> None:
    def append(facts: list) -> None:
        family.store.append(facts, source="register", recorded_at=NOON)

    facts = family.registrar.post_groups(CASE_OFFICER, append)
    assert sorted(len(fact.members) for fact in facts)[-1] == 2
    assert (
        len({m for fact in facts for m in fact.members})
        == family.registrar.counts().persons_at_least
    )
    assert family.registrar.post_groups(CASE_OFFICER, append) == []
    exported = "".join(family.store.export_lines())
    assert all(fact.group in exported for fact in facts)
    assert "Amira" not in exported


def test_nobody_is_in_a_family_who_is_not_registered(family: Desk) -> None:
    with pytest.raises(UnknownSubjectError):
        family.registrar.family(CASE_OFFICER, PersonId("p-none"))


def test_the_order_of_going_is_for_whoever_plans_and_leaves_nothing_but_an_audit_entry(
    family: Desk,
) -> None:
    planner = Viewer(AccountId("planner-1"), frozenset({Role.PLANNER}))
    order = family.registrar.order_of_going(planner)
    assert [len(f.members) for f in order.families] == [1, 2]  # the citizen goes first
    assert order.families[0].category.startswith("I-")
    noted = family.protection.trail.page(kind=Kind.ROLL_TAKEN, limit=1)[0].entry
    assert (noted.account, dict(noted.detail)["families"]) == ("planner-1", 2)
    with pytest.raises(NotAllowedError):
        family.registrar.order_of_going(GATE_OFFICER)
