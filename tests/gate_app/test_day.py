"""A day without a network, on one phone whose process is killed: nothing is lost, and nothing is
left on it that says who anybody is.  The tests follow each other, as the hours of a day do."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from safepassage.operate.event import canonical, hash_of
from tests.gate_app.issued import CODE, SPOKEN, knowledge, listed, token
from tests.gate_app.phone import Phone, held, kill, until
from tests.gate_app.post import DEVICE, Post, opened

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

# What a stranger's code says, and a code that is typed. The word itself is one of a public list
# that lies on every phone.
CARD = "BEGIN:VCARD N:Canarybird;Zarghuna TEL:0700123456 END:VCARD"
CANARIES = ("Canarybird", "Zarghuna", "0700123456", CODE)


class Day:
    """One phone, in and out of its officer's hand."""

    def __init__(self, driver: Playwright, profile: Path) -> None:
        self.driver, self.profile = driver, profile
        self.post = Post(knowledge(listed(SPOKEN, CODE)))
        self.green = token(1)
        self.browser = ExitStack()
        self.taken_up()

    def taken_up(self) -> Phone:
        """The phone with its browser started."""
        self.phone = self.browser.enter_context(held(self.driver, self.post, self.profile))
        return self.phone

    def put_down(self) -> None:
        """End the browser as one closes an app."""
        self.browser.close()

    def kill(self) -> None:
        """End the browser in the middle of whatever it does, and close what is left of it."""
        kill(self.profile)
        with suppress(Exception):  # whether the driver has noticed yet is its own affair
            self.put_down()


@pytest.fixture(scope="module")
def day(playwright_driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A phone that was enrolled while there was a network, and then was cut off."""
    day = Day(playwright_driver, tmp_path_factory.mktemp("phone"))
    with opened(day.post):
        day.phone.enrol()
        until(lambda: day.phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)"))
    yield day
    day.put_down()


def test_the_app_opens_and_decides_with_the_network_gone(day: Day) -> None:
    phone = day.phone
    phone.open()
    assert phone.scan(token(1)) == "admit"
    phone.page.reload()
    phone.page.wait_for_selector("#status")
    until(lambda: "1 not sent" in phone.page.locator("#status").inner_text())


def test_what_was_green_survives_the_end_of_its_process(day: Day) -> None:
    day.phone.scan(CARD)
    assert day.phone.scan(day.green) == "admit"
    day.kill()
    day.taken_up().open()
    assert day.phone.unsent() == 2


def test_a_full_phone_shows_no_green_and_says_what_to_do(day: Day) -> None:
    session = day.phone.page.context.new_cdp_session(day.phone.page)
    origin = {"origin": day.post.origin}
    session.send("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": 1024})
    day.phone.scan(token(1))
    assert day.phone.page.locator('[data-notice="full"]').count() == 1
    assert "NOT written down" in day.phone.page.locator("h1").inner_text()
    session.send("Storage.overrideQuotaForOrigin", origin)
    day.phone.press("next")
    assert day.phone.unsent() == 2
    assert day.phone.scan(day.green) == "already-used"


def test_nothing_that_was_shown_or_typed_is_left_on_the_phone(day: Day) -> None:
    phone = day.phone
    phone.scan(CARD)
    phone.press("next", "type")
    phone.page.locator("#code").fill(CODE)
    phone.page.keyboard.press("Enter")
    phone.page.locator("#word").fill("pomegranate")
    phone.page.keyboard.press("Enter")
    phone.become("wrong-word")
    phone.press("next")
    phone.scan(token(1))
    assert [canary for canary in CANARIES if canary in heap(phone)] == []
    day.put_down()
    files = [path for path in day.profile.rglob("*") if path.is_file() and not path.is_symlink()]
    found = [
        f"{canary} in {path.relative_to(day.profile)}"
        for path in files
        for canary in CANARIES
        if any(form in path.read_bytes() for form in forms(canary))
    ]
    assert len(files) > 50
    assert found == []


def heap(phone: Phone) -> str:
    """Everything that the page still holds in memory."""
    session = phone.page.context.new_cdp_session(phone.page)
    parts: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda part: parts.append(part["chunk"]))
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot")
    assert parts
    return "".join(parts)


def forms(text: str) -> list[bytes]:
    """A text as it may lie on a disk."""
    plain = text.encode()
    return [plain, text.encode("utf-16-le"), base64.b64encode(plain)[:-4]]


def test_everything_that_happened_is_sent_once_in_one_chain(day: Day) -> None:
    with opened(day.post):
        day.taken_up().open()
        until(lambda: day.phone.unsent() == 0)
    events = sorted(day.post.events, key=lambda event: event["seq"])
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    hashes = ["0" * 64, *(hash_of(canonical(event)) for event in events)]
    assert [event["prev"] for event in events] == hashes[:-1]
    assert [e["kind"] for e in events] == ["admit", "admit", "refuse", "refuse", "admit"]
    assert len({event["boot"] for event in events}) > 1


def test_a_wiped_phone_says_so_and_which_it_was(day: Day) -> None:
    context, used = day.phone.page.context, day.phone.page
    # A page that is only left keeps the database open for a way back; one that is closed does not.
    day.phone = Phone(context.new_page(), day.post)
    used.close()
    session = context.new_cdp_session(day.phone.page)
    what = {"origin": day.post.origin, "storageTypes": "indexeddb"}

    def is_wiped() -> bool:
        session.send("Storage.clearDataForOrigin", what)
        day.phone.open()
        return day.phone.page.locator('[data-notice="wiped"]').count() == 1

    until(is_wiped)
    assert DEVICE in day.phone.page.locator("#enrol-help").inner_text()
