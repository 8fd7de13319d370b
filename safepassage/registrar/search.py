"""Finding one person among a million: by blind keys first, then by opening the few that hold them.

The keys are those of the engine, which agree across spellings and scripts, and three more for a
phone, a document and a mail address alone.  Of all holders those come first that share the rarest
keys; they are opened, compared as the engine compares, and the best are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from safepassage.model.ids import PersonId, RecordId
from safepassage.register.linkage import Evidence
from safepassage.register.record import Record
from safepassage.registrar import people
from safepassage.registrar.looking import Asked, check_enough, probes, read_asked
from safepassage.registrar.room import Room
from safepassage.registrar.sealing import blind_numbers
from safepassage.registrar.shelf import MATCHING, StoredShelf
from safepassage.registrar.views import Hit, SearchResult
from safepassage.secure.roles import Action, Viewer, fields_seen
from safepassage.store import register_records as stored

LOOKING = "looking"  # the domain of the keys that only a search uses
SHOWN_MAX = 10
COMPARED_MAX = 50  # whose evidence is worked out
OPENED_MAX = 300  # candidates that are opened for one search
HOLDERS_MAX = 2_000  # of one key that are considered
WEIGHT_MIN = 4.0  # log2: less is chance
# Whoever fits a thousand times worse than the best is a relative or a stranger, and not revealed.
SPREAD_MAX = 10.0


@dataclass(frozen=True, slots=True)
class _Scored:
    record: RecordId
    weight: float
    bars: tuple[Evidence, ...]


def looking_keys(record: Record) -> list[str]:
    """By what one thing alone a record is found: what few people share."""
    return [
        *(f"phone {number}" for number in record.phones),
        *(f"email {email.casefold()}" for email in record.emails),
        *(f"number {document.number}" for document in record.documents if document.number),
    ]


def search(room: Room, viewer: Viewer, text: str, region: str) -> SearchResult:
    """The people whom these words fit best, at most ten; each one shown is a reveal.

    Raises:
        TooLittleError: the words would fit a crowd.
        NotAllowedError: the viewer may search for nobody, or see no more people this hour.
    """
    room.access.allow(viewer, Action.SEARCH)
    read = read_asked(text, room.clock().date(), region)
    asked = read.only(fields_seen(viewer))
    check_enough(asked)
    with room.store.reading() as connection:
        best, is_cut = _best(connection, room, asked)
        shelf = StoredShelf(connection, room.vault)
        numbers = {row.number: i for i, row in shelf.rows([s.record for s in best]).items()}
        found = people.persons_of(connection, numbers)
        person_of = {numbers[n]: person.id for n, person in found.items()}
    each = _one_each(best, person_of)
    allowed = set(room.access.found(viewer, [person_of[s.record] for s in each[:SHOWN_MAX]]))
    shown = [s for s in each if person_of[s.record] in allowed]
    is_cut = is_cut or len(each) > len(shown)
    with room.store.reading() as connection:
        views = people.record_views(connection, room, viewer, [s.record for s in shown])
    hits = tuple(
        Hit(person=person_of[s.record], record=views[s.record], weight=s.weight, bars=s.bars)
        for s in shown
        if s.record in views
    )
    return SearchResult(hits=hits, is_cut=is_cut, not_used=read.fields - asked.fields)


def _best(connection: Connection, room: Room, asked: Asked) -> tuple[list[_Scored], bool]:
    """The candidates by how well they fit, and whether there were more than were opened."""
    tried = list(probes(asked))
    candidates, is_cut = _candidates(connection, room, tried)
    shelf = StoredShelf(connection, room.vault)
    opened = list(shelf.records(list(candidates)).values())
    # Without a name a number must be the very one: the next number is often a relative's.
    numbers = set(looking_keys(tried[0]))
    exact = [record for record in opened if not numbers.isdisjoint(looking_keys(record))]
    if exact or not asked.names:
        opened, is_cut = exact, False
    compared = room.matching.compare(tried, opened, COMPARED_MAX)
    scored = [_Scored(i, sum(bar.weight for bar in bars), bars) for i, bars in compared.items()]
    scored.sort(key=lambda s: (-s.weight, s.record))
    if exact or not scored:
        return scored, is_cut
    least = max(WEIGHT_MIN, scored[0].weight - SPREAD_MAX)
    return [one for one in scored if one.weight >= least], is_cut


def _candidates(
    connection: Connection, room: Room, tried: Iterable[Record]
) -> tuple[list[RecordId], bool]:
    """Who shares the rarest keys."""
    keys: set[int] = set()
    for probe in tried:
        keys |= set(blind_numbers(room.vault, MATCHING, room.matching.keys(probe)))
        keys |= set(blind_numbers(room.vault, LOOKING, looking_keys(probe)))
    held = stored.holders(connection, keys, HOLDERS_MAX + 1)
    share: dict[int, float] = defaultdict(float)
    for holders in held.values():
        for record in holders:
            share[record] += 1 / len(holders)
    ordered = sorted(share, key=lambda record: (-share[record], record))
    ids = StoredShelf(connection, room.vault).ids(ordered[:OPENED_MAX])
    is_cut = len(ordered) > OPENED_MAX or any(len(h) > HOLDERS_MAX for h in held.values())
    return list(ids.values()), is_cut


def _one_each(best: Iterable[_Scored], person_of: dict[RecordId, PersonId]) -> list[_Scored]:
    """Of each person the record that fits best."""
    shown: dict[PersonId, _Scored] = {}
    for scored in best:
        shown.setdefault(person_of[scored.record], scored)
    return list(shown.values())
