"""Numbers of papers: as written, as compared, and whether they can be right.

The list of types is closed (`record.DocumentType`).  Of a real register of 89,000 evacuees 36,400
had a "facilitation document" that nobody could define: what is none of the types is OTHER, and what
holds no number is no document but a remark.  A number that cannot be right is kept and said to be
unsound; it is evidence of nothing then, but somebody may still find the paper by it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from safepassage.register.bands import BandNumberError, read_band
from safepassage.register.digits import plain
from safepassage.register.mrz import Mrz, NotAnMrz, read_mrz
from safepassage.register.record import Document, DocumentType

_NOT_COMPARED = re.compile(r"[^A-Z0-9]")
_NOTHING = re.compile(
    r"[-–—.\s/0x]*|n/?a|nil|no|none|null|lost|unknown|pending|ندارد|نداره|لا يوجد|نشته|нет|немає|"
    r"aucun|keine?|ninguno",
    re.IGNORECASE,
)
_FILLED_IN = {"123456", "1234567", "12345678", "123456789", "1234567890", "987654321"}
# Letters of Cyrillic and Greek that look like Latin ones on a passport, and how ICAO writes others.
_LOOK_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅБГДЖЗИЙЛПФЦЧШЮЯЭЄЇΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "ABEKMHOPCTYXIJSBGDZZIILPFCCSUAEEIABEZHIKMNOPTYX",
)
ISSUER_CODES = {"D": "DEU"}  # Doc 9303 part 3: the one code of a single letter


@dataclass(frozen=True, slots=True)
class NotADocument:
    """Why a cell of a document column is no document; a sentence without the number."""

    reason: str


def compared(text: str) -> str:
    """A number as it is compared: capitals and digits only, of any script."""
    upper = plain(text).upper().translate(_LOOK_ALIKE)
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKD", upper))


def read_document(
    text: str, kind: DocumentType, issuer: str = ""
) -> Document | NotADocument | None:
    """A document of a type from its number; None if nothing is written."""
    written = text.strip()
    if _NOTHING.fullmatch(plain(written)):
        return None
    if written.count("<") >= 3 and not isinstance(zone := read_mrz(written), NotAnMrz):
        return document_of(zone, written)
    if kind is DocumentType.BAND:
        return _band(written)
    number = compared(written)
    if sum(character.isdigit() for character in number) < 2:
        return NotADocument("it holds no number")
    if len(number) > 40:
        return NotADocument("it is longer than any number of a document")
    is_sound, fault = _judged(number, kind)
    return Document(kind, written, number, issuer, is_sound, fault)


def document_of(zone: Mrz, written: str) -> Document:
    """The document whose machine-readable zone this is."""
    check = zone.check("number")
    right = check is not None and check.is_right
    fault = "" if zone.is_sound else "a check digit of the machine-readable zone is wrong"
    issuer = ISSUER_CODES.get(zone.issuer, zone.issuer)
    return Document(type_of(zone), written, zone.number, issuer, right, fault)


def type_of(zone: Mrz) -> DocumentType:
    """The type of document that a zone says it is on."""
    first, second = zone.code[:1], zone.code[1:2]
    if first == "P":
        return DocumentType.PASSPORT
    if first == "V":
        return DocumentType.VISA
    if zone.code in ("AR", "IR", "CR"):
        return DocumentType.RESIDENCE
    if first in "IAC" and second != "V":
        return DocumentType.NATIONAL_ID
    return DocumentType.OTHER


def type_by_form(text: str) -> DocumentType:
    """What a number of no stated type looks like; OTHER where its form says nothing."""
    number = compared(text)
    if re.fullmatch(r"[A-Z]{1,2}\d{6,8}", number):
        return DocumentType.PASSPORT
    return DocumentType.NATIONAL_ID if _is_electronic_tazkira(number) else DocumentType.OTHER


def _is_electronic_tazkira(number: str) -> bool:
    return len(number) == 13 and number.isdigit() and 1390 <= int(number[:4]) <= 1450


def _band(written: str) -> Document:
    try:
        return Document(DocumentType.BAND, written, read_band(written).text, "", True)
    except BandNumberError:
        fault = "the band number's check character is wrong"
        return Document(DocumentType.BAND, written, compared(written), "", False, fault)


def _judged(number: str, kind: DocumentType) -> tuple[bool | None, str]:
    """Whether a number can be right: None where there is nothing to tell it by."""
    digits = re.sub(r"\D", "", number)
    if len(set(number)) == 1 or (digits in _FILLED_IN and len(number) - len(digits) <= 1):
        return False, "the number looks filled in, not copied from a paper"
    if kind is DocumentType.PASSPORT:
        return _passport(number, digits)
    if kind is DocumentType.NATIONAL_ID:
        return _national_id(number)
    return None, ""


def _passport(number: str, digits: str) -> tuple[bool | None, str]:
    """Doc 9303 part 4: at most nine characters; every state in practice issues six or more."""
    if len(number) < 6:
        return False, "the number is too short for a passport"
    if len(number) > 9:
        return False, "the number is too long for a passport"
    if len(digits) < 4:
        return False, "the number has too few digits for a passport"
    return None, ""


def _national_id(number: str) -> tuple[bool | None, str]:
    """An electronic tazkira has thirteen digits: a year, four, and five.

    Older tazkiras have volume, page and register numbers of any length, other states other forms:
    nothing to tell them by.
    """
    if _is_electronic_tazkira(number):
        return True, ""
    if len(number) < 3:
        return False, "the number is too short for an identity document"
    return None, ""
