"""Keys under which a token is found again, whichever way and in whichever script it was written.

Each key begins with its kind: ``v:`` a group of known spellings, ``c:`` a skeleton of consonants,
``p:`` a broad sound.  Two spellings of one name share at least one key far more often than they
share the name's letters; how alike they are is a question for `likeness.py`.
"""

from __future__ import annotations

from functools import lru_cache

from safepassage.register.names.scripts import Script
from safepassage.register.names.sounds import skeleton, skeleton_without_w, sound
from safepassage.register.names.tokens import Token
from safepassage.register.names.transliteration import readings
from safepassage.register.names.variants import group_of, usual_spelling

_ARTICLE_LETTERS = 2
_SHORTEST_BEHIND_ARTICLE = 4


def keys(token: Token) -> frozenset[str]:
    """Every key of a token; a title or a particle has the keys of its letters as well."""
    return _keys(token.latin, token.written if token.script is not Script.LATIN else "")


@lru_cache(maxsize=1 << 17)
def _keys(latin: str, native: str) -> frozenset[str]:
    found = set(keys_of_latin(latin))
    if native and " " not in native and latin == usual_spelling(native):
        for reading in readings(native):
            found |= keys_of_latin(reading)
    return frozenset(found)


@lru_cache(maxsize=1 << 17)
def keys_of_latin(latin: str) -> frozenset[str]:
    """The keys of a romanised word."""
    if not latin:
        return frozenset()
    found = {f"c:{skeleton(latin)}", f"c:{skeleton_without_w(latin)}", f"p:{sound(latin)}"}
    if group := group_of(latin):
        usual = group.replace("-", "")  # a patronymic's group is the father's name and an ending
        found |= {f"v:{group}", f"c:{skeleton(usual)}", f"p:{sound(usual)}"}
    if latin.startswith(("al", "el")) and len(latin) >= _ARTICLE_LETTERS + _SHORTEST_BEHIND_ARTICLE:
        rest = latin[_ARTICLE_LETTERS:]
        found.add(f"c:{skeleton(rest)}")
        if behind := group_of(rest):
            found.add(f"v:{behind}")
    return frozenset(found)
