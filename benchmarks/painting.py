"""The first paint of the board in a real browser, in turn with a still page of the same bytes.

Both pages come from a server process of their own that serves the same store, to somebody who is
signed in and whose browser has nothing in its cache.  What is measured is what the browser itself
reports: when it painted something that can be read, and how long it waited for the first byte.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.figures import Figure
from safepassage.model.instant import format_instant
from safepassage.store import open_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GOAL_MS = 1000
LOADS = 7
QUIET = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_LINK = re.compile(r"\bhttp://\S+/sign-in#\S+")
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
_TIMES = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return {paint: paint.startTime, server: page.responseStart - page.requestStart};
}"""


@dataclass(frozen=True, slots=True)
class Load:
    """One load of a page, in milliseconds."""

    paint: float
    server: float


@dataclass(frozen=True, slots=True)
class Signed:
    """A server and a browser's session with it."""

    origin: str
    cookies: Any


def lacking() -> str | None:
    """What is missing for a browser; None if nothing is."""
    if _chromium() is None:
        return "no Chromium found"
    if importlib.util.find_spec("playwright") is None:
        return "the Python package playwright is not installed"
    return None


def measure(path: Path, folder: Path, loads: int = LOADS) -> list[Figure]:
    """The board at the end and in the middle of the operation."""
    from playwright.sync_api import sync_playwright

    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)
    command = [sys.executable, "-m", "safepassage", "serve", "--store", str(path), "--port", "0"]
    with sync_playwright() as driver, serving(command, folder) as link:
        browser = driver.chromium.launch(executable_path=_chromium(), args=arguments)
        board = sign_in(browser, link)
        found = []
        for name, address in (
            ("newest", "/"),
            ("half-way", f"/?as_of={format_instant(_middle(path))}"),
        ):
            still = folder / f"still-{name}"
            still.mkdir()
            (still / "index.html").write_bytes(_bytes_of(browser, board, address))
            peer = [sys.executable, "-m", "benchmarks.still", str(path), str(still)]
            with serving(peer, folder) as peer_link:
                peer_signed = sign_in(browser, peer_link)
                ours, bare = [], []
                for _ in range(loads):
                    ours.append(load(browser, board, address))
                    bare.append(load(browser, peer_signed, "/still/"))
            found += _figures(name, ours, bare)
        browser.close()
    return found


def _figures(name: str, ours: list[Load], bare: list[Load]) -> list[Figure]:
    worst = max(x.paint for x in ours)
    peer = "a still page of the same bytes, p50"
    return [
        Figure(
            part="paint",
            what=f"first paint of the {name} board, p50",
            value=median(x.paint for x in ours),
            unit="ms",
            goal=GOAL_MS,
            peer=peer,
            peer_value=median(x.paint for x in bare),
            note=f"worst {worst:.0f} ms of {len(ours)} loads with an empty cache",
        ),
        Figure(
            part="paint",
            what=f"the server's share of it, {name}, p50",
            value=median(x.server for x in ours),
            unit="ms",
            peer=peer,
            peer_value=median(x.server for x in bare),
        ),
    ]


def load(browser: Browser, signed: Signed, address: str) -> Load:
    """Open a page in a browser that has seen nothing yet but its session."""
    context = browser.new_context(storage_state=signed.cookies)
    page = context.new_page()
    page.goto(signed.origin + address, wait_until="load")
    page.wait_for_function(_PAINTED)
    found = page.evaluate(_TIMES)
    context.close()
    return Load(found["paint"], found["server"])


def sign_in(browser: Browser, link: str) -> Signed:
    """Spend a printed link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    cookies = context.storage_state()
    context.close()
    parts = urlsplit(link)
    return Signed(f"{parts.scheme}://{parts.netloc}", cookies)


def _bytes_of(browser: Browser, signed: Signed, address: str) -> bytes:
    context = browser.new_context(storage_state=signed.cookies)
    answer = context.request.get(signed.origin + address, headers={"accept": "text/html"})
    if not answer.ok:
        raise AssertionError(f"{address} answered {answer.status}")
    body = answer.body()
    context.close()
    return body


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """A server process; gives the sign-in link that it prints."""
    root = Path(__file__).resolve().parent.parent
    state = os.environ | {"XDG_STATE_HOME": str(folder / "state"), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=root, env=state, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield _link_from(process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _link_from(process: subprocess.Popen[str]) -> str:
    said = []
    for line in process.stdout or ():
        said.append(line)
        if found := _LINK.search(line):
            return found[0]
    raise RuntimeError("the server did not start: " + "".join(said))


def _middle(path: Path) -> datetime:
    with open_store(path) as store, store.ledger() as ledger:
        extent = ledger.extent()
    if extent is None:
        raise AssertionError("an empty ledger has nothing to show")
    return (extent[0] + (extent[1] - extent[0]) / 2).replace(microsecond=0)


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")
