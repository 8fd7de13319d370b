"""Who goes first: what a version of the rules says about people and families, and who flips.

The first category that holds is the one; earlier ones of which something is not known are told as
what somebody *would* be.  An assessment keeps the version of the rules and every piece of evidence,
so that it can be explained a year later under the rules of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import NamedTuple

from safepassage.model.ids import GroupId, PersonId
from safepassage.register.family import Families
from safepassage.register.family_ties import declared_by_lists
from safepassage.register.family_values import Care, Declared, Member
from safepassage.register.priority_tests import ask
from safepassage.register.priority_values import (
    NOT_CLASSIFIED,
    Answer,
    Applicant,
    Assessment,
    Category,
    Condition,
    FamilyAssessment,
    Finding,
    Flip,
    Relative,
    Rules,
    Would,
    most_urgent,
)
from safepassage.register.record import Relation

WOULD_MAX = 5  # ways of being more urgent that are told

# "P is the R of O" read the other way: O is the ... of P.
_REVERSED: Mapping[Relation, Relation] = {
    Relation.SPOUSE: Relation.SPOUSE,
    Relation.CHILD: Relation.PARENT,
    Relation.PARENT: Relation.CHILD,
    Relation.SIBLING: Relation.SIBLING,
    Relation.GUARDIAN: Relation.WARD,
    Relation.WARD: Relation.GUARDIAN,
}


def applicants_of(
    members: Iterable[Member],
    found: Families,
    *,
    declared: Iterable[Declared] = (),
    designated_by: Mapping[PersonId, str] | None = None,
) -> list[Applicant]:
    """Everybody as the rules see them, by id.

    Args:
        members: everybody with their records.
        found: their families; see `families`.
        declared: what people said they are to each other, beside what household rows say.
        designated_by: the account that named somebody, by person.
    """
    people = {member.person: member for member in members}
    relations: dict[PersonId, set[tuple[PersonId, Relation]]] = {p: set() for p in people}
    for one in (*declared_by_lists(people.values()), *declared):
        if one.person in people and one.of in people:
            relations[one.person].add((one.of, one.relation))
            if one.relation in _REVERSED:
                relations[one.of].add((one.person, _REVERSED[one.relation]))
    for family in found.families:
        for child in family.children:
            for parent in child.adults if child.care is Care.WITH_PARENT else ():
                relations[child.person].add((parent, Relation.CHILD))
                relations[parent].add((child.person, Relation.PARENT))
    named = designated_by or {}
    return [
        applicant
        for family in found.families
        for applicant in (
            Applicant(
                person=person,
                records=people[person].records,
                family=family.id,
                relatives=tuple(
                    Relative(person=other, relation=relation, records=people[other].records)
                    for other, relation in sorted(relations[person])
                ),
                is_without_guardian=next(
                    (c.care.is_without_guardian for c in family.children if c.person == person),
                    None,
                ),
                goes_with_children=any(c.person != person for c in family.children),
                designated_by=named.get(person, ""),
            )
            for person in family.members
        )
    ]


def assess(rules: Rules, applicant: Applicant, at: datetime) -> Assessment:
    """What the rules say about one person.

    Args:
        rules: the version; whether it is in force at `at` is the caller's choice.
        applicant: about whom.
        at: when; ages are taken at its day.
    """
    major = _judged(rules.major, applicant, at)
    minor = _judged(rules.minor, applicant, at)
    return Assessment(
        person=applicant.person,
        rules=rules.version,
        major=major.code,
        minor=minor.code,
        rank=(major.place, minor.place),
        findings=(*major.findings, *minor.findings),
        open=tuple(_would(major, minor)),
        at=at,
    )


def assess_families(
    rules: Rules, applicants: Iterable[Applicant], at: datetime
) -> list[FamilyAssessment]:
    """Every family by its most urgent member, the most urgent family first."""
    together: dict[GroupId, list[Assessment]] = {}
    for applicant in applicants:
        together.setdefault(applicant.family, []).append(assess(rules, applicant, at))
    made = []
    for family, assessments in together.items():
        ordered = tuple(most_urgent(assessments))
        first = ordered[0]
        made.append(
            FamilyAssessment(
                family=family, category=first.category, by=first.person, members=ordered
            )
        )
    return sorted(made, key=lambda one: (one.members[0].rank, one.family))


def flips(before: Rules, after: Rules, applicants: Iterable[Applicant], at: datetime) -> list[Flip]:
    """Whom new rules put in another category than the old ones, and what came out otherwise.

    Both are asked about the same facts at the same instant: what changes is the rules alone.
    """
    changed = []
    for applicant in applicants:
        old, new = assess(before, applicant, at), assess(after, applicant, at)
        if old.category != new.category:
            why = tuple(_differences(old.findings, new.findings))
            changed.append(Flip(person=applicant.person, before=old, after=new, why=why))
    return sorted(changed, key=lambda flip: (flip.after.rank, flip.person))


class _Judged(NamedTuple):
    """The category that holds, and the earlier ones that may."""

    code: str
    place: int
    findings: tuple[Finding, ...]
    may: tuple[tuple[str, tuple[str, ...]], ...]  # code, and what is missing


def _judged(categories: Sequence[Category], applicant: Applicant, at: datetime) -> _Judged:
    findings: list[Finding] = []
    may: list[tuple[str, tuple[str, ...]]] = []
    for place, category in enumerate(categories):
        ways = [_asked(category.code, way, applicant, at) for way in category.ways]
        findings += [finding for way in ways for finding in way]
        answers = [min((f.answer for f in way), default=Answer.NO) for way in ways]
        if Answer.YES in answers:
            return _Judged(category.code, place, tuple(dict.fromkeys(findings)), tuple(may))
        unknown = [
            tuple(f.test for f in way if f.answer is Answer.UNKNOWN)
            for way, answer in zip(ways, answers, strict=True)
            if answer is Answer.UNKNOWN
        ]
        may += [(category.code, missing) for missing in dict.fromkeys(unknown)]
    return _Judged(NOT_CLASSIFIED, len(categories), tuple(dict.fromkeys(findings)), tuple(may))


def _asked(
    code: str, way: Iterable[Condition], applicant: Applicant, at: datetime
) -> list[Finding]:
    found = []
    for condition in way:
        outcome = ask(condition, applicant, at.date())
        found.append(
            Finding(
                category=code,
                test=condition.name,
                answer=outcome.answer,
                sources=outcome.sources,
                said=outcome.said,
            )
        )
    return found


def _would(major: _Judged, minor: _Judged) -> Iterator[Would]:
    """What somebody would be if one more thing were known: major first, then minor."""
    told = 0
    majors = [*major.may, (major.code, ())]
    minors = [*minor.may, (minor.code, ())]
    for (one, needed), (other, also) in product(majors, minors):
        # Two things that are not known at once are told only where neither has a category.
        is_single = not (needed and also)
        if (needed or also) and is_single and told < WOULD_MAX:
            told += 1
            yield Would(f"{one}-{other}", (*needed, *also))


def _differences(before: Iterable[Finding], after: Iterable[Finding]) -> Iterator[str]:
    """The tests that came out otherwise, or are asked in one version alone."""
    old = {(f.category, f.test): f.answer for f in before}
    new = {(f.category, f.test): f.answer for f in after}
    for key in dict.fromkeys((*old, *new)):
        was, now = (
            answers[key].name.lower() if key in answers else "not asked" for answers in (old, new)
        )
        if was != now:
            yield f"{key[0]}: {key[1]} {was} -> {now}"
