"""Signing in with an account: a passphrase with a one-time code, or a passkey.

Every refusal reads the same and takes the same time, whether the account is unknown, disabled, has
no passphrase, or passphrase or code are wrong.  What is refused is written to the audit chain.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.errors import InvalidFactError, SafePassageError
from safepassage.model.ids import AccountId, check_id
from safepassage.secure import one_time, passkey
from safepassage.secure.attempts import (
    COMPUTED_AT_ONCE,
    REMEMBERED,
    WAITING_MAX,
    remembered,
    wait_until,
)
from safepassage.secure.audit import Entry, Kind
from safepassage.secure.errors import SealBrokenError
from safepassage.secure.passkey import CHALLENGE_BYTES, Passkey, PasskeyError, Site
from safepassage.secure.password import SIGN_IN, hashed, proven
from safepassage.secure.unlock import Cost
from safepassage.store.protection import Protection

CHALLENGE_VALID = timedelta(minutes=5)
CHALLENGES_MAX = 1000
ACCOUNTS_MAX = 10_000  # whose failures are remembered; the longest untouched go first
STRANGERS_MAX = 60  # guesses at no account that are written down in an hour
QUEUE_SECONDS = 15
UNKNOWN = "unknown"  # who tried with an account that is none


class BusyError(SafePassageError):
    """Too many people sign in at this moment."""


@dataclass(frozen=True, slots=True)
class Denied:
    """That a sign-in is refused; `until`, if one has to wait."""

    until: datetime | None = None


class Challenges:
    """Random questions that a passkey answers, each good once and for one purpose."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._open: OrderedDict[bytes, tuple[str, datetime]] = OrderedDict()

    def new(self, purpose: str) -> bytes:
        """A new challenge; the oldest gives way when there are too many."""
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        with self._mutex:
            self._open[challenge] = (purpose, self._clock() + CHALLENGE_VALID)
            if len(self._open) > CHALLENGES_MAX:
                self._open.popitem(last=False)
        return challenge

    def spend(self, challenge: bytes, purpose: str) -> None:
        """Use a challenge up.

        Raises:
            PasskeyError: it was never asked, was used, is too old, or was for something else.
        """
        with self._mutex:
            asked, ends = self._open.pop(challenge, ("", self._clock()))
        if asked != purpose or self._clock() >= ends:
            raise PasskeyError("that took too long: try again")


class Identify:
    """Finds out who somebody is."""

    def __init__(
        self, protection: Protection, clock: Callable[[], datetime], cost: Cost = SIGN_IN
    ) -> None:
        self._protection = protection
        self._clock = clock
        self._cost = cost
        self._mutex = threading.Lock()
        self._failures: OrderedDict[bytes, list[datetime]] = OrderedDict()
        self._strangers: deque[datetime] = deque()
        self._computing = threading.BoundedSemaphore(COMPUTED_AT_ONCE)
        self._waiting = threading.BoundedSemaphore(COMPUTED_AT_ONCE + WAITING_MAX)
        self.challenges = Challenges(clock)

    def by_code(self, account: str, passphrase: str, code: str) -> AccountId | Denied:
        """Whoever knows an account's passphrase and has its authenticator.

        Raises:
            BusyError: too many try at this moment.
        """
        typed = hashlib.sha256(account.encode("utf-8", "replace")).digest()
        until = self._wait(typed)
        if until is not None:
            return Denied(until)
        found = self._proven(account, passphrase, code)
        if found is not None:
            with self._mutex:
                self._failures.pop(typed, None)
            return found
        return Denied(self._failed(typed, account, "code"))

    def by_passkey(self, site: Site, answer: dict[str, Any]) -> AccountId:
        """Whose passkey answered.

        Raises:
            PasskeyError: it is none of an active account, or it proves nothing.
        """
        challenge = passkey.challenge_in(answer)
        self.challenges.spend(challenge, "sign-in")
        known = self._protection.accounts.passkey(str(answer.get("id", ""))[:2000])
        if known is None:
            raise PasskeyError("this passkey opens nothing here: try again, or another one")
        kept = Passkey(known.id, known.public_key, known.sign_count)
        count = passkey.asserted(site, answer, challenge, kept)
        self._protection.accounts.passkey_used(known.id, count)
        return known.account

    def enrol_code(self, account: AccountId, passphrase: str, secret: str, code: str) -> bool:
        """Give an account a passphrase and the authenticator that shows this code; False if the
        code is not the authenticator's."""
        step = one_time.accepted_step(secret, code, self._clock(), None)
        if step is None:
            return False
        with self.turn():
            kept, proof = hashed(passphrase, self._cost)
        sealed = one_time.seal_secret(secret, account, proof)
        self._protection.accounts.set_secrets(account, kept, sealed, step)
        return True

    def _proven(self, account: str, passphrase: str, code: str) -> AccountId | None:
        known = self._protection.accounts.secrets_of(account)
        with self.turn():
            proof = proven(passphrase, known.password if known else None, self._cost)
        if known is None or proof is None:
            return None
        try:
            secret = one_time.open_secret(known.code_secret, known.account, proof)
        except SealBrokenError:
            return None
        step = one_time.accepted_step(secret, code, self._clock(), known.code_step)
        if step is None or not self._protection.accounts.use_step(known.account, step):
            return None
        if proof.needs_rehash:
            self._rehash(known.account, passphrase, secret)
        return known.account

    def _rehash(self, account: AccountId, passphrase: str, secret: str) -> None:
        kept, proof = hashed(passphrase, self._cost)
        sealed = one_time.seal_secret(secret, account, proof)
        self._protection.accounts.rehash(account, kept, sealed)

    def _wait(self, typed: bytes) -> datetime | None:
        with self._mutex:
            return wait_until(self._failures.get(typed, []), self._clock())

    def _failed(self, typed: bytes, account: str, way: str) -> datetime | None:
        """Remember a failure, and write it down; until when to wait now."""
        now = self._clock()
        with self._mutex:
            failures = remembered(self._failures.pop(typed, []), now)
            self._failures[typed] = failures
            if len(self._failures) > ACCOUNTS_MAX:
                self._failures.popitem(last=False)
        who = account if self._is_known(account) else UNKNOWN
        if who != UNKNOWN or self._is_worth_writing(now):
            entry = Entry(kind=Kind.SIGN_IN_REFUSED, account=who, at=now, detail={"way": way})
            self._protection.note(entry)
        return wait_until(failures, now)

    def _is_worth_writing(self, now: datetime) -> bool:
        """Whether one more guess at no account is written down: strangers must not fill a disk."""
        with self._mutex:
            while self._strangers and now - self._strangers[0] >= REMEMBERED:
                self._strangers.popleft()
            if len(self._strangers) >= STRANGERS_MAX:
                return False
            self._strangers.append(now)
            return True

    def _is_known(self, account: str) -> bool:
        """Whether what was typed is an account; a mistyped one may be somebody's passphrase."""
        try:
            check_id(account, "account")
        except InvalidFactError:
            return False
        return self._protection.accounts.get(account) is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A place in the queue for work that is made to be slow.

        Raises:
            BusyError: the queue is full.
        """
        if not self._waiting.acquire(blocking=False):
            raise BusyError("too many people sign in at this moment: try again in half a minute")
        try:
            if not self._computing.acquire(timeout=QUEUE_SECONDS):
                raise BusyError("signing in takes too long at this moment: try again")
            try:
                yield
            finally:
                self._computing.release()
        finally:
            self._waiting.release()
