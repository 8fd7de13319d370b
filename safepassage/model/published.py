"""What was published of an operation: flows over windows, and running totals.

These are other people's figures.  A builder can make the ledger that the windows imply; the
running totals are never forced to fit it, because where they do not is the finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.movement import EVACUEE


class Basis(StrEnum):
    """How sure a row is."""

    PUBLISHED = "published"  # people, lifts and both ends of the window were said
    BOUNDS_ASSUMED = "bounds-assumed"  # the figures were said, the hours of the window were not
    IMPLIED = "implied"  # the difference of two published running totals; lifts not published


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFlow:
    """People of one operator class over one window."""

    id: str
    window: Window
    operator_class: str
    people: int
    lifts: int | None  # None: not published
    basis: Basis
    source: str
    people_drawn: bool = False  # the class total was not published and is drawn from the sum
    category: CategoryId = EVACUEE
    # How many lifts of each type there were; weights if they do not add up to `lifts`.
    lift_types: Mapping[str, int] = field(default_factory=dict, hash=False)
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lift_types", MappingProxyType(dict(self.lift_types)))
        if self.people < 0 or (self.lifts is not None and self.lifts < 0):
            raise InvalidFactError(f"{self.id}: people and lifts cannot be below zero")
        if self.people and self.lifts == 0:
            raise InvalidFactError(f"{self.id}: {self.people} people on no lift")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTotal:
    """A running total: everybody since a baseline, as of an instant.

    "More than 100,000" is a bound: true of every larger number, so nothing can be subtracted from
    it and no later total starts from it.
    """

    id: str
    baseline: str
    as_of: datetime
    people: int
    said_by: str
    source: str
    is_bound: bool = False  # "more than": at least so many, not how many
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLift:
    """One lift that was published by itself: its heads belong to a window's total."""

    lift: PlaceId
    operator_class: str
    lift_type: str
    departed_at: datetime
    heads: int
    source: str
    day_only: bool = False  # the hour was not published: `departed_at` is the day's first instant
    counts_first: int | None = None  # heads as first published, before the correction
    corrected_at: datetime | None = None  # when they were; None: nobody said
    category: CategoryId = EVACUEE
    note: str = ""
