"""A newer version of a list: what it says anew of somebody, who is on it for the first time, who
is gone.

A row that states an earlier one anew (the sender's own number, the same document, the same name
with the same birth date or in the same family) is the same person by the word of whoever handed
the list in.  That is recorded as their judgement, with the lines as its reason: it shows in the
history and can be undone like any other.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from safepassage.model.ids import ListId, PersonId, RecordId, SponsorId
from safepassage.register.difference import (
    Difference,
    PersonDifference,
    by_person,
    difference,
)
from safepassage.register.judgement import Judgement, JudgementId, Verdict, pair_of
from safepassage.register.record import Record
from safepassage.registrar import journal, linking, people
from safepassage.registrar.lists import known_versions
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import StoredShelf
from safepassage.secure.roles import Action, Viewer
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored

NOTHING = Difference((), (), (), ())


def restate(room: Room, viewer: Viewer, list_id: ListId, version: int) -> Difference:
    """Record which rows of a version state rows of the one before anew, and what that changes."""
    if version < 2:
        return NOTHING
    with room.changing, room.store.writing() as connection:
        found = _difference(connection, room, list_id, version)
        changed = [c for c in found.changed if c.before.id != c.after.id]
        for change in changed:
            lines = change.before.row, change.after.row
            judgement = Judgement(
                id=JudgementId(journal.new_id(journal.Kind.JUDGEMENT)),
                left=min(change.before.id, change.after.id),
                right=max(change.before.id, change.after.id),
                verdict=Verdict.SAME,
                by=viewer.account,
                judged_at=room.clock(),
                why=f"version {version} states it anew: line {lines[0]}, now line {lines[1]}",
                model=room.matching.version,
            )
            journal.record_judgement(connection, room.vault, judgement)
        pairs = [pair_of(c.before.id, c.after.id) for c in changed]
        if pairs:
            linking.relink(room, connection, pairs)
    return found


def changes(room: Room, viewer: Viewer, list_id: ListId, version: int) -> PersonDifference:
    """What a version changed against the one before, by person; ids alone.

    Raises:
        UnknownSubjectError: there is no such list.
        NotAllowedError: it is another sponsor's, or the viewer may see no list.
    """
    with room.store.reading() as connection:
        sponsor = SponsorId(known_versions(connection, list_id)[-1].sponsor)
        room.access.allow(viewer, Action.SEE_LISTS, sponsor)
        found = _difference(connection, room, list_id, version)
        every = [r.id for pair in found.same for r in pair]
        every += [r.id for c in found.changed for r in (c.before, c.after)]
        every += [r.id for r in (*found.added, *found.gone)]
        rows = StoredShelf(connection, room.vault).rows(every)
        persons = people.persons_of(connection, [row.number for row in rows.values()])

    def person_of(record: RecordId) -> PersonId | None:
        return persons[rows[record].number].id if record in rows else None

    return by_person(found, person_of)


def _difference(connection: Connection, room: Room, list_id: ListId, version: int) -> Difference:
    before = _records_of(connection, room, list_id, version - 1)
    return difference(before, _records_of(connection, room, list_id, version))


def _records_of(
    connection: Connection, room: Room, list_id: ListId, version: int
) -> Iterable[Record]:
    rows = rows_stored.rows_of(connection, list_id, version)
    numbers = [row.record for row in rows if row.record is not None]
    ids = [RecordId(row.id) for row in stored.by_numbers(connection, numbers)]
    return StoredShelf(connection, room.vault).records(ids).values()
