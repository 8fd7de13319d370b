"""The parts of a zipped spreadsheet, read within bounds and without entities.

A zip file states the size of each part, and may lie.  So the stated sizes are summed before
anything is unpacked, and unpacking stops where a part grows beyond what it stated.  XML is read by
expat with document types refused: no entity is declared, none expands, nothing is fetched.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from safepassage.exchange.lists.errors import (
    ListFileError,
    ListLockedError,
    ListTooLargeError,
    NotAListError,
)
from safepassage.exchange.lists.limits import MIB, Limits

_CHUNK = 256 * 1024
DAMAGED = "The file is damaged or was cut off on its way. Ask the sender for it again"

# What the standard library raises over a zip file, and over XML, that somebody damaged.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # and NotImplementedError
    ValueError,  # a part that claims to begin before the file does
    LookupError,  # an encoding that there is not
)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class Parts:
    """The parts of one zipped file.

    Raises:
        ListTooLargeError: unpacked it would be larger than the limits allow.
        ListLockedError: a part is encrypted.
        NotAListError: it is damaged.
    """

    def __init__(self, raw: bytes, limits: Limits) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except BROKEN:
            raise NotAListError(DAMAGED) from None
        infos = self._archive.infolist()
        if len(infos) > limits.parts_max:
            raise ListTooLargeError(
                f"The file has {len(infos):,} parts inside, no spreadsheet has so many. Save it"
                " anew as CSV"
            )
        self.names = {info.filename for info in infos}
        if len(self.names) < len(infos):
            raise NotAListError("The file holds two parts of one name. Save it anew as CSV or XLSX")
        unpacked = sum(info.file_size for info in infos)
        bombs = [i for i in infos if i.file_size > max(MIB, i.compress_size * limits.ratio_max)]
        if unpacked > limits.unpacked_bytes_max or bombs:
            raise _bomb()
        if any(info.flag_bits & 1 for info in infos):
            raise ListLockedError("The file is protected by a password. Save it without one")

    def verify(self) -> None:
        """Unpack everything once and see that no part is larger than it states."""
        for info in self._archive.infolist():
            self._each(info.filename, lambda chunk: None)

    def parse(
        self, name: str, start: Start, end: End | None = None, text: End | None = None
    ) -> None:
        """Read a part as XML; a part that is missing is an empty one."""
        if name not in self.names:
            return
        parser = expat.ParserCreate(namespace_separator=None)
        parser.buffer_text = True
        parser.StartElementHandler = start
        if end is not None:
            parser.EndElementHandler = end
        if text is not None:
            parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.ExternalEntityRefHandler = _refuse_doctype
        try:
            self._each(name, lambda chunk: parser.Parse(chunk, False))
            parser.Parse(b"", True)
        except expat.ExpatError:
            raise NotAListError(DAMAGED) from None

    def _each(self, name: str, take: Callable[[bytes], object]) -> None:
        stated = self._archive.getinfo(name).file_size
        seen = 0
        try:
            with self._archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    seen += len(chunk)
                    if seen > stated:
                        raise _bomb()
                    take(chunk)
        except ListFileError:
            raise
        except BROKEN:
            raise NotAListError(DAMAGED) from None


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> NoReturn:
    raise NotAListError(
        "The file declares entities, which no list needs and which can do harm. It was not read"
    )


def _bomb() -> ListTooLargeError:
    return ListTooLargeError(
        "The file unpacks to far more than a list holds. It was not opened; ask the sender for CSV"
    )
