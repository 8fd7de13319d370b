"""A plain table of people, one row each, as records: for linking files without an operation.

A column is taken for what its header says. An id column is only an id; a column that could give
the answer away (a person's or a cluster's number) is never read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from safepassage.model.errors import SafePassageError
from safepassage.model.ids import ListId, RecordId
from safepassage.register.dates import Expected, NotADate, read_born
from safepassage.register.documents import NotADocument, read_document
from safepassage.register.match.list_households import Clues, list_households
from safepassage.register.phones import read_phones
from safepassage.register.record import (
    Born,
    Document,
    DocumentType,
    NamePart,
    Precision,
    Reading,
    Record,
    Sex,
    WrittenName,
)

# Field by header, in lower case with underscores.
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("unique_id", "record_id", "rec_id", "id", "row_id"),
    "list": ("list_id", "list", "source", "source_dataset"),
    "household": ("household", "household_number", "family_id", "case_id"),
    "full": ("full_name", "name"),
    "given": ("given", "given_name", "first_name", "forename"),
    "family": ("family", "family_name", "surname", "last_name"),
    "father": ("father", "father_name", "fathers_name"),
    "sex": ("sex", "gender"),
    "born": ("dob", "date_of_birth", "birth_date", "born"),
    "phone": ("phone", "mobile", "telephone", "phone_number"),
    "email": ("email", "e_mail"),
    "passport": ("passport", "passport_number", "passport_no"),
    "national-id": ("tazkira", "national_id", "soc_sec_id", "ssn", "nid"),
    "place": ("province", "place", "birth_place", "suburb", "district", "city"),
    "address": ("address", "address_1", "street"),
    "postcode": ("postcode", "postcode_fake", "postal_code", "zip"),
    "occupation": ("occupation", "profession"),
}
# What a field of the answer is called in test data: never evidence.
NEVER_READ: Final = frozenset({"person_id", "household_id", "cluster", "cluster_id"})
NO_LIST: Final = "file"
_SEXES: Final = {"f": Sex.FEMALE, "female": Sex.FEMALE, "m": Sex.MALE, "male": Sex.MALE}
_NAME_PARTS: Final = {
    "full": NamePart.FULL,
    "given": NamePart.GIVEN,
    "family": NamePart.FAMILY,
    "father": NamePart.FATHER,
}
_PAPERS: Final = {
    "passport": DocumentType.PASSPORT,
    "national-id": DocumentType.NATIONAL_ID,
}


class TableError(SafePassageError, ValueError):
    """A table that cannot be linked as it is."""


def propose_columns(
    headers: Sequence[str], chosen: Mapping[str, str], where: str
) -> dict[str, int]:
    """For each field the column that holds it; `chosen` maps headers to fields and wins.

    Raises:
        TableError: no id column, a column that is not there, or one named twice.
    """
    tidy = [header.strip().lower().replace(" ", "_").replace("-", "_") for header in headers]
    twice = sorted({header for header in tidy if header and tidy.count(header) > 1})
    if twice:
        raise TableError(f"{where}: the column {twice[0]} is there twice; rename one of the two")
    found: dict[str, int] = {}
    for column, field in chosen.items():
        name = column.strip().lower().replace(" ", "_").replace("-", "_")
        if field not in HEADERS:
            raise TableError(f"--map {column}={field}: no such field; use {', '.join(HEADERS)}")
        if name not in tidy:
            raise TableError(f"{where}: there is no column {column}; it has {', '.join(headers)}")
        if field in found:
            raise TableError(f"--map names the field {field} twice")
        found[field] = tidy.index(name)
    for field, names in HEADERS.items():
        held = [name for name in names if name in tidy and tidy.index(name) not in found.values()]
        if field not in found and held:
            found[field] = tidy.index(held[0])
    if "id" not in found:
        raise TableError(f"{where}: no id column; name it with --map COLUMN=id")
    return found


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one file, and which column is what."""

    rows: Sequence[Sequence[str]]
    columns: Mapping[str, int]
    received: date  # nobody in it was born later

    def cell(self, row: Sequence[str], field: str) -> str:
        """What a row says of a field; empty if nothing."""
        at = self.columns.get(field)
        return row[at].strip() if at is not None and at < len(row) else ""

    def ids(self) -> list[str]:
        """The id of each row, as it was written."""
        return [self.cell(row, "id") for row in self.rows]


def households_of(table: Table) -> list[str]:
    """The list household of each row: as the list says, else guessed from its neighbours.

    Only within one list and in its order. Rows that name no list have no neighbours.
    """
    if "household" in table.columns:
        return [table.cell(row, "household") for row in table.rows]
    found = [""] * len(table.rows)
    if "list" not in table.columns:
        return found
    by_list: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(table.rows):
        by_list[table.cell(row, "list")].append(at)
    for rows in by_list.values():
        clues = [_clues(table, table.rows[at]) for at in rows]
        for at, number in zip(rows, list_households(clues), strict=True):
            found[at] = str(number)
    return found


def _clues(table: Table, row: Sequence[str]) -> Clues:
    fields = ("phone", "family", "father", "given", "place")
    return Clues(*(table.cell(row, field).casefold() for field in fields))


def records_of(table: Table, ids: Sequence[RecordId]) -> Iterator[Record]:
    """The rows as records under these ids."""
    expected = Expected(table.received)

    @lru_cache(maxsize=1 << 17)
    def born_of(text: str) -> Born | None:
        found = read_born(text, expected)
        return _long_ago(text) if isinstance(found, NotADate) else found

    for number, (row, record, household) in enumerate(
        zip(table.rows, ids, households_of(table), strict=True), start=2
    ):
        yield _record(table, row, record, household, number, born_of(table.cell(row, "born")))


def _long_ago(text: str) -> Born | None:
    """A date of a historical register, which no living person was born on."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if (day.month, day.day) == (1, 1):
        whole_year = Reading(day, date(day.year, 12, 31))
        return Born(text, Precision.YEAR, (whole_year,))
    return Born(text, Precision.DAY, (Reading(day, day),))


def _record(
    table: Table,
    row: Sequence[str],
    record: RecordId,
    household: str,
    number: int,
    born: Born | None,
) -> Record:
    said = {field: table.cell(row, field) for field in table.columns}
    return Record(
        id=record,
        # A row that names no list is a list of its own: nothing is known of its neighbours.
        list=ListId(said.get("list") or f"{NO_LIST}-{record}"),
        row=number,
        household=household,
        names=tuple(
            WrittenName(part, said[field]) for field, part in _NAME_PARTS.items() if said.get(field)
        ),
        sex=_SEXES.get(said.get("sex", "").casefold()),
        born=born,
        phones=_phones(said.get("phone", "")),
        emails=(said["email"],) if said.get("email") else (),
        documents=tuple(
            paper
            for field, kind in _PAPERS.items()
            if said.get(field) and (paper := _paper(said[field], kind))
        ),
        places=(said["place"],) if said.get("place") else (),
        claims={f: said[f] for f in ("address", "postcode", "occupation") if said.get(f)},
    )


@lru_cache(maxsize=1 << 18)
def _phones(text: str) -> tuple[str, ...]:
    return read_phones(text, "AF").numbers if text else ()


def _paper(text: str, kind: DocumentType) -> Document | None:
    found = read_document(text, kind)
    return None if isinstance(found, NotADocument) else found
