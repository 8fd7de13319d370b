"""Work that is measured in a process of its own, so that its memory is its own.

`python -m benchmarks.apart check PATH` prints seconds and peak memory as JSON.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any


def check(path: Path) -> dict[str, Any]:
    """The full check of a store."""
    from safepassage.store import open_store

    with open_store(path) as store:
        report = store.check()
    if not report.is_sound:
        raise AssertionError("\n".join(report.faults))
    return {"entries": report.entries, "persons": report.persons}


def bare_check(path: Path) -> dict[str, Any]:
    """SQLite's own check of the file, then every row read and hashed, and nothing else."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    said = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise AssertionError(said)
    entries = 0
    digest = hashlib.sha256()
    for row in connection.execute("SELECT * FROM entry ORDER BY seq"):
        digest = hashlib.sha256(repr(row).encode())
        entries += 1
    connection.close()
    return {"entries": entries, "last": digest.hexdigest()}


def peak_mib() -> float:
    """The most memory that this process ever held.

    Linux hands a parent's peak on to the child that it starts (ru_maxrss), but counts VmHWM anew.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


JOBS: dict[str, Callable[[Path], dict[str, Any]]] = {"check": check, "bare-check": bare_check}


def run_apart(job: str, path: Path) -> dict[str, Any]:
    """Do a job in a process of its own; its seconds, its peak memory and what it found.

    Raises:
        RuntimeError: it failed; the message is what it said.
    """
    command = [sys.executable, "-m", "benchmarks.apart", job, str(path)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Do the job that the command line names."""
    job, path = sys.argv[1:]
    started = perf_counter()
    found = JOBS[job](Path(path))
    print(json.dumps({"seconds": perf_counter() - started, "mib": peak_mib(), **found}))


if __name__ == "__main__":
    main()
