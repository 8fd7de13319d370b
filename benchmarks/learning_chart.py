"""The curve of learning as a picture: a column a register, recall above precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Final, Protocol

WIDTH, HEIGHT = 300, 200  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 36, 30  # of the plot inside it
_STYLE: Final = """
  svg { color: #1d2733; font: 12px system-ui, sans-serif }
  .paper { fill: #fff } .taught { stroke: #0b5cad } .alone { stroke: #8a5a00 }
  @media (prefers-color-scheme: dark) {
    svg { color: #e3e8ee } .paper { fill: #11161c }
    .taught { stroke: #7cb7ff } .alone { stroke: #e0b060 }
  }
  text { fill: currentColor } .head { font-weight: 600 } .end { text-anchor: end }
  .mid { text-anchor: middle } .small { font-size: 10px }
  .grid { stroke: currentColor; opacity: .15 }
  .taught, .alone { fill: none; stroke-width: 2 } .alone { stroke-dasharray: 5 3 }
  .slips { opacity: .45 }
"""


class Score(Protocol):
    """Of clusters."""

    @property
    def precision(self) -> float: ...
    @property
    def recall(self) -> float: ...


class Drawn(Protocol):
    """What a point of the curve must tell."""

    @property
    def part(self) -> str: ...
    @property
    def slips(self) -> float: ...
    @property
    def answers(self) -> int: ...
    @property
    def is_recalibrated(self) -> bool: ...
    @property
    def likely(self) -> Score: ...


_ROWS: Final[tuple[tuple[str, Callable[[Score], float]], ...]] = (
    ("recall", lambda score: score.recall),
    ("precision", lambda score: score.precision),
)


def draw(points: Sequence[Drawn], caption: str) -> str:
    """The whole picture: likely clusters; thin lines are of a reviewer who errs."""
    parts = list(dict.fromkeys(point.part for point in points))
    width, height = len(parts) * WIDTH, len(_ROWS) * HEIGHT + 44
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="What reviewed pairs add: {escape(caption)}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for column, part in enumerate(parts):
        own = [point for point in points if point.part == part]
        for row, (name, value) in enumerate(_ROWS):
            out.append(f'<g transform="translate({column * WIDTH},{row * HEIGHT})">')
            out.append(f'<text class="head" x="{LEFT}" y="22">{escape(part)}, {name}</text>')
            out += [*_panel(own, value), "</g>"]
    out += _legend(height, caption)
    return "\n".join([*out, "</svg>", ""])


def _panel(points: Sequence[Drawn], value: Callable[[Score], float]) -> list[str]:
    step = 0.01
    scores = [value(p.likely) for p in points]
    low = min(math.floor(min(scores) / step) * step, 1 - step)
    high = max(low + step, math.ceil(max(scores) / step) * step)
    most = max(p.answers for p in points) or 1

    def across(answers: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * answers / most

    def up(score: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (score - low) / (high - low)

    out = []
    ticks = round((high - low) / step)
    for tick in range(0, ticks + 1, 1 + ticks // 6):
        y = up(low + tick * step)
        out.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        label = f"{low + tick * step:.2f}"
        out.append(f'<text class="end small" x="{LEFT - 6}" y="{y + 3:.1f}">{label}</text>')
    for answers in sorted({p.answers for p in points}):
        x = across(answers)
        out.append(f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        out.append(f'<text class="mid small" x="{x:.1f}" y="{HEIGHT - 14}">{answers:,}</text>')
    for slips in sorted({p.slips for p in points}, reverse=True):
        for is_taught in (False, True):
            # Nothing is learned from no answers: both curves begin in one point.
            line = [
                f"{across(p.answers):.1f} {up(value(p.likely)):.1f}"
                for p in points
                if p.slips == slips and (p.is_recalibrated is is_taught or not p.answers)
            ]
            style = ("taught" if is_taught else "alone") + (" slips" if slips else "")
            out.append(f'<path class="{style}" d="M{"L".join(line)}"/>')
    return out


def _legend(height: int, caption: str) -> list[str]:
    first, second = height - 26, height - 10
    return [
        f'<path class="taught" d="M{LEFT} {first}h24"/>',
        f'<text x="{LEFT + 30}" y="{first + 4}">answers and recalibration</text>',
        f'<path class="alone" d="M{LEFT} {second}h24"/>',
        f'<text x="{LEFT + 30}" y="{second + 4}">answers alone; pale: one in fifty wrong</text>',
        f'<text class="small" x="{LEFT + 290}" y="{second + 4}">pairs reviewed, likely clusters;'
        f" {escape(caption)}</text>",
    ]
