"""The live stream: one look at the ledger a second for everybody, told to each open board.

Each message carries the ledger's position as its id.  A browser that lost the stream sends the
last one it saw (Last-Event-ID), and is told at once whether anything happened meanwhile.  Messages
have no event name and are sent even when nothing happened: a board can only call itself live if it
heard from the server lately, and a page never hears a comment line.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from fastapi.concurrency import run_in_threadpool

from safepassage.model.errors import SafePassageError
from safepassage.model.instant import format_instant
from safepassage.web.settings import Records

logger = logging.getLogger(__name__)


class Watch:
    """The one task that asks the store how far it is, and the streams that wait for it."""

    def __init__(self, records: Records, clock: Callable[[], datetime], seconds: float) -> None:
        self._records = records
        self._clock = clock
        self._seconds = seconds
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.seq = 0
        self.seen_at: datetime | None = None
        self.stopping = asyncio.Event()

    def start(self) -> None:
        """Begin to look; belongs to the running event loop."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Stop looking."""
        self.stopping.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            try:
                seq = await run_in_threadpool(self._records.position)
            except (SafePassageError, OSError) as fault:
                # The boards hear nothing more and say so; the next look may succeed.
                logger.warning("the store does not answer: %s", fault)
            else:
                self.seen_at = self._clock()
                if seq != self.seq:
                    self.seq = seq
                    self._moved.set()
                    self._moved = asyncio.Event()
            await asyncio.sleep(self._seconds)

    async def _wait(self, seconds: float) -> None:
        """Until the ledger grew, the server stops, or this many seconds have passed."""
        waits = [asyncio.ensure_future(e.wait()) for e in (self._moved, self.stopping)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def messages(self, last_seen: int | None, heartbeat: float) -> AsyncIterator[str]:
        """The stream of one board, until the server stops."""
        while self.seen_at is None and not self.stopping.is_set():
            await self._wait(self._seconds)
        told = last_seen
        while not self.stopping.is_set():
            fresh = self._is_fresh(heartbeat)
            if fresh:
                yield self._message(told)
                told = self.seq
            if not fresh or self.seq == told:
                await self._wait(heartbeat)

    def _is_fresh(self, heartbeat: float) -> bool:
        return self.seen_at is not None and (
            (self._clock() - self.seen_at).total_seconds() < 2 * heartbeat
        )

    def _message(self, told: int | None) -> str:
        assert self.seen_at is not None  # noqa: S101 - messages() waits for the first look
        news = {
            "seq": self.seq,
            "entries": 0 if told is None else self.seq - told,
            "seen_at": format_instant(self.seen_at),
        }
        return f"id: {self.seq}\ndata: {json.dumps(news)}\n\n"
