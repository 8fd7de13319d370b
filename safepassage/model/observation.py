"""Facts that move nobody: what was counted, who belongs together, who a head turned out to be,
what was wrong, what was published, which plan was signed, and who owns a doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import (
    DiscrepancyId,
    EntryId,
    GroupId,
    PersonId,
    PlaceId,
    check_id,
)
from safepassage.model.instant import in_utc
from safepassage.model.movement import Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """Somebody counted the heads at a place: a balance assertion.

    It changes no balance.  If the ledger says otherwise at that instant, that is a discrepancy.
    """

    id: EntryId
    place: PlaceId
    heads: int
    occurred_at: datetime

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.place, "place")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        if self.heads < 0:
            raise InvalidFactError(f"{self.id}: {self.heads} heads counted at {self.place}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Who belongs together; a later statement about the same group replaces it."""

    id: EntryId
    group: GroupId
    members: tuple[PersonId, ...]
    stated_at: datetime

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.group, "group")
        for member in self.members:
            check_id(member, "person")
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))
        if not self.members or len(set(self.members)) != len(self.members):
            raise InvalidFactError(f"{self.group}: a group lists each member once, at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One head of these movements turned out to be this person.  No headcount changes."""

    id: EntryId
    person: PersonId
    movements: tuple[EntryId, ...]
    stated_at: datetime

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.person, "person")
        for movement in self.movements:
            check_id(movement, "entry")
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))
        if not self.movements or len(set(self.movements)) != len(self.movements):
            raise InvalidFactError(f"{self.id}: a naming lists each movement once, at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A movement was recorded wrongly.  The wrong one stays; this says what to read instead.

    `instead` None means that it never happened.  Corrections of one entry by several people are
    all kept: the latest decision is read, and the disagreement shows as a discrepancy.
    """

    id: EntryId
    corrects: EntryId
    instead: Movement | None
    reason: str
    stated_at: datetime

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.corrects, "entry")
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))
        if not self.reason.strip():
            raise InvalidFactError(f"{self.id}: a correction says why")
        if self.instead is not None and self.instead.id in (self.corrects, self.id):
            raise InvalidFactError(f"{self.id}: what is read instead needs an id of its own")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A figure was said in public: the question as canonical text, the value, the position.

    If the same question, asked today, has another answer, a revision line is owed.
    """

    id: EntryId
    question: str
    value: int
    position: int
    published_at: datetime

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        at = in_utc(self.published_at, f"{self.id}: published_at")
        object.__setattr__(self, "published_at", at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSignature:
    """Somebody signed a plan: its promises hold, and those of the plan it replaces no longer do.

    `plan` begins the ids of its promises.  An account, a desk or a role signs, never a private
    name.
    """

    id: EntryId
    plan: str
    sha256: str  # of the plan document, without its seal
    signed_by: str
    people: int  # promised out by the deadline
    at_most: int  # no plan gets out more: the proved bound
    holds_from: datetime  # what was promised before stays as it was
    published_at: datetime
    replaces: str | None = None  # the plan whose promises were withdrawn

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.plan, "plan")
        check_id(self.signed_by, "signature")
        for name in ("holds_from", "published_at"):
            object.__setattr__(self, name, in_utc(getattr(self, name), f"{self.id}: {name}"))
        if len(self.sha256) != 64 or not set(self.sha256) <= set("0123456789abcdef"):
            raise InvalidFactError(f"{self.id}: {self.sha256!r} is not a SHA-256 in hexadecimal")
        if not 0 <= self.people <= self.at_most:
            raise InvalidFactError(
                f"{self.id}: {self.people} people promised, {self.at_most} at most; a plan does not"
                " exceed its bound"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Somebody took a discrepancy, or explained it.  A desk or role, never a private name."""

    id: EntryId
    discrepancy: DiscrepancyId
    owner: str
    occurred_at: datetime
    explanation: str | None = None  # with one, the discrepancy is settled
    heads: int | None = None  # by how many the sides differed when it was explained

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.discrepancy, "discrepancy")
        check_id(self.owner, "owner")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
