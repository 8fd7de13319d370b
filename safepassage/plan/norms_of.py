"""The norms of an operation: what each of its resources lets through, before anything is solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safepassage.plan.norms import plan_bound
from safepassage.plan.problem import Lift, Problem


@dataclass(frozen=True)
class Norm:
    """At most so many people by the deadline, because of one resource."""

    resource: str
    people: float
    how: str


def norms_of(p: Problem) -> list[Norm]:
    """Closed-form upper bounds on people out by the deadline, the least first.

    Each ignores every other resource, so the bound that is proved is never above the least.
    """
    best = max((x.seats for x in p.lifts if (x.to_origin >= 0).any()), default=0)
    found = [
        Norm("people there in time", float(p.demand.sum()), "everybody who arrives"),
        Norm("gates", float(p.let_through.sum()), "rate x open hours, all gates"),
        Norm("runway", float(p.runway.sum() / 2 * best), "movements / 2 x best seats"),
        Norm("parking slots", _slots(p), "slot hours / slot hours of a sortie x seats, best type"),
        Norm("fleet", _fleet(p), "fleet x (horizon / shortest cycle, rounded up) x seats"),
        Norm("beds and clearing", _beds(p, best), "beds + clearing x horizon + people in flight"),
    ]
    crewed = [x for x in p.lifts if (x.to_origin >= 0).any()]
    if all(x.crews is not None for x in crewed):
        how = "crews x (horizon / cycle, rounded up) x seats"
        found.append(Norm("crews", _crews(p), how))
    return sorted(found, key=lambda n: n.people)


def least(norms: list[Norm]) -> tuple[str, float]:
    """The binding norm."""
    return plan_bound({n.resource: n.people for n in norms})


def _slots(p: Problem) -> float:
    flying = [x for x in p.lifts if (x.to_origin >= 0).any()]
    if not flying or any(x.slots * x.ground == 0 for x in flying):
        return float("inf")
    people_a_slot_step = max(x.seats / (x.slots * x.ground) for x in flying)
    return float(p.slots.sum() * people_a_slot_step)


def _shortest(x: Lift) -> int:
    return 2 * int(x.to_origin[x.to_origin >= 0].min()) + x.ground + x.turn


def _fleet(p: Problem) -> float:
    flying = [x for x in p.lifts if (x.to_origin >= 0).any()]
    return float(sum(x.fleet * -(-p.steps // _shortest(x)) * x.seats for x in flying))


def _crews(p: Problem) -> float:
    flying = [x for x in p.lifts if (x.to_origin >= 0).any()]
    return float(sum((x.crews or 0) * -(-p.steps // x.cycle) * x.seats for x in flying))


def _beds(p: Problem, best: int) -> float:
    """Everybody out is in a bed, went on after being cleared, or is in flight at the deadline."""
    longest = max((int(x.to_origin.max()) for x in p.lifts), default=0)
    in_flight = float(np.sort(p.runway, axis=1)[:, -longest:].sum() * best) if longest > 0 else 0.0
    clears = float(p.clear.sum()) * p.steps if p.havens else 0.0
    return float(p.beds.sum()) + min(clears, float(p.haven_places.sum())) + in_flight
