"""Whoever is not out: the class they are in, who looks after them, and children handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.gate_pass import GROUP_HEADS_MAX
from safepassage.model.ids import EntryId, GroupId, PersonId, PlaceId, check_id
from safepassage.model.instant import in_utc
from safepassage.model.movement import HEADS_MAX
from safepassage.model.refusal import RefusalReason


class NotOutClass(StrEnum):
    """Why somebody is not at a haven: everybody who is not is in exactly one of these."""

    CALLED_DID_NOT_COME = "called-did-not-come"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNDECIDED = "undecided"
    CHOSE_TO_STAY = "chose-to-stay"
    ELSEWHERE = "elsewhere"  # by their own means
    DIED = "died"
    UNKNOWN = "unknown"


class NextStep(StrEnum):
    """What is to be done about a case."""

    CALL_AGAIN = "call-again"
    RE_ISSUE_PASS = "re-issue-pass"  # noqa: S105 - a step, not a secret
    FIND_TRANSPORT = "find-transport"
    TRACE = "trace"
    ASK_SPONSOR = "ask-sponsor"
    HAND_OVER = "hand-over"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """What a case is now; a later step about the same people takes its place.

    A case is about one person, about so many heads of a group that nobody has told apart, or
    (neither person nor group) about so many heads of no group that are at a place.

    Raises:
        InvalidFactError: it is about nobody, or about a person and a group; several heads of one
            person; or a reason of a refusal for somebody who was not refused.
    """

    id: EntryId
    standing: NotOutClass
    owner: str  # an account or an agency
    next_step: NextStep
    occurred_at: datetime
    person: PersonId | None = None
    group: GroupId | None = None
    heads: int = 1
    reason: RefusalReason | None = None  # of somebody refused
    due_at: datetime | None = None
    place: PlaceId | None = None  # where these heads were last seen
    site: PlaceId | None = None  # where the case is looked after
    answers: EntryId | None = None  # the refusal, pass or step that spoke for these heads before

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.owner, "owner")
        if self.answers is not None:
            check_id(self.answers, "entry")
        if self.person is not None and self.group is not None:
            raise InvalidFactError(f"{self.id}: a case is about a person, or about a group")
        whom = self.person or self.group or self.place
        if whom is None:
            raise InvalidFactError(
                f"{self.id}: a case is about a person, a group, or heads of no group at a place"
            )
        check_id(whom, "person, group or place")
        if not 1 <= self.heads <= self._heads_max():
            raise InvalidFactError(f"{self.id}: {self.heads} heads in one case")
        if self.reason is not None and self.standing is not NotOutClass.REFUSED:
            raise InvalidFactError(f"{self.id}: only somebody refused has the reason of a refusal")
        for place in filter(None, (self.place, self.site)):
            check_id(place, "place")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        if self.due_at is not None:
            object.__setattr__(self, "due_at", in_utc(self.due_at, f"{self.id}: due_at"))

    def _heads_max(self) -> int:
        if self.person is not None:
            return 1
        return HEADS_MAX if self.group is None else GROUP_HEADS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A child went from one pair of hands into another, and both are on record."""

    id: EntryId
    person: PersonId  # the child
    place: PlaceId
    occurred_at: datetime
    given_by: str  # a person or an account
    received_by: str  # the same
    relation: str  # of who receives to the child, or the code of an agency

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.person, "person")
        check_id(self.place, "place")
        check_id(self.given_by, "giver")
        check_id(self.received_by, "receiver")
        check_id(self.relation, "relation")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        if self.given_by == self.received_by:
            raise InvalidFactError(f"{self.id}: {self.given_by} cannot give a child to themselves")
