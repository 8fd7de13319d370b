"""A share of the crews, in whole ones: a what-if never asks for a tenth of a crew, or for none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from safepassage.exchange.demand_file import read_demand
from safepassage.plan.problem import Problem
from safepassage.plan.setup import set_up
from safepassage.plan.whatif import changed, in_whole_crews
from tests.planner.island import DEMAND_FILE, OPERATION

ISLAND = set_up(OPERATION, read_demand(DEMAND_FILE, "demand.yaml")).problem


def with_crews(*crews: int | None) -> Problem:
    lifts = [replace(x, crews=n) for x, n in zip(ISLAND.lifts, crews, strict=True)]
    return replace(ISLAND, lifts=tuple(lifts))


@pytest.mark.parametrize(
    ("crews", "words", "after"),
    [
        ((6, 4), "crews +10%", (7, 4)),  # a tenth of ten is one, where most of one is owed
        ((6, None), "crews +10%", (7, None)),  # a tenth of six is none: one is asked for
        ((6, None), "crews -10%", (5, None)),
        ((2, 3), "crews +50%", (3, 4)),  # 7.5 in all: seven
        ((40, 25), "crews +20%", (48, 30)),
        ((6, 4), "crews +0%", (6, 4)),
        ((0, 6), "crews +10%", (0, 7)),  # who has none gets none
        ((None, None), "crews +10%", (None, None)),
    ],
)
def test_crews_are_whole(
    crews: tuple[int | None, ...], words: str, after: tuple[int | None, ...]
) -> None:
    assert tuple(x.crews for x in changed(with_crews(*crews), words).lifts) == after


def test_it_is_said_how_many_crews_were_asked_for() -> None:
    assert in_whole_crews(with_crews(6, None), "crews +10%") == (
        "crews +10%: +1 of 6 crews, in whole ones"
    )
    assert "do not limit" in in_whole_crews(with_crews(None, None), "crews +10%")
    assert in_whole_crews(ISLAND, "slots +1") == ""
