"""The desks in a real browser: signing in, the slider, live news, every reader, paper."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.airlift import NOON, more_people
from tests.web.served import Served, append, make_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = {"width": 1366, "height": 850}, {"width": 360, "height": 740}
LIVE = ".tile:first-child .big"
AT_TEN = "/?as_of=2021-08-14T10:00:00Z"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "ledger.db"
    make_store(path)
    return path


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[Served]:
    server = Served(store, store.parent / "state")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def cookies(chromium: Browser, served: Served) -> list[Any]:
    """Sign in through the printed link, once for all tests."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.link)
    assert "#" not in address(page)  # the code has left the address bar
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{served.origin}/")
    found = list(context.cookies())
    context.close()
    return found


@pytest.fixture
def enter(chromium: Browser, served: Served, cookies: list[Any]) -> Iterator[Callable[..., Page]]:
    """A signed-in page whose every fault the test ends with."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str = "/", **options: Any) -> Page:
        options.setdefault("viewport", DESK)
        context = chromium.new_context(base_url=served.origin, **options)
        contexts.append(context)
        context.add_cookies(cookies)
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("request", lambda r: r.url.startswith(served.origin) or faults.append(r.url))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


def until(is_so: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something; the page's own policy forbids waiting inside of it."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def address(page: Page) -> str:
    """Where the page says that it is.  The driver's own idea of it lags behind scripts."""
    return str(page.evaluate("location.href"))


def violations(page: Page) -> list[str]:
    """What axe has to say against a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{v['id']}: {n['html'][:150]} {n['failureSummary']}" for v in found for n in v["nodes"]
    ]


def test_the_board_loads_from_this_machine_alone(enter: Callable[..., Page]) -> None:
    page = enter()
    assert page.locator(LIVE).inner_text() == "11"
    assert page.evaluate("window.matchMedia && typeof window.htmx") == "object"


def test_a_link_opened_in_a_tab_that_shows_the_door_is_taken(
    chromium: Browser, served: Served
) -> None:
    page = chromium.new_page()
    page.goto(f"{served.origin}/sign-in")
    page.goto(f"{served.origin}/sign-in#a-code")
    until(lambda: page.locator("#code").input_value() == "a-code")
    until(lambda: address(page).endswith("/sign-in"))
    page.close()


def test_the_slider_shows_the_past_by_keyboard_alone(enter: Callable[..., Page]) -> None:
    page = enter()
    page.locator("#slider").focus()
    page.keyboard.press("ArrowLeft")
    until(lambda: "as_of=" in address(page))
    until(lambda: page.locator(".notice-past").count() == 1)
    for _ in range(8):  # two hours back: the second lift has not left
        page.keyboard.press("ArrowLeft")
    until(lambda: page.locator(LIVE).inner_text() == "7")
    assert page.evaluate("document.activeElement.id") == "slider"
    assert page.locator("#slider").get_attribute("aria-valuetext") == "141000Z AUG 21"
    page.keyboard.press("PageDown")
    until(lambda: page.locator(LIVE).inner_text() == "0")
    page.reload()  # the address says which instant
    assert page.locator(LIVE).inner_text() == "0"
    page.get_by_role("link", name="Live").click()
    until(lambda: page.locator(LIVE).inner_text() == "11")
    assert "as_of" not in address(page)


def test_an_instant_can_be_typed_in_any_zone(enter: Callable[..., Page]) -> None:
    page = enter()
    page.get_by_label("in zone").select_option("Asia/Kabul")
    assert page.locator("#at").input_value() == "2021-08-14 16:31"
    page.locator("#at").fill("2021-08-14 14:30")
    page.keyboard.press("Enter")
    until(lambda: page.locator(LIVE).inner_text() == "7")
    assert page.locator("#clock").inner_text() == "141000Z AUG 21"


def test_the_board_works_without_scripts(enter: Callable[..., Page]) -> None:
    page = enter("/", java_script_enabled=False)
    page.locator("#at").fill("2021-08-14 10:00")
    page.get_by_role("button", name="Show").click()
    assert page.locator(LIVE).inner_text() == "7"


def test_every_number_opens_its_derivation(enter: Callable[..., Page]) -> None:
    page = enter()
    page.locator(f"{LIVE} a").click()
    assert page.locator("h1").inner_text() == "People out"
    assert page.locator(".headline .big").inner_text() == "11"
    until(lambda: page.get_by_text("they add up to 11").count() == 1)


def test_news_from_another_process_appear_at_once_and_after_a_restart(
    chromium: Browser, tmp_path: Path
) -> None:
    store, state = tmp_path / "ledger.db", tmp_path / "state"
    make_store(store)
    server = Served(store, state)
    try:
        page = chromium.new_page()
        page.goto(server.link)
        page.get_by_role("button", name="Sign in").click()
        danger = page.locator(".totals div", has_text="In the danger area").locator("dd")
        until(lambda: danger.count() and danger.inner_text() == "0")
        append(store, [more_people(30, NOON, "first")])
        until(lambda: danger.inner_text() == "30")
        port = server.port
        server.stop()
        append(store, [more_people(4, NOON, "second")])
        server = Served(store, state, port)
        until(lambda: danger.inner_text() == "34", seconds=40)
        page.close()
    finally:
        server.stop()


def test_news_wait_while_somebody_looks_at_the_past(chromium: Browser, tmp_path: Path) -> None:
    make_store(tmp_path / "ledger.db")
    server = Served(tmp_path / "ledger.db", tmp_path / "state")
    try:
        page = chromium.new_page()
        page.goto(server.link)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{server.origin}/")
        page.goto(server.origin + AT_TEN)
        append(tmp_path / "ledger.db", [more_people(30, NOON)])
        news = page.get_by_role("button", name="1 new entry")
        until(lambda: news.count() == 1)
        assert page.locator(LIVE).inner_text() == "7"
        news.click()
        danger = page.locator(".totals div", has_text="In the danger area").locator("dd")
        until(lambda: danger.inner_text() == "30")
        assert page.get_by_role("button", name="1 new entry").count() == 0
        page.close()
    finally:
        server.stop()


def test_a_board_that_hears_nothing_says_so_and_how_long(chromium: Browser, tmp_path: Path) -> None:
    make_store(tmp_path / "ledger.db")
    server = Served(tmp_path / "ledger.db", tmp_path / "state")
    try:
        page = chromium.new_page()
        page.clock.install()
        page.goto(server.link)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{server.origin}/")
        assert page.locator("#stale").is_hidden()
        server.stop()
        page.clock.fast_forward(65_000)
        until(page.locator("#stale").is_visible)
        assert "STALE" in page.locator("#stale").inner_text()
        assert " s, since" in page.locator("#stale").inner_text()
        page.close()
    finally:
        server.stop()


READERS = {
    "light": {"color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"},
    "dari": {"lang": "fa-AF"},
}
SEEN = ["/", AT_TEN, "/lifts", "/places", "/places/doha", "/discrepancies", "/figures"]
SEEN += ["/figures/people-out", "/figures/people-out/derivation", "/compare", "/sitrep", "/claims"]


@pytest.mark.parametrize("reader", READERS)
def test_everybody_can_read_every_page(enter: Callable[..., Page], reader: str) -> None:
    options = dict(READERS[reader])
    language = options.pop("lang", "en")
    page = enter("/sign-in", **options)
    found = {}
    for path in [*SEEN, "/sign-in"]:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        found[path] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} is wider than the screen"
    assert not {path: faults for path, faults in found.items() if faults}


def test_right_to_left_keeps_times_and_ids_together(enter: Callable[..., Page]) -> None:
    page = enter("/?lang=fa-AF")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    directions = page.evaluate(
        "[...document.querySelectorAll('bdi, .chart')].map(e => getComputedStyle(e).direction)"
    )
    assert set(directions) == {"ltr"}


def test_what_can_be_pressed_is_large_enough_for_a_thumb(enter: Callable[..., Page]) -> None:
    page = enter("/", viewport=PHONE)
    small = page.evaluate(
        """[...document.querySelectorAll(
            'button, .button, input:not([type=hidden]), select, summary, .desks a')]
           .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
           .map(e => e.outerHTML)"""
    )
    assert small == []


def test_colours_can_be_chosen_against_the_machine(enter: Callable[..., Page]) -> None:
    page = enter("/", color_scheme="light")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Colours").click()
    until(lambda: page.evaluate(paper) != light)
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_board_and_the_report_can_be_printed(enter: Callable[..., Page]) -> None:
    for path in ("/", "/sitrep"):
        page = enter(path, color_scheme="dark")
        page.emulate_media(media="print")
        assert page.locator(".desks").is_hidden()
        assert page.locator("#slider").is_hidden()
        ink = page.evaluate("getComputedStyle(document.documentElement).color")
        assert ink == "rgb(0, 0, 0)"
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
