"""Rules of priority are data with a date, and an assessment says what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import ListId, PersonId, RecordId
from safepassage.register.family import families
from safepassage.register.family_values import Member
from safepassage.register.priority import (
    applicants_of,
    assess,
    assess_families,
    flips,
)
from safepassage.register.priority_rules import default_rules, in_force, read_rules
from safepassage.register.priority_values import (
    NOT_CLASSIFIED,
    Answer,
    Applicant,
    Assessment,
    Rules,
    RulesError,
)
from safepassage.register.record import (
    Born,
    Document,
    DocumentType,
    Precision,
    Protection,
    Reading,
    Record,
    Relation,
    Sex,
)

NOON = datetime(2021, 8, 20, 12, tzinfo=UTC)
AMIRA, YUSUF, LINA = PersonId("p-1"), PersonId("p-2"), PersonId("p-3")
PASSPORT = Document(DocumentType.PASSPORT, "X1234567", "X1234567", is_sound=True)


def record(
    person: PersonId,
    *,
    year: int | None = 1984,
    sex: Sex | None = Sex.MALE,
    relation: Relation | None = None,
    documents: Sequence[Document] = (),
    at_risk: bool = False,
    **claims: str,
) -> Record:
    day = date(year or 2000, 6, 1)
    return Record(
        id=RecordId(f"r-{person}"),
        list=ListId("list-a"),
        row=2,
        household="7",
        sex=sex,
        relation=relation,
        born=Born("", Precision.DAY, (Reading(day, day),)) if year else None,
        documents=tuple(documents),
        protection=frozenset({Protection.AT_RISK}) if at_risk else frozenset(),
        claims=claims,
    )


def people(*records: Record, designated: PersonId | None = None) -> list[Applicant]:
    members = [
        Member(person=PersonId(r.id.removeprefix("r-")), arrived=n, records=(r,))
        for n, r in enumerate(records)
    ]
    named = {designated: "ambassador-1"} if designated else {}
    found = families(members, on=NOON.date())
    return applicants_of(members, found, designated_by=named)


def assessed(*records: Record, designated: PersonId | None = None) -> Assessment:
    """The first of these people under the rules that come with the program."""
    return assess(default_rules(), people(*records, designated=designated)[0], NOON)


@pytest.mark.parametrize(
    ("who", "category"),
    [
        (record(AMIRA, citizenship="USA", documents=[PASSPORT]), "I-E"),
        (record(AMIRA, citizenship="usa / AFG"), "I-E"),
        (record(AMIRA, citizenship="AFG", employer="US Embassy, motor pool"), "III-E"),
        (record(AMIRA, citizenship="AFG", at_risk=True), "IV-E"),
        (record(AMIRA, citizenship="AFG", needs="stretcher"), "IV-C"),
        (record(AMIRA, citizenship="USA", sex=Sex.FEMALE, needs="pregnant, 7 months"), "I-A"),
        (record(AMIRA, citizenship="USA", year=1950), "I-C"),
        (record(AMIRA, citizenship="USA", year=2012), "I-B"),
        (record(AMIRA, citizenship="AFG", year=None), "none-none"),
    ],
)
def test_the_default_rules_give_the_pair_of_a_major_and_a_minor_category(
    who: Record, category: str
) -> None:
    assert assessed(who).category == category


def test_whom_the_ambassador_names_is_a_fifth_and_the_evidence_says_by_whom() -> None:
    found = assessed(record(AMIRA, citizenship="AFG"), designated=AMIRA)
    assert found.major == "V"
    (designated,) = (f for f in found.findings if f.test == "designated")
    assert designated.sources == ("ambassador-1",)


def test_the_spouse_of_a_citizen_is_a_second_whoever_of_them_is_the_head() -> None:
    head = record(YUSUF, relation=Relation.HEAD, citizenship="USA")
    wife = record(AMIRA, relation=Relation.SPOUSE, citizenship="AFG", sex=Sex.FEMALE)
    both = {a.person: a for a in people(head, wife)}
    assert assess(default_rules(), both[AMIRA], NOON).major == "II"
    head = record(YUSUF, relation=Relation.HEAD, citizenship="AFG")
    wife = record(AMIRA, relation=Relation.SPOUSE, citizenship="USA", sex=Sex.FEMALE)
    both = {a.person: a for a in people(head, wife)}
    assert assess(default_rules(), both[YUSUF], NOON).major == "II"


def test_what_is_not_known_is_told_as_what_somebody_would_be() -> None:
    found = assessed(record(AMIRA, citizenship="USA", sex=Sex.FEMALE, documents=[PASSPORT]))
    assert found.category == "I-E"
    assert "pregnant" in found.unknown
    assert "would be I-A if pregnant were confirmed" in {would.sentence for would in found.open}


def test_nobody_asks_a_man_or_a_child_about_a_pregnancy() -> None:
    assert "pregnant" not in assessed(record(AMIRA, citizenship="USA")).unknown
    girl = record(AMIRA, citizenship="USA", sex=Sex.FEMALE, year=2016)
    assert "pregnant" not in assessed(girl).unknown


def test_a_paper_that_was_not_checked_neither_proves_nor_disproves() -> None:
    unchecked, forged = replace(PASSPORT, is_sound=None), replace(PASSPORT, is_sound=False)
    for paper, answer in ((unchecked, Answer.UNKNOWN), (forged, Answer.NO), (PASSPORT, Answer.YES)):
        found = assessed(record(AMIRA, citizenship="USA", documents=[paper]))
        (proof,) = (f for f in found.findings if (f.category, f.test) == ("I", "proof"))
        assert proof.answer is answer


def test_a_word_counts_only_as_a_whole_word() -> None:
    assert assessed(record(AMIRA, citizenship="AFG", employer="Statewide Bakery")).major != "III"


def test_an_assessment_keeps_its_version_and_shows_no_word_of_a_list_in_a_log() -> None:
    found = assessed(record(AMIRA, citizenship="AFG", employer="embassy of Elbonia"))
    assert found.rules == "neo-2021-1"
    assert "r-p-1" in {source for f in found.findings for source in f.sources}
    assert "Elbonia" not in repr(found)


def test_a_family_goes_as_its_most_urgent_member_who_is_shown() -> None:
    home = people(
        record(YUSUF, relation=Relation.HEAD, citizenship="AFG", employer="embassy"),
        record(AMIRA, relation=Relation.SPOUSE, citizenship="USA", sex=Sex.FEMALE),
        record(LINA, relation=Relation.CHILD, citizenship="AFG", year=2015, sex=Sex.FEMALE),
    )
    (family,) = assess_families(default_rules(), home, NOON)
    assert (family.category, family.by) == ("I-D", AMIRA)
    assert [a.category for a in family.members] == ["I-D", "II-D", "II-D"]


TABLE = """\
version: only-passports-1
title: From 25 August only holders of passports
source: an announcement
verified: true
effective_from: 2021-08-25T00:00:00+04:30
major:
  - code: I
    title: Holders of a passport of the United States
    any:
      - all:
          - {test: citizenship, one_of: [USA]}
          - {test: proof, one_of: [passport]}
minor:
  - code: E
    title: Everybody
    any:
      - all:
          - {test: age, at_least: 0}
"""


def test_when_rules_change_the_tool_lists_who_flips_and_why() -> None:
    holder = record(AMIRA, citizenship="USA", documents=[PASSPORT])
    staff = record(YUSUF, citizenship="AFG", employer="embassy")
    changed = flips(default_rules(), read_rules(TABLE), people(holder, staff), NOON)
    assert [flip.person for flip in changed] == [YUSUF]
    (flip,) = changed
    assert (flip.before.category, flip.after.category) == ("III-E", f"{NOT_CLASSIFIED}-E")
    assert "III: claim:employer yes -> not asked" in flip.why


def test_the_rules_in_force_are_the_newest_that_have_begun() -> None:
    both = [read_rules(TABLE), default_rules()]
    begins = datetime(2021, 8, 24, 19, 30, tzinfo=UTC)
    assert in_force(both, NOON).version == "neo-2021-1"
    assert in_force(both, begins).version == "only-passports-1"
    with pytest.raises(RulesError, match="no rules are in force"):
        in_force(both, datetime(2021, 1, 1, tzinfo=UTC))
    with pytest.raises(RulesError, match="same instant"):
        in_force([default_rules(), replace(default_rules(), version="b")], NOON)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("test: proof, one_of: [passport]", "test: proof, one_of: [pasport]", "line 12: .*visa"),
        ("test: citizenship", "test: nationality", "line 11: .*a test is age, citizenship"),
        ("at_least: 0", "one_of: [a]", "line 18: .*age is not told this"),
        ("at_least: 0", "at_least: old", "line 18: .*whole years"),
        ("+04:30", "", "line 5: effective_from: .*zone"),
        ("verified: true", "verified: perhaps", "line 4: verified: write true or false"),
        ("title: Everybody\n", "titel: Everybody\n", "line 15: .*titel.*the fields are any, code"),
        ("version: only-passports-1\n", "", "version: it is missing"),
        ("version: only", "version: &a only", "line 1: anchors"),
        ("major:", "major: [", "line .*not YAML"),
        ("one_of: [USA]", "one_of: []", "line 11: .*list of 1 to"),
        ("{test: age, at_least: 0}", "{test: age}", "line 18: .*at_least, under, or both"),
    ],
)
def test_a_fault_in_a_table_names_line_field_and_remedy(old: str, new: str, says: str) -> None:
    assert old in TABLE
    with pytest.raises(RulesError, match=says):
        read_rules(TABLE.replace(old, new))


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(RulesError) as caught:
        read_rules(TABLE.replace("+04:30", "").replace("verified: true", "verified: maybe"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_table_is_only_read_never_run() -> None:
    with pytest.raises(RulesError):
        read_rules("!!python/object/apply:os.system [echo]")
    with pytest.raises(RulesError):
        read_rules("[" * 5000)
    with pytest.raises(RulesError):
        read_rules("")


KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "citizenship": st.sampled_from(["USA", "AFG"]),
        "employer": st.sampled_from(["embassy", "a bakery"]),
        "needs": st.sampled_from(["pregnant", "wheelchair", "none"]),
    },
)


@settings(max_examples=80, deadline=None)
@given(KNOWN, st.sampled_from([None, 1940, 1990, 2010]), st.sampled_from([None, *Sex]))
def test_what_somebody_would_be_is_never_less_urgent_than_what_they_are(
    claims: dict[str, str], year: int | None, sex: Sex | None
) -> None:
    rules: Rules = default_rules()
    (who,) = people(replace(record(AMIRA, year=year, sex=sex), claims=claims))
    found = assess(rules, who, NOON)
    majors = [*(c.code for c in rules.major), NOT_CLASSIFIED]
    minors = [*(c.code for c in rules.minor), NOT_CLASSIFIED]
    for would in found.open:
        major, minor = would.category.split("-", 1)
        assert (majors.index(major), minors.index(minor)) < found.rank
        assert set(would.missing) <= set(found.unknown)
    assert not flips(rules, rules, [who], NOON)
