"""The calendars in which people know their birthdays, as arithmetic on days.

Sources of the formulas:

- *Solar Hijri* (Iran, Afghanistan): the 33-year cycle, M. Heydari-Malayeri, "A concise review of
  the Iranian calendar" (2004): a year is a leap year when (25 y + 11) mod 33 < 8.  It gives the
  same days as the observed equinox for the years 1178 to 1633.  Before 1957 Afghan months had other
  lengths (29 to 32 days) than Iranian ones, so an old Afghan date may be a day or two off.
- *Lunar Hijri*: the tabular calendar with leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29 of
  30, counted from 16 July 622 (Julian): Reingold and Dershowitz, "Calendrical Calculations" (4th
  ed., 2018), chapter 7.  Sightings of the moon and the calendar of Umm al-Qura differ from it by up
  to two days, so a day in it is read as five.
- *Ethiopian*: Reingold and Dershowitz, chapter 4; twelve months of 30 days and one of 5 or 6.
"""

from __future__ import annotations

from datetime import date, timedelta

from safepassage.register.record import Calendar

LUNAR_DAYS_OFF_MAX = 2
# 1 Hamal 1403 was 20 March 2024, and so on back and forth by the cycle.
_SOLAR_ANCHOR = date(2024, 3, 20).toordinal()
_SOLAR_ANCHOR_YEAR = 1403
_LUNAR_EPOCH = 227_015  # 16 July 622 (Julian) as a proleptic Gregorian ordinal
_ETHIOPIAN_EPOCH = 2_796  # 29 August 8 (Julian)
_MONTHS = {
    Calendar.GREGORIAN: 12,
    Calendar.SOLAR_HIJRI: 12,
    Calendar.LUNAR_HIJRI: 12,
    Calendar.ETHIOPIAN: 13,
}


class NoSuchDayError(ValueError):
    """A day that its calendar does not have: 31 February, the 13th month.

    The message does not repeat the date: it may be somebody's.
    """


def months_in(calendar: Calendar) -> int:
    """How many months a year of the calendar has."""
    return _MONTHS[calendar]


def month_length(calendar: Calendar, year: int, month: int) -> int:
    """How many days a month has.

    Raises:
        NoSuchDayError: the calendar has no such month.
    """
    if not 1 <= month <= _MONTHS[calendar]:
        raise NoSuchDayError("the year has no such month")
    return _first_of_next(calendar, year, month) - _ordinal(calendar, year, month, 1)


def to_gregorian(calendar: Calendar, year: int, month: int, day: int) -> date:
    """A day of a calendar as the Gregorian day it is.

    Raises:
        NoSuchDayError: the calendar has no such day, or it lies outside the years 1 to 9999.
    """
    length = month_length(calendar, year, month)
    if not 1 <= day <= length:
        raise NoSuchDayError("the month has no such day")
    try:
        return date.fromordinal(_ordinal(calendar, year, month, day))
    except (ValueError, OverflowError):
        raise NoSuchDayError("the year cannot be meant") from None


def month_span(calendar: Calendar, year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month.

    Raises:
        NoSuchDayError: there is no such month, or it lies outside the years 1 to 9999.
    """
    last = month_length(calendar, year, month)
    return to_gregorian(calendar, year, month, 1), to_gregorian(calendar, year, month, last)


def year_span(calendar: Calendar, year: int) -> tuple[date, date]:
    """The first and the last day of a year.

    Raises:
        NoSuchDayError: it lies outside the years 1 to 9998.
    """
    first = to_gregorian(calendar, year, 1, 1)
    return first, to_gregorian(calendar, year + 1, 1, 1) - timedelta(days=1)


def year_of(calendar: Calendar, day: date) -> int:
    """The year of a calendar in which a Gregorian day lies."""
    guess = {
        Calendar.GREGORIAN: day.year,
        Calendar.SOLAR_HIJRI: day.year - 621,
        Calendar.LUNAR_HIJRI: (day.year - 622) * 33 // 32 + 1,
        Calendar.ETHIOPIAN: day.year - 7,
    }[calendar]
    while _ordinal(calendar, guess, 1, 1) > day.toordinal():
        guess -= 1
    while _ordinal(calendar, guess + 1, 1, 1) <= day.toordinal():
        guess += 1
    return guess


def is_solar_leap_year(year: int) -> bool:
    """Whether Hut (Esfand) of a Solar Hijri year has 30 days."""
    return (25 * year + 11) % 33 < 8


def _first_of_next(calendar: Calendar, year: int, month: int) -> int:
    if month == _MONTHS[calendar]:
        return _ordinal(calendar, year + 1, 1, 1)
    return _ordinal(calendar, year, month + 1, 1)


def _ordinal(calendar: Calendar, year: int, month: int, day: int) -> int:
    if calendar is Calendar.GREGORIAN:
        if not 1 <= year <= 9999:
            raise NoSuchDayError("the year cannot be meant")
        return date(year, month, 1).toordinal() + day - 1
    if calendar is Calendar.SOLAR_HIJRI:
        before = 31 * (month - 1) - max(0, month - 7)
        return _solar_new_year(year) + before + day - 1
    if calendar is Calendar.LUNAR_HIJRI:
        before = (year - 1) * 354 + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2
        return _LUNAR_EPOCH - 1 + before + day
    return _ETHIOPIAN_EPOCH - 1 + 365 * (year - 1) + year // 4 + 30 * (month - 1) + day


def _solar_new_year(year: int) -> int:
    days = 365 * (year - _SOLAR_ANCHOR_YEAR)
    return _SOLAR_ANCHOR + days + _solar_leaps(year) - _solar_leaps(_SOLAR_ANCHOR_YEAR)


def _solar_leaps(before: int) -> int:
    """Leap years before a year, from any fixed start: the same cycle, as 8 y + 29 in whole 33s."""
    return (8 * (before - 1) + 29) // 33
