"""What Splink is asked to block by and to compare, in two ways.

*Stock* is what Splink's own guide would have one write for these columns: its ready-made
comparisons with term frequencies, and pairs that agree exactly in one of a few rules.  *Keys*
blocks by the register's keys and compares by what they stand on: spelling groups, and dates whose
day may be unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any, Final, TypeAlias

from safepassage.register.splink.flat import ID, KEYS

Comparison: TypeAlias = Any  # a splink ComparisonCreator
Rule: TypeAlias = Any  # a splink BlockingRuleCreator
YEARS_CLOSE: Final = 4


class Setting(StrEnum):
    """What Splink blocks by and compares."""

    STOCK = "stock"
    KEYS = "keys"


# Pairs that agree in all columns of one line are compared, as is usual with Splink.
STOCK_RULES: Final = (
    ("given", "family"),
    ("given", "born"),
    ("family", "born"),
    ("phone", "given"),
    ("postcode", "given"),
    ("postcode", "family"),
    ("postcode", "born"),
    ("email",),
    ("passport",),
    ("national_id",),
    ("document",),
)
# What each run of expectation and maximisation holds fixed; it teaches everything else.
TRAINING_RULES: Final[dict[Setting, tuple[tuple[str, ...], ...]]] = {
    Setting.STOCK: (("given", "family"), ("born",)),
    Setting.KEYS: (("given_group", "family_group"), ("born_day",)),
}
# Hardly ever two persons: how rare two rows of one person are is counted from these.
SURE_RULES: Final = (("given", "family", "born"), ("passport",), ("national_id",))


def rules_of(setting: Setting, columns: Collection[str]) -> list[Rule]:
    """The blocking rules."""
    from splink import block_on

    if setting is Setting.KEYS:
        return [block_on(KEYS, arrays_to_explode=[KEYS])]
    return [block_on(*rule) for rule in present(STOCK_RULES, columns)]


def present(rules: Collection[tuple[str, ...]], columns: Collection[str]) -> list[tuple[str, ...]]:
    """The rules all of whose columns are there."""
    return [rule for rule in rules if set(rule) <= set(columns)]


def comparisons_of(setting: Setting, columns: Collection[str]) -> dict[str, Comparison]:
    """For each feature that the records say something of, how it is compared."""
    from splink import comparison_library as library

    stock: dict[str, Callable[[str], Comparison]] = {
        **dict.fromkeys(("given", "family", "father"), library.NameComparison),
        "sex": library.ExactMatch,
        "born": lambda name: library.DateOfBirthComparison(name, input_is_string=True),
        **dict.fromkeys(("phone", "place", "occupation", "email"), _exact),
        **dict.fromkeys(("passport", "national_id", "document"), _number),
        "address": library.JaroWinklerAtThresholds,
        "postcode": lambda name: library.LevenshteinAtThresholds(name, [1, 2]),
    }
    ours = {**dict.fromkeys(("given", "family", "father"), _name), "born": _born}
    ways = stock | (ours if setting is Setting.KEYS else {})
    return {name: way(name) for name, way in ways.items() if name in columns}


def _exact(name: str) -> Comparison:
    from splink import comparison_library as library

    return library.ExactMatch(name).configure(term_frequency_adjustments=True)


def _number(name: str) -> Comparison:
    from splink import comparison_library as library

    return library.LevenshteinAtThresholds(name, 1)


def _name(name: str) -> Comparison:
    """A name by its letters, its spelling group, and any token in common."""
    from splink import comparison_level_library as level
    from splink import comparison_library as library

    return library.CustomComparison(
        output_column_name=name,
        comparison_levels=[
            level.NullLevel(name),
            level.ExactMatchLevel(name, term_frequency_adjustments=True),
            level.ExactMatchLevel(f"{name}_group", term_frequency_adjustments=True),
            level.JaroWinklerLevel(name, 0.92),
            level.ArrayIntersectLevel(f"{name}_keys", 1),
            level.JaroWinklerLevel(name, 0.8),
            level.ElseLevel(),
        ],
    )


def _born(name: str) -> Comparison:
    """A birth date; where one side knows the year alone, years are compared."""
    from splink import comparison_level_library as level
    from splink import comparison_library as library

    apart = "abs(born_year_l - born_year_r)"
    no_day = "(born_day_l is null or born_day_r is null)"
    return library.CustomComparison(
        output_column_name=name,
        comparison_levels=[
            level.NullLevel(name),
            level.ExactMatchLevel("born_day"),
            level.CustomLevel(f"{no_day} and {apart} = 0", "same year, day unknown"),
            level.CustomLevel(f"birthday_l = birthday_r and {apart} <= {YEARS_CLOSE}", "birthday"),
            level.LevenshteinLevel("born_day", 1),
            level.CustomLevel(f"{apart} <= 1", "a year apart"),
            level.CustomLevel(f"{apart} <= {YEARS_CLOSE}", "a few years apart"),
            level.ElseLevel(),
        ],
    )


def settings_of(
    setting: Setting, comparisons: dict[str, Comparison], columns: Collection[str], prior: float
) -> Any:
    """A splink `SettingsCreator`; `prior` is the probability that two rows are of one person."""
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=ID,
        comparisons=list(comparisons.values()),
        blocking_rules_to_generate_predictions=rules_of(setting, columns),
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
