"""The register checked against itself: what it promises, counted again; sentences, no names.

rows of a version  =  its records  +  its quarantine
every record that was not shredded has its key, opens, and is found by its blind keys
every record is of one person, and that person's id is the oldest record's
the chain of decisions holds
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from safepassage.register.linkage import Progress
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import all_records
from safepassage.secure.errors import ProtectionError
from safepassage.store import register_journal as journal_stored
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_records import CHUNK
from safepassage.store.register_tables import register_blind
from safepassage.store.statement import chunks


def check(room: Room, progress: Progress | None = None) -> list[str]:
    """What is wrong with the register; empty if nothing is."""
    with room.store.reading() as connection:
        return [
            *_conserved(connection),
            *_whole(connection, room, progress),
            *_members(connection),
            *_chain(connection),
        ]


def _conserved(connection: Connection) -> Iterator[str]:
    for latest in rows_stored.latest_versions(connection):
        for version in rows_stored.versions(connection, latest.list):
            name = f"{version.list} version {version.version}"
            rows = list(rows_stored.rows_of(connection, version.list, version.version))
            records = sum(row.record is not None for row in rows)
            if (version.rows, version.records) != (len(rows), records):
                yield (
                    f"{name} came with {version.rows} rows, of which {version.records} were"
                    f" records; {len(rows)} and {records} are here"
                )
            if version.rows != version.records + version.quarantined:
                yield f"{name}: its rows are not its records and its quarantine together"
            if any(row.record is None and not row.reason for row in rows):
                yield f"{name}: a row is neither a record nor in quarantine for a reason"


def _whole(connection: Connection, room: Room, progress: Progress | None) -> Iterator[str]:
    live, keys = 0, 0
    waiting = {row.number for row in stored.waiting(connection)}
    for row in stored.all_records(connection):
        live += not row.is_shredded
        keys += 0 if row.number in waiting else len(stored.unpacked(row.keys))
    opened = 0
    try:
        for _ in all_records(connection, room.vault):
            opened += 1
            if progress and not opened % CHUNK:
                progress("opening", opened, live)
    except ProtectionError as fault:
        yield f"a record does not open: {fault}"
    if opened != live:
        yield f"{live} records should open, {opened} do: a key is missing or bytes were changed"
    held = connection.execute(select(func.count()).select_from(register_blind)).scalar_one()
    if held != keys:
        yield f"records have {keys} blind keys, {held} can be found: link anew with --rebuild"


def _members(connection: Connection) -> Iterator[str]:
    members = linked.all_members(connection)
    oldest: dict[int, int] = {}
    for member in members:
        oldest[member.cluster] = min(member.record, oldest.get(member.cluster, member.record))
    wrong = sum(cluster != first for cluster, first in oldest.items())
    if wrong:
        yield f"{wrong} persons are not called by their oldest record: link anew with --rebuild"
    known: set[int] = set()
    for chunk in chunks((member.record for member in members), CHUNK):
        known |= stored.ids_of(connection, chunk).keys()
    if len(known) != len(members):
        yield f"{len(members) - len(known)} persons have records that are not here"


def _chain(connection: Connection) -> Iterator[str]:
    broken = journal_stored.broken_link(connection)
    if broken is not None:
        yield f"the chain of decisions does not hold from decision {broken} on"
