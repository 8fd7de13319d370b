"""Families: who goes together, computed from records, declared relations and people's decisions.

Nothing here is kept: families follow from what is said, in whatever order it came.  Ties are taken
the strongest first, and none may put two people together whom a decision in force keeps apart.  The
latest decision about two people is the one in force.  So a new list can add a grandmother to a
family; it can never undo a split, and never make one.

**The id of a family** is that of the person in it who has been in the register longest.  A minted
id would have to be remembered, and given to one of the two when families turn out to be one; this
one follows from the members as a person's id does from its records.  It stays whoever comes to the
family; where two become one, the older id stays; where one is split, it stays with the person who
brought it.  It changes only if that very person leaves, which is a decision that is on record, or
is found to have been in the register longer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from safepassage.model.ids import GroupId, PersonId
from safepassage.register.family_children import children_of, minority
from safepassage.register.family_groups import Groups, Standing, standing_of
from safepassage.register.family_ties import declared_by_lists, ties_of
from safepassage.register.family_values import (
    Child,
    Declared,
    Family,
    FamilyDecision,
    FamilySplit,
    Flag,
    Member,
    Minority,
    SponsorOf,
    Tie,
)
from safepassage.register.record import Relation

LARGE_FROM = 21  # people; identity rules ask above the same size of a cluster


@dataclass(frozen=True, slots=True)
class Families:
    """Everybody, each in exactly one family; somebody alone is a family of one."""

    families: tuple[Family, ...]  # by id
    family_of: Mapping[PersonId, GroupId]

    def of(self, person: PersonId) -> Family:
        """The family of a person.

        Raises:
            KeyError: nobody of that id was among the members.
        """
        wanted = self.family_of[person]
        return self.families[bisect_left(self.families, wanted, key=lambda family: family.id)]


def families(
    members: Iterable[Member],
    *,
    on: date,
    declared: Iterable[Declared] = (),
    decisions: Iterable[FamilyDecision] = (),
    sponsor_of: SponsorOf | None = None,
    leads_to: Mapping[PersonId, PersonId] | None = None,
) -> Families:
    """Everybody's family; the same for any order of what is given.

    Args:
        members: every person with their records.
        on: the day at which ages are taken.
        declared: what people said they are to each other, beside what household rows say.
        decisions: every split and join ever made; which of them are in force is worked out here.
        sponsor_of: whose list each list is.
        leads_to: where ids of merged persons lead now; relations and decisions may name them.
    """
    lead = leads_to or {}
    people = {member.person: member for member in members}
    relations = [
        *declared_by_lists(people.values()),
        *(
            replace(d, person=lead.get(d.person, d.person), of=lead.get(d.of, d.of))
            for d in declared
        ),
    ]
    relations = sorted(
        {d for d in relations if d.person != d.of},
        key=lambda d: (d.person, d.relation, d.of, d.source),
    )
    standing = standing_of(decisions, lead)
    here = [d for d in relations if d.person in people and d.of in people]
    ties = ties_of(people.values(), here, sponsor_of or {})
    groups = Groups(people, standing.apart)
    groups.join_all(standing.ties())
    groups.join_all(ties)
    found = _Found(people, relations, [*standing.ties(), *ties], standing, on)
    made = sorted((found.family(group) for group in groups.all()), key=lambda family: family.id)
    return Families(tuple(made), {person: f.id for f in made for person in f.members})


class _Found:
    """What was found out about everybody, to describe each family from."""

    def __init__(
        self,
        people: Mapping[PersonId, Member],
        relations: Sequence[Declared],
        ties: Iterable[Tie],
        standing: Standing,
        on: date,
    ) -> None:
        self._people, self._standing = people, standing
        self._minority = {p: minority(member.records, on) for p, member in people.items()}
        self._heads = {
            p
            for p, member in people.items()
            if any(record.relation is Relation.HEAD for record in member.records)
        }
        self._relations: dict[PersonId, list[Declared]] = defaultdict(list)
        for one in relations:
            self._relations[one.person].append(one)
            self._relations[one.of].append(one)
        self._ties: dict[PersonId, list[Tie]] = defaultdict(list)
        for tie in ties:
            self._ties[tie.pair[0]].append(tie)

    def family(self, group: Iterable[PersonId]) -> Family:
        members = tuple(sorted(group, key=lambda p: (self._people[p].arrived, p)))
        inside = frozenset(members)
        relations = self._relations_around(members)
        minorities = {person: self._minority[person] for person in members}
        children = children_of(members, minorities, relations)
        heads = self._heads_of(members)
        apart = {
            other
            for person in members
            for other in self._standing.apart_from(person)
            if other in self._people and other not in inside
        }
        family = Family(
            id=GroupId(members[0]),
            members=members,
            heads=heads,
            proposed_head=None if heads else self._oldest_adult(members),
            minority=minorities,
            children=children,
            ties=tuple(t for p in members for t in self._ties[p] if inside.issuperset(t.pair)),
            apart_from=tuple(sorted(apart)),
            decisions=self._standing.decisions_about(members),
            flags=(),
        )
        return replace(family, flags=_flags(family, relations))

    def _relations_around(self, members: Sequence[PersonId]) -> list[Declared]:
        """What is said about these people, and about the heads whom they name."""
        own = [d for person in members for d in self._relations[person]]
        around = {d.of for d in own}.union(members)
        return list(dict.fromkeys(d for p in sorted(around) for d in self._relations[p]))

    def _heads_of(self, members: Sequence[PersonId]) -> tuple[PersonId, ...]:
        heads = tuple(person for person in members if person in self._heads)
        grown = (Minority.ADULT, Minority.UNKNOWN)
        if not heads and len(members) == 1 and self._minority[members[0]] in grown:
            return tuple(members)
        return heads

    def _oldest_adult(self, members: Sequence[PersonId]) -> PersonId | None:
        """Of those who are certainly adults, the one with the earliest birth date."""
        born: dict[PersonId, date] = {}
        for person in members:
            records = self._people[person].records
            days = [record.born.earliest for record in records if record.born is not None]
            if days and self._minority[person] is Minority.ADULT:
                born[person] = min(days)
        return min(born, key=lambda person: (born[person], person), default=None)


def _flags(family: Family, relations: Iterable[Declared]) -> tuple[Flag, ...]:
    raised = {
        Flag.NO_HEAD: not family.heads,
        Flag.SEVERAL_HEADS: len(family.heads) > 1,
        Flag.NO_ADULT: not _has_adult(family),
        Flag.CHILD_WITHOUT_GUARDIAN: any(c.care.is_without_guardian for c in family.children),
        Flag.MARRIED_CHILD: any(_is_married(child, relations) for child in family.children),
        Flag.SPLIT: any(isinstance(decision, FamilySplit) for decision in family.decisions),
        Flag.LARGE: len(family.members) >= LARGE_FROM,
    }
    return tuple(flag for flag, is_raised in raised.items() if is_raised)


def _has_adult(family: Family) -> bool:
    """Whether somebody in it is grown up, or nobody knows that they are not."""
    grown = (Minority.ADULT, Minority.UNKNOWN)
    return any(minority in grown for minority in family.minority.values())


def _is_married(child: Child, relations: Iterable[Declared]) -> bool:
    return any(
        one.relation is Relation.SPOUSE and child.person in (one.person, one.of)
        for one in relations
    )
