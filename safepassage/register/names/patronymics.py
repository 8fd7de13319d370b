"""Names made from the father's: Sergeevich and Serhiyovych are one, Sergeevna is his daughter's."""

from __future__ import annotations

import re
from functools import lru_cache

_ENDINGS = (
    ("ovich", re.compile("(?:[iy]?[yi]?[oe]v|[iy]ev)[iy]?t?[ct][hs]?c?h?$|[iy]?ew?itsch$")),
    ("ovna", re.compile("(?:[iy]?[yi]?[oe]v|[iy]?[iy]v|i[iy]iv)n[aou]i?$|[iy]nichna$")),
    ("oglu", re.compile("(?:oglu|ogly|oghlu|ogli)$")),
)
_ILYICH = re.compile("^(il|luk|kuzm|fom|nikit|sav|foty?m)[iy]+ch$")
_SHORTEST_STEM = 3
_FATHERS_ENDINGS = ("", "y", "iy", "i", "ii", "ey", "ei", "a", "ya", "o", "iya")


@lru_cache(maxsize=1 << 16)
def patronymic_of(latin: str) -> tuple[str, str] | None:
    """The father's name as far as it stands in the word, and the ending in one spelling."""
    if found := _ILYICH.match(latin):
        return found[1], "ovich"
    for ending, pattern in _ENDINGS:
        found = pattern.search(latin)
        if found and found.start() >= _SHORTEST_STEM:
            return latin[: found.start()], ending
    return None


def fathers_names(stem: str) -> tuple[str, ...]:
    """The forms in which the father's own name may be known: serge + y, dmitr + iy, nikit + a."""
    return tuple(stem + ending for ending in _FATHERS_ENDINGS)
