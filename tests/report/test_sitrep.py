"""The situation report: complete, adding up, printable, and safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from safepassage.report.sitrep import countdown, make_sitrep
from safepassage.report.sitrep_csv import write_csv
from safepassage.report.sitrep_html import write_html
from tests.report.evening import MIDNIGHT, OPERATION, book

DEADLINE = "\n    23:00 deadline last-day 2021-08-31T19:30Z Asia/Kabul"
REPORT = make_sitrep(book(DEADLINE), OPERATION, MIDNIGHT + timedelta(hours=8))


def test_all_figures_of_one_report_share_one_ledger_position() -> None:
    figures = (
        REPORT.figures + REPORT.totals + [f for o in REPORT.operators for f in (o.people, o.lifts)]
    )
    assert {f.question.position for f in figures} == {REPORT.position}


def test_the_places_add_up_to_everybody_ever_seen() -> None:
    ever_seen = next(f for f in REPORT.figures if f.question.figure == "ever-seen")
    assert REPORT.everybody == ever_seen.value + 1  # the one of the staff


def test_the_operators_add_up_to_all_of_them() -> None:
    *classes, everybody = REPORT.operators
    assert sum(o.people.value for o in classes) == everybody.people.value
    assert sum(o.lifts.value for o in classes) == everybody.lifts.value


def test_a_deadline_is_shown_with_its_zone_and_the_time_left() -> None:
    html = write_html(REPORT)
    assert "T-16 d 11 h 30 min" in html
    assert "2021-09-01 00:00 +04:30 Asia/Kabul" in html


def test_a_deadline_that_has_passed_counts_up() -> None:
    assert countdown(timedelta(hours=-25)) == "T+1 d 01 h 00 min"


def test_html_escapes_what_came_from_outside() -> None:
    more = DEADLINE + "\n    23:30 posted 1 outside > hall as odd"
    html = write_html(make_sitrep(book(more), OPERATION, MIDNIGHT))
    assert "<script" not in html
    assert html.startswith("<!doctype html>")


def test_csv_has_an_hxl_row_and_every_row_its_whole_definition() -> None:
    header, tags, *rows = list(csv.reader(io.StringIO(write_csv(REPORT))))
    assert len(header) == len(tags)
    assert all(tag.startswith("#") for tag in tags)
    assert all(len(row) == len(header) for row in rows)
    assert all(row[header.index("as_of")] and row[header.index("position")] for row in rows)


def test_json_is_json() -> None:
    assert json.loads(json.dumps(REPORT.to_json()))["position"] == REPORT.position
