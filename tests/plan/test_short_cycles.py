"""Crews that rest for half a day: what binds is found although their cycle is short."""

from __future__ import annotations

from safepassage.plan.bounds import CREWS, bound, coarse_length
from safepassage.plan.whatif import people_at_most, what_if
from tests.planner.island import WANTED


def test_a_short_cycle_of_crews_is_seen_to_bind() -> None:
    problem = WANTED.setup().problem.pooled()
    assert coarse_length(problem) == problem.lifts[0].cycle == 12
    assert bound(problem, coarse_length(problem)).binding == CREWS


def test_what_ifs_tell_changes_apart_where_crews_bind() -> None:
    problem = WANTED.setup().problem
    before = people_at_most(problem)
    assert before < problem.demand.sum()
    gains = {words: what_if(problem, words, before).gain for words in ("crews +25%", "days +1")}
    assert min(gains.values()) > 0
