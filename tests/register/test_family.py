"""Families stay together until somebody decides otherwise, and children are told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import GroupId, ListId, PersonId, RecordId
from safepassage.register.family import Families, families
from safepassage.register.family_children import age_interval
from safepassage.register.family_values import (
    UNKNOWN_PLACE,
    Care,
    Declared,
    FamilyDecision,
    FamilyDecisionId,
    FamilyJoin,
    FamilySplit,
    Flag,
    Member,
    Minority,
    Part,
    TieKind,
)
from safepassage.register.record import (
    Born,
    Document,
    DocumentType,
    Precision,
    Reading,
    Record,
    Relation,
)

TODAY = date(2021, 8, 20)
NOON = datetime(2021, 8, 20, 12, tzinfo=UTC)
FATHER, MOTHER, SON, DAUGHTER, AUNT = (PersonId(f"p-{n}") for n in range(1, 6))


def born(*years: int) -> Born:
    """A birth date of which only the year is known, or one of several years."""
    readings = tuple(Reading(date(year, 1, 1), date(year, 12, 31)) for year in years)
    return Born(str(years[0]), Precision.YEAR, readings)


def member(
    person: PersonId,
    *,
    household: str = "7",
    relation: Relation | None = None,
    year: int | tuple[int, ...] | None = 1980,
    phones: Sequence[str] = (),
    places: Sequence[str] = (),
    case: str = "",
    list_id: str = "list-a",
) -> Member:
    """Somebody with one record; the order of arrival is the number in the id."""
    years = (year,) if isinstance(year, int) else year
    record = Record(
        id=RecordId(f"r-{person}"),
        list=ListId(list_id),
        row=2,
        household=household,
        relation=relation,
        born=None if years is None else born(*years),
        phones=tuple(phones),
        places=tuple(places),
        documents=(Document(DocumentType.CASE, case, case),) if case else (),
    )
    return Member(person=person, arrived=int(person.split("-")[1]), records=(record,))


HOME = (
    member(FATHER, relation=Relation.HEAD),
    member(MOTHER, relation=Relation.SPOUSE),
    member(SON, relation=Relation.CHILD, year=2012),
    member(DAUGHTER, relation=Relation.CHILD, year=2015),
)


def split(
    *parts: Sequence[PersonId], number: int = 1, hours: int = 0, reason: str = "the gate closed"
) -> FamilySplit:
    return FamilySplit(
        id=FamilyDecisionId(f"family/{number}"),
        family=GroupId(FATHER),
        parts=tuple(Part(frozenset(part), f"place-{n}") for n, part in enumerate(parts)),
        decided_by="case-1",
        reason=reason,
        at=NOON + timedelta(hours=hours),
    )


def join(*persons: PersonId, number: int = 2, hours: int = 1) -> FamilyJoin:
    return FamilyJoin(
        id=FamilyDecisionId(f"family/{number}"),
        persons=frozenset(persons),
        decided_by="case-1",
        reason="met again at the terminal",
        at=NOON + timedelta(hours=hours),
    )


def groups(found: Families) -> set[frozenset[PersonId]]:
    return {frozenset(family.members) for family in found.families}


def care_of(found: Families) -> Mapping[PersonId, Care]:
    return {child.person: child.care for f in found.families for child in f.children}


def test_a_list_household_is_one_family_under_its_head() -> None:
    (family,) = families(HOME, on=TODAY).families
    assert family.members == (FATHER, MOTHER, SON, DAUGHTER)
    assert family.heads == (FATHER,)
    assert family.id == GroupId(FATHER)
    assert not family.flags
    assert {tie.kind for tie in family.ties} == {TieKind.HOUSEHOLD, TieKind.DECLARED}
    assert {tie.sentence for tie in family.ties} == {"tie-household", "tie-declared"}


def test_the_same_household_number_on_another_list_is_another_family() -> None:
    stranger = member(PersonId("p-9"), list_id="list-b")
    assert len(families([*HOME, stranger], on=TODAY).families) == 2


@pytest.mark.parametrize(
    "same",
    [
        {"phones": ["+93700000001"]},
        {"case": "SIV12345"},
        {"places": ["House 12, Street 4"]},
    ],
)
def test_a_phone_a_case_file_or_a_door_ties_people_of_different_rows(
    same: Mapping[str, str | Sequence[str]],
) -> None:
    one = member(FATHER, household="", **same)  # type: ignore[arg-type]
    other = member(MOTHER, household="", **same)  # type: ignore[arg-type]
    found = families([one, other], on=TODAY, sponsor_of={ListId("list-a"): "embassy"})
    assert groups(found) == {frozenset({FATHER, MOTHER})}


def test_a_phone_that_many_people_give_ties_nobody() -> None:
    crowd = [
        member(PersonId(f"p-{n}"), household="", phones=["+93700000001"]) for n in range(1, 14)
    ]
    assert len(families(crowd, on=TODAY).families) == 13
    assert len(families(crowd[:12], on=TODAY).families) == 1


def test_a_district_is_no_door() -> None:
    found = families(
        [member(p, household="", places=["Kabul"]) for p in (FATHER, MOTHER)],
        on=TODAY,
        sponsor_of={ListId("list-a"): "embassy"},
    )
    assert len(found.families) == 2


def test_a_family_nobody_heads_is_flagged_and_an_adult_is_proposed() -> None:
    (family,) = families(
        [member(SON, year=2012), member(MOTHER, year=1985), member(FATHER, year=1980)], on=TODAY
    ).families
    assert family.heads == ()
    assert family.proposed_head == FATHER
    assert Flag.NO_HEAD in family.flags


def test_lists_that_name_two_heads_are_shown_with_both() -> None:
    two = [member(FATHER, relation=Relation.HEAD), member(MOTHER, relation=Relation.HEAD)]
    (family,) = families(two, on=TODAY).families
    assert family.heads == (FATHER, MOTHER)
    assert family.flags == (Flag.SEVERAL_HEADS,)


def test_an_adult_alone_heads_themselves_and_a_child_alone_is_unaccompanied() -> None:
    found = families([member(FATHER, household=""), member(SON, household="", year=2012)], on=TODAY)
    assert found.of(FATHER).flags == ()
    assert found.of(SON).flags == (Flag.NO_HEAD, Flag.NO_ADULT, Flag.CHILD_WITHOUT_GUARDIAN)
    assert care_of(found) == {SON: Care.UNACCOMPANIED}


@pytest.mark.parametrize(
    ("relation", "care"),
    [
        (Relation.CHILD, Care.WITH_PARENT),
        (Relation.WARD, Care.WITH_GUARDIAN),
        (Relation.SIBLING, Care.WITH_RELATIVE),
        (Relation.GRANDCHILD, Care.WITH_RELATIVE),
        (Relation.SPOUSE, Care.UNCLEAR),
        (None, Care.UNCLEAR),
    ],
)
def test_with_whom_a_child_is_follows_from_what_it_is_to_the_head(
    relation: Relation | None, care: Care
) -> None:
    home = [member(FATHER, relation=Relation.HEAD), member(SON, relation=relation, year=2012)]
    assert care_of(families(home, on=TODAY)) == {SON: care}


def test_a_child_with_an_aunt_is_separated_and_the_law_calls_it_without_guardian() -> None:
    told = Declared(person=SON, relation=Relation.SIBLING, of=AUNT, source="said-at-the-gate")
    found = families(
        [member(SON, household="", year=2012), member(AUNT, household="")],
        on=TODAY,
        declared=[told],
    )
    assert care_of(found) == {SON: Care.WITH_RELATIVE}
    assert Care.WITH_RELATIVE.is_without_guardian
    assert Flag.CHILD_WITHOUT_GUARDIAN in found.of(SON).flags


def test_a_marriage_makes_nobody_a_guardian() -> None:
    home = [
        member(FATHER, relation=Relation.HEAD),
        member(MOTHER, relation=Relation.SPOUSE, year=2006),
    ]
    (family,) = families(home, on=TODAY).families
    assert family.children[0].care is Care.UNCLEAR
    assert Flag.MARRIED_CHILD in family.flags


def test_the_one_wife_of_a_father_who_stayed_is_taken_for_the_mother_two_are_not() -> None:
    away = split([FATHER], [MOTHER, SON, DAUGHTER])
    assert care_of(families(HOME, on=TODAY, decisions=[away]))[SON] is Care.WITH_PARENT
    second = member(AUNT, relation=Relation.SPOUSE)
    away = split([FATHER], [MOTHER, AUNT, SON, DAUGHTER])
    assert care_of(families([*HOME, second], on=TODAY, decisions=[away]))[SON] is Care.UNCLEAR


def test_a_birth_date_that_can_be_read_in_two_ways_makes_a_possible_minor() -> None:
    (family,) = families([member(SON, year=(2001, 2004))], on=TODAY).families
    assert family.minority == {SON: Minority.POSSIBLY}
    (unknown,) = families([member(SON, year=None)], on=TODAY).families
    assert unknown.minority == {SON: Minority.UNKNOWN}
    assert unknown.children == ()


def test_who_is_born_on_the_29_february_comes_of_age_on_the_1_march() -> None:
    day = date(2004, 2, 29)
    record = Record(
        id=RecordId("r-1"),
        list=ListId("list-a"),
        row=2,
        born=Born("", Precision.DAY, (Reading(day, day),)),
    )
    before, after = (age_interval([record], date(2022, *at)) for at in ((2, 28), (3, 1)))
    assert before is not None
    assert after is not None
    assert (before.most, after.fewest) == (17, 18)


def test_a_split_keeps_both_parts_apart_and_the_next_list_does_not_undo_it() -> None:
    decision = split([FATHER, SON], [MOTHER, DAUGHTER])
    more = member(PersonId("p-8"), relation=Relation.PARENT)
    found = families([*HOME, more], on=TODAY, decisions=[decision])
    father, mother = found.of(FATHER), found.of(MOTHER)
    assert father.id != mother.id
    assert father.id == GroupId(FATHER)
    assert mother.id == GroupId(MOTHER)
    assert {MOTHER, DAUGHTER} <= set(father.apart_from)
    assert Flag.SPLIT in father.flags
    assert father.decisions == mother.decisions == (decision,)


def test_a_later_join_puts_a_split_family_together_and_an_earlier_one_does_not() -> None:
    apart = split([FATHER, SON], [MOTHER, DAUGHTER])
    everybody = (FATHER, MOTHER, SON, DAUGHTER)
    again = families(HOME, on=TODAY, decisions=[join(*everybody, hours=1), apart])
    assert groups(again) == {frozenset(everybody)}
    earlier = families(HOME, on=TODAY, decisions=[join(*everybody, hours=-1), apart])
    assert len(earlier.families) == 2


def test_a_decision_follows_a_person_who_was_merged() -> None:
    old = PersonId("p-50")
    found = families(
        HOME, on=TODAY, decisions=[split([old], [MOTHER, SON, DAUGHTER])], leads_to={old: FATHER}
    )
    assert groups(found) == {frozenset({FATHER}), frozenset({MOTHER, SON, DAUGHTER})}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([[FATHER]], "why"),
        ([[FATHER], []], "why"),
        ([[FATHER], [FATHER, SON]], "why"),
        ([[FATHER], [SON]], " "),
    ],
)
def test_a_split_without_two_parts_or_a_reason_is_none(
    parts: list[list[PersonId]], reason: str
) -> None:
    with pytest.raises(InvalidFactError):
        split(*parts, reason=reason)


def test_a_split_says_where_both_parts_are() -> None:
    with pytest.raises(InvalidFactError, match="whereabouts"):
        FamilySplit(
            id=FamilyDecisionId("family/1"),
            family=GroupId(FATHER),
            parts=(Part(frozenset({FATHER}), UNKNOWN_PLACE), Part(frozenset({SON}), "")),
            decided_by="case-1",
            reason="the gate closed",
            at=NOON,
        )


PEOPLE = [PersonId(f"p-{n}") for n in range(1, 9)]


@st.composite
def towns(draw: st.DrawFn) -> list[Member]:
    """Up to eight people who share households and phones in any way."""
    return [
        member(
            person,
            household=draw(st.sampled_from(["", "1", "2", "3"])),
            relation=draw(st.sampled_from([None, *Relation])),
            year=draw(st.sampled_from([None, 1970, 1999, 2003, 2010])),
            phones=draw(st.lists(st.sampled_from(["+931", "+932"]), max_size=1)),
        )
        for person in PEOPLE
    ]


@st.composite
def choices(draw: st.DrawFn) -> list[FamilyDecision]:
    """Up to three splits and joins."""
    made: list[FamilyDecision] = []
    for number in range(draw(st.integers(0, 3))):
        named = draw(st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=6, unique=True))
        hours = draw(st.integers(0, 3))
        if draw(st.booleans()):
            cut = draw(st.integers(1, len(named) - 1))
            made.append(split(named[:cut], named[cut:], number=number, hours=hours))
        else:
            made.append(join(*named, number=number, hours=hours))
    return made


@settings(max_examples=60, deadline=None)
@given(towns(), choices(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_families_and_everybody_is_in_exactly_one(
    town: list[Member], made: list[FamilyDecision], chance: Random
) -> None:
    found = families(town, on=TODAY, decisions=made)
    assert sorted(p for family in found.families for p in family.members) == sorted(PEOPLE)
    chance.shuffle(town)
    chance.shuffle(made)
    assert families(town, on=TODAY, decisions=made) == found


@settings(max_examples=60, deadline=None)
@given(towns(), st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=8, unique=True))
def test_whom_the_latest_decision_keeps_apart_no_tie_puts_together(
    town: list[Member], named: list[PersonId]
) -> None:
    decision = split(named[:1], named[1:])
    found = families(town, on=TODAY, decisions=[decision])
    assert all(found.family_of[named[0]] != found.family_of[other] for other in named[1:])


@settings(max_examples=60, deadline=None)
@given(towns())
def test_a_family_keeps_its_id_when_somebody_comes_to_it(town: list[Member]) -> None:
    before = families(town[:-1], on=TODAY)
    after = families(town, on=TODAY)
    for family in after.families:
        assert family.id == GroupId(family.members[0])
        parts = {before.family_of[p] for p in family.members if p in before.family_of}
        assert not parts or family.id in parts
