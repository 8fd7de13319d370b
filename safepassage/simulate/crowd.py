"""The families of many replications, as lines in which every stage of the way is a place.

A *row* is one class at one origin in one replication, and its families stand in a line, in order of
their arrival.  Families of one row are served in this order and never split, so where a row
stands is one number for each stage (called, passed, ready, aboard): the place in the line up to
which families are through.  Heads between two stages are differences of running sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safepassage.model.cause import Cause, CauseKind
from safepassage.simulate.families import Counts, draw_families
from safepassage.simulate.repeatable import Whole
from safepassage.simulate.script import Script

_APART = 1 << 40  # between the sums of one row and the next, so that all rows are one sorted line


class Sums:
    """Running sums of every row, and how far a row gets with a given amount.

    All rows stand one behind the other in one sorted line, each with a sum of nothing in front, so
    a *place* in the line is a row and how many of its families are through (`Crowd.first`).
    """

    def __init__(self, rows: Sequence[Counts]) -> None:
        self._line = np.empty(sum(len(row) + 1 for row in rows), np.int64)
        at = 0
        for n, row in enumerate(rows):
            mine = self._line[at : at + len(row) + 1]
            mine[0] = 0
            np.cumsum(row, out=mine[1:])
            mine += n * _APART
            at += len(mine)

    def upto(self, at: Whole) -> Whole:
        """The sum up to a place, and as much for its row as any other `Sums` have there."""
        found: Whole = self._line[at]
        return found

    def between(self, start: Whole, end: Whole) -> Whole:
        """The sum over the families between two places of each row."""
        found: Whole = self._line[end] - self._line[start]
        return found

    def advance(self, at: Whole, amount: Whole, limit: Whole) -> Whole:
        """The place to which families behind `at` may go with an amount, `limit` at most.

        Whole families only, none before the one in front of it.
        """
        aim = self._line[at] + np.maximum(amount, 0)
        found = self._line.searchsorted(aim, side="right") - 1
        reached: Whole = np.maximum(at, np.minimum(found, limit))
        return reached


@dataclass(frozen=True, eq=False)
class Crowd:
    """Families of all rows; row = (replication * classes + class) * origins + origin."""

    first: Whole  # [row] the place at which nobody of the row is through
    arrives: Sequence[Counts]  # [row][n] step, the horizon for those who never come
    come: Whole  # [row, t] the place up to which families have arrived by a step
    called: Sums  # heads, whether they come or not
    shown: Sums  # heads that stand at the gate when called
    heads: Sequence[Counts]  # [row][n] the same, family by family
    work: Sums  # what they ask of the gate
    admitted: Sums  # heads that it lets in

    def absent(self, called: Whole) -> Whole:
        """Heads of each row that were called up to a place and do not come."""
        return self.called.upto(called) - self.shown.upto(called)

    def refused(self, passed: Whole) -> Whole:
        """Heads of each row that stood at the gate up to a place and were sent back."""
        return self.shown.upto(passed) - self.admitted.upto(passed)


def draw_crowd(
    script: Script, causes: Sequence[Cause], seed: str, replications: Sequence[int]
) -> Crowd:
    """The families of these replications.

    Raises:
        BadQuestionError: there are more than memory has room for.
    """
    parts = list(draw_families(script, causes, seed, replications))
    lengths = np.concatenate([part.lengths for part in parts])
    first = np.cumsum(lengths + 1) - lengths - 1

    def rows(name: str) -> list[Counts]:
        return [
            row
            for part in parts
            for row in np.split(getattr(part, name), np.cumsum(part.lengths)[:-1])
        ]

    called, arrives, shown = Sums(rows("size")), rows("arrives"), rows("shown")
    all_come = not any(cause.kind is CauseKind.NO_SHOW for cause in causes)
    steps = np.arange(script.horizon, dtype=np.int32)
    return Crowd(
        first,
        arrives,
        np.stack([np.searchsorted(row, steps, side="right") for row in arrives]) + first[:, None],
        called,
        called if all_come else Sums(shown),
        shown,
        Sums(rows("work")),
        Sums(rows("admitted")),
    )
