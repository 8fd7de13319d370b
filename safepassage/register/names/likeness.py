"""How alike two tokens are, between 0 and 1.

Spellings of one name that are known are nearly the same.  What is not known is compared three ways
at once: by its letters, by its sounds and by its consonants.  Where one side comes from a script
that leaves vowels out, the consonants count most.  An ending that thousands of names share (-ov,
-zada, -ullah) says little: what stands before it is compared for itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

from safepassage.register.names.joins import in_one_spelling, short_form
from safepassage.register.names.scripts import Script, script_of
from safepassage.register.names.sounds import fold, skeleton
from safepassage.register.names.transliteration import romanise
from safepassage.register.names.variants import group_of, is_known_native, usual_spelling

SAME_GROUP = 0.97
MOST_ALIKE = 0.96  # of two spellings that are not known to be of one name
SHORT_FORM = 0.72  # Rahman for Abdulrahman, Siraj for Sirajuddin
AN_INITIAL = 0.5
_KNOWN_APART = 0.8  # times so much: both are known, as two different names
_SHARED_ENDING = re.compile(
    "(?:zada|zai|khel|nejad|pur|ullah|uddin|ulrahman|enko|[oe]v|[oe]va|[iy]n|ina|sk[iy]+|skaya"
    "|[ty]an|shvili|dze|iani|[oe]vich|ovna|evna|ivna|yovych|ovych)$"
)
_FUSED_ARTICLE = re.compile("^[ae]l(?=[a-z]{4})")
_WITHOUT_ARTICLE = 0.93  # Alfaqih for al-Faqih
_SHORTEST_STEM = 2
_ENDING_WEIGHT = 0.3


def token_similarity(a: str, b: str) -> float:
    """How alike two tokens are, in any script: 1 the same, 0 nothing in common.

    Symmetric; 1 only for one spelling (after case, marks and script).  An initial and a name that
    begins with it are 0.5 alike.
    """
    if a == b:
        return 1.0
    (x, x_leaves_out), (y, y_leaves_out) = sorted((_latin(a), _latin(b)))
    if x_leaves_out != y_leaves_out:
        return vowelless_similarity(x, y)
    return latin_similarity(x, y)


@lru_cache(maxsize=1 << 17)
def _latin(word: str) -> tuple[str, bool]:
    """A word in Latin, and whether its vowels are missing because its script has none."""
    if word.isascii() and word.isalpha():
        return in_one_spelling(word.lower()), False
    if " " in word:
        return romanise(word).replace(" ", ""), False
    return in_one_spelling(usual_spelling(word)), leaves_vowels_out(word)


@lru_cache(maxsize=1 << 17)
def leaves_vowels_out(written: str) -> bool:
    """Whether a word stands in a script without short vowels and its spelling is not known."""
    is_abjad = script_of(written) in (Script.ARABIC, Script.HEBREW)
    return is_abjad and not is_known_native(written)


@lru_cache(maxsize=1 << 20)
def latin_similarity(a: str, b: str) -> float:
    """The same for two romanised words; `a` is the smaller, so that each pair is kept once."""
    if a == b:
        return 1.0 if a else 0.0
    if not a or not b:
        return 0.0
    group_a, group_b = group_of(a), group_of(b)
    if group_a and group_a == group_b:
        return SAME_GROUP
    if min(len(a), len(b)) == 1:
        return AN_INITIAL if a[0] == b[0] else 0.0
    alike = _spelled_alike(a, b)
    if group_a and group_b:
        alike *= _KNOWN_APART
    return min(max(alike, _short_forms(a, b), _without_article(a, b)), MOST_ALIKE)


def _spelled_alike(a: str, b: str) -> float:
    alike = _blended(a, b)
    end_a, end_b = _SHARED_ENDING.search(a), _SHARED_ENDING.search(b)
    if end_a and end_b and end_a[0] == end_b[0]:
        stem_a, stem_b = a[: end_a.start()], b[: end_b.start()]
        if min(len(stem_a), len(stem_b)) >= _SHORTEST_STEM:
            return _ENDING_WEIGHT * alike + (1 - _ENDING_WEIGHT) * _stems_alike(stem_a, stem_b)
    if a.startswith("abdul") and b.startswith("abdul"):
        return _ENDING_WEIGHT * alike + (1 - _ENDING_WEIGHT) * _stems_alike(a[5:], b[5:])
    return alike


def _stems_alike(a: str, b: str) -> float:
    group = group_of(a)
    return SAME_GROUP if group and group == group_of(b) else _blended(a, b)


@lru_cache(maxsize=1 << 18)
def _blended(a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    folded_a, folded_b = fold(a), fold(b)
    letters = Levenshtein.normalized_similarity(a, b)
    sounds = Levenshtein.normalized_similarity(folded_a, folded_b)
    bones = Levenshtein.normalized_similarity(skeleton(a), skeleton(b))
    beginning = JaroWinkler.similarity(folded_a, folded_b)
    return 0.25 * letters + 0.3 * sounds + 0.3 * bones + 0.15 * beginning


def _short_forms(a: str, b: str) -> float:
    """Rahman for Abdulrahman, Siraj for Sirajuddin."""
    short_a, short_b = short_form(a), short_form(b)
    if (short_a == a) == (short_b == b):
        return 0.0
    group = group_of(short_a)
    if short_a == short_b or (group and group == group_of(short_b)):
        return SHORT_FORM
    return SHORT_FORM * _blended(short_a, short_b) if len(min(short_a, short_b, key=len)) > 2 else 0


def _without_article(a: str, b: str) -> float:
    """Alfaqih for al-Faqih, where the article was written apart and left out."""
    if (_FUSED_ARTICLE.match(a) is None) == (_FUSED_ARTICLE.match(b) is None):
        return 0.0
    fused, other = (a, b) if _FUSED_ARTICLE.match(a) else (b, a)
    return 0.0 if group_of(fused) else _WITHOUT_ARTICLE * _stems_alike(fused[2:], other)


@lru_cache(maxsize=1 << 18)
def vowelless_similarity(a: str, b: str) -> float:
    """The same where one of the two comes from a script that leaves short vowels out."""
    alike = latin_similarity(a, b)
    bones_a, bones_b = skeleton(a), skeleton(b)
    if min(len(bones_a), len(bones_b)) < 2:
        return alike
    bones = Levenshtein.normalized_similarity(bones_a, bones_b)
    beginning = JaroWinkler.similarity(bones_a, bones_b)
    return max(alike, min(0.65 * bones + 0.2 * beginning + 0.15 * alike, MOST_ALIKE))
