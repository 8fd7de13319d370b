"""A place: where a person can be.  A lift in the air is one, outside is one, an end is one.

Because every movement leaves one place and enters another, the headcounts of all places add up to
everybody ever seen.  People come from OUTSIDE; what ends a case is a closing place with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import EntryId, PlaceId, check_id
from safepassage.model.instant import in_utc


class PlaceKind(StrEnum):
    """What a place is for; figures are defined between kinds, never between names."""

    OUTSIDE = "outside"  # where people come from, before anybody has counted them
    TOWN = "town"  # known and waiting, anywhere in the danger area
    ASSEMBLY_AREA = "assembly-area"
    GATE = "gate"
    TERMINAL = "terminal"  # processed and inside, waiting for a lift
    LIFT = "lift"  # one sortie of an aircraft, ship or convoy
    HAVEN = "haven"  # temporary safe haven
    ONWARD = "onward"  # left the haven for a final destination
    CLOSING = "closing"  # the case ended, see ClosingReason


class ClosingReason(StrEnum):
    """Why a case ended without, or after, a lift."""

    OUT_BY_OWN_MEANS = "out-by-own-means"
    LEFT_ON_THEIR_OWN = "left-on-their-own"  # from a haven, with no onward movement
    CHOSE_TO_STAY = "chose-to-stay"
    DECLINED = "declined"
    DECEASED = "deceased"
    DUPLICATE = "duplicate"  # counted twice by mistake and closed by a decision


OUTSIDE = PlaceId("outside")  # the one place that every ledger has before its first entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A statement about a place; a later one about the same place replaces it."""

    id: EntryId
    place: PlaceId
    kind: PlaceKind
    stated_at: datetime
    name: str | None = None
    latitude: float | None = None  # degrees north
    longitude: float | None = None  # degrees east
    capacity: int | None = None  # heads
    owner: str | None = None  # agency or nation that answers for it
    reason: ClosingReason | None = None  # for closing places only
    airport: str | None = None  # ICAO code

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.place, "place")
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))
        if (self.kind is PlaceKind.CLOSING) != (self.reason is not None):
            raise InvalidFactError(
                f"{self.place}: a closing place has a reason, and only a closing place has one"
            )
        if self.capacity is not None and self.capacity < 0:
            raise InvalidFactError(f"{self.place}: capacity {self.capacity} is below zero")
        _check_coordinates(self)


def _check_coordinates(place: Place) -> None:
    if (place.latitude is None) != (place.longitude is None):
        raise InvalidFactError(f"{place.place}: give latitude and longitude together")
    if place.latitude is None or place.longitude is None:
        return
    if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
        raise InvalidFactError(
            f"{place.place}: {place.latitude}, {place.longitude} is not on Earth:"
            " latitude is -90..90, longitude -180..180"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A place opened or closed, seen to happen: a gate shut for a threat, a haven that is full."""

    id: EntryId
    place: PlaceId
    is_open: bool
    occurred_at: datetime
    reason: str | None = None

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.place, "place")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
