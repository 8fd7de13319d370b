"""Which decisions about families are in force, and people put together under them.

A split keeps each two people of different parts apart; a join puts each two of its people together.
About any two people the latest decision holds, so that an older split is mended by a later join of
the very people, and nobody else's is touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from safepassage.model.ids import PersonId
from safepassage.register.family_values import (
    FamilyDecision,
    FamilySplit,
    PersonPair,
    Tie,
    TieKind,
    person_pair,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions in force, by the pairs they are about."""

    in_force: Mapping[PersonPair, FamilyDecision]
    apart: Mapping[PersonId, frozenset[PersonId]]
    about: Mapping[PersonId, list[FamilyDecision]]

    def apart_from(self, person: PersonId) -> frozenset[PersonId]:
        """From whom a person is kept."""
        return self.apart.get(person, frozenset())

    def ties(self) -> list[Tie]:
        """What joins say, as ties."""
        return [
            Tie(TieKind.DECIDED, pair, (decision.id,))
            for pair, decision in sorted(self.in_force.items(), key=lambda item: item[0])
            if not isinstance(decision, FamilySplit)
        ]

    def decisions_about(self, members: Sequence[PersonId]) -> tuple[FamilyDecision, ...]:
        """The decisions in force that name one of these people, oldest first."""
        found = {d.id: d for person in members for d in self.about.get(person, ())}
        return tuple(sorted(found.values(), key=lambda d: (d.at, d.id)))


def standing_of(
    decisions: Iterable[FamilyDecision], leads_to: Mapping[PersonId, PersonId]
) -> Standing:
    """Which decision holds about each two people; of two at one instant, the one of greater id."""
    in_force: dict[PersonPair, FamilyDecision] = {}
    for decision in sorted(decisions, key=lambda d: (d.at, d.id)):
        for one, other in _pairs(decision):
            left, right = leads_to.get(one, one), leads_to.get(other, other)
            if left != right:  # a person is not kept from themselves
                in_force[person_pair(left, right)] = decision
    apart: dict[PersonId, set[PersonId]] = defaultdict(set)
    about: dict[PersonId, list[FamilyDecision]] = defaultdict(list)
    for (left, right), decision in in_force.items():
        about[left].append(decision)
        about[right].append(decision)
        if isinstance(decision, FamilySplit):
            apart[left].add(right)
            apart[right].add(left)
    kept = {person: frozenset(others) for person, others in apart.items()}
    return Standing(in_force, kept, about)


def _pairs(decision: FamilyDecision) -> Iterator[PersonPair]:
    if not isinstance(decision, FamilySplit):
        yield from combinations(sorted(decision.persons), 2)
        return
    for one, other in combinations(decision.parts, 2):
        yield from (
            (left, right) for left in sorted(one.persons) for right in sorted(other.persons)
        )


class Groups:
    """People in groups that only grow together where nobody is kept from anybody."""

    def __init__(
        self, people: Iterable[PersonId], apart: Mapping[PersonId, frozenset[PersonId]]
    ) -> None:
        self._group: dict[PersonId, set[PersonId]] = {person: {person} for person in people}
        self._apart = apart

    def join_all(self, ties: Iterable[Tie]) -> None:
        """Put people together by these ties, in their order."""
        for tie in ties:
            left, right = tie.pair
            if left in self._group and right in self._group:
                self._join(self._group[left], self._group[right])

    def _join(self, one: set[PersonId], other: set[PersonId]) -> None:
        if one is other:
            return
        small, large = (one, other) if len(one) <= len(other) else (other, one)
        if any(not large.isdisjoint(self._apart.get(person, ())) for person in small):
            return
        large |= small
        for person in small:
            self._group[person] = large

    def all(self) -> list[set[PersonId]]:
        """Every group, once."""
        return list({id(group): group for group in self._group.values()}.values())
