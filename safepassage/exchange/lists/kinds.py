"""What a file is, from its first bytes: senders put any ending on anything."""

from __future__ import annotations

import io
import re
import zipfile

from safepassage.exchange.lists.errors import ListLockedError, NotAListError
from safepassage.exchange.lists.zipped import BROKEN, DAMAGED
from safepassage.model.sheet import Format

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = (
    (b"%PDF", "a PDF document. Ask for the table it was printed from, or key it"),
    (b"\x1f\x8b", "a gzip archive. Unpack it first"),
    (b"Rar!", "a RAR archive. Unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive. Unpack it first"),
    (b"SQLite format 3\x00", "a database. Ask for a CSV or XLSX file"),
    (b"\x89PNG", "a picture. Key it at the desk, or ask for the table itself"),
    (b"\xff\xd8\xff", "a picture. Key it at the desk, or ask for the table itself"),
    (b"{\\rtf", "an RTF document. Save its table as CSV or XLSX"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"PAR1", "a Parquet file, which the desks do not read. Save it as CSV"),
    (b"age-encryption.org", "an encrypted file. Decrypt it first"),
)
_MARKUP = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|head|body|meta|!--)", re.I
)
_SPREADSHEET_ML = b"urn:schemas-microsoft-com:office:spreadsheet"


def format_of(raw: bytes) -> Format | None:
    """The format of a file; None for plain text, which is delimited or was pasted.

    Raises:
        ListLockedError: it is protected by a password.
        NotAListError: it is no kind of file that holds a list.
    """
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise NotAListError("The file is empty. Ask the sender for it again")
    if raw.startswith(_ZIP):
        return _zipped(raw)
    if raw.startswith(_OLE):
        if _ENCRYPTED in raw:
            raise ListLockedError(
                "The file is protected by a password. Open it with the password, save it without"
                " one, and take that in"
            )
        return Format.XLS
    for mark, what in _OTHERS:
        if raw.startswith(mark):
            raise NotAListError(f"The file is {what}")
    return _text(raw)


def _text(raw: bytes) -> Format | None:
    head = raw[:4096]
    if head.count(0) > len(head) // 8 and _plain_share(head) < 0.5 and not _looks_wide(head):
        raise NotAListError("The file is no table that can be read. Ask for a CSV or XLSX file")
    if _SPREADSHEET_ML in head:
        raise NotAListError(
            "The file is an XML spreadsheet of 2003. Open it and save it as XLSX or CSV"
        )
    if _MARKUP.match(head):
        return Format.HTML
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"[":
        return Format.JSON
    if start == b"{":
        return Format.JSON_LINES
    return None


def _plain_share(head: bytes) -> float:
    return sum(32 <= b < 127 or b in b"\t\r\n" for b in head) / len(head)


def _looks_wide(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) > 10 * min(even, odd)


def _zipped(raw: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = set(archive.namelist())
            first = archive.infolist()[0] if names else None
            if first is not None and first.flag_bits & 1:
                raise ListLockedError("The archive is protected by a password. Unpack it first")
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype")
                if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                    return Format.ODS
    except ListLockedError:
        raise
    except BROKEN:
        raise NotAListError(DAMAGED) from None
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if "xl/workbook.bin" in names:
        return Format.XLSB
    if any(name.startswith("word/") for name in names):
        raise NotAListError("The file is a Word document. Save its table as CSV or XLSX")
    raise NotAListError("The file is an archive. Unpack it and take in each list by itself")
