"""A lift: one sortie of an aircraft, ship or convoy.  It is a place while people are aboard.

What a lift *is* (class, seats, where to) and what *happens* to it (departed, diverted) are two
kinds of fact, because a diversion must not overwrite the destination that was announced.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import EntryId, PlaceId, check_id
from safepassage.model.instant import in_utc


class Status(StrEnum):
    """What can happen to a lift, in the words of a departure board."""

    BOARDING = "boarding"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    DIVERTED = "diverted"  # to `to_place`, still in the air
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """A statement about a lift; a later one about the same lift replaces it."""

    id: EntryId
    lift: PlaceId
    operator_class: str  # own-military, coalition, charter: figures say which they include
    from_place: PlaceId
    to_place: PlaceId
    stated_at: datetime
    lift_type: str | None = None
    seats: int | None = None
    call_sign: str | None = None
    scheduled_at: datetime | None = None  # take-off
    drawn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.lift, "lift")
        check_id(self.operator_class, "operator class")
        check_id(self.from_place, "place")
        check_id(self.to_place, "place")
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))
        if self.scheduled_at is not None:
            planned = in_utc(self.scheduled_at, f"{self.id}: scheduled_at")
            object.__setattr__(self, "scheduled_at", planned)
        if self.seats is not None and self.seats < 0:
            raise InvalidFactError(f"{self.lift}: {self.seats} seats is below zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftStatus:
    """Something that happened to a lift, at an instant."""

    id: EntryId
    lift: PlaceId
    status: Status
    occurred_at: datetime
    to_place: PlaceId | None = None  # the new destination, for a diversion
    drawn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.lift, "lift")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        if (self.status is Status.DIVERTED) != (self.to_place is not None):
            raise InvalidFactError(
                f"{self.id}: a diversion names its new destination, and only a diversion does"
            )
