"""Under which address a browser sees these desks: passkeys depend on it.

A passkey belongs to a domain, and an address of digits is none.  On this machine the same server
answers to 127.0.0.1 and to localhost: only the second has passkeys.
"""

from __future__ import annotations

from fastapi import Request

from safepassage.secure.passkey import Site, site_of
from safepassage.web.page import desk_of
from safepassage.web.settings import Settings


def seen_origin(request: Request) -> str:
    """The address that the browser used; the guard has checked that it is one of ours."""
    scheme = "https" if desk_of(request).settings.secure else "http"
    return f"{scheme}://{request.headers.get('host', '')}"


def passkey_site(request: Request) -> Site | None:
    """Where a passkey of this page is good; None if the browser makes none here."""
    return site_of(seen_origin(request))


def origin_for_passkeys(settings: Settings) -> str | None:
    """The address of these desks under which passkeys work; None if there is none."""
    if site_of(settings.origin) is not None:
        return settings.origin
    local = f"http://localhost:{settings.port}"
    return local if local.removeprefix("http://") in settings.hosts else None


def passkey_origin(request: Request) -> str | None:
    """Where to go for passkeys, if they do not work on this page and do elsewhere."""
    if passkey_site(request) is not None:
        return None
    return origin_for_passkeys(desk_of(request).settings)


def enrolment_address(request: Request, code: str) -> str:
    """The link by which somebody sets up their ways to sign in.

    The code stands behind the #, which no server and no log sees.
    """
    settings = desk_of(request).settings
    return f"{origin_for_passkeys(settings) or settings.origin}/enrol#{code}"
