"""Passphrases of accounts: Argon2id once per sign-in, never per request.

One computation gives 64 bytes.  The first half is kept and compared at the next sign-in; the second
half is kept nowhere and seals the account's one-time-code secret (`one_time.py`), so that a stolen
disk holds neither a passphrase nor a secret that makes codes.  Argon2's output is a hash of its
whole length, so the half that is kept says nothing about the other.

Whether an account exists cannot be told from the time an answer takes: who is unknown, disabled or
has no passphrase costs the same work.
"""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from itertools import pairwise

from argon2.low_level import Type, hash_secret_raw

from safepassage.secure.errors import WeakSecretError
from safepassage.secure.unlock import Cost
from safepassage.secure.vault import KEY_BYTES, Unspoken

LENGTH_MIN = 12  # with a one-time code beside it; see NIST SP 800-63B-4, 3.1.1
LENGTH_MAX = 128
DIFFERENT_MIN = 6  # characters
SALT_BYTES = 16
SIGN_IN = Cost(memory_kib=128 * 1024, passes=3, lanes=1)  # about half a second
_VERIFIER = re.compile(r"argon2id\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)")
_RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {pair for run in _RUNS for pair in pairwise(run)}
_NEIGHBOURS |= {(second, first) for first, second in _NEIGHBOURS}


class Proven(Unspoken):
    """That somebody knew the passphrase, and the key that follows from it."""

    __slots__ = ("key", "needs_rehash")

    def __init__(self, key: bytes, needs_rehash: bool) -> None:
        self.key = key  # seals the account's one-time-code secret
        self.needs_rehash = needs_rehash  # it was kept at a cost that is no longer the one in use


@dataclass(frozen=True, slots=True)
class _Kept:
    cost: Cost
    salt: bytes
    half: bytes


def hashed(passphrase: str, cost: Cost = SIGN_IN) -> tuple[str, Proven]:
    """What to keep of a passphrase, and the key that follows from it."""
    salt = os.urandom(SALT_BYTES)
    half, key = _halves(passphrase, salt, cost)
    numbers = f"{cost.memory_kib}${cost.passes}${cost.lanes}"
    kept = f"argon2id${numbers}${b64encode(salt).decode()}${b64encode(half).decode()}"
    return kept, Proven(key, needs_rehash=False)


def proven(passphrase: str, kept: str | None, cost: Cost = SIGN_IN) -> Proven | None:
    """That this is the passphrase, or nothing.

    Args:
        passphrase: what somebody typed.
        kept: what `hashed` gave when it was set; None for an account that has none or is none.
        cost: the cost in use now.
    """
    known = _read(kept) or _Kept(cost, bytes(SALT_BYTES), b"")
    half, key = _halves(passphrase[: LENGTH_MAX * 4], known.salt, known.cost)
    if not known.half or not hmac.compare_digest(half, known.half):
        return None
    return Proven(key, needs_rehash=known.cost != cost)


def check_password(passphrase: str, account: str) -> None:
    """Refuse a passphrase that would be guessed.

    Raises:
        WeakSecretError: it is too short or too long, repeats few characters, is a run of the
            keyboard, or is little more than the account's own id.
    """
    plain = _normal(passphrase)
    if len(plain) < LENGTH_MIN:
        raise WeakSecretError(f"a passphrase has at least {LENGTH_MIN} characters: take four words")
    if len(plain) > LENGTH_MAX:
        raise WeakSecretError(f"a passphrase has at most {LENGTH_MAX} characters")
    rest = plain.casefold()
    for known in (account.casefold(), "safepassage", "safe passage", "password", "passphrase"):
        rest = rest.replace(known, "")
    own = sum(pair not in _NEIGHBOURS for pair in pairwise(rest))
    if own < LENGTH_MIN // 2 or len(set(plain)) < DIFFERENT_MIN:
        raise WeakSecretError("this passphrase would be guessed: take four words by chance")


def _normal(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)


def _halves(passphrase: str, salt: bytes, cost: Cost) -> tuple[bytes, bytes]:
    both = hash_secret_raw(
        _normal(passphrase).encode("utf-8", "surrogatepass"),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=2 * KEY_BYTES,
        type=Type.ID,
    )
    return both[:KEY_BYTES], both[KEY_BYTES:]


def _read(kept: str | None) -> _Kept | None:
    """What was kept, read; None for nothing, or for what somebody put in its place."""
    found = _VERIFIER.fullmatch(kept or "")
    if found is None:
        return None
    cost = Cost(int(found[1]), int(found[2]), int(found[3]))
    half = b64decode(found[5])
    if not cost.is_affordable or len(half) != KEY_BYTES:
        return None
    return _Kept(cost, b64decode(found[4]), half)
