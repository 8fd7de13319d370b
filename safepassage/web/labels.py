"""Where the names on the map go: each beside its symbol, on the side where it covers least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LETTER = 0.56  # mean width of a letter, in heights
GAP = 5.0
HIDDEN_MAX = 0.08  # a label that covers others with more of itself is worse than none


class Box(NamedTuple):
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Box) -> float:
        """The area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.right - self.left) * (self.bottom - self.top)


class Label(NamedTuple):
    """Two lines of text, name and number: where they start and how they are anchored."""

    x: float
    y: float  # baseline of the first line
    anchor: str


def place_labels(
    texts: Sequence[tuple[str, str]],
    spots: Sequence[Box],
    beads: Sequence[Box],
    sheet: Box,
    height: float,
) -> list[Label | None]:
    """A label for every spot; those that come first choose first, those without room get none.

    `beads` are small boxes along the lines of the map, which a label should not cover either.
    """
    taken: list[Box] = []
    labels: list[Label | None] = []
    for text, spot in zip(texts, spots, strict=True):
        others = [s for s in spots if s is not spot]
        label, box = min(
            _candidates(text, spot, height),
            key=lambda c: _cost(c[1], [*taken, *others], beads, sheet),
        )
        if _covered(box, [*taken, *others]) > HIDDEN_MAX * box.area:
            labels.append(None)
            continue
        labels.append(label)
        taken.append(box)
    return labels


def _candidates(text: tuple[str, str], spot: Box, height: float) -> list[tuple[Label, Box]]:
    """The eight places around a spot, the preferred one first."""
    width = max(map(len, text)) * height * LETTER
    tall = 2.2 * height
    x, y = (spot.left + spot.right) / 2, (spot.top + spot.bottom) / 2
    right, left = spot.right + GAP, spot.left - GAP
    tops = {"middle": y - tall / 2, "above": spot.top - tall, "below": spot.bottom}
    found = [
        _candidate(right, tops["middle"], "start", width, height),
        _candidate(left, tops["middle"], "end", width, height),
        _candidate(x, tops["above"] - GAP, "middle", width, height),
        _candidate(x, tops["below"] + GAP, "middle", width, height),
    ]
    for side, anchor in ((right, "start"), (left, "end")):
        for top in ("above", "below"):
            shift = tall / 3 if top == "above" else -tall / 3
            found.append(_candidate(side, tops[top] + shift, anchor, width, height))
    return found


def _candidate(x: float, top: float, anchor: str, width: float, height: float) -> tuple[Label, Box]:
    left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
    box = Box(left, top, left + width, top + 2.2 * height)
    return Label(x, top + height, anchor), box


def _cost(box: Box, taken: Sequence[Box], beads: Sequence[Box], sheet: Box) -> float:
    """What a place costs: names and symbols it covers, lines half as much, the edge four times."""
    off = box.area - box.covers(sheet)
    return _covered(box, taken) + 0.5 * sum(box.covers(bead) for bead in beads) + 4 * off


def _covered(box: Box, taken: Sequence[Box]) -> float:
    return sum(box.covers(other) for other in taken)
