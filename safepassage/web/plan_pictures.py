"""The pictures of a plan: what adds up to its bound, people out, beds, days.  Geometry only.

Time runs from left to right in every language, as on a clock strip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np

from safepassage.plan.timeline import Filling, Timeline

PATTERNS = 6  # as many as the stylesheet defines; a seventh begins again
WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 46
SMALL_WIDTH, SMALL_HEIGHT = 340, 120
SMALL_LEFT, SMALL_BOTTOM = 44, 22
_MARKS_MAX = 7  # instants written under an axis
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Part:
    """What one resource carries of the bound: where its bar begins and how long it is, of 100."""

    resource: str
    people: float
    begins: float
    length: float


def parts_of_bound(document: Mapping[str, Any]) -> list[Part]:
    """The prices as bars that begin where the one before ended; together they are the bound.

    Resources that carry less than half a person are not drawn: they add up to what is rounded.
    """
    prices = [x for x in document["bound"]["prices"] if abs(x["people"]) >= 0.5]
    total = max(1.0, sum(max(0.0, x["people"]) for x in prices))
    found, at = [], 0.0
    for x in prices:
        length = 100 * abs(x["people"]) / total
        begins = at if x["people"] > 0 else at - length
        found.append(Part(x["resource"], x["people"], begins, length))
        at += 100 * x["people"] / total
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant under an axis."""

    at: datetime
    x: float


@dataclass(frozen=True, slots=True)
class Layer:
    """A class in the stacked picture of people out."""

    name: str
    pattern: int
    path: str
    people: int


@dataclass(frozen=True, slots=True)
class PeopleCurve:
    """Cumulative people out by class, and how many had come by then."""

    width: int
    height: int
    left: int
    base: float
    layers: tuple[Layer, ...]
    came: str  # the line of everybody who had come
    lines: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]


def people_curve(t: Timeline) -> PeopleCurve:
    """Everybody out by each step, the first class at the bottom."""
    out = np.concatenate([np.zeros((len(t.classes), 1)), t.out.sum(1).cumsum(1)], axis=1)
    came = np.concatenate([[0], t.came.sum((0, 1)).cumsum()])
    top = round_up(int(came[-1]))
    base = HEIGHT - BOTTOM
    x = LEFT + np.arange(t.steps + 1) * (WIDTH - LEFT - RIGHT) / t.steps

    def y(people: Any) -> Any:
        return base - people * (base - TOP) / top

    layers, below = [], np.zeros(t.steps + 1)
    for c, name in enumerate(t.classes):
        above = below + out[c]
        path = f"M{points_of(x, y(above))}L{points_of(x[::-1], y(below)[::-1])}Z"
        layers.append(Layer(name, c % PATTERNS, path, int(out[c, -1])))
        below = above
    return PeopleCurve(
        WIDTH, HEIGHT, LEFT, base, tuple(layers), f"M{points_of(x, y(came))}",
        tuple((v, float(y(v))) for v in grid(top)), marks_of(t, LEFT, WIDTH - LEFT - RIGHT),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BedsCurve:
    """People at one base, hour by hour, under the line of its beds."""

    width: int
    height: int
    left: int
    base: float
    filling: Filling
    area: str
    beds_y: float | None  # None: no limit is known
    top: int
    top_y: float
    full_x: float | None  # where no further lift fits for the first time
    full_at: datetime | None
    marks: tuple[Mark, ...]


def beds_curves(t: Timeline, fillings: Sequence[Filling]) -> list[BedsCurve]:
    """The bases where somebody sleeps at some time, in the order of the plan."""
    base = SMALL_HEIGHT - SMALL_BOTTOM
    width = SMALL_WIDTH - SMALL_LEFT - 8
    step = width / max(1, t.steps - 1)
    x = SMALL_LEFT + np.arange(t.steps) * step
    found = []
    for b, filling in enumerate(fillings):
        if not filling.peak:
            continue
        top = round_up(max(filling.peak, filling.beds or 0))
        scale = (base - 12) / top
        y = base - t.present[b] * scale
        full = filling.full_hours
        found.append(
            BedsCurve(
                SMALL_WIDTH, SMALL_HEIGHT, SMALL_LEFT, base, filling,
                f"M{x[0]:.1f},{base}L{points_of(x, y)}L{x[-1]:.1f},{base}Z",
                None if filling.beds is None else base - filling.beds * scale,
                top, base - top * scale,
                None if full is None else SMALL_LEFT + full / t.step_hours * step,
                None if full is None else t.starts_at + timedelta(hours=full),
                marks_of(t, SMALL_LEFT, width, 2),
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class DayPoint:
    """People at most with the deadline moved by so many days."""

    days: float
    people: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class DaysCurve:
    """What the deadline is worth."""

    width: int
    height: int
    left: int
    base: float
    points: tuple[DayPoint, ...]
    path: str
    lines: tuple[tuple[int, float], ...]


def days_curve(found: Mapping[float, int]) -> DaysCurve | None:
    """The bound on people out by days earlier or later; None if fewer than two are known."""
    if len(found) < 2:
        return None
    days = sorted(found)
    top, base = round_up(max(found.values())), HEIGHT - BOTTOM
    width = (WIDTH - LEFT - RIGHT - 60) / (days[-1] - days[0])
    points = tuple(
        DayPoint(
            d, found[d], LEFT + 30 + (d - days[0]) * width, base - found[d] * (base - TOP) / top
        )
        for d in days
    )
    path = "M" + "L".join(f"{p.x:.1f},{p.y:.1f}" for p in points)
    lines = tuple((v, base - v * (base - TOP) / top) for v in grid(top))
    return DaysCurve(WIDTH, HEIGHT, LEFT, base, points, path, lines)


def points_of(x: Any, y: Any) -> str:
    """Points as a path has them, without the letter that it begins with."""
    return "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def round_up(value: int) -> int:
    """The end of an axis: the next number of one digit and zeros, or half of it."""
    ten = 1
    while ten * 10 < value:
        ten *= 10
    return next((n * ten // 2 for n in range(2, 21) if n * ten // 2 >= value), ten * 10)


def grid(top: int) -> list[int]:
    """Five lines at most, on round numbers."""
    ten = 1
    while True:
        for n in _STEPS:
            if top / (n * ten) <= 5:
                return list(range(0, top + 1, n * ten))
        ten *= 10


class Span(Protocol):
    """A time that runs in steps."""

    @property
    def starts_at(self) -> datetime:
        """Its first instant."""

    @property
    def steps(self) -> int:
        """How many."""

    @property
    def step_hours(self) -> float:
        """How long each is."""


def marks_of(t: Span, left: float, width: float, most: int = _MARKS_MAX) -> tuple[Mark, ...]:
    """Midnights in UTC, or every sixth hour where the plan is short; so many at most."""
    hours = t.steps * t.step_hours
    every = next((h for h in (6, 12, 24, 48, 96, 168) if hours / h <= most), 336)
    first = t.starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for n in range(int(hours // every) + 3):
        at = first + timedelta(hours=n * every)
        offset = (at - t.starts_at).total_seconds() / 3600
        if 0 <= offset <= hours:
            found.append(Mark(at, left + offset / hours * width))
    return tuple(found)
