"""The rules summed over buckets of steps: a smaller programme that no plan can beat.

Adding up the rows of a bucket, dropping rows, and merging columns that have become equal all
enlarge what is allowed, and never change how long anything takes.  Inside a bucket an inventory's
+1 and -1 meet and it vanishes: that is what makes the programme small.  Nothing here has to be
believed: proof.py spreads the multipliers over the hourly rows and proves the bound there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Programme, Reals, Whole, by_column

_NO_ROW = -1
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Relaxation:
    """A bucketed programme, and how its rows and columns come from the hourly ones."""

    programme: Programme
    row_of: Whole  # [hourly row] its bucket row, or -1
    column_of: Whole  # [hourly column] its merged column, or -1
    members: Whole  # [merged column] how many hourly columns it stands for

    def spread_rows(self, multipliers: Reals) -> Reals:
        """Multipliers for the hourly rows: each row has that of its bucket."""
        return np.where(self.row_of >= 0, multipliers[self.row_of], 0.0)

    def spread_columns(self, values: Reals) -> Reals:
        """Hourly values: a bucket's, evenly. A target for the dispatcher, not a plan."""
        share = values / self.members
        return np.where(self.column_of >= 0, share[self.column_of], 0.0)


def even_buckets(steps: int, length: int) -> Whole:
    """The bucket of each step, all of one length."""
    return np.arange(steps) // length


def relaxed(formulation: Formulation, bucket: Whole, own: Mapping[str, int] = _NONE) -> Relaxation:
    """Sum the rows of each bucket; `own`: bucket lengths of blocks, by their name's first word."""
    hourly = formulation.programme
    row_of, height = _bucket_rows(formulation, bucket, own)
    kept = row_of >= 0
    low = np.zeros(height)
    high = np.zeros(height)
    np.add.at(low, row_of[kept], hourly.low[kept])
    np.add.at(high, row_of[kept], hourly.high[kept])
    used = row_of[hourly.row] >= 0
    start, row, value = by_column(
        row_of[hourly.row[used]], hourly.column[used], hourly.value[used], height, hourly.columns
    )
    column_of, first, width = _merge(start, row, value, hourly)
    merged = column_of >= 0
    cost = np.full(width, np.inf)
    np.minimum.at(cost, column_of[merged], hourly.cost[merged])
    bounds = []
    for bound in (hourly.lower, hourly.upper, hourly.cap):
        total = np.zeros(width)
        np.add.at(total, column_of[merged], bound[merged])
        bounds.append(total)
    column = np.repeat(np.arange(hourly.columns), np.diff(start))
    position = np.full(hourly.columns, -1)
    position[first] = np.arange(width)
    chosen = position[column] >= 0
    start, row, value = by_column(
        row[chosen], position[column[chosen]], value[chosen], height, width
    )
    programme = Programme(cost, bounds[0], bounds[1], bounds[2], low, high, start, row, value)
    return Relaxation(programme, row_of, column_of, np.bincount(column_of[merged], minlength=width))


def _bucket_rows(
    formulation: Formulation, general: Whole, own: Mapping[str, int]
) -> tuple[Whole, int]:
    row_of = np.full(formulation.programme.rows, _NO_ROW)
    height = 0
    for name, block in formulation.row.items():
        steps = formulation.steps.get(name)
        length = own.get(name.split(" ")[0])
        if steps is None or length == 1 or not block.size:
            row_of[block.ravel()] = height + np.arange(block.size)
            height += block.size
            continue
        bucket = general if length is None else even_buckets(len(general), length)
        is_last = np.append(bucket[1:] != bucket[:-1], True)
        _, number = np.unique(bucket[steps], return_inverse=True)
        count = int(number.max()) + 1
        lines = block.reshape(-1, len(steps))
        rows = height + np.arange(len(lines))[:, None] * count + number[None]
        if name in formulation.keeps_last:
            rows = np.where(is_last[steps], rows, _NO_ROW)
        row_of[lines.ravel()] = rows.ravel()
        height += len(lines) * count
    return row_of, height


def _merge(start: Whole, row: Whole, value: Reals, hourly: Programme) -> tuple[Whole, Whole, int]:
    """Give equal columns one number; leave out those that are empty and cost something.

    Columns of one length are compared all at once; the first of equal ones stands for them.
    """
    length = np.diff(start)
    worthless = (hourly.cost >= 0) & (hourly.lower <= 0)
    shut = hourly.upper <= 0
    chosen = np.flatnonzero(~(((length == 0) & worthless) | shut))
    lead = np.empty_like(chosen)
    for size in np.unique(length[chosen]):
        mine = length[chosen] == size
        columns = chosen[mine]
        places = start[columns, None] + np.arange(size)
        entries = np.hstack([row[places], value[places].view(np.int64)])
        lead[mine] = columns[0]
        if size:
            as_one = np.ascontiguousarray(entries).view(np.dtype((np.void, 16 * size))).ravel()
            _, index, back = np.unique(as_one, return_index=True, return_inverse=True)
            lead[mine] = columns[index][back]
    first = np.unique(lead)
    column_of = np.full(len(length), -1)
    column_of[chosen] = np.searchsorted(first, lead)
    return column_of, first, len(first)
