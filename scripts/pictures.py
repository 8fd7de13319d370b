"""A page as a picture of the documentation: for which reader, and how its file is kept small."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


@dataclass(frozen=True)
class Picture:
    """One picture: of which page, for which reader."""

    name: str
    width: int
    height: int
    scheme: str = "light"
    language: str = "en"
    scale: float = 1


@contextmanager
def page_for(browser: Browser, picture: Picture, origin: str, cookies: list[Any]) -> Iterator[Page]:
    """A page of somebody who is signed in, as this picture's reader sees it."""
    context = browser.new_context(
        base_url=origin,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,  # type: ignore[arg-type]
        device_scale_factor=picture.scale,
        reduced_motion="reduce",
    )
    context.add_cookies([*cookies, {"name": "lang", "value": picture.language, "url": origin}])
    try:
        yield context.new_page()
    finally:
        context.close()


def keep(page: Page, path: Path) -> None:
    """Write what a page shows to a file, and say how large it is."""
    path.write_bytes(packed(page.screenshot()))
    print(f"{path}: {path.stat().st_size // 1024} KB")


def packed(png: bytes) -> bytes:
    """The same picture, pixel for pixel, in a file a fifth smaller.

    A page is flat areas and repeated letters: it packs best with its rows unfiltered.
    """
    chunks = list(chunks_of(png))
    width, _, _, colours = struct.unpack(">IIBB", chunks[0][1][:10])
    data = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    rows = unfiltered(data, width, {2: 3, 6: 4}[colours])
    plain = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    kept = [chunks[0], (b"IDAT", plain), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in kept
    )


def chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG file, each with its kind."""
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        yield kind, png[at + 8 : at + 8 + length]
        at += 12 + length


def unfiltered(data: bytes, width: int, step: int) -> Iterator[bytes]:
    """The rows of a PNG as they are seen; a pixel has `step` bytes.  See PNG, section 9."""
    length = width * step
    above = bytes(length + step)
    for start in range(0, len(data), length + 1):
        kind = data[start]
        row = bytearray(step) + data[start + 1 : start + 1 + length]
        for x in range(step, length + step) if kind else ():
            left, up, corner = row[x - step], above[x], above[x - step]
            guess = (0, left, up, (left + up) // 2, 0)[kind]
            if kind == 4:
                guess = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
            row[x] = (row[x] + guess) & 255
        yield bytes(row[step:])
        above = bytes(row)
