"""The live stream: what a board hears, in which order, and what it hears after a break."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta

from safepassage.store import StoreError
from safepassage.web.live import Watch
from tests.web.airlift import NOON, TEN, InMemory, more_people
from tests.web.conftest import Clock


def in_a_thread(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story on an event loop of its own; the main thread's may belong to the browser."""
    failed: list[BaseException] = []

    async def told() -> None:
        await asyncio.wait_for(story(), timeout=20)

    def run() -> None:
        try:
            asyncio.run(told())
        except BaseException as fault:  # noqa: BLE001 - handed to the test
            failed.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def read(message: str) -> tuple[int, int]:
    """The position and the number of new entries in a message."""
    lines = dict(line.split(": ", 1) for line in message.strip().splitlines())
    assert set(lines) == {"id", "data"}  # a named event would swap nothing
    news = json.loads(lines["data"])
    assert int(lines["id"]) == news["seq"]
    return news["seq"], news["entries"]


def test_a_board_hears_of_new_entries_and_of_nothing_new() -> None:
    async def story() -> None:
        records, clock = InMemory(), Clock(NOON)
        watch = Watch(records, clock, 0.01)
        watch.start()
        messages = watch.messages(None, heartbeat=0.05)
        start = records.position()
        assert read(await anext(messages)) == (start, 0)
        assert read(await anext(messages)) == (start, 0)  # the heartbeat
        records.add(more_people(3, TEN))
        while (heard := read(await anext(messages))) == (start, 0):
            pass
        assert heard == (start + 1, 1)
        await watch.stop()

    in_a_thread(story)


def test_a_board_that_comes_back_is_told_what_it_missed() -> None:
    async def story() -> None:
        records = InMemory()
        watch = Watch(records, Clock(NOON), 0.01)
        watch.start()
        known = records.position()
        for number in range(3):
            records.add(more_people(1, TEN, f"late-{number}"))
        resumed = watch.messages(known, heartbeat=5)
        assert read(await anext(resumed)) == (known + 3, 3)
        await watch.stop()

    in_a_thread(story)


def test_stopping_ends_every_stream_at_once() -> None:
    async def story() -> None:
        watch = Watch(InMemory(), Clock(NOON), 0.01)
        watch.start()
        streams = [watch.messages(None, heartbeat=60) for _ in range(5)]
        for stream in streams:
            await anext(stream)
        waiting = [asyncio.ensure_future(anext(stream, None)) for stream in streams]
        await asyncio.sleep(0.02)
        watch.stopping.set()
        assert await asyncio.wait_for(asyncio.gather(*waiting), timeout=1) == [None] * 5
        await watch.stop()

    in_a_thread(story)


def test_when_the_store_falls_silent_so_does_the_stream() -> None:
    class Silent(InMemory):
        broken = False

        def position(self) -> int:
            if self.broken:
                raise StoreError("the disk is gone")
            return super().position()

    async def story() -> None:
        records, clock = Silent(), Clock(NOON)
        watch = Watch(records, clock, 0.01)
        watch.start()
        messages = watch.messages(None, heartbeat=0.05)
        await anext(messages)
        records.broken = True
        clock.pass_by(timedelta(minutes=1))
        silence = asyncio.ensure_future(anext(messages))
        _, waiting = await asyncio.wait([silence], timeout=0.3)
        assert waiting, "a board must not be told that all is well"
        records.broken = False
        await asyncio.wait_for(silence, timeout=2)
        await watch.stop()

    in_a_thread(story)
