"""In which script a word is written, and text made clean enough to be read letter by letter.

Lists arrive with presentation forms, stretched letters, vowel marks, joiners and marks of
direction in them.  None of these changes who is meant, so they go; what was written stays with the
token (`tokens.py`), and nothing here is ever written back.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from functools import lru_cache


class Script(StrEnum):
    """A script that a token can be written in."""

    LATIN = "latin"
    ARABIC = "arabic"  # Arabic, Dari, Pashto, Urdu
    CYRILLIC = "cyrillic"
    HEBREW = "hebrew"
    ETHIOPIC = "ethiopic"
    GREEK = "greek"
    GEORGIAN = "georgian"
    ARMENIAN = "armenian"
    OTHER = "other"


# The first words of the names that Unicode gives to letters.
_NAMED = {
    "LATIN": Script.LATIN,
    "ARABIC": Script.ARABIC,
    "CYRILLIC": Script.CYRILLIC,
    "HEBREW": Script.HEBREW,
    "ETHIOPIC": Script.ETHIOPIC,
    "GREEK": Script.GREEK,
    "GEORGIAN": Script.GEORGIAN,
    "ARMENIAN": Script.ARMENIAN,
}
LENGTH_MAX = 1_000  # characters of a cell that are read; what stands behind them is no name
_TATWEEL = "\u0640"
# Whole phrases that were given one code point each; not part of anybody's name.
_PHRASES = dict.fromkeys(range(0xFDF0, 0xFDFE), " ")
del _PHRASES[0xFDF2]  # the name of God is part of names
_APOSTROPHES = dict.fromkeys(map(ord, "'`´‘’‛ʹʻʼʽʾʿˈ′＇"), None)


@lru_cache(maxsize=8192)
def script_of_letter(letter: str) -> Script:
    """The script of one character; OTHER for what is no letter of a script known here."""
    return _NAMED.get(unicodedata.name(letter, "").partition(" ")[0], Script.OTHER)


# Latin letters typed for Cyrillic ones that look the same, and the other way round.
_LATIN_ALIKE = "aceiopxykmthbABCEIOPXYKMTHë"
_CYRILLIC_ALIKE = "асеіорхукмтнвАВСЕІОРХУКМТНё"
_TO_CYRILLIC = str.maketrans(_LATIN_ALIKE, _CYRILLIC_ALIKE)
_TO_LATIN = str.maketrans(_CYRILLIC_ALIKE, _LATIN_ALIKE)


def in_one_alphabet(word: str) -> str:
    """A word that mixes Latin and Cyrillic look-alikes, in the alphabet of most of its letters."""
    if word.isascii():
        return word
    scripts = [script_of_letter(c) for c in word]
    cyrillic, latin = scripts.count(Script.CYRILLIC), scripts.count(Script.LATIN)
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


def script_of(word: str) -> Script:
    """The script of a word: of its first letter, digits and signs aside."""
    for character in word:
        if character.isalpha():
            return script_of_letter(character)
    return Script.OTHER


def clean(text: str) -> str:
    """The text in compatibility forms, without marks, joiners, apostrophes and control characters.

    Letters keep their case.  Control characters (null bytes among them) separate words; joiners and
    marks of direction do not.
    """
    composed = unicodedata.normalize("NFKC", text.translate(_PHRASES))
    return "".join(map(_kept, composed.translate(_APOSTROPHES)))


@lru_cache(maxsize=8192)
def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me", "Sk") or character == _TATWEEL:
        return ""
    if category in ("Cc", "Cs", "Co", "Cn") or category.startswith("Z"):
        return " "
    return character
