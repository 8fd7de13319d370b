"""Sends what is due while the register is unlocked, as long as the server runs.

Addresses and texts are sealed, so a locked server sends nothing and loses nothing.  Looking does
not keep the register awake: a server that nobody works at locks itself all the same.
"""

from __future__ import annotations

import asyncio
import logging
import threading

from starlette.concurrency import run_in_threadpool

from safepassage.control.calling import deliver
from safepassage.model.errors import SafePassageError
from safepassage.web.calling import CallDesk
from safepassage.web.register_key import RegisterKey

logger = logging.getLogger(__name__)
LOOK_SECONDS = 10.0


class Sending:
    """Looks for messages that are due."""

    def __init__(self, calls: CallDesk, key: RegisterKey, seconds: float = LOOK_SECONDS) -> None:
        self._calls = calls
        self._key = key
        self._seconds = seconds
        self._stopping = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; belongs to the running event loop."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Stop after the message that is on its way."""
        self._stopping.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            try:
                await run_in_threadpool(self.look)
            except (SafePassageError, OSError) as fault:
                logger.warning("messages wait: %s", fault)
            await asyncio.sleep(self._seconds)

    def look(self) -> None:
        """Send what is due, if the register is unlocked and something sends by itself."""
        vault = self._key.at_hand
        if vault is None or not any(channel.is_automatic for channel in self._calls.channels):
            return
        office = self._calls.office(vault, "server/calls")
        deliver(office, self._calls.channels, is_stopped=self._stopping.is_set)
