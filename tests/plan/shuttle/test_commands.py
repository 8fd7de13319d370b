"""Shuttles as they are typed: a file, a folder, the recount."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from safepassage.cli.plan import app
from safepassage.model.errors import SafePassageError
from tests.plan.shuttle.islands import Question, island
from tests.plan.shuttle.test_rolling import counted


def typed(*words: str | Path) -> Result:
    """What `safepassage plan ...` prints."""
    return CliRunner().invoke(app, [str(word) for word in words])


def refused(*words: str | Path) -> str:
    """The sentence with which it refuses."""
    fault = typed(*words).exception
    assert isinstance(fault, SafePassageError)
    return str(fault)


def asked(folder: Path, question: Question) -> Path:
    """A question as a file."""
    path = folder / "island.json"
    path.write_text(json.dumps(question))
    return path


def test_a_plan_is_printed_written_and_recounted(tmp_path: Path) -> None:
    out = tmp_path / "trips.json"
    done = typed("shuttle", asked(tmp_path, island()), "--out", out)
    assert done.exit_code == 0, done.output
    assert "62 people, the last one after" in done.stdout
    assert "no plan ends earlier: proved" in done.stdout
    again = typed("shuttle-check", out, "--json")
    assert (again.exit_code, json.loads(again.stdout)["faults"]) == (0, [])
    wrong = json.loads(out.read_text())
    wrong["trips"][0]["people"] += 100
    out.write_text(json.dumps(wrong))
    told = typed("shuttle-check", out)
    assert told.exit_code == 1
    assert "seats: trip 1 of" in told.stdout


def test_replanning_as_json(tmp_path: Path) -> None:
    done = typed("shuttle", asked(tmp_path, counted(30, 50)), "--rolling", "--json")
    made = json.loads(done.stdout)
    assert made["bound"] is None
    assert made["counts"][0]["to_fetch"] == [30, 12]


def test_what_is_no_shuttle_plan_is_a_sentence(tmp_path: Path) -> None:
    assert "is no shuttle plan" in refused("shuttle-check", asked(tmp_path, island()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("places: [1", "island.yaml: 1 fault"),
        ("- 5\n", "Start with places:"),
        ("havens: [a]\nhavens: [b]\n", "line 2"),
        ("places: []\n", "places: give a list"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "island.yaml"
    path.write_text(text)
    assert said in refused("shuttle", path)
