"""The program whose power is cut: it opens the ledger, says what it found there, and writes on.

It speaks on the console, one line at a time:

    OPENING                 the ledger is about to be opened, or made
    RECOVERED 512 ok        it is open, holds 512 entries and nothing is wrong with any of them
    RECOVERED 512 WRONG ... the same, and what is wrong
    TRY 80                  80 facts are about to be recorded
    ACK 592                 the receipt for them is here: 592 entries are durable
    FAULT ...               the ledger could not be opened or written
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from safepassage.store import Store, open_store
from safepassage.store.check import check
from safepassage.store.record import GENESIS
from tests.powercut.load import BEGIN, groups

SECONDS_MAX = 60  # a machine whose power nobody cuts stops by itself
_HASH = re.compile(r'"hash":"([0-9a-f]{64})",')


def say(line: str) -> None:
    """One line on the console, at once."""
    print(line, flush=True)


def found(store: Store, path: str, seed: str) -> tuple[int, int, list[str]]:
    """How many entries and whole groups a ledger holds, and everything that is wrong with it."""
    wrong: list[str] = []
    with store.ledger() as ledger:
        facts = [entry.fact for entry in ledger.entries()]
    whole = written = 0
    for number, group in enumerate(groups(seed), start=1):
        if written >= len(facts):
            break
        here = facts[written : written + len(group)]
        if here != group[: len(here)]:
            wrong.append(f"group {number} is not as it was handed in")
            break
        if len(here) < len(group):
            wrong.append(f"group {number} is half done: {len(here)} of {len(group)}")
        whole, written = number, written + len(here)
    wrong += [*chain_faults(store, len(facts)), *file_faults(path), *own_faults(store)]
    return len(facts), whole, wrong


def chain_faults(store: Store, entries: int) -> Iterator[str]:
    """The chain of hashes, computed here from the exported lines without the store's own code."""
    previous, lines = GENESIS, 0
    for lines, line in enumerate(store.export_lines(), start=1):
        stated = _HASH.search(line)
        bare = _HASH.sub("", line.rstrip("\n"), count=1)
        previous = hashlib.sha256(f"{previous}{bare}".encode()).hexdigest()
        if stated is None or stated[1] != previous:
            yield f"the chain of hashes breaks at entry {lines}"
            return
    if store.head() != (lines, previous) or lines != entries:
        yield f"the head is {store.head().seq}, the last of {entries} entries is {lines}"


def file_faults(path: str) -> Iterator[str]:
    """What SQLite finds wrong with its file."""
    with closing(sqlite3.connect(path)) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    if said != ["ok"]:
        yield f"SQLite: {said[0]}"


def own_faults(store: Store) -> Iterator[str]:
    """What the store's own check finds wrong: it computes every projection again."""
    with store.ledger() as ledger:
        yield from check(ledger).faults


def turn_down(connections: list[Any], durability: str) -> None:
    """Make open connections forget what they must not, so that the drill can see a loss.

    The product has no such setting and refuses one at opening; this reaches round it, to the
    connections that the driver of the database made.
    """
    for connection in connections:
        connection.execute(f"PRAGMA synchronous = {durability}")


def write(store: Store, seed: str, done: int) -> None:
    """Record one group after the other, for ever."""
    end = time.monotonic() + SECONDS_MAX
    for group in islice(groups(seed), done, None):
        say(f"TRY {len(group)}")
        receipt = store.append(
            group, source="gate-3", recorded_at=BEGIN + timedelta(seconds=7 * done)
        )
        done += 1
        say(f"ACK {receipt.head.seq}")
        if time.monotonic() > end:
            return


def run(mode: str, path: str, seed: str, durability: str) -> None:
    """Open the ledger, say what it holds, and in the mode ``write`` go on writing."""
    connections: list[Any] = []
    if durability != "full":
        event.listen(Pool, "connect", lambda connection, _record: connections.append(connection))
    say("OPENING")
    with open_store(path, writer=True) as store:
        entries, whole, wrong = found(store, path, seed)
        say(f"RECOVERED {entries} {'WRONG ' + '; '.join(wrong) if wrong else 'ok'}")
        if wrong or mode != "write":
            return
        turn_down(connections, durability)
        write(store, seed, whole)


def main() -> None:
    """Run with the four words of the command line: mode, path, seed, durability."""
    try:
        run(*sys.argv[1:])
    except Exception as fault:  # noqa: BLE001 - whatever it is, it must be heard outside
        say(f"FAULT {type(fault).__name__}: {fault}")


if __name__ == "__main__":
    main()
