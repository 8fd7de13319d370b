"""Departures by hour and operator class as stacked bars: geometry only, drawn by `_chart.html`.

Time runs from left to right in every language, as on a clock strip.  Each class has a colour and a
pattern of its own, so that the chart reads in grey print and to every eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from safepassage.web.departures import HOUR, HourOfDepartures

WIDTH, HEIGHT = 720, 260
LEFT, TOP, BOTTOM = 34, 14, 52
PATTERNS = 6  # as many as the stylesheet defines; a seventh class begins again


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The lifts of one class in one hour."""

    operator_class: str
    pattern: int
    lifts: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HourMark:
    """An hour under the axis; every third one is written out."""

    start: datetime
    x: float
    is_written: bool
    total: int
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeparturesChart:
    """The chart, laid out."""

    width: int
    height: int
    left: int
    base: float
    bars: tuple[Bar, ...]
    hours: tuple[HourMark, ...]
    lines: tuple[tuple[int, float], ...]  # value and height of the grid
    until: float | None  # where the instant of the board lies; what is right of it is to come
    classes: tuple[tuple[str, int], ...]  # those that flew, with their pattern


def draw_departures(
    hours: Sequence[HourOfDepartures], operator_classes: Sequence[str], as_of: datetime
) -> DeparturesChart:
    """The chart of these hours; the patterns follow the order of all classes."""
    base = HEIGHT - BOTTOM
    top_value = _round_up(max((h.total for h in hours), default=0))
    per_lift = (base - TOP) / top_value
    step = (WIDTH - LEFT) / max(len(hours), 1)
    pattern = {name: n % PATTERNS for n, name in enumerate(operator_classes)}
    bars: list[Bar] = []
    marks: list[HourMark] = []
    every = 3 if len(hours) > 12 else 1
    for number, hour in enumerate(hours):
        x, y = LEFT + number * step, float(base)
        for name in operator_classes:
            lifts = hour.lifts.get(name, 0)
            if not lifts:
                continue
            y -= lifts * per_lift
            bars.append(
                Bar(
                    operator_class=name,
                    pattern=pattern[name],
                    lifts=lifts,
                    x=x + step * 0.12,
                    y=y,
                    width=step * 0.76,
                    height=lifts * per_lift,
                )
            )
        marks.append(
            HourMark(
                start=hour.start,
                x=x + step / 2,
                is_written=number % every == 0,
                total=hour.total,
                top=y,
            )
        )
    flown = {name for hour in hours for name in hour.lifts}
    return DeparturesChart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        base=base,
        bars=tuple(bars),
        hours=tuple(marks),
        until=_until(hours, as_of, step),
        lines=tuple((v, base - v * per_lift) for v in _grid(top_value)),
        classes=tuple((name, pattern[name]) for name in operator_classes if name in flown),
    )


def _until(hours: Sequence[HourOfDepartures], as_of: datetime, step: float) -> float | None:
    """Where an instant lies on the axis; None if the window is over."""
    if not hours or as_of >= hours[-1].start + HOUR:
        return None
    return LEFT + (as_of - hours[0].start) / HOUR * step


def _round_up(value: int) -> int:
    """The end of the axis: four lifts at least, then the next even number."""
    return max(4, value + value % 2)


def _grid(top: int) -> list[int]:
    """Four grid lines at most, on whole lifts."""
    step = max(1, -(-top // 4))
    return list(range(0, top + 1, step))
