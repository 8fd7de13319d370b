"""The vault: the register's key while it is unlocked, and what it seals.

    passphrase or key file  ->  register key  ->  a key per record  ->  the fields of that record
                     (secure/unlock.py)   wraps              seals

Every sealed thing (a row, a record, a list, a document) has a *subject*, the id it belongs to, and
a data key of its own, 32 random bytes that are kept only *wrapped*.  Deleting the wrapped key
shreds the record: what was sealed under it stays shut for ever, in every backup that lacks it.

Sealing is AES-256-GCM with 96 random bits of nonce.  The subject, the field and the version of this
format are associated data, so that sealed bytes cannot be moved to another person or column.  The
register key itself is never used directly: each purpose has a subkey by HKDF-SHA-256 (RFC 5869).
Random nonces allow 2^32 seals under one key (NIST SP 800-38D, 8.3); the wrapping key, which is used
once per record, is the only one that could come near.

*Blind keys* let the store find equal values without knowing them: HMAC-SHA-256 under a subkey of
their domain, cut to 8 bytes.  Whoever has the disk but not the key sees which records share one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from safepassage.secure.errors import LockedError, SealBrokenError, WrongKeyError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
BLIND_BYTES = 8
FORMAT = 1  # of sealed bytes: their first byte, and part of the associated data
OVERHEAD = 1 + NONCE_BYTES + TAG_BYTES  # sealed bytes are this much longer than what they hold

_HMAC_BLOCK = 64  # of SHA-256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Unspoken:
    """Something that holds a secret: it has no text, no copy and cannot leave the process."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} holds a secret and is neither copied nor kept")

    def __copy__(self) -> NoReturn:
        self.__reduce__()

    def __deepcopy__(self, _memo: object) -> NoReturn:
        self.__reduce__()


class RecordKey(Unspoken):
    """The data key of one subject: seals and opens its fields, while its vault is unlocked."""

    __slots__ = ("_cipher", "_context", "_vault")

    def __init__(self, vault: Vault, subject: str, key: bytes) -> None:
        self._vault = vault
        self._cipher = AESGCM(key)
        self._context = context_of(b"seal", subject)

    def seal(self, field: str, plaintext: bytes) -> bytes:
        """The plaintext, sealed for this subject and field.

        Raises:
            LockedError: the vault was locked meanwhile.
        """
        self._vault.check_unlocked()
        return sealed(self._cipher, self._context + field.encode(), plaintext)

    def open(self, field: str, sealed_bytes: bytes) -> bytes:
        """What was sealed for this subject and field.

        Raises:
            SealBrokenError: the bytes were changed, or sealed for another subject or field.
            LockedError: the vault was locked meanwhile.
        """
        self._vault.check_unlocked()
        content = opened(self._cipher, self._context + field.encode(), sealed_bytes)
        if content is None:
            raise SealBrokenError(
                "what is sealed here does not open: it was changed, cut short or moved from another"
                " place. Restore it from a backup"
            )
        return content


class Vault(Unspoken):
    """The register's key, in memory.  `lock` drops it; what was made by it stops with it."""

    __slots__ = ("_blinds", "_prints", "_root", "_wrapping")

    def __init__(self, key: bytes | bytearray) -> None:
        if len(key) != KEY_BYTES:
            raise WrongKeyError(f"a register key has {KEY_BYTES} bytes")
        self._root: bytearray | None = bytearray(key)
        self._wrapping: AESGCM | None = cipher_of(self._subkey("wrap"))
        self._blinds: dict[str, Callable[[bytes], bytes]] = {}
        self._prints: dict[str, Callable[[bytes], bytes]] = {}

    @property
    def is_locked(self) -> bool:
        """Whether the key was dropped."""
        return self._root is None

    def lock(self) -> None:
        """Drop every key at once.  Record keys that somebody still holds refuse from now on.

        The register's key is overwritten where it stands, after nobody can reach it any more.
        """
        root, self._root, self._wrapping = self._root, None, None
        self._blinds.clear()
        self._prints.clear()
        if root is not None:
            wipe(root)

    def check_unlocked(self) -> None:
        """Refuse to go on without the key.

        Raises:
            LockedError: it was dropped.
        """
        self._key()

    def new_record_key(self, subject: str) -> tuple[RecordKey, bytes]:
        """A new data key for a subject, and the same key wrapped, to be kept."""
        key = os.urandom(KEY_BYTES)
        wrapped = sealed(self._wrapper(), context_of(b"wrap", subject), key)
        return RecordKey(self, subject, key), wrapped

    def open_key(self, subject: str, wrapped: bytes) -> RecordKey:
        """The data key of a subject.

        Raises:
            WrongKeyError: it was wrapped for another subject or register, or was changed.
        """
        key = opened(self._wrapper(), context_of(b"wrap", subject), wrapped)
        if key is None:
            raise WrongKeyError(
                "a data key does not open under this register's key: it belongs to another record"
                " or register, or was changed. Restore it from a backup"
            )
        return RecordKey(self, subject, key)

    def blind(self, domain: str, value: str) -> bytes:
        """The blind key of a value: 8 bytes, the same for equal values of one domain."""
        return self._blinder(domain)(value.encode("utf-8", "surrogatepass"))[:BLIND_BYTES]

    def blind_all(self, domain: str, values: Iterable[str]) -> list[bytes]:
        """The blind keys of many values, in their order."""
        mac = self._blinder(domain)
        return [mac(value.encode("utf-8", "surrogatepass"))[:BLIND_BYTES] for value in values]

    def fingerprint(self, domain: str, content: bytes) -> str:
        """A keyed digest of content, 64 hex digits: tells equal files and rows, and nothing else.

        A plain hash would let whoever has the disk try out rows that they expect to be there.
        """
        if domain not in self._prints:
            self._prints[domain] = mac_under(self._subkey(f"fingerprint {domain}"))
        return self._prints[domain](content).hex()

    def wrapped_under(self, key: bytearray, context: bytes) -> bytes:
        """The register key itself, wrapped for `unlock.py`."""
        wrapped = sealed(cipher_of(key), context, self._key())
        self.check_unlocked()
        return wrapped

    def _blinder(self, domain: str) -> Callable[[bytes], bytes]:
        if domain not in self._blinds:
            self._blinds[domain] = mac_under(self._subkey(f"blind {domain}"))
        return self._blinds[domain]

    def _subkey(self, purpose: str) -> bytearray:
        """A subkey, unless the vault was locked while it was derived: then it is of no key."""
        derived = subkey(self._key(), purpose)
        self.check_unlocked()
        return derived

    def _key(self) -> bytearray:
        key = self._root
        if key is None:
            raise LockedError("the register is locked: unlock it with its passphrase or key file")
        return key

    def _wrapper(self) -> AESGCM:
        cipher = self._wrapping
        if cipher is None:
            raise LockedError("the register is locked: unlock it with its passphrase or key file")
        return cipher


def context_of(purpose: bytes, subject: str) -> bytes:
    """Associated data up to the field; the subject's length keeps subject and field apart."""
    name = subject.encode()
    return b"safepassage %d %s %d " % (FORMAT, purpose, len(name)) + name


def cipher_of(key: bytearray) -> AESGCM:
    """A cipher with this key, which is used up: the cipher has a copy of its own."""
    cipher = AESGCM(key)
    wipe(key)
    return cipher


def wipe(secret: bytearray) -> None:
    """Overwrite a secret where it stands."""
    secret[:] = bytes(len(secret))


def sealed(cipher: AESGCM, context: bytes, plaintext: bytes | bytearray) -> bytes:
    """Format, nonce, ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return b"%c%s%s" % (FORMAT, nonce, cipher.encrypt(nonce, plaintext, context))


def opened(cipher: AESGCM, context: bytes, sealed_bytes: bytes) -> bytes | None:
    """What `sealed` sealed; None if these are not those bytes."""
    if len(sealed_bytes) < OVERHEAD or sealed_bytes[0] != FORMAT:
        return None
    nonce, rest = sealed_bytes[1 : 1 + NONCE_BYTES], sealed_bytes[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, rest, context)
    except InvalidTag:
        return None


def opened_key(key: bytearray, context: bytes, sealed_bytes: bytes) -> bytearray | None:
    """What `Vault.wrapped_under` wrapped under a key, which is used up; None if it is another key
    or other bytes."""
    if len(sealed_bytes) != OVERHEAD + KEY_BYTES or sealed_bytes[0] != FORMAT:
        return None
    nonce, rest = sealed_bytes[1 : 1 + NONCE_BYTES], sealed_bytes[1 + NONCE_BYTES :]
    content = bytearray(KEY_BYTES)
    try:
        cipher_of(key).decrypt_into(nonce, rest, context, content)
    except InvalidTag:
        return None
    return content


def subkey(key: bytes | bytearray, purpose: str) -> bytearray:
    """A key of its own for a purpose, by HKDF-SHA-256."""
    info = f"safepassage {FORMAT} {purpose}".encode()
    derived = bytearray(KEY_BYTES)
    HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive_into(key, derived)
    return derived


def mac_under(key: bytes | bytearray) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 under one key (RFC 2104), with both of its halves begun in advance.

    It is the standard function, at half the time of a call into the library that begins anew each
    time: a register makes ten million of these.
    """
    block = key.ljust(_HMAC_BLOCK, b"\0")
    inner, outer = hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))

    def mac(message: bytes) -> bytes:
        first = inner.copy()
        first.update(message)
        second = outer.copy()
        second.update(first.digest())
        return second.digest()

    return mac
