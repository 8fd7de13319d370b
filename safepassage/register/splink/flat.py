"""Records as one flat table, a row each and a column a feature: what Splink takes.

The rows stand in the order of the records' ids and are numbered by it, so that nothing depends on
the order of arrival.  Everything in it was read by the register's own readers: romanised tokens,
dates with their precision, numbers as they are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.candidates import KeyTable, Longs
from safepassage.register.match.columns import ABSENT, Columns
from safepassage.register.match.features import Feature
from safepassage.register.match.keys import KINDS, token_keys

ID: Final = "unique_id"
KEYS: Final = "keys"
NAMES: Final = {Feature.GIVEN: "given", Feature.FAMILY: "family", Feature.FATHER: "father"}
VALUES: Final = {
    Feature.PHONE: "phone",
    Feature.EMAIL: "email",
    Feature.PASSPORT: "passport",
    Feature.NATIONAL_ID: "national_id",
    Feature.DOCUMENT: "document",
    Feature.PLACE: "place",
    Feature.ADDRESS: "address",
    Feature.POSTCODE: "postcode",
    Feature.OCCUPATION: "occupation",
}
_SEXES: Final = ("F", "M", "X")
_DAY: Final = 3  # the kind of a birth date whose day is known


def flat(columns: Columns, keys: KeyTable, order: Longs, caps: Mapping[str, int]) -> Any:
    """All records as a `pyarrow.Table`, one row each.

    A feature that no record says anything of is left out.  The column of keys holds numbers that
    two records share exactly if they share a blocking key that at most the cap of its kind hold;
    `order` says which record, in order of arrival, stands in which row.
    """
    import pyarrow as pa

    made: dict[str, Any] = {ID: pa.array(np.arange(len(columns), dtype=np.int64))}
    for feature in NAMES:
        if (columns.names[feature] != ABSENT).any():
            made |= _name(columns, feature)
    for feature, name in VALUES.items():
        if (columns.values[feature] != ABSENT).any():
            made[name] = _taken(columns.texts[feature], columns.values[feature][:, 0])
    if (columns.sex != ABSENT).any():
        made["sex"] = _taken(_SEXES, columns.sex)
    if columns.born.kind.any():
        made |= _born(columns)
    made[KEYS] = _keys(keys, order, caps)
    return pa.table(made)


def _taken(texts: Sequence[Any], numbers: NDArray[Any]) -> Any:
    """Texts by their numbers; null where there is none."""
    import pyarrow as pa

    at = pa.array(numbers.astype(np.int64), mask=numbers == ABSENT)
    return pa.array(texts, type=pa.string()).take(at)


def _name(columns: Columns, feature: Feature) -> dict[str, Any]:
    """A part of the name as it is romanised, by its spelling groups, and each key of its tokens."""
    import pyarrow as pa

    bags = [[columns.words[t] for t in bag if t != ABSENT] for bag in columns.bags.tokens.tolist()]
    numbers, name = columns.names[feature], NAMES[feature]
    groups = [" ".join(sorted(token_keys(token)[0] for token in bag)) for bag in bags]
    found = [sorted({key for token in bag for key in token_keys(token)}) for bag in bags]
    at = pa.array(numbers.astype(np.int64), mask=numbers == ABSENT)
    return {
        name: _taken([" ".join(bag) for bag in bags], numbers),
        f"{name}_group": _taken(groups, numbers),
        f"{name}_keys": pa.array(found, type=pa.list_(pa.string())).take(at),
    }


def _born(columns: Columns) -> dict[str, Any]:
    """The likeliest reading of the birth date.

    `born` is its first day as ISO 8601 has it, `born_day` the same where the day is known,
    `birthday` the month and day where they are, `born_year` the year in the middle of the interval.
    """
    import pyarrow as pa

    born = columns.born
    kind = born.kind[:, 0]
    days = [date.fromordinal(max(1, first)).isoformat() for first in born.lo[:, 0].tolist()]
    nothing, no_day = kind == 0, kind != _DAY
    return {
        "born": pa.array(days, mask=nothing),
        "born_day": pa.array(days, mask=no_day),
        "birthday": pa.array([day[5:] for day in days], mask=no_day),
        "born_year": pa.array(born.year[:, 0].astype(np.int64), mask=nothing),
    }


def _keys(table: KeyTable, order: Longs, caps: Mapping[str, int]) -> Any:
    """For each row the numbers of those of its keys that make pairs."""
    import pyarrow as pa

    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.arange(len(order))
    rows = np.repeat(row_of, np.frombuffer(table.counts, dtype=np.int32))
    cap = np.array([caps[kind] for kind in KINDS])[np.frombuffer(table.kinds, dtype=np.int8)]
    _, number, holders = np.unique(
        np.frombuffer(table.hashes, dtype=np.int64), return_inverse=True, return_counts=True
    )
    makes_pairs = (holders[number] > 1) & (holders[number] <= cap)
    rows, number = rows[makes_pairs], number[makes_pairs]
    by_row = np.lexsort((number, rows))
    starts = np.searchsorted(rows[by_row], np.arange(len(order) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(starts), pa.array(number[by_row].astype(np.int64)))
