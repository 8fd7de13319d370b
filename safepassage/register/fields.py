"""What a column of a list can hold: the closed set of fields, and the words that headers use.

Headers are compared by their words, folded: `Date of Birth` and `DATE_OF_BIRTH` are one.  The words
stand in `tables/headers.yaml`.
"""

from __future__ import annotations

import re
from enum import StrEnum

from safepassage.register.digits import plain
from safepassage.register.month_names import folded
from safepassage.register.record import DocumentType, NamePart
from safepassage.register.tables import table


class Field(StrEnum):
    """What a column holds."""

    FULL_NAME = "full-name"
    GIVEN_NAME = "given-name"
    FAMILY_NAME = "family-name"
    FATHER_NAME = "father-name"
    GRANDFATHER_NAME = "grandfather-name"
    MOTHER_NAME = "mother-name"
    OTHER_NAME = "other-name"
    SEX = "sex"
    BORN = "born"
    BIRTH_DAY = "birth-day"
    BIRTH_MONTH = "birth-month"
    BIRTH_YEAR = "birth-year"
    AGE = "age"
    PHONE = "phone"
    EMAIL = "email"
    PASSPORT = "passport"
    NATIONAL_ID = "national-id"
    VISA = "visa"
    RESIDENCE = "residence"
    REFUGEE = "refugee"
    EMPLOYMENT = "employment"
    CASE = "case"
    BAND = "band"
    DOCUMENT = "document"  # a number whose type another column says, or nobody
    DOCUMENT_TYPE = "document-type"
    ISSUER = "issuer"
    MRZ = "mrz"
    HOUSEHOLD = "household"
    RELATION = "relation"
    PLACE = "place"
    CITIZENSHIP = "citizenship"
    EMPLOYER = "employer"
    PROFESSION = "profession"
    CATEGORY = "category"
    NEEDS = "needs"
    AT_RISK = "at-risk"
    DEPENDANTS = "dependants"
    REFERENCE = "reference"  # the sender's own number of a row
    REMARKS = "remarks"
    UNUSED = "unused"  # kept as it came, read as nothing


NAME_PARTS = {
    Field.FULL_NAME: NamePart.FULL,
    Field.GIVEN_NAME: NamePart.GIVEN,
    Field.FAMILY_NAME: NamePart.FAMILY,
    Field.FATHER_NAME: NamePart.FATHER,
    Field.GRANDFATHER_NAME: NamePart.GRANDFATHER,
    Field.MOTHER_NAME: NamePart.MOTHER,
    Field.OTHER_NAME: NamePart.ALIAS,
}
DOCUMENT_TYPES = {
    Field.PASSPORT: DocumentType.PASSPORT,
    Field.NATIONAL_ID: DocumentType.NATIONAL_ID,
    Field.VISA: DocumentType.VISA,
    Field.RESIDENCE: DocumentType.RESIDENCE,
    Field.REFUGEE: DocumentType.REFUGEE,
    Field.EMPLOYMENT: DocumentType.EMPLOYMENT,
    Field.CASE: DocumentType.CASE,
    Field.BAND: DocumentType.BAND,
    Field.DOCUMENT: DocumentType.OTHER,
}
# Fields whose text is kept as a claim, under the key of the field.
CLAIMS = (
    Field.CITIZENSHIP, Field.EMPLOYER, Field.PROFESSION, Field.CATEGORY, Field.NEEDS,
    Field.DEPENDANTS, Field.REFERENCE, Field.REMARKS,
)  # fmt: skip
# Fields of which a list has one column: a second one with the same header is another thing.
SINGLE = {
    Field.SEX, Field.BORN, Field.BIRTH_DAY, Field.BIRTH_MONTH, Field.BIRTH_YEAR, Field.AGE,
    Field.HOUSEHOLD, Field.RELATION, Field.REFERENCE, Field.FULL_NAME,
}  # fmt: skip

_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[#№°]", re.UNICODE)


def header_words(text: str) -> tuple[str, ...]:
    """The words of a header, folded, without what stands between them."""
    # camelCase and snake_case are how programs write headers.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(text))
    return tuple(word.replace("’", "'") for word in _WORDS.findall(folded(spaced)))


def header_text(text: str) -> str:
    """A header as it is compared and remembered."""
    return " ".join(header_words(text))


def _known() -> dict[tuple[str, ...], Field]:
    known: dict[tuple[str, ...], Field] = {}
    for field, names in table("headers")["fields"].items():
        for name in names:
            known.setdefault(header_words(name), Field(field))
    return known


HEADER_FIELD = _known()
