"""Paper: an intake form with pre-numbered bands, and what was keyed from it.

When power or network is gone, people are written down by hand and wear the band torn off the form.
A form carries its band number and nothing about anybody until somebody writes on it.  The five
fields above the line are asked at the gate; a long form slowed a real exercise down, so the rest
waits.  What is keyed becomes a list like any other and goes the way of every list, so the same form
keyed twice is one row said twice and never two people: the band number ties them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Plain
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined

from safepassage.model.sheet import Format, ReadList, Row, Sheet
from safepassage.register.bands import Band, read_band
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping

FORMS_PER_PAGE = 3
FORMS_MAX = 3_000  # of one run: a thousand pages
_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the paper form, as it is called in both languages."""

    field: Field
    english: str
    dari: str
    is_first: bool  # asked at the gate; the others can wait


FORM_FIELDS = (
    FormField(Field.FULL_NAME, "Name", "نام و تخلص", True),
    FormField(Field.FATHER_NAME, "Father's name", "نام پدر", True),
    FormField(Field.BORN, "Born (a year or an age is enough)", "تولد (سال یا سن کافی است)", True),
    FormField(Field.SEX, "Sex  F / M", "جنس  زن / مرد", True),
    FormField(Field.HOUSEHOLD, "Band of the head of family", "شماره دستبند سرپرست خانواده", True),
    FormField(Field.RELATION, "Relation to the head", "نسبت با سرپرست", False),
    FormField(Field.PHONE, "Phone", "تلفون", False),
    FormField(Field.DOCUMENT, "Document number", "شماره سند", False),
    FormField(Field.NEEDS, "Needs help with", "به کمک نیاز دارد", False),
)
# The band comes first at the keyboard too: it is what the clerk reads off the paper first.  The
# zone of a passport is on no paper form, but a scanner at the desk types it.
KEYED = (Field.BAND, *(form_field.field for form_field in FORM_FIELDS), Field.MRZ)


def forms_html(bands: Sequence[Band], stylesheet: str = "") -> str:
    """The forms of a print run as one HTML page that prints on A4, three to a page.

    `stylesheet` is the address of `templates/intake_forms.css` where a server serves it; without
    one the style stands in the page itself.
    """
    style = "" if stylesheet else style_sheet()
    pages = [bands[at : at + FORMS_PER_PAGE] for at in range(0, len(bands), FORMS_PER_PAGE)]
    return (
        _environment()
        .get_template("intake_forms.html")
        .render(pages=pages, fields=FORM_FIELDS, stylesheet=stylesheet, style=style, qr=band_qr)
    )


def style_sheet() -> str:
    """The style of the printed forms."""
    return (_TEMPLATES / "intake_forms.css").read_text("utf-8")


def band_qr(band: Band) -> str:
    """The band number as a QR code in SVG; capitals and digits alone, so that it stays small."""
    written = BytesIO()
    segno.make(band.text, error="q", micro=False).save(
        written,
        kind="svg",
        xmldecl=False,
        svgns=True,
        nl=False,
        omitsize=True,
        border=2,
        svgclass="qr",
    )
    return written.getvalue().decode("utf-8").replace(' class="qrline"', "")


def keyed_list(rows: Sequence[Plain[Field, str]]) -> tuple[ReadList, Mapping]:
    """Forms that were keyed, or people entered at the desk, as a list and its mapping.

    A row need not have a band; where it has one, the band is that of the form.

    Raises:
        BandNumberError: a band number is none, or was keyed wrongly.
    """
    texts = [_keyed_row(row) for row in rows]
    header = tuple(field.value for field in KEYED)
    numbered = [Row(number, cells) for number, cells in enumerate(texts, start=2) if any(cells)]
    content = json.dumps([row.cells for row in numbered], ensure_ascii=False).encode()
    sheet = Sheet("", (Row(1, header), *numbered))
    read = ReadList(
        name="",
        format=Format.PASTED,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        sheets=(sheet,),
        encoding="utf-8",
        delimiter="\t",
    )
    columns = tuple(Column(n, field.value, field) for n, field in enumerate(KEYED))
    return read, Mapping(columns, 1)


def _keyed_row(row: Plain[Field, str]) -> tuple[str, ...]:
    cells = {field: " ".join(row.get(field, "").split()) for field in KEYED}
    if cells[Field.BAND]:
        cells[Field.BAND] = read_band(cells[Field.BAND]).text
        # A form without another band in it is that of the head of a family, or of one alone.
        head = cells[Field.HOUSEHOLD]
        cells[Field.HOUSEHOLD] = read_band(head).text if head else cells[Field.BAND]
    return tuple(cells[field] for field in KEYED)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("safepassage.register"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
