"""Whose people they are: the sponsors that named each person; nothing is opened for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from safepassage.model.ids import PersonId, SponsorId
from safepassage.registrar.room import Room
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored


def by_person(room: Room) -> Mapping[PersonId, frozenset[SponsorId]]:
    """The sponsors of everybody, under each of the ids that ever led to them."""
    with room.store.reading() as connection:
        sponsor_of = {v.list: SponsorId(v.sponsor) for v in rows_stored.latest_versions(connection)}
        cluster_of = {m.record: m.cluster for m in linked.all_members(connection)}
        arrivals = list(stored.arrivals(connection))
    named: dict[int, set[SponsorId]] = defaultdict(set)
    for row in arrivals:
        named[cluster_of.get(row.number, row.number)].add(sponsor_of[row.list])
    return {
        PersonId(row.person): frozenset(named[cluster_of.get(row.number, row.number)])
        for row in arrivals
    }
