"""What the writer records: groups of facts that follow from a seed, so nobody need keep a copy.

Whoever knows the seed knows every entry that the ledger must hold, in which order, and where each
group ends: after a power cut a ledger that ends anywhere else holds something half done.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, PersonId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.notation import read_facts
from safepassage.model.observation import Correction, Headcount

BEGIN = datetime(2021, 8, 14, 5, tzinfo=UTC)
PERSONS = 2000
STOPS = ("outside", "town", "gate", "terminal", "lift-1", "haven")
PLACES = """
05:00 place town town              as place-town
05:00 place gate gate              as place-gate
05:00 place terminal terminal      as place-terminal
05:00 place haven haven            as place-haven
05:00 lift lift-1 own-military 300 terminal > haven as lift-1-stated
"""


def groups(seed: str) -> Iterator[list[Fact]]:
    """The groups in which a ledger is written, without end; the first one states the places."""
    yield read_facts(PLACES)
    for number in count(1):
        yield group(seed, number)


def group(seed: str, number: int) -> list[Fact]:
    """One group: mostly a single scan, often a family, at times what a phone held for hours."""
    rng = Random(f"{seed}/{number}")
    sizes = (1, rng.randint(2, 9), rng.randint(10, 80), rng.randint(400, 1500))
    size = rng.choices(sizes, weights=(64, 22, 13, 1))[0]
    at = BEGIN + timedelta(seconds=7 * number)
    return [_fact(rng, f"g{number}-{i}", i, number, at) for i in range(size)]


def _fact(rng: Random, name: str, i: int, number: int, at: datetime) -> Fact:
    chance = rng.random()
    if chance < 0.02 and i > 0:
        wrong = EntryId(f"g{number}-{rng.randrange(i)}")
        return Correction(
            id=EntryId(name), corrects=wrong, instead=None, reason="counted twice", stated_at=at
        )
    if chance < 0.03:
        place = PlaceId(rng.choice(STOPS[1:]))
        return Headcount(id=EntryId(name), place=place, heads=rng.randint(0, 900), occurred_at=at)
    leg = rng.randrange(len(STOPS) - 1)
    return Movement(
        id=EntryId(name),
        from_place=PlaceId(STOPS[leg]),
        to_place=PlaceId(STOPS[leg + 1]),
        phase=Phase.POSTED,
        occurred_at=at + timedelta(milliseconds=i),
        person=PersonId(f"person-{rng.randrange(PERSONS)}") if chance < 0.9 else None,
        heads=1 if chance < 0.9 else rng.randint(1, 40),
    )
