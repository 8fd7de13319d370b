"""The printed kit of a gate: cards for the holders, what is read out to others, bands for walk-ups.

A card looks like any other slip of paper: a code to scan at 34 mm, a number, a day, a place.  It
carries no name, no mark of anybody and no word that endangers; the word that is kept in mind is
never printed beside the code, but on the list for whoever reads it out, which stays at the desk.

Codes are of level M without boosting, 49 modules: fewer modules are read better than more error
correction is, unless the paper is dirty.  Bands get dirty, and have Q.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import segno

from safepassage.control.sheets import environment

CARDS_PER_PAGE = 8
BANDS_PER_PAGE = 9
CODE_MM = 34  # of the modules; the quiet zone comes on top
QUIET = 4  # modules around
_TEMPLATES = Path(__file__).with_name("templates")
_RIGHT_TO_LEFT = frozenset({"fa-AF", "fa", "ps", "ar", "ur"})


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """A slip of paper for the holders of a pass."""

    token: str
    text: str  # the call, as in the message
    language: str

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return direction_of(self.language)


@dataclass(frozen=True, slots=True, repr=False)
class ReadOut:
    """What somebody says, over the phone or at a door, to a family that no paper may reach."""

    group: str
    call: str
    word: str
    language: str

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return direction_of(self.language)


class NumberedBand(NamedTuple):
    """A band for somebody without a pass: what is scanned, and what is read out."""

    text: str
    spoken: str


def direction_of(language: str) -> str:
    """In which direction a language is written."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def token_svg(token: str) -> str:
    """The code of a pass as SVG that fills its box, quiet zone included."""
    return _svg(segno.make(token, error="m", boost_error=False, micro=False), QUIET)


def token_png(token: str, scale: int = 6) -> bytes:
    """The code of a pass as a picture for a phone's screen."""
    written = BytesIO()
    made = segno.make(token, error="m", boost_error=False, micro=False)
    made.save(written, kind="png", scale=scale, border=QUIET)
    return written.getvalue()


def band_svg(text: str) -> str:
    """The code of a band as SVG."""
    return _svg(segno.make(text, error="q", boost_error=False, micro=False), 2)


def cards_html(cards: Sequence[Card], stylesheet: str = "") -> str:
    """Cards as one HTML page that prints on A4, eight to a page, to be cut apart."""
    return _page("cards.html", stylesheet, pages=_pages(cards, CARDS_PER_PAGE), svg=token_svg)


def read_out_html(lines: Sequence[ReadOut], stylesheet: str = "") -> str:
    """What is read out, family by family, on a sheet that stays at the desk."""
    return _page("read_out.html", stylesheet, lines=lines)


def bands_html(bands: Sequence[NumberedBand], stylesheet: str = "") -> str:
    """Bands to be cut apart and worn, nine to a page of A4."""
    return _page("bands.html", stylesheet, pages=_pages(bands, BANDS_PER_PAGE), svg=band_svg)


def style_sheet() -> str:
    """The style of the printed kit."""
    return (_TEMPLATES / "kit.css").read_text("utf-8")


def _page(name: str, stylesheet: str, **values: object) -> str:
    style = "" if stylesheet else style_sheet()
    template = environment().get_template(name)
    return template.render(stylesheet=stylesheet, style=style, **values)


def _pages(items: Sequence[object], size: int) -> list[Sequence[object]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _svg(code: segno.QRCode, border: int) -> str:
    written = BytesIO()
    code.save(
        written,
        kind="svg",
        xmldecl=False,
        svgns=True,
        nl=False,
        omitsize=True,
        border=border,
        svgclass="qr",
    )
    return written.getvalue().decode("utf-8").replace(' class="qrline"', "")
