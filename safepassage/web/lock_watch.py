"""Drops the register's key when somebody says so anywhere, or when nobody works with it.

"Lock now" is a word in the database, because it must reach every server of a ledger, also from the
command line of somebody who has no browser open.  It is looked for four times a second: the key is
gone in less than one.  Recording facts needs no key and goes on.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from safepassage.model.errors import SafePassageError
from safepassage.model.ids import AccountId
from safepassage.secure.audit import Entry, Kind
from safepassage.store.protection import Protection
from safepassage.web.register_key import RegisterKey

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.25
SERVER = AccountId("server")  # who locks an idle register


class LockWatch:
    """Looks for the word to lock, as long as the server runs."""

    def __init__(self, protection: Protection, key: RegisterKey) -> None:
        self._protection = protection
        self._key = key
        self._heard: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look; what was said before now is over."""
        self._heard = await run_in_threadpool(self._protection.lock.asked_at)
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Stop looking, and drop the key."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._key.lock()

    async def _look(self) -> None:
        while True:
            try:
                await run_in_threadpool(self.look)
            except (SafePassageError, OSError) as fault:
                logger.warning("cannot hear whether to lock the register: %s", fault)
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Drop the key if somebody said so since the last look, or if it lies idle."""
        asked = self._protection.lock.asked_at()
        if asked != self._heard:
            self._heard = asked
            self._key.lock()
        if self._key.drop_if_idle():
            at = self._protection.clock()
            self._protection.note(Entry(kind=Kind.LOCKED, account=SERVER, at=at))
