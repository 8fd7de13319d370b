"""A link that alone holds two groups together is found, and no machine takes it alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from safepassage.register.match.bridges import weak_bridges
from safepassage.register.match.cluster import components

ROWS = 9
links = st.sets(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, ROWS - 1)).filter(lambda e: e[0] < e[1]),
    max_size=14,
)


def found(edges: list[tuple[int, int]]) -> list[bool]:
    left, right = (np.array([e[side] for e in edges], dtype=np.int64) for side in (0, 1))
    return weak_bridges(components(ROWS, left, right), left, right).tolist()


def sides(edges: list[tuple[int, int]], without: tuple[int, int]) -> tuple[set[int], set[int]]:
    """Whom the two ends of a link still reach when it is gone."""
    reached = []
    for start in without:
        seen, edge = {start}, [start]
        while edge:
            row = edge.pop()
            for one, other in edges:
                if (one, other) != without and row in (one, other):
                    beyond = other if row == one else one
                    if beyond not in seen:
                        seen.add(beyond)
                        edge.append(beyond)
        reached.append(seen)
    return reached[0], reached[1]


@given(links)
def test_a_weak_bridge_is_a_link_whose_two_sides_fall_apart_and_are_groups(
    drawn: set[tuple[int, int]],
) -> None:
    edges = sorted(drawn)
    for edge, is_weak in zip(edges, found(edges), strict=True):
        one, other = sides(edges, edge)
        assert is_weak == (one.isdisjoint(other) and min(len(one), len(other)) >= 2)


def test_two_threesomes_held_by_one_link_are_told_from_a_row_that_hangs_on() -> None:
    groups = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]
    assert found([*groups, (2, 3)]) == [False] * 6 + [True]
    assert found([(0, 1), (0, 2), (1, 2), (2, 3)]) == [False] * 4
