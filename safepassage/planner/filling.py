"""When a haven is full: the forecast that an airfield needs a day ahead.

    hours to full = (places - people there) / (people coming - people going on, an hour)

A full haven stops the airfield that feeds it, so the question is asked while there is still time to
open another one.  Source: the planning norm `plan.norms.haven_fill_days`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from safepassage.model.ids import PlaceId
from safepassage.model.instant import EARLIEST, LATEST
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.plan.norms import haven_fill_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How a haven fills at given rates, and when it is full."""

    places: int
    present: int
    coming_a_day: float
    leaving_a_day: float
    as_of: datetime

    @property
    def hours(self) -> float:
        """Hours until it is full; infinite if as many go on as come."""
        days = haven_fill_days(self.places, self.present, self.coming_a_day, self.leaving_a_day)
        return 24 * days

    @property
    def full_at(self) -> datetime | None:
        """The instant at which it is full; None if it never is."""
        hours = self.hours
        return None if math.isinf(hours) else self.as_of + timedelta(hours=hours)

    @property
    def arithmetic(self) -> str:
        """The sum as one line, as it can be said in a briefing."""
        net = f"{self.coming_a_day:,.0f}"
        if self.leaving_a_day:
            net = f"({net} - {self.leaving_a_day:,.0f})"
        hours = "never" if self.full_at is None else f"{self.hours:.1f} h"
        return f"({self.places:,} - {self.present:,}) / {net} a day = {hours}"


def fullest(
    ledger: Ledger, place: PlaceId, until: datetime = LATEST
) -> tuple[int, datetime | None]:
    """The most people at a place at one time before an instant, and when there first were so many.

    A plan counts no bed for who lands after its deadline: ask it until then.
    """
    heads = most = 0
    when: datetime | None = None
    changes: dict[datetime, int] = {}
    for t in ledger.transfers(EARLIEST, until):
        if t.phase is Phase.POSTED and place in (t.from_place, t.to_place):
            change = t.heads if t.to_place == place else -t.heads
            changes[t.instant] = changes.get(t.instant, 0) + change
    for instant, change in changes.items():  # oldest first, as the ledger gives them
        heads += change
        if heads > most:
            most, when = heads, instant
    return most, when
