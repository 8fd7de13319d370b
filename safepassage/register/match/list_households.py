"""Which rows of a list came as one family, where the list does not say.

Agencies write a family's members below one another.  Two neighbouring rows belong together when
they share a phone, a family name or a father; a new family begins where these change.  What a row
leaves empty decides nothing, so a bare row stays with the rows around it.

It is a guess, made once, when a list is read, from that list alone; it is evidence for the engine
and nothing more.  It says nothing about real family ties.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Rough log2 odds that the row goes on with the family above it.
_GOES_ON: Final = 1.5
_PHONE: Final = (8.0, -6.0)  # shared, another
_FAMILY: Final = (4.0, -5.0)
_FATHER: Final = (4.0, -0.5)  # the head of a family has a father of their own
_PLACE: Final = (0.5, -6.0)
_SURE: Final = 3.0
_MEMBERS_MAX: Final = 24


class Clues(NamedTuple):
    """What of a row tells families apart; empty where the row says nothing."""

    phone: str
    family: str
    father: str
    given: str
    place: str


@dataclass(slots=True)
class _Family:
    """What the rows of a family have said so far."""

    rows: int = 0
    phones: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)  # of the family
    given: set[str] = field(default_factory=set)
    fathers: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def add(self, row: Clues) -> None:
        self.rows += 1
        for said, kept in (
            (row.phone, self.phones),
            (row.family, self.names),
            (row.given, self.given),
            (row.father, self.fathers),
            (row.place, self.places),
        ):
            if said:
                kept.add(said)

    def odds(self, row: Clues) -> float:
        """log2 odds that a row belongs to it."""
        odds = _GOES_ON
        odds += _weighed(row.phone, self.phones, _PHONE)
        odds += _weighed(row.father, self.fathers, _FATHER)
        odds += _weighed(row.place, self.places, _PLACE)
        if row.family and (row.family in self.given or row.given in self.names):
            odds += _FAMILY[0]  # given and family name written the other way round
        else:
            odds += _weighed(row.family, self.names, _FAMILY)
        if row.father and row.father in self.given:
            odds += _FATHER[0]
        return odds


def _weighed(said: str, kept: set[str], weights: tuple[float, float]) -> float:
    if not said or not kept:
        return 0.0
    return weights[0] if said in kept else weights[1]


def list_households(rows: Sequence[Clues]) -> Iterator[int]:
    """For each row of one list, in the list's order, the number of its family."""
    number, family = 0, _Family()
    for at, row in enumerate(rows):
        odds = family.odds(row)
        if family.rows and -_SURE < odds < _SURE and at + 1 < len(rows):
            # Between two rows of one family a doubtful row belongs to it.
            following = family.odds(rows[at + 1])
            odds += max(-_SURE, min(_SURE, following - _GOES_ON)) if row.phone == "" else 0.0
        if family.rows and (odds < 0 or family.rows >= _MEMBERS_MAX):
            number, family = number + 1, _Family()
        family.add(row)
        yield number
