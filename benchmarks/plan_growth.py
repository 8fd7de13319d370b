"""How plans grow with people and with days, printed and as a picture.

`python -m benchmarks.plan_growth docs/images/plan-growth.svg`: the case where gates bind, from a
thousand people to ten million and from three days to ninety, each with its bounds, plan and
recount. Peers are in the table of `python -m benchmarks.plans --peers`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.growth_chart import BOTTOM, HEIGHT, LEFT, RIGHT, STYLE, TOP, WIDTH, Axis, series
from benchmarks.growth_chart import grid as grid_lines
from benchmarks.plan_reference import reference_folder, reference_problem
from safepassage.plan.check import check
from safepassage.plan.solving import plan

PEOPLE = tuple((10**n, 18) for n in range(3, 8))
DAYS = ((175_000, 3), (175_000, 9), (175_000, 18), (175_000, 36), (175_000, 90))
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """One size measured."""

    people: int
    days: int
    out: int
    at_most: int
    cpu_seconds: float
    faults: int

    @property
    def gap(self) -> float:
        """People that any plan could add, per cent of the bound; at least a thousandth of it."""
        return max(1e-3, 100 * (self.at_most - self.out) / max(1, self.at_most))


def measured(people: int, days: int) -> Size:
    """A plan of this size, proved and recounted."""
    made = plan(reference_problem("base", 1, 1.0, total=people, days=days), SECONDS)
    found = check(json.loads(json.dumps(made.to_json())))
    out, most = made.draft.people, made.people.total
    return Size(people, days, out, most, made.cpu_seconds, len(found.faults))


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    across: Callable[[Size], float]
    up: Callable[[Size], float]


def draw(people: Sequence[Size], days: Sequence[Size], caption: str) -> str:
    """Seconds and gap over people, and over days."""
    panels = (
        (_Panel("CPU seconds over people", lambda s: s.people, lambda s: s.cpu_seconds), people),
        (_Panel("CPU seconds over days", lambda s: s.days, lambda s: s.cpu_seconds), days),
        (_Panel("gap in people, %, over people", lambda s: s.people, lambda s: s.gap), people),
        (_Panel("gap in people, %, over days", lambda s: s.days, lambda s: s.gap), days),
    )
    width, height = 2 * WIDTH, 2 * HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(caption)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for number, (panel, sizes) in enumerate(panels):
        parts.append(f'<g transform="translate({number % 2 * WIDTH},{number // 2 * HEIGHT})">')
        parts += _drawn(panel, sizes)
        parts.append("</g>")
    parts.append(f'<text class="small" x="{LEFT}" y="{height - 10}">{escape(caption)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _drawn(panel: _Panel, sizes: Sequence[Size]) -> list[str]:
    x, y = [panel.across(s) for s in sizes], [panel.up(s) for s in sizes]
    across, up = Axis.around(x, LEFT, WIDTH - RIGHT), Axis.around(y, HEIGHT - BOTTOM, TOP)
    head = f'<text class="head" x="{LEFT}" y="22">{escape(panel.title)}</text>'
    return [head, *grid_lines(across, up), *series(y, x, across, up, "line")]


def main() -> int:
    """Measure, print, and draw where asked to."""
    if reference_folder() is None:
        print("no reference folder: set SAFEPASSAGE_REFERENCE to the one that holds planning/")
        return 2
    known: dict[tuple[int, int], Size] = {}
    for size in dict.fromkeys([*PEOPLE, *DAYS]):
        known[size] = measured(*size)
        print(known[size], flush=True)
    if len(sys.argv) > 1:
        caption = "gates bind, one origin, hourly; bounds, plan and people to the person"
        picture = draw([known[s] for s in PEOPLE], [known[s] for s in DAYS], caption)
        Path(sys.argv[1]).write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
