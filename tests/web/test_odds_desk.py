"""The odds desk in a real browser: from a plan to its odds, watched, cancelled and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from safepassage.planner.job import State
from safepassage.planner.planner import Planner
from safepassage.secure.roles import Role
from safepassage.simulate.policy import Policy
from safepassage.web.odds_form import STANDING
from tests.planner.island import ended
from tests.web.odds_island import CAUSES, asked, let_stand, played
from tests.web.people import Office
from tests.web.planning_office import served_planning_office
from tests.web.signed_in import signed_in_pages
from tests.web.test_browser import DESK, PHONE, until, violations
from tests.web.test_lists_browser import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WAIT = 120_000  # ms; a job may have to share the machine


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    folder = tmp_path_factory.mktemp("odds")
    with served_planning_office(folder) as (office, origin):
        let_stand(folder / "ledger.db", office.clock())
        yield office, origin


@pytest.fixture(scope="module")
def planner(served: tuple[Office, str]) -> Planner:
    planner: Planner = served[0].app.state.desk.settings.planner
    return planner


@pytest.fixture(scope="module")
def cookies(served: tuple[Office, str]) -> list[Any]:
    office, origin = served
    browser = office.sign_in("planner-1", office.enrol("planner-1", Role.PLANNER), origin=origin)
    return [{"name": k, "value": v, "url": origin} for k, v in browser.cookies.items()]


@pytest.fixture
def enter(
    chromium: Browser, served: tuple[Office, str], cookies: list[Any]
) -> Iterator[Callable[..., Page]]:
    """A signed-in page; the test fails for anything the browser says or asks from elsewhere."""
    with signed_in_pages(chromium, served[1], cookies) as opened:
        yield lambda *look: opened(*look, viewport=DESK)


def test_from_a_plan_to_what_costs_most_by_keyboard(
    enter: Callable[..., Page], planner: Planner
) -> None:
    page = enter()
    page.goto("/odds")
    tab_to(page, ".playable a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/odds/new?*")
    assert violations(page) == []
    assert page.evaluate("document.activeElement.id") == "replications"
    page.keyboard.press("Control+A")
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    page.wait_for_url("**/odds#under-way")
    page.wait_for_selector(".job.is-done a.button", timeout=WAIT)
    tab_to(page, ".job a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/odds/*")
    said = page.locator(".odds-sentence").inner_text()
    assert re.match(r"In (\d+ of 100|\d of 1,000|none of|all)", said)
    band, middle = (page.locator(f".fan-{part}").first for part in ("band", "middle"))
    assert (band.get_attribute("d") or "").count("L") > 40
    assert middle.bounding_box() is not None
    tab_to(page, "details summary")
    page.keyboard.press("Enter")
    assert page.locator("details[open] tbody tr").first.is_visible()
    tab_to(page, "#worth button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**#under-way")
    page.wait_for_selector("#worth .job.is-done a.button", timeout=WAIT)
    page.reload()
    rows = page.locator("#worth tbody tr")
    assert rows.count() == len(CAUSES) + 1
    job = next(j for j in planner.jobs.all() if j.task.kind == "vary")
    lost = [row["gain"]["everybody"]["value"] for row in job.found.varied]
    first = rows.first.locator("td.num .num").inner_text()
    assert first.replace("+", "").replace(",", "") == f"{max(lost):.0f}"
    assert violations(page) == []


def test_odds_are_watched_and_cancelled(enter: Callable[..., Page], planner: Planner) -> None:
    page = enter()
    page.goto(f"/odds/new?plan={STANDING}")
    page.locator("#replications").fill("10000")
    page.keyboard.press("Enter")
    page.wait_for_selector(".job.is-running progress", timeout=WAIT)
    first = page.locator(".job.is-running .job-found").inner_text()
    until(lambda: page.locator(".job.is-running .job-found").inner_text() != first)
    tab_to(page, ".job.is-running button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".odds-list .state-cancelled")
    job = next(j for j in planner.jobs.all() if j.task.asked.get("replications") == 10_000)
    assert ended(planner, job).state is State.CANCELLED
    assert not planner.odds.folder_of(job.id).exists()


def test_odds_are_compared_from_right_to_left_by_night_and_on_a_phone(
    enter: Callable[..., Page], planner: Planner
) -> None:
    ids = [
        played(planner, "as-planned", asked(replications=50)),
        played(planner, "over-called", asked(Policy(over_call=0.5), replications=50)),
    ]
    page = enter("fa-AF", "dark")
    page.goto("/odds")
    assert violations(page) == []
    for id in ids:
        page.locator(f"input[name=odds][value={id}]").focus()
        page.keyboard.press("Space")
    tab_to(page, "#comparing button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/odds/compare?*")
    assert page.locator(".fan-band").count() == 2
    assert page.locator(".compare-sentences li").count() == 1
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in ("/odds", f"/odds/{ids[0]}", f"/odds/{ids[0]}/one?n=3", page.url):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert violations(page) == []
