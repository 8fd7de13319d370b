"""From an export of the register to a carrier's message: the rows that were given out, and no more.

Names leave the register by one door: an export of the type `passenger-list`, counted, approved,
sealed and marked.  This takes such a file, opened by whoever it was sealed for, and writes the same
rows as PAXLST; nothing is looked up anywhere else.  The reference of each row goes along, so that
the message leads back to the copy that it was made from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from safepassage.exchange.exports.inspect import inspect_file
from safepassage.exchange.exports.types import KINDS, ExportType
from safepassage.exchange.paxlst import Paper, PaperKind, Passenger, Sex
from safepassage.model.errors import BadQuestionError
from safepassage.register.record import DocumentType
from safepassage.secure.watermark import Days

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_STATE = re.compile(r"[A-Z]{3}")
_PAPERS: Mapping[str, PaperKind] = {
    DocumentType.PASSPORT: PaperKind.PASSPORT,
    DocumentType.NATIONAL_ID: PaperKind.IDENTITY_CARD,
    DocumentType.VISA: PaperKind.VISA,
}


@dataclass(frozen=True, slots=True)
class PassengerList:
    """The passengers of an export, and what of it the message cannot say.

    Attributes:
        no_day: born on a day that is not known; it is left out.
        no_nationality: a nationality that is not written as three letters; it is left out.
    """

    passengers: tuple[Passenger, ...]
    no_day: int
    no_nationality: int


def passengers_of(content: bytes) -> PassengerList:
    """The passengers of an opened export, row by row.

    Raises:
        BadQuestionError: it is no passenger list, or holds what an eye does not see.
        ExportFileError: it is neither a workbook nor a table.
    """
    found = inspect_file(content)
    header = KINDS[ExportType.PASSENGER_LIST].header
    if found.header != header:
        raise BadQuestionError(
            "this is no passenger list: ask for an export of the type passenger-list, and open the"
            " copy that was sealed for you"
        )
    if found.hidden:
        raise BadQuestionError(f"the file holds what nobody approved: {found.hidden[0]}")
    rows = [dict(zip(header, row, strict=True)) for row in found.rows]
    passengers = [_passenger(row) for row in rows]
    return PassengerList(
        tuple(passengers),
        sum(p.born is None for p in passengers),
        _left_out(passengers, rows),
    )


def _passenger(row: Mapping[str, str]) -> Passenger:
    born = Days().both(row["Born"])[0]
    nationality = row["Nationality"].strip().upper()
    issued_by = row["Issued by"].strip().upper()
    return Passenger(
        family_name=row["Family name"],
        given_names=row["Given names"],
        sex=Sex(row["Sex"]) if row["Sex"] in set(Sex) else None,
        born=date.fromisoformat(born) if _DAY.fullmatch(born) else None,
        nationality=nationality if _STATE.fullmatch(nationality) else "",
        reference=row["Reference"],
        paper=Paper(
            kind=_PAPERS.get(row["Document type"], PaperKind.OTHER),
            number=row["Document number"],
            issued_by=issued_by if _STATE.fullmatch(issued_by) else "",
        )
        if row["Document number"]
        else None,
    )


def _left_out(passengers: Sequence[Passenger], rows: Sequence[Mapping[str, str]]) -> int:
    return sum(
        bool(row["Nationality"].strip()) and not p.nationality
        for p, row in zip(passengers, rows, strict=True)
    )
