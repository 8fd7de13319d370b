"""What an engine of record linkage answers, whichever engine it is: links with their evidence, and
the clusters they leave.

Weights are log2 likelihood ratios (Fellegi and Sunter 1969): +1 says that the agreement is twice as
likely between two rows of one person as between two rows of two.  The weights of a link's evidence
add up to its weight exactly, the prior included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair
from safepassage.register.record import Record

Progress: TypeAlias = Callable[[str, int, int | None], None]  # part, done, of how many


class Band(StrEnum):
    """What happens with a pair that nobody judged."""

    AUTOMATIC = "automatic"  # the machine may merge it alone
    ASK = "ask"  # a person decides
    NO = "no"  # not linked


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against, as one bar of the explanation."""

    feature: str  # given-name, family-name, father, born, phone, document, household, prior, ...
    level: str  # exact, same-spelling-group, close, disagrees, ...
    weight: float  # log2, positive speaks for the same person


@dataclass(frozen=True, slots=True)
class Link:
    """Two records that may be of one person."""

    pair: Pair
    weight: float
    band: Band
    # Why the machine may not merge it alone although its weight would allow it; empty: it may.
    held_back: tuple[str, ...] = ()
    # How many other members of the two list households are found in both; None: nobody counted.
    others: int | None = None


@dataclass(frozen=True, slots=True)
class Linkage:
    """The links worth keeping, and which records are one person."""

    model: str
    links: Mapping[Pair, Link]  # of the bands automatic and ask
    # What the machine may merge alone, and what people judged, by the smallest record id.
    cluster_of: Mapping[RecordId, RecordId]
    # The same if every likely link held: the other end of a headcount given as an interval.
    likely_of: Mapping[RecordId, RecordId] = field(default_factory=dict)


class Engine(Protocol):
    """Finds the same people in records."""

    def link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement] = (),
        progress: Progress | None = None,
    ) -> Linkage:
        """Link all records anew; the same answer for any order of records and judgements."""
