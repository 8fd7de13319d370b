"""Over-calling: as many as the risk allows, by a distribution that is exact."""

from __future__ import annotations

from itertools import product, repeat
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.errors import PlanInputError
from safepassage.plan.overcall import call


def binomial_tail(called: int, show: float, room: int) -> float:
    """The chance that more than `room` of `called` come, each by themselves."""
    return sum(
        comb(called, k) * show**k * (1 - show) ** (called - k) for k in range(room + 1, called + 1)
    )


@pytest.mark.parametrize(("room", "no_show"), [(10, 0.3), (50, 0.15), (120, 0.05)])
def test_single_people_are_called_up_to_the_binomial_quantile(room: int, no_show: float) -> None:
    found = call(repeat(1), room, no_show, risk=0.05)
    assert found.chance_of_more == pytest.approx(binomial_tail(found.heads, 1 - no_show, room))
    assert found.chance_of_more <= 0.05 < binomial_tail(found.heads + 1, 1 - no_show, room)
    assert found.expected == pytest.approx(found.heads * (1 - no_show))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=8),
    st.integers(0, 20),
    st.floats(0, 0.9),
    st.floats(0.01, 0.6),
)
def test_the_chance_is_that_of_all_ways_in_which_families_can_come(
    sizes: list[int], room: int, no_show: float, risk: float
) -> None:
    found = call(sizes, room, no_show, risk)
    more = fewer = 0.0
    for comes in product((0, 1), repeat=len(found.sizes)):
        chance = 1.0
        for one in comes:
            chance *= 1 - no_show if one else no_show
        heads = sum(s * one for s, one in zip(found.sizes, comes, strict=True))
        more += chance * (heads > room)
        fewer += chance * (heads < found.low)
    assert found.chance_of_more == pytest.approx(more, abs=1e-12)
    assert more <= risk + 1e-12
    assert fewer <= risk + 1e-9
    assert found.sizes == tuple(sizes[: len(found.sizes)])  # nobody overtakes


def test_larger_families_are_called_less_boldly() -> None:
    singles, fives = (call(repeat(n), 100, 0.2, 0.05) for n in (1, 5))
    assert fives.heads < singles.heads
    assert singles.heads > 100


def test_if_everybody_comes_nobody_is_called_too_many() -> None:
    assert call(repeat(4), 30, 0.0, 0.05).heads == 28


@pytest.mark.parametrize(("no_show", "risk"), [(1.0, 0.1), (-0.1, 0.1), (0.1, 0), (0.1, 1)])
def test_a_chance_that_is_none_is_refused(no_show: float, risk: float) -> None:
    with pytest.raises(PlanInputError, match="write"):
        call([1], 10, no_show, risk)
