"""Planted words, and the search for them: in every file below some folders, in every form in which
a program might have written them down."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

# Words that nobody writes by chance: one for each field of a list, in two scripts.
PLANTED = {
    "given": "Zqxparwina",
    "family": "Zqxnoorvand",
    "father": "Zqxyusufan",
    "given-dari": "ژقپروینه",
    "family-dari": "ژقنوروند",
    "passport": "ZQ7719902",
    "phone": "705559731",
    "place": "Zqxdarband",
    "remarks": "zqxinterpreter",
    "mail": "zqxpost",
    "file-name": "zqxfamilylist",
}


def forms(word: str) -> Iterator[bytes]:
    """A word as a program may write it down."""
    for spelt in {word, word.lower(), word.upper(), word.casefold()}:
        utf8 = spelt.encode()
        yield utf8
        yield spelt.encode("utf-16-le")
        yield spelt.encode("utf-16-be")
        yield quote(spelt).encode()
        yield hashlib.sha256(utf8).hexdigest().encode()
        yield hashlib.md5(utf8, usedforsecurity=False).hexdigest().encode()
        for shift in range(3):
            # What stands before moves the alignment; the first and last signs depend on it.
            whole = b64encode(b"x" * shift + utf8)
            yield whole[4 if shift else 0 : len(whole) // 4 * 4 - 4]


def found_in(content: bytes) -> set[str]:
    """Which planted words stand in some bytes."""
    return {
        name
        for name, word in PLANTED.items()
        if any(len(form) > 5 and form in content for form in forms(word))
    }


def found_below(folders: Iterable[Path]) -> dict[str, set[str]]:
    """Which planted words stand in which file below these folders, names of files included."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            said = found_in(str(path.relative_to(folder)).encode())
            if path.is_file():
                said |= found_in(path.read_bytes())
            if said:
                found[path.name] = said
    return found
