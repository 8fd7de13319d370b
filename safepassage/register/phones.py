"""Phone numbers of a cell in the form every country can dial (E.164).

One cell often holds several.  A number that no numbering plan knows is kept as its digits: it may
be mistyped by one, and a person can still see that it is nearly another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from safepassage.register.digits import plain

DIGITS_MIN = 6
DIGITS_MAX = 18
_BETWEEN = re.compile(
    r"[,;/|\n\\]|\s(?:or|and|و|یا|أو|или|або|ou|oder|und|y|o)\s|(?<=\d)\s+(?=\+|00)", re.I
)
_LOST = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"[^\d+]")
_NOTHING = re.compile(r"[-–—.\s]*|n/?a|none|nil|no|ندارد|لا يوجد|нет|немає", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phones:
    """The numbers of a cell, and what is wrong with it as a sentence without the number."""

    numbers: tuple[str, ...]
    fault: str = ""


def read_phones(text: str, region: str) -> Phones:
    """Every number of a cell; `region` (ISO 3166 alpha-2) is where local numbers are dialled."""
    clean = plain(text)
    if _NOTHING.fullmatch(clean):
        return Phones(())
    if _LOST.fullmatch(clean):
        return Phones((), "a spreadsheet rounded the number; its last digits are lost")
    found: dict[str, None] = {}
    faults = []
    for part in _BETWEEN.split(clean):
        number, fault = _number(part, region)
        if number:
            found[number] = None
        if fault:
            faults.append(fault)
    return Phones(tuple(found), faults[0] if faults else "")


def region_of(text: str) -> str:
    """The country of a number that is written with its country code; empty if it is not."""
    dialled = _NOT_DIALLED.sub("", plain(text))
    if dialled.startswith("00"):
        dialled = f"+{dialled[2:]}"
    if not dialled.startswith("+") or not DIGITS_MIN < len(dialled) <= DIGITS_MAX:
        return ""
    try:
        number = phonenumbers.parse(dialled)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(number) or ""


def _number(part: str, region: str) -> tuple[str, str]:
    dialled = _NOT_DIALLED.sub("", part)
    digits = dialled.replace("+", "")
    if not digits:
        return "", "there is no number in it" if part.strip() else ""
    if not DIGITS_MIN <= len(digits) <= DIGITS_MAX:
        return "", "it has too few digits" if len(digits) < DIGITS_MIN else "it has too many digits"
    tries = [(dialled, region)]
    if not dialled.startswith(("+", "00")):
        tries.append((f"+{digits}", region))  # the plus sign was lost, as spreadsheets do
    elif dialled.startswith("00"):
        tries.insert(0, (f"+{digits[2:]}", region))
    for text, where in tries:
        try:
            number = phonenumbers.parse(text, where)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""
    return digits, "no numbering plan knows it; its digits were kept"
