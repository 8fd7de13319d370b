"""The workbook of a plan: everything in it, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from safepassage.cli.plan_export import export
from safepassage.model.operation import Operation
from safepassage.plan.errors import PlanFileError
from safepassage.plan.solving import plan
from safepassage.planner.workbook import workbook
from tests.planner.garrison import OPERATION as FORT
from tests.planner.garrison import fort_plan
from tests.planner.island import OPERATION, WANTED

FORMULA = '=HYPERLINK("http://example.org","Open")'


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return plan(WANTED.setup().problem, seconds=0.2).to_json()


def hostile() -> Operation:
    """The island with names that are formulas."""
    places = tuple(replace(p, name="+1+1" if p.name else None) for p in OPERATION.places)
    return replace(OPERATION, name="@A1 & co", places=places)


def test_instants_stand_in_utc_and_in_local_time(document: dict[str, Any]) -> None:
    there = replace(OPERATION, zones=("America/Chicago",))
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(document, there, "As stated")))
    gates = book.get_sheet_by_name("Gates by hour").to_python()
    assert gates[0][:2] == ["UTC", "America/Chicago"]
    assert gates[3][:2] == [datetime(2031, 5, 5, 1), datetime(2031, 5, 4, 20)]  # noqa: DTZ001
    assert len(gates) - 1 == 48 * 2
    left = book.get_sheet_by_name("Who is left").to_python()
    assert left[1][2] == document["left_behind"]["evacuee"]


def test_a_rear_guard_is_aboard_and_a_lift_that_moves_is_listed() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(fort_plan(), FORT, "The fort")))
    head, *rows = book.get_sheet_by_name("Sorties").to_python()
    aboard, start, end = (head.index(name) for name in ("Aboard", "From", "To"))
    out = fort_plan()["people_out"]["total"]
    assert sum(r[aboard] for r in rows if r[start] == "The airstrip") == out + 14
    assert [r[aboard] for r in rows if (r[start], r[end]) == ("Near", "Far")] == [0, 0]


def test_no_cell_is_a_formula(document: dict[str, Any]) -> None:
    made = workbook(document, hostile(), FORMULA)
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert book.get_sheet_by_name("Summary").to_python()[1][1] == FORMULA
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any(b"<f>" in archive.read(n) or b"hyperlink" in archive.read(n) for n in sheets)


def test_a_sheet_prints_on_the_width_of_a_page_with_its_headings(document: dict[str, Any]) -> None:
    made = workbook(document, None, "As stated")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
        titles = archive.read("xl/workbook.xml").decode()
    assert 'fitToHeight="0"' in sheet
    assert 'orientation="landscape"' in sheet
    assert titles.count("_xlnm.Print_Titles") == 5


def test_the_command_writes_a_plan_that_is_sound_and_no_other(
    document: dict[str, Any], tmp_path: Path
) -> None:
    plan_file, out = tmp_path / "plan.json", tmp_path / "plan.xlsx"
    plan_file.write_text(json.dumps(document))
    export(plan_file, out)
    book = CalamineWorkbook.from_path(str(out))
    assert book.get_sheet_by_name("Summary").to_python()[3][2] == document["people_out"]["total"]
    out.unlink()
    plan_file.write_text(json.dumps({**document, "sorties": document["sorties"] * 2}))
    with pytest.raises(PlanFileError, match="breaks a rule"):
        export(plan_file, out)
    assert not out.exists()
