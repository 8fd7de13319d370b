"""Links that alone hold two groups together: the weakest point a cluster can have.

A bridge of a graph is an edge without which its two ends are not connected (Tarjan, "A note on
finding the bridges of a graph", 1974).  One with a single row behind it is an ordinary link; one
with two rows or more on either side says that two persons may have been joined by one mistake.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.candidates import Longs

SIDE_MIN: Final = 2  # rows on either side


def weak_bridges(label: Longs, left: Longs, right: Longs) -> NDArray[np.bool_]:
    """Which links are bridges between two groups of at least two rows each.

    Args:
        label: for each row the component that the links connect it with.
        left: one end of each link; each pair of rows comes once.
        right: the other.
    """
    rows, links = np.bincount(label), np.bincount(label[left], minlength=len(label))
    # With a bridge there are at most so many links: nearly all components have more.
    most = (rows - SIDE_MIN) * (rows - SIDE_MIN - 1) // 2 + 2
    doubtful = (rows >= 2 * SIDE_MIN) & (links[: len(rows)] <= most)
    found = np.zeros(len(left), dtype=np.bool_)
    places = np.flatnonzero(doubtful[label[left]])
    places = places[np.argsort(label[left[places]], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[left[places]])) + 1
    for part in np.split(places, cuts):
        edges = list(zip(left[part].tolist(), right[part].tolist(), strict=True))
        found[part] = _bridges(edges)
    return found


def _bridges(edges: list[tuple[int, int]]) -> list[bool]:
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    return [
        min(len(near[one]), len(near[other])) >= SIDE_MIN and not _is_reached(one, other, near)
        for one, other in edges
    ]


def _is_reached(start: int, end: int, near: dict[int, set[int]]) -> bool:
    """Whether there is a way besides the link itself."""
    seen, edge = {start}, near[start] - {end}
    while edge:
        if end in edge:
            return True
        seen |= edge
        edge = {row for known in edge for row in near[known]} - seen
    return False
