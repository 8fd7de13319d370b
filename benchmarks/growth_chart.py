"""The growth of the figures as a picture: one panel each, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from benchmarks import checks, queries, sitreps
from benchmarks.growth import Stage

COLUMNS = 3
WIDTH, HEIGHT = 320, 230  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 42, 34  # of the plot inside it
STYLE = """
  svg { color: #1d2733; font: 12px system-ui, sans-serif }
  .paper { fill: #fff } .line { stroke: #0b5cad } .dot { fill: #0b5cad }
  .peer { stroke: #8a5a00 } .peer-dot { fill: #8a5a00 } .goal { stroke: #b3261e }
  .goal-word { fill: #b3261e }
  @media (prefers-color-scheme: dark) {
    svg { color: #e3e8ee } .paper { fill: #11161c }
    .line { stroke: #7cb7ff } .dot { fill: #7cb7ff }
    .peer { stroke: #e0b060 } .peer-dot { fill: #e0b060 } .goal { stroke: #ff8a80 }
    .goal-word { fill: #ff8a80 }
  }
  text { fill: currentColor } .head { font-weight: 600 } .end { text-anchor: end }
  .mid { text-anchor: middle } .small { font-size: 10px }
  .grid { stroke: currentColor; opacity: .15 } .axis { stroke: currentColor; opacity: .6 }
  .line, .peer { fill: none; stroke-width: 2 } .peer { stroke-dasharray: 5 3 }
  .goal { stroke-dasharray: 2 3 }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure over the size of the ledger, its peer and its goal."""

    title: str
    ours: Callable[[Stage], float]
    peer: Callable[[Stage], float] | None = None
    goal: float | None = None


PANELS = (
    Panel("appends a second", lambda s: s.append_rate, lambda s: s.bare_append_rate),
    Panel("stock, p95, ms", lambda s: s.stock_ms, lambda s: s.bare_stock_ms, queries.GOAL_MS),
    Panel("the board's values, p95, ms", lambda s: s.board_ms, None, queries.GOAL_MS),
    Panel(
        "full check, s", lambda s: s.check_seconds, lambda s: s.bare_check_seconds,
        checks.SECONDS_MAX,
    ),
    Panel(
        "memory of the check, MiB", lambda s: s.check_mib, lambda s: s.bare_check_mib,
        checks.MIB_MAX,
    ),
    Panel("situation report, s", lambda s: s.sitrep_seconds, None, sitreps.GOAL_SECONDS),
    Panel("size of the file, MiB", lambda s: s.file_mib, lambda s: s.bare_file_mib),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axis:
    """Decades laid out between two points of the page."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], start: float, end: float) -> Axis:
        """Whole decades around all values, at least one."""
        known = [math.log10(v) for v in values if v > 0] or [0.0]
        low, high = math.floor(min(known)), math.ceil(max(known))
        return cls(low, max(high, low + 1), start, end)

    def __call__(self, value: float) -> float:
        """Where a value comes to lie."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def decades(self) -> range:
        """The powers of ten on the axis."""
        return range(self.low, self.high + 1)


def draw(stages: Sequence[Stage], caption: str) -> str:
    """The whole picture."""
    rows = math.ceil(len(PANELS) / COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(caption)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for number, panel in enumerate(PANELS):
        across, down = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT
        parts.append(f'<g transform="translate({across},{down})">')
        parts += _panel(panel, stages)
        parts.append("</g>")
    parts += _legend(width, height, caption)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, stages: Sequence[Stage]) -> list[str]:
    sizes = [float(s.movements) for s in stages]
    ours = [panel.ours(s) for s in stages]
    peer = [panel.peer(s) for s in stages] if panel.peer else []
    across = Axis.around(sizes, LEFT, WIDTH - RIGHT)
    goals = [panel.goal] if panel.goal else []
    up = Axis.around([*ours, *peer, *goals], HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="head" x="{LEFT}" y="22">{escape(panel.title)}</text>']
    parts += grid(across, up)
    if panel.goal:
        y = up(panel.goal)
        parts.append(f'<path class="goal" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="goal-word small" x="{LEFT + 4}" y="{y - 4:.1f}">goal</text>')
    for values, name in ((peer, "peer"), (ours, "line")):
        if values:
            parts += series(values, sizes, across, up, name)
    return parts


def grid(across: Axis, up: Axis) -> list[str]:
    parts = []
    for power in up.decades:
        y = up(10.0**power)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        label = _decade(power)
        parts.append(f'<text class="end small" x="{LEFT - 6}" y="{y + 3:.1f}">{label}</text>')
    for power in across.decades:
        x = across(10.0**power)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        label = _decade(power)
        parts.append(f'<text class="mid small" x="{x:.1f}" y="{HEIGHT - 18}">{label}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    return parts


def _decade(power: int) -> str:
    if -3 <= power <= 4:
        return f"{10.0**power:,.10g}"
    return f'10<tspan dy="-4" font-size="8">{power}</tspan>'


def series(
    values: Sequence[float], sizes: Sequence[float], across: Axis, up: Axis, name: str
) -> list[str]:
    points = [(across(s), up(v)) for s, v in zip(sizes, values, strict=True)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dot = "dot" if name == "line" else "peer-dot"
    dots = [f'<circle class="{dot}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
    return [f'<path class="{name}" d="{path}"/>', *dots]


def _legend(width: int, height: int, caption: str) -> list[str]:
    y = height - 12
    return [
        f'<path class="line" d="M{LEFT} {y}h24"/>',
        f'<text x="{LEFT + 30}" y="{y + 4}">Safe Passage</text>',
        f'<path class="peer" d="M{LEFT + 130} {y}h24"/>',
        f'<text x="{LEFT + 160}" y="{y + 4}">plain SQLite in the same run</text>',
        f'<text class="end small" x="{width - RIGHT}" y="{y + 4}">{escape(caption)}</text>',
    ]
