"""Signatures between devices and this server: receipts, knowledge, batches."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from safepassage.operate.event import canonical

FINGERPRINT_DIGITS = 32  # of a SHA-256, in an enrolment link


def new_receipt_key() -> bytes:
    """A new private key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


class Signer:
    """Signs what this server acknowledges and tells."""

    def __init__(self, receipt_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(receipt_key)
        self.public_key = self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """By which a phone knows the key that it is told."""
        return hashlib.sha256(self.public_key).hexdigest()[:FINGERPRINT_DIGITS]

    def sign(self, value: Mapping[str, Any]) -> str:
        """The signature over the canonical text of a value."""
        return self.sign_text(canonical(value).encode())

    def sign_text(self, text: bytes) -> str:
        """The signature over a text, base64url."""
        return base64.urlsafe_b64encode(self._key.sign(text)).rstrip(b"=").decode()


def is_signed(public_key: bytes, signature: object, text: bytes) -> bool:
    """Whether that is the signature of the holder of a key over a text."""
    if not isinstance(signature, str):
        return False
    try:
        raw = base64.b64decode(
            signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True
        )
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, text)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def is_public_key(raw: bytes) -> bool:
    """Whether these bytes are a public key that can be used."""
    try:
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        return False
    return True
