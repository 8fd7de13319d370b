"""Local times: wall clocks and zones as people write them, turned into instants or refused.

"31 August 23:59" is no instant before it has a zone, and in the night when clocks change it may be
none at all, or two.  Nothing is guessed here: each of these is refused, with what to write instead.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from safepassage.exchange.fault import did_you_mean, shown
from safepassage.model.errors import InvalidFactError
from safepassage.model.instant import in_utc, zone

_ABBREVIATIONS = {
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "MST": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "AFT": "Asia/Kabul",
    "GMT": "UTC or Europe/London",
    "BST": "Europe/London",
    "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin",
    "EET": "Europe/Kyiv",
    "IST": "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin",
    "Z": "UTC",
    "ZULU": "UTC",
}
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})$")
_MIDNIGHT = re.compile(r"[T ]24:00(:00)?")


class LocalTimeError(ValueError):
    """A local time or zone that means nothing, or two things."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}. {remedy}")


@cache
def _zones() -> frozenset[str]:
    # Names without a continent are abbreviations (EST has no summer time) or depend on the machine.
    return frozenset(name for name in available_timezones() if "/" in name) | {"UTC"}


def known_zone(name: str) -> str:
    """The name, if it is that of an IANA zone.

    Raises:
        LocalTimeError: it is not, or it is an abbreviation.
    """
    if name in _zones():
        return name
    if (meant := _ABBREVIATIONS.get(name.upper())) is not None:
        raise LocalTimeError(
            f"{shown(name)} is an abbreviation, which says nothing about summer time",
            f"Write the place instead: {meant}",
        )
    if re.fullmatch(r"(UTC|GMT)?[+-][0-9:]+", name):
        raise LocalTimeError(
            f"{shown(name)} is an offset, not a zone",
            "Write the place, like Asia/Kabul; an offset stands behind the time: 23:59+04:30",
        )
    raise LocalTimeError(f"{shown(name)} is not a time zone", _zone_remedy(name))


def _zone_remedy(name: str) -> str:
    ending = name.strip().replace(" ", "_").casefold()
    cities = {z.rpartition("/")[2].casefold(): z for z in sorted(_zones(), reverse=True)}
    meant = cities.get(ending) or did_you_mean(name, sorted(_zones()))
    if meant is not None:
        return f"Did you mean {shown(meant)}?"
    return "Use an IANA name such as Asia/Kabul or UTC"


def read_instant(text: str, zone_name: str | None) -> datetime:
    """The instant in UTC of a date and time, with its own offset or in a zone.

    Raises:
        LocalTimeError: impossible, without a zone, contradicting its zone, or in the hour that
            clocks skip or repeat.
    """
    if _MIDNIGHT.search(text):
        raise LocalTimeError(
            f"{shown(text)} is midnight at the end of a day",
            "Write the next day with 00:00",
        )
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise LocalTimeError(
            f"{shown(text)} is no day and time of the calendar",
            "Check day, month and hour; write it like 2021-08-31T23:59",
        ) from None
    try:
        if written.tzinfo is not None:
            return _with_offset(written, text, zone_name)
        if zone_name is None:
            raise LocalTimeError(
                f"{shown(text)} has no zone",
                "Write it with its zone beside it, like zone: Asia/Kabul,"
                f" or with its offset, like {text}Z",
            )
        return _in_zone(written, zone_name)
    except (InvalidFactError, OverflowError):
        raise LocalTimeError(
            f"{shown(text)} lies outside the years 2000 to 2099", "Check the year"
        ) from None


def _with_offset(written: datetime, text: str, zone_name: str | None) -> datetime:
    instant = in_utc(written, "instant")
    if zone_name is None or written.utcoffset() == timedelta(0):
        return instant
    there = instant.astimezone(zone(zone_name))
    if there.utcoffset() != written.utcoffset():
        found = _OFFSET.search(text)
        raise LocalTimeError(
            f"the offset {found[0] if found else ''} is not that of {zone_name} at that time",
            f"Leave the offset out, or write {there.isoformat(timespec='minutes')}",
        )
    return instant


def _in_zone(written: datetime, zone_name: str) -> datetime:
    where = zone(zone_name)
    first = written.replace(tzinfo=where, fold=0)
    second = written.replace(tzinfo=where, fold=1)
    instant = in_utc(first, "instant")
    if instant.astimezone(where).replace(tzinfo=None) != written:
        after = in_utc(second, "instant")
        lower, upper = sorted((instant, after))
        change = _change(lower, upper, zone_name)
        raise LocalTimeError(
            f"{written:%Y-%m-%d %H:%M} does not exist in {zone_name}: clocks go forward then",
            f"The change is at {change:%Y-%m-%dT%H:%M}Z; write the time before or after it",
        )
    if first.utcoffset() != second.utcoffset():
        raise LocalTimeError(
            f"{written:%Y-%m-%d %H:%M} happens twice in {zone_name}: clocks go back then",
            f"Write which: {first.isoformat(timespec='minutes')}"
            f" or {second.isoformat(timespec='minutes')}",
        )
    return instant


def _change(lower: datetime, upper: datetime, zone_name: str) -> datetime:
    """The minute at which the offset of a zone changes between two instants."""
    where = zone(zone_name)
    lower, upper = lower - timedelta(hours=3), upper + timedelta(hours=3)
    before = lower.astimezone(where).utcoffset()
    while upper - lower > timedelta(minutes=1):
        middle = lower + (upper - lower) / 2
        if middle.astimezone(where).utcoffset() == before:
            lower = middle
        else:
            upper = middle
    return (upper + timedelta(seconds=30)).replace(second=0, microsecond=0, tzinfo=UTC)


def read_clock(text: str) -> time:
    """A time of day written as HH:MM; 24:00 is midnight, the end of the day."""
    hours, minutes = text.split(":")
    return time(int(hours) % 24, int(minutes))
