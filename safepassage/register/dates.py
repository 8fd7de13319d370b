"""Birth dates as lists write them: intervals with a precision, never a made-up day.

What a written date can mean is a list of readings, the likeliest first: the calendar, the order of
day and month, and the century are each a hypothesis.  The first day of a year in any calendar is
read as that year, because that is what forms fill in when only a year is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from safepassage.register import calendars
from safepassage.register.ages import read_age
from safepassage.register.calendars import LUNAR_DAYS_OFF_MAX, NoSuchDayError
from safepassage.register.digits import plain
from safepassage.register.month_names import folded, month_named
from safepassage.register.record import Born, Calendar, Precision, Reading
from safepassage.register.tables import table

AGE_MAX = 120
_CENTURY_AGE_MAX = 105  # above it, the other century of a two-digit year is not offered
_HIJRI_YEAR_MAX = 1500  # from here on a year can only be Gregorian
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_ABOUT_YEARS = 2
_ABOUT_WORDS = {folded(word) for word in table("cells")["about_words"]}
_DATE_WORDS = {folded(word) for word in table("cells")["date_words"]} | _ABOUT_WORDS
_PARTS = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)?", re.UNICODE)
_NOTHING = re.compile(
    r"(?:[-–—?.*/x]+|n/?a|nil|none|null|unknown|not known|unk|نامعلوم|مجهول|معلوم نیست|"
    r"غير معروف|неизвестно|невідомо|inconnue?|desconocid[oa]|unbekannt)?",
    re.IGNORECASE,
)
# The day before 1 January 1900 plus the leap day that never was: serial 60 onward counts from here.
_SERIAL_DAY_ZERO = date(1899, 12, 30)
_SERIALS = range(366, 60_000)  # 1900-12-31 to 2064-04-08


class DateOrder(StrEnum):
    """In which order a list writes the numbers of a date, where it is not year first."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True)
class NotADate:
    """Why a written date is none, as a sentence without the date itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known about the dates of a list before one of them is read."""

    received: date  # nobody on the list was born after it
    order: DateOrder = DateOrder.DAY_FIRST
    calendar: Calendar | None = None  # None: told by each date itself
    is_afghan_or_iranian: bool = True  # a year like 1370 is then Solar Hijri before it is lunar


@dataclass(frozen=True, slots=True)
class _Written:
    year: int
    month: int | None = None
    day: int | None = None
    swapped: bool = False


def read_born(text: str, expected: Expected, *, is_number: bool = False) -> Born | NotADate | None:
    """A birth date as far as it is written; None if nothing is written.

    `is_number` says that the cell was a number of a spreadsheet, and may count days since 1900.
    """
    written = text.strip()
    clean = _TIME.sub("", plain(written)).strip()
    if _NOTHING.fullmatch(clean):
        return None
    if age := read_age(clean, expected.received):
        return Born(written, Precision.ESTIMATED, (Reading(*age),))
    if (serial := _serial(clean, is_number)) is not None:
        clean = serial.isoformat()
    found = _readings(clean, expected)
    if isinstance(found, NotADate):
        return found
    precision, readings = found
    return Born(written, precision, readings)


def is_first_of_year(born: Born) -> bool:
    """Whether a whole date was written and it was the first day of a year: 1 January, 1 Hamal."""
    if born.precision is not Precision.YEAR:
        return False
    parts = _PARTS.findall(plain(_TIME.sub("", plain(born.written))))
    numbers = [int(part) for part in parts if part.isdigit()]
    packed = [n for n in numbers if n > 100_000 and n % 10_000 == 101]
    serial = [n for n in numbers if n in _SERIALS and n > 3000 and len(parts) == 1]
    return bool(packed or serial) or (len(parts) >= 3 and 0 not in numbers)


def _serial(clean: str, is_number: bool) -> date | None:
    """A count of days since 1900, as spreadsheets keep dates; four digits are a year instead."""
    match = re.fullmatch(r"(\d{3,5})(?:\.\d+)?", clean)
    if match is None or int(match[1]) not in _SERIALS:
        return None
    if len(match[1]) == 5 or (is_number and int(match[1]) > 2100 and len(match[1]) == 4):
        return _SERIAL_DAY_ZERO + timedelta(days=int(match[1]))
    return None


def _readings(clean: str, expected: Expected) -> tuple[Precision, tuple[Reading, ...]] | NotADate:
    parts = _PARTS.findall(clean)
    if len(parts) == 1 and parts[0].isdigit() and len(parts[0]) == 8:
        parts = _packed(parts[0])
    numbers = [part for part in parts if part.isdigit()]
    words = [part for part in parts if not part.isdigit()]
    names = [month for word in words if (month := month_named(word))]
    if not all(month_named(word) or folded(word) in _DATE_WORDS for word in words):
        return NotADate("it holds words that belong to no date")
    if any(folded(word) in _ABOUT_WORDS for word in words):
        return _about(numbers, expected)
    if not numbers:
        return NotADate("there is no number in it")
    if any(len(number) > 4 for number in numbers) or len(numbers) > 3 or len(names) > 1:
        return NotADate("it is written in no form of a date")
    if names:
        calendar, number = names[0]
        return _judged(_with_month(numbers, number, expected), expected, calendar)
    if len(numbers) == 2 and all(len(number) == 4 for number in numbers):
        return _years(int(numbers[0]), int(numbers[1]), expected)
    return _judged(_of_numbers(numbers, expected), expected, None)


def _about(
    numbers: list[str], expected: Expected
) -> tuple[Precision, tuple[Reading, ...]] | NotADate:
    """About a year: that one, and as many before and after it as "about" usually means."""
    if len(numbers) != 1:
        return NotADate("it is written in no form of a date")
    read = _judged(_of_numbers(numbers, expected), expected, None)
    if isinstance(read, NotADate):
        return read
    around = timedelta(days=366 * _ABOUT_YEARS)
    readings = tuple(
        Reading(r.earliest - around, min(r.latest + around, expected.received), r.calendar)
        for r in read[1]
    )
    return Precision.ESTIMATED, readings


def _packed(digits: str) -> list[str]:
    """19840302 or 02031984, whichever begins or ends with a year."""
    if 1200 <= int(digits[:4]) <= 2100:
        return [digits[:4], digits[4:6], digits[6:]]
    return [digits[:2], digits[2:4], digits[4:]]


def _years(
    first: int, last: int, expected: Expected
) -> tuple[Precision, tuple[Reading, ...]] | NotADate:
    """Two years: born in one of them or between."""
    judged = [_judged([_Written(year)], expected, None) for year in (first, last)]
    spans = [found[1][0] for found in judged if not isinstance(found, NotADate)]
    if len(spans) < 2 or not 0 <= spans[1].earliest.year - spans[0].earliest.year <= 20:
        return NotADate("its two years do not fit together")
    reading = Reading(spans[0].earliest, spans[1].latest, spans[0].calendar)
    return Precision.ESTIMATED, (reading,)


def _with_month(numbers: list[str], month: int, expected: Expected) -> list[_Written]:
    """A date whose month has a name: the number that cannot be a day is the year."""
    if len(numbers) == 1:
        return [_Written(year, month) for year in _full_years(numbers[0], expected)]
    if len(numbers) > 2:
        return []
    first, last = numbers
    day, year = (last, first) if len(first) == 4 or int(first) > 31 else (first, last)
    return [_Written(y, month, int(day)) for y in _full_years(year, expected)]


def _of_numbers(numbers: list[str], expected: Expected) -> list[_Written]:
    if len(numbers) == 1:
        return [_Written(year) for year in _full_years(numbers[0], expected)]
    if len(numbers) == 2:
        month, year = reversed(numbers) if len(numbers[0]) == 4 else numbers
        return [_Written(y, int(month) or None) for y in _full_years(year, expected)]
    if len(numbers[0]) == 4:
        return _both_ways(numbers[0], numbers[1], numbers[2], expected)
    if len(numbers[2]) < 4 and int(numbers[0]) > 31:
        return _both_ways(numbers[0], numbers[1], numbers[2], expected)
    if expected.order is DateOrder.MONTH_FIRST:
        return _both_ways(numbers[2], numbers[0], numbers[1], expected)
    return _both_ways(numbers[2], numbers[1], numbers[0], expected)


def _both_ways(year: str, month: str, day: str, expected: Expected) -> list[_Written]:
    """The date as its order says, then with day and month taken the other way round."""
    years = _full_years(year, expected)
    found = [_Written(y, int(month) or None, int(day) or None) for y in years]
    if 1 <= int(day) <= 13 and 1 <= int(month) <= 31 and month != day:
        found += [_Written(y, int(day), int(month), swapped=True) for y in years]
    return found


def _full_years(year: str, expected: Expected) -> list[int]:
    """The years that two digits can mean, the likelier century first; else the year itself."""
    number = int(year)
    if len(year) > 2 or year == "0":
        return [number]
    if expected.calendar in (Calendar.SOLAR_HIJRI, Calendar.LUNAR_HIJRI):
        return [1300 + number, 1400 + number]
    this_century, years_now = divmod(expected.received.year, 100)
    recent, older = this_century * 100 + number, (this_century - 1) * 100 + number
    if number > years_now:
        return [older]
    return [recent, older] if expected.received.year - older <= _CENTURY_AGE_MAX else [recent]


def _judged(
    written: list[_Written], expected: Expected, calendar: Calendar | None
) -> tuple[Precision, tuple[Reading, ...]] | NotADate:
    """The readings that can be true, and how much of the date is known."""
    reasons = []
    found: list[tuple[Precision, Reading]] = []
    for date_written in written:
        for candidate in _calendars(date_written.year, expected, calendar):
            read = _reading_or_reason(date_written, candidate, expected.received)
            if isinstance(read, str):
                reasons.append(read)
                continue
            found.append(read)
            break  # another calendar is a hypothesis only where this one cannot be meant
    if not found:
        return NotADate(reasons[0] if reasons else "it is written in no form of a date")
    precision = found[0][0]
    # Another reading of a full date stays a reading of a day; of a year, it is a year too.
    readings = dict.fromkeys(reading for p, reading in found if p is precision)
    return precision, tuple(readings)


def _calendars(year: int, expected: Expected, named: Calendar | None) -> list[Calendar]:
    """The calendars in which a year can be that of somebody alive, the likeliest first."""
    if named is not None:
        return [named]
    if expected.calendar is not None:
        return [expected.calendar]
    if year >= _HIJRI_YEAR_MAX:
        return [Calendar.GREGORIAN]
    order = [Calendar.SOLAR_HIJRI, Calendar.LUNAR_HIJRI]
    return order if expected.is_afghan_or_iranian else order[::-1]


def _reading(written: _Written, calendar: Calendar) -> tuple[Precision, Reading]:
    year, month, day = written.year, written.month, written.day
    if month is None or (month == 1 and day == 1):
        return Precision.YEAR, Reading(*calendars.year_span(calendar, year), calendar)
    if day is None:
        return Precision.MONTH, Reading(*calendars.month_span(calendar, year, month), calendar)
    at = calendars.to_gregorian(calendar, year, month, day)
    off = timedelta(days=LUNAR_DAYS_OFF_MAX if calendar is Calendar.LUNAR_HIJRI else 0)
    return Precision.DAY, Reading(at - off, at + off, calendar, written.swapped)


def _reading_or_reason(
    written: _Written, calendar: Calendar, received: date
) -> tuple[Precision, Reading] | str:
    try:
        precision, reading = _reading(written, calendar)
    except NoSuchDayError as error:
        return str(error)
    if reading.earliest > received:
        return "it lies after the day the list came"
    if reading.latest < _years_before(received, AGE_MAX):
        return f"it lies more than {AGE_MAX} years back"
    return precision, reading


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, 1, 1)
