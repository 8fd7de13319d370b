"""One cell often holds several names of one person: "A (B)", "A / B", "A a.k.a. B", "A; B".

Each is compared for itself.  What is certainly no name ("born 1967 in ...") is left out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from safepassage.register.names.scripts import LENGTH_MAX, Script, script_of
from safepassage.register.names.sounds import fold
from safepassage.register.names.transliteration import romanise

ALTERNATIVES_MAX = 4
_BORN = re.compile(r"[,;]?\s*\bborn\b(?=.*\d).*$|\bDOB\b.*$", re.IGNORECASE | re.DOTALL)
_ALSO = re.compile(
    r"\s*(?:[;\n\t]|\s/\s|\s[–—]\s|(?<!\w)(?:a\.?\s?k\.?\s?a\b\.?|alias|formerly|née|nee|dit)(?!\w)"
    r"|(?<!\w)(?:also known as|also spelled|also written|or)(?!\w)"
    r"|\b[bc]\)\s|\b\w+:)\s*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]?")
_COMMA = re.compile("[,،]")
_ALIKE = 0.6
_SLASHED = re.compile(r"(?<!\S)([^\s/]{2,})/([^\s/]{2,})(?:/\S+)?(?!\S)")


@lru_cache(maxsize=1 << 16)
def alternatives(text: str) -> tuple[str, ...]:
    """The names that a text holds, in its order, at most four; the text itself if it is one."""
    text = text[:LENGTH_MAX]
    without = _BORN.sub("", text) or text
    inside = [found[1] for found in _BRACKETS.finditer(without) if _is_whole(found[1])]
    outside = _BRACKETS.sub(" ", without)
    found: dict[str, None] = {}
    for part in (outside, *inside):
        for name in _ALSO.split(part):
            for written in (w for n in _by_comma(name) for w in _slashed(n)):
                found.update(dict.fromkeys(_by_script(written)))
    names = [name for name in found if any(map(str.isalpha, name))]
    return tuple(names[:ALTERNATIVES_MAX]) or (text,)


def _is_whole(text: str) -> bool:
    """Whether what stands in brackets is a name of its own and not a remark."""
    words = text.split()
    return len(words) > 1 and any(
        w[:1].isupper() or script_of(w) is not Script.LATIN for w in words
    )


def _by_comma(name: str) -> list[str]:
    """ "Nabil Noori, Nabeel Noori" as two names; "NOORI, Nabil" is one."""
    pieces = [piece.strip() for piece in _COMMA.split(name) if piece.strip()]
    first = fold(romanise(pieces[0]).replace(" ", "")) if len(pieces) > 1 else ""
    alike = [
        Levenshtein.normalized_similarity(first, fold(romanise(piece).replace(" ", "")))
        for piece in pieces[1:]
    ]
    many = len(pieces) > 2 and all(" " in piece for piece in pieces)
    return pieces if alike and (many or min(alike) >= _ALIKE) else [name]


def _slashed(name: str) -> list[str]:
    """ "Khaled/Khalid Noori" as two names."""
    if "/" not in name:
        return [name.strip()]
    return [_SLASHED.sub(rf"\{i}", name).replace("/", " ").strip() for i in (1, 2)]


def _by_script(name: str) -> list[str]:
    """A name and the same name in another script behind it, as two."""
    if name.isascii():
        return [name]
    runs: list[tuple[bool, list[str]]] = []
    for word in name.split():
        is_latin = script_of(word) in (Script.LATIN, Script.OTHER)
        if not runs or runs[-1][0] != is_latin:
            runs.append((is_latin, []))
        runs[-1][1].append(word)
    if len(runs) == 2 and all(len(words) > 1 for _, words in runs):
        return [" ".join(words) for _, words in runs]
    return [name]
