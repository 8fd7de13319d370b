"""A movement: somebody goes, or is promised to go, from one place to another.

The ledger is a list of facts that only grows, and movements are what its headcounts are made of.
A plan is a ledger of promises (PENDING), a simulation a ledger that did not happen, operations the
one that did.  A lift in the air is a place too, so nobody is ever nowhere.

Heads before names.  A movement moves either one *person*, by id, or a number of *heads* that
nobody has told apart yet: 823 people on an aircraft without a manifest.  Heads are counted at once;
a `Naming` gives them persons later and changes no headcount (see `model/fold.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId, check_id
from safepassage.model.instant import in_utc

HEADS_MAX = 1_000_000  # in one movement; more is a slip of the hand
EVACUEE = CategoryId("evacuee")


class Phase(StrEnum):
    """How real a movement is."""

    PENDING = "pending"  # promised: planned, called forward, or on a manifest
    POSTED = "posted"  # it happened, somebody saw it
    VOIDED = "voided"  # the promise is withdrawn: no-show, offload, cancelled lift


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One person, or a number of heads, from one place to another.

    Raises:
        InvalidFactError: same place on both sides, no zone, heads below one, a person with
            several heads, or an id that is none.
    """

    id: EntryId  # made by the device that saw it, so a resend is recognised
    from_place: PlaceId
    to_place: PlaceId
    phase: Phase
    occurred_at: datetime  # the observer's clock; the store adds its own recorded_at
    person: PersonId | None = None  # none: heads that nobody has told apart yet
    heads: int = 1
    group: GroupId | None = None  # the family or cohort that moves
    category: CategoryId = EVACUEE
    fulfils: EntryId | None = None  # the promise this one posts or voids
    drawn: tuple[str, ...] = ()  # fields that a seed chose, not an observer

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.from_place, "place")
        check_id(self.to_place, "place")
        if self.person is not None:
            check_id(self.person, "person")
        if self.group is not None:
            check_id(self.group, "group")
        if self.fulfils is not None:
            check_id(self.fulfils, "entry")
        check_id(self.category, "category")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        if self.from_place == self.to_place:
            raise InvalidFactError(
                f"{self.id}: a movement must change the place, this one stays at {self.to_place}"
            )
        _check_heads(self)


def _check_heads(movement: Movement) -> None:
    heads = movement.heads
    if isinstance(heads, bool) or not isinstance(heads, int) or not 1 <= heads <= HEADS_MAX:
        raise InvalidFactError(f"{movement.id}: {heads!r} heads; a movement has 1 to {HEADS_MAX}")
    if movement.person is not None and heads != 1:
        raise InvalidFactError(
            f"{movement.id}: person {movement.person} is one head, not {heads}; leave the person"
            " out to move heads without names"
        )
    if movement.phase is Phase.VOIDED and movement.fulfils is None:
        raise InvalidFactError(f"{movement.id}: a voided movement names the promise it withdraws")


def on_true_clock(movement: Movement, clock_ahead: timedelta) -> Movement:
    """The movement at the instant it happened, given how far its observer's clock was ahead."""
    if not clock_ahead:
        return movement
    return replace(movement, occurred_at=movement.occurred_at - clock_ahead)
