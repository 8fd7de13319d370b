"""Take the pictures of the register's desks: columns, review, person, for several readers.

    python scripts/register_screenshots.py

The people are those of scenarios/lists-fictitious; every one of them is invented.  Needs the
system's Chromium and the fonts of `scripts/screenshots.py`; `make screenshots` runs both.
"""

import sys
import tempfile
from pathlib import Path

from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safepassage.registrar.opening import default_matching  # noqa: E402
from safepassage.secure.roles import Role  # noqa: E402
from scripts.pictures import IMAGES, Picture, keep, page_for  # noqa: E402
from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402
from tests.web.register_office import served_office  # noqa: E402
from tests.web.test_lists import bring, take  # noqa: E402

LISTS = ROOT / "scenarios" / "lists-fictitious"
PICTURES = (
    (Picture("register-columns", 1280, 1250), "columns"),
    (Picture("register-review", 1280, 1400), "review"),
    (Picture("register-review-dark", 1280, 1400, scheme="dark"), "review"),
    (Picture("register-review-phone", 390, 1900, scale=1.5), "review"),
    (Picture("register-review-rtl", 1280, 1400, language="fa-AF"), "review"),
    (Picture("register-person", 1280, 1350), "person"),
    (Picture("register-person-rtl", 1280, 1350, language="fa-AF"), "person"),
)


def open_page(page: Page, which: str, draft: str) -> None:
    """Go to one of the pages, as somebody at the desk does."""
    if which == "columns":
        page.goto(draft)
    elif which == "review":
        page.goto("/review")
    else:
        page.goto("/people")
        page.locator("#text").fill("Gholam Sakhizada 1984-03-02")
        page.keyboard.press("Enter")
        page.locator("[data-hit]").first.click()
        page.wait_for_url("**/people/p-*")


def take_all(browser: Browser, folder: Path) -> None:
    """Take the lists in, then every picture."""
    with (
        tempfile.TemporaryDirectory() as kept,
        served_office(Path(kept), default_matching()) as (office, origin),
    ):
        roles = (Role.REGISTRAR, Role.CASE_OFFICER)
        desk: TestClient = office.sign_in("reg-1", office.enrol("reg-1", *roles), origin=origin)
        for name in ("embassy.csv", "charity.csv", "employer.tsv"):
            take(desk, (LISTS / name).read_bytes(), Path(name).stem)
        draft = bring(desk, (LISTS / "embassy.csv").read_bytes(), "embassy-2")
        cookies = [{"name": k, "value": v, "url": origin} for k, v in desk.cookies.items()]
        for picture, which in PICTURES:
            with page_for(browser, picture, origin, cookies) as page:
                open_page(page, which, draft)
                keep(page, folder / f"{picture.name}.png")


def main() -> None:
    """Start a browser and take the pictures."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=chromium_arguments())
        take_all(browser, IMAGES)
        browser.close()


if __name__ == "__main__":
    main()
