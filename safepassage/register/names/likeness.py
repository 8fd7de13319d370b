"""How alike two tokens are, between 0 and 1."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

from safepassage.register.names.sounds import fold, skeleton
from safepassage.register.names.transliteration import romanise
from safepassage.register.names.variants import group_of, usual_spelling

SAME_GROUP = 0.97


def token_similarity(a: str, b: str) -> float:
    """How alike two tokens are, in any script: 1 the same, 0 nothing in common.

    Symmetric; 1 only for one spelling (after case, marks and script).  An initial and a name that
    begins with it are 0.5 alike.
    """
    if a == b:
        return 1.0
    return latin_similarity(*sorted((_latin(a), _latin(b))))


@lru_cache(maxsize=1 << 17)
def _latin(word: str) -> str:
    if word.isascii() and word.isalpha():
        return word.lower()
    return usual_spelling(word) if " " not in word else romanise(word).replace(" ", "")


@lru_cache(maxsize=1 << 20)
def latin_similarity(a: str, b: str) -> float:
    """The same for two romanised words."""
    if a == b:
        return 1.0 if a else 0.0
    if not a or not b:
        return 0.0
    group_a, group_b = group_of(a), group_of(b)
    if group_a and group_a == group_b:
        return SAME_GROUP
    if min(len(a), len(b)) == 1:
        return 0.5 if a[0] == b[0] else 0.0
    folded_a, folded_b = fold(a), fold(b)
    letters = Levenshtein.normalized_similarity(a, b)
    sounds = Levenshtein.normalized_similarity(folded_a, folded_b)
    bones = Levenshtein.normalized_similarity(skeleton(a), skeleton(b))
    beginning = JaroWinkler.similarity(folded_a, folded_b)
    blended = 0.25 * letters + 0.3 * sounds + 0.3 * bones + 0.15 * beginning
    if group_a and group_b:
        blended *= 0.85  # two names that are known to be two
    return min(blended, 0.96)
