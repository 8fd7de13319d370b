"""What may stand in a cell of a file that leaves: visible text on one line, which nobody runs.

Hidden content need not be a hidden sheet.  Characters without a shape (zero-width spaces, marks of
direction, control characters) carry names through any eye that checks, so they are taken out; the
two joiners that Persian and Indic spelling needs stay between letters.
"""

from __future__ import annotations

import unicodedata

from safepassage.exchange.exports.errors import CellTooLongError

LENGTH_MAX = 2000  # characters; spreadsheets cut at 32,767, and nobody reads that far
_JOINERS = "\u200c\u200d"
_NO_SHAPE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLANK_LETTERS = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800\u034f"
)  # they have a class, and no shape
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
QUOTE = "'"  # in front of what a spreadsheet would run: it then reads text


def visible(text: str) -> str:
    """The text as an eye can check it: one line, no character without a shape.

    Raises:
        CellTooLongError: it is longer than a cell should be.
    """
    shown = []
    for place, character in enumerate(text):
        if character in _JOINERS and _is_between_letters(text, place):
            shown.append(character)
        elif character.isspace() or character in "\x1c\x1d\x1e\x1f":
            shown.append(" ")
        elif unicodedata.category(character) not in _NO_SHAPE and character not in _BLANK_LETTERS:
            shown.append(character)
    cell = " ".join("".join(shown).split())
    if len(cell) > LENGTH_MAX:
        raise CellTooLongError(
            f"a cell has {len(cell):,} characters, at most {LENGTH_MAX:,} are written: shorten what"
            " the register says there"
        )
    return cell


def _is_between_letters(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return (
        place > 0 and len(around) == 2 and all(unicodedata.category(c)[0] in "LM" for c in around)
    )


def quoted(cell: str) -> str:
    """A cell that no spreadsheet runs when it opens the file as text (ASVS 1.2.10).

    A cell that begins with the quote itself gets one too, so that `unquoted` gives back every cell.
    """
    return QUOTE + cell if cell.startswith((*FORMULA, QUOTE)) else cell


def unquoted(cell: str) -> str:
    """What `quoted` was given."""
    return cell.removeprefix(QUOTE)
