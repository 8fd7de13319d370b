"""A linear programme as arrays: columns and rows with names, and the one call to the LP engine.

Every programme is a minimisation of cost.u with low <= A u <= high and 0 <= lower <= u <= upper.
Names stay with the arrays, because prices are read back by what a row means.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safepassage.plan.engine import engine as quiet_engine
from safepassage.plan.errors import EngineError

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]
INF = float("inf")


@dataclass
class Programme:
    """The finished arrays; the matrix is stored by column."""

    cost: Reals
    lower: Reals
    upper: Reals
    cap: Reals  # an upper bound that holds anyway: not told to the engine, used to prove
    low: Reals
    high: Reals
    start: Whole  # column j has the coefficients start[j] .. start[j + 1]
    row: Whole
    value: Reals

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.low)

    @property
    def column(self) -> Whole:
        """The column of each coefficient."""
        return np.repeat(np.arange(self.columns), np.diff(self.start))


@dataclass
class Builder:
    """Collects blocks of columns, blocks of rows and coefficients between them."""

    column: dict[str, Whole] = field(default_factory=dict)
    row: dict[str, Whole] = field(default_factory=dict)
    keeps_last: set[str] = field(default_factory=set)  # blocks where a bucket keeps its last row
    steps: dict[str, Whole] = field(default_factory=dict)  # the step of each last-axis entry
    _columns: list[tuple[Reals, ...]] = field(default_factory=list)
    _rows: list[tuple[Reals, ...]] = field(default_factory=list)
    _entries: list[tuple[Whole, Whole, Reals]] = field(default_factory=list)
    _width: int = 0
    _height: int = 0

    def columns(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        upper: ArrayLike = INF,
        cost: ArrayLike = 0.0,
        cap: ArrayLike = INF,
    ) -> Whole:
        """A block of columns."""
        size = int(np.prod(shape))
        block = np.arange(self._width, self._width + size).reshape(shape)
        self._width += size
        self.column[name] = block
        self._columns.append(tuple(_filled(v, shape) for v in (cost, upper, cap)))
        return block

    def rows(
        self,
        name: str,
        shape: tuple[int, ...],
        low: ArrayLike,
        high: ArrayLike,
        steps: Whole | None = None,
        *,
        keep_last: bool = False,
    ) -> Whole:
        """A block of rows; `steps` says when each entry of the last axis is, if it has a time."""
        size = int(np.prod(shape))
        block = np.arange(self._height, self._height + size).reshape(shape)
        self._height += size
        self.row[name] = block
        if steps is not None:
            self.steps[name] = steps
        if keep_last:
            self.keeps_last.add(name)
        self._rows.append(tuple(_filled(v, shape) for v in (low, high)))
        return block

    def add(self, rows: Whole, columns: Whole, value: float) -> None:
        """Add a coefficient wherever rows and columns, spread over each other, meet."""
        r, c = np.broadcast_arrays(rows, columns)
        self._entries.append((r.ravel(), c.ravel(), np.full(r.size, float(value))))

    def lag(self, rows: Whole, columns: Whole, steps: int, value: float) -> None:
        """Add a coefficient between each row and the column of `steps` earlier."""
        if steps == 0:
            self.add(rows, columns, value)
        elif steps < rows.shape[-1]:
            self.add(rows[..., steps:], columns[..., :-steps], value)

    def finished(self) -> Programme:
        """The arrays; coefficients at the same place are added up."""
        cost, upper, cap = (np.concatenate(v) for v in zip(*self._columns, strict=True))
        low, high = (np.concatenate(v) for v in zip(*self._rows, strict=True))
        row, column, value = (np.concatenate(v) for v in zip(*self._entries, strict=True))
        start, row, value = by_column(row, column, value, len(low), len(cost))
        return Programme(
            cost, np.zeros(len(cost)), upper, np.minimum(upper, cap), low, high, start, row, value
        )


def _filled(value: ArrayLike, shape: tuple[int, ...]) -> Reals:
    return np.broadcast_to(np.asarray(value, float), shape).ravel()


def by_column(
    row: Whole, column: Whole, value: Reals, height: int, width: int
) -> tuple[Whole, Whole, Reals]:
    """Coefficients in any order as a column-wise matrix, those at one place added up."""
    place, back = np.unique(column.astype(np.int64) * height + row, return_inverse=True)
    added = np.bincount(back, weights=value, minlength=len(place))
    place, added = place[added != 0], added[added != 0]
    start = np.searchsorted(place // height, np.arange(width + 1))
    return start.astype(np.int64), place % height, added


@dataclass(frozen=True)
class Solution:
    """What the engine said. The multipliers are hints to be proved, never trusted."""

    is_optimal: bool
    value: float
    columns: Reals
    multipliers: Reals


def solve(
    programme: Programme,
    *,
    seconds: float = 300.0,
    method: str = "ipx",
    whole: Sequence[int] | Whole | None = None,
    known: Reals | None = None,
) -> Solution:
    """Minimise with HiGHS on one thread: interior point without crossover unless told otherwise.

    `known` are values of the `whole` columns from which the integer solver may start.  `seconds`
    are CPU seconds of this process: waiting for others does not count.

    Raises:
        EngineError: the engine has neither a point nor multipliers.
    """
    import highspy

    lp: Any = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = programme.columns, programme.rows
    lp.col_cost_ = programme.cost
    lp.col_lower_, lp.col_upper_ = programme.lower, programme.upper
    lp.row_lower_, lp.row_upper_ = programme.low, programme.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = programme.start.astype(np.int32)
    lp.a_matrix_.index_ = programme.row.astype(np.int32)
    lp.a_matrix_.value_ = programme.value
    if whole is not None:
        kinds = np.zeros(programme.columns, int)
        kinds[np.asarray(whole)] = 1
        lp.integrality_ = [highspy.HighsVarType(int(k)) for k in kinds]
    engine = quiet_engine()
    for option, setting in _OPTIONS[method].items():
        engine.setOptionValue(option, setting)
    _limit(engine, seconds)
    engine.passModel(lp)
    if whole is not None and known is not None:
        engine.setSolution(len(known), np.asarray(whole, np.int32), known)
    engine.run()
    return _read(engine, highspy, programme)


def _limit(engine: Any, seconds: float) -> None:
    """Stop the engine by the clock of the CPU; its own limit is on the wall."""
    end = time.process_time() + seconds

    def stop(event: Any) -> None:
        if time.process_time() > end:
            event.interrupt()

    for callback in (engine.cbMipInterrupt, engine.cbIpmInterrupt, engine.cbSimplexInterrupt):
        callback.subscribe(stop)


_COMMON: dict[str, Any] = {"threads": 1}
_OPTIONS: dict[str, dict[str, Any]] = {
    "ipx": _COMMON | {"solver": "ipx", "run_crossover": "off"},
    "simplex": _COMMON | {"solver": "simplex"},
    "mip": _COMMON | {"mip_rel_gap": 1e-9, "mip_abs_gap": 1e-6},
    "search": _COMMON
    | {"mip_rel_gap": 1e-4, "mip_heuristic_effort": 0.5, "mip_detect_symmetry": False},
}


def _read(engine: Any, highspy: Any, programme: Programme) -> Solution:
    status = engine.getModelStatus()
    solution = engine.getSolution()
    columns = np.array(solution.col_value)
    multipliers = np.array(solution.row_dual)
    if len(multipliers) != programme.rows:
        multipliers = np.zeros(programme.rows)
    if status == highspy.HighsModelStatus.kInfeasible:
        raise EngineError("these requirements contradict each other; `feasible.py` should name it")
    if len(columns) != programme.columns:
        raise EngineError("the engine stopped before it had a point; allow more seconds")
    return Solution(
        status == highspy.HighsModelStatus.kOptimal,
        float(engine.getInfo().objective_function_value),
        columns,
        multipliers,
    )
