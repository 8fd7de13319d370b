"""A person: the records that are of one human being, each as it came.

Nothing is chosen between two records that contradict each other: both names, both birth dates are
kept with where they came from, and a reader sees all of them.  A person's id is minted with each
record when it first arrives.  The person of several records is the id of the oldest; the others
lead there.  So an unmerge gives each record back the id it had, with nothing to remember.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from safepassage.model.ids import PersonId, RecordId
from safepassage.register.record import Born, Document, Record, WrittenName

Value = TypeVar("Value")


class Minted(NamedTuple):
    """The id that a record brought with it, and when it arrived among all records."""

    order: int  # 1, 2, 3, ...
    person: PersonId


@dataclass(frozen=True, slots=True)
class Person:
    """Which records are one person."""

    id: PersonId
    records: tuple[RecordId, ...]  # oldest first
    redirects: tuple[PersonId, ...]  # the ids of the other records


def persons_of(
    cluster_of: Mapping[RecordId, RecordId], minted: Mapping[RecordId, Minted]
) -> dict[PersonId, Person]:
    """The persons that clusters of records are, each under the id of its oldest record."""
    clusters: dict[RecordId, list[RecordId]] = defaultdict(list)
    for record, cluster in cluster_of.items():
        clusters[cluster].append(record)
    found: dict[PersonId, Person] = {}
    for records in clusters.values():
        ordered = sorted(records, key=lambda r: minted[r].order)
        first, *others = (minted[record].person for record in ordered)
        found[first] = Person(first, tuple(ordered), tuple(others))
    return found


def names_of(records: Iterable[Record]) -> tuple[WrittenName, ...]:
    """Every way in which the lists write a person's names, each once, as first met."""
    return _once(name for record in records for name in record.names)


def births_of(records: Iterable[Record]) -> tuple[Born, ...]:
    """Every birth date that the lists give, each once, as first met."""
    return _once(record.born for record in records if record.born is not None)


def documents_of(records: Iterable[Record]) -> tuple[Document, ...]:
    """Every document that the lists give, each once, as first met."""
    return _once(document for record in records for document in record.documents)


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))
