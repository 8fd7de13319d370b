"""The machine that measured, and whether it had nothing else to do.

A figure taken while others used the processors says little; a ratio to a peer that was measured in
turn with it still says something.  Both are printed, and which of the two to trust.
"""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

LOAD_PER_PROCESSOR_MAX = 0.25  # one minute's load average before the run, per processor
OTHERS_MAX = 0.10  # share of all processors that other programs used during a part of it


@dataclass(frozen=True, slots=True)
class Busy:
    """Processor seconds since the machine started: of everybody, and of this run."""

    everybody: float
    ours: float

    @classmethod
    def now(cls) -> Busy:
        """Read both; 0 for everybody where the system does not tell."""
        mine = os.times()
        stat = Path("/proc/stat")
        everybody = 0.0
        if stat.exists():
            ticks = [int(x) for x in stat.read_text().split("\n", 1)[0].split()[1:]]
            idle = ticks[3] + ticks[4]
            everybody = (sum(ticks[:8]) - idle) / os.sysconf("SC_CLK_TCK")
        return cls(everybody, sum(mine[:4]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What measured, when, and how busy it was."""

    measured_at: str
    system: str
    processor: str
    processors: int
    memory_gib: float
    python: str
    sqlite: str
    sqlalchemy: str
    nice: int
    load_before: tuple[float, float, float]

    @classmethod
    def here(cls) -> Machine:
        """This machine, now."""
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return cls(
            measured_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%MZ"),
            system=f"{platform.system()} {platform.release()}",
            processor=_processor(),
            processors=os.cpu_count() or 1,
            memory_gib=round(pages / 2**30, 1),
            python=platform.python_version(),
            sqlite=sqlite3.sqlite_version,
            sqlalchemy=version("sqlalchemy"),
            nice=os.nice(0),
            load_before=os.getloadavg(),
        )

    @property
    def load_max(self) -> float:
        """Above this load average the figures of a run are not valid."""
        return LOAD_PER_PROCESSOR_MAX * self.processors

    @property
    def was_quiet(self) -> bool:
        """Whether nothing much was going on when the run began."""
        return self.load_before[0] <= self.load_max

    def describe(self) -> str:
        """One paragraph."""
        load = ", ".join(f"{x:.2f}" for x in self.load_before)
        return (
            f"{self.measured_at}; {self.processors} processors ({self.processor}),"
            f" {self.memory_gib:g} GiB, {self.system}; Python {self.python}, SQLite"
            f" {self.sqlite}, SQLAlchemy {self.sqlalchemy}; nice {self.nice}; load average before"
            f" the run {load} (limit {self.load_max:g})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """How much of the processors other programs used while a part was measured."""

    part: str
    seconds: float
    others: float  # a share of all processors

    @property
    def is_slight(self) -> bool:
        """Whether the part's absolute figures can be trusted."""
        return self.others <= OTHERS_MAX


class Watch:
    """Looks at the processors before and after a part."""

    def __init__(self, part: str, processors: int) -> None:
        self._part = part
        self._processors = processors
        self._before = Busy.now()
        self._started = perf_counter()

    def stop(self) -> Disturbance:
        """What others used meanwhile."""
        seconds = perf_counter() - self._started
        after = Busy.now()
        others = after.everybody - self._before.everybody - (after.ours - self._before.ours)
        share = max(0.0, others / (seconds * self._processors))
        return Disturbance(part=self._part, seconds=seconds, others=share)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
