"""From a plan file to a ledger, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli import compare, figure, init, plan, sitrep
from tests.planner.drawn import island_plan
from tests.planner.island import OPERATION_FILE

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The island's operation, its plan, and the ledger in which the plan is published."""
    made = tmp_path_factory.mktemp("karr")
    (made / "operation.yaml").write_text(OPERATION_FILE)
    (made / "plan.json").write_text(json.dumps(island_plan()))
    typed(init.app, str(made / "operation.yaml"), "--store", str(made / "karr.db"))
    publish(made)
    return made


def typed(app: Any, *words: str) -> Any:
    done = RUNNER.invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def publish(folder: Path) -> Any:
    return signed(folder, str(folder / "plan.json"))


def signed(folder: Path, file: str, *words: str) -> Any:
    """A plan that one desk proposed and another one published."""
    store = ("--store", str(folder / "karr.db"))
    typed(plan.app, "propose", file, "--by", "plans-cell", *store)
    return typed(plan.app, "publish", file, "--by", "movement-control", *store, *words)


def test_publishing_again_says_that_nothing_changed(folder: Path) -> None:
    assert "nothing changed" in publish(folder).output


def test_plan_and_actual_are_compared_window_by_window(folder: Path) -> None:
    store = ("--store", str(folder / "karr.db"))
    words = ("plan", "actual", "--as-of", "2031-05-07T00:00Z")
    found = json.loads(typed(compare.app, *words, *store, "--json").stdout)
    out = island_plan()["people_out"]["total"]
    assert found["total"]["figures"]["people-out"]["difference"] == out
    windows = [w["figures"]["people-out"]["first"]["value"] for w in found["windows"]]
    assert sum(windows) == out
    table = typed(compare.app, *words, *store).output
    assert f"{out:,}" in table
    assert "patient" in table


def test_a_draft_has_a_ledger_of_its_own_that_reports_read(folder: Path) -> None:
    own = str(folder / "plan.db")
    files = (str(folder / "plan.json"), str(folder / "operation.yaml"))
    assert "people out" in typed(plan.app, "post", *files, "--store", own).output
    report = typed(sitrep.app, "--store", own, "--as-of", "2031-05-06T12:00:00Z").output
    assert "Plan: The island of Karr" in report
    words = ("show", "at-havens", "as_of=2031-05-06T12:00Z", "--store", own, "--json")
    assert json.loads(typed(figure.app, *words).stdout)["value"] > 0
    compared = (own, "actual", "--store", str(folder / "karr.db"), "--as-of", "2031-05-07T00:00Z")
    found = json.loads(typed(compare.app, *compared, "--json").stdout)
    assert found["first"] == own
    assert found["total"]["figures"]["people-out"]["difference"] > 0


def test_promised_figures_of_an_operation_are_asked_by_their_phase(folder: Path) -> None:
    words = ("from=2031-05-05T00:00Z", "to=2031-05-08T00:00Z", "phase=pending")
    store = ("--store", str(folder / "karr.db"), "--json")
    people = json.loads(typed(figure.app, "show", "people-out", *words, *store).stdout)
    lifts = json.loads(typed(figure.app, "show", "lifts-out", *words, *store).stdout)
    assert people["value"] == island_plan()["people_out"]["total"]
    assert lifts["value"] == len(island_plan()["sorties"])


def test_call_forward_and_families_of_a_plan_file(folder: Path) -> None:
    file = str(folder / "plan.json")
    words = ("callforward", file, "--no-show", "0.2", "--standby", "5", "--size", "1:1", "--json")
    found = json.loads(typed(plan.app, *words, "--size", "4:1").stdout)
    assert {w["gate"] for w in found["waves"]} == {"harbour-gate", "mill-gate"}
    assert max(w["chance_of_more"] for w in found["waves"]) <= 0.05
    assert "told" not in typed(plan.app, "callforward", file).output
    assert "none split" in typed(plan.app, "families", file).output


def test_the_rest_is_planned_anew_and_published(folder: Path) -> None:
    store = ("--store", str(folder / "karr.db"))
    out = str(folder / "new.json")
    shut = "harbour-gate=2031-05-05T22:00Z/2031-05-06T06:00Z"
    words = ("replan", "--as-of", "2031-05-05T20:00Z", "--shut", shut, "--out", out)
    assert "are told another hour" in typed(plan.app, *words, *store).output
    assert "0 faults" in typed(plan.app, "check", out).output
    done = signed(folder, out, "--json")
    assert json.loads(done.stdout)["withdrawn"] > 0
