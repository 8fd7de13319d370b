"""Linking what arrived: candidates are opened, links and clusters written; nothing else is touched.

A record is *waiting* from when it was taken in until it was linked.  Its blind keys are kept with
it, but nobody finds it by them yet: an engine sees what was registered before, and what is new.
If the machine stops in between, the next linking finds those that wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, JudgementId, Pair
from safepassage.register.linkage import Linkage, Progress
from safepassage.register.shelf import Change
from safepassage.registrar import journal
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import StoredShelf, all_records, stored_link
from safepassage.registrar.verdicts import Standing, standings
from safepassage.secure.vault import Vault
from safepassage.store import register_journal as journal_stored
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_links import Member
from safepassage.store.register_records import StoredRecord

# How often a linking is computed from a snapshot that another process makes stale meanwhile; then
# it is computed once more while nobody else can write.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Linked:
    """What a linking did."""

    new: int  # records that were linked for the first time
    merged: int  # of these, found to be of somebody known before or beside them
    questions: int  # links that wait for a person, in all


def link_waiting(room: Room, progress: Progress | None = None) -> Linked:
    """Link the records that wait, and keep what that changes."""
    with room.changing:
        for _ in range(ATTEMPTS):
            with room.store.reading() as connection:
                stamp = _stamp(connection)
                change, new = _extended(room, connection, progress)
            with room.store.writing() as connection:
                if _stamp(connection) == stamp:
                    return _keep_linked(room, connection, change, new)
        with room.store.writing() as connection:
            change, new = _extended(room, connection, progress)
            return _keep_linked(room, connection, change, new)


def _stamp(connection: Connection) -> tuple[int, int, int]:
    """Tells whether another process judged, erased, took in or linked since a snapshot."""
    return (
        journal_stored.entry_count(connection),
        stored.counts(connection)[0],
        linked.member_count(connection),
    )


def _extended(
    room: Room, connection: Connection, progress: Progress | None
) -> tuple[Change, list[StoredRecord]]:
    """What the waiting records change, and which they are."""
    waiting = stored.waiting(connection)
    if not waiting:
        return Change(), []
    shelf = CountingShelf(connection, room.vault)
    new = list(shelf.records([RecordId(row.id) for row in waiting]).values())
    return room.matching.extend(shelf, new, progress), waiting


def _keep_linked(
    room: Room, connection: Connection, change: Change, new: list[StoredRecord]
) -> Linked:
    stored.make_findable(connection, new)
    keep_change(connection, room.vault, change)
    room.matching.keep(connection, room.vault)
    clusters = linked.memberships(connection, [row.number for row in new])
    merged = sum(member.record != member.cluster for member in clusters)
    return Linked(len(new), merged, linked.band_counts(connection).get("ask", 0))


def rebuild(room: Room, progress: Progress | None = None) -> Linkage:
    """Link everything anew; with the same model nothing changes."""
    with room.changing:
        for _ in range(ATTEMPTS):
            with room.store.reading() as connection:
                stamp = _stamp(connection)
                linkage = _relinked(room, connection, progress)
            with room.store.writing() as connection:
                if _stamp(connection) == stamp:
                    return _keep_rebuilt(room, connection, linkage)
        with room.store.writing() as connection:
            return _keep_rebuilt(room, connection, _relinked(room, connection, progress))


def _relinked(room: Room, connection: Connection, progress: Progress | None) -> Linkage:
    judgements = _counting(all_standings(connection, room.vault))
    return room.matching.link(all_records(connection, room.vault), judgements, progress)


def _keep_rebuilt(room: Room, connection: Connection, linkage: Linkage) -> Linkage:
    waiting = stored.waiting(connection)
    shredded = linked.memberships(connection, stored.shredded(connection))
    linked.drop_all(connection)
    linked.put_members(connection, shredded)
    stored.make_findable(connection, waiting)
    whole = Change(links=linkage.links, cluster_of=linkage.cluster_of, likely_of=linkage.likely_of)
    keep_change(connection, room.vault, whole)
    room.matching.keep(connection, room.vault)
    return linkage


def relink(room: Room, connection: Connection, pairs: Collection[Pair]) -> None:
    """Compute anew what judgements about these pairs decide; inside a transaction."""
    shelf = CountingShelf(connection, room.vault)
    keep_change(connection, room.vault, room.matching.judged(shelf, pairs))


def keep_change(connection: Connection, vault: Vault, change: Change) -> None:
    """Write what an engine found; inside a transaction."""
    shelf = StoredShelf(connection, vault)
    touched = {record for pair in (*change.links, *change.gone) for record in pair}
    touched |= change.cluster_of.keys() | change.likely_of.keys()
    numbers = shelf.numbers(touched)
    linked.drop_links(
        connection,
        [
            (min(pair), max(pair))
            for left, right in change.gone
            for pair in ((numbers[left], numbers[right]),)
        ],
    )
    linked.put_links(connection, [stored_link(link, numbers) for link in change.links.values()])
    cluster = oldest_of(change.cluster_of, numbers)
    likely = oldest_of(change.likely_of or change.cluster_of, numbers)
    linked.put_members(
        connection, [Member(n, cluster[n], likely.get(n, cluster[n])) for n in sorted(cluster)]
    )


def oldest_of(
    cluster_of: Mapping[RecordId, RecordId], numbers: Mapping[RecordId, int]
) -> dict[int, int]:
    """For the number of each record the number of the oldest record of its cluster."""
    members: dict[RecordId, list[int]] = defaultdict(list)
    for record, cluster in cluster_of.items():
        members[cluster].append(numbers[record])
    return {n: min(together) for together in members.values() for n in together}


class CountingShelf(StoredShelf):
    """The shelf with those judgements alone that count."""

    def judgements(self, ids: Collection[RecordId]) -> Iterable[Judgement]:
        """The judgements about these records that count, one for each pair."""
        return _counting(standings_about(self, self.connection, self.vault, ids))

    def every_judgement(self) -> Iterable[Judgement]:
        """The judgements that count, one for each pair."""
        return _counting(all_standings(self.connection, self.vault))


def _counting(found: Mapping[Pair, Standing]) -> list[Judgement]:
    return [s.counts for s in found.values() if s.counts is not None]


def standings_about(
    shelf: StoredShelf, connection: Connection, vault: Vault, records: Collection[RecordId]
) -> dict[Pair, Standing]:
    """What stands about each pair that one of these records is in."""
    decisions = journal.decisions_about(connection, vault, records, journal.Kind.JUDGEMENT)
    return _standings(connection, shelf, decisions)


def all_standings(connection: Connection, vault: Vault) -> dict[Pair, Standing]:
    """What stands about each pair that anybody judged."""
    decisions = journal.decisions(connection, vault, journal.Kind.JUDGEMENT)
    return _standings(connection, StoredShelf(connection, vault), decisions)


def _standings(
    connection: Connection, shelf: StoredShelf, decisions: list[journal.Decision]
) -> dict[Pair, Standing]:
    made = [journal.as_judgement(decision) for decision in decisions]
    rows = shelf.rows({record for judgement in made for record in judgement.pair})
    withdraws = {
        JudgementId(d.id): JudgementId(d.body["withdraws"])
        for d in decisions
        if "withdraws" in d.body
    }

    family = families_of(connection, rows.values())

    def is_one_family(pair: Pair) -> bool:
        left, right = (rows[record].number if record in rows else 0 for record in pair)
        return not family[left].isdisjoint(family[right])

    return standings(made, withdraws, is_one_family)


def families_of(
    connection: Connection, rows: Iterable[StoredRecord]
) -> defaultdict[int, set[tuple[int, int]]]:
    """For the number of each record every version of a family that it stands in.

    A row and the one that states it anew stand in one family, but never in one version of it.
    """
    household = {row.number: row.household for row in rows if row.household is not None}
    found: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for place in rows_stored.rows_of_records(connection, household):
        if place.record is not None:
            found[place.record].add((household[place.record] or 0, place.version))
    return found
