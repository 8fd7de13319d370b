"""The cells of one row, each read as what its column holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from safepassage.model.sheet import Mark, Row
from safepassage.register.dates import Expected, NotADate, read_born
from safepassage.register.digits import plain
from safepassage.register.documents import (
    ISSUER_CODES,
    NotADocument,
    document_of,
    read_document,
    type_by_form,
)
from safepassage.register.fields import CLAIMS, DOCUMENT_TYPES, NAME_PARTS, Field
from safepassage.register.mapping import Column, Mapping
from safepassage.register.month_names import folded
from safepassage.register.mrz import Mrz, NotAnMrz, read_mrz
from safepassage.register.phones import read_phones
from safepassage.register.record import (
    Born,
    Document,
    NamePart,
    Precision,
    Protection,
    Relation,
    Sex,
    WrittenName,
)
from safepassage.register.words import (
    document_named,
    is_nothing,
    is_yes,
    may_be_a_name,
    relation_named,
    sex_named,
)

_AFGHAN_OR_IRANIAN = {"AF", "IR", "TJ", "PK"}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_ALONE = re.compile(
    r"unaccompanied|without (?:an |any )?adults?|\balone\b|تنها|بدون همراه|بی ?سرپرست|غير مصحوب|"
    r"без сопровождения|без супроводу|non accompagné|unbegleitet|no acompañad[oa]"
)


@dataclass(slots=True)
class Cells:
    """What the cells of a row say, and what could not be read."""

    names: list[WrittenName] = field(default_factory=list)
    household: str = ""
    sex: Sex | None = None
    born: Born | None = None
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    relation: Relation | None = None
    protection: set[Protection] = field(default_factory=set)
    claims: dict[str, str] = field(default_factory=dict)
    remarks: list[tuple[int | None, Field | None, str]] = field(default_factory=list)
    misfits: int = 0  # cells that hold nothing of the kind of their column
    typed: int = 0  # filled cells of columns whose kind can be told

    @property
    def shifted(self) -> str:
        """Why the cells do not seem to stand in their columns; empty if they do."""
        if self.misfits >= 2 and 2 * self.misfits >= self.typed:
            return (
                f"{self.misfits} cells do not fit their columns, such as no sex under sex: its"
                " columns may have moved. Mend the row, or key the person at the desk"
            )
        return ""

    def remark(self, column: Column, sentence: str) -> None:
        """Note what a desk should know about a cell."""
        self.remarks.append((column.index, column.field, sentence))

    def claim(self, key: str, text: str) -> None:
        """Keep a text under a key; a second one stands after the first."""
        known = self.claims.get(key)
        self.claims[key] = f"{known}; {text}" if known and known != text else text


class Readings:
    """What is known about a list before its rows are read: the mapping, and what dates may be."""

    def __init__(self, mapping: Mapping, received: date) -> None:
        self.mapping = mapping
        self.expected = Expected(
            received, mapping.order, mapping.calendar, mapping.region in _AFGHAN_OR_IRANIAN
        )
        # A machine-readable zone fills gaps, so it is read after everything else.
        read = [column for column in mapping.columns if column.field in _READERS]
        self.columns = sorted(read, key=lambda column: column.field is Field.MRZ)
        self.parts = mapping.columns_of(Field.BIRTH_YEAR, Field.BIRTH_MONTH, Field.BIRTH_DAY)
        self.types = mapping.columns_of(Field.DOCUMENT_TYPE)
        self.issuers = mapping.columns_of(Field.ISSUER)


def read_cells(row: Row, readings: Readings) -> Cells:
    """Every mapped cell of a row; none that fails stops the others."""
    cells = Cells()
    for column in readings.columns:
        text = row.cell(column.index)
        if text:
            _READERS[column.field](text, column, row, readings, cells)
    if cells.born is None and readings.parts:
        _birth_parts(row, readings, cells)
    _care(cells, readings.expected.received)
    return cells


def _name(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    if is_nothing(text):
        if may_be_a_name(text):
            cells.remark(column, "It was read as no name; key it at the desk if it is one")
        return
    cells.names.append(WrittenName(NAME_PARTS[column.field], text))
    if not any(character.isalpha() for character in text):
        cells.remark(column, "A name without letters: look at the row")


def _sex(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.typed += 1
    cells.sex = sex_named(text)
    if cells.sex is None and not is_nothing(text):
        cells.misfits += 1
        cells.claim("sex-written", text)
        cells.remark(column, "It names no sex; it is kept as it was written")


def _born(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.typed += 1
    is_number = row.is_(column.index, Mark.NUMBER)
    read = read_born(text, readings.expected, is_number=is_number)
    if isinstance(read, NotADate):
        cells.misfits += not any(character.isdigit() for character in text)
        cells.claim("birth-date-unread", text)
        cells.remark(column, f"It is no birth date: {read.reason}. It is kept as it was written")
    elif read is not None and (cells.born is None or column.field is Field.BORN):
        cells.born = read


def _birth_parts(row: Row, readings: Readings, cells: Cells) -> None:
    """A birth date in three columns; a day without its month says nothing."""
    by_field = {column.field: plain(row.cell(column.index)) for column in readings.parts}
    year = by_field.get(Field.BIRTH_YEAR, "").removesuffix(".0")
    month = by_field.get(Field.BIRTH_MONTH, "").removesuffix(".0")
    day = by_field.get(Field.BIRTH_DAY, "").removesuffix(".0") if month else ""
    if not year:
        return
    if len(year) == 4 or not month.isdigit():
        text = "-".join(part for part in (year, month, day) if part)
    else:
        text = f"{day or '00'}/{month}/{year}"
    if month and not month.isdigit():
        text = f"{day} {month} {year}".strip()
    read = read_born(text, readings.expected)
    if isinstance(read, Born):
        cells.born = read
    elif read is not None:
        column = readings.parts[0]
        cells.claim("birth-date-unread", text)
        cells.remark(column, f"It is no birth date: {read.reason}. It is kept as it was written")


def _phone(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.typed += 1
    read = read_phones(text, readings.mapping.region)
    cells.phones += read.numbers
    if read.fault:
        cells.misfits += not any(character.isdigit() for character in plain(text))
        cells.remark(column, f"The phone cannot be dialled as written: {read.fault}")
        if not read.numbers:
            cells.claim("phone-unread", text)


def _email(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.typed += 1
    found = _EMAIL.findall(text)
    cells.emails += [address.casefold() for address in found]
    if not found and not is_nothing(text):
        cells.misfits += 1
        cells.claim("email-unread", text)
        cells.remark(column, "It is no e-mail address; it is kept as it was written")


def _document(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    kind = DOCUMENT_TYPES[column.field]
    if column.field is Field.DOCUMENT:
        stated = document_named(row.cell(readings.types[0].index)) if readings.types else None
        kind = stated or type_by_form(text)
    issuer = plain(row.cell(readings.issuers[0].index)).upper() if readings.issuers else ""
    if not (len(issuer) == 3 and issuer.isascii() and issuer.isalpha()):
        issuer = ISSUER_CODES.get(issuer, "")
    read = read_document(text, kind, issuer)
    if isinstance(read, NotADocument):
        cells.claim("document-unread", text)
        cells.remark(column, f"It is no document: {read.reason}. It is kept as it was written")
    elif read is not None:
        cells.documents.append(read)
        if read.fault:
            cells.remark(column, f"The document is kept, but {read.fault}")


def _mrz(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    zone = read_mrz(text)
    if isinstance(zone, NotAnMrz):
        cells.claim("mrz-unread", text)
        cells.remark(column, f"It is no machine-readable zone: {zone.reason}")
        return
    document = document_of(zone, text)
    if document.number:
        cells.documents.append(document)
    if not zone.is_sound:
        cells.remark(column, "A check digit of the zone is wrong: compare it with the document")
    if zone.slips:
        places = ", ".join(f"{slip.was} as {slip.read_as}" for slip in zone.slips[:5])
        cells.remark(column, f"Characters that scanners confuse were put right: {places}")
    _from_zone(zone, readings, cells)


def _from_zone(zone: Mrz, readings: Readings, cells: Cells) -> None:
    """What a zone says about its holder; it fills gaps, and goes over nothing the list says."""
    if not any(name.part is not NamePart.ALIAS for name in cells.names):
        for part, text in ((NamePart.FAMILY, zone.primary), (NamePart.GIVEN, zone.secondary)):
            if text:
                cells.names.append(WrittenName(part, text))
    if cells.sex is None and zone.sex in ("F", "M"):
        cells.sex = Sex(zone.sex)
    if cells.born is None:
        year, month, day = zone.birth[:2], zone.birth[2:4], zone.birth[4:]
        if year.isdigit():
            parts = "-".join(part if part.isdigit() else "00" for part in (month, day))
            read = read_born(
                _century(year, readings.expected.received) + "-" + parts, readings.expected
            )
            cells.born = read if isinstance(read, Born) else None
    if zone.nationality:
        cells.claims.setdefault("citizenship", ISSUER_CODES.get(zone.nationality, zone.nationality))


def _century(year: str, received: date) -> str:
    """The full year of two digits of birth: never in the future."""
    this = received.year // 100
    return f"{this - (int(year) > received.year % 100)}{year}"


def _household(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.household = cells.household or plain(text)


def _relation(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.relation = relation_named(text)
    if cells.relation is None and not is_nothing(text):
        cells.relation = Relation.OTHER
        cells.claim("relation-written", text)


def _place(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.places.append(text)


def _claim(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    cells.claim(column.field.value, text)


def _at_risk(text: str, column: Column, row: Row, readings: Readings, cells: Cells) -> None:
    if is_yes(text):
        cells.protection.add(Protection.AT_RISK)
    cells.claim(column.field.value, text)


def _care(cells: Cells, received: date) -> None:
    """A child that the sender calls alone is marked so, and no machine merges it."""
    notes = folded(" ".join((cells.claims.get("remarks", ""), cells.claims.get("needs", ""))))
    if not _ALONE.search(notes):
        return
    if cells.born is None or _age_least(cells.born, received) < 18:
        cells.protection.add(Protection.UNACCOMPANIED)


def _age_least(born: Born, received: date) -> int:
    latest = max(reading.latest for reading in born.readings)
    if born.precision is Precision.ESTIMATED:
        latest = born.latest
    return (
        received.year - latest.year - ((received.month, received.day) < (latest.month, latest.day))
    )


_Reader = Callable[[str, Column, Row, Readings, Cells], None]


def _all(fields: Iterable[Field], reader: _Reader) -> dict[Field, _Reader]:
    return dict.fromkeys(fields, reader)


_READERS: dict[Field, _Reader] = {
    **_all(NAME_PARTS, _name),
    Field.SEX: _sex,
    Field.BORN: _born,
    Field.AGE: _born,
    Field.PHONE: _phone,
    Field.EMAIL: _email,
    **_all(DOCUMENT_TYPES, _document),
    Field.HOUSEHOLD: _household,
    Field.RELATION: _relation,
    Field.PLACE: _place,
    **_all(CLAIMS, _claim),
    Field.AT_RISK: _at_risk,
    Field.MRZ: _mrz,
}
