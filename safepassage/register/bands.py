"""Band numbers: what is printed on a wristband or form before anybody knows whose it will be.

A band number is two letters of a series, five digits and a check character: ``KM 04217 T``.  It
says nothing about anybody.  Letters that are mistaken for digits or for each other, written or
spoken, are not used (no B, D, G, I, L, O, Q, S, U, V, W, Y, Z).

The check character is the sum of the positions' weights times their values modulo 23.  Twenty-three
is prime and the weights are different powers of 5, so any one wrong character and any two
neighbours that changed places are found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from safepassage.model.errors import SafePassageError
from safepassage.register.digits import plain

LETTERS = "ACEFHJKMNPRTX"
_SYMBOLS = "0123456789" + LETTERS
_MODULUS = len(_SYMBOLS)
_WEIGHTS = tuple(pow(5, place, _MODULUS) for place in range(1, 8))
NUMBER_MAX = 99_999
_FORM = re.compile(rf"([{LETTERS}]{{2}})(\d{{5}})([0-9{LETTERS}])")
_BETWEEN = re.compile(r"[\s.\-–/]+")


class BandNumberError(SafePassageError, ValueError):
    """What was keyed is no band number; the message says why and repeats nothing."""


@dataclass(frozen=True, slots=True, order=True)
class Band:
    """A band number that is sound.

    Raises:
        BandNumberError: the series or the number cannot be one of a band.
    """

    series: str
    number: int

    def __post_init__(self) -> None:
        if len(self.series) != 2 or any(letter not in LETTERS for letter in self.series):
            raise BandNumberError(f"A series of bands is two letters of {LETTERS}")
        if not 0 <= self.number <= NUMBER_MAX:
            raise BandNumberError(f"Bands of a series are numbered from 0 to {NUMBER_MAX:,}")

    @property
    def check(self) -> str:
        """The check character."""
        return check_character(f"{self.series}{self.number:05}")

    @property
    def text(self) -> str:
        """As it is kept and compared: KM04217T."""
        return f"{self.series}{self.number:05}{self.check}"

    @property
    def spoken(self) -> str:
        """As it is printed and read out: KM 04217 T."""
        return f"{self.series} {self.number:05} {self.check}"


def check_character(text: str) -> str:
    """The check character of the two letters and five digits of a band number."""
    values = (_SYMBOLS.index(symbol) for symbol in text)
    return _SYMBOLS[sum(w * v for w, v in zip(_WEIGHTS, values, strict=True)) % _MODULUS]


def read_band(text: str) -> Band:
    """A band number as it was keyed or scanned, in capitals or not, with or without spaces.

    Raises:
        BandNumberError: it is none, or a character of it is wrong.
    """
    keyed = _BETWEEN.sub("", plain(text)).upper()
    match = _FORM.fullmatch(keyed)
    if match is None:
        raise BandNumberError(
            "That is no band number. It has two letters, five digits and a check character, such as"
            f" {Band('KM', 4217).spoken}"
        )
    band = Band(match[1], int(match[2]))
    if band.check != match[3]:
        raise BandNumberError("A character of the band number is wrong. Look at the band again")
    return band


def next_bands(series: str, after: int, count: int) -> tuple[Band, ...]:
    """The next bands of a series, one for each form of a print run.

    Raises:
        BandNumberError: the series has not so many left, or the run is empty.
    """
    if count < 1:
        raise BandNumberError("A print run has at least one form")
    if after + count > NUMBER_MAX:
        raise BandNumberError("The series has not so many bands left. Begin a new series")
    return tuple(Band(series, after + n) for n in range(1, count + 1))
