"""Who is a child at a date, and with whom: parents, guardians, other relatives, or nobody.

A birth date is an interval, often several readings of one, and lists contradict each other.  So
somebody is certainly a minor, possibly one, or an adult; a possible minor is looked after like one.

Definitions: a *separated* child is without both parents and without its earlier guardian, though
perhaps with other relatives; an *unaccompanied* child is without any adult responsible for it
(inter-agency guiding principles on unaccompanied and separated children, 2004; recalled, to be
verified).  A marriage makes nobody a child's guardian.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from safepassage.model.ids import PersonId
from safepassage.register.family_values import Care, Child, Declared, Minority
from safepassage.register.record import Record, Relation

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class AgeInterval:
    """The fewest and the most completed years that somebody may have lived at a date."""

    fewest: int
    most: int


def age_interval(records: Iterable[Record], on: date) -> AgeInterval | None:
    """The ages that every reading of every birth date leaves possible; None without any.

    Readings that lie in the future at that date are no birth dates and are left out.
    """
    readings = [
        reading
        for record in records
        if record.born is not None
        for reading in record.born.readings
        if reading.earliest <= on
    ]
    if not readings:
        return None
    return AgeInterval(
        fewest=_years(min(on, max(reading.latest for reading in readings)), on),
        most=_years(min(reading.earliest for reading in readings), on),
    )


def minority(records: Iterable[Record], on: date) -> Minority:
    """Whether somebody is under 18 at a date."""
    age = age_interval(records, on)
    if age is None:
        return Minority.UNKNOWN
    if age.most < ADULT_YEARS:
        return Minority.MINOR
    return Minority.POSSIBLY if age.fewest < ADULT_YEARS else Minority.ADULT


def _years(born: date, on: date) -> int:
    """Completed years; who is born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


# "P is the R of O": what O is to a child P, and what P is to a child O.
_OF_CHILD: Mapping[Relation, Care] = {
    Relation.CHILD: Care.WITH_PARENT,
    Relation.WARD: Care.WITH_GUARDIAN,
    Relation.GRANDCHILD: Care.WITH_RELATIVE,
    Relation.SIBLING: Care.WITH_RELATIVE,
    Relation.OTHER: Care.UNCLEAR,
}
_TO_CHILD: Mapping[Relation, Care] = {
    Relation.PARENT: Care.WITH_PARENT,
    Relation.GUARDIAN: Care.WITH_GUARDIAN,
    Relation.SIBLING: Care.WITH_RELATIVE,
    Relation.OTHER: Care.UNCLEAR,
}
_BEST = (Care.WITH_PARENT, Care.WITH_GUARDIAN, Care.WITH_RELATIVE, Care.UNCLEAR)


def children_of(
    members: Sequence[PersonId],
    minorities: Mapping[PersonId, Minority],
    declared: Sequence[Declared],
) -> tuple[Child, ...]:
    """The children of a family, and by whom each is accompanied.

    Args:
        members: who goes together.
        minorities: of each of them.
        declared: who is what to whom; may name people who are not in the family, such as a head
            who stayed behind.
    """
    may_be_minor = (Minority.MINOR, Minority.POSSIBLY)
    grown = [person for person in members if minorities[person] is not Minority.MINOR]
    found = []
    for person in members:
        if minorities[person] in may_be_minor:
            others = [adult for adult in grown if adult != person]
            care, adults = _care(person, others, declared)
            found.append(Child(person, minorities[person], care, adults))
    return tuple(found)


def _care(
    child: PersonId, adults: Sequence[PersonId], declared: Sequence[Declared]
) -> tuple[Care, tuple[PersonId, ...]]:
    """The best that is known about with whom a child is."""
    known: dict[PersonId, Care] = {}

    def learn(adult: PersonId, care: Care) -> None:
        if adult in adults:
            known[adult] = min(known.get(adult, Care.UNCLEAR), care, key=_BEST.index)

    for one in declared:
        if one.person == child and one.relation in _OF_CHILD:
            learn(one.of, _OF_CHILD[one.relation])
        if one.of == child and one.relation in _TO_CHILD:
            learn(one.person, _TO_CHILD[one.relation])
    for adult, care in _through_a_head(child, declared):
        learn(adult, care)
    for care in _BEST[:-1]:
        if by := tuple(adult for adult in adults if known.get(adult) is care):
            return care, by
    return (Care.UNCLEAR, tuple(adults)) if adults else (Care.UNACCOMPANIED, ())


def _through_a_head(
    child: PersonId, declared: Sequence[Declared]
) -> Iterable[tuple[PersonId, Care]]:
    """What others are to a child by way of the head whom both name, here or left behind.

    The one wife of a child's father is taken for its mother; of two wives one cannot be told.  The
    head's mother is a grandmother, the head's other children are brothers and sisters.
    """
    for own in declared:
        if own.person != child or own.relation not in (Relation.CHILD, Relation.WARD):
            continue
        beside = [one for one in declared if one.of == own.of and one.person != child]
        spouses = {one.person for one in beside if one.relation is Relation.SPOUSE}
        for one in beside:
            if one.relation is Relation.GUARDIAN:
                yield one.person, Care.WITH_GUARDIAN
            elif one.relation is Relation.SPOUSE and own.relation is Relation.CHILD:
                yield one.person, Care.WITH_PARENT if len(spouses) == 1 else Care.UNCLEAR
            elif own.relation is Relation.CHILD and one.relation in _RELATIVES:
                yield one.person, Care.WITH_RELATIVE


_RELATIVES = (Relation.CHILD, Relation.PARENT, Relation.SIBLING, Relation.GRANDCHILD)
