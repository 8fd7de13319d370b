"""Take the pictures of the documentation: the board by day, by night, on a phone, right to left.

    python scripts/screenshots.py                       the Kabul airlift, from published figures
    python scripts/screenshots.py --store ledger.db     another ledger
    python scripts/screenshots.py --link ADDRESS        a running server, by its sign-in link

Needs the system's Chromium and the fonts Noto Sans and Noto Sans Arabic (Debian: chromium,
fonts-noto-core), so that the pictures look the same wherever they are taken.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.pictures import IMAGES, Picture, keep, page_for  # noqa: E402
from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402

PEAK = "2021-08-24T05:00:00Z"  # the busiest night of the airlift, two hours before its window ends


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
        with page_for(browser, picture, origin, cookies) as view:
            view.goto(f"{origin}/?as_of={as_of}" if as_of else origin)
            keep(view, folder / f"{picture.name}.png")


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
