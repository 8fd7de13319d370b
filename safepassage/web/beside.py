"""Records beside each other: which lines they have in common, and which letters of a line differ.

Letters are compared within one script.  Where two lists write a name in two scripts, what is
compared is how the names read in Latin letters, and that is shown beneath each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from safepassage.register.names import romanise
from safepassage.register.record import NamePart, Precision, Record
from safepassage.registrar.views import RecordView
from safepassage.secure.roles import MASK, Field

TEXT_SHOWN_MAX = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of a text, and whether the other side has others in their place."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one record says in a line."""

    pieces: tuple[Piece, ...]
    reads: tuple[Piece, ...] = ()  # in Latin letters, where another script was written
    note: str = ""  # a key of the catalogue: precision of a date

    @property
    def text(self) -> str:
        """All letters."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def read(self) -> str:
        """How it reads, where that is another thing than how it is written."""
        return "".join(piece.text for piece in self.reads)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison: its label's key, and a cell for each record."""

    label: str
    cells: tuple[Cell, ...]
    is_comparable: bool = True  # what two lists say here can agree or differ at all

    @property
    def says_more_than_one(self) -> bool:
        """Whether two records say something, and not the same."""
        said = {cell.read or cell.text for cell in self.cells if cell.text}
        return self.is_comparable and len(said) > 1


_Reader = Callable[[Record], Iterable[str]]


def _names(part: NamePart) -> _Reader:
    return lambda record: (name.text for name in record.names if name.part is part)


def _whole_name(record: Record) -> Iterable[str]:
    whole = [name.text for name in record.names if name.part is NamePart.FULL]
    parts = [n.text for n in record.names if n.part in (NamePart.GIVEN, NamePart.FAMILY)]
    return whole or ([" ".join(parts)] if parts else [])


WHOLE: Final = "field.full-name"
# What is shown, in this order: the label's key, the field it belongs to, and how it is read.
LINES: Final[tuple[tuple[str, Field, _Reader], ...]] = (
    (WHOLE, Field.NAMES, _names(NamePart.FULL)),
    ("field.given-name", Field.NAMES, _names(NamePart.GIVEN)),
    ("field.family-name", Field.NAMES, _names(NamePart.FAMILY)),
    ("field.father-name", Field.NAMES, _names(NamePart.FATHER)),
    ("field.grandfather-name", Field.NAMES, _names(NamePart.GRANDFATHER)),
    ("field.mother-name", Field.NAMES, _names(NamePart.MOTHER)),
    ("field.other-name", Field.NAMES, _names(NamePart.ALIAS)),
    ("field.born", Field.BORN, lambda r: (r.born.written,) if r.born else ()),
    ("field.sex", Field.SEX, lambda r: (str(r.sex),) if r.sex else ()),
    ("field.document", Field.DOCUMENTS, lambda r: (f"{d.type} {d.written}" for d in r.documents)),
    ("field.phone", Field.CONTACT, lambda r: r.phones),
    ("field.email", Field.CONTACT, lambda r: r.emails),
    ("field.place", Field.PLACES, lambda r: r.places),
    ("field.household", Field.FAMILY, lambda r: (r.household,) if r.household else ()),
    ("field.relation", Field.FAMILY, lambda r: (str(r.relation),) if r.relation else ()),
    ("people.protection", Field.PROTECTION, lambda r: sorted(map(str, r.protection))),
    ("people.claims", Field.CLAIMS, lambda r: (f"{k}: {v}" for k, v in sorted(r.claims.items()))),
)
_READ_ALOUD: Final = frozenset({Field.NAMES, Field.PLACES})


def lines_of(views: Sequence[RecordView]) -> tuple[Line, ...]:
    """What these records say, line by line; lines on which all are silent are left out."""
    lines = []
    # Where one list writes the name whole, the others' parts stand beside it as one.
    is_whole = any(name.part is NamePart.FULL for view in views for name in view.record.names)
    for label, field, reader in LINES:
        reads = _whole_name if is_whole and label == WHOLE else reader
        said = [_said(view, field, reads) for view in views]
        if any(said):
            # A household's number, or a further claim, is each list's own.
            is_comparable = field is not Field.CLAIMS and label != "field.household"
            lines.append(Line(label, _cells(said, field, views, is_comparable), is_comparable))
    return tuple(lines)


def _said(view: RecordView, field: Field, reader: _Reader) -> str:
    if field in view.hidden:
        return MASK
    return ", ".join(reader(view.record))[:TEXT_SHOWN_MAX]


def _cells(
    said: Sequence[str], field: Field, views: Sequence[RecordView], is_comparable: bool
) -> tuple[Cell, ...]:
    compare = marked_if(len(said) == 2 and is_comparable)
    reads: Sequence[Sequence[Piece]] = ((),) * len(said)
    if field is Field.BORN:
        # Two calendars write one day in two ways: the day is compared, not its digits.
        marks, reads = marked_if(False)(said), compare([_day(view) for view in views])
    else:
        marks = compare(said)
        if field in _READ_ALOUD and any(not text.isascii() for text in said):
            reads = compare([romanise(text) if text != MASK else "" for text in said])
    notes = [_precision(view) if field is Field.BORN else "" for view in views]
    return tuple(
        Cell(tuple(pieces), tuple(read), note)
        for pieces, read, note in zip(marks, reads, notes, strict=True)
    )


def marked_if(compares: bool) -> Callable[[Sequence[str]], Sequence[tuple[Piece, ...]]]:
    """Texts with the letters marked that differ, or as they are."""
    return marked if compares else lambda texts: [_plain(text) for text in texts]


def _day(view: RecordView) -> str:
    """The day, or the years, that a birth date means, in the calendar of everybody."""
    born = view.record.born
    if born is None or Field.BORN in view.hidden:
        return ""
    if born.precision is Precision.DAY:
        return born.earliest.isoformat()
    first, last = born.earliest.year, born.latest.year
    return f"{first}" if first == last else f"{first}–{last}"


def _precision(view: RecordView) -> str:
    born = view.record.born
    return f"precision.{born.precision}" if born and Field.BORN not in view.hidden else ""


def marked(texts: Sequence[str]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts with the letters marked that the other one has not; unmarked across scripts."""
    left, right = texts
    if not left or not right or _scripts(left) != _scripts(right):
        return _plain(left), _plain(right)
    steps = SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False).get_opcodes()
    if len(left.casefold()) != len(left) or len(right.casefold()) != len(right):
        return _plain(left), _plain(right)
    return (
        tuple(Piece(left[a:b], tag != "equal") for tag, a, b, _, _ in steps if a < b),
        tuple(Piece(right[c:d], tag != "equal") for tag, _, _, c, d in steps if c < d),
    )


def _plain(text: str) -> tuple[Piece, ...]:
    return (Piece(text, False),) if text else ()


def _scripts(text: str) -> bool:
    """Whether a text is written in Latin letters (digits and marks belong to any script)."""
    letters = [letter for letter in text if letter.isalpha()]
    return all(ord(letter) < 0x250 for letter in letters)
