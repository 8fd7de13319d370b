"""A manifest on paper: families by id, heads to tick, and the three numbers to write down.

It is the backup when every screen is dark, and what the crew gets.  It holds ids, bands and heads
and no name: a sheet that is lost betrays nobody.  Keyed in afterwards, a family that was scanned as
well is recognised as aboard already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from safepassage.control.manifests import manifest
from safepassage.control.sheets import environment
from safepassage.model.close_out import Difference
from safepassage.model.ids import PlaceId
from safepassage.model.instant import zulu
from safepassage.model.ledger import Ledger
from safepassage.operate.close_out import BAND
from safepassage.operate.manifest import Line, Manifest

LINES_PER_PAGE = 24
BOXES_MAX = 10  # heads to tick one by one; of more the number is written
_STYLE = Path(__file__).resolve().parent / "templates" / "paper_manifest.css"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line as it is printed; `number` counts from 1 over all pages."""

    number: int
    whose: str
    is_band: bool
    planned: int
    boarded: int

    @property
    def boxes(self) -> int:
        """Boxes to tick, one for each head."""
        heads = max(self.planned, self.boarded)
        return heads if heads <= BOXES_MAX else 0


def paper_manifest(
    ledger: Ledger, lift: PlaceId, as_of: datetime, blank: int, stylesheet: str = ""
) -> str:
    """The sheet of a lift as one HTML page that prints on A4.

    Args:
        ledger: where the lift stands.
        lift: which.
        as_of: the instant that is printed on it.
        blank: how many empty lines are added for whoever is not listed.
        stylesheet: where a server serves its style; without one the style stands in the page.

    Raises:
        UnknownPlaceError: nobody has stated such a lift.
    """
    found = manifest(ledger, lift, as_of)
    lines: list[PaperLine | None] = [*paper_lines(found), *[None] * blank]
    pages = [lines[n : n + LINES_PER_PAGE] for n in range(0, len(lines), LINES_PER_PAGE)]
    places = ledger.catalogue.places

    def name(place: PlaceId) -> str:
        stated = places.get(place)
        return (stated.name if stated else None) or place

    return (
        environment()
        .get_template("paper_manifest.html")
        .render(
            m=found,
            pages=pages or [[]],
            name=name,
            zulu=zulu,
            per_page=LINES_PER_PAGE,
            differences=list(Difference),
            stylesheet=stylesheet,
            style="" if stylesheet else style_sheet(),
        )
    )


def paper_lines(found: Manifest) -> Sequence[PaperLine]:
    """The lines of a manifest, families and bands in the order of the manifest."""
    listed: list[Line] = [
        x for x in found.lines if (x.group or x.person) and (x.promised or x.boarded)
    ]
    return [
        PaperLine(
            number=number,
            whose=str(line.group or line.person).removeprefix(BAND),
            is_band=bool(line.group and line.group.startswith(BAND)),
            planned=line.promised,
            boarded=line.boarded,
        )
        for number, line in enumerate(listed, start=1)
    ]


def style_sheet() -> str:
    """The style of the sheet."""
    return _STYLE.read_text("utf-8")
