"""From the lists of a register to called families, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli import init, plan, register
from safepassage.planner.errors import PlanRefusedError
from tests.planner.island import DEMAND_FILE, OPERATION_FILE

LIST = "Family,Name,Relation,Sex,Date of birth,Citizenship\n" + "".join(
    f"F{n},Head Of{n},head,M,19{60 + n % 30}-0{1 + n % 9}-11,{'USA' if n < 4 else 'AFG'}\n"
    + "".join(f"F{n},Child {k} Of{n},son,M,20{10 + k}-0{1 + n % 9}-21,\n" for k in range(n % 5))
    for n in range(60)
)
NAMES = ("Head", "Child", "Of1")


def typed(app: Any, *words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The island's ledger with a register of sixty families, and files to plan with."""
    made = tmp_path_factory.mktemp("families")
    base = DEMAND_FILE.partition("people:")[0] + "limits:" + DEMAND_FILE.partition("limits:")[2]
    (made / "stick").mkdir()
    (made / "operation.yaml").write_text(OPERATION_FILE)
    (made / "base.yaml").write_text(base)
    (made / "list.csv").write_text(LIST)
    typed(init.app, str(made / "operation.yaml"), "--store", str(made / "karr.db"))
    words = ("import", str(made / "list.csv"), "--sponsor", "embassy", "--list", "embassy-1")
    typed(register.app, *words, "--yes", *at(made))
    return made


def at(folder: Path) -> tuple[str, ...]:
    return "--store", str(folder / "karr.db"), "--key-file", str(folder / "stick" / "register.key")


def demanded(folder: Path, *words: str) -> str:
    files = ("--out", str(folder / "demand.yaml"), "--roll", str(folder / "families.json"))
    return typed(plan.app, "demand", str(folder / "base.yaml"), *files, *words, *at(folder))


def test_families_come_from_the_register_into_the_waves_of_a_published_plan(folder: Path) -> None:
    said = demanded(folder, "--class", "I=patient", "--class", "*=evacuee")
    people = sum(1 + n % 5 for n in range(60))
    assert f"60 families of {people} people have to leave" in said
    files = [folder / name for name in ("demand.yaml", "families.json", "plan.json", "seated.json")]
    demand, roll, solved, seated = map(str, files)
    solve = ("solve", str(folder / "operation.yaml"), "--demand", demand, "--out", solved)
    typed(plan.app, *solve, "--time-limit", "1")
    told = typed(plan.app, "families", solved, "--roll", roll, "--out", seated)
    assert "60 of 60 registered families have a seat" in told
    assert "0 faults" in typed(plan.app, "check", seated)
    store = ("--store", str(folder / "karr.db"))
    typed(plan.app, "publish", seated, "--by", "movement-control", *store)
    waves = json.loads(typed(plan.app, "callforward", seated, "--json"))["waves"]
    called = [group for wave in waves for group in wave["groups"]]
    assert sorted(called) == sorted(
        f["group"] for f in json.loads(Path(roll).read_text())["families"]
    )
    for file in files:
        assert not [name for name in NAMES if name in file.read_text()]


def test_a_priority_without_a_class_is_asked_for(folder: Path) -> None:
    with pytest.raises(PlanRefusedError, match="as which class the priority"):
        demanded(folder, "--class", "I=patient")
