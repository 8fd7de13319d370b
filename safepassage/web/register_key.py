"""The register's key in a running server: unlocked, idle, locked.

The server starts locked unless it was given a key file.  A custodian unlocks it with the
passphrase; anybody with an account locks it at once; it locks itself when nobody has worked with it
for a while.  Locking drops the keys, and whatever a desk said it would forget with them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from safepassage.secure.vault import Vault


class RegisterKey:
    """Holds the vault while the register is unlocked."""

    def __init__(self, clock: Callable[[], datetime], idle: timedelta) -> None:
        self._clock = clock
        self._idle = idle
        self._mutex = threading.RLock()  # what is told to forget may ask back
        self._vault: Vault | None = None
        self._used_at = clock()
        self._stays = False  # the operator's key file: no idle lock
        self._dropped: list[Callable[[], None]] = []

    @property
    def vault(self) -> Vault | None:
        """The unlocked vault; None while the register is locked.  Asking keeps it awake."""
        with self._mutex:
            if self._vault is None or self._vault.is_locked:
                return None
            now = self._clock()
            if not self._stays and now - self._used_at >= self._idle:
                self._drop()
                return None
            self._used_at = now
            return self._vault

    @property
    def is_unlocked(self) -> bool:
        """Whether the key is in memory; asking does not keep it awake."""
        return self._vault is not None

    @property
    def at_hand(self) -> Vault | None:
        """The unlocked vault, for work that nobody waits for: asking does not keep it awake."""
        with self._mutex:
            return None if self._vault is None or self._vault.is_locked else self._vault

    def put(self, vault: Vault, *, stays: bool = False) -> None:
        """Unlock: keep the vault, until it is locked or (unless it `stays`) idle."""
        with self._mutex:
            if self._vault is not None and self._vault is not vault:
                self._drop()
            self._vault, self._stays, self._used_at = vault, stays, self._clock()

    def lock(self) -> bool:
        """Drop every key now; whether there was one."""
        with self._mutex:
            was_open = self._vault is not None
            self._drop()
        return was_open

    def drop_if_idle(self) -> bool:
        """Lock if nobody has worked with the register for a while; whether that was so."""
        with self._mutex:
            is_idle = self._clock() - self._used_at >= self._idle
            if self._vault is None or not is_idle or self._stays:
                return False
            self._drop()
            return True

    def when_dropped(self, forget: Callable[[], None]) -> None:
        """Have something forgotten together with the keys: what a desk opened and still holds."""
        self._dropped.append(forget)

    def _drop(self) -> None:
        if self._vault is not None:
            self._vault.lock()
            self._vault = None
        for forget in self._dropped:
            forget()
