"""Places that hold fewer than nobody, or more than they can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import lt

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.place import PlaceKind

LOOK_BACK = timedelta(days=90)  # a doubt older than that is simply that old
PRECISION = timedelta(minutes=1)


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
                since=_since_when(ledger, place, as_of, lambda held: held < 0),
                heads=heads,
            )


def places_over_capacity(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """A place holds more people than it has room for."""
    for place, heads in sorted(_heads(ledger, as_of).items()):
        stated = ledger.catalogue.places.get(place)
        room = stated.capacity if stated else None
        if stated is not None and room is not None and heads > room:
            yield Discrepancy(
                check="over-capacity",
                subject=place,
                sentence=f"{place} holds {heads:,} people and has room for {room:,}",
                remedy="move people onward or stop lifts to it; or correct its capacity",
                since=_since_when(ledger, place, as_of, partial(lt, room)),
                entries=(stated.id,),
                heads=heads - room,
            )


def _heads(ledger: Ledger, as_of: datetime) -> Counter[PlaceId]:
    heads: Counter[PlaceId] = Counter()
    for (place, _), count in ledger.stock(as_of).items():
        heads[place] += count
    return heads


def _since_when(
    ledger: Ledger, place: PlaceId, as_of: datetime, is_wrong: Callable[[int], bool]
) -> datetime:
    """Since when a place has held a wrong number: gallop back to a right one, then bisect."""
    wrong, step = as_of, PRECISION
    right = as_of - step
    while is_wrong(_heads(ledger, right)[place]):
        if as_of - right >= LOOK_BACK:
            return right
        wrong, step = right, step * 2
        right = as_of - step
    while wrong - right > PRECISION:
        middle = right + (wrong - right) / 2
        if is_wrong(_heads(ledger, middle)[place]):
            wrong = middle
        else:
            right = middle
    return wrong
