"""Lifts that left with other heads than they were closed out with, or without a close-out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from safepassage.model.close_out import CloseOut
from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Status
from safepassage.model.movement import Phase


def lifts_unlike_their_close_out(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """Somebody boarded, was taken off or was handed in late after the doors were shut."""
    lifts, closed = ledger.catalogue.lifts, _closed(ledger, as_of)
    left = _left(ledger, as_of)
    aboard: Counter[PlaceId] = Counter()
    for t in ledger.through(closed.keys()) if closed else ():
        if t.phase is not Phase.POSTED or t.instant > as_of:
            continue
        if t.to_place in closed:
            aboard[t.to_place] += t.heads
        elif t.to_place == lifts[t.from_place].from_place:
            gone = left.get(t.from_place)
            aboard[t.from_place] -= t.heads if gone is None or t.instant < gone else 0
    for lift, close_out in sorted(closed.items()):
        if lift in left and aboard[lift] != close_out.heads:
            yield Discrepancy(
                check="close-out-differs",
                subject=lift,
                sentence=f"{lift} was closed out with {close_out.heads:,} heads, and"
                f" {aboard[lift]:,} boarded it in the ledger",
                remedy="ask the boarding desk for scans handed in late, and close it out again with"
                " the right numbers",
                since=close_out.occurred_at,
                entries=(close_out.id,),
                heads=aboard[lift] - close_out.heads,
            )


def lifts_without_close_out(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """A lift left unclosed, where lifts are closed out: only since the first of them was."""
    closed = _closed(ledger, as_of)
    if not closed:
        return
    first = ledger.catalogue.close_outs[0].occurred_at
    for lift, gone in sorted(_left(ledger, as_of).items()):
        if lift not in closed and gone > first:
            yield Discrepancy(
                check="not-closed-out",
                subject=lift,
                sentence=f"{lift} left and nobody closed it out: who is aboard was not counted",
                remedy="ask the crew or the haven for a count and close it out after the fact",
                since=gone,
            )


def _closed(ledger: Ledger, as_of: datetime) -> dict[PlaceId, CloseOut]:
    """The newest close-out of each lift."""
    lifts = ledger.catalogue.lifts
    return {
        c.lift: c for c in ledger.catalogue.close_outs if c.occurred_at <= as_of and c.lift in lifts
    }


def _left(ledger: Ledger, as_of: datetime) -> dict[PlaceId, datetime]:
    """When each lift left."""
    left: dict[PlaceId, datetime] = {}
    for status in ledger.catalogue.statuses:
        if status.status is Status.DEPARTED and status.occurred_at <= as_of:
            left.setdefault(status.lift, status.occurred_at)
    return left
