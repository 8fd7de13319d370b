"""The wait at the door grows with each failure, and ends."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from safepassage.secure.attempts import (
    FREE,
    KEPT_MAX,
    LONGEST_WAIT,
    REMEMBERED,
    remembered,
    wait_until,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_tired_officer_mistypes_four_times_and_does_not_wait() -> None:
    failures = [NOON - n * SECOND for n in range(FREE - 1)][::-1]
    assert wait_until(failures, NOON) is None


def test_whoever_goes_on_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_until([NOON] * n, NOON) for n in range(FREE, FREE + 8)]
    seconds = [(until - NOON).total_seconds() for until in waits if until is not None]
    assert seconds == [30, 60, 120, 240, 480, 900, 900, 900]


@given(st.lists(st.integers(0, 7200), max_size=60))
def test_every_wait_ends_and_what_is_an_hour_ago_is_forgotten(ages: list[int]) -> None:
    failures = sorted(NOON - age * SECOND for age in ages)
    until = wait_until(failures, NOON)
    assert until is None or NOON < until <= NOON + LONGEST_WAIT
    assert wait_until(failures, NOON + REMEMBERED) is None


def test_guessing_a_six_digit_code_takes_years() -> None:
    """With the passphrase known and a window of three codes: the wait is what protects."""
    tries, failures, now = 0, [], NOON
    end = NOON + timedelta(days=1)
    while now < end:
        until = wait_until(failures, now)
        if until is not None:
            now = until
            continue
        failures, tries = remembered(failures, now), tries + 1
        now += SECOND
    assert tries < 250
    assert 10**6 / 3 / tries > 4 * 365  # days


def test_what_is_remembered_is_bounded() -> None:
    failures: list[datetime] = []
    for n in range(200):
        failures = remembered(failures, NOON + n * SECOND)
    assert len(failures) == KEPT_MAX
