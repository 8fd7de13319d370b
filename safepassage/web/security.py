"""What every answer carries and every request must show, before any page is asked for.

Plain ASGI: it must also hold for streams, static files and errors, and it must not buffer.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# The gate's app looks through the camera and carries a decoder of its own (WebAssembly, which is no
# eval of text); nothing else on these desks may do either.
GATE = "/gate/"
GATE_HEADERS: Mapping[str, str] = {
    **HEADERS,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    ),
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Where strangers may write, and forms that are short: more is refused before it is read.
SHORT_FORMS = ("/sign-in", "/sign-out", "/enrol", "/account", "/lock", "/audit", "/preferences")
SHORT_BYTES = 64 * 1024


class Guard:
    """Refuses foreign hosts and foreign writes; puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_for(scope["path"]).items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self.refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)

    def refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Why a request is not let through, None if it is."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self.hosts:
            text = "This server does not answer to that name. Open the address it printed.\n"
            return PlainTextResponse(text, 421)
        if scope["method"] not in SAFE_METHODS and not self.is_own_page(headers):
            text = "This was not sent by a page of this server. Open the page here and try again.\n"
            return PlainTextResponse(text, 403)
        if scope["path"].startswith(SHORT_FORMS) and not is_short(headers):
            return PlainTextResponse("This is longer than any form of this page.\n", 413)
        return None

    def is_own_page(self, headers: Headers) -> bool:
        """Whether a write comes from one of our own pages.

        Browsers say so in Sec-Fetch-Site, which a page cannot forge. Origin comes second: under
        `no-referrer` a form sends "null" there even to its own server.
        """
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        return urlsplit(headers.get("origin", "")).netloc in self.hosts


def headers_for(path: str) -> Mapping[str, str]:
    """What an answer at that path carries."""
    return GATE_HEADERS if path.startswith(GATE) else HEADERS


def is_short(headers: Headers) -> bool:
    """Whether what a request brings is no longer than it says, and short."""
    if "transfer-encoding" in headers:
        return False
    length = headers.get("content-length", "0")
    return length.isascii() and length.isdigit() and int(length[:12]) <= SHORT_BYTES
