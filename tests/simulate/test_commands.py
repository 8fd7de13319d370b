"""The odds by command: what is asked and what is refused, before anything is played."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.commands import typed
from tests.simulate.karr import TEXT, timetable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan and its operation file."""
    found = tmp_path_factory.mktemp("odds")
    (found / "plan.json").write_text(json.dumps(timetable()))
    (found / "operation.yaml").write_text(TEXT)
    return found


def asked_of(folder: Path, command: str, *words: str) -> Any:
    """What a command about the plan answers, as JSON."""
    every = ("simulate", command, "plan.json", "--operation", "operation.yaml", *words, "--json")
    done = typed(*every, folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_run_is_told_and_opened_as_a_ledger_that_says_it_did_not_happen(folder: Path) -> None:
    told = asked_of(folder, "run", "--out", "odds", "--replications", "4", "--target", "90%")
    assert told["replications"] == 4
    assert "everybody: 2,340" in told["chances"]
    opened = typed("simulate", "open", "odds", "--store", "played.db", folder=folder)
    assert opened.returncode == 0, opened.stderr
    said = typed("sitrep", "--store", "played.db", folder=folder).stdout
    assert "Simulated: The island of Karr" in said


def test_what_makes_a_target_sure_is_asked_by_command(folder: Path) -> None:
    words = ("--target", "patient=60%", "--out", "sure", "--replications", "4", "--lever", "later")
    told = asked_of(folder, "sure", *words)
    assert told["target"] == "patient: 120"
    assert [x["lever"] for x in told["levers"]] in (["later"], [])


def test_what_planning_anew_is_worth_is_asked_by_command(folder: Path) -> None:
    told = asked_of(folder, "value", "--replications", "1")
    assert list(told["people_out"]) == ["as planned", "planned anew", "known beforehand"]


FLOOD = "people_an_hour: {lognormal: [10, 0.5]}"
BACKWARDS = "a_day: 1, from: 2031-05-06T00:00, until: 2031-05-05T00:00, zone: UTC,"
ABSENT = "chance: {triangular: [0.05, 0.1, 0.2]}"


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        ((ABSENT, "chance: {triangular: [0.3, 0.2, 0.1]}"), (), "in this order"),
        ((ABSENT, "chance: {uniform: [0.5, 1.5]}"), (), "between 0 and 1"),
        ((FLOOD, "people_an_hour: 1e9"), (), "fewer people_an_hour"),
        (("a_day: 1,", BACKWARDS), (), "it ends before it starts"),
        (("id: karr\n", "id: other\n"), (), "the file that the plan was made from"),
        (("", ""), ("--precision", "nan"), "more than 0"),
        (("", ""), ("--target", "martian"), "no class 'martian'"),
        (("", ""), ("--workers", "0"), "workers"),
        (("", ""), ("--over-call", "nan"), "over_call"),
    ],
)
def test_what_cannot_be_played_is_refused_with_what_to_do(
    folder: Path, tmp_path: Path, change: tuple[str, str], words: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "operation.yaml"
    path.write_text(TEXT.replace(*change))
    out = tmp_path / "out"
    plan = str(folder / "plan.json")
    command = ("simulate", "run", plan, "--operation", str(path), "--out", str(out))
    done = typed(*command, "--replications", "2", *words, folder=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(out.glob("part-*"))
