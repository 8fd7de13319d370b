"""Our facts against the published reference table, row by row, where that is to be had."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from safepassage.cli.opened import Opened
from safepassage.model.instant import Window, parse_instant
from safepassage.report.figure import ask

pytestmark = pytest.mark.reference


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "data" / "kabul_daily.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_window_with_stated_hours_is_what_the_ledger_holds(
    reference_folder: Path, kabul_opened: Opened
) -> None:
    compared = 0
    for row in rows(reference_folder):
        if row["record_type"] != "window" or not row["window_start_utc"]:
            continue
        over = Window(parse_instant(row["window_start_utc"]), parse_instant(row["window_end_utc"]))
        held = {
            kind: {
                figure: ask(
                    kabul_opened.ledger,
                    kabul_opened.asking.over(figure, over, operator_classes=(kind,)),
                ).value
                for figure in ("people-out", "lifts-out")
            }
            for kind in ("own-military", "coalition")
        }
        whole = sum(kind["people-out"] for kind in held.values())
        rounding = 100 if row["people_total"] == "10900" else 0
        assert abs(whole - int(row["people_total"])) <= rounding, row
        for column, kind in (("us_mil", "own-military"), ("coalition", "coalition")):
            if row[f"{column}_flights"]:
                assert held[kind]["lifts-out"] == int(row[f"{column}_flights"]), row
            if row[f"{column}_people"]:
                assert held[kind]["people-out"] == int(row[f"{column}_people"]), row
        compared += 1
    assert compared >= 9


def test_every_published_running_total_is_kept(
    reference_folder: Path, kabul_opened: Opened
) -> None:
    kept = {(t.baseline, t.people) for t in kabul_opened.published_totals()}
    for row in rows(reference_folder):
        for column, baseline in (
            ("cum_since_2021_08_14", "since-14-august"),
            ("cum_since_end_july", "since-end-of-july"),
        ):
            if row[column]:
                assert (baseline, int(row[column])) in kept, row
