"""Instants and windows.

Every instant is kept in UTC and shown with its zone.  A window is half open, [start, end), so
that windows that follow each other share no second and miss none.  The zone of a window is how
it was announced ("3 a.m. to 3 a.m. Washington time"); it changes no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from safepassage.model.errors import InvalidFactError

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_utc(instant: datetime, what: str) -> datetime:
    """The instant in UTC.

    Raises:
        InvalidFactError: it has no zone, or lies outside 2000-2100 (a clock that was never set).
    """
    if instant.tzinfo is None:
        raise InvalidFactError(f"{what} {instant.isoformat()} has no time zone: add Z or an offset")
    if instant.tzinfo is not UTC:
        try:
            instant = instant.astimezone(UTC)
        except OverflowError:
            raise InvalidFactError(f"{what} {instant.isoformat()} is not an instant") from None
    if not EARLIEST <= instant < LATEST:
        raise InvalidFactError(
            f"{what} {instant.isoformat()} lies outside 2000-2100: check the clock that wrote it"
        )
    return instant


def parse_instant(text: str, what: str = "instant") -> datetime:
    """Read ISO 8601 with an offset ("2021-08-30T19:29Z") as UTC.

    Raises:
        InvalidFactError: it is not ISO 8601, has no zone, or lies outside 2000-2100.
    """
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidFactError(
            f"{what} {str(text)[:60]!r} is not an instant: write it like 2021-08-30T19:29Z"
        ) from None
    return in_utc(instant, what)


def format_instant(instant: datetime) -> str:
    """ISO 8601 in UTC with Z, the seconds always, the fraction only when there is one."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 in UTC, exact."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant of `to_micros`, exact."""
    return _EPOCH + timedelta(microseconds=micros)


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        InvalidFactError: no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise InvalidFactError(
            f"{str(name)[:60]!r} is not a time zone: use an IANA name such as Asia/Kabul or UTC"
        ) from None


@dataclass(frozen=True, slots=True)
class Window:
    """[start, end) in UTC, and the zone it was announced in."""

    start: datetime
    end: datetime
    zone: str = "UTC"

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", in_utc(self.start, "window start"))
        object.__setattr__(self, "end", in_utc(self.end, "window end"))
        zone(self.zone)
        if self.end <= self.start:
            raise InvalidFactError(
                f"a window must end after it starts: {format_instant(self.start)} to"
                f" {format_instant(self.end)}"
            )

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.end - self.start) / timedelta(hours=1)


def zulu(instant: datetime) -> str:
    """A date-time group as duty officers write it: 301929Z AUG 21."""
    return instant.astimezone(UTC).strftime("%d%H%MZ %b %y").upper()


def local(instant: datetime, zone_name: str) -> str:
    """The wall clock of a zone with its offset: 2021-08-30 23:59 +04:30."""
    there = instant.astimezone(zone(zone_name))
    offset = there.strftime("%z")
    return f"{there:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"
