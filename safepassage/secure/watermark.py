"""Watermarks: each recipient's copy of a table says whose it is, and says the same things.

Two marks, both visible and both harmless, so that nothing hidden is in the file.  The *order of the
rows* is a permutation that depends on the recipient's key.  And where a cell can be written in two
ways that mean the same ("2021-08-22", "22 Aug 2021"), the key chooses which, row by row.  Both rest
on the row's *anchor*, a column that tells rows apart.  They survive copying into another sheet or a
mail, taking rows out and taking columns out; the spellings survive sorting, the order survives
writing every date the same way.  Whoever retypes the table, or removes the anchor, escapes.

`trace` weighs a leaked table against every recipient's key: each row that agrees doubles the odds.
A mark that was destroyed says nothing, instead of speaking for somebody else.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeAlias

Row: TypeAlias = Sequence[str]

SURE_BITS = 20.0  # odds of a million to one, after allowing for how many recipients there are
AHEAD_BITS = 10.0  # and a thousand times likelier than the next
_SLIP = 0.02  # of cells that copying, or a hand, changed
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_SAID_DAY = re.compile(r"\b(\d{1,2}) (" + "|".join(_MONTHS) + r") (\d{4})\b")


class Spelling(Protocol):
    """Two harmless ways of writing what a cell says."""

    def both(self, text: str) -> tuple[str, str]:
        """The plain way and the other way, from either of them; equal where there is only one."""


class Days:
    """2021-08-22 and 22 Aug 2021, wherever it stands in a cell."""

    def both(self, text: str) -> tuple[str, str]:
        """Both ways of every day in the text."""
        plain = _SAID_DAY.sub(_as_plain, text)
        return plain, _PLAIN_DAY.sub(_as_said, plain)


class Words:
    """Words that mean the same: a closed table of them, each whole cell or part of one."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._other = dict(pairs)
        self._plain = {other: plain for plain, other in pairs.items()}

    def both(self, text: str) -> tuple[str, str]:
        """Both ways of the whole cell."""
        plain = self._plain.get(text, text)
        return plain, self._other.get(plain, plain)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table can be marked.

    Attributes:
        anchor: the header of the column that tells rows apart.
        spellings: headers of columns that can be written in two ways, and how.
    """

    anchor: str
    spellings: Mapping[str, Spelling]


@dataclass(frozen=True, slots=True)
class Traced:
    """Whose copy a leaked table is.

    Attributes:
        recipient: whose; None if it cannot be told.
        weight: of the likeliest, in bits: log2 of how much likelier than by chance.
        ahead: how many bits before the next.
        rows: how many rows could be weighed.
    """

    recipient: str | None
    weight: float
    ahead: float
    rows: int


def marked(header: Row, rows: Iterable[Row], layout: Layout, key: bytes) -> list[tuple[str, ...]]:
    """The rows in a recipient's order and spellings; they say what they said.

    Raises:
        ValueError: the table has no column of the anchor's name.
    """
    anchor = list(header).index(layout.anchor)
    made = []
    for row in rows:
        cells = list(row)
        for column, name in enumerate(header):
            spelling = layout.spellings.get(name)
            if spelling is not None:
                ways = spelling.both(cells[column])
                cells[column] = ways[_bit(key, name, row[anchor])]
        made.append(tuple(cells))
    return sorted(made, key=lambda row: (_place(key, row[anchor]), row))


def trace(header: Row, rows: Sequence[Row], layout: Layout, keys: Mapping[str, bytes]) -> Traced:
    """Whose copy a table is, whole or in part.

    Args:
        header: of the leaked table; columns may be missing or moved.
        rows: of the leaked table, in the order in which it has them.
        layout: how the export was marked.
        keys: of every recipient who had a copy, by recipient.
    """
    names = [name.strip() for name in header]
    if layout.anchor not in names or not keys:
        return Traced(None, 0.0, 0.0, 0)
    anchor = names.index(layout.anchor)
    whole = [row for row in rows if len(row) == len(names) and row[anchor].strip()]
    weights = {who: _weight(names, whole, layout, anchor, key) for who, key in keys.items()}
    ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    (first, weight), rest = ordered[0], ordered[1:]
    ahead = weight - rest[0][1] if rest else weight
    is_sure = weight >= SURE_BITS + math.log2(len(keys)) and ahead >= AHEAD_BITS
    return Traced(first if is_sure else None, weight, ahead, len(whole))


def _weight(names: Row, rows: Sequence[Row], layout: Layout, anchor: int, key: bytes) -> float:
    """How many bits speak for a key: of the order, and of each column's spellings."""
    places = [_place(key, row[anchor].strip()) for row in rows]
    rising = [before < after for before, after in pairwise(places)]
    total = _evidence(rising)
    for column, name in enumerate(names):
        spelling = layout.spellings.get(name)
        if spelling is None:
            continue
        agrees = []
        for row in rows:
            ways = spelling.both(row[column].strip())
            if ways[0] != ways[1]:
                agrees.append(row[column].strip() == ways[_bit(key, name, row[anchor].strip())])
        total += _evidence(agrees)
    return total


def _evidence(agrees: Sequence[bool]) -> float:
    """The bits of one mark: log2 of the likelihood ratio against chance.

    As likely as not the mark was destroyed (sorted, or written anew); then it says nothing.
    """
    hits = sum(agrees)
    bits = hits * math.log2((1 - _SLIP) / 0.5) + (len(agrees) - hits) * math.log2(_SLIP / 0.5)
    return bits - 1 + math.log2(1 + 2 ** min(-bits, 1000.0)) if bits > -1000 else -1.0


def _bit(key: bytes, name: str, anchor: str) -> int:
    return _mac(key, f"spelling\0{name}\0{anchor}")[0] & 1


def _place(key: bytes, anchor: str) -> bytes:
    return _mac(key, f"order\0{anchor}")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _as_plain(found: re.Match[str]) -> str:
    day, month, year = int(found[1]), _MONTHS.index(found[2]) + 1, int(found[3])
    return date(year, month, day).isoformat() if _is_day(year, month, day) else found[0]


def _as_said(found: re.Match[str]) -> str:
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    return f"{day} {_MONTHS[month - 1]} {year:04}" if _is_day(year, month, day) else found[0]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
