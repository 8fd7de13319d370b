"""What a family is here, why its people are kept together, and what people decided about it.

A family group moves as one unit.  It is put together from what lists and people say; it is never
taken apart by a machine: a split is a decision with somebody's name, a reason, and where both parts
are.  `families` in `family.py` computes the groups from these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import GroupId, ListId, PersonId, check_id
from safepassage.model.instant import in_utc
from safepassage.register.record import Record, Relation

FamilyDecisionId = NewType("FamilyDecisionId", str)
PersonPair: TypeAlias = tuple[PersonId, PersonId]  # the smaller id first
UNKNOWN_PLACE = "unknown"


def person_pair(one: PersonId, other: PersonId) -> PersonPair:
    """Two persons as a pair, whichever was named first."""
    return (one, other) if one < other else (other, one)


class TieKind(StrEnum):
    """Why two people are kept together, the strongest first."""

    DECIDED = "decided"  # somebody joined them
    DECLARED = "declared"  # one said what they are to the other
    HOUSEHOLD = "household"  # one list has them in one household
    CASE = "case"  # one file number of a sponsor's programme
    PHONE = "phone"  # one phone, and few others have it
    ADDRESS = "address"  # one sponsor has them at one door


@dataclass(frozen=True, slots=True)
class Tie:
    """One reason why two people are kept together.

    Attributes:
        kind: what ties them.
        pair: who they are.
        sources: the lists, declarations or decisions that say so; ids alone.
    """

    kind: TieKind
    pair: PersonPair
    sources: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The key of the sentence that says it to a person."""
        return f"tie-{self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """That a person is somebody's spouse, child, ...: "`person` is the `relation` of `of`"."""

    person: PersonId
    relation: Relation
    of: PersonId
    source: str  # the list or decision that says so


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Member:
    """One person as the families see them.

    Attributes:
        person: their id.
        arrived: the order in which their oldest record arrived among all records.
        records: theirs.
    """

    person: PersonId
    arrived: int
    records: tuple[Record, ...]

    def __repr__(self) -> str:
        return f"Member({self.person})"


@dataclass(frozen=True, slots=True)
class Part:
    """Who goes together after a split, and where they are."""

    persons: frozenset[PersonId]
    whereabouts: str  # the id of a place; `UNKNOWN_PLACE` only when somebody says so


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilySplit:
    """Somebody's decision that a family goes in parts.

    Raises:
        InvalidFactError: fewer than two parts, somebody in two of them, nobody in one, no reason,
            or a part without whereabouts.
    """

    id: FamilyDecisionId
    family: GroupId
    parts: tuple[Part, ...]
    decided_by: str  # an account
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        _check_decision(self.id, self.decided_by, self.reason)
        object.__setattr__(self, "at", in_utc(self.at, f"{self.id}: at"))
        if len(self.parts) < 2 or not all(part.persons for part in self.parts):
            raise InvalidFactError(
                f"{self.id}: a split has two parts or more, each with somebody in it"
            )
        if sum(len(part.persons) for part in self.parts) != len(self.persons):
            raise InvalidFactError(f"{self.id}: somebody is in two parts: name each person once")
        for part in self.parts:
            check_id(part.whereabouts, f"{self.id}: the whereabouts of a part")

    @property
    def persons(self) -> frozenset[PersonId]:
        """Everybody whom it names."""
        return frozenset().union(*(part.persons for part in self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyJoin:
    """Somebody's decision that people are one family, or are together again.

    Raises:
        InvalidFactError: fewer than two people, or no reason.
    """

    id: FamilyDecisionId
    persons: frozenset[PersonId]
    decided_by: str  # an account
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        _check_decision(self.id, self.decided_by, self.reason)
        object.__setattr__(self, "at", in_utc(self.at, f"{self.id}: at"))
        if len(self.persons) < 2:
            raise InvalidFactError(f"{self.id}: name two people or more to join")


FamilyDecision: TypeAlias = FamilySplit | FamilyJoin


def _check_decision(decision: str, by: str, reason: str) -> None:
    check_id(decision, "family decision")
    check_id(by, "account")
    if not reason.strip():
        raise InvalidFactError(
            f"{decision}: a family is split or joined for a reason: say it, whoever meets them next"
            " will ask"
        )


class Minority(StrEnum):
    """Whether somebody is under 18 at a date, as far as their birth dates tell."""

    MINOR = "minor"  # by every reading of every record
    POSSIBLY = "possibly-minor"  # by one at least
    ADULT = "adult"
    UNKNOWN = "unknown"  # no birth date


class Care(StrEnum):
    """With whom a child is.

    The words of law and of a parent differ: a child who travels with an aunt is not alone, and is
    "unaccompanied" to a receiving state.  So these are kept apart, and `is_without_guardian` says
    what the law asks.
    """

    WITH_PARENT = "with-parent"
    WITH_GUARDIAN = "with-guardian"
    WITH_RELATIVE = "with-relative"  # separated: an adult relative who is no guardian
    UNACCOMPANIED = "unaccompanied"  # no adult of theirs
    UNCLEAR = "unclear"  # adults are there, and nobody has said what they are to the child

    @property
    def is_without_guardian(self) -> bool:
        """Whether neither a parent nor a guardian is known to be with the child."""
        return self not in (Care.WITH_PARENT, Care.WITH_GUARDIAN)


@dataclass(frozen=True, slots=True)
class Child:
    """A minor, or somebody who may be one, and who looks after them."""

    person: PersonId
    minority: Minority
    care: Care
    adults: tuple[PersonId, ...]  # the parents, guardians or relatives by whom it is so


class Flag(StrEnum):
    """What somebody has to look at before the family moves."""

    NO_HEAD = "no-head"
    SEVERAL_HEADS = "several-heads"
    NO_ADULT = "no-adult"
    CHILD_WITHOUT_GUARDIAN = "child-without-guardian"
    MARRIED_CHILD = "married-child"  # a spouse who is a minor: never looked after by the marriage
    SPLIT = "split"  # a part of a family that somebody split
    LARGE = "large"  # more people than one family has: probably two that were tied together


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """People who go together.

    Attributes:
        id: stays while the family grows, see `family.py`.
        members: the oldest in the register first.
        heads: whom the lists call the head; more than one when they disagree.
        proposed_head: an adult who could be, where nobody is; a person decides.
        minority: of each member.
        children: those under 18, certainly or possibly.
        ties: why they are together.
        apart_from: people of the same ties from whom a decision keeps them.
        decisions: the splits and joins in force that concern them.
        flags: what to look at.
    """

    id: GroupId
    members: tuple[PersonId, ...]
    heads: tuple[PersonId, ...]
    proposed_head: PersonId | None
    minority: Mapping[PersonId, Minority]
    children: tuple[Child, ...]
    ties: tuple[Tie, ...]
    apart_from: tuple[PersonId, ...]
    decisions: tuple[FamilyDecision, ...]
    flags: tuple[Flag, ...]


SponsorOf: TypeAlias = Mapping[ListId, str]
