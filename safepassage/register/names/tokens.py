"""A name as a bag of tokens, each with its script, its romanised form and a guess of its role.

Many people have one name; others have their father's and grandfather's behind it, or a family name
in front.  So a name is no "first" and "last": it is a bag, and a role is a guess.  What was written
stays in `Token.written`; joins ("Abd al-Rahman" is one token) and roles are derived from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from safepassage.register.names.joins import (
    CLAN,
    FAITH,
    GOD,
    MERCIFUL,
    in_one_spelling,
    is_faith,
    of_abd,
    with_ending,
)
from safepassage.register.names.particles import (
    ABD,
    ARTICLES,
    HONORIFICS,
    KUNYA,
    LINKS,
    PATRONYMIC_PARTICLES,
)
from safepassage.register.names.patronymics import patronymic_of
from safepassage.register.names.scripts import LENGTH_MAX, Script, clean, in_one_alphabet, script_of
from safepassage.register.names.transliteration import romanise_word
from safepassage.register.names.variants import group_of, usual_spelling


class Role(StrEnum):
    """What a token probably is."""

    GIVEN = "given"
    FAMILY = "family"
    PATRONYMIC = "patronymic"  # the father's name, marked as such
    HONORIFIC = "honorific"  # Mullah, Haji, Sayed, Dr, Eng
    PARTICLE = "particle"  # al-, bin, abu
    INITIAL = "initial"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a name.  Its `repr` shows no letter of it: that may end in a log."""

    written: str = field(repr=False)  # as it stood in the text
    script: Script
    latin: str = field(repr=False)  # a to z, lower case; never empty
    role: Role = Role.UNKNOWN

    @property
    def is_name(self) -> bool:
        """Whether it names the person: no title and no particle."""
        return self.role not in (Role.HONORIFIC, Role.PARTICLE)


_WORD = re.compile(r"[^\W\d_]+\.?|,")
_CAMEL = re.compile("(?<=[a-z]{2})(?=[A-Z][a-z])")
_ARABIC_ABD = re.compile("^عبد(ال)?(?=..)")
_ARABIC_HALVES = re.compile("^(..+?)(ال)?(الله|اللہ|دین|دين|رحمن|رحمان|حق)$")
_ARABIC_GOD = ("الله", "اللہ", "لله")
_ARABIC_ARTICLE = re.compile("^ال(?=...)")
_CONTINUES = "\x1f"  # before a part that had no blank before it; no text holds it (`clean`)
_WORDS_MAX = 40


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a name in the order in which they were written; empty if it has no letters."""
    return _tokens(text[:LENGTH_MAX])


@lru_cache(maxsize=1 << 16)
def _tokens(text: str) -> tuple[Token, ...]:
    words = _WORD.findall(_CAMEL.sub(" ", clean(text)))[:_WORDS_MAX]
    has_case = any(w.isupper() and len(w) > 2 for w in words) and any(
        w[:1].isupper() and w[1:].islower() for w in words
    )
    read: list[Token] = []
    for word in words:
        if word == ",":
            if len(read) in (1, 2):
                read = [_as(t, Role.FAMILY) if t.role is Role.UNKNOWN else t for t in read]
            continue
        first, *others = _parts(word)
        read.append(_token(first, has_case))
        read += [_continued(_token(part, has_case)) for part in others]
    joined = _joined([t for t in read if t.latin])
    return tuple(_patronymics([_whole(token) for token in joined]))


def _continued(token: Token) -> Token:
    """A token that stood in one word with the one before."""
    return Token(_CONTINUES + token.written, token.script, token.latin, token.role)


def _whole(token: Token) -> Token:
    """A token whose written form is as it stood, blanks where blanks were."""
    if _CONTINUES not in token.written:
        return token
    written = token.written.replace(" " + _CONTINUES, "").replace(_CONTINUES, "")
    return Token(written, token.script, token.latin, token.role)


def _as(token: Token, role: Role) -> Token:
    return Token(token.written, token.script, token.latin, role)


def _parts(word: str) -> list[str]:
    """An Arabic-script word taken apart where Latin writes two."""
    if script_of(word) is not Script.ARABIC or word in _ARABIC_GOD:
        return [word]
    if found := _ARABIC_ABD.match(word):
        rest = word[3:]
        if rest in _ARABIC_GOD or not found[1]:
            return ["عبد", "الله"] if rest in _ARABIC_GOD else [word]
        return ["عبد", "ال", word[5:]]
    found = _ARABIC_HALVES.match(word)
    if found and (found[2] or found[3] in _ARABIC_GOD):
        return [found[1], *filter(None, (found[2], found[3]))]
    return ["ال", word[2:]] if _ARABIC_ARTICLE.match(word) else [word]


@lru_cache(maxsize=1 << 16)
def _token(word: str, has_case: bool) -> Token:
    bare = word.rstrip(".")
    one = in_one_alphabet(bare)
    script = script_of(one)
    latin = usual_spelling(one) if script is not Script.LATIN else romanise_word(one)
    return Token(bare, script, latin, _role(word, latin, has_case))


def _role(word: str, latin: str, has_case: bool) -> Role:
    group = group_of(latin)
    if latin in HONORIFICS:
        return Role.HONORIFIC
    if latin in LINKS or latin in PATRONYMIC_PARTICLES or latin in ARTICLES:
        return Role.PARTICLE
    if len(latin) == 1:
        return Role.INITIAL
    if patronymic_of(latin) and (not group or "-" in group):
        return Role.PATRONYMIC
    if (has_case and word.isupper()) or (latin.endswith(tuple(CLAN)) and len(latin) > 6):
        return Role.FAMILY
    return Role.GIVEN if group else Role.UNKNOWN


def _joined(read: list[Token]) -> list[Token]:
    """Abd + X, Abu + X, X + ullah, X + ud + din and X + zada become one token."""
    out: list[Token] = []
    at = 0
    while at < len(read):
        if taken := _abd(read, at) or _kunya(read, at):
            count, token = taken
        elif out and (ended := _ending(read, at)) and _may_have_ending(out[-1]):
            count, ending = ended
            token = _with_ending(out.pop(), read[at : at + count], ending)
        else:
            count, token = 1, read[at]
            token = Token(token.written, token.script, in_one_spelling(token.latin), token.role)
        out.append(token)
        at += count
    return out


def _written(parts: list[Token]) -> str:
    return " ".join(t.written for t in parts)


def _abd(read: list[Token], at: int) -> tuple[int, Token] | None:
    """Abd, perhaps an article, and the name of God that belongs to it."""
    if read[at].latin not in ABD:
        return None
    last = at + 1 + (at + 1 < len(read) and read[at + 1].latin in ARTICLES)
    if last >= len(read) or len(read[last].latin) < 2 or read[last].latin in LINKS:
        return None
    parts = read[at : last + 1]
    latin = of_abd(read[last].latin)
    return len(parts), Token(_written(parts), read[at].script, latin, Role.GIVEN)


def _kunya(read: list[Token], at: int) -> tuple[int, Token] | None:
    """Abu or Umm, perhaps an article, and the child after whom somebody is called."""
    if read[at].latin not in KUNYA:
        return None
    last = at + 1 + (at + 1 < len(read) and read[at + 1].latin in ARTICLES)
    if last >= len(read) or not read[last].is_name or len(read[last].latin) < 2:
        return None
    parts = read[at : last + 1]
    latin = KUNYA[read[at].latin] + in_one_spelling(read[last].latin)
    return len(parts), Token(_written(parts), read[at].script, latin, Role.GIVEN)


def _may_have_ending(stem: Token) -> bool:
    return stem.role is not Role.PARTICLE and len(stem.latin) > 1


def _with_ending(stem: Token, parts: list[Token], ending: str) -> Token:
    role = Role.FAMILY if ending in CLAN else Role.GIVEN
    latin = with_ending(stem.latin, ending)
    return Token(_written([stem, *parts]), stem.script, latin, role)


def _ending(read: list[Token], at: int) -> tuple[int, str] | None:
    """How many tokens from here on belong to the one before, and the ending they make."""
    here = read[at].latin
    behind = read[at + 1].latin if at + 1 < len(read) else ""
    if here in GOD:
        return 1, "ullah"
    if is_faith(here):
        return 1, "uddin"
    if here in CLAN:
        return 1, here
    if here in ARTICLES or here == "u":
        if behind in FAITH:
            return 2, "uddin"
        if behind in GOD:
            return 2, "ullah"
        if behind in MERCIFUL:
            return 2, MERCIFUL[behind]
    return None


def _patronymics(read: list[Token]) -> list[Token]:
    """The name after bin, ibn, bint or "son of" is the father's."""
    out: list[Token] = []
    is_next = False
    for token in read:
        if token.is_name and is_next:
            token = _as(token, Role.PATRONYMIC)
            is_next = False
        elif token.latin in PATRONYMIC_PARTICLES and out:
            is_next = True
        out.append(token)
    return out
