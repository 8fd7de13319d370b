"""The quality panel: what is filled in, missing, impossible or said twice; and no names."""

from __future__ import annotations

import random
from datetime import date, timedelta
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import ListId, RecordId
from safepassage.model.sheet import Format, ReadList, Row, Sheet
from safepassage.register.columns import propose
from safepassage.register.fields import Field
from safepassage.register.quality import Quality, first_days, quality_of, upper_tail
from safepassage.register.record import Calendar
from safepassage.register.rows import ReadRows, read_rows

HEADER = ("Name", "Father", "Sex", "Born", "Passport", "Phone")


def read_list(rows: list[tuple[str, ...]], **sheet: object) -> tuple[ReadList, ReadRows, Quality]:
    made = tuple(Row(n, cells) for n, cells in enumerate([HEADER, *rows], start=1))
    table = Sheet("", made, **sheet)  # type: ignore[arg-type]
    file = ReadList(name="", format=Format.CSV, sha256="0" * 64, size=1, sheets=(table,))
    mapping = propose(table).mapping()
    read = read_rows(
        table,
        mapping,
        list_id=ListId("l"),
        record_id=lambda n: RecordId(f"r{n}"),
        received=date(2021, 8, 20),
    )
    return file, read, quality_of(file, table, mapping, read)


def people(count: int, january: int, seed: int) -> list[tuple[str, ...]]:
    chance = random.Random(seed)
    days = [
        date(1950, 1, 2) + timedelta(days=chance.randrange(363)) for _ in range(count - january)
    ]
    days += [date(chance.randrange(1950, 2015), 1, 1) for _ in range(january)]
    return [
        (
            f"Person {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}",
            "Yusuf",
            "F",
            day.isoformat(),
            f"P{7000000 + n}",
            "",
        )
        for n, day in enumerate(days)
    ]


def test_an_eighth_of_all_birthdays_on_the_first_of_january_is_no_chance() -> None:
    _, _, panel = read_list(people(400, 50, seed=1))
    (gregorian,) = panel.first_days
    assert (gregorian.dates, gregorian.first_days) == (400, 50)
    assert isclose(gregorian.expected, 400 / 365.25)
    assert gregorian.chance < 1e-40
    assert gregorian.is_excess


def test_two_of_four_hundred_are_chance() -> None:
    _, _, panel = read_list(people(400, 2, seed=2))
    assert not panel.first_days[0].is_excess


def test_the_first_of_hamal_is_counted_in_its_own_calendar() -> None:
    rows = [(f"Person {n:c}", "", "", "1370/01/01", "", "") for n in range(97, 107)]
    _, read, _ = read_list(rows)
    (solar,) = first_days(read.records)
    assert (solar.calendar, solar.first_days) == (Calendar.SOLAR_HIJRI, 10)
    assert solar.is_excess


@settings(max_examples=60)
@given(st.integers(1, 300), st.integers(0, 300), st.floats(0.001, 0.9))
def test_the_tail_is_that_of_the_binomial_distribution(n: int, k: int, p: float) -> None:
    k = min(k, n)
    chance, direct = 1.0, 0.0
    probability = (1 - p) ** n
    for successes in range(n + 1):
        if successes >= k:
            direct += probability
        probability *= (n - successes) / (successes + 1) * p / (1 - p)
    chance = upper_tail(k, n, p)
    assert 0 <= chance <= 1
    assert isclose(chance, min(direct, 1.0), rel_tol=1e-6, abs_tol=1e-9)


def test_the_tail_of_a_large_list_does_not_overflow() -> None:
    assert upper_tail(11_110, 88_977, 1 / 365.25) == 0.0
    assert upper_tail(250, 88_977, 1 / 365.25) > 0.3


def test_what_is_missing_or_impossible_is_counted_by_field() -> None:
    _, read, panel = read_list(
        [
            ("Parwana Noori", "Yusuf", "F", "1991-05-14", "P7781201", "0705550101"),
            ("Khatera", "", "", "31/02/1985", "P99", "12"),
            ("", "", "", "", "", ""),
            ("", "Yusuf", "M", "", "", ""),
        ]
    )
    assert panel.adds_up
    assert (panel.records, panel.quarantined) == (3, 1)
    filled = {found.field: found for found in panel.filled}
    assert filled[Field.FATHER_NAME].share < 1
    assert panel.unsound_documents == 1
    assert panel.one_name_only == 1
    assert dict(panel.remarks)[Field.BORN] == 1
    assert read.rows == panel.rows


def test_rows_that_say_the_same_are_found_whatever_the_order_of_names() -> None:
    _, _, panel = read_list(
        [
            ("Parwana Noori", "Yusuf", "F", "1991-05-14", "P7781201", ""),
            ("NOORI Parwana", "Yusuf", "F", "1991-05-14", "", ""),
            ("Hamed Rahimi", "Najib", "M", "2006-02-11", "P1234561", ""),
            ("Hamid Rahimi", "Najib", "M", "2006-02-11", "P1234561", ""),
        ]
    )
    assert panel.repeated_rows == ((2, 3),)
    assert panel.shared_documents == ((4, 5),)


def test_hidden_things_are_counted_on_the_panel() -> None:
    _, _, panel = read_list(
        [("Parwana Noori", "", "", "", "", "")], is_hidden=True, hidden_columns=frozenset({1, 2})
    )
    assert (panel.hidden_sheets, panel.hidden_rows, panel.hidden_columns) == (1, 2, 2)


def test_no_name_and_no_number_stands_on_the_panel() -> None:
    _, _, panel = read_list([("Zqxcanary Noori", "Yusuf", "F", "1991-05-14", "P7781201", "")] * 2)
    for canary in ("Zqxcanary", "Yusuf", "P7781201", "1991"):
        assert canary not in repr(panel)


def test_an_empty_list_has_a_panel_too() -> None:
    _, _, panel = read_list([])
    assert panel.adds_up
    assert panel.first_days == ()
    with pytest.raises(AttributeError):
        panel.names  # type: ignore[attr-defined]  # noqa: B018 - a panel holds none
