"""Measured figures: a value, its goal, its peer; as a table for people and JSON for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Sense(StrEnum):
    """On which side of its goal a figure should lie."""

    AT_MOST = "at most"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something measured, beside a peer that was measured in the same run."""

    part: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    sense: Sense = Sense.AT_MOST
    goal_is_ratio: bool = False  # the goal is about the ratio to the peer, not about the value
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        judged = self.ratio if self.goal_is_ratio else self.value
        if self.goal is None or judged is None:
            return None
        return judged <= self.goal if self.sense is Sense.AT_MOST else judged >= self.goal

    @property
    def said_goal(self) -> str:
        """The goal in words."""
        if self.goal is None:
            return ""
        sign = "<=" if self.sense is Sense.AT_MOST else ">="
        unit = "x peer" if self.goal_is_ratio else self.unit
        return f"{sign} {short(self.goal)} {unit}"

    def to_json(self) -> dict[str, Any]:
        """The figure as JSON values."""
        return {**asdict(self), "ratio": self.ratio, "is_met": self.is_met}


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number of samples lie."""

    median: float
    p95: float
    worst: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Spread:
        """The spread of at least one sample; percentiles are samples, never between two."""
        ordered = sorted(samples)
        at = [ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.5, 0.95)]
        return cls(at[0], at[1], ordered[-1])


def short(value: float) -> str:
    """A number with three digits that say something."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


HEADINGS = ("part", "what", "measured", "goal", "met", "peer in the same run", "peer", "ratio")
NUMERIC = {2, 6, 7}


def cells(figure: Figure) -> tuple[str, ...]:
    """A figure as a row of text."""
    met = {True: "yes", False: "NO", None: ""}[figure.is_met]
    peer = "" if figure.peer_value is None else f"{short(figure.peer_value)} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{short(figure.ratio)} x"
    value = f"{short(figure.value)} {figure.unit}"
    return figure.part, figure.what, value, figure.said_goal, met, figure.peer, peer, ratio


def table(rows: Iterable[Sequence[str]], headings: Sequence[str], numeric: set[int]) -> str:
    """Aligned text."""
    every = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(len(row[i]) for row in every) for i in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(width) if i in numeric else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in every
    ]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]])


def figures_table(figures: Iterable[Figure]) -> str:
    """The figures, aligned, with their notes below."""
    listed = list(figures)
    notes = [f"  {f.part}, {f.what}: {f.note}" for f in listed if f.note]
    shown = table((cells(f) for f in listed), HEADINGS, NUMERIC)
    return "\n".join([shown, *(["", "Notes"] if notes else []), *notes])


def markdown(rows: Iterable[Sequence[str]], headings: Sequence[str], numeric: set[int]) -> str:
    """The same as a table for docs."""
    rule = ["---:" if i in numeric else "---" for i in range(len(headings))]
    lines = [headings, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
