"""Somebody counted, and the ledger says otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.report.figure import JUST_AFTER


def headcounts_that_differ(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each headcount that is not the balance at its instant.

    The balances are carried from count to count, so that many counts cost one walk through the
    ledger and not one each.
    """
    heads: Counter[PlaceId] = Counter()
    until = EARLIEST
    for counted in ledger.catalogue.headcounts:
        if counted.occurred_at > as_of:
            return
        after = counted.occurred_at + JUST_AFTER
        for flow in ledger.flow(until, after) if until < after else ():
            if flow.phase is Phase.POSTED:
                heads[flow.from_place] -= flow.heads
                heads[flow.to_place] += flow.heads
        until = after
        held = heads[counted.place]
        if held != counted.heads:
            yield Discrepancy(
                check="headcount-differs",
                subject=counted.id,
                sentence=f"{counted.heads:,} heads were counted at {counted.place},"
                f" the ledger holds {held:,} ({counted.heads - held:+,})",
                remedy="count again; then hand in missing movements or correct wrong ones",
                since=counted.occurred_at,
                entries=(counted.id,),
                heads=counted.heads - held,
            )
