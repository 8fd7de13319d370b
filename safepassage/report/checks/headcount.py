"""Somebody counted, and the ledger says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ledger import Ledger


def headcounts_that_differ(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each headcount that is not the balance at its instant."""
    for counted in ledger.catalogue.headcounts:
        if counted.occurred_at > as_of:
            continue
        stock = ledger.stock(counted.occurred_at)
        held = sum(heads for (place, _), heads in stock.items() if place == counted.place)
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
