"""A list is taken in: every row kept as it came, each ending as a record or in quarantine.

The same file again adds nothing.  In a newer version of a list a row that says the same, letter by
letter, is the record that it was; a row that says something else is a new record beside the old
one.  Nothing is deleted when a version leaves somebody out: that a sponsor struck a name is
something to know, and no proof that there is no such person.

A record's id is a keyed hash of its list and of what its mapped cells say, so that it is the same
in whatever order lists arrive and wherever a column stands; and a row that was shredded on request
is recognised and stays out.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from safepassage.model.ids import AccountId, ListId, PersonId, RecordId, SponsorId, check_id
from safepassage.model.instant import to_micros
from safepassage.register.record import Record
from safepassage.registrar import written
from safepassage.registrar.errors import RegistrarError
from safepassage.registrar.room import Room
from safepassage.registrar.sealing import Sealer, blind_numbers
from safepassage.registrar.search import LOOKING, looking_keys
from safepassage.registrar.shelf import MATCHING, household_number
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_records import StoredRecord
from safepassage.store.register_rows import ListVersion, StoredRow
from safepassage.store.register_tables import register_list, register_record, register_row

FILE = "file"  # a version is the whole list anew
ENTRY = "entry"  # a version is one more row, keyed at a desk
ERASED = "erased"  # why a row that was shredded on request does not come back
ERASED_SENTENCE = (
    "Somebody asked that what this row says be erased, and it was. If they want to be registered"
    " again, enter them at the desk"
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outcome:
    """What a row was read as: a record, or nothing and why."""

    line: int
    cells: tuple[tuple[str, str], ...]  # header and text, as it came
    record: Record | None  # its id is given here, whatever it is
    said: tuple[tuple[str, str], ...] = ()  # field and text of every mapped cell, as it came
    reason: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Incoming:
    """A list on its way in, every row read."""

    list: ListId
    sponsor: SponsorId
    by: AccountId
    content: str  # a digest of the file as it came
    mapping: Mapping[str, Any]  # as plain values
    reading: str  # how cells are read besides what they are: calendar, order of days, region
    outcomes: Sequence[Outcome]
    kind: str = FILE
    particulars: Mapping[str, Any] = field(default_factory=dict)  # file name, quality panel, ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a version."""

    version: ListVersion
    is_known: bool
    reasons: Mapping[str, int]
    new: tuple[RecordId, ...]
    record_ids: tuple[RecordId, ...]  # of every row that is a record, in the order of the file


@dataclass(slots=True)
class _Minting:
    """Ids and numbers for the rows of one version."""

    digests: list[str]
    ids: list[RecordId | None]
    known: dict[str, int]  # number by id


def keep(room: Room, incoming: Incoming) -> Kept:
    """Keep a version of a list, in one transaction; its new records then wait to be linked.

    Raises:
        RegistrarError: the list belongs to another sponsor.
        InvalidFactError: the list's or sponsor's id is none.
    """
    check_id(incoming.list, "list")
    check_id(incoming.sponsor, "sponsor")
    digest = _file_digest(room, incoming)
    with room.changing, room.store.writing() as connection:
        before = rows_stored.versions(connection, incoming.list)
        _check_sponsor(before, incoming.sponsor)
        same = next((v for v in before if v.digest == digest), None)
        if same is not None:
            return _known(connection, same)
        return _kept(connection, room, incoming, digest, len(before) + 1)


def row_digest(room: Room, outcome: Outcome) -> str:
    """The keyed hash of what a row says, whatever its columns are called."""
    said = [text.strip() for _, text in outcome.cells if text.strip()]
    content = json.dumps(said, ensure_ascii=False)
    return room.vault.fingerprint("row", content.encode("utf-8", "surrogatepass"))


def _file_digest(room: Room, incoming: Incoming) -> str:
    content = json.dumps([incoming.content, incoming.mapping], ensure_ascii=False, sort_keys=True)
    return room.vault.fingerprint("file", content.encode("utf-8", "surrogatepass"))


def _check_sponsor(before: list[ListVersion], sponsor: str) -> None:
    if before and before[-1].sponsor != sponsor:
        raise RegistrarError(
            f"list {before[-1].list} is {before[-1].sponsor}'s: give this one another id"
        )


def _known(connection: Connection, version: ListVersion) -> Kept:
    rows = list(rows_stored.rows_of(connection, version.list, version.version))
    reasons = Counter(row.reason or "" for row in rows if row.record is None)
    numbers = [row.record for row in rows if row.record is not None]
    ids = {row.number: RecordId(row.id) for row in stored.by_numbers(connection, numbers)}
    return Kept(version, True, reasons, (), tuple(ids[number] for number in numbers))


def _kept(connection: Connection, room: Room, incoming: Incoming, digest: str, number: int) -> Kept:
    digests = [row_digest(room, outcome) for outcome in incoming.outcomes]
    outcomes = _without_erased(connection, incoming.outcomes, digests)
    minting = _minted(connection, room, incoming, outcomes, digests)
    new = _add_records(connection, room, incoming, outcomes, minting)
    _add_rows(connection, room, incoming, outcomes, minting, number)
    reasons = Counter(o.reason for o in outcomes if o.record is None)
    sealer = Sealer(room.vault, "list")
    version_number = rows_stored.next_number(connection, register_list)
    particulars = {"mapping": dict(incoming.mapping), **incoming.particulars}
    version = ListVersion(
        number=version_number,
        list=incoming.list,
        version=number,
        kind=incoming.kind,
        sponsor=incoming.sponsor,
        digest=digest,
        taken_at=to_micros(room.clock()),
        taken_by=incoming.by,
        rows=len(outcomes),
        records=len(outcomes) - reasons.total(),
        quarantined=reasons.total(),
        added=len(new),
        sealed=sealer.seal(version_number, written.to_bytes(particulars)),
    )
    rows_stored.add_version(connection, version)
    sealer.put_keys(connection)
    kept = tuple(record_id for record_id in minting.ids if record_id is not None)
    return Kept(version, False, reasons, tuple(new), kept)


def _without_erased(
    connection: Connection, outcomes: Sequence[Outcome], digests: Sequence[str]
) -> list[Outcome]:
    """The rows, those that were shredded before with nothing but their fate."""
    erased = rows_stored.erased_among(connection, set(digests))
    return [
        Outcome(line=outcome.line, cells=(), record=None, reason=ERASED, sentence=ERASED_SENTENCE)
        if digest in erased
        else outcome
        for outcome, digest in zip(outcomes, digests, strict=True)
    ]


def _minted(
    connection: Connection,
    room: Room,
    incoming: Incoming,
    outcomes: Sequence[Outcome],
    digests: list[str],
) -> _Minting:
    met: Counter[str] = Counter()
    ids: list[RecordId | None] = []
    for outcome in outcomes:
        if outcome.record is None:
            ids.append(None)
            continue
        content = json.dumps([incoming.list, incoming.reading, outcome.said], ensure_ascii=False)
        met[content] += 1
        whole = f"{met[content]} {content}".encode("utf-8", "surrogatepass")
        ids.append(RecordId("r-" + room.vault.fingerprint("record", whole)[:32]))
    found = stored.by_ids(connection, [i for i in ids if i is not None])
    return _Minting(digests, ids, {row.id: row.number for row in found})


def _add_records(
    connection: Connection,
    room: Room,
    incoming: Incoming,
    outcomes: Sequence[Outcome],
    minting: _Minting,
) -> list[RecordId]:
    """Keep the records that are new, and give `minting` their numbers."""
    sealer = Sealer(room.vault, "record")
    at = to_micros(room.clock())
    number = rows_stored.next_number(connection, register_record)
    rows: list[StoredRecord] = []
    for outcome, record_id in zip(outcomes, minting.ids, strict=True):
        if outcome.record is None or record_id is None or record_id in minting.known:
            continue
        record = replace(outcome.record, id=record_id, list=incoming.list, row=outcome.line)
        rows.append(_stored(room, record, number + len(rows), at, sealer))
        minting.known[record_id] = rows[-1].number
    stored.add_records(connection, rows)
    sealer.put_keys(connection)
    return [RecordId(row.id) for row in rows]


def _stored(room: Room, record: Record, number: int, at: int, sealer: Sealer) -> StoredRecord:
    household = (
        household_number(room.vault, record.list, record.household) if record.household else None
    )
    keys = blind_numbers(room.vault, MATCHING, room.matching.keys(record))
    keys += blind_numbers(room.vault, LOOKING, looking_keys(record))
    return StoredRecord(
        number=number,
        id=record.id,
        person=PersonId("p-" + secrets.token_hex(16)),
        list=record.list,
        household=household,
        minted_at=at,
        keys=stored.packed(keys),
        sealed=sealer.seal(number, written.record_to_bytes(record)),
    )


def _add_rows(
    connection: Connection,
    room: Room,
    incoming: Incoming,
    outcomes: Iterable[Outcome],
    minting: _Minting,
    version: int,
) -> None:
    sealer = Sealer(room.vault, "row")
    first = rows_stored.next_number(connection, register_row)
    rows = []
    for number, (outcome, digest, record_id) in enumerate(
        zip(outcomes, minting.digests, minting.ids, strict=True), start=first
    ):
        content = {"cells": outcome.cells, "sentence": outcome.sentence}
        rows.append(
            StoredRow(
                number=number,
                list=incoming.list,
                version=version,
                line=outcome.line,
                digest=digest,
                record=None if record_id is None else minting.known[record_id],
                reason=None if record_id is not None else outcome.reason,
                sealed=sealer.seal(number, written.to_bytes(content)),
            )
        )
    rows_stored.add_rows(connection, rows)
    sealer.put_keys(connection)
