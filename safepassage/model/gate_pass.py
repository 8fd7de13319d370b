"""Passes: which were issued to which group, which no longer count, and who met one again.

A pass belongs to a group, and says for how many heads it is good; what is printed on it is made
elsewhere and holds no more than this.  These facts move nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import (
    CategoryId,
    EntryId,
    GroupId,
    PlaceId,
    check_hexadecimal,
    check_id,
)
from safepassage.model.instant import in_utc

PASS_ID_DIGITS = 32
KEY_ID_DIGITS = 8
GROUP_HEADS_MAX = 1000  # on one pass; more is a slip of the hand


class RevocationReason(StrEnum):
    """Why a pass no longer counts."""

    REISSUED = "reissued"
    LOST = "lost"
    THREAT = "threat"
    LEFT = "left"  # its holders are out, or no longer come
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassIssue:
    """A group was given a pass for a gate and a window of time.

    Raises:
        InvalidFactError: an id that is none, a window that ends before it starts, or heads out of
            range.
    """

    id: EntryId
    pass_id: str  # 32 hexadecimal digits, random
    group: GroupId
    gate: PlaceId
    valid_from: datetime
    valid_until: datetime  # the first instant at which it is no longer good
    heads: int
    key_id: str  # of the issuing key: 8 hexadecimal digits
    stated_at: datetime
    category: CategoryId | None = None
    replaces: str | None = None  # the pass that this one takes the place of
    call: EntryId | None = None  # the promise that the group is called forward by

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_hexadecimal(self.pass_id, PASS_ID_DIGITS, "pass")
        check_id(self.group, "group")
        check_id(self.gate, "gate")
        check_hexadecimal(self.key_id, KEY_ID_DIGITS, "issuing key")
        if self.category is not None:
            check_id(self.category, "category")
        if self.replaces is not None:
            check_hexadecimal(self.replaces, PASS_ID_DIGITS, "pass")
        if self.call is not None:
            check_id(self.call, "entry")
        for name in ("valid_from", "valid_until", "stated_at"):
            object.__setattr__(self, name, in_utc(getattr(self, name), f"{self.id}: {name}"))
        if self.valid_until <= self.valid_from:
            raise InvalidFactError(f"{self.id}: a pass must end after it starts")
        if not 1 <= self.heads <= GROUP_HEADS_MAX:
            raise InvalidFactError(
                f"{self.id}: {self.heads} heads on one pass; it has 1 to {GROUP_HEADS_MAX}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRevocation:
    """A pass no longer counts, from this instant on."""

    id: EntryId
    pass_id: str
    reason: RevocationReason
    stated_at: datetime

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_hexadecimal(self.pass_id, PASS_ID_DIGITS, "pass")
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resighting:
    """A pass or band was let on whose heads had gone this way already: they are counted once.

    Gates without a network cannot know of each other.  The sighting that was first on the true
    clock counts; every other one is stated here, with the heads that were not counted again.  A
    later statement about the same sighting replaces it: an earlier one may have come in late.
    """

    id: EntryId
    sighting: EntryId  # the event at the gate that was not counted in full
    first: EntryId  # the event that counts
    place: PlaceId
    heads: int  # seen and not counted again; 0: after all it counts in full
    occurred_at: datetime  # of the sighting
    stated_at: datetime
    pass_id: str | None = None  # none: a band, which is the group then
    group: GroupId | None = None

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.sighting, "entry")
        check_id(self.first, "entry")
        if self.pass_id is not None:
            check_hexadecimal(self.pass_id, PASS_ID_DIGITS, "pass")
        elif self.group is None:
            raise InvalidFactError(f"{self.id}: neither a pass nor a band was seen again")
        check_id(self.place, "place")
        if self.group is not None:
            check_id(self.group, "group")
        for name in ("occurred_at", "stated_at"):
            object.__setattr__(self, name, in_utc(getattr(self, name), f"{self.id}: {name}"))
        if not 0 <= self.heads <= GROUP_HEADS_MAX:
            raise InvalidFactError(f"{self.id}: {self.heads} heads seen again")
