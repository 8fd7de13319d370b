"""Files that a list should not be, made on the spot: small ones that stand for large harm."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import xlsxwriter

HEADER = ["Name", "Father", "Born", "Phone"]
PEOPLE = [
    ["Parwana Noori", "Yusuf", "1991-05-14", "+93 70 555 0101"],
    ["غلام سخی", "محمد یاسین", "۱۳۶۲/۱۲/۱۲", "۰۷۰۵۵۵۰۱۰۲"],
    ["Олена Коваль", "Петро", "02.03.1984", "+380 44 555 0103"],
]
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
)
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def _relation(kind: str, target: str) -> str:
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)


def raw_xlsx(sheet: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook whose one sheet is this XML, whatever it holds."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet,
        **(more or {}),
    }
    return zipped(parts)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip file of these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name)  # of 1980: the same bytes every time
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return written.getvalue()


def inline(reference: str, text: str) -> str:
    """A cell of a sheet's XML."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def people_xlsx() -> bytes:
    """Three people to be seen, and everything a sender may not know to be in the file as well.

    A filter hides row 3; row 4 is hidden by hand; column E is hidden; so is a whole sheet with two
    rows; another one is hidden so that the menu does not even offer to show it.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": datetime(2021, 8, 20, tzinfo=UTC)})
    sheet = book.add_worksheet("People")
    sheet.write_row(0, 0, [*HEADER, "Threat"])
    for number, person in enumerate(PEOPLE, start=1):
        sheet.write_row(number, 0, [*person, "named by a neighbour"])
    sheet.write_row(4, 0, ["Hidden Person", "Karim", "1980", "0705550109"])
    sheet.autofilter(0, 0, 4, 3)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_column(4, 4, None, None, {"hidden": True})
    sheet.write_comment("A2", "ask again")
    other = book.add_worksheet("All applicants")
    other.write_row(0, 0, HEADER)
    other.write_row(1, 0, ["Nobody Knows", "Anwar", "1970", "0705550110"])
    other.hide()
    deep = book.add_worksheet("Old")
    deep.write_row(0, 0, HEADER)
    deep.very_hidden()
    book.define_name("Everybody", "='All applicants'!$A$1:$D$2")
    book.close()
    return written.getvalue()


def people_ods(extra: str = "") -> bytes:
    """An OpenDocument sheet with a hidden row, a filtered one, a hidden column, a hidden sheet."""
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{h}</text:p></table:table-cell>'
        for h in HEADER
    )

    def row(texts: list[str], visibility: str = "") -> str:
        shown = f' table:visibility="{visibility}"' if visibility else ""
        inner = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>'
            for t in texts
        )
        return f"<table:table-row{shown}>{inner}</table:table-row>"

    rows = row(PEOPLE[0]) + row(PEOPLE[1], "collapse") + row(PEOPLE[2], "filter")
    content = (
        '<?xml version="1.0"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version="1.3">'
        '<office:automatic-styles><style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        '<office:body><office:spreadsheet><table:table table:name="People">'
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        f"<table:table-row>{cells}</table:table-row>{rows}{extra}</table:table>"
        '<table:table table:name="Rest" table:style-name="ta2">'
        f"<table:table-row>{cells}</table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return zipped({"mimetype": mimetype, "META-INF/manifest.xml": manifest, "content.xml": content})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _label(row: int, column: int, text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + encoded)


def people_xls() -> bytes:
    """A workbook of 1997 with a hidden row, a hidden column and a hidden sheet ([MS-XLS])."""
    begin, end = struct.pack("<HHHHII", 0x0600, 0, 0, 0, 0, 0), _record(0x000A, b"")
    sheets = []
    for rows in ([HEADER, *PEOPLE], [HEADER]):
        body = _record(0x0809, begin[:2] + struct.pack("<H", 0x0010) + begin[4:])
        body += _record(0x007D, struct.pack("<6H", 1, 1, 2560, 0, 1, 0))
        for number, row in enumerate(rows):
            flags = 0x0120 if number == 2 else 0x0100
            body += _record(0x0208, struct.pack("<8H", number, 0, len(row), 255, 0, 0, flags, 0))
        for number, row in enumerate(rows):
            body += b"".join(_label(number, at, text) for at, text in enumerate(row))
        sheets.append(body + _record(0x00E5, struct.pack("<5H", 1, 1, 2, 0, 0)) + end)
    names = [b"People", b"Rest"]
    head = _record(0x0809, begin[:2] + struct.pack("<H", 0x0005) + begin[4:])
    head += _record(0x0042, struct.pack("<H", 1200))
    length = len(head) + sum(4 + 8 + len(name) for name in names) + len(end)
    places = [length, length + len(sheets[0])]
    for number, (name, place) in enumerate(zip(names, places, strict=True)):
        head += _record(0x0085, struct.pack("<IBBBB", place, number, 0, len(name), 0) + name)
    return _compound(head + end + b"".join(sheets))


def _compound(stream: bytes) -> bytes:
    """A compound file of one stream, padded so that it needs no small sectors ([MS-CFB])."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    root = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    book = _entry("Workbook", 2, 2, len(stream))
    return header + struct.pack("<128I", *table) + root + book + bytes(256) + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1)
    entry += struct.pack("<3I", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36)
    return entry + struct.pack("<III", start, size, 0)
