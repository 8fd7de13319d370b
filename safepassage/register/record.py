"""A record: one row of one list, read.  What was written stays written beside what it was read as.

The register never overwrites.  A record says what one list said about one person, in the list's own
words; who the same person is on another list is a judgement (`register/judgement.py`), and the
person is what the judgements leave standing (`register/person.py`).

Nothing in here is allowed near a log, an address or a file name: `repr` of a record shows its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from safepassage.model.ids import ListId, RecordId


class NamePart(StrEnum):
    """What the column said a name is.  A hint: many people have no family name, and lists err."""

    FULL = "full"
    GIVEN = "given"
    FAMILY = "family"
    FATHER = "father"  # the father's given name
    GRANDFATHER = "grandfather"
    MOTHER = "mother"
    ALIAS = "alias"  # another name the same list gives the same person


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A name as it was written, in any script."""

    part: NamePart
    text: str


class Sex(StrEnum):
    """As the list says; absent is unknown, and unknown contradicts nothing."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "X"


class Precision(StrEnum):
    """How much of a birth date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ESTIMATED = "estimated"  # from an age, or a decade


class Calendar(StrEnum):
    """In which calendar a date was written."""

    GREGORIAN = "gregorian"
    SOLAR_HIJRI = "solar-hijri"
    LUNAR_HIJRI = "lunar-hijri"
    ETHIOPIAN = "ethiopian"


@dataclass(frozen=True, slots=True)
class Reading:
    """One interval of days that a written date can mean, both ends included."""

    earliest: date
    latest: date
    calendar: Calendar = Calendar.GREGORIAN
    swapped: bool = False  # day and month taken the other way round


@dataclass(frozen=True, slots=True)
class Born:
    """A birth date as far as it is known: the likeliest reading first, then every other one.

    1 January is read as its year: nobody is given a birthday that a form filled in.
    """

    written: str
    precision: Precision
    readings: tuple[Reading, ...]

    @property
    def earliest(self) -> date:
        """The first day of the likeliest reading."""
        return self.readings[0].earliest

    @property
    def latest(self) -> date:
        """The last day of the likeliest reading."""
        return self.readings[0].latest


class DocumentType(StrEnum):
    """The closed list of papers; what is none of them is OTHER and says so."""

    PASSPORT = "passport"
    NATIONAL_ID = "national-id"  # a tazkira, a national identity card
    VISA = "visa"
    RESIDENCE = "residence"  # a residence permit or green card
    REFUGEE = "refugee"  # a registration of UNHCR or a state's refugee office
    EMPLOYMENT = "employment"  # a badge or contract number of an employer
    CASE = "case"  # a file number of an agency's programme
    BAND = "band"  # a numbered band or form of this operation
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper's number, as it was written and as it is compared."""

    type: DocumentType
    written: str
    number: str  # capitals and digits only
    issuer: str = ""  # ISO 3166 alpha-3, or ICAO 9303's own codes; empty: not said
    is_sound: bool | None = None  # check digits and form; None: nothing to check it by
    fault: str = ""  # why it is not sound


class Relation(StrEnum):
    """What a list says somebody is to the head of the family."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    SIBLING = "sibling"
    GRANDCHILD = "grandchild"
    GUARDIAN = "guardian"
    WARD = "ward"  # a child in somebody's care who is not theirs
    OTHER = "other"


class Protection(StrEnum):
    """A status under which a record is never merged by a machine with one of another status."""

    AT_RISK = "at-risk"
    WATCHED = "watched"  # a hit on a watch list, to be looked at by a person
    UNACCOMPANIED = "unaccompanied"
    IN_CUSTODY = "in-custody"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Record:
    """What one row of one list says about one person."""

    id: RecordId
    list: ListId
    row: int  # of the file as it came, counted from 1, the header included
    household: str = ""  # rows of one list with the same household came as one family
    names: tuple[WrittenName, ...] = ()
    sex: Sex | None = None
    born: Born | None = None
    phones: tuple[str, ...] = ()  # E.164 where it can be told, else the digits
    emails: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    places: tuple[str, ...] = ()  # home district, province or address, as written
    relation: Relation | None = None
    protection: frozenset[Protection] = frozenset()
    # What bears on priority and care, by key: citizenship, employer, claimed-category, needs, ...
    claims: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __repr__(self) -> str:
        return f"Record({self.id})"
