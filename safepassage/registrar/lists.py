"""Lists as the register keeps them: versions, rows in quarantine, and how columns were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from safepassage.model.ids import AccountId, ListId, RecordId, SponsorId
from safepassage.model.instant import from_micros, to_micros
from safepassage.registrar import written
from safepassage.registrar.access import Occasion
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.room import Room
from safepassage.registrar.sealing import Sealer, open_all, open_one
from safepassage.registrar.views import ListView, RowView
from safepassage.secure.roles import Action, Viewer, allows
from safepassage.store import register_journal as journal_stored
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_journal import StoredDocument
from safepassage.store.register_rows import ListVersion, StoredRow
from safepassage.store.register_tables import register_document

ROWS_SHOWN_MAX = 50


def all_lists(room: Room, viewer: Viewer) -> list[ListView]:
    """Each list as it was last taken in, as far as the viewer may know of it.

    Raises:
        NotAllowedError: the viewer may see no list.
    """
    room.access.allow(viewer, Action.SEE_LISTS)
    with room.store.reading() as connection:
        versions = [
            version
            for version in rows_stored.latest_versions(connection)
            if allows(viewer, Action.SEE_LISTS, SponsorId(version.sponsor)) is None
        ]
        return [_view(connection, room, version) for version in versions]


def versions_of(room: Room, viewer: Viewer, list_id: ListId) -> list[ListView]:
    """Every version of a list, oldest first.

    Raises:
        UnknownSubjectError: there is no such list.
        NotAllowedError: it is another sponsor's, or the viewer may see no list.
    """
    with room.store.reading() as connection:
        found = known_versions(connection, list_id)
        room.access.allow(viewer, Action.SEE_LISTS, SponsorId(found[-1].sponsor))
        return [_view(connection, room, version) for version in found]


def known_versions(connection: Connection, list_id: str) -> list[ListVersion]:
    """Every version of a list, oldest first.

    Raises:
        UnknownSubjectError: there is no such list.
    """
    found = rows_stored.versions(connection, list_id)
    if not found:
        raise UnknownSubjectError(f"there is no list {list_id}: `register lists` shows them")
    return found


def quarantined(
    room: Room, viewer: Viewer, list_id: ListId, *, after: int = 0, limit: int = ROWS_SHOWN_MAX
) -> list[RowView]:
    """Rows of the newest version that are in quarantine, behind a line of the file.

    Raises:
        UnknownSubjectError: there is no such list.
        NotAllowedError: it is another sponsor's, or the viewer may not see rows, or no more now.
    """
    with room.store.reading() as connection:
        latest = known_versions(connection, list_id)[-1]
        rows = rows_stored.rows_of(connection, list_id, latest.version, only_quarantined=True)
        shown = [row for row in rows if row.line > after][: min(limit, ROWS_SHOWN_MAX)]
    room.access.reveal(
        viewer,
        [f"row/{row.number}" for row in shown],
        Occasion.REVIEW,
        Action.SEE_QUALITY,
        SponsorId(latest.sponsor),
    )
    with room.store.reading() as connection:
        return row_views(connection, room, shown)


def row_views(connection: Connection, room: Room, rows: list[StoredRow]) -> list[RowView]:
    """Rows as they came, opened; whoever calls this has asked whether they may be shown."""
    opened = open_all(connection, room.vault, "row", {row.number: row.sealed for row in rows})
    numbers = [row.record for row in rows if row.record is not None]
    ids = {row.number: RecordId(row.id) for row in stored.by_numbers(connection, numbers)}
    views = []
    for row in rows:
        content = written.from_bytes(opened[row.number]) if row.number in opened else {}
        views.append(
            RowView(
                list=ListId(row.list),
                version=row.version,
                line=row.line,
                cells=tuple((header, text) for header, text in content.get("cells", ())),
                record=ids.get(row.record or 0),
                reason=row.reason or "",
                sentence=content.get("sentence", ""),
            )
        )
    return views


def particulars(connection: Connection, room: Room, version: ListVersion) -> dict[str, Any]:
    """What is sealed about a version: file name, mapping, quality panel."""
    return open_one(connection, room.vault, "list", version.number, version.sealed) or {}


def _view(connection: Connection, room: Room, version: ListVersion) -> ListView:
    sealed = particulars(connection, room, version)
    return ListView(
        list=ListId(version.list),
        version=version.version,
        sponsor=SponsorId(version.sponsor),
        taken_at=from_micros(version.taken_at),
        taken_by=AccountId(version.taken_by),
        rows=version.rows,
        records=version.records,
        quarantined=version.quarantined,
        added=version.added,
        file_name=sealed.get("file_name", ""),
        mapping=sealed.get("mapping", {}),
    )


def put_document(connection: Connection, room: Room, name: str, content: Mapping[str, Any]) -> int:
    """Keep a sealed document if it says something new; its version."""
    before = journal_stored.latest_document(connection, name)
    if before is not None:
        said = open_one(connection, room.vault, "document", before.number, before.sealed)
        if said == content:
            return before.version
    number = rows_stored.next_number(connection, register_document)
    version = before.version + 1 if before else 1
    sealer = Sealer(room.vault, "document")
    sealed = sealer.seal(number, written.to_bytes(content))
    at = to_micros(room.clock())
    journal_stored.put_document(connection, StoredDocument(number, name, version, at, sealed))
    sealer.put_keys(connection)
    return version


def get_document(connection: Connection, room: Room, name: str) -> dict[str, Any] | None:
    """The newest version of a sealed document; None if there is none."""
    found = journal_stored.latest_document(connection, name)
    if found is None:
        return None
    return open_one(connection, room.vault, "document", found.number, bytes(found.sealed))
