"""A writer to be killed: records batches without end and says which ones were acknowledged.

    python -m tests.store.killed ADDRESS ROUNDS SEED

Each round forks a process that opens the ledger and records, lets it live for a moment after its
first receipt, and ends it with SIGKILL.  For each round one line of JSON with the batches that were
acknowledged goes to standard output.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

from safepassage.model.ids import EntryId, PersonId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.store import StoreLockedError, open_store

START = datetime(2021, 8, 14, tzinfo=UTC)
SIZES = (1, 7, 60)
OPEN_SECONDS_MAX = 10


def batch(name: str, size: int) -> list[Movement]:
    """Movements of one batch; some have to be folded with what came before."""
    return [
        Movement(
            id=EntryId(f"{name}.{n}"),
            from_place=PlaceId("town" if n % 3 else "outside"),
            to_place=PlaceId("gate"),
            phase=Phase.POSTED,
            occurred_at=START + timedelta(seconds=n),
            person=PersonId(f"person-{n}"),
        )
        for n in range(size)
    ]


def write(address: str, round_number: int, receipts: int) -> None:
    """Record until killed."""
    opening = time.monotonic()
    while True:
        try:
            store = open_store(address, writer=True)
            break
        except StoreLockedError:
            # PostgreSQL needs a moment to notice that the last writer is dead.
            if time.monotonic() - opening > OPEN_SECONDS_MAX:
                raise
            time.sleep(0.02)
    number = 0
    while True:
        size = SIZES[number % len(SIZES)]
        name = f"b{round_number}.{number}.{size}"
        store.append(batch(name, size), source="gate-3", recorded_at=START)
        os.write(receipts, f"{name}\n".encode())
        number += 1


def survive(address: str, round_number: int, seconds: float) -> list[str]:
    """One writer's life: the batches that it acknowledged before it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            write(address, round_number, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as receipts:
        first = receipts.readline()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        names = (first + receipts.read()).decode().split()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"round {round_number}: the writer ended by itself")
    return names


def main() -> None:
    """Kill as often as asked."""
    address, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    for number in range(rounds):
        acknowledged = survive(address, number, chance.uniform(0, 0.05))
        sys.stdout.write(json.dumps(acknowledged) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
