"""What a call says: when, where and how many, and nothing that endangers whoever is found with it.

Two messages, never in one: the *call* with the window, the meeting place and the code; and the
*word*, which is learned by heart.  Whoever sees one of them holds half.  Neither says what it is
about, who sent it, or who the people are.  The meeting place is what a desk wrote for this gate in
the language of the people; a text in which a word of the trade occurs is refused.

Times are those of the operation's local clock with the day of the week, digits in the language's
own script; the code stays in Latin letters, held together from right and left.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import zone
from safepassage.secure.spoken import Word, shown_code

_TEXTS: Mapping[str, Mapping[str, Any]] = json.loads(
    Path(__file__).with_name("message_words.json").read_text("utf-8")
)
LANGUAGES = tuple(_TEXTS)
PLACE_MAX = 120  # characters of a meeting place
_EASTERN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ISOLATED = "\u2066{}\u2069"  # left to right within, whatever stands around
# Words that say what it is about, or whom it is for; compared as whole words without case.
ENDANGERING = frozenset(word for texts in _TEXTS.values() for word in texts["endangering"].split())


class Kind(StrEnum):
    """What a message is for."""

    CALL = "call"
    WORD = "word"


class EndangeringError(BadQuestionError):
    """A text that would say to anybody what it is about."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a gate's people meet, in the words of each language, and whose clock is meant."""

    places: Mapping[str, str]  # by language
    zone: str

    def __post_init__(self) -> None:
        zone(self.zone)
        if not self.places:
            raise BadQuestionError("say where people meet, in at least one language")
        for text in self.places.values():
            check_harmless(text)

    def place_in(self, language: str) -> str:
        """The meeting place in a language, else in whichever there is."""
        return self.places.get(language) or next(iter(self.places.values()))


def check_harmless(text: str) -> None:
    """Refuse a text that says what it is about.

    Raises:
        EndangeringError: a word of the trade is in it, or it is empty, long, or has odd signs.
    """
    if not text.strip() or len(text) > PLACE_MAX or any(map(_is_control, text)):
        raise EndangeringError(f"a meeting place has 1 to {PLACE_MAX} characters in one line")
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ي", "ی").replace("ك", "ک")
    words = re.findall(r"[\w\u200c]+", folded)
    found = sorted({word for word in words if {word, word.removesuffix("s")} & ENDANGERING})
    if found:
        raise EndangeringError(
            f"the meeting place says {', '.join(found)}: whoever is found with the message would be"
            " in danger. Name something that everybody knows and that says nothing"
        )


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs", "Co", "Cn"}


def language_in(language: str) -> str:
    """The language that messages have, for somebody who speaks this one."""
    return language if language in LANGUAGES else "en"


def call_text(
    language: str, meeting: Meeting, begin: datetime, end: datetime, heads: int, code: str
) -> str:
    """The call: one short paragraph, at most a few hundred characters."""
    spoken = language_in(language)
    there = zone(meeting.zone)
    start, stop = begin.astimezone(there), end.astimezone(there)
    text: str = _TEXTS[spoken]["call"].format(
        day=_TEXTS[spoken]["days"][start.weekday()],
        begin=_digits(f"{start:%H:%M}", spoken),
        end=_digits(f"{stop:%H:%M}", spoken),
        place=meeting.place_in(spoken).strip().rstrip("."),
        heads=_digits(str(heads), spoken),
        code=_ISOLATED.format(shown_code(code)) if spoken != "en" else shown_code(code),
    )
    return text


def word_text(language: str, word: Word) -> str:
    """The word, to be learned by heart."""
    spoken = language_in(language)
    text: str = _TEXTS[spoken]["word"].format(word=word.in_language(spoken))
    return text


def subject(language: str) -> str:
    """What an envelope says on its outside: nothing."""
    return str(_TEXTS[language_in(language)]["subject"])


def _digits(text: str, language: str) -> str:
    return text if language == "en" else text.translate(_EASTERN)
