"""Planning on where lifts move between bases, a garrison leaves last, and loads are flown in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safepassage.model.fact import Fact
from safepassage.model.ids import CategoryId, EntryId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Movement, Phase
from safepassage.plan.document import problem_of
from safepassage.planner.posting import Clock, promises
from safepassage.planner.publishing import recounted
from safepassage.planner.reckoning import moves, seen_until
from safepassage.planner.replanning import Shut, replan
from tests.planner.drawn import STARTS
from tests.planner.garrison import OPERATION, fort_plan
from tests.planner.unfolding import book_of, kept_until

HOUR = timedelta(hours=1)
GARRISON, TENTS, WAITING = 14, 4, 120
SECOND = 8  # the step in which the second lift moves; it is ready three steps later


def planned_on(hour: int, facts: Iterable[Fact] | None = None, *shut: Shut) -> dict[str, Any]:
    """The rest from some minutes before an hour on, after what happened or all that was planned."""
    at = STARTS + hour * HOUR - timedelta(minutes=10)
    kept = kept_until(fort_plan(), at, OPERATION) if facts is None else facts
    made = replan(book_of(kept), fort_plan(), at, shut)
    assert recounted(made).faults == ()
    return made


def leaving(document: dict[str, Any], before: int = 99) -> int:
    return sum(
        sum(s["aboard"].values()) + sum(s.get("guard", {}).values())
        for s in document["sorties"]
        if s["departs"] < before
    )


def guards(document: dict[str, Any]) -> dict[int, int]:
    """How many of the garrison leave in which step."""
    found: dict[int, int] = {}
    for s in document["sorties"]:
        for heads in s.get("guard", {}).values():
            found[s["departs"]] = found.get(s["departs"], 0) + heads
    return found


def test_the_plan_needs_all_that_planning_on_must_read() -> None:
    made = fort_plan()
    assert recounted(made).faults == ()
    assert [(m["from"], m["to"], m["launch"]) for m in made["moves"]] == [
        ("near", "far", 0),
        ("near", "far", SECOND),
    ]
    assert sum(guards(made).values()) == GARRISON


@pytest.mark.parametrize("hour", [1, 3, SECOND, SECOND + 1, SECOND + 2, SECOND + 3, 12, 18])
def test_before_during_and_after_a_move_nobody_is_planned_twice_or_told_otherwise(
    hour: int,
) -> None:
    made = planned_on(hour)
    assert made["moves"] == fort_plan()["moves"]
    assert made["replanned"]["changed"] == made["replanned"]["outside"] == 0
    assert leaving(made, before=hour) == leaving(fort_plan(), before=hour)
    assert leaving(made) == leaving(fort_plan())
    assert sum(guards(made).values()) == GARRISON


def test_a_move_is_stated_to_both_bases_and_promised_once() -> None:
    stated = [f for f in promises(fort_plan(), OPERATION) if isinstance(f, Lift)]
    between = [f for f in stated if f.from_place == "near" and f.to_place == "far"]
    assert [f.scheduled_at for f in between] == [STARTS, STARTS + SECOND * HOUR]
    later = promises(planned_on(3), OPERATION)
    assert [f.scheduled_at for f in later if isinstance(f, Lift) and f.from_place == "near"] == [
        STARTS + SECOND * HOUR
    ]


def test_a_move_that_was_cancelled_was_not_made() -> None:
    move = next(f for f in promises(fort_plan(), OPERATION) if _is_move(f, STARTS + SECOND * HOUR))
    assert isinstance(move, Lift)
    cancelled = LiftStatus(
        id=EntryId("no-crew"), lift=move.lift, status=Status.CANCELLED, occurred_at=STARTS
    )
    facts = [f for f in kept_until(fort_plan(), STARTS + 3 * HOUR, OPERATION)]
    made = planned_on(10, [*facts, cancelled])
    assert [m["launch"] for m in made["moves"] if m["launch"] < 10] == [0]


def _is_move(fact: Fact, at: Any) -> bool:
    return (
        isinstance(fact, Lift)
        and fact.scheduled_at == at
        and (fact.from_place, fact.to_place) == ("near", "far")
    )


def test_a_lift_moves_neither_from_nor_to_a_base_that_is_shut() -> None:
    closed = Window(STARTS + 4 * HOUR, STARTS + 13 * HOUR)
    made = planned_on(3, None, Shut("far", closed))
    assert [m["launch"] for m in made["moves"] if 2 < m["launch"] < 13] == []
    made["moves"].append({**made["moves"][0], "launch": SECOND})
    assert "closures" in {f.rule for f in recounted(made).faults}


def test_of_a_garrison_those_who_left_early_are_not_planned_again() -> None:
    facts = kept_until(fort_plan(), STARTS + 12 * HOUR, OPERATION)
    first = next(
        n
        for n, f in enumerate(facts)
        if isinstance(f, Movement) and f.phase is Phase.POSTED and f.from_place == "strip"
    )
    flown = facts[first]
    assert isinstance(flown, Movement)
    seats = replace(flown, heads=flown.heads - 4, fulfils=None)
    sick = replace(seats, id=EntryId("sick"), heads=4, category=CategoryId("garrison"))
    made = planned_on(12, [*facts[:first], seats, sick, *facts[first + 1 :]])
    left = guards(made)
    assert sum(left.values()) == GARRISON
    assert left[2] == 4
    assert {step for step in left if step >= 12} == {max(s["departs"] for s in made["sorties"])}


def test_a_garrison_that_left_outside_the_plan_is_planned_for_no_longer() -> None:
    facts = kept_until(fort_plan(), STARTS + 12 * HOUR, OPERATION)
    boat = Lift(
        id=EntryId("boat"), lift=PlaceId("boat-1"), operator_class="navy",
        from_place=PlaceId("strip"), to_place=PlaceId("far"), stated_at=STARTS, lift_type="boat",
    )  # fmt: skip
    gone = Movement(
        id=EntryId("gone"), from_place=PlaceId("strip"), to_place=PlaceId("boat-1"),
        phase=Phase.POSTED, occurred_at=STARTS + 8 * HOUR, heads=9,
        category=CategoryId("garrison"),
    )  # fmt: skip
    made = planned_on(12, [*facts, boat, gone])
    assert made["replanned"]["outside"] == 9
    assert sum(guards(made).values()) == GARRISON - 9


def test_what_was_not_flown_in_in_time_is_asked_for_no_longer() -> None:
    made = planned_on(8, kept_until(fort_plan(), STARTS, OPERATION))
    assert made["problem"]["needs"] == []
    in_time = planned_on(8)
    assert [n["amount"] for n in in_time["problem"]["needs"]] == [TENTS]


@given(
    hour=st.integers(1, 19),
    happened=st.lists(st.booleans(), min_size=30, max_size=30),
    shut=st.sampled_from(["", "near", "far", "gate", "strip"]),
)
@example(hour=18, happened=[False] * 30, shut="far")  # it shuts while lifts are under way to it
@settings(max_examples=6, deadline=None)
def test_whatever_of_it_happened_everybody_is_planned_for_once(
    hour: int, happened: list[bool], shut: str
) -> None:
    """Some lifts never flew: whom they should have carried is still there, or was left behind."""
    at = STARTS + hour * HOUR
    facts = kept_until(fort_plan(), at, OPERATION)
    lifts = [f.lift for f in facts if isinstance(f, Lift)]
    grounded = {x for x, flew in zip(lifts, happened, strict=False) if not flew}
    closures = [Shut(shut, Window(at, at + 3 * HOUR))] if shut else []
    made = planned_on(hour, [f for f in facts if not _is_aboard(f, grounded)], *closures)
    of_guard = sum(guards(made).values())
    assert leaving(made) - of_guard + sum(made["left_behind"].values()) == WAITING
    given_up = made["replanned"].get("unmet", {"guard": []})["guard"]
    assert of_guard + sum(x["people"] for x in given_up) == GARRISON


def test_what_can_no_longer_be_met_is_given_up_as_little_as_can_be_and_said() -> None:
    """Nothing flew for thirteen hours: who is inside and the garrison are too many for the rest."""
    made = planned_on(13, [f for f in kept_until(fort_plan(), STARTS + 13 * HOUR, OPERATION)
                           if not _is_aboard(f, _lifts(fort_plan()))])  # fmt: skip
    unmet = made["replanned"]["unmet"]
    assert sum(guards(made).values()) == GARRISON
    assert unmet["guard"] == unmet["inbound"] == []
    assert unmet["sent_back"] > 0
    seats = 10 * len([s for s in made["sorties"] if s["departs"] >= 13])
    assert seats - leaving(made) < 10


def _lifts(document: dict[str, Any]) -> set[PlaceId]:
    return {f.lift for f in promises(document, OPERATION) if isinstance(f, Lift)}


def _is_aboard(fact: Fact, lifts: set[PlaceId]) -> bool:
    """Whether a fact says that one of these lifts flew."""
    if isinstance(fact, Movement) and fact.phase is Phase.POSTED:
        return bool({fact.from_place, fact.to_place} & lifts)
    return isinstance(fact, LiftStatus) and fact.lift in lifts


@given(seen=st.lists(st.integers(0, 9), max_size=3), cancelled=st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_move_under_its_own_call_sign_stands_for_a_promised_one(
    seen: list[int], cancelled: bool
) -> None:
    facts = kept_until(fort_plan(), STARTS, OPERATION)
    promised = [f for f in facts if isinstance(f, Lift) and f.from_place == "near"]
    for n, hour in enumerate(seen):
        own = PlaceId(f"guard-{n}")
        facts.append(replace(promised[0], id=EntryId(own), lift=own, scheduled_at=None))
        facts.append(_left(own, Status.DEPARTED, hour))
    if cancelled:
        facts.append(_left(promised[1].lift, Status.CANCELLED, 1))
    ledger, problem = book_of(facts), problem_of(fort_plan())
    found = moves(ledger, seen_until(ledger, fort_plan(), problem, STARTS + 10 * HOUR))
    assert len(found) == max(len(seen), 2 - cancelled)
    assert all(f.sortie.is_ferry and f.sortie.launch % problem.wave == 0 for f in found)


def _left(lift: PlaceId, status: Status, hour: int) -> LiftStatus:
    at = Clock.of(fort_plan()).at(hour) + timedelta(minutes=5)
    return LiftStatus(id=EntryId(f"{lift}/seen"), lift=lift, status=status, occurred_at=at)
