"""The evidence of a pair as a waterfall: each bar begins where the one before ended, the last point
is the weight.  Geometry only; `review/_waterfall.html` draws it.

Evidence runs from left to right in every language, against to the left, for to the right, as on a
scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safepassage.register.linkage import Evidence

WIDTH, ROW, BAR = 620, 26, 16
LABELS = 210  # room for the words at the beginning of each row
VALUES = 60  # and for the number at its end
NOTHING = 0.005  # log2; a bar thinner than this says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar."""

    evidence: Evidence
    x: float
    y: float
    width: float
    is_for: bool
    value_x: float  # where its number stands
    turns_at: float  # where the sum stands after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """The chart, laid out."""

    width: int
    height: int
    steps: tuple[Step, ...]
    zero: float
    end: float  # where the weight stands
    weight: float
    sum_y: float


def draw_waterfall(bars: Sequence[Evidence]) -> Waterfall:
    """Bars that speak, the prior first, then by how much they say."""
    told = [bar for bar in bars if abs(bar.weight) > NOTHING]
    told.sort(key=lambda bar: (bar.feature != "prior", -abs(bar.weight), bar.feature))
    sums = [0.0]
    for bar in told:
        sums.append(sums[-1] + bar.weight)
    low, high = min(sums), max(sums)
    scale = (WIDTH - LABELS - VALUES) / max(high - low, 1e-9)

    def x_of(value: float) -> float:
        return round(LABELS + (value - low) * scale, 1)

    steps = tuple(
        Step(
            evidence=bar,
            x=min(x_of(before), x_of(after)),
            y=row * ROW + (ROW - BAR) / 2,
            width=max(1.0, abs(x_of(after) - x_of(before))),
            is_for=bar.weight > 0,
            value_x=max(x_of(before), x_of(after)) + 6,
            turns_at=x_of(after),
        )
        for row, (bar, before, after) in enumerate(zip(told, sums, sums[1:], strict=False))
    )
    return Waterfall(
        width=WIDTH,
        height=(len(steps) + 1) * ROW,
        steps=steps,
        zero=x_of(0.0),
        end=x_of(sums[-1]),
        weight=sum(bar.weight for bar in bars),
        sum_y=len(steps) * ROW + ROW / 2,
    )
