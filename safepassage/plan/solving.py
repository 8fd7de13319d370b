"""From the question to the plan, its bound and its bottleneck, in a stated time.

The order is that of usefulness: a first plan and a first bound within seconds, then whichever of
the two is farther from the other is improved until they nearly meet or the time is up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from safepassage.plan.bounds import Bound, PeopleBound, bound, bucket_lengths, people_bound
from safepassage.plan.document import ASSUMPTIONS, FORMAT, VERSION, draft_json, problem_json
from safepassage.plan.eager import eagerly
from safepassage.plan.errors import EngineError
from safepassage.plan.exact import exact_ending, exactly, is_small, one_class
from safepassage.plan.feasible import require_feasible
from safepassage.plan.formulation import Formulation
from safepassage.plan.people import Draft, with_people
from safepassage.plan.problem import Problem
from safepassage.plan.progress import Progress, Stage, Tell, silent
from safepassage.plan.steering import MANNERS, in_one_pass

CLOSE_ENOUGH = 0.0015  # of the people: improving the plan stops here
ENDINGS = ((48.0, 0.12), (48.0, 0.12))  # hours before the deadline, share of the time
WHOLE = 0.3  # share of the time for solving a small operation whole
_SECONDS = 60.0


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan, what is proved about it, and how long it took."""

    draft: Draft
    objective: Bound
    people: PeopleBound
    cpu_seconds: float

    @property
    def gap_people(self) -> int:
        """How many more people any plan could get out, at most."""
        return self.people.total - self.draft.people

    @property
    def gap_objective(self) -> float:
        """The objective's gap as a share of its bound."""
        return (self.objective.value - self.draft.value) / max(1e-9, abs(self.objective.value))

    def to_json(self) -> dict[str, Any]:
        """The plan document, see docs/reference/plan-file.md."""
        p, draft = self.draft.problem, self.draft
        named = dict(zip(p.classes, draft.by_class, strict=True))
        left = {
            name: int(p.demand[c].sum()) - draft.by_class[c] for c, name in enumerate(p.classes)
        }
        return {
            "format": FORMAT,
            "version": VERSION,
            "problem": problem_json(p),
            **draft_json(draft),
            "people_out": {"total": draft.people, "by_class": named},
            "left_behind": left,
            "objective": {"plan": draft.value, "bound": self.objective.value},
            "bound": {
                "people": self.people.total,
                "by_class": dict(zip(p.classes, self.people.by_class, strict=True)),
                "first_classes": list(self.people.first_classes),
                "gap_people": self.gap_people,
                "bucket_hours": self.people.bucket_steps * p.step_hours,
                "prices": [
                    {"resource": name, "people": amount}
                    for name, amount in self.people.prices.items()
                ],
            },
            "cpu_seconds": round(self.cpu_seconds, 2),
            "assumptions": list(ASSUMPTIONS),
        }


def plan(problem: Problem, seconds: float = _SECONDS, tell: Tell = silent) -> Plan:
    """Plan whole sorties and whole people, and prove a bound; CPU seconds, softly kept.

    Raises:
        InfeasibleError: a requirement that nothing can meet.
        EngineError: not even a first plan could be made.
    """
    require_feasible(problem)
    began = time.process_time()

    def goes_on(share: float = 1.0) -> bool:
        return time.process_time() - began < seconds * share

    lengths = bucket_lengths(problem)
    first = bound(problem, lengths[0])
    tell(Progress(Stage.BOUND, said=f"objective at most {first.value:,.0f}"))
    draft = _first_plan(first)
    tell(Progress(Stage.PLAN, people=draft.people))
    rough = bound(problem.pooled(), lengths[0])
    tell(Progress(Stage.PROOF, at_most=int(rough.value)))
    if is_small(first.formulation):
        draft = _whole(first.formulation, draft, WHOLE * seconds)
        tell(Progress(Stage.BETTER, people=draft.people))
    elif rough.value - draft.people > max(1, CLOSE_ENOUGH * rough.value) and goes_on(0.5):
        draft = _better(first, draft, seconds, goes_on, tell)
    objective = first
    gap = (first.value - draft.value) / max(1e-9, abs(first.value))
    if gap > CLOSE_ENOUGH and len(lengths) > 1 and goes_on(0.9):
        finer = bound(problem, lengths[1], (), first.formulation)
        objective = min(first, finer, key=lambda b: b.value)
    proof = people_bound(problem, draft.people, draft.by_class, rough, goes_on, tell)
    return Plan(draft, objective, proof, time.process_time() - began)


def _first_plan(steered: Bound) -> Draft:
    """The best of a few passes, each with everybody's best way on its sorties."""
    best: Draft | None = None
    tried: set[int] = set()
    for manner in MANNERS:
        home, sorties = in_one_pass(steered.formulation, steered.values, manner)
        if best is not None and len(sorties) in tried:
            continue
        tried.add(len(sorties))
        draft = with_people(steered.formulation, home, sorties)
        if best is None or draft.value > best.value:
            best = draft
        if steered.value - best.value <= 2 * CLOSE_ENOUGH * abs(steered.value):
            break
    assert best is not None  # noqa: S101 - there is at least one manner
    return best


def _whole(hourly: Formulation, draft: Draft, seconds: float) -> Draft:
    """The best plan there is, if the integer solver finds it in its time."""
    found = exactly(hourly, seconds)
    if found is None:
        return draft
    home, sorties, _ = found
    return max(draft, with_people(hourly, home, sorties), key=lambda d: d.value)


def _better(
    steered: Bound, draft: Draft, seconds: float, goes_on: Callable[..., bool], tell: Tell
) -> Draft:
    """Eagerly, then the last days by the integer solver, twice; whatever is best is kept."""
    p, hourly = draft.problem, steered.formulation
    best = max(draft, with_people(hourly, *eagerly(p)), key=lambda d: d.value)
    tell(Progress(Stage.BETTER, people=best.people))
    nameless = one_class(p)
    for hours, share in ENDINGS:
        if not goes_on(0.6):
            break
        start = max(0, p.steps - round(hours / p.step_hours))
        ended = exact_ending(nameless, best, start, share * seconds)
        if ended is None:
            continue
        try:
            best = max(best, with_people(hourly, best.home, ended), key=lambda d: d.value)
        except EngineError:
            tell(Progress(Stage.BETTER, said="an exact ending could not be used"))
        tell(Progress(Stage.BETTER, people=best.people))
    return best
