"""Take the pictures of the gate's phone: every screen, by day, in bright sun, at night, in Dari.

    python scripts/gate_screenshots.py                 into docs/images, those that are kept
    python scripts/gate_screenshots.py --folder DIR    every picture, or those of --screens

The passes are invented and good today.  Needs the system's Chromium and the fonts of
`scripts/screenshots.py`; `make screenshots` runs all of them.
"""

import argparse
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safepassage.secure.token import seal  # noqa: E402
from scripts.pictures import IMAGES, keep  # noqa: E402
from tests.fixtures.browser import chromium_arguments, chromium_path  # noqa: E402
from tests.gate_app.issued import CODE, HOUR, KEY, SPOKEN, claims, knowledge, listed, token  # noqa: E402  # noqa: E402
from tests.gate_app.phone import VIEWPORT, Phone  # noqa: E402
from tests.gate_app.post import Post, opened  # noqa: E402

FAKE_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
WITHDRAWN = claims(2)
SKINS = (("en", "day"), ("en", "sun"), ("en", "night"), ("fa-AF", "day"), ("fa-AF", "night"))
KEPT = frozenset({"scan-en-day", "green-en-sun", "split-en-day", "red-en-night", "count-fa-AF-day"})


def typed(phone: Phone) -> None:
    """A spoken code, and the question for its word."""
    phone.press("type")
    phone.page.locator("#code").fill(CODE)
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_selector("#word")


def split(phone: Phone) -> None:
    """Three of a family of five."""
    phone.scan(token(5))
    for _ in range(2):
        phone.page.locator(".step").first.click()
    phone.press("all-here")
    phone.become("family-incomplete")


def answered(phone: Phone) -> None:
    """Who answers for the split."""
    split(phone)
    phone.press("answer")
    phone.page.wait_for_selector("#who")


def boarding(phone: Phone) -> None:
    """The heads at the door of an aircraft."""
    phone.press("status")
    phone.page.locator('[data-value="boarding"]').click()
    phone.press("back")
    phone.page.locator("[data-lift]").click()
    phone.press("count")
    for _ in range(7):
        phone.press("plus-one")


def one_more(phone: Phone) -> None:
    """A newborn more than the pass says."""
    phone.scan(token(2))
    phone.page.locator(".step").last.click()
    phone.press("all-here")
    phone.become("more-heads")


def used(phone: Phone) -> None:
    """A family that came, and its pass again."""
    text = token(2)
    phone.scan(text)
    phone.press("all-here")
    phone.become("admit")
    phone.scan(text)


def kept(phone: Phone) -> None:
    """People without a pass, written down under a printed band."""
    phone.press("walkup")
    phone.page.locator("#band").fill("KM 04217 T")
    phone.press("keep")
    phone.page.wait_for_selector('[data-notice="kept"]')


def unsent(phone: Phone) -> None:
    """A server that is busy, and what is not sent."""
    phone.post.mood = "busy"
    phone.scan(token(1))
    phone.press("next", "status", "send")
    phone.page.wait_for_selector("#trouble")
    phone.post.mood = "well"


def as_gate(phone: Phone) -> None:
    """Back from boarding."""
    phone.press("back", "status")
    phone.page.locator('[data-value="gate"]').click()
    phone.press("back")


SCREENS: dict[str, Callable[[Phone], object]] = {
    "scan": lambda phone: phone.page.wait_for_selector("#camera-notice", state="hidden"),
    "green": lambda phone: phone.scan(token(1)),
    "count": lambda phone: phone.scan(token(5)),
    "split": split,
    "who": answered,
    "red": lambda phone: phone.scan(token(4, gate="south-gate")),
    "early": lambda phone: phone.scan(token(4, begins=2 * HOUR)),
    "expired": lambda phone: phone.scan(token(4, begins=-9 * HOUR)),
    "revoked": lambda phone: phone.scan(seal(WITHDRAWN, KEY)),
    "used": used,
    "more": one_more,
    "kept": kept,
    "unsent": unsent,
    "shop": lambda phone: phone.scan("https://shop.example/menu"),
    "type": lambda phone: phone.press("type"),
    "word": typed,
    "walkup": lambda phone: phone.press("walkup"),
    "refuse": lambda phone: phone.press("refuse"),
    "menu": lambda phone: phone.press("status"),
    "boarding": boarding,
    "cover": lambda phone: phone.press("cover"),
}


def home(phone: Phone, name: str) -> None:
    """Back to where every picture begins."""
    if name == "boarding":
        as_gate(phone)
    elif name == "cover":
        phone.open()
    else:
        phone.page.evaluate(
            "document.querySelector("
            "'#next, #back, #wait, form .thumb button[type=button]')?.click()"
        )
    phone.page.wait_for_selector("main.scan")


def dress(page: Page, language: str, skin: str) -> None:
    """Set language and skin as an officer does, in the menu."""
    page.locator("#status").click()
    page.locator(f'[data-value="{skin}"]').click()
    page.locator(f'[data-value="{language}"]').click()
    page.wait_for_selector("main.scan")


def take(browser: Browser, folder: Path, post: Post, wanted: Collection[str]) -> None:
    """Every picture that is asked for."""
    for language, skin in SKINS:
        if not any(name.endswith(f"{language}-{skin}") for name in wanted):
            continue
        context = browser.new_context(viewport=VIEWPORT, device_scale_factor=1.5, has_touch=True)  # type: ignore[arg-type]
        phone = Phone(context.new_page(), post)
        post.make_link()
        phone.enrol()
        dress(phone.page, language, skin)
        for name, go in SCREENS.items():
            whole = f"{name}-{language}-{skin}"
            if whole not in wanted:
                continue
            go(phone)
            phone.page.wait_for_timeout(300)
            keep(phone.page, folder / f"gate-{whole}.png")
            home(phone, name)
        context.close()


def main() -> None:
    """Start a server and a browser and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=IMAGES)
    parser.add_argument("--screens", nargs="*", help="such as red-en-night")
    asked = parser.parse_args()
    folder = asked.folder
    every = [f"{name}-{language}-{skin}" for language, skin in SKINS for name in SCREENS]
    wanted = asked.screens or (KEPT if folder == IMAGES else every)
    folder.mkdir(parents=True, exist_ok=True)
    known = knowledge(listed(SPOKEN, CODE), revoked=[WITHDRAWN.pass_id[:16]])
    with opened(Post(known)) as post, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_path(), args=[*chromium_arguments(), *FAKE_CAMERA]
        )
        take(browser, folder, post, wanted)
        browser.close()


if __name__ == "__main__":
    main()
