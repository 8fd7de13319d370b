"""The program that is killed: it imports a file into a ledger and says how far it is durable.

OPENING             the ledger is about to be opened, or made
ACK 2000            every line up to number 2000 has its receipt
FAULT CLASS: ...    the store refused; the same facts are then offered once more
DONE                the whole file is imported and the ledger closed
"""

from __future__ import annotations

import sys
from pathlib import Path

from safepassage.store import Store, StoreError, jsonl, open_store
from tests.powercut.load import BEGIN


def say(line: str) -> None:
    """One line, at once."""
    print(line, flush=True)


def import_file(store: Store, lines: list[bytes]) -> None:
    """Import and say each receipt.  The clock stands still, so that two imports are alike."""
    store.import_lines(
        lines, source="gate-3", recorded_at=BEGIN, progress=lambda line: say(f"ACK {line}")
    )


def main() -> None:
    """Import the file of the second argument into the ledger of the first, so many lines at once.

    A smaller group than the product's makes the same steps in less time.
    """
    jsonl.LINES_AT_A_TIME = int(sys.argv[3])
    lines = Path(sys.argv[2]).read_bytes().splitlines(keepends=True)
    say("OPENING")
    try:
        with open_store(sys.argv[1], writer=True) as store:
            try:
                import_file(store, lines)
            except StoreError as fault:
                say(f"FAULT {type(fault).__name__}: {fault}")
                import_file(store, lines)  # a store that failed once must refuse this too
        say("DONE")
    except StoreError as fault:
        say(f"FAULT {type(fault).__name__}: {fault}")


if __name__ == "__main__":
    main()
