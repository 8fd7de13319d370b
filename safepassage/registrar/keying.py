"""One person keyed at a desk, read by the rules of a list.

It is refused before it is kept if nobody could be told by it; then it is a row of the desk's own
list like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Plain
from dataclasses import replace

from safepassage.model.ids import ListId, PersonId, SponsorId
from safepassage.model.sheet import Format, ReadList, Row, Sheet
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping
from safepassage.registrar import linking, people, reading, taking
from safepassage.registrar.errors import RegistrarError
from safepassage.registrar.room import Room
from safepassage.registrar.views import Entered
from safepassage.secure import audit
from safepassage.secure.roles import Action, Viewer
from safepassage.store import register_records as stored

HEADER_ROW = 1


def enter(
    room: Room,
    viewer: Viewer,
    said: Plain[Field, str],
    *,
    sponsor: SponsorId,
    list_id: ListId,
    region: str,
) -> Entered:
    """Keep one person, and link them; the same words again are the same person.

    Args:
        room: what to work with.
        viewer: who keys.
        said: what was said, by field, as it was said.
        sponsor: who answers for the desk's list.
        list_id: the desk's list; every entry is one more row of it.
        region: ISO 3166 alpha-2, where local phone numbers are dialled.

    Raises:
        NotAllowedError: the viewer may enter nobody.
        RegistrarError: nobody could be told by what was said, or it was erased before; why.
        MappingError: there is no name, document or phone among it.
    """
    room.access.allow(viewer, Action.ENTER_PERSON)
    filled = {field: text.strip() for field, text in said.items() if text.strip()}
    file, mapping = _as_list(filled, region)
    received = reading.receive(
        file,
        0,
        mapping,
        list_id=list_id,
        sponsor=sponsor,
        by=viewer.account,
        received=room.clock().date(),
    )
    if received.read.quarantined:
        raise RegistrarError(received.read.quarantined[0].reason)
    kept = taking.keep(room, replace(received.incoming, kind=taking.ENTRY))
    if kept.reasons:
        raise RegistrarError(taking.ERASED_SENTENCE)
    linking.link_waiting(room)
    record = kept.record_ids[0]
    with room.store.reading() as connection:
        (row,) = stored.by_ids(connection, [record])
        person = people.find(connection, PersonId(row.person)).id
    detail: dict[str, str | int] = {"entered": 1, "known": int(kept.is_known)}
    room.access.note(viewer, audit.Kind.LIST_TAKEN, subject=list_id, detail=detail)
    return Entered(
        record=record,
        person=person,
        is_known=kept.is_known,
        is_new_person=person == row.person,
        remarks=tuple(remark.sentence for remark in received.read.remarks),
    )


def _as_list(said: Plain[Field, str], region: str) -> tuple[ReadList, Mapping]:
    fields = sorted(said)
    header = Row(HEADER_ROW, tuple(str(field) for field in fields))
    row = Row(HEADER_ROW + 1, tuple(said[field] for field in fields))
    content = json.dumps([[str(field), said[field]] for field in fields], ensure_ascii=False)
    encoded = content.encode("utf-8", "surrogatepass")
    file = ReadList(
        name="",
        format=Format.JSON,
        sha256=hashlib.sha256(encoded).hexdigest(),
        size=len(encoded),
        sheets=(Sheet("", (header, row)),),
    )
    columns = tuple(Column(n, str(field), field) for n, field in enumerate(fields))
    return file, Mapping(columns, HEADER_ROW, region=region)
