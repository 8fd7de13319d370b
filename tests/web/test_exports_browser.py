"""The export desk in a real browser: by keyboard alone, in both languages, for every reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from safepassage.secure.roles import Role
from tests.web.register_office import RegisterOffice, served_office
from tests.web.test_browser import DESK, PHONE, violations
from tests.web.test_exports import TO
from tests.web.test_lists import EMBASSY, take
from tests.web.test_lists_browser import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RegisterOffice, str]]:
    with served_office(tmp_path_factory.mktemp("exports")) as (office, origin):
        yield office, origin


def signed_in(served: tuple[RegisterOffice, str], id: str, role: Role) -> TestClient:
    office, origin = served
    return office.sign_in(id, office.enrol(id, role), origin=origin)


@pytest.fixture(scope="module")
def cookies(served: tuple[RegisterOffice, str]) -> list[Any]:
    take(signed_in(served, "registrar-1", Role.REGISTRAR), EMBASSY)
    browser = signed_in(served, "case-1", Role.CASE_OFFICER)
    return [{"name": k, "value": v, "url": served[1]} for k, v in browser.cookies.items()]


def _note(faults: list[str], text: str, is_fault: bool) -> None:
    if is_fault:
        faults.append(text)


@pytest.fixture
def enter(
    chromium: Browser, served: tuple[RegisterOffice, str], cookies: list[Any]
) -> Iterator[Callable[[str, str], Page]]:
    """A signed-in page in a language and theme; the test fails for anything the browser says."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    origin = served[1]

    def open_page(language: str, theme: str) -> Page:
        context = chromium.new_context(base_url=origin, viewport=DESK)  # type: ignore[arg-type]
        contexts.append(context)
        chosen = {"lang": language, "theme": theme}
        context.add_cookies(cookies)
        context.add_cookies([{"name": k, "value": v, "url": origin} for k, v in chosen.items()])
        page = context.new_page()
        page.on("console", lambda m: _note(faults, m.text, m.type in ("error", "warning")))
        page.on("pageerror", lambda e: _note(faults, str(e), True))
        page.on("request", lambda r: _note(faults, r.url, not r.url.startswith(origin)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa-AF", "dark")])
def test_an_export_is_asked_for_and_given_out_by_keyboard_alone(
    enter: Callable[[str, str], Page], language: str, theme: str
) -> None:
    page = enter(language, theme)
    page.goto("/exports/new")
    assert violations(page) == []
    tab_to(page, "input[name=kind]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    kind = page.evaluate("document.activeElement.value")
    tab_to(page, "#list")
    page.keyboard.type("embassy-1")
    tab_to(page, "#recipients")
    page.keyboard.type(TO)
    tab_to(page, "#purpose")
    page.keyboard.type("flight 12")
    tab_to(page, "#rows")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exports/of/*")
    assert kind in ("call-forward", "manifest")
    assert violations(page) == []
    tab_to(page, "button.primary")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith("-state-a.csv.age")
    at = page.url
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in (at, "/exports", "/exports/new"):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
