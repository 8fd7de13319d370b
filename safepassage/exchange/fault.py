"""A fault: one thing that is wrong in a file, where it stands, and what to do about it.

FileFaultsError             a file that somebody wrote cannot be read
├── OperationFileError      the operation file
├── DemandFileError         a demand file
├── ClaimsFileError         a file of what others said
└── PublishedFileError      a table of published figures

They are siblings: whoever catches one of them means that file and no other.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from safepassage.model.errors import SafePassageError

FAULTS_MAX = 100  # nobody reads more, and a hostile file could make millions
_SHOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line and column, both counted from one."""

    line: int
    column: int
    field: str  # for example places[abbey-gate].capacity; empty: the file as a whole
    problem: str
    remedy: str

    def __post_init__(self) -> None:
        for name in ("field", "problem", "remedy"):
            object.__setattr__(self, name, harmless(getattr(self, name)))

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}"
        field = f"{self.field}: " if self.field else ""
        return f"{where}: {field}{self.problem}. {self.remedy}"


class FileFaultsError(SafePassageError, ValueError):
    """A file that cannot be read; `faults` has everything that is wrong with it."""

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name = harmless(name)
        self.faults = sorted(set(faults), key=lambda f: (f.line, f.column, f.field))
        count = len(self.faults)
        heading = f"{self.name}: {count} fault{'' if count == 1 else 's'}"
        if count >= FAULTS_MAX:
            heading = f"{self.name}: {count} faults, and there may be more"
        super().__init__("\n".join([heading, *(f"  {fault}" for fault in self.faults)]))


class OperationFileError(FileFaultsError):
    """An operation file that cannot be read."""


class DemandFileError(FileFaultsError):
    """A demand file that cannot be read."""


class ClaimsFileError(FileFaultsError):
    """A claims file that cannot be read."""


class PublishedFileError(FileFaultsError):
    """A table of published figures that cannot be read."""


def harmless(text: str) -> str:
    """Text without what a terminal would obey or a reader could not see."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def shown(value: object) -> str:
    """A value as it may be repeated in a message: short, and harmless on a terminal."""
    text = harmless(str(value)[: _SHOWN_MAX + 1])
    return f"'{text[:_SHOWN_MAX]}...'" if len(text) > _SHOWN_MAX else f"'{text}'"


def did_you_mean(wrong: str, known: Iterable[str]) -> str | None:
    """The known word that a wrong one was most likely meant to be."""
    by_folded = {word.casefold(): word for word in known}
    folded = wrong[:_SHOWN_MAX].casefold()
    longer = [word for word in by_folded if len(folded) >= 3 and word.startswith(folded)]
    if len(longer) == 1:
        return by_folded[longer[0]]
    found = difflib.get_close_matches(folded, list(by_folded), 1, 0.65)
    return by_folded[found[0]] if found else None


def choose_from(wrong: str, known: Iterable[str], listed_max: int = 12) -> str:
    """The remedy for a wrong word: the likeliest known one, or all of them if they are few."""
    words = list(known)
    meant = did_you_mean(wrong, words)
    if meant is not None:
        return f"Did you mean {shown(meant)}?"
    if not words:
        return "There is none yet: add it first"
    more = ", ..." if len(words) > listed_max else ""
    return f"Use one of: {', '.join(words[:listed_max])}{more}"
