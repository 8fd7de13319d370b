"""A lift and its people in a real browser, by keyboard alone: closed, gone, diverted, received."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from safepassage.secure.roles import Role
from tests.web.apron_office import ApronOffice, served_apron
from tests.web.signed_in import signed_in_pages
from tests.web.test_browser import PHONE, violations
from tests.web.test_lists_browser import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MINUTE = timedelta(minutes=1)
PATIENCE_MS = 120_000  # a machine with much else to do


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ApronOffice, str]]:
    with served_apron(tmp_path_factory.mktemp("apron")) as found:
        yield found


@pytest.fixture
def enter(chromium: Browser, served: tuple[ApronOffice, str]) -> Iterator[Callable[..., Page]]:
    office, origin = served
    roles = (Role.BOARDING_OFFICER, Role.RECEPTION_OFFICER)
    id = f"apron-{office.clock():%H%M%S}"
    browser = office.sign_in(id, office.enrol(id, *roles), origin=origin)
    cookies = [{"name": k, "value": v, "url": origin} for k, v in browser.cookies.items()]
    # A refused step is answered with 409, which a browser calls a failure.
    with signed_in_pages(chromium, origin, cookies, forgiven="409") as open_page:
        yield open_page


def press(page: Page, selector: str) -> None:
    """Tab to a button and press it; the page that answers has come when this returns."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fill(page: Page, selector: str, text: str) -> None:
    """Tab to a field and type."""
    tab_to(page, selector)
    page.keyboard.type(text)


def test_a_lap_child_a_diversion_and_a_haven_by_keyboard_alone(
    enter: Callable[..., Page], served: tuple[ApronOffice, str]
) -> None:
    page, clock = enter(), served[0].clock
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/lifts/reach-1")
    assert violations(page) == []
    page.keyboard.type("fam-1")  # the field at the door has the focus
    fill(page, "#heads", "5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "form:has([value='fam-2']) [value=release]")
    clock.pass_by(MINUTE)
    fill(page, "#counted", "6")
    press(page, "[value=close]")
    page.wait_for_selector(".refused")
    assert "1 head was counted that nobody scanned" in page.inner_text(".refused")
    assert violations(page) == []
    press(page, ".refused a.button")
    fill(page, "#counted", "6")
    tab_to(page, "#difference")
    page.keyboard.type("Children")
    press(page, "[value=close]")
    page.wait_for_selector(".status-closed")
    clock.pass_by(MINUTE)
    press(page, "[value=depart]")
    page.wait_for_selector(".status-airborne")
    tab_to(page, "#to")
    page.keyboard.type("Ramstein")
    clock.pass_by(MINUTE)
    press(page, "[value=divert]")
    page.wait_for_selector(".status-diverted")
    clock.pass_by(MINUTE)
    page.goto("/reception/ramstein")
    assert violations(page) == []
    page.keyboard.type("fam-1")
    fill(page, "#heads", "5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("table.manifest .word-alarm") == "1"
    assert served[0].heads() == {"hall": 33, "reach-1": 1, "ramstein": 5}


def test_the_desks_are_read_on_a_phone_from_right_to_left(
    enter: Callable[..., Page], served: tuple[ApronOffice, str]
) -> None:
    page = enter("fa-AF", "dark", viewport=PHONE)
    page.set_default_timeout(PATIENCE_MS)
    for path in ("/lifts", "/lifts/moose-9", "/reception", "/reception/doha"):
        page.goto(path)
        assert violations(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
