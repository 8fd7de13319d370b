"""Why two records are linked: one bar for each piece of evidence, and a sentence for each bar.

The bars add up to the link's weight exactly. Features and levels are the closed sets of
`features.py`; the sentences here are the English ones, the desks have their own by the same keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from safepassage.register.linkage import Evidence
from safepassage.register.match.columns import ABSENT, columns_of
from safepassage.register.match.compare import compare
from safepassage.register.match.families import Families, weigh
from safepassage.register.match.features import COMPARED, LEVELS, Feature
from safepassage.register.match.model import UNIT, Model
from safepassage.register.record import Record

_WHAT: Final = {
    Feature.GIVEN: "given name",
    Feature.FAMILY: "family name",
    Feature.FATHER: "father's name",
    Feature.SEX: "sex",
    Feature.BORN: "birth date",
    Feature.PHONE: "phone",
    Feature.EMAIL: "e-mail address",
    Feature.PASSPORT: "passport number",
    Feature.NATIONAL_ID: "national identity number",
    Feature.DOCUMENT: "document number",
    Feature.PLACE: "place",
    Feature.ADDRESS: "address",
    Feature.POSTCODE: "postcode",
    Feature.OCCUPATION: "occupation",
}
_SAYS: Final = {
    "swapped": "The {} agrees, written the other way round.",
    "exact": "The {} is the same.",
    "variant": "The {} is the same in another spelling.",
    "close": "The {} differs by a slip.",
    "joined": "The {} is the same, written as one word on one side.",
    "part": "The shorter {} is part of the longer one.",
    "part-close": "The shorter {} is nearly part of the longer one.",
    "overlap": "The {} has a word in common and others on both sides.",
    "faint": "The {} is somewhat alike.",
    "differs": "The {} differs.",
    "same": "The {} is the same.",
    "same-day": "The birth date is the same.",
    "same-year": "The birth year is the same; a day is not known on both sides.",
    "day-and-month": "Day and month of birth agree, the year is a few years off.",
    "near-day": "The birth dates lie a day, a month or a year beside each other.",
    "digit": "The birth year differs in one digit.",
    "within-year": "The birth years are one apart.",
    "same-year-other-day": "The birth year is the same, the day is another.",
    "few-years": "The birth years are up to four apart.",
}
_OTHERS: Final = {
    (Feature.BORN, "differs"): "The birth years are more than four apart.",
    (Feature.BORN, "swapped"): "The birth date is the same with day and month exchanged.",
    (Feature.LIST, "other-list"): "They stand on two lists.",
    (Feature.LIST, "same-list"): "One list carries both.",
    (Feature.LIST, "same-household"): "One list carries both in one family.",
    (Feature.HOUSEHOLD, "others-agree"): "Other members of both families are the same people.",
    (Feature.HOUSEHOLD, "others-differ"): "The other members of the families do not match.",
    (Feature.PARTNER, "last-left"): "Their relatives are matched; few others are left.",
    (Feature.PARTNER, "better-partner"): "Somebody else of that family fits better.",
    (Feature.RELATIVE, "possible"): "Two relatives would agree in much of this as well.",
    (Feature.PRIOR, "any-pair"): "Two rows taken at random are hardly ever one person.",
}


def sentence(evidence: Evidence) -> str:
    """A bar in plain English."""
    feature = Feature(evidence.feature)
    said = _OTHERS.get((feature, evidence.level))
    return said or _SAYS[evidence.level].format(_WHAT[feature])


def explain(
    left: Record,
    right: Record,
    model: Model,
    left_family: Iterable[Record] = (),
    right_family: Iterable[Record] = (),
) -> Sequence[Evidence]:
    """Every reason for and against one person; the weights add up to the link's weight.

    The families are the rows of the two list households; without them the pair stands alone.
    """
    everyone = {r.id: r for r in (*left_family, *right_family, left, right)}
    columns = columns_of(everyone.values())
    rows = sorted((columns.ids.index(left.id), columns.ids.index(right.id)))
    pair = tuple(np.array([row], dtype=np.int64) for row in rows)
    families = Families.of(columns)
    expanded = families.expand(families.pairs(*pair))
    compared = compare(model.bench(columns), expanded.left, expanded.right)
    weighed = weigh(columns, expanded, compared, model)
    at = int(np.flatnonzero((weighed.left == rows[0]) & (weighed.right == rows[1]))[0])
    bars = [Evidence(Feature.PRIOR, "any-pair", model.prior / UNIT)]
    for column, feature in enumerate(COMPARED):
        level = int(compared.levels[at, column])
        if level != ABSENT:
            weight = int(weighed.features[at, column]) / UNIT
            bars.append(Evidence(feature, LEVELS[feature][level], weight))
    for feature, value, levels in (
        (Feature.HOUSEHOLD, weighed.household[at], ("others-agree", "others-differ")),
        (Feature.PARTNER, weighed.partner[at], ("last-left", "better-partner")),
        (Feature.RELATIVE, -weighed.relative[at], ("possible", "possible")),
    ):
        if value:
            bars.append(Evidence(feature, levels[int(value) < 0], int(value) / UNIT))
    return bars
