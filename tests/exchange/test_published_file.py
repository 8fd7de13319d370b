# ruff: noqa: E501 - the tables are as wide here as they are in a file
"""Published figures from CSV files: read exactly, or refused with line, column and remedy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from safepassage.exchange.published_file import (
    FLOWS_FILE,
    LIFTS_FILE,
    PublishedFileError,
    read_flows,
    read_lifts,
    read_published,
    read_totals,
)
from safepassage.model.published import Basis

FLOWS = """\
id,from_local,from_zone,to_local,to_zone,operator_class,people,lifts,lift_types,basis,people_drawn,source,note
29-aug,2021-08-28T03:00,America/New_York,2021-08-29T03:00,America/New_York,own,2200,32,large:26 small:6,published,,"CNN, 29 August",
22-aug,2021-08-21T03:00,America/New_York,2021-08-22T03:00,America/New_York,unknown,8200,,,implied,yes,White House,a difference
"""
LIFTS = """\
lift,departed_local,zone,operator_class,lift_type,heads,counts_first,corrected_local,category,source,note
reach-871,2021-08-15,Asia/Kabul,own,large,823,640,2021-08-20T00:00Z,,AMC,
last,2021-08-30T15:29,America/New_York,own,large,2,,,staff,US Central Command,
"""
TOTALS = """\
id,baseline,as_of_local,zone,people,said_by,source,note
t1,since-14-august,2021-08-29T03:00,America/New_York,114400,White House,CNN,about
"""


def faults_of(read: object, text: str | bytes) -> list[str]:
    with pytest.raises(PublishedFileError) as raised:
        read(text, "published.csv")  # type: ignore[operator]
    return [str(fault) for fault in raised.value.faults]


def test_a_flow_is_read_with_its_window_in_utc() -> None:
    first, second = read_flows(FLOWS, FLOWS_FILE)
    assert first.window.start == datetime(2021, 8, 28, 7, tzinfo=UTC)
    assert first.window.end == datetime(2021, 8, 29, 7, tzinfo=UTC)
    assert first.window.zone == "America/New_York"
    assert (first.people, first.lifts, first.basis) == (2200, 32, Basis.PUBLISHED)
    assert (first.source, first.people_drawn, first.category) == (
        "CNN, 29 August",
        False,
        "evacuee",
    )
    assert (second.lifts, second.people_drawn, second.note) == (None, True, "a difference")
    assert (first.lift_types, second.lift_types) == ({"large": 26, "small": 6}, {})


def test_a_day_alone_means_that_the_hour_was_not_published() -> None:
    lifts = read_lifts(LIFTS, LIFTS_FILE)
    assert [x.departed_at for x in lifts] == [
        datetime(2021, 8, 14, 19, 30, tzinfo=UTC),
        datetime(2021, 8, 30, 19, 29, tzinfo=UTC),
    ]
    assert [x.day_only for x in lifts] == [True, False]
    assert [x.corrected_at for x in lifts] == [datetime(2021, 8, 20, tzinfo=UTC), None]
    assert [x.counts_first for x in lifts] == [640, None]
    assert [x.category for x in lifts] == ["evacuee", "staff"]


def test_a_running_total_is_read_as_of_its_instant() -> None:
    (total,) = read_totals(TOTALS, "published_totals.csv")
    assert total.as_of == datetime(2021, 8, 29, 7, tzinfo=UTC)
    assert (total.baseline, total.people, total.note) == ("since-14-august", 114_400, "about")
    assert not total.is_bound


def test_more_than_is_a_bound() -> None:
    text = TOTALS.replace(",people,", ",people,is_bound,").replace("114400,", "114400,yes,")
    (total,) = read_totals(text, "published_totals.csv")
    assert total.is_bound
    (fault,) = faults_of(read_totals, text.replace(",yes,", ",ye,"))
    assert fault.endswith("is_bound: 'ye' is none of the words known here. Did you mean 'yes'?")


def test_a_row_with_lift_types_can_be_a_member_of_a_set_and_is_not_changed_later() -> None:
    flow = read_flows(FLOWS, FLOWS_FILE)[0]
    assert len({flow, read_flows(FLOWS, FLOWS_FILE)[0]}) == 1
    with pytest.raises(TypeError):
        flow.lift_types["large"] = 27  # type: ignore[index]


def test_a_folder_may_hold_flows_alone(tmp_path: Path) -> None:
    (tmp_path / FLOWS_FILE).write_text(FLOWS)
    published = read_published(tmp_path)
    assert len(published.flows) == 2
    assert (published.lifts, published.totals) == ((), ())


def test_a_folder_without_flows_is_refused_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(
        PublishedFileError, match=r"there is no such file\. Write one: id, from_local"
    ):
        read_published(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("2200", "2.200", "line 2, column 7: people: '2.200' is no whole number up to 1000000."
         " Write the digits alone: 2200"),
        ("2200", "many", "line 2, column 7: people: 'many' is no whole number up to 1000000."
         " Write it like 5600"),
        ("2200", "", "line 2, column 7: people: nothing stands here. Write it like 5600"),
        ("2200,32", "2200,0", "line 2, column 8: lifts: 29-aug: 2200 people on no lift."
         " Leave lifts empty if nobody published them"),
        ("03:00,America/New_York,own", "03:00,EDT,own", "line 2, column 5: to_zone: 'EDT' is an"
         " abbreviation, which says nothing about summer time. Write the place instead:"
         " America/New_York"),
        ("2021-08-28T03:00", "2021-08-32T03:00", "line 2, column 2: from_local:"
         " '2021-08-32T03:00' is no day and time of the calendar. Check day, month and hour;"
         " write it like 2021-08-31T23:59"),
        ("2021-08-28T03:00", "2021-08-29T03:00", "line 2, column 4: to_local: the window ends"
         " before it starts. Check both ends and zones"),
        (",published,", ",publish,", "line 2, column 10: basis: 'publish' is none of the words"
         " known here. Did you mean 'published'?"),
        ("large:26", "large", "line 2, column 9: lift_types: 'large' is no lift type with a number,"
         " each type once. Write it like C-17:26 C-130:6"),
        ("22-aug", "29-aug", "line 3, column 1: id: '29-aug' already stands on line 2."
         " Give one of them another id"),
        ("22-aug", "22 aug", "line 3, column 1: id: id '22 aug' is not an id: use 1-100 letters,"
         " digits and . _ : / ~ -, starting with a letter or digit. Write it like"
         " 29-august-coalition"),
        ('"CNN, 29 August"', "CNN, 29 August", "line 2, column 13: 14 cells stand here, where the"
         " header has 13. Put a text that holds a comma in double quotes"),
        (",people,", ",peoples,", "line 1, column 7: peoples: no such column is known."
         " Did you mean 'people'?"),
    ],
)  # fmt: skip
def test_a_fault_names_line_column_and_remedy(wrong: str, right: str, said: str) -> None:
    assert wrong in FLOWS
    assert said in faults_of(read_flows, FLOWS.replace(wrong, right, 1))


def test_all_faults_of_a_file_are_named_at_once() -> None:
    text = FLOWS.replace("2200", "x").replace("8200", "y").replace("implied", "guessed")
    assert len(faults_of(read_flows, text)) == 3


def test_a_missing_column_is_named() -> None:
    text = "id,baseline,as_of_local,zone,people,said_by\n"
    assert faults_of(read_totals, text) == [
        "line 1, column 6: source: the column is missing. Add source"
    ]


def test_a_correction_needs_a_first_count() -> None:
    (fault,) = faults_of(read_lifts, LIFTS.replace("823,640,", "823,,"))
    assert fault.startswith("line 2, column 8: corrected_local: a correction without a first count")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (FLOWS.replace(",", ";"), "the columns are not separated by commas"),
        (b"PK\x03\x04rest", "the file is a ZIP file"),
        (FLOWS.encode("utf-16"), "the file is text in UTF-16"),
        (FLOWS.replace("White House", '"White House'), "the table cannot be read"),
    ],
)
def test_what_a_spreadsheet_saves_by_mistake_is_recognised(text: str | bytes, problem: str) -> None:
    (fault,) = faults_of(read_flows, text)
    assert problem in fault
    assert fault.endswith("Save the table as CSV in UTF-8, with commas between the columns")


def test_a_byte_order_mark_and_blank_lines_do_no_harm() -> None:
    text = "\ufeff" + FLOWS.replace("\n", "\r\n") + "\r\n,,,,,,,,,,,,\r\n"
    assert read_flows(text.encode(), FLOWS_FILE) == read_flows(FLOWS, FLOWS_FILE)


def test_a_note_over_two_lines_keeps_the_line_numbers_right() -> None:
    text = FLOWS.replace('"CNN, 29 August"', '"CNN,\n29 August"').replace("8200", "x")
    (fault,) = faults_of(read_flows, text)
    assert fault.startswith("line 4, column 7: people")
