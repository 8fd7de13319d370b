"""Unlocking: from a passphrase or a key file to the register's key.

The register's key is 32 random bytes, made once.  The *lock* is a small JSON document that may lie
beside the data: for each way in (a *slot*) it holds the key wrapped under what that way in gives.

    passphrase  --Argon2id (salt and cost in the slot)-->  slot key  --AES-256-GCM-->  register key
    key file    --HKDF-------------------------------->    slot key  --AES-256-GCM-->  register key

A slot opens or it does not: the tag of AES-GCM is its key-check value.  Whoever has the lock can
try passphrases against it at the cost of Argon2id a try, so a passphrase must be long; a key file
cannot be tried out.  Changing a passphrase replaces its slot; no record is sealed anew.
"""

from __future__ import annotations

import json
import os
import stat
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw

from safepassage.secure.errors import KeyFileError, WeakSecretError, WrongKeyError
from safepassage.secure.vault import KEY_BYTES, Vault, opened_key, subkey, wipe

SALT_BYTES = 16
PASSPHRASE_LENGTH_MIN = 20  # of the register: five or six random words
PASSPHRASE_LENGTH_MAX = 1000
FORMAT = "safepassage-lock-1"
_CONTEXT = FORMAT.encode()  # associated data; another salt or cost gives another slot key anyway
SLOTS_MAX = 16
# A lock that somebody changed must not be able to exhaust the machine that tries it.
MEMORY_KIB_MAX, PASSES_MAX, LANES_MAX = 4 * 1024 * 1024, 100, 64


@dataclass(frozen=True, slots=True)
class Cost:
    """How much work one try of a passphrase is (Argon2id, RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def is_affordable(self) -> bool:
        """Whether one try leaves the machine standing, whoever wrote these numbers."""
        return (
            1 <= self.passes <= PASSES_MAX
            and 1 <= self.lanes <= LANES_MAX
            and 8 * self.lanes <= self.memory_kib <= MEMORY_KIB_MAX
        )


STRONG = Cost(memory_kib=256 * 1024, passes=3, lanes=1)  # about a second, and 256 MiB for that long


class Way(StrEnum):
    """A way to unlock the register."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the word, not one
    KEY_FILE = "key-file"


@dataclass(frozen=True, slots=True)
class Slot:
    """The register's key, wrapped for one way in."""

    way: Way
    salt: bytes
    cost: Cost | None  # of a passphrase; a key file needs none
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Lock:
    """Every way in.  It holds no secret, and opens nothing without one."""

    slots: tuple[Slot, ...]

    def has(self, way: Way) -> bool:
        """Whether the register can be unlocked that way."""
        return any(slot.way is way for slot in self.slots)

    def to_json(self) -> str:
        """The lock as text, to be kept beside the data."""
        slots = [_slot_to_json(slot) for slot in self.slots]
        return json.dumps({"format": FORMAT, "slots": slots}, sort_keys=True, indent=1)


def read_lock(text: str) -> Lock:
    """The lock that `Lock.to_json` wrote.

    Raises:
        WrongKeyError: it is none, or asks for more work than any lock of ours.
    """
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise ValueError
        slots = tuple(_slot_of_json(slot) for slot in told["slots"][:SLOTS_MAX])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WrongKeyError(
            "the register's lock cannot be read: it was damaged or is of another version. Restore"
            " it from a backup"
        ) from None
    return Lock(slots)


def new_register_key() -> Vault:
    """A vault with a new random key.  It is lost with the process unless a lock is made of it."""
    return Vault(os.urandom(KEY_BYTES))


def with_passphrase(
    vault: Vault, passphrase: str, lock: Lock | None = None, cost: Cost = STRONG
) -> Lock:
    """The lock with this passphrase in place of the one it had.

    Raises:
        WeakSecretError: the passphrase is too short or too long.
        LockedError: the vault is locked.
    """
    check_passphrase(passphrase)
    salt = os.urandom(SALT_BYTES)
    key = _passphrase_key(passphrase, salt, cost)
    return _with_slot(lock, vault, Slot(Way.PASSPHRASE, salt, cost, b""), key)


def with_key_file(vault: Vault, path: Path, beside: Path | None, lock: Lock | None = None) -> Lock:
    """The lock with this key file in place of the one it had.

    Raises:
        KeyFileError: the file cannot be used, see `read_key_file`.
        LockedError: the vault is locked.
    """
    salt = os.urandom(SALT_BYTES)
    key = _file_key(read_key_file(path, beside), salt)
    return _with_slot(lock, vault, Slot(Way.KEY_FILE, salt, None, b""), key)


def unlock_with_passphrase(lock: Lock, passphrase: str) -> Vault:
    """The vault behind a passphrase.  Takes about a second and 256 MiB.

    Raises:
        WrongKeyError: it is not the passphrase of this register, or the register has none.
    """
    for slot in lock.slots:
        if slot.way is Way.PASSPHRASE and slot.cost is not None:
            vault = _tried(slot, _passphrase_key(passphrase, slot.salt, slot.cost))
            if vault is not None:
                return vault
    raise WrongKeyError("this passphrase does not unlock the register")


def unlock_with_key_file(lock: Lock, path: Path, beside: Path | None) -> Vault:
    """The vault behind a key file.

    Raises:
        WrongKeyError: it is not a key file of this register.
        KeyFileError: the file cannot be used, see `read_key_file`.
    """
    content = read_key_file(path, beside)
    for slot in lock.slots:
        if slot.way is Way.KEY_FILE:
            vault = _tried(slot, _file_key(content, slot.salt))
            if vault is not None:
                return vault
    raise WrongKeyError(f"the key file {path} does not unlock the register: it is another one's")


def make_key_file(path: Path, beside: Path | None) -> None:
    """Write a new key file that only its owner may read: 32 random bytes.

    Raises:
        KeyFileError: it would lie beside the database, a file is there already, or cannot be made.
    """
    _check_apart(path, beside)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise KeyFileError(f"no key file can be made at {path}: {fault.strerror}") from None
    with open(handle, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_key_file(path: Path, beside: Path | None) -> bytes:
    """The content of a key file.

    Args:
        path: the file.
        beside: the file of the database; None when the database is a server.

    Raises:
        KeyFileError: it is not there, is not 32 bytes, may be read by other users, or lies in the
            folder of the database, where whoever takes one takes both.
    """
    _check_apart(path, beside)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(KEY_BYTES + 1)
    except OSError as fault:
        raise KeyFileError(f"the key file {path} cannot be read: {fault.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"other users may read the key file {path}: chmod 600 it")
    if len(content) != KEY_BYTES:
        raise KeyFileError(f"{path} is not a key file: one has exactly {KEY_BYTES} bytes")
    return content


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase of the register that could be tried out.

    Raises:
        WeakSecretError: it is too short, too long, or one character over and over.
    """
    length = len(_normal(passphrase))
    if length < PASSPHRASE_LENGTH_MIN or len(set(passphrase)) < PASSPHRASE_LENGTH_MIN // 3:
        raise WeakSecretError(
            f"the register's passphrase needs at least {PASSPHRASE_LENGTH_MIN} characters: take six"
            " words that dice or a generator chose"
        )
    if length > PASSPHRASE_LENGTH_MAX:
        raise WeakSecretError(f"a passphrase has at most {PASSPHRASE_LENGTH_MAX} characters")


def _check_apart(path: Path, beside: Path | None) -> None:
    if beside is not None and path.resolve().parent == beside.resolve().parent:
        raise KeyFileError(
            f"the key file {path} lies in the folder of the database: whoever takes one takes both."
            " Keep it on a stick or a disk of its own"
        )


def _normal(passphrase: str) -> str:
    """One text for one passphrase, whichever keyboard wrote it."""
    return unicodedata.normalize("NFKC", passphrase)


def _passphrase_key(passphrase: str, salt: bytes, cost: Cost) -> bytearray:
    return bytearray(
        hash_secret_raw(
            _normal(passphrase).encode("utf-8", "surrogatepass"),
            salt,
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    )


def _file_key(content: bytes, salt: bytes) -> bytearray:
    return subkey(content, f"key-file {salt.hex()}")


def _with_slot(lock: Lock | None, vault: Vault, slot: Slot, key: bytearray) -> Lock:
    filled = replace(slot, wrapped=vault.wrapped_under(key, _CONTEXT))
    others = tuple(s for s in lock.slots if s.way is not slot.way) if lock is not None else ()
    return Lock((*others, filled))


def _tried(slot: Slot, key: bytearray) -> Vault | None:
    content = opened_key(key, _CONTEXT, slot.wrapped)
    if content is None:
        return None
    vault = Vault(content)
    wipe(content)
    return vault


def _slot_to_json(slot: Slot) -> dict[str, Any]:
    told: dict[str, Any] = {
        "way": slot.way.value,
        "salt": b64encode(slot.salt).decode(),
        "wrapped": b64encode(slot.wrapped).decode(),
    }
    if slot.cost is not None:
        told["argon2id"] = [slot.cost.memory_kib, slot.cost.passes, slot.cost.lanes]
    return told


def _slot_of_json(told: dict[str, Any]) -> Slot:
    cost = Cost(*map(int, told["argon2id"])) if "argon2id" in told else None
    if cost is not None and not cost.is_affordable:
        raise ValueError
    salt, wrapped = (b64decode(told[name], validate=True) for name in ("salt", "wrapped"))
    return Slot(Way(told["way"]), salt, cost, wrapped)
