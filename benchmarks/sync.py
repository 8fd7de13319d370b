"""What phones send, taken in durably: `python -m benchmarks.sync`.

Three questions.  How long until a phone that scanned 500 families without a network has its signed
receipt.  How long a single scan waits for its receipt at 2.3 a second, ten times the busiest day of
Kabul, and when a hundred come in each second, from many phones at once.  The clock of a scan starts
when it is due, so a server that falls behind is not excused.

Beside each stands what no server goes below on this machine, measured in turn with ours: a flush of
the disk, an Ed25519 verification, and plain inserts of the same events into one table.  Processor
seconds are printed too: other programs cannot add to them.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time, sleep

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figures import Figure, figures_table
from benchmarks.machine import Machine
from safepassage.control.batch import read_batch, read_json
from safepassage.control.gates import Gates
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.pen import Pen
from tests.control.phones import Phone, pass_of

SCANS = 500
SYNC_SECONDS, RECEIPT_MS = 1.0, 200.0
PHONES = 12
SUSTAINED, BURST = 2.3, 100.0  # scans a second
SECONDS = {SUSTAINED: 40, BURST: 10}
THREADS = 48
ROUNDS = 5


@dataclass(slots=True)
class Crowd:
    """Phones at gates, and families that were not let in yet."""

    gates: Gates
    phones: list[Phone]
    families: int = 0

    def scan(self, phone: Phone) -> None:
        """One more family is let in."""
        self.families += 1
        number = self.families
        said = {"pass": pass_of(number), "group": f"fam-{number}"}
        phone.scan(heads=5, expected=5, **said)

    def batches(self, count: int) -> list[bytes]:
        """Batches of one scan each, one phone after the other."""
        found = []
        for number in range(count):
            phone = self.phones[number % len(self.phones)]
            self.scan(phone)
            found.append(phone.batch([phone.unsent.pop()]))
        return found


@contextmanager
def crowd(address: str) -> Iterator[Crowd]:
    """Phones, enrolled at an empty ledger."""
    with ExitStack() as stack:
        open_store(address, writer=True).close()
        pen, beside, reader = Pen(address), Beside(address), open_store(address)
        for each in (pen, beside, reader):
            stack.callback(each.close)
        gates = Gates(reader, pen, beside, lambda: datetime.now(UTC))
        yield Crowd(gates, [Phone(gates, f"gate-{n}") for n in range(PHONES)])


def percentile(times: Sequence[float], share: float) -> float:
    """The time that so large a share of all stayed below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


class Bare:
    """One table of events, flushed at every commit: plain inserts, nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE event (hash TEXT PRIMARY KEY, text TEXT)")

    def take(self, body: bytes) -> None:
        """Keep the events of a batch."""
        batch = read_batch(read_json(body))
        rows = zip(batch.hashes, batch.texts, strict=True)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO event VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")


def flush_ms(folder: Path, times: int = 50) -> float:
    """The median of a small write that is on the disk."""
    found = []
    with (folder / "flush").open("wb") as file:
        for _ in range(times):
            started = perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            found.append((perf_counter() - started) * 1000)
    return statistics.median(found)


def verify_ms(times: int = 500) -> float:
    """The processor's milliseconds for one Ed25519 verification."""
    key = Ed25519PrivateKey.generate()
    signature, public = key.sign(b"x" * 400), key.public_key()
    started = process_time()
    for _ in range(times):
        public.verify(signature, b"x" * 400)
    return (process_time() - started) * 1000 / times


def long_sync(people: Crowd, folder: Path) -> list[Figure]:
    """500 scans in one batch, beside plain inserts of the same 500."""
    bare = Bare(folder / "bare.db")
    ours, plain, busy = [], [], []
    for number in range(ROUNDS):
        phone = people.phones[number]
        for _ in range(SCANS):
            people.scan(phone)
        body = phone.batch()
        started = perf_counter()
        bare.take(body)
        plain.append(perf_counter() - started)
        started, spent = perf_counter(), process_time()
        answer = people.gates.take_events(body)
        ours.append(perf_counter() - started)
        busy.append(process_time() - spent)
        phone.settle(answer)
    return [
        Figure(
            part="sync",
            what=f"{SCANS} scans to a durable receipt",
            value=statistics.median(ours),
            unit="s",
            goal=SYNC_SECONDS,
            peer="plain inserts of the same events, one flush",
            peer_value=statistics.median(plain),
            note=f"worst of {ROUNDS}: {max(ours):.2f} s; {statistics.median(busy):.2f} s of"
            " processor",
        )
    ]


def arriving(people: Crowd, rate: float, folder: Path) -> list[Figure]:
    """Single scans that are due at a rate, from many phones."""
    bodies = people.batches(int(rate * SECONDS[rate]))
    begin = perf_counter() + 0.2
    spent = process_time()

    def send(number: int) -> float:
        due = begin + number / rate
        sleep(max(0.0, due - perf_counter()))
        people.gates.take_events(bodies[number])
        return (perf_counter() - due) * 1000

    with ThreadPoolExecutor(THREADS) as threads:
        times = list(threads.map(send, range(len(bodies))))
    busy = (process_time() - spent) * 1000 / len(bodies)
    floor = flush_ms(folder) + verify_ms()
    return [
        Figure(
            part="receipts",
            what=f"receipt of a scan at {rate:g} a second, p99",
            value=percentile(times, 0.99),
            unit="ms",
            goal=RECEIPT_MS,
            peer="a flush and a verification, median",
            peer_value=floor,
            note=f"median {statistics.median(times):.0f} ms of {len(times)}; {busy:.1f} ms of"
            " processor each",
        )
    ]


def measured(address: str, folder: Path, parts: Sequence[str]) -> list[Figure]:
    """The figures for a ledger."""
    figures: list[Figure] = []
    with crowd(address) as people:
        people.gates.take_events(people.batches(1)[0])  # what is made once is made
        if "sync" in parts:
            figures += long_sync(people, folder)
        if "sustained" in parts:
            figures += arriving(people, SUSTAINED, folder)
        if "burst" in parts:
            figures += arriving(people, BURST, folder)
    return figures


def main() -> int:
    """Measure and say it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["sync", "sustained", "burst"])
    parser.add_argument("--store", help="an empty PostgreSQL database; without it SQLite")
    asked = parser.parse_args()
    machine = Machine.here()
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        address = asked.store or str(folder / "ledger.db")
        figures = measured(address, folder, asked.parts)
    print(machine.describe())
    print(figures_table(figures))
    if not machine.was_quiet:
        busy = machine.load_before[0]
        print(f"The machine was busy (load {busy:.1f}): only ratios and processor seconds count.")
    return int(any(figure.is_met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
