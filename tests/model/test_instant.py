"""Instants, windows and zones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safepassage.model.deadline import deadlines_in_force
from safepassage.model.errors import InvalidFactError
from safepassage.model.instant import (
    EARLIEST,
    LATEST,
    Window,
    format_instant,
    from_micros,
    local,
    parse_instant,
    to_micros,
    zulu,
)
from safepassage.model.ledger import Book
from safepassage.model.notation import read_facts, read_ledger

instants = st.datetimes(
    EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC)
).filter(lambda d: d < LATEST)


def test_a_take_off_told_in_two_zones_is_one_instant() -> None:
    washington = parse_instant("2021-08-30T15:29-04:00")
    kabul = parse_instant("2021-08-30T23:59+04:30")
    assert washington == kabul
    assert zulu(washington) == "301929Z AUG 21"
    assert local(kabul, "America/New_York") == "2021-08-30 15:29 -04:00"


@given(instants)
def test_an_instant_survives_being_written(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant
    assert from_micros(to_micros(instant)) == instant


def test_windows_that_follow_each_other_share_no_second() -> None:
    cut = parse_instant("2021-08-28T07:00Z")
    before = Window(parse_instant("2021-08-27T07:00Z"), cut)
    after = Window(cut, parse_instant("2021-08-29T07:00Z"))
    assert cut not in before
    assert cut in after
    assert after.hours == 24


def test_a_window_that_ends_before_it_starts_or_has_no_zone_is_refused() -> None:
    start = parse_instant("2021-08-28T07:00Z")
    with pytest.raises(InvalidFactError, match="must end after it starts"):
        Window(start, start)
    with pytest.raises(InvalidFactError, match="use an IANA name"):
        Window(start, start.replace(hour=8), "EDT+Kabul")


def test_a_moved_deadline_is_an_entry_and_the_old_one_stays_in_force_before_it() -> None:
    text = """
        06:00 deadline last-day 2021-08-31T19:30Z Asia/Kabul
        2021-08-24
        06:00 deadline last-day 2021-09-10T19:30Z Asia/Kabul
    """
    catalogue = Book(read_ledger(text)).catalogue
    before = deadlines_in_force(catalogue.deadlines, parse_instant("2021-08-20T00:00Z"))
    after = deadlines_in_force(catalogue.deadlines, parse_instant("2021-08-25T00:00Z"))
    long_before = deadlines_in_force(catalogue.deadlines, parse_instant("2021-08-01T00:00Z"))
    assert long_before["last-day"].at.day == 31
    assert before["last-day"].at.day == 31
    assert after["last-day"].at.day == 10
    assert len(read_facts(text)) == 2
