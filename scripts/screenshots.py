"""Take the pictures of the documentation: the board by day, by night, on a phone, right to left.

    python scripts/screenshots.py                       the Kabul airlift, from published figures
    python scripts/screenshots.py --store ledger.db     another ledger
    python scripts/screenshots.py --link ADDRESS        a running server, by its sign-in link

Needs the system's Chromium and the fonts Noto Sans and Noto Sans Arabic (Debian: chromium,
fonts-noto-core), so that the pictures look the same wherever they are taken.
"""

import argparse
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PEAK = "2021-08-24T05:00:00Z"  # the busiest night of the airlift, two hours before its window ends


@dataclass(frozen=True)
class Picture:
    """One picture: of which page, for which reader."""

    name: str
    width: int
    height: int
    scheme: str = "light"
    language: str = "en"
    scale: float = 1


PICTURES = (
    Picture("board-light", 1440, 2240),
    Picture("board-dark", 1440, 2240, scheme="dark"),
    Picture("board-phone", 390, 1800, scale=1.5),
    Picture("board-rtl", 1440, 2240, language="fa-AF"),
)


@contextmanager
def demo_store() -> Iterator[str]:
    """A store with the Kabul scenario, thrown away afterwards."""
    from safepassage.cli.scenario import take_scenario
    from safepassage.store import open_store

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "kabul-2021.db")
        print("Making the ledger of the Kabul airlift (about a minute) ...")
        with open_store(path, writer=True) as store:
            take_scenario(store, "kabul-2021", now=datetime.now(UTC))
        yield path


@contextmanager
def served(store: str) -> Iterator[str]:
    """The sign-in link of a server on a store, stopped afterwards."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "safepassage", "serve", "--store", store, "--port", "0"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={"XDG_STATE_HOME": state, "PYTHONUNBUFFERED": "1", "PATH": ""},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            lines = (line.strip() for line in process.stdout or ())
            yield next(line for line in lines if "/sign-in#" in line)
        finally:
            process.terminate()
            process.wait()


def take(browser: Browser, link: str, folder: Path, as_of: str) -> None:
    """Sign in once and take every picture."""
    origin = link.split("/sign-in#")[0]
    door = browser.new_context()
    page = door.new_page()
    page.goto(link)
    page.locator("form[action='/sign-in'] button").click()
    page.wait_for_url(f"{origin}/")
    cookies = [c for c in door.cookies() if c["name"].startswith("safepassage")]
    for picture in PICTURES:
        context = browser.new_context(
            viewport={"width": picture.width, "height": picture.height},
            color_scheme=picture.scheme,  # type: ignore[arg-type]
            device_scale_factor=picture.scale,
            reduced_motion="reduce",
        )
        context.add_cookies(cookies)  # type: ignore[arg-type]
        view = context.new_page()
        instant = f"&as_of={as_of}" if as_of else ""
        view.goto(f"{origin}/?lang={picture.language}{instant}")
        path = folder / f"{picture.name}.png"
        path.write_bytes(packed(view.screenshot()))
        print(f"{path}: {path.stat().st_size // 1024} KB")
        context.close()


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


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", help="a ledger; the Kabul airlift is made unless given")
    parser.add_argument("--link", help="the sign-in link of a running server")
    parser.add_argument("--as-of", default=PEAK, help="instant shown; '' for now")
    parser.add_argument("--folder", type=Path, default=IMAGES)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=chromium_arguments())
        if given.link:
            take(browser, given.link, given.folder, given.as_of)
        elif given.store:
            with served(given.store) as link:
                take(browser, link, given.folder, given.as_of)
        else:
            with demo_store() as store, served(store) as link:
                take(browser, link, given.folder, given.as_of)
        browser.close()


if __name__ == "__main__":
    main()
