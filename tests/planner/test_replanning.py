"""Planning on: what happened is fixed, those who were called keep their hour where they can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.lift import Lift
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import Opening
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.posting import promises
from safepassage.planner.publishing import recounted
from safepassage.planner.replanning import Shut, replan
from tests.planner.drawn import ENDS, STARTS, island_plan
from tests.planner.island import OPERATION
from tests.planner.unfolding import book_of, kept_until

EVENING = STARTS + timedelta(hours=20)
NIGHT = Window(STARTS + timedelta(hours=22), STARTS + timedelta(hours=30))


def planned_on(*shut: Shut, more: list[Fact] | None = None) -> dict[str, Any]:
    facts = kept_until(island_plan(), EVENING)
    return replan(book_of([*facts, *(more or [])]), island_plan(), EVENING, shut)


def seen_closed(place: str, reason: str) -> Opening:
    return Opening(
        id=EntryId(f"{place}-closed"),
        place=PlaceId(place),
        is_open=False,
        occurred_at=EVENING - timedelta(minutes=10),
        reason=reason,
    )


def boarded(document: dict[str, Any], before: int) -> int:
    sorties = [s for s in document["sorties"] if s["departs"] < before]
    return sum(sum(s["aboard"].values()) for s in sorties)


def test_while_all_goes_as_planned_nobody_is_told_otherwise() -> None:
    made = planned_on()
    assert recounted(made).is_sound
    assert made["replanned"]["changed"] == 0
    assert made["people_out"]["total"] >= island_plan()["people_out"]["total"]
    assert boarded(made, before=20) == boarded(island_plan(), before=20)


def test_a_shut_gate_passes_nobody_and_others_are_moved_as_little_as_can_be() -> None:
    made = planned_on(Shut("harbour-gate", NIGHT))
    called = [
        x["people"]
        for x in island_plan()["passages"]
        if x["gate"] == "harbour-gate" and 22 <= x["step"] < 30
    ]
    through = [x for x in made["passages"] if x["gate"] == "harbour-gate"]
    assert recounted(made).is_sound
    assert not [x for x in through if 22 <= x["step"] < 30]
    about = made["replanned"]
    assert sum(called) <= about["changed"] <= about["called"]


def test_a_gate_that_the_ledger_saw_closed_is_known() -> None:
    made = planned_on(more=[seen_closed("mill-gate", "ash")])
    assert made["replanned"]["shut"][0]["place"] == "mill-gate"
    later = [x for x in made["passages"] if x["gate"] == "mill-gate" and x["step"] >= 20]
    assert not later


def test_an_airstrip_that_is_shut_takes_no_lift() -> None:
    made = planned_on(Shut("strip", NIGHT))
    assert recounted(made).is_sound
    on_the_way = [s for s in island_plan()["sorties"] if s["launch"] < 20 <= s["departs"]]
    leaving = [s for s in made["sorties"] if 22 <= s["departs"] < 30]
    assert len(leaving) <= len(on_the_way)


def landing(document: dict[str, Any], base: str, after: int) -> list[int]:
    """Steps in which lifts that left their base from a step on land there again with people."""
    ways = {x["id"]: x["to_origin"][0] for x in document["problem"]["lifts"]}
    number = [b["id"] for b in document["problem"]["bases"]].index(base)
    return [
        s["departs"] + ways[s["lift"]][number]
        for s in document["sorties"]
        if s["base"] == base and s["launch"] >= after
    ]


@pytest.mark.parametrize("to", ["", "strip"])
def test_a_shut_haven_or_way_is_not_flown_and_the_others_carry_on(to: str) -> None:
    made = planned_on(Shut("levin", NIGHT, to))
    assert recounted(made).faults == ()
    assert not [t for t in landing(made, "levin", after=20) if 22 <= t < 30]
    assert [t for t in landing(made, "oster", after=20) if 22 <= t < 34]
    assert [t for t in landing(made, "levin", after=20) if t >= 30]  # it goes on when it opens
    about = made["replanned"]
    assert 0 <= about["changed"] <= about["called"]
    assert about["shut"][0]["place"] == ("levin..strip" if to else "levin")


def test_where_people_go_on_to_nothing_lands_while_it_is_shut() -> None:
    made = planned_on(Shut("mainland", NIGHT))
    assert recounted(made).faults == ()
    assert not [s for s in made["onward"] if 22 <= s["launch"] < 29]


def test_a_haven_that_the_ledger_saw_closed_takes_nobody_any_more() -> None:
    made = planned_on(more=[seen_closed("oster", "full")])
    assert made["replanned"]["shut"][0]["place"] == "oster"
    assert landing(made, "oster", after=20) == []


def test_a_road_to_a_gate_is_the_gate() -> None:
    by_road = planned_on(Shut("karr", NIGHT, "harbour-gate"))
    assert not [
        x for x in by_road["passages"] if x["gate"] == "harbour-gate" and 22 <= x["step"] < 30
    ]
    with pytest.raises(PlanRefusedError, match="no way of this plan leads"):
        planned_on(Shut("strip", NIGHT, "mainland"))


def test_a_lift_under_its_own_call_sign_counts_as_the_plan_s() -> None:
    """People who boarded another lift of the same type and base are not planned for again."""
    facts = kept_until(island_plan(), EVENING)
    seen = [
        f
        for f in facts
        if isinstance(f, Movement) and f.phase is Phase.POSTED and f.from_place == "strip"
    ]
    swapped = {seen[0].to_place: PlaceId("guard-17")}
    stated = [f for f in facts if isinstance(f, Lift) and f.lift in swapped]
    renamed = [
        replace(f, id=EntryId("guard-17"), lift=swapped[f.lift], scheduled_at=None) for f in stated
    ]
    others = [_renamed(f, swapped) for f in facts]
    made = replan(book_of([*others, *renamed]), island_plan(), EVENING)
    assert made["replanned"]["outside"] == 0
    assert boarded(made, before=20) == boarded(island_plan(), before=20)


def _renamed(fact: Fact, swapped: dict[PlaceId, PlaceId]) -> Fact:
    if not isinstance(fact, Movement) or fact.phase is not Phase.POSTED:
        return fact
    return replace(
        fact,
        from_place=swapped.get(fact.from_place, fact.from_place),
        to_place=swapped.get(fact.to_place, fact.to_place),
    )


def test_who_left_on_a_lift_that_no_fleet_has_is_planned_for_no_longer() -> None:
    boat = Lift(
        id=EntryId("boat"),
        lift=PlaceId("boat-1"),
        operator_class="hired",
        from_place=PlaceId("strip"),
        to_place=PlaceId("levin"),
        stated_at=STARTS,
        lift_type="boat",
    )
    gone = Movement(
        id=EntryId("boat-1/1"),
        from_place=PlaceId("strip"),
        to_place=PlaceId("boat-1"),
        phase=Phase.POSTED,
        occurred_at=EVENING - timedelta(hours=1),
        heads=60,
    )
    made = planned_on(more=[boat, gone])
    assert made["replanned"]["outside"] == 60
    known = sum(sum(row[0]) for row in made["problem"]["demand"])
    assert known == sum(sum(row[0]) for row in island_plan()["problem"]["demand"]) - 60


def test_only_the_rest_is_promised_anew() -> None:
    made = planned_on(Shut("harbour-gate", NIGHT))
    assert min(_when(f) for f in promises(made, OPERATION)) >= EVENING


def _when(fact: Fact) -> Any:
    return fact.occurred_at if isinstance(fact, Movement) else fact.scheduled_at  # type: ignore[union-attr]


@pytest.mark.parametrize("at", [STARTS - timedelta(hours=1), ENDS])
def test_before_and_after_the_plan_there_is_nothing_to_plan_on(at: Any) -> None:
    with pytest.raises(PlanRefusedError, match="not within the plan"):
        replan(book_of([]), island_plan(), at)


def test_a_closure_of_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(PlanRefusedError, match="no place of this plan"):
        planned_on(Shut("north-gate", NIGHT))
