"""Birth dates as lists write them: a precision, calendars, and no made-up first of January."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.register.calendars import (
    NoSuchDayError,
    is_solar_leap_year,
    month_length,
    month_span,
    months_in,
    to_gregorian,
    year_of,
    year_span,
)
from safepassage.register.dates import DateOrder, Expected, NotADate, is_first_of_year, read_born
from safepassage.register.record import Born, Calendar, Precision

KABUL = Expected(date(2021, 8, 20))
DAYS = st.dates(date(1925, 1, 1), date(2060, 12, 31))


def born(text: str, expected: Expected = KABUL, *, is_number: bool = False) -> Born:
    read = read_born(text, expected, is_number=is_number)
    assert isinstance(read, Born), read
    return read


def reason(text: str, expected: Expected = KABUL) -> str:
    read = read_born(text, expected)
    assert isinstance(read, NotADate), read
    return read.reason


@pytest.mark.parametrize(
    ("year", "new_year"),
    [
        (1304, date(1925, 3, 21)), (1345, date(1966, 3, 21)), (1357, date(1978, 3, 21)),
        (1370, date(1991, 3, 21)), (1375, date(1996, 3, 20)), (1395, date(2016, 3, 20)),
        (1399, date(2020, 3, 20)), (1400, date(2021, 3, 21)), (1403, date(2024, 3, 20)),
        (1404, date(2025, 3, 21)), (1409, date(2030, 3, 21)),
    ],
)  # fmt: skip
def test_solar_years_begin_on_the_published_days(year: int, new_year: date) -> None:
    assert to_gregorian(Calendar.SOLAR_HIJRI, year, 1, 1) == new_year


def test_other_calendars_begin_where_their_sources_say() -> None:
    assert to_gregorian(Calendar.ETHIOPIAN, 2014, 1, 1) == date(2021, 9, 11)
    assert to_gregorian(Calendar.ETHIOPIAN, 2012, 1, 1) == date(2019, 9, 12)  # after a leap year
    assert to_gregorian(Calendar.LUNAR_HIJRI, 1443, 1, 1) == date(2021, 8, 10)
    assert to_gregorian(Calendar.LUNAR_HIJRI, 1, 1, 1) == date(622, 7, 19)


@settings(max_examples=80)
@given(DAYS, st.sampled_from(Calendar))
def test_every_day_has_one_place_in_every_calendar(day: date, calendar: Calendar) -> None:
    year = year_of(calendar, day)
    first, last = year_span(calendar, year)
    assert first <= day <= last
    spans = [month_span(calendar, year, month) for month in range(1, months_in(calendar) + 1)]
    assert spans[0][0] == first
    assert spans[-1][1] == last
    for (_, end), (start, _) in pairwise(spans):
        assert start - end == timedelta(days=1)
    assert sum(begin <= day <= end for begin, end in spans) == 1


@settings(max_examples=40)
@given(st.integers(1178, 1632))
def test_the_rule_for_leap_years_is_the_one_that_counts_the_days(year: int) -> None:
    assert (month_length(Calendar.SOLAR_HIJRI, year, 12) == 30) == is_solar_leap_year(year)


def test_days_that_no_calendar_has_are_refused() -> None:
    for calendar, year, month, day in (
        (Calendar.GREGORIAN, 2021, 2, 29),
        (Calendar.SOLAR_HIJRI, 1400, 12, 30),
        (Calendar.LUNAR_HIJRI, 1443, 13, 1),
        (Calendar.ETHIOPIAN, 2014, 13, 6),
        (Calendar.GREGORIAN, 99999, 1, 1),
    ):
        with pytest.raises(NoSuchDayError):
            to_gregorian(calendar, year, month, day)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1984-03-02", date(1984, 3, 2)),
        ("02.03.1984", date(1984, 3, 2)),
        ("2/3/84", date(1984, 3, 2)),
        ("19840302", date(1984, 3, 2)),
        ("2 March 1984", date(1984, 3, 2)),
        ("March 2, 1984", date(1984, 3, 2)),
        ("02-MAR-84", date(1984, 3, 2)),
        ("2 de marzo de 1984", date(1984, 3, 2)),
        ("2 березня 1984", date(1984, 3, 2)),
        ("2. März 1984", date(1984, 3, 2)),
        ("٢ مارس ١٩٨٤", date(1984, 3, 2)),
        ("1984-03-02T00:00:00Z", date(1984, 3, 2)),
        ("1984-03-02 00:00:00", date(1984, 3, 2)),
        ("30743", date(1984, 3, 2)),
        ("30743.0", date(1984, 3, 2)),
        ("۱۳۶۲/۱۲/۱۲", date(1984, 3, 2)),
        ("12 حوت 1362", date(1984, 3, 2)),
        ("۱۲ کب ۱۳۶۲", date(1984, 3, 2)),
        ("12 Hoot 1362", date(1984, 3, 2)),
        ("13 መስከረም 1980", date(1987, 9, 24)),
    ],
)
def test_a_full_date_is_read_in_every_form_and_language(written: str, day: date) -> None:
    found = born(written)
    assert found.precision is Precision.DAY
    assert found.readings[0].earliest == found.readings[0].latest == day
    assert found.written == written


@pytest.mark.parametrize("written", ["2015-01-01", "01/01/2015", "1 Jan 2015", "42005", "20150101"])
def test_nobody_is_given_the_first_of_january(written: str) -> None:
    found = born(written)
    assert found.precision is Precision.YEAR
    assert (found.earliest, found.latest) == (date(2015, 1, 1), date(2015, 12, 31))
    assert is_first_of_year(found)


def test_nor_the_first_of_hamal() -> None:
    found = born("1370/01/01")
    assert found.precision is Precision.YEAR
    assert (found.earliest, found.latest) == (date(1991, 3, 21), date(1992, 3, 19 + 1))
    assert is_first_of_year(found)


@pytest.mark.parametrize("written", ["1979", "2010-00-00", "00/00/1984", "۱۳۶۷", "1979.0"])
def test_a_year_alone_is_a_year_and_was_not_filled_in(written: str) -> None:
    found = born(written)
    assert found.precision is Precision.YEAR
    assert not is_first_of_year(found)


def test_a_month_is_a_month() -> None:
    for written in ("1984-03", "03/1984", "Mar 1984", "1984-03-00"):
        found = born(written)
        assert found.precision is Precision.MONTH
        assert (found.earliest, found.latest) == (date(1984, 3, 1), date(1984, 3, 31))


def test_day_and_month_may_be_swapped_where_both_can_be_a_month() -> None:
    found = born("05/04/1991")
    assert [(r.earliest, r.swapped) for r in found.readings] == [
        (date(1991, 4, 5), False),
        (date(1991, 5, 4), True),
    ]
    assert len(born("14/05/1991").readings) == 1
    assert len(born("05/05/1991").readings) == 1
    month_first = Expected(date(2021, 8, 20), DateOrder.MONTH_FIRST)
    assert born("05/04/1991", month_first).readings[0].earliest == date(1991, 5, 4)


def test_an_age_is_an_interval_that_allows_for_the_age_of_the_list() -> None:
    assert (born("34").earliest, born("34").latest) == (date(1985, 8, 20), date(1987, 8, 20))
    for written in ("34 years", "age 34", "۳۴ ساله", "34 лет", "34 ans"):
        assert born(written).readings == born("34").readings
    about = born("about 30")
    assert about.precision is Precision.ESTIMATED
    assert about.earliest < date(1989, 1, 1) < date(1993, 1, 1) < about.latest
    assert born("6 months").latest < date(2021, 3, 1)
    assert born("0").latest == date(2021, 8, 20)


def test_two_years_are_an_estimate_between_them() -> None:
    found = born("1984 or 1986")
    assert found.precision is Precision.ESTIMATED
    assert (found.earliest, found.latest) == (date(1984, 1, 1), date(1986, 12, 31))
    assert reason("1984 - 1950")


def test_about_a_year_is_an_estimate_around_it() -> None:
    for written in ("about 1970", "circa 1970", "حدود ۱۳۴۹"):
        found = born(written)
        assert found.precision is Precision.ESTIMATED
        assert found.earliest < date(1969, 1, 1) < date(1972, 1, 1) < found.latest


def test_two_digits_of_a_year_are_read_as_somebody_alive() -> None:
    assert born("02/03/45").earliest == date(1945, 3, 2)
    assert born("05/05/12").readings[0].earliest == date(2012, 5, 5)
    solar = Expected(date(2021, 8, 20), calendar=Calendar.SOLAR_HIJRI)
    assert born("62/12/13", solar).earliest == date(1984, 3, 3)


def test_a_lunar_day_is_read_as_the_days_it_may_have_been() -> None:
    arab = Expected(date(2021, 8, 20), is_afghan_or_iranian=False)
    found = born("15 رمضان 1410", arab)
    assert found.readings[0].calendar is Calendar.LUNAR_HIJRI
    assert (found.latest - found.earliest).days == 4
    assert born("1390", arab).readings[0].calendar is Calendar.LUNAR_HIJRI
    assert born("1390").readings[0].calendar is Calendar.SOLAR_HIJRI


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("31/02/1985", "no such day"),
        ("1985-13-45", "no such"),
        ("2050-01-02", "after the day"),
        ("1790-05-05", "years back"),
        ("Parwana", "words"),
        ("P99", "words"),
        ("0705550101", "no form"),
        ("1/2/3/4", "no form"),
        ("999", "years back"),
    ],
)
def test_what_cannot_be_a_birth_date_is_none_and_says_why(written: str, why: str) -> None:
    assert why in reason(written)
    assert written not in reason(written)


@pytest.mark.parametrize("written", ["", " ", "-", "n/a", "unknown", "نامعلوم", "??", "--/--/----"])
def test_nothing_written_is_nothing_said(written: str) -> None:
    assert read_born(written, KABUL) is None


@settings(max_examples=150)
@given(st.text(max_size=24) | st.from_regex(r"[0-9۰-۹]{1,4}[./ -][0-9]{1,4}[./ -][0-9]{1,4}"))
def test_whatever_is_written_is_a_date_that_can_be_true_or_none(written: str) -> None:
    read = read_born(written, KABUL)
    if isinstance(read, Born):
        assert read.written == written.strip()
        for reading in read.readings:
            assert reading.earliest <= reading.latest
            assert reading.earliest <= KABUL.received
        assert len(set(read.readings)) == len(read.readings)


@settings(max_examples=60)
@given(st.dates(date(1930, 1, 2), date(2021, 8, 19)))
def test_a_day_written_in_three_ways_is_one_day(day: date) -> None:
    solar_year = year_of(Calendar.SOLAR_HIJRI, day)
    iso, dotted = born(day.isoformat()), born(f"{day:%d.%m.%Y}")
    assert iso.readings == dotted.readings
    for month in range(1, 13):
        first, last = month_span(Calendar.SOLAR_HIJRI, solar_year, month)
        if first <= day <= last:
            written = f"{solar_year}/{month:02}/{(day - first).days + 1:02}"
            assert born(written).earliest <= day <= born(written).latest
