"""Signed-in pages whose faults are written down: what a browser says, what it asks elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@contextmanager
def signed_in_pages(
    chromium: Browser, origin: str, cookies: list[Any], forgiven: str = ""
) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context of its own; at the end no fault may be left unforgiven."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(language: str = "en", theme: str = "light", **options: Any) -> Page:
        context = chromium.new_context(base_url=origin, **options)
        contexts.append(context)
        chosen = {"lang": language, "theme": theme}
        context.add_cookies(cookies)
        context.add_cookies([{"name": k, "value": v, "url": origin} for k, v in chosen.items()])
        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("request", lambda r: r.url.startswith(origin) or faults.append(r.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [fault for fault in faults if not forgiven or forgiven not in fault]
