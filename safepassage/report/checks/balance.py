"""Places that hold fewer than nobody, or more than they can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.place import PlaceKind


def places_below_zero(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """More heads left a place than were ever seen to enter it: somebody was not counted in."""
    catalogue = ledger.catalogue
    for place, heads in sorted(_heads(ledger, as_of).items()):
        kind = catalogue.kind(place)
        if heads < 0 and kind is not PlaceKind.OUTSIDE and kind is not PlaceKind.LIFT:
            yield Discrepancy(
                check="below-zero",
                subject=place,
                sentence=f"{-heads:,} more people left {place} than were seen to enter it",
                remedy="name the heads that left uncounted, or hand in the missing scans",
                since=as_of,
                heads=heads,
            )


def places_over_capacity(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """A place holds more people than it has room for."""
    for place, heads in sorted(_heads(ledger, as_of).items()):
        stated = ledger.catalogue.places.get(place)
        if stated is not None and stated.capacity is not None and heads > stated.capacity:
            yield Discrepancy(
                check="over-capacity",
                subject=place,
                sentence=f"{place} holds {heads:,} people and has room for {stated.capacity:,}",
                remedy="move people onward or stop lifts to it; or correct its capacity",
                since=as_of,
                entries=(stated.id,),
                heads=heads - stated.capacity,
            )


def _heads(ledger: Ledger, as_of: datetime) -> Counter[PlaceId]:
    heads: Counter[PlaceId] = Counter()
    for (place, _), count in ledger.stock(as_of).items():
        heads[place] += count
    return heads
