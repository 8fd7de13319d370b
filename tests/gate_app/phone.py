"""A phone in an officer's hand: a browser with a profile of its own, and what is done with it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fixtures.browser import chromium_arguments, chromium_path
from tests.gate_app.post import Post

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

PATIENCE = 60  # seconds; a machine that runs many tests at once is slow
VIEWPORT = {"width": 390, "height": 844}


def until(is_so: Callable[[], object], instead: Callable[[], object] = str) -> None:
    """Wait for something; the page's own policy forbids waiting inside of it."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"it did not happen: {instead()}"
        time.sleep(0.03)


class Phone:
    """One open app."""

    def __init__(self, page: Page, post: Post) -> None:
        self.page, self.post = page, post
        page.set_default_timeout(PATIENCE * 1000)
        self.asked: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def enrol(self) -> None:
        """Open the desk's link."""
        self.page.goto(self.post.link)
        self.page.wait_for_selector("main.scan")

    def open(self) -> None:
        """Open the app as its icon does."""
        self.page.goto(f"{self.post.origin}/gate/")
        self.page.wait_for_selector("#status, [data-notice]")

    def scan(self, text: str) -> str:
        """Point a scanner that types at a code; the reason on the screen."""
        marks = self.page.evaluate("performance.getEntriesByName('colour').length")
        self.page.evaluate(
            """text => { for (const key of [...text, "Enter"]) document.body.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) }""",
            text,
        )
        until(
            lambda: (
                self.page.evaluate("performance.getEntriesByName('colour').length") > marks
                or self.page.locator("[data-notice], #band").count()
            )
        )
        return self.reason

    @property
    def reason(self) -> str:
        """Why the screen has its colour; empty if it has none."""
        shown = self.page.locator("#reason")
        return str(shown.get_attribute("data-reason")) if shown.count() else ""

    @property
    def colour(self) -> str:
        """The colour of the screen."""
        classes = self.page.locator("main").get_attribute("class") or ""
        return next((c for c in ("green", "amber", "red") if c in classes.split()), "")

    def press(self, *names: str) -> None:
        """Press buttons, one after the other, by their ids."""
        for name in names:
            self.page.locator(f"#{name}").click()

    def become(self, reason: str) -> None:
        """Wait until the screen says that."""
        until(lambda: self.reason == reason)

    def events(self) -> list[dict[str, Any]]:
        """The events that lie on the phone unsent, out of its database."""
        return [json.loads(text) for text in self.page.evaluate(TEXTS)]

    def unsent(self) -> int:
        """How many those are."""
        return len(self.events())

    def send(self) -> None:
        """Open the menu, press the button that sends, come back."""
        self.press("status", "send")
        until(lambda: self.page.locator("#send:not([disabled])").count())
        self.press("back")


TEXTS = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("gate");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const rows = opening.result.transaction("events").objectStore("events").getAll();
        rows.onsuccess = () => {
            opening.result.close();
            resolve(rows.result.map((row) => row.text));
        };
    };
})"""


@contextmanager
def held(
    driver: Playwright, post: Post, profile: Path, *more: str, **options: Any
) -> Iterator[Phone]:
    """A phone whose storage lies in a folder: opened again, it is the same phone."""
    context = driver.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium_path(),
        args=[*chromium_arguments(), *more],
        viewport=VIEWPORT,
        has_touch=True,
        **options,
    )
    try:
        yield Phone(page_of(context), post)
    finally:
        context.close()


def kill(profile: Path) -> None:
    """End the browser of a profile in the middle of whatever it does."""
    mark = f"--user-data-dir={profile}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in words and not any(word.startswith(b"--type=") for word in words):
            os.kill(int(process.name), signal.SIGKILL)


def page_of(context: BrowserContext) -> Page:
    """The one page of a phone."""
    return context.pages[0] if context.pages else context.new_page()
