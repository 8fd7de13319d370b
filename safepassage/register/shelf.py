"""What an incremental link must be told of what is already registered, and what it answers.

A new list touches few of a million records.  Which ones is found by *keys*: short strings that
two rows of one person are likely to share (`register/match/keys.py`).  Whoever holds the records
keeps for each record its keys, or only a keyed hash of them, and can say who holds a key; the
records themselves may lie encrypted, only candidates are opened.

Everything is asked in batches, because behind a shelf there may be a database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair
from safepassage.register.linkage import Link
from safepassage.register.record import Record


class Shelf(Protocol):
    """The registered records, links and judgements, as they were before the change."""

    def holders(self, keys: Collection[str], at_most: int) -> Mapping[str, Collection[RecordId]]:
        """Who holds each of these keys, every key asked for being in the answer or held by nobody.

        Of a key that more than `at_most` records hold, any `at_most` + 1 of them are enough: such
        a key belongs to a camp or a coordinator and says nothing.
        """

    def records(self, ids: Collection[RecordId]) -> Mapping[RecordId, Record]:
        """The records of these ids; ids that are not registered are left out."""

    def links(self, ids: Collection[RecordId]) -> Mapping[Pair, Link]:
        """Every kept link that has one of these records on either side."""

    def judgements(self, ids: Collection[RecordId]) -> Iterable[Judgement]:
        """Every judgement ever made, withdrawn ones included, about one of these records."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a new list or a judgement does to the register; the rest stays as it was."""

    links: Mapping[Pair, Link] = field(default_factory=dict)  # new, or with another weight or band
    gone: frozenset[Pair] = frozenset()  # links that no longer are
    # Of every record whose cluster may have changed, its cluster by smallest record id: what the
    # machine may merge alone, and what it would merge if every likely link were accepted.
    cluster_of: Mapping[RecordId, RecordId] = field(default_factory=dict)
    likely_of: Mapping[RecordId, RecordId] = field(default_factory=dict)
