"""Names of months as lists write them, folded, with their calendar and number.

The names stand in `tables/months.yaml`.  Abbreviations are taken as beginnings of a name of three
letters or more, where only one month begins so.
"""

from __future__ import annotations

import unicodedata

from safepassage.register.record import Calendar
from safepassage.register.tables import table

# Azar of the Solar Hijri and Adhar of the Levant are one word without its long sign.
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "ة": "ه", "ْ": None})
_SHORTEST = 3


def folded(word: str) -> str:
    """A word as it is compared: no case, no accents on Latin letters, one form of ya and kaf."""
    word = word.casefold().translate(_LETTERS)
    if not any("a" <= letter <= "z" for letter in word):
        return word
    parts = unicodedata.normalize("NFKD", word)
    return "".join(c for c in parts if not unicodedata.combining(c))


def _known() -> dict[str, tuple[Calendar, int]]:
    known: dict[str, tuple[Calendar, int]] = {}
    for calendar, months in table("months").items():
        for number, names in enumerate(months, start=1):
            for name in names:
                known.setdefault(folded(name), (Calendar(calendar), number))
    return known


_MONTH_OF = _known()


def month_named(word: str) -> tuple[Calendar, int] | None:
    """The calendar and number of a month by its name or the beginning of it; None if it is none."""
    name = folded(word).strip(" .")
    if name in _MONTH_OF:
        return _MONTH_OF[name]
    if len(name) < _SHORTEST:
        return None
    found = {month for known, month in _MONTH_OF.items() if known.startswith(name)}
    gregorian = {month for month in found if month[0] is Calendar.GREGORIAN}
    likely = gregorian or found  # "mar" is March before it is the beginning of anything else
    return likely.pop() if len(likely) == 1 else None
