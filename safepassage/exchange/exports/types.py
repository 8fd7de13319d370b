"""The closed set of exports, each with the only columns that it can have.

Nobody chooses columns.  A type is made for one purpose and one reader, and says what that reader
needs: a gate needs no names, a receiving state needs no category, a sponsor is told about its own
people and never whose lists they stand on besides.  A row's *reference* is made for one export, so
that two receivers cannot lay their files side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from safepassage.secure.roles import Field
from safepassage.secure.watermark import Days, Layout, Spelling, Words


class ExportType(StrEnum):
    """What is sent, and to whom."""

    SPONSOR_STATUS = "sponsor-status"  # to a sponsor: how far each row of its own list has come
    CALL_FORWARD = "call-forward"  # to a gate: families by reference and size, no names
    MANIFEST = "manifest"  # to a receiving state: who comes, with papers
    PASSENGER_LIST = "passenger-list"  # to a carrier: one row as its own message needs it
    DECISION_SHEET = "decision-sheet"  # to whoever decides: criteria, evidence, risk, waiting
    BANDS = "bands"  # to a printer or a desk: which band is whose reference


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a type may have.

    Attributes:
        header: what stands above it; the same in every language, since programs read it.
        field: the kind of thing it says about a person; None: nothing that is sealed.
        spelling: the two harmless ways of writing it, where there are two.
    """

    header: str
    field: Field | None = None
    spelling: Spelling | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of export."""

    type: ExportType
    columns: tuple[Column, ...]
    is_of_one_list: bool = False  # it is about the rows of one sponsor's list

    @property
    def header(self) -> tuple[str, ...]:
        """What stands above its columns."""
        return tuple(column.header for column in self.columns)

    @property
    def has_names(self) -> bool:
        """Whether a reader of it learns who somebody is."""
        return any(c.field in (Field.NAMES, Field.DOCUMENTS) for c in self.columns)

    @property
    def has_protection(self) -> bool:
        """Whether it says who is at risk or alone: such a file always needs a second person."""
        return any(c.field is Field.PROTECTION for c in self.columns)

    @property
    def layout(self) -> Layout:
        """Where a recipient's copy is marked."""
        spelled = {c.header: c.spelling for c in self.columns if c.spelling is not None}
        return Layout(REFERENCE.header, spelled)


REFERENCE = Column("Reference")
_FAMILY = Column("Family", Field.FAMILY)
_DAY = Days()
# The second way says the same to the reader; which one a copy has depends on whose it is.
_STATUS = Words(
    {
        "received": "has been received",
        "in hand": "is in hand",
        "decided": "has been decided",
        "told": "has been told",
    }
)
_YES_NO = Words({"yes": "Yes", "no": "No"})

KINDS: Mapping[ExportType, Kind] = {
    kind.type: kind
    for kind in (
        Kind(
            ExportType.SPONSOR_STATUS,
            (
                REFERENCE,
                Column("Line"),
                Column("Status", None, _STATUS),
                Column("Since", None, _DAY),
            ),
            is_of_one_list=True,
        ),
        Kind(
            ExportType.CALL_FORWARD,
            (
                REFERENCE,
                _FAMILY,
                Column("People in family"),
                Column("Child", None, _YES_NO),
            ),
        ),
        Kind(
            ExportType.MANIFEST,
            (
                REFERENCE,
                _FAMILY,
                Column("Name", Field.NAMES),
                Column("Father's name", Field.NAMES),
                Column("Sex", Field.SEX),
                Column("Born", Field.BORN, _DAY),
                Column("Citizenship", Field.CLAIMS),
                Column("Document type", Field.DOCUMENTS),
                Column("Document number", Field.DOCUMENTS),
                Column("Relation to head", Field.FAMILY),
            ),
        ),
        Kind(
            ExportType.PASSENGER_LIST,
            (
                REFERENCE,
                Column("Family name", Field.NAMES),
                Column("Given names", Field.NAMES),
                Column("Sex", Field.SEX),
                Column("Born", Field.BORN, _DAY),
                Column("Nationality", Field.CLAIMS),
                Column("Document type", Field.DOCUMENTS),
                Column("Document number", Field.DOCUMENTS),
                Column("Issued by", Field.DOCUMENTS),
            ),
        ),
        Kind(
            ExportType.DECISION_SHEET,
            (
                REFERENCE,
                _FAMILY,
                Column("Category"),
                Column("Rules"),
                Column("Criteria met"),
                Column("Not known"),
                Column("At risk", Field.PROTECTION, _YES_NO),
                Column("Child without guardian", Field.PROTECTION, _YES_NO),
                Column("Stage", None, _STATUS),
                Column("Waiting since", None, _DAY),
            ),
        ),
        Kind(ExportType.BANDS, (REFERENCE, _FAMILY, Column("Band", Field.DOCUMENTS))),
    )
}
