"""What a power cut did: read from what the machine said before it and after it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

_RECOVERED = re.compile(r"RECOVERED (\d+) (ok|WRONG .*)")


@dataclass(slots=True)
class Heard:
    """What a machine said on its console from power on to power off."""

    opening: bool = False
    recovered: int | None = None
    fault: str = ""
    acknowledged: int | None = None
    in_flight: int = 0  # facts handed in and not acknowledged
    others: list[str] = field(default_factory=list)

    def line(self, text: str) -> None:
        """Take note of one whole line; a line that the cut tore is none."""
        word, _, rest = text.partition(" ")
        if word == "ACK" and rest.isdigit():
            self.acknowledged, self.in_flight = int(rest), 0
        elif word == "TRY" and rest.isdigit():
            self.in_flight = int(rest)
        elif word == "OPENING":
            self.opening = True
        elif found := _RECOVERED.fullmatch(text):
            self.recovered = int(found[1])
            self.fault = "" if found[2] == "ok" else found[2]
        elif word == "FAULT":
            self.fault = rest
        else:
            self.others.append(text)


@dataclass(frozen=True, slots=True)
class Cut:
    """One power cut.

    Attributes:
        number: which one of the drill.
        moment: what the machine was doing, and for how long.
        before: the entries that the ledger held at power on.
        acknowledged: the entries it held by the last receipt before the cut.
        in_flight: the facts that were handed in and had no receipt yet.
        recovered: the entries it held at the next power on; None if it could not be read.
        fault: what was wrong with it then.
    """

    number: int
    moment: str
    before: int
    acknowledged: int
    in_flight: int
    recovered: int | None = None
    fault: str = ""

    @property
    def lost(self) -> int:
        """How many acknowledged entries are not there any more."""
        return max(0, self.acknowledged - (self.recovered or 0))

    @property
    def is_bad(self) -> bool:
        """Whether the ledger broke its promise."""
        return self.lost > 0 or self.recovered is None or bool(self.fault)

    def __str__(self) -> str:
        recovered = "no answer" if self.recovered is None else f"recovered {self.recovered}"
        verdict = f"LOST {self.lost}" if self.lost else "BAD" if self.is_bad else "ok"
        return (
            f"cut {self.number:>3}  {self.moment:<16} acknowledged {self.acknowledged:>6}"
            f" (+{self.in_flight} in flight), {recovered}: {verdict}"
            f"{' ' + self.fault if self.fault else ''}"
        )


def settle(waiting: Iterable[Cut], after: Heard) -> list[Cut]:
    """The cuts since the last power on that came far enough to tell, each with its verdict.

    The power may fail again while the machine starts: what is missing then is counted once, with
    the cut that came first.
    """
    settled: list[Cut] = []
    for cut in waiting:
        if settled and after.recovered is not None:
            at = after.recovered
            cut = replace(cut, before=at, acknowledged=at)
        elif settled:
            cut = replace(cut, before=0, acknowledged=0)
        settled.append(replace(cut, recovered=after.recovered, fault=after.fault))
    return settled


@dataclass(slots=True)
class Sum:
    """All cuts of a drill together."""

    cuts: int = 0
    acknowledged: int = 0
    recovered: int = 0
    lost: int = 0
    bad: int = 0
    in_flight: int = 0

    def add(self, cut: Cut) -> None:
        """Count one more."""
        self.cuts += 1
        self.acknowledged += cut.acknowledged - cut.before
        self.recovered += (cut.recovered or 0) - cut.before
        self.lost += cut.lost
        self.bad += cut.is_bad
        self.in_flight += cut.in_flight > 0

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts ({self.in_flight} of them in the middle of a group):"
            f" acknowledged {self.acknowledged}, recovered {self.recovered},"
            f" lost {self.lost}, bad cuts {self.bad}"
        )
