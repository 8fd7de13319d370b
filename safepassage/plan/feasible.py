"""What cannot be planned, said before anything is solved: what, where, and what would mend it."""

from __future__ import annotations

import numpy as np

from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.problem import Problem

STEPS_MAX = 20_000
PEOPLE_MAX = 100_000_000
LIFTS_MAX = 100_000


def require_feasible(p: Problem) -> None:
    """Refuse a problem that contradicts itself or in which nobody can get out.

    Raises:
        PlanInputError: a number that no operation has.
        InfeasibleError: nothing can fly, pass or arrive, and the smallest change that mends it.
    """
    _sane(p)
    _somebody_can_leave(p)


def _sane(p: Problem) -> None:
    if p.steps < 1:
        raise PlanInputError("the deadline is not after the start; give a later deadline")
    if p.steps > STEPS_MAX:
        raise PlanInputError(
            f"{p.steps:,} steps are too many; take longer steps or an earlier deadline"
        )
    for what, values in (
        ("people who arrive", p.demand),
        ("gate rates", p.gate),
        ("parking slots", p.slots),
        ("runway movements", p.runway),
        ("places airside", p.airside),
        ("beds", p.beds),
        ("clearing rates", p.clear),
        ("haven places", p.haven_places),
    ):
        if values.size and (not np.isfinite(values).all() or values.min() < 0):
            raise PlanInputError(f"{what}: a number below zero or without end; write zero or more")
    if p.demand.sum() > PEOPLE_MAX:
        raise PlanInputError(f"{int(p.demand.sum()):,} people are more than {PEOPLE_MAX:,}")
    for lift in p.lifts:
        if not 1 <= lift.fleet <= LIFTS_MAX or lift.seats < 1:
            raise PlanInputError(
                f"{lift.id}: a fleet of {lift.fleet:,} with {lift.seats} seats;"
                f" a fleet is 1 to {LIFTS_MAX:,} lifts with a seat at least"
            )
        if lift.cycle < 1 or lift.turn < 0 or lift.ground < 0:
            raise PlanInputError(f"{lift.id}: crew cycle and ground times are zero or more steps")


def _somebody_can_leave(p: Problem) -> None:
    for o, origin in enumerate(p.origins):
        if not p.demand[:, o].sum():
            continue
        if not p.let_through[o].any():
            shut = [g for g, x in zip(p.gates, p.gate_origin, strict=True) if x == o]
            raise InfeasibleError(
                f"{origin}: nobody can pass, since {', '.join(shut) or 'it has no gate and'} never"
                " opens before the deadline; open one gate for one hour, or give it a rate"
            )
        if not p.airside[o]:
            raise InfeasibleError(f"{origin}: nobody may wait airside; allow at least one seat row")
        _somebody_can_fly(p, o, origin)


def _somebody_can_fly(p: Problem, o: int, origin: str) -> None:
    flying = [x for x in p.lifts if (x.to_origin[o] >= 0).any() and x.crews != 0]
    if not flying:
        raise InfeasibleError(
            f"{origin}: no lift with a crew flies there from any base; give one base a leg and a"
            " fleet that flies it, with one crew"
        )
    soonest = min(int(x.to_origin[o][x.to_origin[o] >= 0].min()) + x.ground for x in flying)
    if soonest >= p.steps:
        hours = (soonest + 1) * p.step_hours
        raise InfeasibleError(
            f"{origin}: the first lift can leave {hours:g} hours after the start, which is after"
            f" the deadline; move the deadline to {hours:g} hours or base a lift nearer"
        )
    least = min(x.slots for x in flying)
    if p.slots[o].max() < least:
        raise InfeasibleError(
            f"{origin}: {p.slots[o].max():g} parking slots, and the smallest lift takes {least:g};"
            f" find {least:g}"
        )
    if p.runway[o].max() < 1:
        raise InfeasibleError(f"{origin}: the runway takes no movement; allow two an hour")
    reached = {int(b) for x in flying for b in np.flatnonzero(x.to_origin[o] >= 0)}
    if not any(p.beds[b] for b in reached):
        raise InfeasibleError(
            f"{origin}: no base that its lifts reach has a bed; put one bed there or add a leg"
        )
