"""Take the pictures of the planning desk: the list, a plan, a form, plans side by side.

    python scripts/planning_screenshots.py                 into docs/images
    python scripts/planning_screenshots.py --folder DIR    every picture, not only those kept

The operation is that of `tests/planner/island.py`; it is invented.  Needs the system's Chromium
and the fonts of `scripts/screenshots.py`; `make screenshots` runs all of them.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safepassage.planner.planner import Planner  # noqa: E402
from safepassage.secure.roles import Role  # noqa: E402
from scripts.pictures import IMAGES, Picture, keep, page_for  # noqa: E402
from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402
from tests.planner.island import LONG, WANTED, ended  # noqa: E402
from tests.web.planning_office import served_planning_office  # noqa: E402

SECONDS = 4.0  # for each plan
MORE_BEDS = replace(
    WANTED,
    name="A school in Levin opens",
    note="300 more beds from the first day",
    operation=WANTED.operation.replace("name: Levin, capacity: 500", "name: Levin, capacity: 800"),
)
KEPT = (
    (Picture("planning-plan", 1280, 2300), "plan"),
    (Picture("planning-plan-dark", 1280, 2300, scheme="dark"), "plan"),
    (Picture("planning-desk", 1280, 620), "desk"),
    (Picture("planning-compare-rtl", 1280, 900, language="fa-AF"), "compare"),
)
ALL = (
    *KEPT,
    (Picture("planning-plan-phone", 390, 4200, scale=1.5), "plan"),
    (Picture("planning-plan-rtl", 1280, 2300, language="fa-AF"), "plan"),
    (Picture("planning-desk-phone", 390, 1100, scale=1.5), "desk"),
    (Picture("planning-desk-dark", 1280, 620, scheme="dark"), "desk"),
    (Picture("planning-form", 1280, 1900), "form"),
    (Picture("planning-form-phone", 390, 2600, scale=1.5), "form"),
    (Picture("planning-form-wrong", 1280, 1900), "wrong"),
    (Picture("planning-form-rtl", 1280, 1900, language="fa-AF"), "form"),
    (Picture("planning-compare", 1280, 900), "compare"),
    (Picture("planning-compare-phone", 390, 1500, scale=1.5), "compare"),
    (Picture("planning-scenario", 1280, 700), "scenario"),
    (Picture("planning-files", 1280, 1000), "files"),
)


def plan_all(planner: Planner) -> dict[str, str]:
    """Two scenarios planned, one of them asked about, and a third that is being planned."""
    stated = planner.scenarios.keep(WANTED, "planner-1")
    first = ended(planner, planner.solve(stated.id, "planner-1", SECONDS))
    more = planner.scenarios.keep(replace(MORE_BEDS, based_on=stated.id), "planner-1")
    second = ended(planner, planner.solve(more.id, "planner-1", SECONDS))
    changes = ("gates +10%", "slots +1", "runway +25%", "crews +25%", "beds +25%", "havens +10%")
    days = ("days -1", "days +1", "days +2", "days +3")
    for asked in (changes, days):
        ended(planner, planner.what_if(first.id, asked, "planner-1"))
    planner.scenarios.keep(LONG, "planner-2")
    return {
        "desk": "/planning",
        "plan": f"/planning/plans/{first.id}?day=1",
        "compare": f"/planning/compare?plan={first.id}&plan={second.id}",
        "form": f"/planning/new?from={stated.id}",
        "wrong": f"/planning/new?from={stated.id}",
        "scenario": f"/planning/scenarios/{more.id}",
        "files": f"/planning/files?from={stated.id}",
    }


def open_page(page: Page, which: str, address: str, planner: Planner) -> None:
    """Go to one of the pages, as somebody at the desk does."""
    if which == "desk":
        long = next(s for s in planner.scenarios.all() if s.name == LONG.name)
        job = planner.solve(long.id, "planner-2", 600)
        while planner.jobs.get(job.id).found.people is None:
            time.sleep(0.1)
    page.goto(address)
    if which == "wrong":
        page.locator("#name").fill("Another one")
        page.locator('[id="limits.beds.levin"]').fill("many")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice-alarm")


def take(browser: Browser, folder: Path, cookies: list[Any], origin: str, planner: Planner) -> None:
    """Every picture that is asked for."""
    pages = plan_all(planner)
    for picture, which in ALL if folder != IMAGES else KEPT:
        with page_for(browser, picture, origin, cookies) as page:
            open_page(page, which, pages[which], planner)
            keep(page, folder / f"{picture.name}.png")
        for job in planner.jobs.all():
            planner.jobs.cancel(job.id)


def main() -> None:
    """Plan, start a browser and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=IMAGES)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as kept,
        served_planning_office(Path(kept)) as (office, origin),
        sync_playwright() as driver,
    ):
        planner: Planner = office.app.state.desk.settings.planner
        secret = office.enrol("planner-1", Role.PLANNER)
        desk = office.sign_in("planner-1", secret, origin=origin)
        cookies = [{"name": k, "value": v, "url": origin} for k, v in desk.cookies.items()]
        browser = driver.chromium.launch(executable_path=chromium_path(), args=chromium_arguments())
        take(browser, folder, cookies, origin, planner)
        browser.close()


if __name__ == "__main__":
    main()
