"""Words of any script as a to z, in the spellings that lists use.

A word has one usual spelling (`romanise_word`) and sometimes further readings (`readings`): a
letter of Hebrew is b or v, Ukrainian and Russian read one letter differently.  A script without a
table of its own is spelled by the names that Unicode gives its letters, so that two words of an
unforeseen script are equal only if they are.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import islice, product

from safepassage.register.names import letters
from safepassage.register.names.scripts import (
    Script,
    clean,
    in_one_alphabet,
    script_of,
    script_of_letter,
)

READINGS_MAX = 6
_LONGEST_WORD = 64  # letters; a longer "word" is text that lost its spaces
_ARABIC_VOWELS = frozenset("اآأإىیيوېۍے")
_VOWEL_AFTER = frozenset("اآأإىیيوېۍےهة")


def romanise(text: str) -> str:
    """A text as lower-case a to z, its words separated by single blanks; never longer words."""
    return " ".join(filter(None, map(romanise_word, _words(text))))


def _words(text: str) -> list[str]:
    cleaned = clean(text)
    return "".join(c if c.isalnum() else " " for c in cleaned).split()


@lru_cache(maxsize=1 << 17)
def romanise_word(word: str) -> str:
    """One word's usual spelling in a to z; empty for a word without letters.

    The word has been cleaned (`scripts.clean`); digits are left out.
    """
    return _spelled(word)[0]


@lru_cache(maxsize=1 << 17)
def readings(word: str) -> tuple[str, ...]:
    """Every usual spelling of a word in a to z, the likeliest first, at most six."""
    return _spelled(word)


def _spelled(word: str) -> tuple[str, ...]:
    low = in_one_alphabet(word[:_LONGEST_WORD]).lower()
    script = script_of(low)
    if script is Script.LATIN and low.isascii() and low.isalpha():
        return (low,)
    if script is Script.ARABIC:
        return _combined(_arabic(low))
    if script is Script.CYRILLIC:
        return _cyrillic_readings(low)
    return _combined([_letter(c, i, low) for i, c in enumerate(low)])


def _combined(options: list[str]) -> tuple[str, ...]:
    """The spellings of the letters put together, few changes of the usual ones first."""
    choices = [o.split("|") for o in options]
    usual = "".join(c[0] for c in choices)
    found = dict.fromkeys([usual])
    for i, choice in enumerate(choices):
        for other in choice[1:]:
            found[
                "".join([*(c[0] for c in choices[:i]), other, *(c[0] for c in choices[i + 1 :])])
            ] = None
    everything = ("".join(p) for p in islice(product(*choices), 64))
    found.update(dict.fromkeys(everything))
    return tuple(islice(found, READINGS_MAX))


def _letter(letter: str, at: int, word: str) -> str:
    script = script_of_letter(letter)
    if script is Script.HEBREW:
        return _hebrew(letter, at, word)
    if script is Script.ETHIOPIC:
        return _ethiopic(letter)
    if letter in letters.GREEK:
        return letters.GREEK[letter]
    if letter in letters.GEORGIAN:
        return letters.GEORGIAN[letter]
    if letter in letters.ARMENIAN:
        return letters.ARMENIAN[letter]
    if letter in letters.RUSSIAN:
        return letters.RUSSIAN[letter]
    if letter in letters.ARABIC:
        return letters.ARABIC[letter]
    return _latin(letter)


@lru_cache(maxsize=8192)
def _latin(letter: str) -> str:
    """A Latin letter without its marks, or what Unicode calls a letter of another script."""
    if letter in letters.LATIN:
        return letters.LATIN[letter]
    bare = "".join(c for c in unicodedata.normalize("NFKD", letter) if "a" <= c <= "z")
    if bare or not letter.isalpha():
        return bare
    named = unicodedata.name(letter, "")
    if not named or named.startswith("CJK"):
        return "".join(chr(ord("a") + int(d, 16)) for d in f"{ord(letter):x}")
    words = named.lower().replace("letter", "").replace("sign", "").split()
    return "".join(c for c in words[-1] if "a" <= c <= "z")


def _arabic(word: str) -> list[str]:
    """Each letter's spellings, where its neighbours say whether it is a vowel."""
    sounds = (
        letters.PERSIAN_SOUNDS if letters.NOT_ARABIC.intersection(word) else letters.ARABIC_SOUNDS
    )
    spelled = []
    for i, letter in enumerate(word):
        before, after = word[i - 1 : i], word[i + 1 : i + 2]
        if letter == "و":
            spelled.append(_arabic_waw(before, after))
        elif letter in "ىیي":
            spelled.append(_arabic_ya(before, after))
        elif letter == "ع":
            spelled.append("" if after in _ARABIC_VOWELS or before in _ARABIC_VOWELS else "a")
        elif letter == "ا" and not before and after and after in "یي":
            spelled.append("")  # the vowel is the letter that follows
        else:
            usual = sounds.get(letter) or letters.ARABIC.get(letter) or _letter(letter, i, word)
            spelled.append(usual)
    return spelled


def _arabic_waw(before: str, after: str) -> str:
    if not before:
        return "w"
    if after and after in _VOWEL_AFTER:
        return "w"
    return "w" if before in "اآأ" and not after else "u"


def _arabic_ya(before: str, after: str) -> str:
    if not before or (after and after in "اآو"):
        return "y"
    return "y" if before == "آ" and after else "i"


def _hebrew(letter: str, at: int, word: str) -> str:
    before, after = word[at - 1 : at] if at else "", word[at + 1 : at + 2]
    spelled = letters.HEBREW.get(letter, "")
    if letter == "ו":
        if not before:
            return "v"
        return "v" if after and after in "אהיו" else "o|u"
    if letter == "י":
        return "y" if not before else "i"
    if letter == "ע" and (after and after in "וי"):
        return ""
    if letter == "א" and before and after:
        return "a" if after not in "וי" and before not in "וי" else ""
    if letter == "ב" and not before:
        return "b"
    if letter == "ב" and not after:
        return "v|b"
    return spelled


def _ethiopic(letter: str) -> str:
    row, order = divmod(ord(letter) - letters.ETHIOPIC_FIRST, 8)
    if not 0 <= row < len(letters.ETHIOPIC_ROWS):
        return ""
    consonant = letters.ETHIOPIC_ROWS[row]
    vowel = letters.ETHIOPIC_VOWELS[order]
    if order == 0 and consonant in letters.ETHIOPIC_BARE:
        vowel = "a"
    if order == 5 and consonant == ".":
        vowel = "e"
    return consonant.replace(".", "") + vowel


def _cyrillic_readings(word: str) -> tuple[str, ...]:
    is_ukrainian = bool(letters.ONLY_UKRAINIAN.intersection(word))
    is_russian = bool(letters.ONLY_RUSSIAN.intersection(word))
    both = (_russian(word), _ukrainian(word))
    order = both[::-1] if is_ukrainian and not is_russian else both
    return tuple(dict.fromkeys(order))


def _russian(word: str) -> str:
    spelled = []
    for i, letter in enumerate(word):
        if letter == "е" and (i == 0 or word[i - 1] in "аеёиоуыэюяьъй"):
            spelled.append("ye")
        else:
            spelled.append(letters.RUSSIAN.get(letter, _latin(letter)).partition("|")[0])
    return "".join(spelled)


def _ukrainian(word: str) -> str:
    spelled = []
    for i, letter in enumerate(word):
        placed = letters.UKRAINIAN_MEDIAL if i else letters.UKRAINIAN_INITIAL
        if letter == "г" and i and word[i - 1] == "з":
            spelled.append("gh")
            continue
        usual = letters.UKRAINIAN.get(letter, _latin(letter))
        spelled.append(placed.get(letter, usual).partition("|")[0])
    return "".join(spelled)
