"""The full check, in a process of its own, in turn with SQLite's check and a read of every row."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.apart import run_apart
from benchmarks.figures import Figure

SECONDS_MAX = 60
MIB_MAX = 1024
PEER = "PRAGMA integrity_check, then every row read and hashed"


def measure(path: Path, times: int = 1) -> list[Figure]:
    """How long the check takes and how much memory it needs."""
    ours, bare = [], []
    for _ in range(times):
        bare.append(run_apart("bare-check", path))
        ours.append(run_apart("check", path))
    if ours[0]["entries"] != bare[0]["entries"]:
        raise AssertionError("the check and its peer did not read the same rows")
    what = f"full check of {ours[0]['entries']:,} entries, {ours[0]['persons']:,} persons"
    return [
        Figure(
            part="check",
            what=what if unit == "s" else "its peak memory",
            value=median(run[key] for run in ours),
            unit=unit,
            goal=goal,
            peer=PEER,
            peer_value=median(run[key] for run in bare),
        )
        for key, unit, goal in (("seconds", "s", SECONDS_MAX), ("mib", "MiB", MIB_MAX))
    ]
