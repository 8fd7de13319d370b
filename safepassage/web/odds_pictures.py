"""The pictures of odds: people out as a fan over the plan's own curve, and bars.  Geometry only.

Time runs from left to right in every language, as on a clock strip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from safepassage.simulate.odds import Band
from safepassage.simulate.repeatable import Reals
from safepassage.simulate.script import Script
from safepassage.web.plan_pictures import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    SMALL_BOTTOM,
    SMALL_HEIGHT,
    SMALL_LEFT,
    SMALL_WIDTH,
    TOP,
    WIDTH,
    Mark,
    grid,
    marks_of,
    points_of,
    round_up,
)

_SMALL_MARKS = 2
_HEAD = 12  # room above a small picture


@dataclass(frozen=True, slots=True)
class Fan:
    """People out of one class: P10 to P90 as an area, P50 and the plan as lines."""

    width: int
    height: int
    left: int
    right: float
    base: float
    band: str
    middle: str
    plan: str
    one: str  # one replication; empty: none is shown
    lines: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]
    deadline: float | None  # where time goes on behind the plan's deadline
    last: Band
    bands: tuple[Band, ...]


class _Frame(NamedTuple):
    """Where a picture's axes lie."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    marks: int


LARGE = _Frame(WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM, 7)
SMALL = _Frame(SMALL_WIDTH, SMALL_HEIGHT, SMALL_LEFT, 8, _HEAD, SMALL_BOTTOM, _SMALL_MARKS)


def fan(
    bands: Sequence[Band],
    script: Script,
    frame: _Frame = LARGE,
    one: Reals | None = None,
    top: int = 0,
) -> Fan:
    """The fan of one class.

    Args:
        bands: of that class, the earliest first.
        script: the plan that was played.
        frame: how large the picture is.
        one: people out in one replication, by band.
        top: the end of the axis, at least.
    """
    hours = np.array(
        [0.0, *((b.at - script.starts_at).total_seconds() / 3600 for b in bands)], float
    )
    width = frame.width - frame.left - frame.right
    x = frame.left + hours / hours[-1] * width
    base = frame.height - frame.bottom
    known = [b.planned for b in bands] + [int(b.high.value) for b in bands]
    end = round_up(max(1, top, *known))

    def line(values: Sequence[float] | Reals) -> Reals:
        people = np.array([0.0, *values], float)
        return base - people * (base - frame.top) / end

    high, low = line([b.high.value for b in bands]), line([b.low.value for b in bands])
    deadline = frame.left + script.steps * script.step_hours / hours[-1] * width
    return Fan(
        width=frame.width,
        height=frame.height,
        left=frame.left,
        right=frame.left + width,
        base=base,
        band=f"M{points_of(x, high)}L{points_of(x[::-1], low[::-1])}Z",
        middle=f"M{points_of(x, line([b.middle.value for b in bands]))}",
        plan=f"M{points_of(x, line([b.planned for b in bands]))}",
        one="" if one is None else f"M{points_of(x, line(one))}",
        lines=tuple((v, base - v * (base - frame.top) / end) for v in grid(end)),
        marks=marks_of(_Shown(script, float(hours[-1])), frame.left, width, frame.marks),
        deadline=deadline if script.horizon > script.steps else None,
        last=bands[-1],
        bands=tuple(bands),
    )


class _Shown:
    """The time of a picture, which may go on behind the plan's deadline."""

    def __init__(self, script: Script, hours: float) -> None:
        self.starts_at, self.step_hours = script.starts_at, script.step_hours
        self.steps = round(hours / script.step_hours)


class Bar(NamedTuple):
    """A value with its interval, on a scale of 100."""

    begins: float
    length: float
    low: float
    high: float
    zero: float


def bars(values: Sequence[tuple[float, float, float]], end: float = 0.0) -> list[Bar]:
    """Values with their intervals on one scale, which holds zero and all of them.

    Args:
        values: each with the ends of its interval.
        end: the scale goes so far at least.
    """
    low = min([0.0, *(min(v) for v in values)])
    high = max([end, *(max(v) for v in values)])
    per = 100 / max(high - low, 1e-9)
    return [
        Bar(
            (min(0.0, value) - low) * per,
            abs(value) * per,
            (first - low) * per,
            (last - low) * per,
            -low * per,
        )
        for value, first, last in values
    ]
