"""The machine-readable zone of travel documents, scanned or typed (ICAO Doc 9303, parts 3 to 7).

Four layouts: TD1 (cards, three lines of 30), TD2 and MRV-B (two lines of 36), TD3 (passports) and
MRV-A (visas, two lines of 44).  A zone proves nothing about its holder; it only shows with its
check digits whether it was copied rightly.  Characters that scanners confuse (O and 0, I and 1) are
put right where only one of them can stand, and every such correction is shown.

The names in a zone are one transliteration, cut to the width of the line, and never the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from safepassage.register.digits import plain

_WEIGHTS = (7, 3, 1)
_AS_DIGIT = str.maketrans("OQDUISZGBTL", "00001526871")
_AS_LETTER = str.maketrans("0158264", "OISBZGA")
_FILLERS = str.maketrans({"«": "<<", "‹": "<", "＜": "<", "≤": "<", "〈": "<"})
_LINE = re.compile(r"[A-Z0-9<]+")


class MrzKind(StrEnum):
    """The layouts of Doc 9303."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


@dataclass(frozen=True, slots=True)
class Check:
    """One check digit: which field, what stands there, what should."""

    field: str  # number, birth, expiry, optional, composite
    found: str
    expected: str

    @property
    def is_right(self) -> bool:
        """Whether the digit is the one that the field gives; a filler is the zero of no value."""
        return self.found == self.expected or (self.found == "<" and self.expected == "0")


@dataclass(frozen=True, slots=True)
class Slip:
    """A character that was read as another one because only that can stand there."""

    line: int  # from 1
    column: int  # from 1
    was: str
    read_as: str


@dataclass(frozen=True, slots=True, repr=False)
class Mrz:
    """What stands in a zone, field by field; nothing in it is judged but by its check digits."""

    kind: MrzKind
    code: str  # of the document: P, PO, I, ID, AC, V, ...
    issuer: str
    number: str
    primary: str  # the first part of the name, words apart; often the family name
    secondary: str
    is_name_cut: bool
    nationality: str
    birth: str  # YYMMDD with < for what is unknown
    sex: str  # F, M or < for not said
    expiry: str
    optional: str
    checks: tuple[Check, ...]
    slips: tuple[Slip, ...] = ()

    def __repr__(self) -> str:
        return f"Mrz({self.kind})"

    @property
    def is_sound(self) -> bool:
        """Whether every check digit is right."""
        return all(check.is_right for check in self.checks)

    def check(self, field: str) -> Check | None:
        """The check digit of a field; None where the layout has none."""
        return next((check for check in self.checks if check.field == field), None)


@dataclass(frozen=True, slots=True)
class NotAnMrz:
    """Why a text is no machine-readable zone, as a sentence without the text."""

    reason: str


def check_digit(text: str) -> str:
    """The check digit of a field: weights 7, 3, 1, letters from A = 10, fillers 0 (part 3, 4.9)."""
    return str(sum(_value(c) * _WEIGHTS[n % 3] for n, c in enumerate(text)) % 10)


def _value(character: str) -> int:
    if character.isdigit():
        return int(character)
    return 0 if character == "<" else ord(character) - ord("A") + 10


def read_mrz(text: str) -> Mrz | NotAnMrz:
    """A zone from its lines, whether they are on lines of their own or run together."""
    lines = _lines(text)
    if isinstance(lines, NotAnMrz):
        return lines
    shape = (len(lines), len(lines[0]))
    if shape == (3, 30):
        return _card(lines)
    is_visa = lines[0].startswith("V")
    if shape == (2, 36):
        return _two_lines(lines, MrzKind.MRV_B if is_visa else MrzKind.TD2)
    return _two_lines(lines, MrzKind.MRV_A if is_visa else MrzKind.TD3)


def _lines(text: str) -> list[str] | NotAnMrz:
    raw = [plain(line) for line in text.translate(_FILLERS).upper().splitlines()]
    lines = [line.replace(" ", "") for line in raw if line]
    if len(lines) == 1:
        spaced = raw[0].split(" ") if raw else []
        whole = "".join(lines)
        if len(spaced) in (2, 3) and len({len(part) for part in spaced}) == 1:
            lines = spaced
        elif len(whole) in (72, 88, 90):
            width = {72: 36, 88: 44, 90: 30}[len(whole)]
            lines = [whole[at : at + width] for at in range(0, len(whole), width)]
    if not lines or not all(_LINE.fullmatch(line) for line in lines):
        return NotAnMrz("it holds other characters than A to Z, 0 to 9 and <")
    widths = {2: (36, 44), 3: (30,)}.get(len(lines), ())
    longest = max(len(line) for line in lines)
    width = next((w for w in widths if w - 4 <= longest <= w), 0)
    if not width:
        return NotAnMrz("its lines have other lengths than those of a card, passport or visa")
    # Fillers at the end of a line are what people leave out when they type one.
    filled = [line if len(line) == width else _filled(line, width) for line in lines]
    if any(line is None for line in filled):
        return NotAnMrz("a line is shorter than the others by more than fillers")
    return [line for line in filled if line is not None]


def _filled(line: str, width: int) -> str | None:
    """A name line with the fillers at its end that were left out; other lines end in a digit."""
    if "<<" not in line:
        return None
    return line.ljust(width, "<")


class _Reader:
    """Cuts fields out of lines and puts right what can only be a digit or a letter."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = [list(line) for line in lines]
        self.slips: list[Slip] = []

    def field(self, line: int, start: int, end: int) -> str:
        """Columns start to end of a line, counted from 1, both included."""
        return "".join(self._lines[line - 1][start - 1 : end])

    def digits(self, line: int, start: int, end: int) -> str:
        """A field in which only digits and fillers can stand."""
        return self._put_right(line, start, end, _AS_DIGIT, str.isdigit)

    def letters(self, line: int, start: int, end: int) -> str:
        """A field in which only letters and fillers can stand."""
        return self._put_right(line, start, end, _AS_LETTER, str.isalpha)

    def _put_right(
        self, line: int, start: int, end: int, table: dict[int, int], fits: object
    ) -> str:
        row = self._lines[line - 1]
        for column in range(start, end + 1):
            was = row[column - 1]
            if was == "<" or fits(was):  # type: ignore[operator]
                continue
            read_as = was.translate(table)
            if read_as != was:
                row[column - 1] = read_as
                self.slips.append(Slip(line, column, was, read_as))
        return self.field(line, start, end)

    def check(self, name: str, line: int, column: int, value: str) -> Check:
        """The check digit at a place, over a value."""
        return Check(name, self.digits(line, column, column), check_digit(value))


def _card(lines: list[str]) -> Mrz:
    reader = _Reader(lines)
    code, issuer = reader.letters(1, 1, 2), reader.letters(1, 3, 5)
    birth, expiry = reader.digits(2, 1, 6), reader.digits(2, 9, 14)
    sex, nationality = reader.letters(2, 8, 8), reader.letters(2, 16, 18)
    number, optional, number_check = _card_number(reader)
    checks = [
        number_check,
        reader.check("birth", 2, 7, birth),
        reader.check("expiry", 2, 15, expiry),
    ]
    whole = "".join(
        reader.field(line, start, end)
        for line, start, end in ((1, 6, 30), (2, 1, 7), (2, 9, 15), (2, 19, 29))
    )
    checks.append(reader.check("composite", 2, 30, whole))
    primary, secondary, is_cut = _names(reader.letters(3, 1, 30))
    more = reader.field(2, 19, 29).strip("<")
    return Mrz(
        kind=MrzKind.TD1,
        code=code.rstrip("<"),
        issuer=issuer.rstrip("<"),
        number=number,
        primary=primary,
        secondary=secondary,
        is_name_cut=is_cut,
        nationality=nationality.rstrip("<"),
        birth=birth,
        sex=sex,
        expiry=expiry,
        optional=" ".join(part for part in (optional, more) if part),
        checks=tuple(checks),
        slips=tuple(reader.slips),
    )


def _card_number(reader: _Reader) -> tuple[str, str, Check]:
    """The number of a card; one longer than nine characters goes on in the optional field.

    Then a filler stands for the check digit, and the rest of the number is followed by it (part 5,
    note j).  Belgium puts the filler itself into the sum, so that form is tried as well.
    """
    number, optional = reader.field(1, 6, 14), reader.field(1, 16, 30)
    rest, _, after = optional.partition("<")
    if reader.field(1, 15, 15) != "<" or len(rest) < 2:
        return number.strip("<"), optional.strip("<"), reader.check("number", 1, 15, number)
    whole = number + rest[:-1]
    expected = check_digit(whole)
    with_filler = check_digit(f"{number}<{rest[:-1]}")
    if rest[-1] == with_filler != expected:
        expected = with_filler
    return whole.replace("<", ""), after.strip("<"), Check("number", rest[-1], expected)


def _two_lines(lines: list[str], kind: MrzKind) -> Mrz:
    width = len(lines[0])
    reader = _Reader(lines)
    code, issuer = reader.letters(1, 1, 2), reader.letters(1, 3, 5)
    primary, secondary, is_cut = _names(reader.letters(1, 6, width))
    nationality, sex = reader.letters(2, 11, 13), reader.letters(2, 21, 21)
    birth, expiry = reader.digits(2, 14, 19), reader.digits(2, 22, 27)
    number = reader.field(2, 1, 9)
    checks = [
        reader.check("number", 2, 10, number),
        reader.check("birth", 2, 20, birth),
        reader.check("expiry", 2, 28, expiry),
    ]
    is_visa = kind in (MrzKind.MRV_A, MrzKind.MRV_B)
    last = {MrzKind.TD2: 35, MrzKind.TD3: 42}.get(kind, width)
    optional = reader.field(2, 29, last)
    if kind is MrzKind.TD3:
        checks.append(reader.check("optional", 2, 43, optional))
    if not is_visa:
        parts = ((1, 10), (14, 20), (22, width - 1))
        whole = "".join(reader.field(2, start, end) for start, end in parts)
        checks.append(reader.check("composite", 2, width, whole))
    return Mrz(
        kind=kind,
        code=code.rstrip("<"),
        issuer=issuer.rstrip("<"),
        number=number.replace("<", ""),
        primary=primary,
        secondary=secondary,
        is_name_cut=is_cut,
        nationality=nationality.rstrip("<"),
        birth=birth,
        sex=sex,
        expiry=expiry,
        optional=optional.strip("<"),
        checks=tuple(checks),
        slips=tuple(reader.slips),
    )


def _names(field: str) -> tuple[str, str, bool]:
    """The two parts of a name field with spaces between words, and whether it may be cut."""
    primary, _, secondary = field.partition("<<")
    is_cut = not field.endswith("<")
    return _words(primary), _words(secondary), is_cut


def _words(part: str) -> str:
    return " ".join(word for word in part.split("<") if word)
