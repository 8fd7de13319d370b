"""The import desk in a real browser: by keyboard alone, in both languages, for every reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from safepassage.register.bands import next_bands
from safepassage.register.intake_form import forms_html
from safepassage.secure.roles import Role
from tests.exchange.lists.hostile import people_xlsx
from tests.web.register_office import RegisterOffice, served_office
from tests.web.signed_in import signed_in_pages
from tests.web.test_browser import DESK, PHONE, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROWS = "Name\tFather\tSex\tBorn\tPhone\nParwana Noori\tYusuf\tF\t1991\t0705550101\n\t\tM\t\t\n"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RegisterOffice, str]]:
    with served_office(tmp_path_factory.mktemp("lists")) as (office, origin):
        yield office, origin


@pytest.fixture(scope="module")
def cookies(served: tuple[RegisterOffice, str]) -> list[Any]:
    office, origin = served
    secret = office.enrol("registrar-1", Role.REGISTRAR)
    browser = office.sign_in("registrar-1", secret, origin=origin)
    return [{"name": k, "value": v, "url": origin} for k, v in browser.cookies.items()]


@pytest.fixture
def enter(
    chromium: Browser, served: tuple[RegisterOffice, str], cookies: list[Any]
) -> Iterator[Callable[..., Page]]:
    """A signed-in page whose every fault the test ends with."""
    with signed_in_pages(chromium, served[1], cookies) as opened:

        def open_page(path: str, *look: str, **options: Any) -> Page:
            options.setdefault("viewport", DESK)
            page = opened(*look, **options)
            page.goto(path)
            return page

        yield open_page


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(300):  # a list that renews itself may take the focus back to the top
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


@pytest.mark.parametrize("language", ["en", "fa-AF"])
def test_rows_are_pasted_looked_at_and_taken_in_by_keyboard_alone(
    enter: Callable[..., Page], language: str
) -> None:
    page = enter("/lists/new", language)
    tab_to(page, "#sponsor")
    page.keyboard.type("embassy")
    tab_to(page, "#list")
    page.keyboard.type(f"pasted-{language.lower()}")
    page.evaluate(PASTE, ROWS)
    page.wait_for_url("**/lists/drafts/*")
    assert page.locator("select[name=column-3]").input_value() == "born"
    tab_to(page, "select[name=column-1]")
    page.keyboard.press("End")  # the last choice: not used
    assert page.locator("select[name=column-1]").input_value() == "unused"
    tab_to(page, "button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/preview")
    assert page.locator(".sum dd").all_inner_texts() == ["2", "1", "1"]
    page.locator("button:focus").wait_for()  # the button to take it in
    page.keyboard.press("Enter")
    page.wait_for_url("**/done")
    assert page.locator(".sum dd").all_inner_texts() == ["2", "1", "1"]
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa-AF" else "ltr")
    # Nothing of a list stays behind in the browser.
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_paper_form_is_keyed_without_a_mouse(enter: Callable[..., Page]) -> None:
    band = next_bands("KM", 0, 1)[0]
    page = enter("/entering/paper")
    page.locator("input:focus").wait_for()  # a browser gives the focus with its first picture
    page.keyboard.type(band.text.lower())
    for text in ("Parwana Noori", "Yusuf", "1991", "F"):
        page.keyboard.press("Enter")
        page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    page.locator(".notice-good").wait_for()
    assert "1" in page.locator(".notice-good p").inner_text()
    assert page.evaluate("document.activeElement.id") == "1.band"


def test_seven_forms_print_on_three_pages(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(forms_html(next_bands("KM", 0, 7)))
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type /Page\b(?!s)", printed)) == 3


def draft_of(page: Page) -> str:
    """Bring a workbook that hides something; where its draft is."""
    page.fill("#sponsor", "embassy")
    page.fill("#list", "hidden-1")
    file = {"name": "list.xlsx", "mimeType": "application/zip", "buffer": people_xlsx()}
    page.set_input_files("#file", [file])  # type: ignore[list-item]
    page.click("button.primary")
    page.wait_for_url("**/lists/drafts/*")
    return page.url


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa-AF", "dark")])
def test_every_page_of_the_desk_can_be_read_by_everybody(
    enter: Callable[..., Page], language: str, theme: str
) -> None:
    page = enter("/lists/new", language, theme)
    assert violations(page) == []
    draft = draft_of(page)
    assert violations(page) == []
    page.click("button.primary")
    page.wait_for_url("**/preview")
    assert violations(page) == []
    others = ("/lists", "/entering", "/entering/forms") if language == "en" else ()
    for path in (*others, "/entering/paper", "/intake"):
        page.goto(path)
        assert violations(page) == [], path
    page.goto(draft)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in (draft, f"{draft}/preview", "/lists", "/entering/paper", "/intake"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], path
