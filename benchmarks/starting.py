"""How long the command line takes to say anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure, Spread

GOAL_SECONDS = 0.3
TIMES = 15


def measure(times: int = TIMES) -> list[Figure]:
    """`safepassage --help`, in turn with a Python that does nothing."""
    command = [str(Path(sys.executable).with_name("safepassage")), "--help"]
    nothing = [sys.executable, "-c", "pass"]
    ours, peer = [], []
    for _ in range(times):
        peer.append(_seconds(nothing))
        ours.append(_seconds(command))
    spread = Spread.of(ours)
    return [
        Figure(
            part="start",
            what="safepassage --help, p50",
            value=spread.median,
            unit="s",
            goal=GOAL_SECONDS,
            peer="python -c pass, p50",
            peer_value=Spread.of(peer).median,
            note=f"worst {spread.worst:.2f} s of {times}",
        )
    ]


def _seconds(command: list[str]) -> float:
    started = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - started
