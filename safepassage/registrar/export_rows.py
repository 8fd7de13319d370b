"""The rows of an export, from what the register says now: one for each person, or list line.

Which columns there are is the type's; nothing here adds one.  Where lists contradict each other the
oldest record's word is written, for a receiver needs one: the register keeps them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from safepassage.exchange.exports.types import KINDS, ExportType
from safepassage.model.ids import ListId, PersonId
from safepassage.model.instant import from_micros
from safepassage.register.family_values import Family
from safepassage.register.names.scripts import Script, script_of_letter
from safepassage.register.names.transliteration import romanise
from safepassage.register.priority import assess
from safepassage.register.priority_values import Answer, Applicant, Rules
from safepassage.register.record import (
    Born,
    Document,
    DocumentType,
    NamePart,
    Precision,
    Protection,
    Record,
)
from safepassage.registrar import people
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.export_values import ExportId, ExportRefusedError, Selection
from safepassage.registrar.kinship import Kin
from safepassage.registrar.room import Room
from safepassage.registrar.stages import all_stages
from safepassage.registrar.views import Stage, StageView
from safepassage.store import register_rows as rows_stored

REFERENCE_LENGTH = 10
# What a partner is told: that nobody has decided yet, never by whose list somebody is known.
_STATUS: Mapping[Stage, str] = {
    Stage.RECEIVED: "received",
    Stage.READ: "received",
    Stage.TRIAGED: "in hand",
    Stage.DECIDED: "decided",
    Stage.TOLD: "told",
}
_PAPERS = (
    DocumentType.PASSPORT,
    DocumentType.NATIONAL_ID,
    DocumentType.VISA,
    DocumentType.RESIDENCE,
)
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One row to be: somebody, and the line of the list, where it is about a list."""

    person: PersonId
    line: int = 0
    came_at: datetime | None = None  # of a line: when this list first had it


def subjects_of(room: Room, kin: Kin, selection: Selection) -> list[Subject]:
    """Whom a selection is about, each once; of a list, each of its lines that is a record.

    Raises:
        UnknownSubjectError: there is no such list, or somebody is not in the register.
    """
    if selection.list is not None:
        return _of_list(room, selection.list)
    wanted = dict.fromkeys(kin.leads_to.get(person, person) for person in selection.persons)
    unknown = [person for person in wanted if person not in kin.members]
    if unknown:
        raise UnknownSubjectError(
            f"{len(unknown)} of the persons are not in this register, or were erased: first"
            f" {unknown[0]}"
        )
    return [Subject(person) for person in wanted]


def _of_list(room: Room, list_id: ListId) -> list[Subject]:
    with room.store.reading() as connection:
        kept = rows_stored.versions(connection, list_id)
        if not kept:
            raise UnknownSubjectError(f"there is no list {list_id} in this register")
        rows = rows_stored.rows_of(connection, list_id, kept[-1].version)
        line_of = {row.record: row.line for row in rows if row.record is not None}
        found = people.persons_of(connection, line_of)
    return [
        Subject(found[record].id, line, from_micros(row.minted_at))
        for record, line in sorted(line_of.items(), key=lambda item: item[1])
        for row in found[record].rows
        if row.number == record and not row.is_shredded
    ]


@dataclass(frozen=True, slots=True)
class Moment:
    """The register as rows are made from it."""

    export: ExportId
    room: Room
    kin: Kin
    rules: Rules
    at: datetime
    stages: Mapping[PersonId, StageView]
    applicants: Mapping[PersonId, Applicant]

    @classmethod
    def of(cls, export: ExportId, room: Room, kin: Kin, rules: Rules, at: datetime) -> Moment:
        """Now."""
        with room.store.reading() as connection:
            stages = {stage.person: stage for stage in all_stages(connection)}
        applicants = {applicant.person: applicant for applicant in kin.applicants}
        return cls(export, room, kin, rules, at, stages, applicants)

    def reference(self, kind: str, subject: str) -> str:
        """An id for this export alone: two receivers cannot tell by it whom they both have."""
        said = f"{self.export}\0{kind}\0{subject}".encode()
        return self.room.vault.fingerprint("export-reference", said)[:REFERENCE_LENGTH].upper()

    def family(self, person: PersonId) -> Family:
        """In which somebody goes."""
        return self.kin.families.of(person)

    def records(self, person: PersonId) -> Sequence[Record]:
        """What lists say of somebody, oldest first."""
        return self.kin.members[person].records


def rows_for(moment: Moment, export_type: ExportType, subjects: Sequence[Subject]) -> list[Row]:
    """The rows of a type, in the order of the subjects.

    Raises:
        ExportRefusedError: two rows would have one reference.
    """
    made = [_ROWS[export_type](moment, subject) for subject in subjects]
    if len({row[0] for row in made}) < len(made):
        raise ExportRefusedError("two rows would have one reference: ask for this export again")
    wrong = [row for row in made if len(row) != len(KINDS[export_type].columns)]
    if wrong:
        raise ExportRefusedError(f"{len(wrong)} rows have other columns than {export_type} allows")
    return made


def digest_of(room: Room, rows: Sequence[Row]) -> str:
    """A keyed digest that tells whether the same rows come out again."""
    said = json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return room.vault.fingerprint("export-rows", said)


def _sponsor_status(moment: Moment, subject: Subject) -> Row:
    reference = moment.reference("line", f"{subject.person}\0{subject.line}")
    return (reference, str(subject.line), *_stage(moment, subject.person, subject.came_at))


def _stage(moment: Moment, person: PersonId, came_at: datetime | None = None) -> tuple[str, str]:
    """How far somebody's request has come, and since when.

    Until it is triaged it waits since it came: by this list, where it is about a list, so that no
    sponsor learns that another one named somebody before.
    """
    stage = moment.stages[person]
    is_waiting = stage.stage in (Stage.RECEIVED, Stage.READ)
    since = (came_at or stage.received_at) if is_waiting else stage.since
    return _STATUS[stage.stage], since.date().isoformat()


def _person(moment: Moment, person: PersonId) -> tuple[str, str]:
    """The references of somebody and of their family."""
    family = moment.family(person)
    return moment.reference("person", person), moment.reference("family", family.id)


def _call_forward(moment: Moment, subject: Subject) -> Row:
    family = moment.family(subject.person)
    is_child = any(child.person == subject.person for child in family.children)
    own = _person(moment, subject.person)
    return (*own, str(len(family.members)), _yes(is_child))


def _manifest(moment: Moment, subject: Subject) -> Row:
    records = moment.records(subject.person)
    paper = _paper(records)
    return (
        *_person(moment, subject.person),
        _name(records),
        _named(records, NamePart.FATHER),
        _first(records, lambda record: str(record.sex or "")),
        _first(records, lambda record: _born(record.born)),
        _first(records, lambda record: record.claims.get("citizenship", "")),
        str(paper.type) if paper else "",
        paper.number if paper else "",
        _first(records, lambda record: str(record.relation or "")),
    )


def _passenger_list(moment: Moment, subject: Subject) -> Row:
    """As a carrier's message wants it: Latin letters, and no part of a name that nobody gave."""
    records = moment.records(subject.person)
    paper = _paper(records)
    family, given = _latin_name(records)
    return (
        moment.reference("person", subject.person),
        family,
        given,
        _first(records, lambda record: str(record.sex or "")),
        _first(records, lambda record: _born(record.born)),
        _first(records, lambda record: record.claims.get("citizenship", "")),
        str(paper.type) if paper else "",
        paper.number if paper else "",
        paper.issuer if paper else "",
    )


def _latin_name(records: Sequence[Record]) -> tuple[str, str]:
    """Family and given names of one record, the first in Latin letters, else romanised.

    A name that came whole stays whole, as the family name: where it is divided is not guessed.
    """
    found = []
    for record in records:
        parts = {name.part: name.text for name in reversed(record.names)}
        family, given = parts.get(NamePart.FAMILY, ""), parts.get(NamePart.GIVEN, "")
        whole = parts.get(NamePart.FULL, "")
        if family or given:
            found.append((family or given, given if family else ""))
        elif whole:
            found.append((whole, ""))
    for family, given in found:
        if all(script_of_letter(c) is Script.LATIN for c in family + given if c.isalpha()):
            return family, given
    family, given = found[0] if found else ("", "")
    return romanise(family).upper(), romanise(given).upper()


def _decision_sheet(moment: Moment, subject: Subject) -> Row:
    found = assess(moment.rules, moment.applicants[subject.person], moment.at)
    met = dict.fromkeys(f"{f.category}: {f.test}" for f in found.findings if f.answer is Answer.YES)
    children = moment.family(subject.person).children
    is_alone = any(
        child.person == subject.person and child.care.is_without_guardian for child in children
    )
    at_risk = any(Protection.AT_RISK in r.protection for r in moment.records(subject.person))
    return (
        *_person(moment, subject.person),
        found.category,
        found.rules,
        "; ".join(met),
        "; ".join(found.unknown),
        _yes(at_risk),
        _yes(is_alone),
        *_stage(moment, subject.person),
    )


def _bands(moment: Moment, subject: Subject) -> Row:
    bands = [
        document.number
        for record in moment.records(subject.person)
        for document in record.documents
        if document.type is DocumentType.BAND
    ]
    return (*_person(moment, subject.person), ", ".join(dict.fromkeys(bands)))


_ROWS: Mapping[ExportType, Callable[[Moment, Subject], Row]] = {
    ExportType.SPONSOR_STATUS: _sponsor_status,
    ExportType.CALL_FORWARD: _call_forward,
    ExportType.MANIFEST: _manifest,
    ExportType.PASSENGER_LIST: _passenger_list,
    ExportType.DECISION_SHEET: _decision_sheet,
    ExportType.BANDS: _bands,
}


def _first(records: Sequence[Record], read: Callable[[Record], str]) -> str:
    return next(filter(None, map(read, records)), "")


def _named(records: Sequence[Record], part: NamePart) -> str:
    return _first(
        records, lambda record: next((n.text for n in record.names if n.part is part), "")
    )


def _name(records: Sequence[Record]) -> str:
    """The name as one record writes it: parts of two lists are never put together."""

    def written(record: Record) -> str:
        parts = {name.part: name.text for name in reversed(record.names)}
        own = [parts[p] for p in (NamePart.GIVEN, NamePart.FAMILY) if p in parts]
        return parts.get(NamePart.FULL, " ".join(own))

    return _first(records, written)


def _born(born: Born | None) -> str:
    """As far as it is known; nobody is given a made-up 1 January."""
    if born is None:
        return ""
    day = born.earliest
    if born.precision is Precision.DAY:
        return day.isoformat()
    if born.precision is Precision.MONTH:
        return f"{day:%Y-%m}"
    if born.precision is Precision.YEAR and day.year == born.latest.year:
        return f"{day:%Y}"
    return f"{day:%Y} to {born.latest:%Y}"


def _paper(records: Sequence[Record]) -> Document | None:
    """The best paper that the lists give, sound ones first."""
    papers = [d for record in records for d in record.documents if d.type in _PAPERS]
    return min(papers, key=lambda d: (d.is_sound is False, _PAPERS.index(d.type)), default=None)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
