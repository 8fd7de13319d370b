"""A name as a bag of tokens, each with its script, its romanised form and a guess of its role.

Many people have one name; others have their father's and grandfather's behind it, or a family name
in front.  So a name is no "first" and "last": it is a bag, and a role is a guess.  What was written
stays in `Token.written`; joins ("Abd al-Rahman" is one token) and roles are derived from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from safepassage.register.names.particles import (
    ABD,
    ARTICLES,
    HONORIFICS,
    KUNYA,
    LINKS,
    PATRONYMIC_PARTICLES,
    TRIBAL_SUFFIXES,
    divine,
    is_patronymic,
    joined_divine,
    religion,
)
from safepassage.register.names.scripts import Script, clean, script_of
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
    """One part of a name."""

    written: str  # as it stood in the text; joined parts with a blank between them
    script: Script
    latin: str  # a to z, lower case; never empty
    role: Role = Role.UNKNOWN

    @property
    def is_name(self) -> bool:
        """Whether it names the person: no title and no particle."""
        return self.role not in (Role.HONORIFIC, Role.PARTICLE)


_WORD = re.compile(r"[^\W\d_]+\.?|,|/")
_ARABIC_ARTICLE = re.compile("^ال(?=..)")
_ARABIC_ABD = re.compile("^(عبد)(ال)(?=..)")
_ARABIC_ALLAH = re.compile("^(..+)(الله|اللہ)$")
_ARABIC_DIN = re.compile("^(..+)ال(دین|دين)$")
_WORDS_MAX = 40


@lru_cache(maxsize=1 << 16)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a name in the order in which they were written; empty if it has no letters."""
    words = _WORD.findall(clean(text))[:_WORDS_MAX]
    has_case = any(w.isupper() and len(w) > 2 for w in words) and any(
        w[:1].isupper() and w[1:].islower() for w in words
    )
    read: list[Token] = []
    for word in words:
        if word in ",/":
            if word == "," and len(read) in (1, 2):
                read = [_as(t, Role.FAMILY) if t.role is Role.UNKNOWN else t for t in read]
            continue
        read += [_token(part, has_case) for part in _parts(word)]
    return tuple(_patronymics(_joined([t for t in read if t.latin])))


def _as(token: Token, role: Role, written: str | None = None, latin: str | None = None) -> Token:
    return Token(written or token.written, token.script, latin or token.latin, role)


def _parts(word: str) -> list[str]:
    """An Arabic-script word taken apart where Latin writes two."""
    if script_of(word) is not Script.ARABIC:
        return [word]
    if found := _ARABIC_ABD.match(word):
        return (
            [found[1], word[found.end(1) :]]
            if word[3:] in ("الله", "اللہ")
            else [found[1], found[2], word[found.end() :]]
        )
    for ending in (_ARABIC_ALLAH, _ARABIC_DIN):
        if found := ending.match(word):
            return [found[1], word[found.end(1) :]]
    if word not in ("الله", "اللہ") and (found := _ARABIC_ARTICLE.match(word)) and len(word) > 4:
        return ["ال", word[2:]]
    return [word]


@lru_cache(maxsize=1 << 16)
def _token(word: str, has_case: bool) -> Token:
    bare = word.rstrip(".")
    script = script_of(bare)
    latin = usual_spelling(bare) if script is not Script.LATIN else romanise_word(bare)
    return Token(bare, script, latin, _role(word, latin, script, has_case))


def _role(word: str, latin: str, script: Script, has_case: bool) -> Role:
    if latin in HONORIFICS:
        return Role.HONORIFIC
    if latin in LINKS or latin in PATRONYMIC_PARTICLES or latin in ARTICLES:
        return Role.PARTICLE
    if len(latin) == 1:
        return Role.INITIAL
    if is_patronymic(latin):
        return Role.PATRONYMIC
    if has_case and word.isupper():
        return Role.FAMILY
    if latin.endswith(TRIBAL_SUFFIXES) and len(latin) > 6:
        return Role.FAMILY
    return Role.GIVEN if group_of(latin) else Role.UNKNOWN


def _joined(read: list[Token]) -> list[Token]:
    """Abd + X, X + ullah, X + ud + din and X + zada become one token."""
    out: list[Token] = []
    at = 0
    while at < len(read):
        taken, token = _join_at(read, at, out)
        out.append(token)
        at += taken
    return out


def _join_at(read: list[Token], at: int, before: list[Token]) -> tuple[int, Token]:
    token = read[at]
    if token.latin in ABD:
        skip = 1
        while at + skip < len(read) and read[at + skip].latin in ARTICLES and skip < 2:
            skip += 1
        if at + skip < len(read) and len(read[at + skip].latin) > 2:
            last = read[at + skip]
            if last.is_name or last.latin in ("allah", "ullah"):
                written = " ".join(t.written for t in read[at : at + skip + 1])
                return skip + 1, Token(written, token.script, divine(last.latin), Role.GIVEN)
    elif token.latin in KUNYA and at + 1 < len(read) and read[at + 1].is_name:
        behind = read[at + 1]
        latin = KUNYA[token.latin] + behind.latin
        return 2, Token(f"{token.written} {behind.written}", token.script, latin, Role.GIVEN)
    elif (ending := _ending(read, at)) and before and before[-1].is_name:
        taken, latin = ending
        stem = before.pop()
        if len(stem.latin) > 1:
            written = " ".join([stem.written, *(t.written for t in read[at : at + taken])])
            role = Role.FAMILY if latin in TRIBAL_SUFFIXES else Role.GIVEN
            return taken, Token(written, stem.script, joined_divine(stem.latin, latin), role)
        before.append(stem)
    whole = joined_divine(token.latin, "") if token.is_name else token.latin
    return 1, _as(token, token.role, latin=whole) if whole != token.latin else token


def _ending(read: list[Token], at: int) -> tuple[int, str] | None:
    """How many tokens from here on belong to the one before, and the ending they make."""
    here = read[at].latin
    following = read[at + 1].latin if at + 1 < len(read) else ""
    if here in ("ullah", "allah", "ollah", "olah", "ulla", "ulah", "allh"):
        return 1, "ullah"
    if religion(here):
        return 1, "uddin"
    if here in LINKS or here in ARTICLES:
        if following in ("din", "deen", "dine", "dein", "dyn"):
            return 2, "uddin"
        if following in ("allah", "lah", "llah"):
            return 2, "ullah"
    if here in TRIBAL_SUFFIXES:
        return 1, here
    return None


def _patronymics(read: list[Token]) -> list[Token]:
    """The name after bin, ibn, bint or "son of" is the father's."""
    out: list[Token] = []
    is_next = False
    for token in read:
        if token.latin in PATRONYMIC_PARTICLES:
            is_next = bool(out)
        elif token.is_name:
            out.append(_as(token, Role.PATRONYMIC) if is_next else token)
            is_next = False
            continue
        out.append(token)
    return out
