"""In which encoding a list was written, from its bytes.

UTF-8 says so itself: text in another encoding is practically never valid UTF-8.  The old Windows
code pages do not, so each one that could be meant is tried, and the one is taken whose letters make
the likeliest words: letters of one script in a word, small letters after small ones, and the
letters that are frequent in the languages written with it.  It is a guess, and it is said to be
one; whoever looks at the preview may name another encoding.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import pairwise

from safepassage.exchange.lists.errors import NotAListError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LEGACY = {
    "cp1252": "éèêëàâäçîïôöùûüñáíóúãõåøæßœÉÈÀÇÖÜÄÑ'",
    "cp1250": "ąćęłńóśźżčďěňřšťůžáéíýőűăâîşţŁŚŻČŘŠŽ",
    "cp1251": "оаеинтрслвкмдпуяьзбгійхчєїшжюОАЕИНТРСЛВКМДПУЗБГШ",
    "koi8-r": "оаеинтрслвкмдпуяьзбгйхчшжюОАЕИНТРСЛВКМДПУЗБГШ",
    "cp1256": "اليمنوهرتبدعكسفحجقةىخشزصضأطپچژگیکئ،",
    "cp1254": "ğışçöüİĞŞÇÖÜ",
}
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a list, in which encoding it was, and what somebody must be told about that."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decoded(raw: bytes, encoding: str | None = None) -> Decoded:
    """The text of a list.

    Raises:
        NotAListError: the encoding that was asked for is unknown or not the one of the list.
    """
    if encoding is not None:
        return _as_told(raw, encoding)
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _strict(raw[len(mark) :], name)
    if wide := _wide(raw):
        return _strict(raw, wide)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(raw) - 4 and "unexpected end" in error.reason:
            return _strict(raw, "utf-8")
    legacy = likeliest(raw)
    lines = raw.split(b"\n")
    utf8 = [_utf8_or_none(line) for line in lines]
    wide_lines = sum(t is not None and not t.isascii() for t in utf8)
    if wide_lines and wide_lines >= sum(t is None for t in utf8):
        return _mixed(lines, utf8, legacy)
    warning = (
        f"The list does not say in which encoding it was written; it was read as {spoken(legacy)}."
        " If names look wrong in the preview, choose another encoding"
    )
    return Decoded(raw.decode(legacy, "replace"), legacy, (warning,))


def spoken(encoding: str) -> str:
    """An encoding as a clerk finds it in a program: Windows-1256."""
    name = encoding.lower()
    return f"Windows-{name[2:]}" if name.startswith("cp125") else name.upper()


def likeliest(raw: bytes) -> str:
    """The old code page in which these bytes make the likeliest words."""
    sample = b"\n".join(line for line in raw.split(b"\n") if not line.isascii())[:_SAMPLE_BYTES]
    return max(LEGACY, key=lambda name: _plausibility(sample, name))


def _plausibility(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, "replace")
    frequent = LEGACY[encoding]
    score = -3.0 * text.count("\ufffd")
    for character in text:
        if character.isascii():
            continue
        if character in frequent:
            score += 1.0
        elif not character.isalpha():
            score -= 1.0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        if any(c.isascii() for c in word) and encoding in ("cp1251", "koi8-r", "cp1256"):
            score -= len(word)
        if any(b.isupper() and a.islower() for a, b in pairwise(word)):
            score -= len(word)
    return score


def _as_told(raw: bytes, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        if not codecs.lookup(name)._is_text_encoding:
            raise LookupError
    except (LookupError, ValueError):
        raise NotAListError(
            "The encoding asked for is unknown. Use utf-8, utf-16, cp1252, cp1256 or cp1251"
        ) from None
    return _strict(raw, name)


def _strict(raw: bytes, encoding: str) -> Decoded:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        text = raw.decode(encoding, "replace")
        if error.start >= len(raw) - 4:
            warning = "The list ends in the middle of a character: it may have been cut off"
        else:
            count = text.count("\ufffd")
            warning = f"Characters that are not {encoding.upper()}: {count}; they show as \ufffd"
        return Decoded(text.removeprefix("\ufeff"), encoding, (warning,))
    return Decoded(text.removeprefix("\ufeff"), encoding)


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: half of the delimiters and line ends are zero bytes on one side."""
    sample = raw[:4096]
    if sample.count(0) < max(2, len(sample) // 50):
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if many > 10 * few:
            text = sample[: len(sample) // 2 * 2].decode(name, "replace")
            if "\ufffd" not in text[:-1] and "\x00" not in text:
                return name
    return None


def _utf8_or_none(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _mixed(lines: list[bytes], utf8: list[str | None], legacy: str) -> Decoded:
    """Lists of several senders, put together without a look at their encodings."""
    texts = [
        text if text is not None else line.decode(legacy, "replace")
        for line, text in zip(lines, utf8, strict=True)
    ]
    count = sum(text is None for text in utf8)
    warning = (
        f"Lines that are not UTF-8 like the rest: {count}; they were read as {spoken(legacy)}."
        " Look at them in the preview"
    )
    return Decoded("\n".join(texts), "utf-8", (warning,))
