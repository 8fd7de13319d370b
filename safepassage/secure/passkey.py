"""Passkeys (WebAuthn level 2): a key in somebody's phone, laptop or token, that no page can phish.

The browser proves that the key's holder was there and was verified (fingerprint, PIN): user
verification is required, so a passkey is two factors in one.  What is kept here is a public key.
A browser makes passkeys for a domain name over https, or for ``localhost``; never for an address
of digits.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from safepassage.secure.errors import ProtectionError

CHALLENGE_BYTES = 32
NAME = "Desk"  # what the browser and the phone show: it says nothing
ALGORITHMS = (-8, -7, -257)  # Ed25519, ECDSA with P-256, RSA: any browser has one of them


class PasskeyError(ProtectionError):
    """A passkey that proves nothing here; the message says what to try."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: a domain, and the address of its pages."""

    domain: str
    origin: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey; nothing of it is secret."""

    id: str  # base64url
    public_key: bytes
    sign_count: int  # some authenticators count; a count that falls tells a copied key


def site_of(origin: str) -> Site | None:
    """Where passkeys made at an address are good; None where browsers make none."""
    parts = urlsplit(origin)
    domain = parts.hostname or ""
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        is_name = bool(domain)
    else:
        is_name = False
    if is_name and (parts.scheme == "https" or domain == "localhost"):
        return Site(domain, origin)
    return None


def handle_of(account: str) -> bytes:
    """What an authenticator files a passkey under: opaque, the same each time for one account."""
    return hashlib.sha256(f"safepassage account {account}".encode()).digest()


def registration_options(
    site: Site, account: str, challenge: bytes, existing: Iterable[str] = ()
) -> dict[str, Any]:
    """What the browser is asked for to make a passkey, as JSON values."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, structs
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    options = webauthn.generate_registration_options(
        rp_id=site.domain,
        rp_name=NAME,
        user_name=account,
        user_id=handle_of(account),
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(id)) for id in existing
        ],
        supported_pub_key_algs=[COSEAlgorithmIdentifier(number) for number in ALGORITHMS],
    )
    told: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return told


def registered(site: Site, answer: dict[str, Any], challenge: bytes) -> Passkey:
    """The passkey that a browser made.

    Raises:
        PasskeyError: the answer is not one to this challenge from this site, or nobody was
            verified.
    """
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(number) for number in ALGORITHMS],
        )
    except Exception:  # noqa: BLE001 - the library lets parsers' errors through as they are
        raise PasskeyError("this passkey could not be taken: try again, or another one") from None
    id = bytes_to_base64url(found.credential_id)
    return Passkey(id, found.credential_public_key, found.sign_count)


def assertion_options(site: Site, challenge: bytes) -> dict[str, Any]:
    """What the browser is asked for to sign in with any passkey of this site, as JSON values.

    No account is named, so nothing is told about which accounts exist.
    """
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=site.domain,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    told: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return told


def asserted(site: Site, answer: dict[str, Any], challenge: bytes, known: Passkey) -> int:
    """The passkey's new count, if its holder was there and was verified.

    Raises:
        PasskeyError: the answer proves nothing, or the key was copied.
    """
    import webauthn

    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - the library lets parsers' errors through as they are
        raise PasskeyError("this passkey opens nothing here: try again, or another one") from None
    return found.new_sign_count


def challenge_in(answer: dict[str, Any]) -> bytes:
    """Which challenge an answer says that it answers; nothing is proven by it.

    Raises:
        PasskeyError: it is no answer of a browser.
    """
    from webauthn.helpers import base64url_to_bytes

    try:
        told = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        return base64url_to_bytes(told["challenge"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PasskeyError("this is no answer of a passkey: try again") from None
