"""What is left of a name when spelling is taken away: folded letters, consonants, sounds.

All three start from a to z (`transliteration.py`), so a name gives the same result from whichever
script it came.

* `fold`: one character for each sound that is spelled with several letters, doubled letters once,
  the vowels reduced to three.  Close enough to the written name for an edit distance.
* `skeleton`: the consonants that survive a change of script.  Arabic and Hebrew write few vowels;
  w and y between consonants are vowels there, so they go in every script.
* `sound`: the skeleton in six classes.  A backup where spelling habits differ more.
"""

from __future__ import annotations

import re
from functools import lru_cache

# The longest first; capitals stand for one sound that Latin spells with several letters.
_DIGRAPHS = {
    "shch": "S", "sch": "S", "tch": "C", "dzh": "j", "dsch": "j", "sh": "S", "ch": "C",
    "kh": "X", "gh": "G", "ph": "f", "th": "T", "dh": "D", "zh": "Z", "dj": "j", "ts": "c",
    "tz": "c", "sy": "S", "tj": "C", "ck": "k", "qu": "k", "x": "ks", "q": "k", "oo": "u",
    "ou": "u", "oe": "u", "ee": "i",
    "ie": "i", "ei": "i", "ai": "e", "ay": "e", "ey": "i", "iy": "i", "yi": "i", "ii": "i",
    "ij": "i", "au": "o", "aw": "o", "ow": "o", "iu": "u", "yu": "u", "ya": "a", "ia": "a",
    "ye": "e", "yo": "o", "aa": "a",
}  # fmt: skip
_DIGRAPH = re.compile("|".join(sorted(_DIGRAPHS, key=len, reverse=True)))
_OU_AS_W = re.compile("ou(?=[aei])")  # French spelling: Oualid, Fouaz
_SOFT_C = re.compile("c(?=[eiy])")
_DOUBLED = re.compile(r"(.)\1+")
_CONSONANT_DIGRAPHS = {
    "shch": "S", "sch": "S", "tch": "C", "dzh": "j", "sh": "S", "ch": "C", "kh": "h", "gh": "g",
    "ph": "f", "th": "s", "dh": "z", "zh": "j", "dj": "j", "tz": "s", "ts": "s", "ck": "k",
    "qu": "k", "x": "ks", "q": "k", "c": "k",
}  # fmt: skip
_CONSONANT_DIGRAPH = re.compile("|".join(sorted(_CONSONANT_DIGRAPHS, key=len, reverse=True)))
_W_BEFORE_VOWEL = re.compile("w(?=[aeiouy])")
_SOUND_OF = {
    "b": "p", "p": "p", "f": "f", "w": "", "d": "t", "t": "t", "z": "s", "s": "s", "S": "s",
    "C": "s", "j": "j", "g": "k", "k": "k", "h": "", "l": "l", "r": "r", "m": "m", "n": "m",
    "a": "", "y": "",
}  # fmt: skip


@lru_cache(maxsize=1 << 17)
def fold(latin: str) -> str:
    """A romanised word with one character for each sound; for edit distances."""
    if not latin:
        return ""
    softened = _SOFT_C.sub("s", latin) if "c" in latin else latin
    softened = _OU_AS_W.sub("w", softened) if "ou" in softened else softened
    folded = _DIGRAPH.sub(lambda found: _DIGRAPHS[found[0]], softened)
    folded = folded.translate(_VOWELS)
    folded = _DOUBLED.sub(r"\1", folded)
    return folded.removesuffix("h") if len(folded) > 2 else folded


_VOWELS = str.maketrans("eoyvc", "auiwk")


@lru_cache(maxsize=1 << 17)
def skeleton(latin: str) -> str:
    """The consonants of a romanised word, the same from every script it may come from.

    A vowel at the beginning is kept as "a"; w and v are one and count before a vowel only; y counts
    at the beginning only; h at the end does not.
    """
    return _consonants(latin, keeps_w=True)


@lru_cache(maxsize=1 << 16)
def skeleton_without_w(latin: str) -> str:
    """The same without any w: Arabic script cannot tell u from w between consonants."""
    return _consonants(latin, keeps_w=False)


def _consonants(latin: str, *, keeps_w: bool) -> str:
    if not latin:
        return ""
    text = _SOFT_C.sub("s", latin) if "c" in latin and "ch" not in latin else latin
    text = _CONSONANT_DIGRAPH.sub(lambda found: _CONSONANT_DIGRAPHS[found[0]], text)
    text = _OU_AS_W.sub("w", text) if "ou" in text else text
    first, rest = text[0], text[1:]
    if first in "iy" and rest[:1] and rest[0] in "aou":
        first = "y"
    elif first in "aeiouy":
        first = "y" if first == "y" and rest[:1] not in ("", "e") else "a"
    elif first == "v":
        first = "w"
    rest = rest.removesuffix("h")
    rest = _W_BEFORE_VOWEL.sub("v", rest) if keeps_w else rest.replace("v", "")
    kept = "".join("w" if c == "v" else c for c in rest if c not in "aeiouyw")
    return _DOUBLED.sub(r"\1", first + kept)


@lru_cache(maxsize=1 << 16)
def sound(latin: str) -> str:
    """The skeleton in broad classes of sound: t as d, all hisses, all gutturals as one."""
    consonants = skeleton(latin)
    classes = "".join(_SOUND_OF.get(c, c) for c in consonants)
    reduced = _DOUBLED.sub(r"\1", classes)
    begins_open = consonants[:1] in ("a", "y", "h", "w")
    return ("a" if begins_open else "") + reduced
