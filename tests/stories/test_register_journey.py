"""The register's whole journey as its users make it: a real server process that is killed half-way,
a real browser with a profile of its own, the keyboard alone; and nothing of a list left behind."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest

from tests.fixtures.browser import chromium_arguments, chromium_path
from tests.fixtures.requirements import ROOT
from tests.stories.canary import PLANTED, found_below, found_in
from tests.stories.site import Site
from tests.web.test_browser import violations
from tests.web.test_exports import TO
from tests.web.test_lists_browser import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

PHRASE = "seven brass lanterns drift"
OPERATION = ROOT / "scenarios" / "hurricane-fictitious" / "operation.yaml"
P = PLANTED
EMBASSY = f"""Ref,Family,Given name,Surname,Father's name,Sex,Date of birth,Passport,Phone,Email,Province,Remarks
E-1,F1,{P["given"]},{P["family"]},{P["father"]},F,1984-03-02,{P["passport"]},+93{P["phone"]},{P["mail"]}@example.org,{P["place"]},{P["remarks"]}
E-2,F1,Omid,{P["family"]},Karim,M,2012-06-30,,+93{P["phone"]},,{P["place"]},
E-3,F2,O,{P["family"]},Aziz,M,1976,,+93705550212,,{P["place"]},
E-4,F2,,,,,,,,,,{P["remarks"]}
"""  # noqa: E501
CHARITY = f"""نام,تخلص,نام پدر,تاریخ تولد,تلفون
{P["given-dari"]},{P["family-dari"]},یوسف,1984-03-02,0{P["phone"]}
Omar,{P["family"]},Aziz,1976,0705550212
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    site.run("init", OPERATION)
    site.run("account", "unlock-file", site.key_file)
    site.start()
    try:
        yield site
    finally:
        site.end(signal.SIGTERM)


def sign_in(page: Page, site: Site, account: str) -> None:
    """Enrol with the link that the command printed, then sign in; by keyboard."""
    printed = site.run("account", "add", account, "registrar", "case-officer", "--origin",
                       site.origin)  # fmt: skip
    link = re.search(r"http://\S+", printed)
    assert link
    page.goto(link[0])
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    tab_to(page, "main a[href*=passphrase]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/passphrase")
    secret = page.locator("input[name=secret]").input_value()
    for name in ("passphrase", "again"):
        tab_to(page, f"input[name={name}]")
        page.keyboard.type(PHRASE)
    tab_to(page, "input[name=code]")
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in?enrolled=1")
    for name, text in (
        ("account", account),
        ("passphrase", PHRASE),
        ("code", pyotp.TOTP(secret).at(int(time.time()) + 30)),
    ):
        tab_to(page, f"input[name={name}]")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.origin}/")


def take_in(page: Page, site: Site, list_id: str, text: str) -> None:
    """The import wizard: a file whose name is somebody's, its columns, the preview."""
    file = site.folder / "lists" / f"{P['file-name']}-{list_id}.csv"
    file.write_text(text, encoding="utf-8")
    page.goto("/lists/new")
    tab_to(page, "#sponsor")
    page.keyboard.type(list_id)
    tab_to(page, "#list")
    page.keyboard.type(list_id)
    page.set_input_files("#file", file)  # the system's own dialogue is not ours to type in
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lists/drafts/*")
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/preview")
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/done")
    rows, records, quarantined = map(int, page.locator(".sum dd").all_inner_texts())
    assert rows == records + quarantined == len(text.splitlines()) - 1


def judge(page: Page) -> None:
    """One key says same, one takes it back, one says it again."""
    page.goto("/review")
    assert violations(page) == []
    page.keyboard.press("s")
    page.wait_for_url(re.compile("judged="))
    page.keyboard.press("z")
    page.wait_for_url("**/review/pair/**")
    page.goto("/review")
    page.keyboard.press("n")
    page.wait_for_url(re.compile("judged="))


def look_up(page: Page) -> str:
    """Find the person by another spelling than any list has; split the family; the id."""
    page.goto("/people")
    page.keyboard.type(f"{P['given'].replace('z', 's')} {P['family']} 1984-03-02")
    page.keyboard.press("Enter")
    page.locator("[data-hit]").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("Enter")  # the first hit has the focus
    page.wait_for_url("**/people/p-*")
    assert violations(page) == []
    address = page.url
    page.locator("details:has(form[action$=split]) summary").focus()
    page.keyboard.press("Enter")
    tab_to(page, "input[name=goes]")
    page.keyboard.press("Space")
    tab_to(page, "#split-why")
    page.keyboard.type("the gate closed between them")
    page.keyboard.press("Enter")
    page.locator("text=the gate closed between them").first.wait_for()
    return address


def give_out(page: Page, folder: Path) -> Path:
    """An export of ids, counted before it is seen, sealed for its recipient."""
    page.goto("/exports/new")
    tab_to(page, "input[name=kind]")
    page.keyboard.press("ArrowDown")
    for name, text in (
        ("list", "embassy"),
        ("recipients", TO),
        ("purpose", "bus 12"),
        ("rows", "3"),
    ):
        tab_to(page, f"#{name}")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/exports/of/*")
    tab_to(page, "button.primary")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    kept = folder / download.value.suggested_filename
    download.value.save_as(kept)
    return kept


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "fa-AF"])
def test_from_a_list_to_an_export_nothing_of_it_stays_behind(
    playwright_driver: Playwright, site: Site, language: str
) -> None:
    profile = site.folder / "profile"
    context = playwright_driver.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium_path(),
        args=chromium_arguments(),
        base_url=site.origin,
        locale=language,
    )
    addresses: list[str] = []
    faults: list[str] = []
    try:
        page = context.pages[0]
        page.on("request", lambda r: addresses.append(r.url))
        page.on("pageerror", lambda e: faults.append(str(e)))
        context.add_cookies([{"name": "lang", "value": language, "url": site.origin}])
        sign_in(page, site, "reg-1")
        take_in(page, site, "embassy", EMBASSY)
        site.end(signal.SIGKILL)
        site.start()
        take_in(page, site, "charity", CHARITY)
        judge(page)
        person = look_up(page)
        export = give_out(page, site.folder / "lists")
        page.goto(f"{site.origin}/people/p-nobody")
        said = page.content()
        held = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        titles = page.title()
    finally:
        context.close()
    site.end(signal.SIGTERM)
    assert not faults
    assert not found_in("\n".join([*addresses, person, said, held, titles]).encode())
    assert not found_in(export.read_bytes())
    folders = [site.folder / name for name in ("data", "state", "tmp", "logs", "profile", "stick")]
    assert found_below(folders) == {}
    # The search itself works: what was handed in holds every planted word.
    everywhere = set[str]().union(*found_below([site.folder / "lists"]).values())
    assert everywhere == set(PLANTED)
    counts = json.loads(site.run("register", "lists", "--json"))
    assert sum(one["rows"] for one in counts) == 6
