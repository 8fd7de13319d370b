"""Take the pictures of the odds desk: the list, the odds of a plan, one future, odds side by side.

    python scripts/odds_screenshots.py                 into docs/images
    python scripts/odds_screenshots.py --folder DIR    every picture, not only those kept

The operation is that of `tests/simulate/karr.py`; it is invented.  Needs the system's Chromium
and the fonts of `scripts/screenshots.py`; `make screenshots` runs all of them.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safepassage.planner.odds import Wanted  # noqa: E402
from safepassage.planner.planner import Planner  # noqa: E402
from safepassage.secure.roles import Role  # noqa: E402
from safepassage.simulate.policy import Policy  # noqa: E402
from safepassage.simulate.run import Asked  # noqa: E402
from scripts.pictures import IMAGES, Picture, keep, page_for  # noqa: E402
from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402
from tests.planner.island import WANTED, ended  # noqa: E402
from tests.simulate.karr import TEXT  # noqa: E402
from tests.web.planning_office import served_planning_office  # noqa: E402

SECONDS = 4.0  # for the plan
REPLICATIONS = 200
KEPT = (
    (Picture("odds-plan", 1280, 2250), "odds"),
    (Picture("odds-plan-phone", 390, 2100, scale=1.5), "odds"),
    (Picture("odds-compare-rtl", 1280, 1500, language="fa-AF"), "compare"),
)
ALL = (
    *KEPT,
    (Picture("odds-plan-dark", 1280, 2500, scheme="dark"), "odds"),
    (Picture("odds-plan-rtl", 1280, 2500, language="fa-AF"), "odds"),
    (Picture("odds-plan-phone-rtl", 390, 4200, "dark", "fa-AF", scale=1.5), "odds"),
    (Picture("odds-desk", 1280, 800), "desk"),
    (Picture("odds-desk-dark-rtl", 1280, 800, "dark", "fa-AF"), "desk"),
    (Picture("odds-desk-phone", 390, 1400, scale=1.5), "desk"),
    (Picture("odds-form", 1280, 1300), "form"),
    (Picture("odds-form-phone", 390, 2200, scale=1.5), "form"),
    (Picture("odds-form-rtl", 1280, 1300, language="fa-AF"), "form"),
    (Picture("odds-one", 1280, 1200), "one"),
    (Picture("odds-one-phone", 390, 1900, "dark", scale=1.5), "one"),
    (Picture("odds-compare", 1280, 1500), "compare"),
    (Picture("odds-compare-phone", 390, 2300, scale=1.5), "compare"),
)


def play_all(planner: Planner) -> dict[str, str]:
    """One plan played twice, under two policies, and asked about."""
    stated = replace(WANTED, operation=TEXT)
    scenario = planner.scenarios.keep(stated, "planner-1")
    job = ended(planner, planner.solve(scenario.id, "planner-1", SECONDS))
    plan = planner.plan(job.id)
    asked = Asked(plan.document, plan.scenario.read, TEXT, replications=REPLICATIONS)
    wanted = Wanted(plan=job.id, name=f"{plan.scenario.name} · {job.sha256[:6]}")
    own = replace(wanted, targets=("patient=200",))
    calling = replace(asked, policy=Policy("strict", 0.2, at_full="divert"))
    first = ended(planner, planner.odds.ask(asked, own, "planner-1"))
    second = ended(planner, planner.odds.ask(calling, wanted, "planner-2"))
    rates = (0.05, 0.1, 0.2, 0.3)
    ended(planner, planner.odds.vary(first.id, "planner-1", True, rates, REPLICATIONS // 4))
    return {
        "desk": "/odds",
        "odds": f"/odds/{first.id}",
        "form": f"/odds/new?plan={job.id}&from={second.id}",
        "one": f"/odds/{first.id}/one?n=3",
        "compare": f"/odds/compare?odds={first.id}&odds={second.id}",
    }


def take(browser: Browser, folder: Path, cookies: list[Any], origin: str, planner: Planner) -> None:
    """Every picture that is asked for."""
    pages = play_all(planner)
    for picture, which in ALL if folder != IMAGES else KEPT:
        with page_for(browser, picture, origin, cookies) as page:
            page.goto(pages[which])
            keep(page, folder / f"{picture.name}.png")


def main() -> None:
    """Play, start a browser and take the pictures."""
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
