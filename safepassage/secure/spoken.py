"""A pass without paper: a short code that can be spoken and typed, and a word kept in mind.

The code stands for a pass where a QR code would endanger its holder, or was lost.  It has nine
random characters and a check character, of an alphabet of 23 in which nothing looks like anything
else: 0 1 2 5 8 and B I L O S U V Z are left out.  The check is a weighted sum modulo the prime 23
with weights that all differ: one wrong character and any two exchanged ones are always noticed.

The word is one of a list of plain things, told apart from the code and written down nowhere by its
holder.  Every word has a number, the same in all languages: the digest is of the number, so a word
may be said in one language and found by the officer in another.

A gate's phone knows digests only (PBKDF2-HMAC-SHA-256, RFC 8018, which every browser has), salted
with the gate for a code and with the pass for a word.  Whoever takes a phone apart can find out a
word, there are few, and a code with much work; neither says whose it is, and both are worth nothing
once the pass has ended or was withdrawn.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from safepassage.model.ids import check_id

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 10
TYPED_MAX = 40  # characters that are looked at, with all that people put between
ROUNDS = 10_000
DIGEST_BYTES = 16
_BETWEEN = frozenset(" -.\u00a0\u200c\u200e\u200f")
# The digits of the keyboards for Arabic, Dari and Pashto; no other script's.
_DIGITS = {
    zero + value: str(value) for zero in (0x0660, 0x06F0) for value in range(10)
}  # fmt: skip
_WORDS = Path(__file__).with_name("words.json")
_LATIN = "latin"
_SAME_LETTERS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "آ": "ا", "أ": "ا"}
)


class SpokenError(ValueError):
    """A code or word that is none, and what to do; it repeats neither."""


def new_code() -> str:
    """A code by chance: 40 bits and a check character."""
    content = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return content + _check_character(content)


def shown_code(code: str) -> str:
    """A code as it is printed and said: in three parts."""
    return f"{code[:3]} {code[3:7]} {code[7:]}"


def typed_code(text: str) -> str:
    """The code that somebody typed: small letters, spaces, hyphens and Eastern digits are forgiven.

    Raises:
        SpokenError: it is none; no character is guessed.
    """
    if len(text) > TYPED_MAX:
        raise SpokenError(f"a code has {LENGTH} characters; this is much longer")
    letters = [_DIGITS.get(ord(letter), letter) for letter in text if letter not in _BETWEEN]
    code = "".join(letter.upper() if letter.isascii() else letter for letter in letters)
    odd = next((letter for letter in code if letter not in ALPHABET), None)
    if odd is not None:
        raise SpokenError(
            "a code has none of 0 1 2 5 8 and B I L O S U V Z, and no other signs: ask for it again"
        )
    if len(code) != LENGTH:
        raise SpokenError(
            f"a code has {LENGTH} characters, these are {len(code)}: ask for it again"
        )
    if _check_character(code[:-1]) != code[-1]:
        raise SpokenError("one of its characters is wrong, or two are exchanged: ask for it again")
    return code


def code_digest(code: str, gate: str) -> str:
    """What a phone keeps of a code that is good at a gate: 32 hex digits."""
    check_id(gate, "gate")
    return _digest(code, f"safe-passage-code-1\n{gate}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the list: a number, and the same thing in each language."""

    number: int
    forms: dict[str, str]  # by language; "latin" is how a Dari word is written in Latin letters

    def in_language(self, language: str) -> str:
        """The word in a language, in English where the list has no other."""
        return self.forms.get(language, self.forms["en"])


@cache
def words() -> tuple[Word, ...]:
    """The list, in the order of the numbers."""
    read = json.loads(_WORDS.read_text(encoding="utf-8"))
    return tuple(Word(number, forms) for number, forms in enumerate(read["words"]))


@cache
def _by_form() -> dict[str, Word]:
    return {_folded(form): word for word in words() for form in word.forms.values()}


def new_word() -> Word:
    """A word by chance."""
    return secrets.choice(words())


def typed_word(text: str) -> Word:
    """The word that somebody typed, in any language of the list or in Latin letters.

    Raises:
        SpokenError: the list has no such word.
    """
    found = _by_form().get(_folded(text)) if len(text) <= TYPED_MAX else None
    if found is None:
        raise SpokenError("this word is not in the list: choose it from the list")
    return found


def word_digest(word: Word, pass_id: str) -> str:
    """What a phone keeps of the word of a pass: 32 hex digits."""
    return _digest(str(word.number), f"safe-passage-word-1\n{pass_id}")


def _folded(text: str) -> str:
    return "".join(x for x in text.casefold().translate(_SAME_LETTERS) if x not in _BETWEEN)


def _digest(content: str, salt: str) -> str:
    made = hashlib.pbkdf2_hmac("sha256", content.encode(), salt.encode(), ROUNDS, DIGEST_BYTES)
    return made.hex()


def _check_character(content: str) -> str:
    """The character that makes the sum of values, each times its place from the right, zero."""
    total = sum((LENGTH - place) * ALPHABET.index(letter) for place, letter in enumerate(content))
    return ALPHABET[-total % len(ALPHABET)]
