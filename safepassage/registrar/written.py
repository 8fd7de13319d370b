"""A record as the bytes that are sealed, and back.

What is absent is left out, so that a thin row costs little; what is written in one version of the
program is read by later ones: a field may be added, none may change its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from safepassage.model.ids import ListId, RecordId
from safepassage.register.record import (
    Born,
    Calendar,
    Document,
    DocumentType,
    NamePart,
    Precision,
    Protection,
    Reading,
    Record,
    Relation,
    Sex,
    WrittenName,
)

_PARTS = {str(part): part for part in NamePart}


def to_bytes(content: Mapping[str, Any]) -> bytes:
    """Compact JSON."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def from_bytes(content: bytes) -> dict[str, Any]:
    """What `to_bytes` wrote."""
    read: dict[str, Any] = json.loads(content.decode("utf-8", "surrogatepass"))
    return read


def record_to_bytes(record: Record) -> bytes:
    """A record, without what the store keeps in the clear anyway."""
    content: dict[str, Any] = {
        "household": record.household,
        "names": [[str(name.part), name.text] for name in record.names],
        "sex": str(record.sex) if record.sex else "",
        "born": _born_out(record.born) if record.born else "",
        "phones": record.phones,
        "emails": record.emails,
        "documents": [_document_out(document) for document in record.documents],
        "places": record.places,
        "relation": str(record.relation) if record.relation else "",
        "protection": sorted(map(str, record.protection)),
        "claims": dict(record.claims),
    }
    said = {field: value for field, value in content.items() if value}
    return to_bytes({"row": record.row, **said})


def record_from_bytes(content: bytes, record_id: RecordId, list_id: ListId) -> Record:
    """What `record_to_bytes` wrote."""
    read = from_bytes(content)
    return Record(
        id=record_id,
        list=list_id,
        row=read["row"],
        household=read.get("household", ""),
        names=tuple(WrittenName(_PARTS[part], text) for part, text in read.get("names", ())),
        sex=Sex(read["sex"]) if "sex" in read else None,
        born=_born_in(read["born"]) if "born" in read else None,
        phones=tuple(read.get("phones", ())),
        emails=tuple(read.get("emails", ())),
        documents=tuple(_document_in(document) for document in read.get("documents", ())),
        places=tuple(read.get("places", ())),
        relation=Relation(read["relation"]) if "relation" in read else None,
        protection=frozenset(Protection(word) for word in read.get("protection", ())),
        claims=read.get("claims", {}),
    )


def _born_out(born: Born) -> list[Any]:
    readings = [
        [r.earliest.isoformat(), r.latest.isoformat(), str(r.calendar), r.swapped]
        for r in born.readings
    ]
    return [born.written, str(born.precision), readings]


def _born_in(content: list[Any]) -> Born:
    written, precision, readings = content
    return Born(
        written=written,
        precision=Precision(precision),
        readings=tuple(
            Reading(
                date.fromisoformat(earliest), date.fromisoformat(latest), Calendar(kind), swapped
            )
            for earliest, latest, kind, swapped in readings
        ),
    )


def _document_out(document: Document) -> list[Any]:
    return [
        str(document.type),
        document.written,
        document.number,
        document.issuer,
        document.is_sound,
        document.fault,
    ]


def _document_in(content: list[Any]) -> Document:
    return Document(DocumentType(content[0]), *content[1:])
