"""Passkeys in a real browser with a virtual authenticator, and every page of accounts."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyotp
import pytest

from safepassage.secure.roles import COMMAND_LINE, Role
from safepassage.store.protection import Protection
from tests.web.people import PHRASE, REGISTER_PHRASE
from tests.web.served import Served, make_store
from tests.web.test_browser import AXE, RULES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1366, "height": 850}, {"width": 390, "height": 844}
Views: TypeAlias = tuple[tuple[Any, Any], ...]
SHOTS = os.environ.get("SAFEPASSAGE_SHOTS")


@dataclass
class Place:
    """A server, and the accounts behind it."""

    served: Served
    protection: Protection

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.served.port}"

    def link(self, id: str, *roles: Role) -> str:
        self.protection.accounts.add(id, roles, None, COMMAND_LINE)
        return f"{self.origin}/enrol#{self.protection.accounts.make_link(id, COMMAND_LINE)}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("passkeys")
    make_store(folder / "ledger.db")
    served = Served(folder / "ledger.db", folder / "state")
    try:
        with Protection(folder / "ledger.db", lambda: datetime.now(UTC)) as protection:
            yield Place(served, protection)
    finally:
        served.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context()
    made.set_default_timeout(15_000)
    yield made
    made.close()


def authenticator(page: Page, *, is_verified: bool = True) -> Any:
    """A key inside of the browser, whose holder is there and is verified, or not."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": is_verified,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def begin(page: Page, link: str) -> None:
    """Open an enrolment link and press its button."""
    page.goto(link)
    assert "#" not in page.evaluate("window.location.href")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/account")


def enrol_passkey(page: Page, link: str) -> None:
    begin(page, link)
    page.get_by_label("What you call it").fill("blue key")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/sign-in?enrolled=1")


def use_passkey(page: Page) -> None:
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r":\d+/$"))


def test_a_passkey_is_made_with_a_link_and_signs_in(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    authenticator(page)
    enrol_passkey(page, place.link("reg-1", Role.REGISTRAR))
    assert page.get_by_role("status").inner_text().startswith("Your account is set up")
    use_passkey(page)
    page.goto(f"{place.origin}/account")
    assert page.locator(".rows strong").first.inner_text() == "blue key"
    (kept,) = place.protection.accounts.passkeys_of("reg-1")
    assert kept.sign_count > 0
    # Another passkey may be added, and this one cannot be made twice.
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("alert").wait_for()
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in")
    assert not any("safepassage" in c["name"] for c in context.cookies())


def test_a_holder_who_is_not_verified_does_not_get_in(
    place: Place, context: BrowserContext
) -> None:
    page = context.new_page()
    session, key = authenticator(page)
    enrol_passkey(page, place.link("reg-2", Role.REGISTRAR))
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").wait_for()
    assert page.url.endswith("/sign-in?enrolled=1")


def test_a_passkey_of_a_shut_account_opens_nothing(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    authenticator(page)
    enrol_passkey(page, place.link("reg-3", Role.REGISTRAR))
    place.protection.accounts.disable("reg-3", COMMAND_LINE)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").wait_for()


def test_a_copied_passkey_is_found_out(place: Place, context: BrowserContext) -> None:
    """Two holders of one key count apart; the count that falls behind is refused."""
    page = context.new_page()
    authenticator(page)
    enrol_passkey(page, place.link("reg-4", Role.REGISTRAR))
    (kept,) = place.protection.accounts.passkeys_of("reg-4")
    place.protection.accounts.passkey_used(kept.id, kept.sign_count + 50)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").wait_for()


def test_without_a_passkey_there_is_a_passphrase_with_a_code(
    place: Place, context: BrowserContext
) -> None:
    """The whole way by keyboard, as somebody without a passkey goes it."""
    page = context.new_page()
    begin(page, place.link("key-1", Role.CUSTODIAN))
    page.get_by_role("link", name="Set up a passphrase").press("Enter")
    page.wait_for_url("**/account/passphrase")
    secret = page.locator("input[name=secret]").get_attribute("value") or ""
    shown = page.locator(".secret").inner_text().replace(" ", "")
    assert shown == secret
    page.get_by_label("Passphrase", exact=True).fill(PHRASE)
    page.get_by_label("Once more").fill(PHRASE)
    page.get_by_label("Code from your authenticator").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in?enrolled=1")
    page.get_by_label("Account").fill("key-1")
    page.get_by_label("Passphrase", exact=True).fill(PHRASE)
    # The code that enrolled is spent: the next one, which a clock that runs ahead shows already.
    page.get_by_label("Code from your authenticator").fill(pyotp.TOTP(secret).at(time.time() + 30))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r":\d+/$"))
    unlock(page, place)


def unlock(page: Page, place: Place) -> None:
    """A custodian makes the register's key, and locks it from the masthead."""
    page.goto(f"{place.origin}/lock")
    page.get_by_label("The new passphrase").fill(REGISTER_PHRASE)
    page.get_by_label("Once more").fill(REGISTER_PHRASE)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Unlocked", exact=True).wait_for()
    page.goto(f"{place.origin}/")
    page.get_by_role("button", name="Lock now").click()
    page.get_by_text("Locked", exact=True).wait_for()


def test_nothing_of_a_sign_in_stays_in_the_browser(place: Place, context: BrowserContext) -> None:
    page = context.new_page()
    authenticator(page)
    enrol_passkey(page, place.link("reg-5", Role.REGISTRAR))
    use_passkey(page)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    names = {cookie["name"] for cookie in context.cookies()}
    assert names == {f"safepassage-{place.served.port}"}
    assert all(cookie["httpOnly"] for cookie in context.cookies())


DAY, NIGHT, ROAD = (DESK, "light"), (DESK, "dark"), (PHONE, "light")


@pytest.mark.parametrize(("language", "views"), [("en", (NIGHT,)), ("fa-AF", (ROAD,))])
def test_every_reader_can_use_the_pages(
    place: Place, context: BrowserContext, language: str, views: Views
) -> None:
    """axe finds nothing, at night in English and on a phone in Dari; nothing is wider than it.

    With SAFEPASSAGE_SHOTS naming a folder, every view of every page is kept there, to be looked at.
    """
    views = (DAY, NIGHT, ROAD) if SHOTS else views
    page = context.new_page()
    authenticator(page)
    admin = f"admin-{language.lower()}"
    enrol_passkey(page, place.link(admin, Role.ADMINISTRATOR))
    use_passkey(page)
    for path in ("/account", "/account/passphrase", "/accounts", f"/accounts/{admin}", "/lock"):
        look(page, f"{place.origin}{path}?lang={language}", views)
    place.protection.accounts.set_roles(admin, [Role.AUDITOR], None, COMMAND_LINE)
    look(page, f"{place.origin}/audit?lang={language}", views)
    page.context.clear_cookies()
    for path in ("/sign-in", "/enrol"):
        look(page, f"{place.origin}{path}?lang={language}", views)


def look(page: Page, address: str, views: Views) -> None:
    for size, scheme in views:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "(rules) => axe.run(document, {runOnly: rules}).then((r) => r.violations.map("
            "(v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))",
            RULES,
        )
        assert not found, f"{address} {size} {scheme}: {found}"
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{address} is wider than the screen by {width}"
        if SHOTS:
            name = re.sub(r"\W+", "-", address.split("/", 3)[3]).strip("-")
            shot = Path(SHOTS, f"{name}-{size['width']}-{scheme}.png")
            page.screenshot(path=shot, full_page=True)
