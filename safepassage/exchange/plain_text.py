"""Plain text: bytes that claim to be a text file, and what they are instead when they are not.

People send spreadsheets with the wrong ending and files that an editor saved as UTF-16.  Saying
which of them it is takes a minute off the phone call that follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from safepassage.exchange.fault import FAULTS_MAX, Fault

BYTES_MAX = 1024 * 1024
_OTHERS = (
    (b"PK\x03\x04", "a ZIP file: an .xlsx or .docx document, or an archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls or .doc)"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\x00", "an SQLite database, perhaps a ledger"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
)
_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """What is being read, for remedies that fit it: a table is not mended like an operation."""

    name: str  # as in "See the reference of the operation file"
    if_another_format: str  # remedies, each for what its name says
    if_too_long: str
    if_not_utf8: str = "Save it again as plain text in UTF-8"
    if_tab_indents: str = "Indent with spaces"


def unseen(text: str) -> str | None:
    """The first character that nobody can see, as U+0000; None if there is none."""
    found = _UNSEEN.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def decoded(raw: str | bytes, kind: FileKind) -> tuple[str, list[Fault], list[str]]:
    """The text, what forbids to read it, and what somebody should know about it."""
    if isinstance(raw, str):
        size = len(raw.encode("utf-8", "surrogatepass"))
        if size > BYTES_MAX:
            return "", [_too_long(size, kind)], []
        text = raw
    else:
        if fault := _not_text(raw, kind):
            return "", [fault], []
        text = raw.decode("utf-8")
    warnings = []
    if text.startswith("\ufeff"):
        warnings.append("the file starts with a byte order mark (BOM), which is passed over")
        text = text[1:]
    return text, _unreadable_characters(text, kind), warnings


def _not_text(raw: bytes, kind: FileKind) -> Fault | None:
    if len(raw) > BYTES_MAX:
        return _too_long(len(raw), kind)
    for mark, encoding in _WIDE_MARKS:
        if raw.startswith(mark):
            return Fault(1, 1, "", f"the file is text in {encoding}", kind.if_not_utf8)
    for mark, other in _OTHERS:
        if raw.startswith(mark):
            return Fault(1, 1, "", f"the file is {other}", kind.if_another_format)
    if raw.count(0) > len(raw) // 4 > 0:
        return Fault(1, 1, "", "the file looks like text in UTF-16 or UTF-32", kind.if_not_utf8)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        problem = f"byte 0x{raw[error.start]:02X} is not UTF-8"
        remedy = f"{kind.if_not_utf8}; it may be Windows-1252 or Latin-1 now"
        return Fault(line, column, "", problem, remedy)
    return None


def _too_long(size: int, kind: FileKind) -> Fault:
    problem = f"the file has {size} bytes; at most {BYTES_MAX} are read"
    return Fault(1, 1, "", problem, kind.if_too_long)


def _unreadable_characters(text: str, kind: FileKind) -> list[Fault]:
    faults = []
    for found in _UNSEEN.finditer(text):
        code = ord(found[0])
        what, remedy = "a character nobody can see", "Delete it"
        if code == 0:
            what, remedy = "a NUL byte: this is not a text file", kind.if_not_utf8
        faults.append(_at(text, found.start(), f"U+{code:04X}, {what}", remedy))
        if len(faults) >= FAULTS_MAX:
            return faults
    for found in _TAB_INDENT.finditer(text):
        faults.append(_at(text, found.end() - 1, "a tab indents the line", kind.if_tab_indents))
        if len(faults) >= FAULTS_MAX:
            break
    return faults


def _at(text: str, position: int, problem: str, remedy: str) -> Fault:
    before = text.rfind("\n", 0, position) + 1
    return Fault(text.count("\n", 0, position) + 1, position - before + 1, "", problem, remedy)
