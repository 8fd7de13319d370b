"""The plan commands, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.commands import typed

ROOT = Path(__file__).resolve().parents[2]
KABUL = ROOT / "scenarios" / "kabul-2021" / "operation.yaml"
DEMAND = """\
starts_at: 2021-08-29T00:00
zone: Asia/Kabul
deadline: last-day
step_hours: 2
people:
  - {class: evacuee, origin: hkia, number: 4000}
limits:
  slots: {hkia: 3}
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of the last days of Kabul."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "demand.yaml").write_text(DEMAND)
    demand, out = folder / "demand.yaml", folder / "plan.json"
    done = typed("plan", "solve", KABUL, "--demand", demand, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people_out"]["total"] > 0  # and nothing but JSON
    assert "note: nothing says" in done.stderr
    return out


def test_a_plan_is_recounted(planned: Path) -> None:
    done = typed("plan", "check", planned, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["faults"] == []


def test_a_plan_with_a_fault_is_told_and_counted_as_found(planned: Path, tmp_path: Path) -> None:
    document = json.loads(planned.read_text())
    document["problem"]["slots"] = [[0] * document["problem"]["steps"]]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(document))
    done = typed("plan", "check", wrong)
    assert done.returncode == 1
    assert "slots: hkia, step" in done.stdout


def test_what_if_and_compare(planned: Path) -> None:
    done = typed("plan", "whatif", planned, "crews +10%", "days -1", "--json")
    assert [w["gain"] <= 0 for w in json.loads(done.stdout)] == [True, True]
    done = typed("plan", "whatif", planned, "--day", "--json")
    curve = [w["after"] for w in json.loads(done.stdout)]
    assert len(curve) >= 4
    assert curve == sorted(curve)
    assert "nothing to change" in typed("plan", "whatif", planned).stderr
    done = typed("plan", "compare", planned, planned)
    assert done.returncode == 0
    assert "people out" in done.stdout


def test_norms_with_and_without_an_operation(planned: Path) -> None:
    assert "16,320" in typed("norms").stdout
    done = typed("norms", KABUL, "--demand", planned.parent / "demand.yaml", "--json")
    assert json.loads(done.stdout)["people"] <= 4000


def test_what_is_no_plan_is_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "plan.json"
    wrong.write_text('{"format": "something else"}')
    done = typed("plan", "check", wrong)
    assert done.returncode == 2
    assert "is not a plan" in done.stderr
