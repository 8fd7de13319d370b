"""Words in names that are no names: titles, articles, "son of", and the endings that make one name
of two.  All in the romanised form (`transliteration.py`)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


HONORIFICS: Final = _set(
    """mullah mulla mola mulah mollah molla mawlawi maulawi mawlavi molavi moulavi maulvi mowlawi
    mawlana maulana mualana haji hajji haj hajj alhaj alhaji hajii sayed sayyed sayyid said syed
    saiyed sayid seyed seyyed seyyid sid sheikh shaikh shaykh sheik cheikh shekh shiekh dr doctor
    doktor eng engr engineer ing mr mrs ms miss mister prof professor ustad ustaz ostad ustadh
    qari kari qazi qadi kazi ghazi gen general maj major col colonel lt lieutenant lieut capt
    captain brig brigadier cmdr commander adm admiral sgt sir hon his her excellency hafiz hafez
    agha akhund akhond akhwand akhand khwaja khwajah khoja malik mir mirza ostaz pir amir emir
    imam mufti hujjatulislam hojjatoleslam ayatollah ayatullah begum bibi sardar arbab wakil
    rais molawi mehmandar ato weizero abba memher ras lij rav rabbi hazrat hacı haci bey efendi
    mlla aqa mwlwi mulwi mly haje mla molvi"""
)
# Articles, and what stands between the two halves of a joined name.
ARTICLES: Final = _set("al el ul ur us uz ud un as ash ad ar at an az ol oul il l ال ed er es en")
LINKS: Final = _set("e i o wa va u de of y the dit called also known na al el ul")
KUNYA: Final = {
    "abu": "abu",
    "abo": "abu",
    "abou": "abu",
    "aboo": "abu",
    "umm": "umm",
    "oum": "umm",
}
PATRONYMIC_PARTICLES: Final = _set(
    "bin ben ibn bint bte binti son daughter so do wold wuld walad wlad ould wld ebn bn bnt abn"
    " valad farzand oglu ogly oghlu kyzy kizi qizi"
)
ABD: Final = _set(
    "abd abdul abdel abdal abdol abdoul abdur abdus abdud abdun abdush abdur abdor abdu abed abdil"
    " abdull abdil abdool abdulr abdal"
)
TRIBAL_SUFFIXES: Final = ("zada", "zadeh", "zadah", "zai", "zay", "zoy", "khel", "khil", "kheil",
    "zade", "zadha", "pur", "pour", "nejad", "nezhad", "nizhad", "nia", "fard", "far",
)  # fmt: skip

_PATRONYMIC = re.compile(
    "(?:[oe]v|[iy]e?v|yov|iov|iev|yev)(?:i|y)?ch$|(?:ov|ev|yev|iev|iv|yiv|iyiv|yov)n[ay]$"
    "|ichna$|inichna$|inichn[ay]$|(?:il|om|uzm|ukh?|ik?it)i?ch$|oglu$|ogly$|oghlu$"
)
_RELIGION = re.compile("^(?:[aeiou]d-?|[aeiou]dd?)(?:in|een|ine|ein|yn|dine|deen|din|dein)$")
_GOD = re.compile("(?:[aou]l+a?h?|[aou]l+ah)$")
_FUSED_GOD = re.compile("(?<=..)[aoeu]+l+[aou]h?$")
_FUSED_DIN = re.compile("(?<=..)[aeou]+d+-?(?:i|ee|ei|y|ie)ne?$")
_FUSED_ABD = re.compile("^[ae]b+[aei]?d+(?:[aeou]+|(?=[rnst]))([lrsnztd]|sh|dh)?(?=[a-z]{3})")
_GEMINATE = re.compile(r"^(sh|dh|[a-z])-?(?=\1)")


@lru_cache(maxsize=1 << 14)
def is_patronymic(latin: str) -> bool:
    """Whether the form alone says that a name is a father's: -ovich, -ivna, -oglu."""
    return len(latin) > 5 and _PATRONYMIC.search(latin) is not None


@lru_cache(maxsize=1 << 12)
def religion(latin: str) -> bool:
    """Whether a word is "of the faith" written apart: uddin, eddine, ad-din."""
    return _RELIGION.match(latin) is not None


def divine(latin: str) -> str:
    """Abd + X in one spelling: abdulrahman, abdullah."""
    if latin in ("allah", "ullah", "llah", "lah", "alla", "ulla"):
        return "abdullah"
    return "abdul" + latin


@lru_cache(maxsize=1 << 16)
def joined_divine(stem: str, ending: str) -> str:
    """A stem and its ending as one word; a word that came fused, in the same spelling.

    Saif + ullah, Saifollah and Seif-Allah are saifullah in the end, Shams + ud-Din and Chamseddine
    end in uddin, Abdelrahman and Abdurrahman begin with abdul.
    """
    if ending in ("ullah", "uddin"):
        return (stem[:-1] if stem[-1:] in "aeiou" and len(stem) > 3 else stem) + ending
    if ending:
        return stem + _ZADA.get(ending, ending)
    return _fused(stem)


_ZADA: Final = {
    "zadeh": "zada", "zadah": "zada", "zade": "zada", "zadha": "zada", "zay": "zai", "zoy": "zai",
    "khil": "khel", "kheil": "khel", "pour": "pur", "nezhad": "nejad", "nizhad": "nejad",
}  # fmt: skip


def _fused(latin: str) -> str:
    if len(latin) < 6:
        return latin
    for spelling, usual in _ZADA.items():
        if latin.endswith(spelling) and len(latin) > len(spelling) + 2:
            return latin[: -len(spelling)] + usual
    if found := _FUSED_ABD.match(latin):
        rest = latin[found.end() :]
        if found[1] is None or found[1] == "l" or rest.startswith(found[1]):
            return divine(_without_l(rest))
        return divine(found[1] + rest)
    if _FUSED_GOD.search(latin) and latin[-1] in "h":
        return _FUSED_GOD.sub("ullah", latin)
    return _FUSED_DIN.sub("uddin", latin) if _FUSED_DIN.search(latin) else latin


def _without_l(rest: str) -> str:
    return "allah" if rest in ("ah", "la", "lah") else rest
