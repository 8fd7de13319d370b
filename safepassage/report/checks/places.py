"""People at places that nobody has stated: a typing slip, or a place missing from the operation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.place import OUTSIDE


def places_nobody_stated(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each place that has a balance and no kind."""
    catalogue = ledger.catalogue
    for lift in sorted({*catalogue.places, OUTSIDE} & catalogue.lifts.keys()):
        yield Discrepancy(
            check="lift-is-a-place",
            subject=lift,
            sentence=f"a lift was stated under {lift}, the id of a place; it is read as the place",
            remedy="state the lift under an id of its own and correct its movements",
            since=catalogue.lifts[lift].stated_at,
            entries=(catalogue.lifts[lift].id,),
        )
    unknown: dict[PlaceId, int] = {}
    for (place, _), heads in ledger.stock(as_of).items():
        if ledger.catalogue.kind(place) is None:
            unknown[place] = unknown.get(place, 0) + heads
    for place, heads in sorted(unknown.items()):
        yield Discrepancy(
            check="place-unknown",
            subject=place,
            sentence=f"{heads:,} people are at {place}, a place that nobody has stated;"
            " no figure counts them there",
            remedy="state the place and its kind, or correct the movements",
            since=as_of,
            heads=heads,
        )
