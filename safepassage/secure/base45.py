"""Base45 (RFC 9285): bytes as the 45 characters that a QR code packs two to eleven bits.

Strict both ways: every byte string has one text, and every other text is refused.  The space is a
character of the alphabet, so nothing here is ever stripped or folded.
"""

from __future__ import annotations

import struct

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_NONE = 45  # the value of a character that is not in the alphabet
_VALUES = bytes(
    ALPHABET.index(chr(code)) if chr(code) in ALPHABET else _NONE for code in range(256)
)
_LETTERS = ALPHABET.encode()


class Base45Error(ValueError):
    """A text that no bytes are written as."""


def encode(content: bytes) -> str:
    """The one text of these bytes: three characters for two bytes, two for a single last one."""
    found = bytearray()
    for first, second in zip(content[0::2], content[1::2], strict=False):
        rest, low = divmod(first << 8 | second, 45)
        high, middle = divmod(rest, 45)
        found += bytes((_LETTERS[low], _LETTERS[middle], _LETTERS[high]))
    if len(content) % 2:
        high, low = divmod(content[-1], 45)
        found += bytes((_LETTERS[low], _LETTERS[high]))
    return found.decode()


def decode(text: str) -> bytes:
    """The bytes of a text that `encode` made.

    Raises:
        Base45Error: a character that is not in the alphabet (a small letter, a digit of another
            script), a length that no bytes have, or three characters that exceed two bytes.
    """
    if not text.isascii():
        raise Base45Error("it has characters that are not ASCII")
    values = text.encode().translate(_VALUES)
    if _NONE in values:
        raise Base45Error(f"it has a character that is none of {ALPHABET}")
    if len(values) % 3 == 1:
        raise Base45Error(f"no bytes are written in {len(values)} characters")
    whole = len(values) // 3 * 3
    low, middle, high = values[0:whole:3], values[1:whole:3], values[2:whole:3]
    pairs = [a + 45 * b + 2025 * c for a, b, c in zip(low, middle, high, strict=True)]
    try:
        found = struct.pack(f">{len(pairs)}H", *pairs)
    except struct.error:
        raise Base45Error("three of its characters exceed two bytes") from None
    if whole == len(values):
        return found
    last = values[-2] + 45 * values[-1]
    if last > 0xFF:
        raise Base45Error("its last two characters exceed a byte")
    return found + bytes((last,))
