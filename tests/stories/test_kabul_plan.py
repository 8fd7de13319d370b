"""The Kabul airlift planned: the plan beside what happened, and the haven that filled up."""

from __future__ import annotations

from typing import Any

import pytest

from safepassage.cli.opened import opened
from safepassage.model.ids import PlaceId
from safepassage.planner.filling import fullest
from safepassage.planner.keeping import kept_plan
from safepassage.planner.posting import Clock
from safepassage.planner.publishing import recounted
from tests.fixtures.kabul import Kabul


@pytest.fixture(scope="module")
def compared(kabul: Kabul) -> Any:
    """The plan's own ledger against the ledger of what was published."""
    plan = kabul.store.with_name("kabul-2021-plan.db")
    return kabul.json("compare", str(plan), "actual")


def test_the_actual_side_is_what_was_published(compared: Any) -> None:
    out = {w["start"]: w["figures"]["people-out"]["second"]["value"] for w in compared["windows"]}
    assert out["2021-08-23T07:00:00Z"] == 21_600
    assert out["2021-08-28T07:00:00Z"] == 2_900


def test_the_windows_add_up_to_the_whole_on_both_sides(compared: Any) -> None:
    for side in ("first", "second"):
        parts = [w["figures"]["people-out"][side]["value"] for w in compared["windows"]]
        assert sum(parts) == compared["total"]["figures"]["people-out"][side]["value"]
    assert compared["total"]["figures"]["people-out"]["difference"] > 0


def test_the_plan_is_sound_and_fills_no_haven_beyond_its_beds(kabul: Kabul) -> None:
    with opened(str(kabul.store.with_name("kabul-2021-plan.db"))) as at:
        document = kept_plan(at.store)
        assert recounted(document).is_sound
        deadline = Clock.of(document).ends
        assert fullest(at.ledger, PlaceId("al-udeid"), deadline)[0] <= 17_000
        assert document["people_out"]["total"] <= document["bound"]["people"]


def test_the_halt_of_20_august_is_foreseen_on_the_19th(kabul: Kabul) -> None:
    assert "(17,000 - 7,000) / 9,000 a day = 26.7 h, full at 200940Z AUG 21" in kabul.printed
    assert "(17,000 - 7,000) / 5,000 a day = 48.0 h, full at 210700Z AUG 21" in kabul.printed
