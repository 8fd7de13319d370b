"""A file is opened by those it was sealed for, and by nobody who carries it."""

from __future__ import annotations

import pyrage
import pytest

from safepassage.secure.age import (
    AgeError,
    check_recipient,
    is_sealed,
    sealed_for,
    sealed_with_passphrase,
)
from safepassage.secure.errors import WeakSecretError

CONTENT = b"Parwana" * 100


def test_each_named_recipient_opens_it_and_nobody_else() -> None:
    one, two, other = (pyrage.x25519.Identity.generate() for _ in range(3))
    sealed = sealed_for(CONTENT, [str(one.to_public()), str(two.to_public())])
    assert is_sealed(sealed)
    assert b"Parwana" not in sealed
    assert pyrage.decrypt(sealed, [one]) == pyrage.decrypt(sealed, [two]) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])


@pytest.mark.parametrize("key", ["", "age1", "ssh-ed25519 AAAA", "age1" + "q" * 58])
def test_what_is_no_public_key_is_refused(key: str) -> None:
    with pytest.raises(AgeError):
        sealed_for(CONTENT, [key])
    with pytest.raises(AgeError):
        sealed_for(CONTENT, [])


def test_the_secret_half_is_refused_and_not_repeated() -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(AgeError, match="secret half") as caught:
        check_recipient(secret)
    assert secret not in str(caught.value)


def test_a_passphrase_opens_it_and_a_short_one_is_refused() -> None:
    words = "otter lantern quarry violet seven"
    sealed = sealed_with_passphrase(CONTENT, words)
    assert pyrage.passphrase.decrypt(sealed, words) == CONTENT
    for weak in ("short", "aaaaaaaaaaaaaaaaaaaa"):
        with pytest.raises(WeakSecretError):
            sealed_with_passphrase(CONTENT, weak)
