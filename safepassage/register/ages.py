"""Ages in place of birth dates: "34", "about 30", "6 months", "حدود ۷۰ ساله"."""

from __future__ import annotations

import re
from datetime import date, timedelta

_AGE_MAX = 120
_ABOUT_YEARS = 3  # "about 30" is read as 27 to 33
_ABOUT = (
    r"(?:about|around|approx\.?|approximately|circa|ca\.?|c\.|~|≈|±|est\.?|حدود|حدودا|تقریبا|تقريبا|"
    r"حوالي|شاوخوا|около|примерно|близько|приблизно|environ|etwa|ungefähr|unos|alrededor de)"
)
_YEARS = (
    r"(?:years? old|years?|yrs?\.?|yo|y/o|y|ساله|سال|سنة|سنوات|کلن|کاله|лет|года?|років|роки|рік|"
    r"ans?|jahre?( alt)?|j\.|años?)"
)
_MONTHS = (
    r"(?:months?( old)?|mths?|mos?\.?|ماهه|ماه|شهر|أشهر|میاشتې|месяц(?:а|ев)?|місяц\w*|mois|"
    r"monate?|mes(?:es)?)"
)
_AGE = re.compile(
    rf"(?P<word>age[d:]?|سن|العمر|عمر|возраст|вік|âge|alter|edad)?\s*(?P<about>{_ABOUT})?\s*"
    rf"(?P<number>\d{{1,3}})(?P<half>[.,]\d)?(?P<decade>s)?\s*(?P<unit>{_YEARS}|{_MONTHS})?"
    rf"\s*(?P<about_after>\?|\+/-|{_ABOUT})?",
    re.IGNORECASE,
)
_MONTH_UNIT = re.compile(_MONTHS, re.IGNORECASE)


def read_age(text: str, received: date) -> tuple[date, date] | None:
    """The first and the last day on which somebody of that age was born; None if it is no age.

    A list is older than the day it comes, so whoever is 34 on it may be 35 by now: the interval is
    a year longer than the age alone would say.
    """
    found = _AGE.fullmatch(text)
    if found is None:
        return None
    number = int(found["number"])
    if found["unit"] and _MONTH_UNIT.fullmatch(found["unit"]):
        if number > 60:
            return None
        return received - timedelta(days=31 * (number + 2)), received - timedelta(days=30 * number)
    if number > _AGE_MAX or (len(found["number"]) == 3 and number < 100):
        return None
    about = found["about"] or found["about_after"]
    younger = number - (_ABOUT_YEARS if about else 0)
    older = number + (9 if found["decade"] else _ABOUT_YEARS if about else 0)
    return _before(received, older + 2), _before(received, max(0, younger))


def _before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
