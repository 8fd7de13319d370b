"""Files that only named recipients can open: the age format (age-encryption.org/v1).

A recipient gives out a public key (`age1...`, X25519) and keeps the other half; whoever carries the
file carries nothing that can be read.  A passphrase is the way for somebody who has no key: it must
reach them by another path than the file, and the format allows it only alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyrage
import pyrage.passphrase
import pyrage.x25519

from safepassage.secure.errors import ProtectionError, WeakSecretError, WrongKeyError

MAGIC = b"age-encryption.org/v1\n"  # how a binary file of the format begins
PASSPHRASE_MIN = 16  # characters; a file can be tried on for ever


class AgeError(ProtectionError):
    """A key of a recipient that is none, or a file that cannot be written for them."""


def check_recipient(key: str) -> None:
    """Refuse what is not the public key of a recipient.

    Raises:
        AgeError: it is not; the message does not repeat it, it may be the secret half.
    """
    if key.strip().upper().startswith("AGE-SECRET-KEY"):
        raise AgeError(
            "this is the secret half of a key: its owner must make a new one now, and give out the"
            " half that begins with age1"
        )
    try:
        pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise AgeError(
            "this is not the public key of a recipient: it begins with age1 and has 62 characters;"
            " ask the recipient for it by a path that you trust"
        ) from None


def sealed_for(content: bytes, recipients: Sequence[str]) -> bytes:
    """The content, to be opened by each of these public keys.

    Raises:
        AgeError: there is none, or one of them is no public key.
    """
    if not recipients:
        raise AgeError("a file is sealed for somebody: name a recipient with a public key")
    for key in recipients:
        check_recipient(key)
    keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients]
    sealed: bytes = pyrage.encrypt(content, keys)
    return sealed


def sealed_with_passphrase(content: bytes, passphrase: str) -> bytes:
    """The content, to be opened by whoever knows the passphrase.

    Raises:
        WeakSecretError: it would be guessed.
    """
    if len(passphrase) < PASSPHRASE_MIN or len(set(passphrase)) < 6:
        raise WeakSecretError(
            f"the passphrase of a file has at least {PASSPHRASE_MIN} characters, and not the same"
            " few again and again: five words that do not belong together will do"
        )
    sealed: bytes = pyrage.passphrase.encrypt(content, passphrase)
    return sealed


def opened_with_passphrase(content: bytes, passphrase: str) -> bytes:
    """What `sealed_with_passphrase` sealed.

    Raises:
        WrongKeyError: the passphrase is another one, or the file was changed or is none.
    """
    try:
        opened: bytes = pyrage.passphrase.decrypt(content, passphrase)
    except pyrage.DecryptError:
        raise WrongKeyError(
            "the passphrase does not open this file, or the file was changed"
        ) from None
    return opened


def is_sealed(content: bytes) -> bool:
    """Whether bytes are a file of the format."""
    return content.startswith(MAGIC)
