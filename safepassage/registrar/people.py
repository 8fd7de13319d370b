"""Persons as the register has them now: which records, since when, where the ledger has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from safepassage.model.fold import Transfer
from safepassage.model.ids import AccountId, ListId, PersonId, RecordId, SponsorId
from safepassage.model.instant import from_micros
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.register import person
from safepassage.register.judgement import Pair
from safepassage.register.linkage import Band
from safepassage.register.person import Minted, Person
from safepassage.registrar import journal, linking
from safepassage.registrar.access import masked
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import StoredShelf
from safepassage.registrar.stages import stage_of
from safepassage.registrar.taking import ENTRY
from safepassage.registrar.verdicts import Standing
from safepassage.registrar.views import (
    HistoryLine,
    JudgementView,
    PersonView,
    RecordView,
    Whereabouts,
)
from safepassage.secure.roles import Viewer
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_records import StoredRecord


@dataclass(frozen=True, slots=True)
class Found:
    """One person and the rows of their records, nothing opened."""

    person: Person
    rows: tuple[StoredRecord, ...]  # oldest first, shredded ones included

    @property
    def id(self) -> PersonId:
        """Under which they are known."""
        return self.person.id

    @property
    def live(self) -> list[RecordId]:
        """The ids of the records that were not shredded."""
        return [RecordId(row.id) for row in self.rows if not row.is_shredded]


def find(connection: Connection, asked: PersonId) -> Found:
    """The person of this id, or the one it leads to.

    Raises:
        UnknownSubjectError: no record brought such an id.
    """
    rows = stored.by_persons(connection, [asked])
    if not rows:
        raise UnknownSubjectError(f"there is no person {asked} in this register")
    (found,) = persons_of(connection, [rows[0].number]).values()
    return found


def persons_of(connection: Connection, records: Iterable[int]) -> dict[int, Found]:
    """The person of each of these records, by the record's number.

    A record that waits to be linked is a person of its own until then.
    """
    wanted = list(records)
    cluster_of = {m.record: m.cluster for m in linked.memberships(connection, wanted)}
    members = linked.members_of(connection, set(cluster_of.values()))
    for together in members.values():
        cluster_of |= dict.fromkeys(together, together[0])
    cluster_of |= {number: number for number in wanted if number not in cluster_of}
    rows = {row.number: row for row in stored.by_numbers(connection, cluster_of)}
    ids = {number: RecordId(row.id) for number, row in rows.items()}
    persons = person.persons_of(
        {ids[number]: ids[cluster] for number, cluster in cluster_of.items()},
        {ids[n]: Minted(n, PersonId(row.person)) for n, row in rows.items()},
    )
    numbers = {record: number for number, record in ids.items()}
    found: dict[int, Found] = {}
    for one in persons.values():
        own = [numbers[record] for record in one.records]
        found |= dict.fromkeys(own, Found(one, tuple(rows[number] for number in own)))
    return {number: found[number] for number in wanted}


def record_views(
    connection: Connection, room: Room, viewer: Viewer, records: Collection[RecordId]
) -> dict[RecordId, RecordView]:
    """Records beside where they came from, as this viewer may see them; nothing is written down
    here: whoever calls this has revealed the persons before."""
    shelf = StoredShelf(connection, room.vault)
    opened = shelf.records(records)
    rows = shelf.rows(opened)
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place in rows_stored.rows_of_records(connection, [row.number for row in rows.values()]):
        places[place.record or 0].append((place.version, place.line))
    latest = {version.list: version for version in rows_stored.latest_versions(connection)}
    views = {}
    for record_id, record in opened.items():
        row, version = rows[record_id], latest[record.list]
        sponsor = SponsorId(version.sponsor)
        seen, hidden = masked(record, viewer, sponsor)
        views[record_id] = RecordView(
            record=seen,
            person=PersonId(row.person),
            sponsor=sponsor,
            taken_at=from_micros(row.minted_at),
            rows=tuple(places[row.number]),
            hidden=hidden,
            is_current=version.kind == ENTRY
            or any(number == version.version for number, _ in places[row.number]),
        )
    return views


def person_view(room: Room, viewer: Viewer, asked: PersonId, ledger: Ledger | None) -> PersonView:
    """Everything about one person; the reveal is written down before anything is opened.

    Raises:
        UnknownSubjectError: no record brought such an id.
        NotAllowedError: the viewer may see no person, or no more this hour.
    """
    with room.store.reading() as connection:
        found = find(connection, asked)
    room.access.reveal(viewer, [found.id])
    with room.store.reading() as connection:
        return _person_view(connection, room, viewer, asked, found, ledger)


def _person_view(
    connection: Connection,
    room: Room,
    viewer: Viewer,
    asked: PersonId,
    found: Found,
    ledger: Ledger | None,
) -> PersonView:
    views = record_views(connection, room, viewer, found.live)
    shelf = StoredShelf(connection, room.vault)
    links = shelf.links(found.live)
    own = set(found.live)
    standing = linking.standings_about(shelf, connection, room.vault, found.live)
    subjects = [row.person for row in found.rows]
    every = [*subjects, *(row.id for row in found.rows)]
    decisions = journal.decisions_about(connection, room.vault, every)
    return PersonView(
        id=found.id,
        asked=asked,
        redirects=found.person.redirects,
        records=tuple(views[i] for i in found.live),
        shredded=len(found.rows) - len(found.live),
        links=tuple(
            (pair, link.weight, link.band) for pair, link in sorted(links.items()) if own >= {*pair}
        ),
        open_questions=_open_questions(links, own, standing),
        judgements=judgement_views(standing),
        history=tuple(_line(decision) for decision in decisions),
        stage=stage_of(found.id, found.rows, decisions, sponsors_of(connection, found.rows)),
        whereabouts=None if ledger is None else whereabouts(ledger, subjects, room.clock()),
        relatives=_relatives(connection, found),
    )


def _open_questions(
    links: Mapping[Pair, object], own: set[RecordId], standing: Mapping[Pair, Standing]
) -> tuple[Pair, ...]:
    return tuple(
        pair
        for pair, link in sorted(links.items())
        if getattr(link, "band", None) is Band.ASK
        and not own >= {*pair}
        and (pair not in standing or standing[pair].counts is None)
    )


def judgement_views(standing: Mapping[Pair, Standing]) -> tuple[JudgementView, ...]:
    """What was said about pairs and holds, oldest first."""
    views = [
        JudgementView(
            judgement=judgement,
            counts=judgement is s.counts,
            is_withdrawn=False,
            waits_for_second=s.waits_for_second and judgement is s.said[-1],
        )
        for s in standing.values()
        for judgement in s.said
    ]
    return tuple(sorted(views, key=lambda v: (v.judgement.judged_at, v.judgement.id)))


def _line(decision: journal.Decision) -> HistoryLine:
    return HistoryLine(
        at=decision.at,
        by=AccountId(decision.by),
        kind=str(decision.kind),
        word=decision.word,
        body=decision.body,
        id=decision.id,
        subject=decision.subject,
        other=decision.other,
    )


def sponsors_of(connection: Connection, rows: Sequence[StoredRecord]) -> tuple[SponsorId, ...]:
    """Who named a person, by their records."""
    lists = {ListId(row.list) for row in rows}
    found = {v.sponsor for v in rows_stored.latest_versions(connection) if v.list in lists}
    return tuple(SponsorId(sponsor) for sponsor in sorted(found))


def _relatives(connection: Connection, found: Found) -> tuple[PersonId, ...]:
    households = {row.household for row in found.rows if row.household is not None}
    together = stored.of_households(connection, households)
    persons = persons_of(connection, [row.number for row in together])
    return tuple(sorted({p.id for p in persons.values()} - {found.id}))


def whereabouts(ledger: Ledger, persons: Iterable[str], now: datetime) -> Whereabouts | None:
    """Where the ledger saw a person last, under any of their ids."""
    seen = [
        transfer
        for person in persons
        for transfer in ledger.journey(PersonId(person))
        if transfer.phase is Phase.POSTED and transfer.instant <= now
    ]
    if not seen:
        return None
    last = max(seen, key=_when)
    return Whereabouts(
        place=last.to_place, since=last.instant, person=last.person or PersonId("unknown")
    )


def _when(transfer: Transfer) -> tuple[datetime, str, bool]:
    return transfer.instant, transfer.entry, transfer.seen
