"""The drill: disks that live through several power cuts each, two machines at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.powercut.guest import BOOT_SECONDS_MAX, Bench, Guest, bench
from tests.powercut.judge import Cut, Heard, Sum, settle

CUTS_PER_DISK = 5
SECONDS_MAX = {"creating": 0.6, "starting": 0.4, "writing": 2.0}
Report = Callable[[str], None]


class Moment(NamedTuple):
    """When the power fails: so long after the machine began to do something."""

    doing: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.doing} {self.seconds:.2f} s"


@dataclass(frozen=True, slots=True)
class Life:
    """What a disk has before it."""

    name: str
    moments: list[Moment]


def plan(cuts: int, seed: str) -> list[Life]:
    """Some disks and the moments of their power cuts, as many as are asked for.

    Every second disk loses its power first while the ledger is made; later, one cut in five comes
    while the machine starts and the ledger recovers from the cut before.
    """
    rng = Random(seed)
    lives: list[Life] = []
    for number, first in enumerate(range(0, cuts, CUTS_PER_DISK), start=1):
        moments: list[Moment] = []
        for i in range(min(CUTS_PER_DISK, cuts - first)):
            doing = "writing"
            if i == 0 and number % 2 == 1:
                doing = "creating"
            elif i > 0 and rng.random() < 0.2:
                doing = "starting"
            moments.append(Moment(doing, rng.uniform(0, SECONDS_MAX[doing])))
        lives.append(Life(f"{seed}-{number}", moments))
    return lives


class Drill:
    """Runs the lives of disks and adds up what was lost."""

    def __init__(self, bench: Bench, durability: str, report: Report, keep: Path | None) -> None:
        self.sum = Sum()
        self._bench = bench
        self._durability = durability
        self._report = report
        self._keep = keep
        self._numbers = count(1)

    def live(self, life: Life) -> None:
        """All power cuts of one disk; one that turns out bad is replaced by a fresh one."""
        moments = iter(life.moments)
        left: Moment | None = next(moments, None)
        for number in count(1):
            if left is None:
                return
            name = f"{life.name}-{number}"
            disk = self._bench.new_disk(name)
            left = self._wear_out(name, disk, left, moments)
            disk.unlink(missing_ok=True)

    def _wear_out(
        self, name: str, disk: Path, first: Moment, moments: Iterator[Moment]
    ) -> Moment | None:
        """Use a disk until the moments or its trust are used up; what is left over."""
        waiting: list[Cut] = []
        known = 0
        moment: Moment | None = first
        while moment is not None:
            heard = self._cut_at(name, disk, moment)
            if heard.recovered is not None or heard.fault:
                known = heard.recovered or 0
                is_first = not waiting
                if is_first and heard.recovered is None:  # a disk that never worked
                    waiting = [Cut(next(self._numbers), str(moment), 0, 0, 0)]
                if not self._settle(waiting, heard, disk):
                    return next(moments, None) if is_first else moment
                waiting = []
            acknowledged = known if heard.acknowledged is None else heard.acknowledged
            waiting.append(
                Cut(next(self._numbers), str(moment), known, acknowledged, heard.in_flight)
            )
            known = acknowledged
            moment = next(moments, None)
        self._settle(waiting, self._read(name, disk), disk)
        return None

    def _cut_at(self, name: str, disk: Path, moment: Moment) -> Heard:
        def begun(heard: Heard) -> bool:
            ready = heard.recovered is not None if moment.doing == "writing" else heard.opening
            return ready or bool(heard.fault)

        with self._bench.power(disk, "write", name, self._durability) as guest:
            self._await(guest, begun)
            guest.listen(moment.seconds, lambda heard: bool(heard.fault))
        return guest.heard

    def _read(self, name: str, disk: Path) -> Heard:
        with self._bench.power(disk, "check", name, self._durability) as guest:
            self._await(guest, lambda heard: heard.recovered is not None or bool(heard.fault))
        return guest.heard

    def _await(self, guest: Guest, begun: Callable[[Heard], bool]) -> None:
        if not guest.listen(BOOT_SECONDS_MAX, begun):
            said = " / ".join(guest.heard.others[-3:])
            guest.heard.fault = f"the machine did not get so far; it said: {said or 'nothing'}"

    def _settle(self, waiting: list[Cut], heard: Heard, disk: Path) -> bool:
        """Report the cuts that a power on gave a verdict on; whether the disk is still good."""
        bad = False
        for cut in settle(waiting, heard):
            self.sum.add(cut)
            self._report(str(cut))
            bad = bad or cut.is_bad
        if bad and self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(disk, self._keep / disk.name)
        return heard.recovered is not None and not heard.fault


def run(
    lives: list[Life],
    *,
    durability: str = "full",
    machines: int = 2,
    report: Report = print,
    keep: Path | None = None,
) -> Sum:
    """Cut the power at every planned moment and say what was lost."""
    with bench() as place:
        drill = Drill(place, durability, report, keep)
        with ThreadPoolExecutor(machines) as pool:
            try:
                for done in [pool.submit(drill.live, life) for life in lives]:
                    done.result()
            except BaseException:
                place.stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        return drill.sum
