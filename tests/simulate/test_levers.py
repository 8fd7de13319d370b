"""What would make a target sure: the smallest change that does, or that none does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from safepassage.simulate.errors import SimulationError
from safepassage.simulate.levers import LEVERS, what_makes_sure
from safepassage.simulate.odds import EVERYBODY, Target, read_target
from safepassage.simulate.run import Asked
from tests.simulate.karr import asked, timetable

ABSENT = ("families", "no-shows")  # what over-calling is for
ASKED = replace(
    asked(),
    document=timetable(),
    replications=20,
    without=tuple(c.id for c in asked().operation.causes if c.id not in ABSENT),
)


def no_engine(_: Asked, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """An engine that may not be asked for anything."""
    for number in numbers:
        raise AssertionError(f"part {number} was played again")
    yield from ()


def test_the_smallest_change_that_is_enough_is_found_and_kept(tmp_path: Path) -> None:
    target = Target("patient", 145)
    found = what_makes_sure(ASKED, target, tmp_path, levers=["over-call"])
    assert found.now.value < 0.95
    (pulled,) = found.levers
    assert pulled.enough is not None
    assert pulled.enough.chance.value >= 0.95
    chances = {x.amount: x.chance.value for x in pulled.tried}
    before = pulled.enough.amount - LEVERS["over-call"].step
    assert (chances[before] if before else found.now.value) < 0.95
    again = what_makes_sure(ASKED, target, tmp_path, levers=["over-call"], engine=no_engine)
    assert again == found


def test_where_no_lever_is_enough_it_says_so(tmp_path: Path) -> None:
    found = what_makes_sure(ASKED, Target("evacuee", 2000), tmp_path, levers=["beds", "slots"])
    assert [p.enough for p in found.levers] == [None, None]
    assert all(len(p.tried) == 3 for p in found.levers)


def test_a_target_that_is_sure_needs_nothing(tmp_path: Path) -> None:
    found = what_makes_sure(ASKED, Target(EVERYBODY, 1), tmp_path)
    assert found.is_sure
    assert not found.levers


@pytest.mark.parametrize("name", list(LEVERS))
def test_a_lever_changes_what_it_says_and_nothing_that_was_planned(name: str) -> None:
    lever = LEVERS[name]
    changed = lever.pull(ASKED, lever.step)
    before, after = ASKED.script(), changed.script()
    larger = {
        "gates": after.gate.sum() > before.gate.sum(),
        "over-call": changed.policy.over_call > ASKED.policy.over_call,
        "slots": after.slots.sum() > before.slots.sum(),
        "beds": after.beds.sum() > before.beds.sum(),
        "later": after.steps > before.steps and after.starts_at == before.starts_at,
        "earlier": after.steps > before.steps and after.starts_at < before.starts_at,
    }
    assert larger[name]
    assert after.people == before.people
    assert after.board.sum() == before.board.sum()
    assert (np.asarray(after.call.sum(axis=2)) == before.call.sum(axis=2)).all()


def test_a_target_may_be_a_share_of_those_whom_the_plan_knows() -> None:
    script = ASKED.script()
    assert read_target("90%", script) == Target(EVERYBODY, 2340)
    assert read_target("patient=33%", script) == Target("patient", 66)
    with pytest.raises(SimulationError, match="100 % at most"):
        read_target("patient=101%", script)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"levers": ["prayer"]}, "no lever 'prayer'; there are gates"),
        ({"wanted": 1.0}, "above 0 and below 1"),
        ({"wanted": float("nan")}, "above 0 and below 1"),
    ],
)
def test_a_question_that_is_none_is_refused(
    change: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SimulationError, match=said):
        what_makes_sure(ASKED, Target(EVERYBODY, 1), tmp_path, **change)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
