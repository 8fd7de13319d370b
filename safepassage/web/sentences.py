"""Sentences that are said in English deep inside, in the language of whoever reads them.

The readers of lists know no language but English: their reasons are sentences, so that a command
line can print them as they are.  A desk looks each one up here.  The English catalogue holds every
sentence as it is said, with blanks for what differs; what fills a blank may be such a sentence too.
A sentence that no catalogue knows is shown in English and marked as English.
"""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

from safepassage.web.words import Words, words

PREFIX = "say."
_BLANK = re.compile(r"\\\{(\d)\\\}")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """A pattern for each sentence with blanks, the one with the most fixed words first."""
    texts = {k: v for k, v in words("en").texts.items() if k.startswith(PREFIX) and "{0}" in v}
    ordered = sorted(texts.items(), key=lambda item: -len(item[1]))
    return [(re.compile(_BLANK.sub("(.+)", re.escape(text))), key) for key, text in ordered]


@cache
def _exact() -> dict[str, str]:
    return {v: k for k, v in words("en").texts.items() if k.startswith(PREFIX)}


def said(sentence: str, texts: Words) -> str | None:
    """A sentence in a language; None if the catalogues do not know it."""
    key = _exact().get(sentence)
    if key is not None:
        return texts(key)
    for pattern, key in _patterns():
        if match := pattern.fullmatch(sentence):
            filled = [said(part, texts) or part for part in match.groups()]
            return texts.texts[key].format(*filled)
    return None


def says(texts: Words, sentence: str) -> Markup:
    """A sentence as a page shows it: translated, or marked as the English it is."""
    translated = said(sentence, texts)
    if translated is not None:
        return escape(translated)
    return Markup('<span lang="en" dir="ltr">{}</span>').format(sentence)
