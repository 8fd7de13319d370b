"""Departed is not arrived: people who left on a lift and were not seen to leave it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Status

GRACE = timedelta(hours=2)  # from touch-down to the last one off and counted
LONGEST_LEG = timedelta(hours=24)  # a lift without an arrival is asked after, this long after


def people_not_arrived(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each lift that should be empty by now and is not."""
    aboard: Counter[PlaceId] = Counter()
    catalogue = ledger.catalogue
    for (place, _), heads in ledger.stock(as_of).items():
        if place in catalogue.lifts:
            aboard[place] += heads
    due = _due(ledger, as_of)
    for lift, heads in sorted(aboard.items()):
        since = due.get(lift)
        if heads == 0 or since is None or since > as_of:
            continue
        yield Discrepancy(
            check="not-arrived",
            subject=lift,
            sentence=_sentence(heads, lift),
            remedy="ask the haven for its count of this lift, or say where it went",
            since=since,
            heads=heads,
        )


def _sentence(heads: int, lift: PlaceId) -> str:
    if heads < 0:
        return f"{-heads:,} more people were counted off {lift} than boarded it"
    if heads == 1:
        return f"one of those who left on {lift} was not counted off it"
    return f"{heads:,} people who left on {lift} were not counted off it"


def _due(ledger: Ledger, as_of: datetime) -> dict[PlaceId, datetime]:
    """By when each lift should be empty: a while after it arrived, or long after it left."""
    due: dict[PlaceId, datetime] = {}
    for status in ledger.catalogue.statuses:
        if status.occurred_at > as_of:
            break
        if status.status is Status.DEPARTED:
            due[status.lift] = status.occurred_at + LONGEST_LEG
        elif status.status is Status.ARRIVED:
            due[status.lift] = status.occurred_at + GRACE
    return due
