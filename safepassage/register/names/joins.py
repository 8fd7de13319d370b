"""Names that are written as one word or as two: Abd al-Rahman, Saif-ullah, Sakhi Zada.

Lists cut the same name at different places.  One spelling is made of all of them, so that a person
does not fall apart at a blank.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_RELIGION = re.compile("^(?:[aeiou]d-?|[aeiou]dd?)(?:in|een|ine|ein|yn|dine|deen|din|dein)$")
_FUSED_GOD = re.compile("(?<=..)[aoeu]+l+[aou]h$")
_FUSED_DIN = re.compile("(?<=..)[aeou]+d+-?(?:i|ee|ei|y|ie)ne?$")
_FUSED_ABD = re.compile("^c?[ae]b+[aei]?d+(?:[aeou]+|(?=[rnst]))([lrsnztd]|sh|dh)?(?=[a-z]{3})")
_FUSED_MERCIFUL = re.compile("(?<=..)[uoa][rl](?:(?=r[ae]h?man$)|(?=haqq?$|islam$|[ae]h?man$))")
_DIVINE_HALF = re.compile("^abdul(?=...)|(?<=..)(?:ullah|uddin|ulrahman|ulhaq)$")

GOD: Final = frozenset({"allah", "ullah", "ollah", "olah", "ulla", "alla", "ulah", "allh", "lah"})
FAITH: Final = frozenset({"din", "deen", "dine", "dein", "dyn", "eddin", "eddine"})
# What may follow "ul" in a name of two halves, in one spelling.
MERCIFUL: Final = {
    "rahman": "ulrahman", "rahmaan": "ulrahman", "rehman": "ulrahman", "rhman": "ulrahman",
    "haq": "ulhaq", "haqq": "ulhaq", "hak": "ulhaq", "islam": "ulislam", "abidin": "ulabidin",
    "abedin": "ulabidin", "mulk": "ulmulk",
}  # fmt: skip
# Endings of family and clan names that are written apart as often as not, in one spelling.
CLAN: Final = {
    "zada": "zada", "zadeh": "zada", "zadah": "zada", "zade": "zada", "zadha": "zada",
    "zai": "zai", "zay": "zai", "zoy": "zai", "khel": "khel", "khil": "khel", "kheil": "khel",
    "pur": "pur", "pour": "pur", "nejad": "nejad", "nezhad": "nejad", "nizhad": "nejad",
}  # fmt: skip
_ARABIC_CLAN = (
    ("زاده", "zada"), ("زادہ", "zada"), ("زئی", "zai"), ("زایی", "zai"), ("زی", "zai"),
    ("خیل", "khel"), ("نژاد", "nejad"), ("پور", "pur"),
)  # fmt: skip
_NO_CLAN_BEFORE = "اویهء"


def is_faith(latin: str) -> bool:
    """Whether a word is "of the faith" written apart: uddin, eddine, ad-din."""
    return _RELIGION.match(latin) is not None


def of_abd(latin: str) -> str:
    """Abd + X in one spelling: abdulrahman, abdullah."""
    return "abdullah" if latin in GOD or latin == "llah" else "abdul" + latin


def with_ending(stem: str, ending: str) -> str:
    """A stem and an ending that was written apart, in one spelling."""
    if ending in CLAN:
        return stem + CLAN[ending]
    return (stem[:-1] if stem[-1] in "aeiou" and len(stem) > 3 else stem) + ending


@lru_cache(maxsize=1 << 16)
def short_form(latin: str) -> str:
    """A joined name without its divine half: rahman of abdulrahman, nasr of nasrullah."""
    return _DIVINE_HALF.sub("", latin, count=1)


@lru_cache(maxsize=1 << 16)
def in_one_spelling(latin: str) -> str:
    """A name that came as one word, its divine or clan half spelled in one way.

    Abdurrahman is abdulrahman, Saifollah saifullah, Chamseddine chamsuddin, Karimzadeh karimzada.
    """
    if len(latin) < 6:
        return latin
    for spelling, usual in CLAN.items():
        if latin.endswith(spelling) and len(latin) > len(spelling) + 2:
            return latin[: -len(spelling)] + usual
    if found := _FUSED_ABD.match(latin):
        rest = latin[found.end() :]
        if found[1] is None or found[1] == "l" or rest.startswith(found[1]):
            return of_abd("allah" if rest in ("ah", "la", "lah", "ahi", "lahi") else rest)
        return of_abd(found[1] + rest)
    if _FUSED_GOD.search(latin):
        return _FUSED_GOD.sub("ullah", latin)
    if found := _FUSED_MERCIFUL.search(latin):
        return latin[: found.start()] + MERCIFUL.get(latin[found.end() :], latin[found.start() :])
    return _FUSED_DIN.sub("uddin", latin)


def arabic_clan(word: str) -> tuple[str, str] | None:
    """An Arabic-script word that ends in zada, zai, khel: its stem, and the ending in Latin."""
    for native, latin in _ARABIC_CLAN:
        stem = word.removesuffix(native)
        if stem != word and len(stem) >= 3 and (latin != "zai" or stem[-1] not in _NO_CLAN_BEFORE):
            return stem, latin
    return None
