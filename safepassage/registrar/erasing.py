"""Shredding: what the register holds about one person becomes unreadable, and stays out.

The wrapped keys go, and with them every copy of the records, in every backup made from now on.  The
ids stay, so that each published count and the ledger are as they were; a keyed hash of each row
stays, so that the same row on the next list is recognised and left in quarantine.
"""

from __future__ import annotations

from dataclasses import dataclass

from safepassage.model.ids import PersonId, RecordId
from safepassage.model.instant import to_micros
from safepassage.registrar import journal, link_table, linking, people
from safepassage.registrar.errors import RegistrarError
from safepassage.registrar.linking import CountingShelf
from safepassage.registrar.room import Room
from safepassage.secure import audit
from safepassage.secure.roles import Action, Viewer
from safepassage.store import register_journal as journal_stored
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored


@dataclass(frozen=True, slots=True)
class Shredded:
    """What was made unreadable."""

    person: PersonId
    records: int
    rows: int
    decisions: int  # whose reasons went


def shred(room: Room, viewer: Viewer, person: PersonId) -> Shredded:
    """Make everything that the register says about a person unreadable, for ever.

    Raises:
        NotAllowedError: the viewer may not erase.
        UnknownSubjectError: there is no such person.
        RegistrarError: it was done already.
    """
    room.access.allow(viewer, Action.ERASE)
    with room.changing:
        with room.store.writing() as connection:
            found = people.find(connection, person)
            live = [row for row in found.rows if not row.is_shredded]
            if not live:
                raise RegistrarError(f"what was known about {found.id} is erased already")
            shelf = CountingShelf(connection, room.vault)
            change = room.matching.without(shelf, found.live)
            rows = rows_stored.rows_of_records(connection, [row.number for row in live])
            at = room.clock()
            rows_stored.remember_erased(connection, [row.digest for row in rows], to_micros(at))
            subjects = [*(row.person for row in live), *(RecordId(row.id) for row in live)]
            said = journal_stored.entries_about(connection, subjects)
            stored.drop_keys(connection, "entry", [entry.number for entry in said])
            stored.shred(connection, live)
            link_table.drop(connection)
            linking.keep_change(connection, room.vault, change)
            result = Shredded(found.id, len(live), len(rows), len(said))
            erasure = journal.Decision(
                id=journal.new_id(journal.Kind.ERASURE),
                kind=journal.Kind.ERASURE,
                subject=found.id,
                word="shredded",
                by=viewer.account,
                at=at,
                body={"records": len(live), "rows": len(rows), "decisions": len(said)},
            )
            journal.record(connection, room.vault, erasure)
        room.store.forget_deleted()
    detail = {"records": result.records, "rows": result.rows}
    room.access.note(viewer, audit.Kind.ERASED, subject=found.id, detail=detail)
    return result
