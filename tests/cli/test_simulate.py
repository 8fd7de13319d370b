"""`safepassage simulate` as it is typed: from a plan to odds, a sweep, rows and a ledger."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from safepassage.cli import check, simulate, sitrep
from safepassage.model.errors import SafePassageError
from tests.planner.drawn import island_plan
from tests.simulate.karr import TEXT

QUICK = ["--replications", "6"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan, its operation file, and a run of six replications."""
    folder = tmp_path_factory.mktemp("odds")
    (folder / "plan.json").write_text(json.dumps(island_plan()), encoding="utf-8")
    (folder / "operation.yaml").write_text(TEXT, encoding="utf-8")
    said = typed(folder, "run", "plan.json", *with_operation(folder), "--out", "odds", *QUICK)
    assert "6 replications" in said
    assert "95 % sure of" in said
    return folder


def with_operation(folder: Path) -> list[str]:
    return ["--operation", str(folder / "operation.yaml")]


def typed(folder: Path, command: str, *words: str) -> str:
    """What a command prints; file names are of the folder."""
    names = {"plan.json", "odds", "sweep", "played.db", "rows.csv", "rows.parquet", "odds.db"}
    paths = [str(folder / w) if w in names else w for w in words]
    found = CliRunner().invoke(simulate.app, [command, *paths])
    if isinstance(found.exception, SafePassageError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.stdout


def test_a_run_is_said_in_json_with_its_intervals(files: Path) -> None:
    words = ["plan.json", *with_operation(files), "--out", "odds", *QUICK, "--json"]
    said = json.loads(typed(files, "run", *words))
    mean = said["people_out"]["everybody"]
    assert mean["low"] <= mean["value"] <= mean["high"]
    assert said["replications"] == 6


def test_a_sweep_says_what_over_calling_gains(files: Path) -> None:
    words = ["plan.json", *with_operation(files), "--over-call", "0.2", "--out", "sweep", *QUICK]
    assert "over-call 0.2" in typed(files, "sweep", *words)
    assert "over-call 0.2" in typed(files, "compare", "sweep")


def test_a_replication_is_a_ledger_that_holds(files: Path) -> None:
    assert "facts in" in typed(files, "open", "odds", "--replication", "2", "--store", "played.db")
    checked = CliRunner().invoke(check.app, ["--store", str(files / "played.db")])
    assert checked.stdout.strip().startswith("Sound"), checked.output
    asked = ["--store", str(files / "played.db"), "--as-of", "2031-05-07T00:00:00Z"]
    assert "People out" in CliRunner().invoke(sitrep.app, asked).stdout


def test_replications_are_exported_as_rows(files: Path) -> None:
    for name in ("rows.csv", "rows.parquet"):
        said = typed(files, "export", "odds", name)
        rows = duckdb.sql(f"select people_out from '{files / name}'").fetchall()
        assert said.startswith(f"{len(rows):,} rows")


def test_what_is_no_run_is_refused(files: Path, tmp_path: Path) -> None:
    with pytest.raises(SafePassageError, match="no run"):
        typed(files, "compare", str(tmp_path))
    with pytest.raises(SafePassageError, match="parquet or"):
        typed(files, "export", "odds", str(tmp_path / "rows.xls"))
    words = ["plan.json", *with_operation(files), "--out", str(tmp_path / "x"), "--seed", ""]
    with pytest.raises(SafePassageError, match="the seed"):
        typed(files, "run", *words)
