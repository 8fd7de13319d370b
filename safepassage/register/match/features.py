"""What is compared between two records, and what a comparison can say: closed sets, by name.

Every bar of an explanation is a feature at a level.  The names below are the only ones there are:
the desks translate them, the model weighs them, and a new one needs a new model version.

A level of None is absence: one side says nothing, which is evidence of nothing and weighs 0.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Feature(StrEnum):
    """What a bar of the explanation is about."""

    GIVEN = "given-name"
    FAMILY = "family-name"
    FATHER = "father"
    SEX = "sex"
    BORN = "born"
    PHONE = "phone"
    EMAIL = "email"
    PASSPORT = "passport"
    NATIONAL_ID = "national-id"
    DOCUMENT = "document"  # of any other type
    PLACE = "place"
    ADDRESS = "address"
    POSTCODE = "postcode"
    OCCUPATION = "occupation"
    LIST = "list"  # whether one list carries both
    HOUSEHOLD = "household"  # what the other members of the two families say
    PARTNER = "partner"  # who else in these families could be the one
    RELATIVE = "relative"  # how well two different members of one family explain it
    PRIOR = "prior"  # how rare two rows of one person are among all pairs


NAME_LEVELS: Final = (
    "swapped",  # given and family name the other way round
    "exact",
    "variant",  # another spelling
    "close",  # a slip, or a distant spelling
    "joined",  # two tokens written as one
    "part",  # every token of the shorter name is in the longer one
    "part-close",
    "overlap",  # a token in common, and others on both sides
    "faint",  # alike, but not so that one would say so of the name alone
    "differs",
)
DATES: Final = (
    "same-day",
    "same-year",  # at least one side knows no more than the year
    "day-and-month",  # the same day of another year, within a few years
    "swapped",  # day and month exchanged
    "near-day",  # a day, a month or a year beside
    "digit",  # one digit of the year differs
    "within-year",  # one year apart, no day known
    "same-year-other-day",
    "few-years",  # up to four
    "differs",  # more than four
)
VALUES: Final = ("same", "close", "differs")
PLAIN: Final = ("same", "differs")

LEVELS: Final[dict[Feature, tuple[str, ...]]] = {
    Feature.GIVEN: NAME_LEVELS,
    Feature.FAMILY: NAME_LEVELS,
    Feature.FATHER: NAME_LEVELS,  # never swapped
    Feature.SEX: PLAIN,
    Feature.BORN: DATES,
    Feature.PHONE: VALUES,
    Feature.EMAIL: VALUES,
    Feature.PASSPORT: VALUES,
    Feature.NATIONAL_ID: VALUES,
    Feature.DOCUMENT: VALUES,
    Feature.PLACE: VALUES,
    Feature.ADDRESS: VALUES,
    Feature.POSTCODE: VALUES,
    Feature.OCCUPATION: VALUES,
    Feature.LIST: ("other-list", "same-list", "same-household"),
}
COMPARED: Final = tuple(LEVELS)  # in the order of the columns of a comparison
# Levels of the bars that are computed and not looked up.
COMPUTED: Final[dict[Feature, tuple[str, ...]]] = {
    Feature.HOUSEHOLD: ("others-agree", "others-differ"),
    Feature.PARTNER: ("last-left", "better-partner"),
    Feature.RELATIVE: ("possible",),
    Feature.PRIOR: ("any-pair",),
}
