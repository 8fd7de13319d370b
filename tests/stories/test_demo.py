"""What `safepassage demo` tells beyond the airlift: a family on its way, and the plan's odds."""

from __future__ import annotations

import re

from safepassage.cli.opened import opened
from safepassage.report.figure import ask, end_of
from tests.fixtures.kabul import Kabul


def test_a_family_is_taken_from_its_call_to_a_haven_and_the_one_who_is_missing_is_a_case(
    kabul: Kabul,
) -> None:
    told = kabul.printed.partition("From a gate to a haven")[2]
    said = [
        "red, too-early",
        "red, forged",
        "green, admit",
        "was let on again at north-gate: 5 heads are not counted a second time",
        "5 heads are at north-gate: the pass is counted once",
        "5 planned, 5 boarded, 4 counted. 1 head was scanned and is not there",
        "5 planned, 5 boarded, 5 counted",
        "reach-12 is diverted to island-haven",
        "5 departed, 4 arrive, 1 is missing",
        "case-2, next step trace",
    ]
    places = [told.find(line) for line in said]
    assert -1 not in places, dict(zip(said, places, strict=True))
    assert places == sorted(places)
    sums = dict(re.findall(r"^  (out|not out: unknown|together) +(\d+)$", told, re.MULTILINE))
    assert sums == {"out": "4", "not out: unknown": "1", "together": "5"}


def test_the_plans_odds_are_told_and_one_time_that_it_was_played_is_a_ledger(kabul: Kabul) -> None:
    assert "played 50 times" in kabul.printed
    (played,) = kabul.store.parent.glob("odds-*.db")
    with opened(str(played)) as at:
        end = end_of(at.ledger)
        assert end is not None
        baseline = at.operation.baselines[0]
        out = ask(at.ledger, at.asking.since("people-out", baseline.id, end))
        assert sum(at.ledger.stock(end).values()) == 0
    assert 50_000 < out.value < 200_000
