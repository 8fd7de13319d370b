"""Small operations in the planner's own terms, for tests."""

from __future__ import annotations

import numpy as np

from safepassage.plan.problem import Lift, Objective, Problem


def lift(
    name: str = "plane",
    *,
    seats: int = 10,
    fleet: int = 2,
    crews: int | None = 2,
    cycle: int = 5,
    slots: float = 1.0,
    to_origin: list[list[int]] | None = None,
    to_haven: list[list[int]] | None = None,
) -> Lift:
    """A lift with short flights, so that a test's operation ends within a day."""
    return Lift(
        name,
        seats,
        fleet,
        crews,
        cycle,
        slots,
        1,
        1,
        1,
        np.array(to_origin or [[1]], np.int64),
        np.array(to_haven or [[2]], np.int64),
    )


def operation(
    *,
    steps: int = 12,
    demand: list[list[int]] | None = None,
    gate: int | list[int] = 9,
    slots: float = 1,
    runway: int = 4,
    airside: int = 30,
    beds: int = 40,
    clear: int = 6,
    a_day: int = 100,
    places: int = 100,
    lifts: tuple[Lift, ...] | None = None,
) -> Problem:
    """One origin, one gate, one base, one haven; people of each class arrive hour by hour."""
    arriving = demand or [[20] + [0] * (steps - 1), [30] + [0] * (steps - 1)]
    gates = [gate] * steps if isinstance(gate, int) else gate
    return Problem(
        "small",
        tuple(f"class-{n + 1}" for n in range(len(arriving))),
        ("airfield",),
        ("gate",),
        np.array([0]),
        ("base",),
        ("haven",),
        lifts or (lift(),),
        1.0,
        steps,
        np.array(arriving, np.int64)[:, None, :],
        np.array([gates], np.int64),
        np.full((1, steps), float(slots)),
        np.full((1, steps), runway, np.int64),
        np.array([airside]),
        np.array([beds]),
        np.array([clear]),
        np.array([a_day]),
        np.array([places]),
        4,
        "2031-02-03T00:00:00+00:00",
        Objective(tuple(2.0**n for n in reversed(range(len(arriving))))),
    )
