"""The review queue: pairs that wait for a person, the one on which most depends first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from safepassage.model.deadline import deadlines_in_force
from safepassage.model.fold import Transfer
from safepassage.model.ids import PersonId, RecordId
from safepassage.model.ledger import Ledger
from safepassage.register.judgement import Pair, Verdict
from safepassage.register.linkage import Band, Link
from safepassage.register.record import Record
from safepassage.registrar import linking, people
from safepassage.registrar.access import Occasion
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.linking import CountingShelf
from safepassage.registrar.room import Room
from safepassage.registrar.stakes import gates_of, stakes_of, value_of
from safepassage.registrar.verdicts import Standing
from safepassage.registrar.views import Question, Queue
from safepassage.registrar.wording import sentence_of
from safepassage.secure.roles import Action, Viewer
from safepassage.store import register_links as linked

SCANNED_MAX = 1_000  # of all that wait, those whose stakes are looked at


@dataclass(frozen=True, slots=True)
class Ranked:
    """A pair with what depends on it."""

    link: Link
    value: float
    stakes: tuple[str, ...]
    is_one_family: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """What the ledger knows that makes one question more urgent than another."""

    ledger: Ledger | None
    gates: frozenset[str]
    deadline: datetime | None
    now: datetime

    @classmethod
    def of(cls, ledger: Ledger | None, now: datetime) -> Moment:
        """The moment at `now`."""
        if ledger is None:
            return cls(None, frozenset(), None, now)
        ahead = [
            deadline.at
            for deadline in deadlines_in_force(ledger.catalogue.deadlines, now).values()
            if deadline.at >= now
        ]
        return cls(ledger, gates_of(ledger), min(ahead, default=None), now)

    def journeys(self, persons: Iterable[PersonId]) -> list[Transfer]:
        """Where the ledger has these persons."""
        if self.ledger is None:
            return []
        return [t for person in persons for t in self.ledger.journey(person)]


def queue(room: Room, viewer: Viewer, ledger: Ledger | None, limit: int, skip: int = 0) -> Queue:
    """The first questions for this viewer; each shows two people, which is written down.

    Raises:
        NotAllowedError: the viewer may not judge, or has seen as many people as they may.
    """
    room.access.allow(viewer, Action.JUDGE)
    moment = Moment.of(ledger, room.clock())
    with room.store.reading() as connection:
        ranked, scanned = rank(connection, room, moment, viewer)
        whole = linked.band_counts(connection).get(str(Band.ASK), 0)
    return Queue(
        questions=tuple(_shown(room, viewer, one) for one in ranked[skip : skip + limit]),
        waiting=whole - scanned + len(ranked),
    )


def question(room: Room, viewer: Viewer, ledger: Ledger | None, pair: Pair) -> Question:
    """One pair and all that helps to judge it, whether or not it waits.

    Raises:
        UnknownSubjectError: one of the records is not registered, or was shredded.
        NotAllowedError: the viewer may not judge, or has seen as many people as they may.
    """
    room.access.allow(viewer, Action.JUDGE)
    with room.store.reading() as connection:
        shelf = CountingShelf(connection, room.vault)
        records = shelf.records(pair)
        if len(records) < len(pair):
            raise UnknownSubjectError("one of these records is not registered, or was erased")
        link = shelf.links([pair[0]]).get(pair) or _unlinked(room, shelf, pair, records)
        moment = Moment.of(ledger, room.clock())
        ranked = _ranked(shelf, [link], records, moment)[0]
    return _shown(room, viewer, ranked)


def _unlinked(
    room: Room, shelf: CountingShelf, pair: Pair, records: Mapping[RecordId, Record]
) -> Link:
    bars = room.matching.explain(records[pair[0]], records[pair[1]], shelf)
    return Link(pair, sum(bar.weight for bar in bars), Band.NO)


def rank(
    connection: Connection, room: Room, moment: Moment, viewer: Viewer
) -> tuple[list[Ranked], int]:
    """What waits for this viewer, the most valuable first; and of how many it was chosen."""
    shelf = CountingShelf(connection, room.vault)
    stored = linked.links_in_band(connection, str(Band.ASK), SCANNED_MAX)
    links = shelf.named(stored)
    standing = linking.standings_about(
        shelf, connection, room.vault, {record for pair in links for record in pair}
    )
    rows = shelf.rows({record for pair in links for record in pair})
    members = linked.memberships(connection, [row.number for row in rows.values()])
    cluster_of = {member.record: member.cluster for member in members}

    def waits(pair: Pair) -> bool:
        left, right = (cluster_of.get(rows[record].number, 0) for record in pair)
        return left != right and _waits_for(viewer, standing.get(pair))

    # One question for every two persons: its answer answers the others.
    best: dict[frozenset[int], Link] = {}
    for pair, link in links.items():
        if waits(pair):
            both = frozenset(cluster_of[rows[record].number] for record in pair)
            known = best.get(both)
            if known is None or (known.weight, known.pair) < (link.weight, link.pair):
                best[both] = link
    waiting = list(best.values())
    opened = shelf.records({record for link in waiting for record in link.pair})
    ranked = _ranked(shelf, waiting, opened, moment)
    return sorted(ranked, key=lambda one: (-one.value, one.link.pair)), len(stored)


def _waits_for(viewer: Viewer, standing: Standing | None) -> bool:
    """Whether a pair waits for this viewer: nobody told it, or somebody who could not, or a
    second reviewer is needed and this is another one."""
    if standing is None or not standing.said:
        return True
    if any(judgement.by == viewer.account for judgement in standing.said):
        return False
    counts = standing.counts
    return counts is None or counts.verdict is Verdict.UNSURE


def _ranked(
    shelf: CountingShelf,
    links: Sequence[Link],
    opened: Mapping[RecordId, Record],
    moment: Moment,
) -> list[Ranked]:
    rows = shelf.rows(opened)
    families = linking.families_of(shelf.connection, rows.values())
    ranked = []
    for link in links:
        if not opened.keys() >= {*link.pair}:
            continue
        left, right = link.pair
        family = families[rows[left].number]
        is_one_family = not family.isdisjoint(families[rows[right].number])
        stakes = stakes_of(
            [opened[left], opened[right]],
            moment.journeys(PersonId(rows[record].person) for record in link.pair),
            is_one_family=is_one_family,
            gates=moment.gates,
            deadline=moment.deadline,
            now=moment.now,
        )
        ranked.append(
            Ranked(
                link,
                value_of(link.weight, stakes, is_held_back=bool(link.held_back)),
                stakes,
                is_one_family,
            )
        )
    return ranked


def _shown(room: Room, viewer: Viewer, ranked: Ranked) -> Question:
    """The question, after its two people were written down as revealed."""
    pair = ranked.link.pair
    with room.store.reading() as connection:
        shelf = CountingShelf(connection, room.vault)
        numbers = [row.number for row in shelf.rows(pair).values()]
        persons = {p.id for p in people.persons_of(connection, numbers).values()}
    room.access.reveal(viewer, sorted(persons), Occasion.REVIEW)
    with room.store.reading() as connection:
        shelf = CountingShelf(connection, room.vault)
        records = shelf.records(pair)
        views = people.record_views(connection, room, viewer, pair)
        bars = room.matching.explain(records[pair[0]], records[pair[1]], shelf)
        standing = linking.standings_about(shelf, connection, room.vault, pair)
    own = {p: s for p, s in standing.items() if p == pair}
    return Question(
        pair=pair,
        left=views[pair[0]],
        right=views[pair[1]],
        weight=sum(bar.weight for bar in bars),
        band=ranked.link.band,
        bars=bars,
        held_back=ranked.link.held_back,
        sentence=sentence_of(bars, ranked.link.held_back),
        value=ranked.value,
        stakes=ranked.stakes,
        said=people.judgement_views(own),
        is_one_family=ranked.is_one_family,
    )
