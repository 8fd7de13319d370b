"""Words that somebody typed at a desk, read as the little they know of one person.

A search is for one person who stands there or is asked for: a name with something beside it, or a
number that few people share.  What is not enough is refused with what is missing, because nobody
may leaf through the register.  There is no wildcard: `*` and `%` are letters of no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import permutations

from safepassage.model.ids import ListId, RecordId
from safepassage.register.bands import BandNumberError, read_band
from safepassage.register.dates import Expected, read_born
from safepassage.register.digits import plain
from safepassage.register.phones import read_phones
from safepassage.register.record import (
    Born,
    Document,
    DocumentType,
    NamePart,
    Record,
    WrittenName,
)
from safepassage.registrar.errors import TooLittleError
from safepassage.secure.roles import Field

LENGTH_MAX = 200
NUMBER_LENGTH_MIN = 6  # of a document: a shorter one is shared by too many
NAMES_MAX = 4
ASKED = RecordId("asked")
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_BAND = re.compile(r"\b[A-Z]{2}[\s.-]?\d{5}[\s.-]?[0-9A-Z]\b", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?:1[2-4]|19|20)\d\d)(?!\d)")
_PHONE = re.compile(r"(?<!\w)(?:\+|00)[\d\s().-]{7,}\d|(?<!\w)0\d[\d\s().-]{6,}\d")
_NUMBER = re.compile(r"\b(?=\w*\d)[\w/-]{6,30}\b")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ\u200c-]*(?:['’ʼ\u200c-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What is known of the person who is looked for."""

    names: tuple[str, ...] = ()
    born: Born | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()  # of a document, as it is compared
    band: str = ""

    def __repr__(self) -> str:
        return "Asked()"

    @property
    def fields(self) -> frozenset[Field]:
        """Which kinds of thing it asks by."""
        asked = {
            Field.NAMES: self.names,
            Field.BORN: self.born,
            Field.CONTACT: self.phones or self.emails,
            Field.DOCUMENTS: self.numbers or self.band,
        }
        return frozenset(field for field, said in asked.items() if said)

    def only(self, seen: frozenset[Field]) -> Asked:
        """What is left of it for somebody who sees only these fields."""
        return Asked(
            names=self.names if Field.NAMES in seen else (),
            born=self.born if Field.BORN in seen else None,
            phones=self.phones if Field.CONTACT in seen else (),
            emails=self.emails if Field.CONTACT in seen else (),
            numbers=self.numbers if Field.DOCUMENTS in seen else (),
            # A band says nothing about anybody: whoever has it before them may ask.
            band=self.band,
        )


def read_asked(text: str, today: date, region: str) -> Asked:
    """The words as what they say about a person; `region` is where local numbers are dialled."""
    rest = plain(text)[:LENGTH_MAX]
    emails, rest = _taken(_EMAIL, rest)
    band, rest = _band(rest)
    dates, rest = _taken(_DATE, rest)
    born = next(filter(None, (_born(written, today) for written in dates)), None)
    phones, rest = _taken(_PHONE, rest)
    numbers, rest = _taken(_NUMBER, rest)
    return Asked(
        names=tuple(dict.fromkeys(_WORD.findall(rest)))[:NAMES_MAX],
        born=born,
        phones=tuple(n for p in phones for n in read_phones(p, region).numbers),
        emails=tuple(email.casefold() for email in emails),
        numbers=tuple(_compared(number) for number in numbers),
        band=band,
    )


def check_enough(asked: Asked) -> None:
    """Refuse what would find a crowd.

    Raises:
        TooLittleError: it names nothing that few people share.
    """
    if asked.phones or asked.emails or asked.numbers or asked.band:
        return
    if len(asked.names) >= 2 or (asked.names and asked.born):
        return
    raise TooLittleError(
        "that would find too many people: give a name and something beside it (the father's name,"
        " a family name, a year of birth), or a phone, a document or a band number"
    )


def probes(asked: Asked) -> Iterator[Record]:
    """The asked-for person as records, one for each part that the names may be: a desk hears two
    names and cannot know whether the second is the family's or the father's."""
    bare = Record(
        id=ASKED,
        list=ListId("asked"),
        row=0,
        born=asked.born,
        phones=asked.phones,
        emails=asked.emails,
        documents=_documents(asked),
    )
    full = WrittenName(NamePart.FULL, " ".join(asked.names))
    yield replace(bare, names=(full,) if asked.names else ())
    for given, father in permutations(asked.names, 2):
        yield replace(
            bare,
            names=(WrittenName(NamePart.GIVEN, given), WrittenName(NamePart.FATHER, father)),
        )


def _documents(asked: Asked) -> tuple[Document, ...]:
    """The numbers as each type that they may be of."""
    types = (DocumentType.PASSPORT, DocumentType.NATIONAL_ID, DocumentType.OTHER)
    found = [Document(kind, number, number) for number in asked.numbers for kind in types]
    if asked.band:
        found.append(Document(DocumentType.BAND, asked.band, asked.band))
    return tuple(found)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[list[str], str]:
    """What matches, and the text without it."""
    return pattern.findall(text), pattern.sub(" ", text)


def _band(text: str) -> tuple[str, str]:
    for found in _BAND.findall(text):
        try:
            return read_band(found).text, text.replace(found, " ")
        except BandNumberError:
            continue
    return "", text


def _born(written: str, today: date) -> Born | None:
    read = read_born(written, Expected(received=today))
    return read if isinstance(read, Born) else None


def _compared(number: str) -> str:
    return "".join(c for c in number.upper() if c.isalnum())
