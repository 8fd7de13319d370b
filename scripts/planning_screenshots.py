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
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safepassage.planner.job import Job  # noqa: E402
from safepassage.planner.planner import Planner  # noqa: E402
from safepassage.secure.roles import Role  # noqa: E402
from scripts.pictures import IMAGES, Picture, keep, page_for  # noqa: E402
from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402
from tests.planner.drawn import STARTS  # noqa: E402
from tests.planner.island import LONG, WANTED, ended  # noqa: E402
from tests.planner.unfolding import kept_until  # noqa: E402
from tests.web.people import Office  # noqa: E402
from tests.web.planning_office import served_planning_office  # noqa: E402
from tests.web.test_plan_families import unlock  # noqa: E402

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
    (Picture("planning-sign", 1280, 700), "sign"),
    (Picture("planning-on", 1280, 900), "on"),
    (Picture("planning-on-phone-rtl", 390, 1700, scale=1.5, language="fa-AF"), "on"),
    (Picture("planning-on-wrong-dark", 1280, 900, scheme="dark"), "on-wrong"),
    (Picture("planning-replanned", 1280, 1000), "replanned"),
    (Picture("planning-replanned-phone", 390, 1500, scale=1.5), "replanned"),
    (Picture("planning-replanned-rtl", 1280, 1000, language="fa-AF", scheme="dark"), "replanned"),
    (Picture("planning-families", 1280, 1100), "families"),
    (Picture("planning-families-rtl", 390, 1700, scale=1.5, language="fa-AF"), "families"),
    (Picture("planning-cancelled-rtl", 1280, 800, language="fa-AF", scheme="dark"), "cancelled"),
)
EVENING = STARTS + timedelta(hours=20)
SHUT = {
    "as-of": f"{EVENING:%Y-%m-%dT%H:%M}",
    "place-0": "harbour-gate",
    "from-0": "2031-05-05T22:00",
    "until-0": "2031-05-06T06:00",
}


def sign(office: Office, desk: TestClient, job: Job) -> None:
    """One proposes a plan, another one publishes it."""
    secret = office.enrol("planner-2", Role.PLANNER)
    second = office.sign_in("planner-2", secret, origin=str(desk.base_url).rstrip("/"))
    again = {"again": job.sha256[:6]}
    desk.post(f"/planning/plans/{job.id}/propose", data=again)
    second.post(f"/planning/plans/{job.id}/publish", data=again)


def plan_all(office: Office, desk: TestClient, planner: Planner) -> dict[str, str]:
    """Two scenarios planned, one of them asked about, signed and planned on; a third one waits."""
    stated = planner.scenarios.keep(WANTED, "planner-1")
    first = ended(planner, planner.solve(stated.id, "planner-1", SECONDS))
    more = planner.scenarios.keep(replace(MORE_BEDS, based_on=stated.id), "planner-1")
    second = ended(planner, planner.solve(more.id, "planner-1", SECONDS))
    changes = ("gates +10%", "slots +1", "runway +25%", "crews +25%", "beds +25%", "havens +10%")
    days = ("days -1", "days +1", "days +2", "days +3")
    for asked in (changes, days):
        ended(planner, planner.what_if(first.id, asked, "planner-1"))
    planner.scenarios.keep(LONG, "planner-2")
    sign(office, desk, first)
    plan = planner.plan(first.id).document
    happened = [f for f in kept_until(plan, EVENING) if f.id.startswith("seen/")]
    with office.app.state.desk.settings.pen.borrowed() as store:
        store.append(happened, source="desk", recorded_at=EVENING)
    desk.post("/planning/on", data=SHUT)
    anew = ended(planner, next(j for j in planner.jobs.all() if j.task.kind == "replan"))
    desk.post(f"/planning/plans/{anew.id}/propose", data={"again": anew.sha256[:6]})
    unlock(office)
    return {
        "sign": f"/planning/plans/{anew.id}#signed",
        "on": "/planning/on",
        "on-wrong": "/planning/on",
        "replanned": f"/planning/plans/{anew.id}",
        "families": f"/planning/families?from={stated.id}",
        "cancelled": "/planning",
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
    if which in ("desk", "cancelled"):
        long = next(s for s in planner.scenarios.all() if s.name == LONG.name)
        job = planner.solve(long.id, "planner-2", 600)
        while planner.jobs.get(job.id).found.people is None:
            time.sleep(0.1)
        if which == "cancelled":
            planner.jobs.cancel(job.id)
    page.goto(address)
    if which == "on-wrong":
        page.locator("#as-of").fill("2031-05-04T00:00")
        page.locator("button.primary").click()
        page.wait_for_selector(".notice-alarm")
    if which == "wrong":
        page.locator("#name").fill("Another one")
        page.locator('[id="limits.beds.levin"]').fill("many")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice-alarm")


def take(
    browser: Browser,
    folder: Path,
    cookies: list[Any],
    origin: str,
    planner: Planner,
    pages: dict[str, str],
) -> None:
    """Every picture that is asked for."""
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
        take(browser, folder, cookies, origin, planner, plan_all(office, desk, planner))
        browser.close()


if __name__ == "__main__":
    main()
