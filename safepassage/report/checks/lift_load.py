"""Lifts that carried more than their seats, or carried people and were never seen to leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Status
from safepassage.model.movement import Phase
from safepassage.report.figure import JUST_AFTER


def lifts_overloaded(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """More heads boarded than there are seats: it happens, and somebody answers for it."""
    lifts = ledger.catalogue.lifts
    for lift, heads in sorted(_boarded(ledger, as_of).items()):
        stated = lifts[lift]
        if stated.seats is not None and heads > stated.seats:
            yield Discrepancy(
                check="more-heads-than-seats",
                subject=lift,
                sentence=f"{lift} carried {heads:,} people on {stated.seats:,} seats",
                remedy="confirm the count, children on laps included, and who allowed it",
                since=stated.stated_at,
                entries=(stated.id,),
                heads=heads - stated.seats,
            )


def lifts_without_departure(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """People were counted aboard and the lift was never reported to have left."""
    departed = {
        s.lift
        for s in ledger.catalogue.statuses
        if s.status is Status.DEPARTED and s.occurred_at <= as_of
    }
    for lift, heads in sorted(_boarded(ledger, as_of).items()):
        if lift not in departed:
            stated = ledger.catalogue.lifts[lift]
            yield Discrepancy(
                check="no-departure",
                subject=lift,
                sentence=f"{heads:,} people boarded {lift}, which was never reported to depart",
                remedy="report its departure; until then it counts as no lift",
                since=stated.stated_at,
                entries=(stated.id,),
                heads=heads,
            )


def lifts_cancelled_with_people(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """A lift was cancelled and people are still aboard in the books."""
    aboard: Counter[PlaceId] = Counter()
    for (place, _), heads in ledger.stock(as_of).items():
        aboard[place] += heads
    for status in ledger.catalogue.statuses:
        heads = aboard[status.lift]
        if status.status is Status.CANCELLED and status.occurred_at <= as_of and heads:
            yield Discrepancy(
                check="cancelled-with-people",
                subject=status.lift,
                sentence=f"{status.lift} was cancelled with {heads:,} people aboard; they count as"
                " out",
                remedy="post where they went, or correct the cancellation",
                since=status.occurred_at,
                entries=(status.id,),
                heads=heads,
            )


def _boarded(ledger: Ledger, as_of: datetime) -> Counter[PlaceId]:
    boarded: Counter[PlaceId] = Counter()
    for flow in ledger.flow(EARLIEST, as_of + JUST_AFTER):
        if flow.phase is Phase.POSTED and flow.to_place in ledger.catalogue.lifts:
            boarded[flow.to_place] += flow.heads
    return boarded
