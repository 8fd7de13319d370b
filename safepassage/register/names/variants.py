"""Spellings that are known to be of one name: muhammad, mohd, mehmet, محمد, Магомед.

`variants.csv` holds them as plain facts of language, written for this project: a group's usual
spelling, how common it is (0 rare to 4 the commonest of all), its spellings in any script.  A
spelling belongs to one group.  Nothing in it is counted from anybody's list.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from safepassage.register.names.joins import arabic_clan
from safepassage.register.names.patronymics import fathers_names, patronymic_of
from safepassage.register.names.scripts import Script, clean, script_of
from safepassage.register.names.transliteration import romanise_word

# Letters of Arabic script that lists use for one another.
_ARABIC_ALIKE: Final = str.maketrans("يىېۍئكةۀہھأإآٱؤے", "یییییکههههااااوی")


@dataclass(frozen=True, slots=True)
class Variants:
    """The spellings and their groups."""

    group_of_latin: dict[str, str]
    usual_of_native: dict[str, str]
    common: dict[str, int]


@cache
def variants() -> Variants:
    """The table, read once."""
    by_latin: dict[str, str] = {}
    by_native: dict[str, str] = {}
    common: dict[str, int] = {}
    source = resources.files("safepassage.register.names") / "variants.csv"
    for row in csv.DictReader(source.read_text(encoding="utf-8").splitlines()):
        group = row["group"]
        common[group] = int(row["common"])
        by_latin[group] = group
        for spelling in row["spellings"].split():
            word = clean(spelling)
            if script_of(word) is not Script.LATIN:
                by_native[native_form(word)] = group
            else:
                by_latin[romanise_word(word)] = group
    return Variants(by_latin, by_native, common)


@lru_cache(maxsize=1 << 15)
def native_form(word: str) -> str:
    """A word in its own script, in lower case, letters that stand for one another made one."""
    return word.lower().translate(_ARABIC_ALIKE)


@lru_cache(maxsize=1 << 17)
def group_of(latin: str) -> str:
    """The group of a romanised spelling; empty if it is none that is known.

    A patronymic is of the group of the father's name and its ending: "vladimir-ovich".
    """
    known = variants().group_of_latin
    if group := known.get(latin):
        return group
    if made := patronymic_of(latin):
        stem, ending = made
        for name in fathers_names(stem):
            if father := known.get(name):
                return f"{father}-{ending}"
    return ""


@lru_cache(maxsize=1 << 16)
def usual_spelling(word: str) -> str:
    """A word of another script in Latin: as the name is usually spelled, else letter by letter."""
    if known := variants().usual_of_native.get(native_form(word)):
        return known
    if clan := arabic_clan(word):
        return usual_spelling(clan[0]) + clan[1]
    return romanise_word(word)


@lru_cache(maxsize=1 << 16)
def is_known_native(word: str) -> bool:
    """Whether the table holds this word of another script."""
    return native_form(word) in variants().usual_of_native


def commonness(group: str) -> int:
    """How common a group's name is: 0 rare or unknown, 4 the commonest of all."""
    return variants().common.get(group.partition("-")[0], 0)
