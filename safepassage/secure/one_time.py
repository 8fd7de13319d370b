"""One-time codes from an authenticator (TOTP, RFC 6238), beside a passphrase.

A code is good once: whoever looks over a shoulder cannot use it again, because the time step of the
last code used is kept and only a later one is accepted.  One step of drift either way is forgiven.
The secret is kept sealed under the key that follows from the account's passphrase.
"""

from __future__ import annotations

import hmac
import unicodedata
from datetime import datetime

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from safepassage.secure.errors import SealBrokenError
from safepassage.secure.password import Proven
from safepassage.secure.vault import context_of, opened, sealed

SECONDS = 30  # of one step
DIGITS = 6
SECRET_LENGTH = 32  # characters of base 32: 160 bits
DRIFT = 1  # steps that a phone's clock may be off, either way
ISSUER = "Desk"  # an authenticator at a checkpoint shows it: it says nothing
_FIELD = b"one-time code"


def new_secret() -> str:
    """A new secret of 160 random bits, in base 32 as authenticators take it."""
    return pyotp.random_base32(SECRET_LENGTH)


def address_of(secret: str, account: str) -> str:
    """The otpauth:// address that an authenticator reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def seal_secret(secret: str, account: str, by: Proven) -> bytes:
    """The secret, to be kept: it opens to the passphrase only."""
    return sealed(AESGCM(by.key), context_of(_FIELD, account), secret.encode())


def open_secret(kept: bytes, account: str, by: Proven) -> str:
    """The secret that `seal_secret` sealed.

    Raises:
        SealBrokenError: it was sealed for another account or passphrase, or was changed.
    """
    secret = opened(AESGCM(by.key), context_of(_FIELD, account), kept)
    if secret is None:
        raise SealBrokenError(
            "the one-time-code secret of an account does not open: it was changed. Make the account"
            " a new enrolment link"
        )
    return secret.decode()


def step_of(now: datetime) -> int:
    """The number of the time step at an instant."""
    return int(now.timestamp()) // SECONDS


def accepted_step(secret: str, code: str, now: datetime, last_used: int | None) -> int | None:
    """The time step whose code this is, to be kept as used; None if the code is not good.

    Args:
        secret: the account's secret.
        code: what somebody typed, in any digits, with or without spaces.
        now: the server's clock.
        last_used: the step of the last code that was accepted.
    """
    typed = _digits(code)
    here, maker = step_of(now), pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS)
    good = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        is_same = hmac.compare_digest(maker.generate_otp(step), typed)
        if is_same and (last_used is None or step > last_used):
            good = step
    return good


def _digits(code: str) -> str:
    """The ASCII digits of a code: keyboards for Dari and Arabic write their own."""
    found = (unicodedata.decimal(letter, None) for letter in code[: 4 * DIGITS])
    return "".join(str(digit) for digit in found if digit is not None)


def is_secret(text: str) -> bool:
    """Whether this is a secret as `new_secret` makes them."""
    return len(text) == SECRET_LENGTH and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
