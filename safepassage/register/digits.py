"""Digits of any script as ASCII ones, and text as it is compared."""

from __future__ import annotations

import re
import unicodedata

_DECIMAL = re.compile(r"[^\W\x00-\x7f]")
# Marks that steer direction or join letters, and the letter that only stretches a word.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640]")
_SPACES = re.compile(r"\s+")


def ascii_digits(text: str) -> str:
    """Text with the decimal digits of any script written as 0 to 9."""
    return text if text.isascii() else _DECIMAL.sub(_digit, text)


def _digit(found: re.Match[str]) -> str:
    value = unicodedata.decimal(found[0], None)
    return found[0] if value is None else str(value)


def plain(text: str) -> str:
    """Text with ASCII digits, without marks nobody sees, with single spaces."""
    if not text.isascii():
        text = _INVISIBLE.sub("", ascii_digits(unicodedata.normalize("NFKC", text)))
    return _SPACES.sub(" ", text).strip()
