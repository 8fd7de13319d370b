"""What depends on a question, so that the one that matters most is asked first.

    value  =  uncertainty  *  (1 + the stakes)

Uncertainty is 4 p (1 - p) for the probability p that the weight speaks of: 1 where nobody can tell,
0 where there is nothing to ask.  A stake is somebody who could lose by a wrong answer: a child, a
person under protection, a family that would be taken apart, somebody with a seat or at a gate now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from safepassage.model.fold import Transfer
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.model.place import PlaceKind
from safepassage.register.record import Record, Relation

MAJORITY = 18
DAY = timedelta(days=1)
UNCERTAINTY_MIN = 0.02  # a question that is nearly answered still waits
HELD_BACK_MIN = 0.2  # what a machine may not decide whatever the weight is never certain
STAKES: Mapping[str, float] = {
    "at-gate-today": 5.0,
    "seat": 3.0,
    "protection": 3.0,
    "minor": 2.0,
    "one-family": 2.0,
    "family-head": 1.0,
    "deadline": 1.0,
}
_GATES = frozenset({PlaceKind.GATE})


def stakes_of(
    records: Sequence[Record],
    journeys: Iterable[Transfer],
    *,
    is_one_family: bool,
    gates: frozenset[str],
    deadline: datetime | None,
    now: datetime,
) -> tuple[str, ...]:
    """What depends on whether these records are one person, as codes, the weightiest first.

    Args:
        records: the two records, opened.
        journeys: where the ledger saw or promised them.
        is_one_family: whether one list has both in one family.
        gates: the places that are gates.
        deadline: the next one.
        now: the instant of asking.
    """
    moved = list(journeys)
    found = {
        "minor": any(_is_minor(record, now.date()) for record in records),
        "protection": any(record.protection for record in records),
        "one-family": is_one_family,
        "family-head": any(record.relation is Relation.HEAD for record in records),
        "seat": any(t.phase is Phase.PENDING and t.instant >= now - DAY for t in moved),
        "at-gate-today": any(
            t.phase is Phase.POSTED and t.to_place in gates and now - DAY <= t.instant <= now
            for t in moved
        ),
        "deadline": deadline is not None and now <= deadline <= now + 2 * DAY,
    }
    return tuple(code for code in STAKES if found[code])


def value_of(weight: float, stakes: Iterable[str], *, is_held_back: bool) -> float:
    """How much depends on a question, for ordering."""
    odds: float = 2.0 ** max(-60.0, min(60.0, weight))
    probability = odds / (1 + odds)
    least = HELD_BACK_MIN if is_held_back else UNCERTAINTY_MIN
    uncertainty = max(least, 4 * probability * (1 - probability))
    return uncertainty * (1 + sum(STAKES[code] for code in stakes))


def _is_minor(record: Record, today: date) -> bool:
    """Whether the person may be under age: by the latest day on which they can be born."""
    if record.born is None:
        return False
    latest = record.born.latest
    eighteenth = (latest.year + MAJORITY, latest.month, latest.day)
    return eighteenth > (today.year, today.month, today.day)


def gates_of(ledger: Ledger) -> frozenset[str]:
    """The places of a ledger that are gates."""
    places = ledger.catalogue.places
    return frozenset(place for place, known in places.items() if known.kind in _GATES)
