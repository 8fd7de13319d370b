"""How things are written: message catalogues, date-time groups, durations, numbers.

Identifiers and instants are ASCII in every language and stand in ``<bdi dir="ltr">``: a call sign
or a Zulu time that turns around in a right-to-left sentence is a wrong call sign.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from safepassage.model.instant import zone, zulu

LANGUAGES = {"en": "ltr", "fa-AF": "rtl"}
HEADER = "#"  # the key of a catalogue's note about itself


@dataclass(frozen=True)
class Words:
    """The texts of one language."""

    language: str
    texts: Mapping[str, str]

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return LANGUAGES[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key with its blanks filled in."""
        return self.texts[key].format(**values)

    def or_else(self, key: str, text: str) -> str:
        """The text of a key that may be missing, such as the title of a figure."""
        return self.texts.get(key, text)


@cache
def words(language: str) -> Words:
    """The catalogues of a language, a file for each group of desks, read as one.

    Raises:
        ValueError: two of them say something about the same key.
    """
    texts: dict[str, str] = {}
    folder = files("safepassage.web").joinpath("text", language)
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        more: dict[str, str] = json.loads(file.read_text("utf-8"))
        more.pop(HEADER, None)
        twice = texts.keys() & more.keys()
        if twice:
            raise ValueError(f"{language}/{file.name}: said before: {', '.join(sorted(twice))}")
        texts |= more
    return Words(language, texts)


def number(value: int) -> str:
    """A whole number with a minus that is not a hyphen."""
    return f"{value:,}".replace("-", "−")


def signed(value: int) -> str:
    """A change, with its sign."""
    return f"{value:+,}".replace("-", "−")


def zone_name(name: str) -> str:
    """How a zone is called on a clock: the city of its IANA name."""
    return name.rsplit("/", 1)[-1].replace("_", " ")


def wall_clock(instant: datetime, name: str) -> str:
    """Hours and minutes in a zone."""
    return f"{instant.astimezone(zone(name)):%H:%M}"


def wall_date(instant: datetime, name: str) -> str:
    """The day in a zone, with its weekday: what date it is there is half of the question."""
    return f"{instant.astimezone(zone(name)):%a %d %b}"


def offset(instant: datetime, name: str) -> str:
    """How far a zone is ahead of UTC at an instant: +04:30."""
    text = instant.astimezone(zone(name)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}".replace("-", "−")


def short_zulu(instant: datetime) -> str:
    """Day and time only, where month and year stand beside it: 301929Z."""
    return f"{instant.astimezone(UTC):%d%H%MZ}"


def long_zulu(instant: datetime) -> str:
    """The whole date-time group: 301929Z AUG 21."""
    return zulu(instant)


def countdown(left: timedelta) -> str:
    """Time to a deadline as it is said: T−2d 03:14, and T+ when it has passed."""
    sign = "−" if left >= timedelta(0) else "+"
    minutes = abs(left) // timedelta(minutes=1)
    days, rest = divmod(minutes, 24 * 60)
    return f"T{sign}{f'{days}d ' if days else ''}{rest // 60:02}:{rest % 60:02}"


def duration(length: timedelta) -> str:
    """About how long: 3 d 4 h, 5 h 20 min, 12 min."""
    minutes = max(0, length // timedelta(minutes=1))
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60:02} min" if hours else f"{minutes} min"
