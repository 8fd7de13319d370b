"""What a priority is: the rules in words, what is known of somebody, and how a rule came out.

A rule answers yes, no, or not known.  Not known is not no: somebody of whom nothing is said about a
pregnancy is assessed without it, and the assessment says what would change if it were confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from safepassage.model.errors import SafePassageError
from safepassage.model.ids import GroupId, PersonId
from safepassage.register.record import Record, Relation


class RulesError(SafePassageError, ValueError):
    """A table of rules that cannot be used; the message names line, field and remedy."""


class RuleTest(StrEnum):
    """The closed set of what a rule may ask.  There is no language of expressions to get wrong."""

    CITIZENSHIP = "citizenship"  # claimed: one of these
    CLAIM = "claim"  # a claim of a key says one of these words
    PROOF = "proof"  # a paper of one of these types that is sound
    RELATIVE = "relative"  # is the spouse, child, ... of somebody in the family of a citizenship
    AGE = "age"  # completed years at the day of the assessment
    PREGNANT = "pregnant"
    WITHOUT_GUARDIAN = "without_guardian"  # no parent and no guardian is with them
    WITH_CHILDREN = "with_children"  # children go in the same family
    PERIL = "peril"  # a list or an officer says that they are at risk
    DESIGNATED = "designated"  # named by somebody who may


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test of a rule.

    Attributes:
        kind: what is asked.
        one_of: the words, codes, types or relations that count.
        key: of the claim, for a `claim`.
        citizenship: of the relative, for a `relative`.
        at_least: completed years, for an `age`.
        under: completed years, for an `age`.
        line: where it stands in its file.
    """

    kind: RuleTest
    one_of: tuple[str, ...] = ()
    key: str = ""
    citizenship: tuple[str, ...] = ()
    at_least: int | None = None
    under: int | None = None
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """How an assessment calls it: pregnant, claim:needs, age:under-18, ..."""
        if self.kind is RuleTest.CLAIM:
            return f"claim:{self.key}"
        if self.kind is RuleTest.AGE:
            floor = "" if self.at_least is None else f":from-{self.at_least}"
            return f"age{floor}" + ("" if self.under is None else f":under-{self.under}")
        return str(self.kind)


@dataclass(frozen=True, slots=True)
class Category:
    """A category: it holds if every condition of one of its ways holds."""

    code: str
    title: str
    ways: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A version of the rules.

    Attributes:
        version: stands with every assessment that was made by it.
        source: where they come from.
        is_verified: whether somebody compared them with their source.
        effective_from: from when on they hold.
        effective_until: until when, exclusive; None: until the next version.
        major: who somebody is, the most urgent first.
        minor: in which condition, the most urgent first.
    """

    version: str
    title: str
    source: str
    is_verified: bool
    effective_from: datetime
    effective_until: datetime | None
    major: tuple[Category, ...]
    minor: tuple[Category, ...]


class Answer(IntEnum):
    """How a test came out; the least of several is how all of them did."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Relative:
    """Somebody in the family of an applicant: "the applicant is the `relation` of this person"."""

    person: PersonId
    relation: Relation
    records: tuple[Record, ...]

    def __repr__(self) -> str:
        return f"Relative({self.person})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Applicant:
    """What is known of somebody whose priority is asked.

    Attributes:
        person: who they are.
        records: what lists say of them.
        family: with whom they go.
        relatives: whose spouse, child, ... they are.
        is_without_guardian: of a child whether nobody of theirs is with it; None: not a child.
        goes_with_children: whether a child other than themselves goes in the family.
        designated_by: the account that named them, if one did.
    """

    person: PersonId
    records: tuple[Record, ...]
    family: GroupId
    relatives: tuple[Relative, ...] = ()
    is_without_guardian: bool | None = None
    goes_with_children: bool = False
    designated_by: str = ""

    def __repr__(self) -> str:
        return f"Applicant({self.person})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one test came out, and from what.

    Attributes:
        category: of which category it was asked.
        test: its name.
        answer: how it came out.
        sources: the records, persons or accounts that say so; ids.
        said: what they say; it may tell who somebody is, so `repr` leaves it out.
    """

    category: str
    test: str
    answer: Answer
    sources: tuple[str, ...] = ()
    said: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Would:
    """What somebody would be if what is not known were confirmed."""

    category: str  # the pair, I-A
    missing: tuple[str, ...]  # names of tests

    @property
    def sentence(self) -> str:
        """For an officer, without anything about the person."""
        return f"would be {self.category} if {' and '.join(self.missing)} were confirmed"


NOT_CLASSIFIED = "none"  # in place of a code: no category holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one version of the rules says about one person.

    Attributes:
        person: about whom.
        rules: the version.
        major: the code, or `NOT_CLASSIFIED`.
        minor: likewise.
        rank: places among the categories, the most urgent lowest; assessments sort by it.
        findings: every test that was asked, and how it came out.
        open: what would be more urgent if it were known.
        at: when it was made.
    """

    person: PersonId
    rules: str
    major: str
    minor: str
    rank: tuple[int, int]
    findings: tuple[Finding, ...]
    open: tuple[Would, ...]
    at: datetime

    @property
    def category(self) -> str:
        """The pair: I-B."""
        return f"{self.major}-{self.minor}"

    @property
    def unknown(self) -> tuple[str, ...]:
        """What was asked and is not known, each once."""
        asked = (f.test for f in self.findings if f.answer is Answer.UNKNOWN)
        return tuple(dict.fromkeys(asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAssessment:
    """A family goes as its most urgent member does; who that is, is shown."""

    family: GroupId
    category: str
    by: PersonId  # the most urgent member
    members: tuple[Assessment, ...]  # the most urgent first


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """Somebody whom other rules put elsewhere."""

    person: PersonId
    before: Assessment
    after: Assessment
    why: tuple[str, ...]  # what came out otherwise: "III: claim:employer no -> yes"


def most_urgent(assessments: Iterable[Assessment]) -> Sequence[Assessment]:
    """The most urgent first; of one rank, by id."""
    return sorted(assessments, key=lambda a: (a.rank, a.person))
