"""An operation as it is played: without noise the plan to the person, with noise what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from safepassage.model.cause import Cause, CauseKind, Distribution, Shape
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PlaceId
from safepassage.model.operation import Operation
from safepassage.plan.timeline import timeline
from safepassage.simulate.luck import more_hours
from safepassage.simulate.playing import PARTS, Played, play
from safepassage.simulate.policy import Policy
from safepassage.simulate.script import read_script
from tests.planner.drawn import island_plan
from tests.planner.garrison import OPERATION as FORT
from tests.planner.garrison import fort_plan
from tests.planner.island import OPERATION
from tests.simulate.karr import WITH_CAUSES, asked, timetable


def played(
    causes: tuple[Cause, ...] = (), policy: Policy | None = None, n: int = 1, first: int = 0
) -> Played:
    script = read_script(island_plan(), OPERATION, more_hours(causes))
    return play(script, causes, policy or Policy(), "karr", range(first, first + n))


def one(kind: CauseKind, **parts: Any) -> tuple[Cause, ...]:
    return (Cause(id=str(kind), kind=kind, **parts),)


def constant(value: float) -> Distribution:
    return Distribution(Shape.CONSTANT, (value,))


def people(of: Played) -> float:
    return float(of.out[:, :, -1].sum(axis=1).mean())


@pytest.mark.parametrize(
    ("plan", "operation"), [(island_plan, OPERATION), (fort_plan, FORT)], ids=["island", "fort"]
)
def test_with_all_noise_off_the_operation_is_the_plan_to_the_person(
    plan: Callable[[], dict[str, Any]], operation: Operation
) -> None:
    """The fort's lifts move between bases, and its garrison leaves last."""
    document = plan()
    planned = timeline(document)
    found = play(read_script(document, operation), (), Policy(), "any", [0])
    assert (found.out[0] == planned.out.sum(axis=1).cumsum(axis=1)).all()
    assert (found.present[0] == planned.present).all()
    assert (found.waiting[0] == planned.waiting.sum(axis=(0, 1))).all()
    assert (found.inside[0] == (planned.passed - planned.out).sum(axis=(0, 1)).cumsum()).all()
    assert found.received[0] == sum(s["people"] for s in document["onward"])
    flown = {x["id"]: x["seats"] for x in document["problem"]["lifts"]}
    assert found.seats[0] == sum(flown[s["lift"]] for s in document["sorties"])
    guards = sum(sum(s.get("guard", {}).values()) for s in document["sorties"])
    assert found.seats[0] - found.empty[0] == planned.out.sum() + guards
    assert found.cancelled[0] == found.turned[0] == found.absent[0] == 0


def test_the_fort_is_left_by_its_garrison_and_needs_its_moves() -> None:
    """What the test before this one shows of the fort, it would not show of another plan."""
    document = fort_plan()
    assert sum(sum(s.get("guard", {}).values()) for s in document["sorties"]) == 14
    assert document["moves"]
    script = read_script(document, FORT)
    stay = play(replace(script, moves=()), (), Policy(), "any", [0])
    moved = play(script, (), Policy(), "any", [0])
    assert people(stay) < people(moved)


def test_a_replication_is_the_same_whichever_others_are_played_with_it() -> None:
    """Also Little's law: `play` refuses a run whose queue is not what its families waited."""
    together, apart = played(WITH_CAUSES.causes, n=5), played(WITH_CAUSES.causes, n=2, first=3)
    for name in PARTS:
        assert (getattr(together, name)[3:] == getattr(apart, name)).all(), name


def test_one_seed_is_these_numbers_on_every_machine() -> None:
    causes = WITH_CAUSES.causes
    script = read_script(timetable(), WITH_CAUSES, more_hours(causes))
    found = play(script, causes, Policy(), "karr", range(4))
    assert found.out[:, :, -1].tolist() == OUT_OF_KARR
    assert found.waiting.max(axis=1).tolist() == LONGEST_QUEUES


OUT_OF_KARR = [[133, 593], [122, 582], [131, 593], [128, 551]]
LONGEST_QUEUES = [2624, 2169, 2184, 2327]


@pytest.mark.parametrize("off", ["no-shows", "threats", "breakdowns", "walk-ups"])
def test_a_cause_that_is_added_leaves_the_luck_of_all_others_as_it_was(off: str) -> None:
    from safepassage.simulate.crowd import draw_crowd
    from safepassage.simulate.luck import draw_luck

    script = asked().script()
    rest = tuple(c for c in WITH_CAUSES.causes if c.id != off)
    changed = {"threats": {"gate"}, "breakdowns": {"broken", "broken_on"}}.get(off, set())
    both = [draw_luck(script, causes, "karr", range(12)) for causes in (WITH_CAUSES.causes, rest)]
    for name in both[0].__dataclass_fields__:
        same = (getattr(both[0], name) == getattr(both[1], name)).all()
        assert same != (name in changed), name
    crowds = [draw_crowd(script, causes, "karr", range(2)) for causes in (WITH_CAUSES.causes, rest)]
    if off != "walk-ups":  # they stand between the others
        assert all(
            (a == b).all() for a, b in zip(crowds[0].arrives, crowds[1].arrives, strict=True)
        )


def test_no_family_is_split_and_the_engine_says_who_is_where() -> None:
    families = one(CauseKind.FAMILY_SIZES, sizes=((5, 1.0),))
    found = played(families, n=3)
    steps = np.diff(found.out.astype(int), axis=2, prepend=0)
    # The last family of a class at an origin takes what is left of the people.
    assert (steps % 5 == 0).mean() > 0.95
    assert people(found) < people(played())


def test_heads_are_conserved_whatever_happens() -> None:
    found = played(WITH_CAUSES.causes, n=20)
    out = found.out.sum(axis=1)
    arrived = np.diff(out, axis=1, prepend=0)
    assert (arrived >= 0).all()
    assert (found.present >= 0).all()
    assert (found.waiting >= 0).all()
    assert (found.inside >= 0).all()
    assert (found.empty >= 0).all()
    assert (found.seats - found.empty == out[:, -1]).all()
    assert (found.left_behind >= 0).all()


@pytest.mark.parametrize(
    "causes",
    [
        one(CauseKind.NO_SHOW, chance=constant(0.3)),
        one(CauseKind.MISSING_PAPERS, chance=constant(0.3)),
        one(CauseKind.LATE_ARRIVAL, hours=constant(8)),
        one(CauseKind.SERVICE_TIME, factor=constant(2)),
        one(CauseKind.GATE_RATE, factor=constant(0.5)),
        one(CauseKind.SCREENING_DELAY, hours=constant(6)),
        one(CauseKind.GATE_CLOSURE, hours=constant(20)),
        one(CauseKind.AIRFIELD_HALT, hours=constant(24)),
        one(CauseKind.WEATHER, hours=constant(30), share=0.0),
        one(CauseKind.DIVERSION, chance=constant(0.3)),
        one(CauseKind.BREAKDOWN, chance=constant(0.5), hours=constant(20)),
        one(CauseKind.GROUND_DELAY, hours=constant(4)),
        one(CauseKind.CREW_LIMIT, hours=constant(12)),
        one(CauseKind.HAVEN_REFUSAL, hours=constant(20)),
        one(CauseKind.MOVED_DEADLINE, hours=constant(-12)),
        one(CauseKind.LOST_COMMUNICATION, hours=constant(20)),
    ],
    ids=lambda causes: str(causes[0].kind),
)
def test_every_cause_that_is_bad_enough_keeps_people_in(causes: tuple[Cause, ...]) -> None:
    assert people(played(causes, n=3)) < people(played())


def test_walk_ups_stand_in_the_queue_and_a_later_deadline_lets_more_out() -> None:
    more = one(CauseKind.WALK_UPS, an_hour=constant(50))
    assert played(more, n=2).waiting.max() > played().waiting.max()
    later = one(CauseKind.MOVED_DEADLINE, hours=constant(12))
    assert people(played(later, policy=Policy(order="strict"))) >= people(
        played(policy=Policy(order="strict"))
    )


def test_strict_priority_takes_the_first_class_first() -> None:
    strict = played(policy=Policy(order="strict")).out[0]
    planned = played().out[0]
    assert (strict[0] >= planned[0]).all()


def test_over_calling_fills_seats_that_no_shows_would_leave_empty() -> None:
    absent = one(CauseKind.NO_SHOW, chance=constant(0.2))
    with_it = played(absent, Policy(over_call=0.25), n=10)
    without = played(absent, n=10)
    assert with_it.empty.mean() < without.empty.mean()
    assert people(with_it) > people(without)


def test_who_was_called_to_a_shut_gate_goes_to_another_or_waits() -> None:
    shut = (
        Cause(
            id="shut",
            kind=CauseKind.GATE_CLOSURE,
            hours=constant(10),
            place=PlaceId("mill-gate"),
            starts_at=read_script(island_plan(), OPERATION).at(8),
        ),
    )
    other, wait = played(shut), played(shut, Policy(at_closure="wait"))
    assert wait.wait_mean[0] >= other.wait_mean[0]


def test_a_full_haven_holds_lifts_or_sends_them_elsewhere() -> None:
    """Levin takes nobody for a day: with `divert` its lifts go to Oster."""
    shut = (
        Cause(
            id="measles",
            kind=CauseKind.HAVEN_REFUSAL,
            hours=constant(24),
            place=PlaceId("levin"),
            starts_at=read_script(island_plan(), OPERATION).at(12),
        ),
    )
    held, sent = played(shut), played(shut, Policy(at_full="divert"))
    assert people(held) < people(played())
    assert sent.present[0, 1].max() >= held.present[0, 1].max()


def test_a_plan_of_another_operation_is_refused() -> None:
    other = replace(OPERATION, id="other")
    with pytest.raises(BadQuestionError, match="give the file that the plan was made from"):
        read_script(island_plan(), other)


def test_a_plan_that_lacks_a_part_is_refused() -> None:
    with pytest.raises(BadQuestionError, match="solve it again"):
        read_script({"problem": {**island_plan()["problem"], "gates": 3}}, OPERATION)


def test_walk_ups_that_no_gate_drains_are_refused() -> None:
    flood = one(CauseKind.WALK_UPS, an_hour=constant(1e9))
    with pytest.raises(BadQuestionError, match="fewer people_an_hour"):
        played(flood)


@pytest.mark.parametrize(
    ("rule", "value"), [("order", "chaos"), ("at_full", "swim"), ("over_call", -0.1)]
)
def test_a_rule_that_is_none_is_refused(rule: str, value: Any) -> None:
    with pytest.raises(BadQuestionError, match=rule):
        Policy(**{rule: value})
