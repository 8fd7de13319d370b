"""The planning desk in a real browser: from a scenario to a signed plan, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from safepassage.planner.job import State
from safepassage.planner.planner import SECONDS, Planner
from safepassage.secure.roles import Role
from tests.planner.island import LONG, WANTED, ended
from tests.web.people import Office
from tests.web.planning_office import served_planning_office
from tests.web.signed_in import signed_in_pages
from tests.web.test_browser import DESK, PHONE, until, violations
from tests.web.test_lists_browser import tab_to

if TYPE_CHECKING:
    from fastapi.testclient import TestClient
    from playwright.sync_api import Browser, Page


EXPECTED = "422"  # a form that was not kept; the browser logs that it was refused
TYPED = {
    "starts_at": "2031-05-05T00:00",
    "step_hours": "3",
    "people[2].number": "900",
    "people[2].from": "2031-05-05T00:00",
    "people[2].until": "2031-05-06T00:00",
    "limits.slots.strip": "many",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    with served_planning_office(tmp_path_factory.mktemp("planning")) as (office, origin):
        yield office, origin


@pytest.fixture(scope="module")
def planner(served: tuple[Office, str]) -> Planner:
    planner: Planner | None = served[0].app.state.desk.settings.planner
    assert planner is not None
    return planner


@pytest.fixture(scope="module")
def cookies(served: tuple[Office, str]) -> list[Any]:
    office, origin = served
    secret = office.enrol("planner-1", Role.PLANNER)
    browser = office.sign_in("planner-1", secret, origin=origin)
    return [{"name": k, "value": v, "url": origin} for k, v in browser.cookies.items()]


@pytest.fixture
def enter(
    chromium: Browser, served: tuple[Office, str], cookies: list[Any]
) -> Iterator[Callable[..., Page]]:
    """A signed-in page; the test fails for anything the browser says or asks from elsewhere."""
    with signed_in_pages(chromium, served[1], cookies, EXPECTED) as opened:
        yield lambda *look: opened(*look, viewport=DESK)


def test_from_a_scenario_to_a_signed_plan_by_keyboard(
    enter: Callable[..., Page], planner: Planner, served: tuple[Office, str]
) -> None:
    page = enter()
    page.goto("/planning/new")
    assert violations(page) == []
    tab_to(page, "#name")
    page.keyboard.type("Three-hour steps")
    for path, text in TYPED.items():
        page.locator(f'[id="{path}"]').fill(text)
    page.keyboard.press("Enter")
    page.wait_for_selector('[aria-invalid="true"]')
    assert page.locator('[id="limits.slots.strip-said"]').inner_text().startswith("'many'")
    tab_to(page, ".wrongs a")  # it leads to the field
    page.keyboard.press("Enter")
    until(lambda: page.evaluate("document.activeElement.id") == "limits.slots.strip")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planning/scenarios/*")
    tab_to(page, "form.solve button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planning#under-way")
    page.wait_for_selector(".job.is-done a.button")
    tab_to(page, ".job a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planning/plans/*")
    assert violations(page) == []
    job = planner.plans()[0]
    assert page.locator(".headline-figures .big").inner_text() == str(job.found.people)
    page.locator("#again").fill(job.sha256[:6])
    page.keyboard.press("Enter")
    page.wait_for_selector("#signed .notice")  # it takes two
    assert page.locator("#signed form").count() == 0
    office, origin = served
    second = office.sign_in("planner-2", office.enrol("planner-2", Role.PLANNER), origin=origin)
    second.post(f"/planning/plans/{job.id}/publish", data={"again": job.sha256[:6]})
    page.reload()
    said = page.locator("#signed .all-well").inner_text()
    assert "planner-1" in said
    assert "planner-2" in said
    planned_anew_after_a_closure(page, planner, second)


def planned_anew_after_a_closure(page: Page, planner: Planner, second: TestClient) -> None:
    """Still at the desk: a gate is shut, the rest of the signed plan is solved anew and signed."""
    page.goto("/planning")
    tab_to(page, "a[href='/planning/on']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planning/on")
    assert violations(page) == []
    page.locator("#as-of").fill("2031-05-04T00:00")  # before it all
    page.locator("#place-0").select_option("harbour-gate")
    page.locator("#from-0").fill("2031-05-05T06:00")
    page.locator("#until-0").fill("2031-05-05T18:00")
    tab_to(page, ".scenario-form button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice-alarm")
    assert "not within the plan" in page.locator(".notice-alarm").inner_text()
    assert page.locator("#place-0").input_value() == "harbour-gate"  # nothing typed is lost
    page.locator("#as-of").fill("2031-05-05T06:00")
    tab_to(page, ".scenario-form button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planning#under-way")
    page.wait_for_selector(".job.is-done a.button")
    tab_to(page, ".job a.button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#replanned")
    assert violations(page) == []
    assert "Harbour Gate" in page.locator("#replanned").inner_text()
    anew = planner.plans()[0]
    told = planner.plan(anew.id).document["replanned"]
    assert (
        page.locator("#replanned dd").first.inner_text() == f"{told['changed']} of {told['called']}"
    )
    page.locator("#again").fill(anew.sha256[:6])
    page.keyboard.press("Enter")
    page.wait_for_selector("#signed .notice")
    second.post(f"/planning/plans/{anew.id}/publish", data={"again": anew.sha256[:6]})
    page.reload()
    assert page.locator("#signed .all-well").count() == 1


def test_a_job_is_watched_and_cancelled(enter: Callable[..., Page], planner: Planner) -> None:
    long = planner.scenarios.keep(LONG, "planner-1")
    page = enter()
    page.goto("/planning")
    # As much time as there is, so that it is still at work when somebody slow comes to cancel it.
    page.locator(f"#seconds-{long.id}").select_option(index=len(SECONDS) - 1)
    tab_to(page, f"form[action='/planning/scenarios/{long.id}/solve'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".job.is-running")
    first = page.locator(".job-found").inner_text()
    until(lambda: page.locator(".job-found").inner_text() != first)  # it goes on by itself
    tab_to(page, ".job button")
    until(lambda: page.locator(".job-found").inner_text() != first)
    assert page.evaluate("document.activeElement.textContent") == "Cancel"  # the focus stays
    page.keyboard.press("Enter")
    page.wait_for_selector(".plan-row .state-cancelled")
    job = next(j for j in planner.jobs.all() if j.task.scenario == long.id)
    assert ended(planner, job).state is State.CANCELLED


def test_plans_are_compared_from_right_to_left_by_night_and_on_a_phone(
    enter: Callable[..., Page], planner: Planner
) -> None:
    stated = next((s for s in planner.scenarios.all() if s.name == WANTED.name), None)
    stated = stated or planner.scenarios.keep(WANTED, "planner-1")
    while len(planner.plans()) < 2:
        ended(planner, planner.solve(stated.id, "planner-1", 0.3))
    page = enter("fa-AF", "dark")
    page.goto("/planning")
    assert violations(page) == []
    boxes = page.locator("input[name=plan]")
    for n in range(2):
        boxes.nth(n).focus()
        page.keyboard.press("Space")
    tab_to(page, "#comparing button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planning/compare?*")
    plan = planner.plans()[0].id
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in (
        "/planning",
        "/planning/files",
        "/planning/new",
        f"/planning/plans/{plan}",
        page.url,
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert violations(page) == []
