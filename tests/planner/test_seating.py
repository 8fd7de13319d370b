"""Families of a roll on a plan's seats: whole, once, and the plan is a plan still."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import CategoryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.movement import Movement
from safepassage.planner.callforward import Calling, call_forward
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.posting import promises
from safepassage.planner.publishing import recounted
from safepassage.planner.replanning import Shut, replan
from safepassage.planner.roll import (
    Classes,
    Going,
    Registered,
    Roll,
    Waiting,
    read_roll,
    roll_of,
    with_people,
)
from safepassage.planner.seating import seat
from tests.planner.drawn import NOW, STARTS, island_plan
from tests.planner.island import OPERATION
from tests.planner.unfolding import book_of, kept_until

PATIENTS = 30  # families, of one to nine people: about the 200 patients of the island
EVENING = STARTS + timedelta(hours=20)


def families(sizes: list[int], patients: int = PATIENTS) -> Roll:
    going = [
        Going(
            group=GroupId(f"p-{n}"),
            size=size,
            category=CategoryId("patient" if n < patients else "evacuee"),
            origin=PlaceId("strip"),
        )
        for n, size in enumerate(sizes)
    ]
    return Roll(as_of=NOW, rules="rules-1", families=tuple(going))


ROLL = families([1 + n * 5 % 9 for n in range(450)])


def rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["families"]["rows"]
    return found


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=400), st.integers(0, 60))
def test_whole_families_on_a_plan_s_seats_are_a_plan_again(sizes: list[int], patients: int) -> None:
    found = seat(island_plan(), families(sizes, patients))
    assert recounted(found.document).faults == ()
    assert [r["size"] for r in rows(found.document)] == sizes  # nobody is lost or split
    for row in rows(found.document):
        assert ("sortie" in row) == ("gate" in row)
        if "sortie" in row:
            assert row["step"] <= found.document["sorties"][row["sortie"]]["departs"]


def test_without_a_roll_wholeness_costs_hardly_a_seat() -> None:
    found = seat(island_plan())
    planned = island_plan()["people_out"]["total"]
    assert found.heads + found.lost == planned
    assert found.lost < planned / 100


def test_the_first_on_the_roll_have_a_seat_and_who_has_none_is_said() -> None:
    found = seat(island_plan(), ROLL)
    waiting = {r["group"] for r in found.waiting}
    assert not {f.group for f in ROLL.families[:PATIENTS]} & waiting  # patients go first
    assert waiting
    assert {r["group"] for r in rows(found.document)} == {f.group for f in ROLL.families}


def test_every_promise_of_a_family_is_of_all_of_it_and_heads_add_up() -> None:
    document = seat(island_plan(), ROLL).document
    sizes = {f.group: f.size for f in ROLL.families}
    out, seats = Counter[str](), Counter[GroupId]()
    for fact in promises(document, OPERATION):
        if isinstance(fact, Movement) and fact.from_place == "strip":
            out[fact.category] += fact.heads
            if fact.group is not None:
                assert fact.heads == sizes[fact.group]
                assert fact.person is None
                seats[fact.group] += 1
    assert dict(out) == document["people_out"]["by_class"]
    assert set(seats.values()) == {1}
    assert len(seats) == len(ROLL.families) - len(seat(island_plan(), ROLL).waiting)


def test_waves_call_families_by_their_ids_each_once_at_their_gate() -> None:
    document = seat(island_plan(), ROLL).document
    place = {r["group"]: (r["gate"], r["step"]) for r in rows(document) if "gate" in r}
    for no_show in (0.0, 0.2):
        found = call_forward(document, Calling(no_show=no_show, standby=round(100 * no_show)))
        called = [group for wave in found.waves for group in wave.groups]
        assert len(called) == len(set(called))
        early = 0
        for wave in found.waves:
            for group in wave.groups:
                gate, step = place.get(group, (wave.gate, 0))
                assert gate == wave.gate
                early += STARTS + step * timedelta(hours=1) >= wave.end
        # People whom nobody registered come in sizes that are only likely: an edge may not fit.
        assert len(set(place) - set(called)) <= len(place) / 20
        assert (early > len(called) / 20) == bool(no_show)  # over-calling takes who comes later


def test_families_who_were_told_when_to_come_keep_it_when_the_rest_is_planned_anew() -> None:
    document = seat(island_plan(), ROLL).document
    ledger = book_of(kept_until(document, EVENING))
    night = Window(STARTS + timedelta(hours=22), STARTS + timedelta(hours=30))
    calm = replan(ledger, document, EVENING)
    made = replan(ledger, document, EVENING, [Shut("harbour-gate", night)])
    for found in (calm, made):
        assert recounted(found).faults == ()
        about = found["replanned"]
        assert about["people_changed"] >= about["families_changed"]
    told = {r["group"] for r in rows(document) if r.get("step", -1) >= 20}
    assert calm["replanned"]["families_called"] == len(told)
    assert calm["replanned"]["families_changed"] <= len(told) / 20
    shut = {r["group"] for r in rows(document) if r.get("gate") == "harbour-gate"
            and 22 <= r["step"] < 30}  # fmt: skip
    assert made["replanned"]["families_changed"] >= len(shut)
    assert not [r for r in rows(made) if r.get("gate") == "harbour-gate" and 22 <= r["step"] < 30]


CLASSES = Classes(OPERATION, {"I-B": "patient", "II": "evacuee", "*": "evacuee"})


def registered(*families: tuple[str, str, int]) -> list[Registered]:
    return [
        Registered(
            group=GroupId(group),
            priority=priority,
            persons=tuple(PersonId(f"{group}-{n}") for n in range(size)),
        )
        for group, priority, size in families
    ]


def on_roll(seen: dict[str, str], *families: tuple[str, str, int]) -> Roll:
    places = {PersonId(p): PlaceId(at) for p, at in seen.items()}
    return roll_of(
        registered(*families), places, CLASSES, Waiting(OPERATION), as_of=NOW, rules="rules-1"
    )


def test_who_was_seen_aboard_or_safe_is_not_on_the_roll() -> None:
    found = on_roll(
        {"a-0": "levin", "a-1": "guard-17", "b-0": "karr", "b-1": "mainland", "c-0": "mill-gate"},
        ("a", "I-B", 2), ("b", "I-A", 4), ("c", "II-C", 1), ("d", "III-B", 61),
    )  # fmt: skip
    assert [(f.group, f.size, f.category) for f in found.families] == [
        ("b", 3, "evacuee"), ("c", 1, "evacuee"),
    ]  # fmt: skip
    assert (found.out, found.apart, found.too_large) == (1, 1, ("d",))
    assert read_roll(found.to_json()) == found
    asked = with_people({"starts_at": "2031-05-05T00:00", "people": [{"number": 7}]}, found)
    assert asked["people"] == [{"class": "evacuee", "origin": "strip", "number": 4}]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "else"}, "no roll of families"),
        ({"families": [{"group": "a"}]}, "cannot be read"),
        ({"families": [{"group": "a", "size": 0, "class": "x", "origin": "o"}]}, "1 to 60"),
        ({"families": [{"group": "a", "size": 1, "class": "x", "origin": "o"}] * 2}, "twice"),
    ],
)
def test_a_roll_that_is_none_is_refused_in_a_sentence(change: Any, sentence: str) -> None:
    with pytest.raises(PlanRefusedError, match=sentence):
        read_roll(ROLL.to_json() | change)


def test_what_a_roll_cannot_know_is_asked_for() -> None:
    with pytest.raises(PlanRefusedError, match="no class 'nobody'"):
        Classes(OPERATION, {"I": "nobody"})
    with pytest.raises(PlanRefusedError, match="priority V-A"):
        Classes(OPERATION, {"I": "patient"}).of("V-A")
    with pytest.raises(PlanRefusedError, match="none of this operation"):
        Waiting(OPERATION, "levin")
    with pytest.raises(PlanRefusedError, match="no registered family has to leave"):
        on_roll({"a-0": "levin"}, ("a", "II-B", 1))
