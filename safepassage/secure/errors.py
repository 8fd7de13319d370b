"""What protection refuses, as one branch of the project's tree.

ProtectionError             everything this room raises on purpose
├── WrongKeyError           a passphrase, key file or wrapped key that does not open what it should
├── SealBrokenError         sealed bytes that were changed, moved to another place or cut short
├── LockedError             the register's key is not in memory: somebody must unlock it first
├── KeyFileError            a key file that cannot be used, or lies where a thief would find both
├── WeakSecretError         a passphrase too short, too long or too well known
└── AccountError            an account that is not there, or cannot be made or changed so

No message holds a secret, a name, or a part of one: these errors may be logged as they are.
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class ProtectionError(SafePassageError):
    """Something that protects people was asked for what it does not do."""


class WrongKeyError(ProtectionError):
    """A key that does not open what it was tried on."""


class SealBrokenError(ProtectionError):
    """Sealed bytes that are not what was sealed there."""


class LockedError(ProtectionError):
    """The register is locked: its key is not in memory."""


class KeyFileError(ProtectionError):
    """A key file that cannot be used as it is."""


class WeakSecretError(ProtectionError, ValueError):
    """A passphrase that would be guessed."""


class AccountError(ProtectionError):
    """An account that is not there, or cannot be made or changed so."""
