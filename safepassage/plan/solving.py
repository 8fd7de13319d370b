"""From the question to the plan, its bound and its bottleneck, in a stated time.

The order is that of usefulness: a first plan and a first bound within seconds, then whichever of
the two is farther from the other is improved until they nearly meet or the time is up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from safepassage.plan.bounds import (
    APRON_HOURLY,
    CREWS,
    Bound,
    PeopleBound,
    bound,
    bucket_lengths,
    coarse_length,
    cycle_buckets,
    people_bound,
    rough_bound,
    to_the_door,
)
from safepassage.plan.dispatch import Pass
from safepassage.plan.document import FORMAT, VERSION, assumptions, draft_json, problem_json
from safepassage.plan.eager import MANNERS as EAGER
from safepassage.plan.eager import eagerly
from safepassage.plan.errors import EngineError, InfeasibleError
from safepassage.plan.exact import exact_ending, exactly, is_small, one_class
from safepassage.plan.feasible import require_feasible
from safepassage.plan.formulation import Formulation, formulate
from safepassage.plan.linear import Whole
from safepassage.plan.meeting import require_met
from safepassage.plan.merging import merged
from safepassage.plan.moving import without_idle_moves
from safepassage.plan.people import Draft, with_people
from safepassage.plan.problem import Problem
from safepassage.plan.progress import Progress, Stage, Tell, silent
from safepassage.plan.sharing import in_shares, shares_of
from safepassage.plan.steering import MANNERS, basing, in_one_pass, target_of

CLOSE_ENOUGH = 0.0015  # of the people: improving the plan stops here
ENDINGS = ((48.0, 0.12), (48.0, 0.12))  # hours before the deadline, share of the time
AT_THE_DOOR = 2  # crew cycles in a lift's bucket where people or gates bind
WHOLE = 0.3  # share of the time for solving a small operation whole
_SECONDS = 60.0


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan, what is proved about it, and how long it took."""

    draft: Draft
    objective: Bound
    people: PeopleBound
    unordered: int  # people whom the same flights could get out if classes did not matter
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
            "order": {
                "same_flights": self.unordered - draft.people,
                "any_flights": self.gap_people,
            },
            "cpu_seconds": round(self.cpu_seconds, 2),
            "assumptions": assumptions(p),
        }


def plan(problem: Problem, seconds: float = _SECONDS, tell: Tell = silent) -> Plan:
    """Plan whole sorties and whole people, and prove a bound; CPU seconds, softly kept.

    Raises:
        InfeasibleError: a requirement that nothing can meet.
        EngineError: not even a first plan could be made.
    """
    require_feasible(problem)
    began = time.process_time()
    require_met(problem)

    def goes_on(share: float = 1.0) -> bool:
        return time.process_time() - began < seconds * share

    rough = rough_bound(problem)
    tell(Progress(Stage.PROOF, at_most=int(rough.value)))
    first = _first_bound(problem, rough)
    tell(Progress(Stage.BOUND, said=f"objective at most {first.value:,.0f}"))
    hourly = formulate(problem, ferries=True) if problem.rebases else first.formulation
    paced = None
    if rough.binding == CREWS and not is_small(hourly):
        p = rough.formulation.problem
        paced = bound(p, cycle_buckets(p), formulation=rough.formulation)
        tell(Progress(Stage.PROOF, at_most=int(paced.value)))
        rough = min(rough, paced, key=lambda b: b.value)
    draft = _first_draft(hourly, first, rough, paced, WHOLE * seconds)
    tell(Progress(Stage.PLAN, people=draft.people))
    if is_small(hourly):
        tell(Progress(Stage.BETTER, people=draft.people))
    elif not _near(rough, draft.people) and goes_on(0.5):
        draft = _better(hourly, draft, seconds, goes_on, tell)
    objective = first
    lifts_bind = not rough.binds_before_the_door
    if lifts_bind and _apart(objective, draft) and goes_on(0.9):
        objective = _finer(objective, rough, cycle_buckets(problem))

    def refines() -> bool:
        return goes_on(0.75)

    proof = people_bound(problem, draft.people, draft.by_class, rough, refines, tell)
    if lifts_bind and _apart(objective, draft) and goes_on(0.9):
        objective = _finer(objective, rough, bucket_lengths(problem)[0], APRON_HOURLY)
    unordered = draft.people
    if proof.total > draft.people and len(problem.classes) > 1:
        nameless = formulate(problem.pooled(), ferries=True)
        unordered = with_people(nameless, draft.home, draft.sorties).people
    return Plan(draft, objective, proof, unordered, time.process_time() - began)


def _near(rough: Bound, people: int) -> bool:
    return rough.value - people <= max(1, CLOSE_ENOUGH * rough.value)


def _apart(known: Bound, draft: Draft) -> bool:
    return known.value - draft.value > CLOSE_ENOUGH * abs(known.value)


def _finer(
    known: Bound, rough: Bound, bucket: int | Whole, own: Mapping[str, int] | None = None
) -> Bound:
    """The objective's bound in other buckets, if that is better; merged where the rough one is."""
    problem = known.formulation.problem
    if rough.formulation.problem.havens == problem.havens:
        other = bound(problem, bucket, own, known.formulation)
    else:
        other = bound(merged(problem), bucket, own)
    return min(known, other, key=lambda b: b.value)


def _first_bound(problem: Problem, rough: Bound) -> Bound:
    """The objective's bound, finest where the rough bound of people says that it matters."""
    if rough.binds_before_the_door:
        return bound(problem, AT_THE_DOOR * coarse_length(problem), to_the_door(problem))
    if rough.binding == CREWS:  # nothing is steered by it
        return bound(problem, coarse_length(problem))
    return bound(problem, bucket_lengths(problem)[0])


def _first_draft(
    hourly: Formulation, first: Bound, rough: Bound, paced: Bound | None, seconds: float
) -> Draft:
    """A plan without a target if bounds of people and objective leave nothing to look for.

    Else the best of all passes with its people; of a small operation, the best plan there is.

    Raises:
        InfeasibleError: no plan was found that meets what has to be met.
    """
    eager = eagerly(hourly.problem, EAGER[:2])
    drafts: list[Draft | None] = []
    if eager.is_met and _near(rough, eager.people) and not is_small(hourly):
        drafts.append(_peopled(hourly, [eager]))
    if not drafts or drafts[0] is None or _apart(first, drafts[0]):
        passes = [eager, *_passes(hourly, first, paced)]
        drafts.append(_peopled(hourly, sorted(passes, key=lambda p: p.rank, reverse=True)))
    if is_small(hourly):
        found = exactly(hourly, seconds)
        drafts.append(None if found is None else with_people(hourly, *found[:2]))
    best = max((d for d in drafts if d is not None), key=lambda d: d.value, default=None)
    if best is None:
        raise InfeasibleError(
            "no plan was found that takes the whole rear guard out and brings in all that is"
            " needed, though no bound forbids it; ask for a few less, or give them more time"
        )
    return best


def _peopled(hourly: Formulation, passes: Sequence[Pass]) -> Draft | None:
    """The first of the passes that takes out and brings in all that it has to, with its people."""
    for made in passes:
        try:
            sorties = without_idle_moves(hourly.problem, made.home, made.sorties)
            return with_people(hourly, made.home, sorties)
        except EngineError:
            continue
    return None


def _passes(hourly: Formulation, first: Bound, paced: Bound | None) -> list[Pass]:
    """Towards a target; where crews bind, at a bound's pace."""
    problem = hourly.problem
    if paced is not None:
        passes = list(in_shares(problem, shares_of(paced.formulation, paced.values)))
    else:
        passes = [in_one_pass(first.formulation, first.values, m) for m in MANNERS]
    if problem.rebases and any(x.ferries for x in problem.lifts):
        moving = bound(problem, bucket_lengths(problem)[0], formulation=hourly)
        home = basing(hourly, moving.values)
        ferry = target_of(hourly, moving.values, home).ferry
        passes += [in_one_pass(hourly, moving.values, m) for m in MANNERS]
        passes.append(eagerly(problem, EAGER[:2], home, ferry))
    return passes


def _better(
    hourly: Formulation, best: Draft, seconds: float, goes_on: Callable[..., bool], tell: Tell
) -> Draft:
    """The last days by the integer solver, twice; whatever is best is kept."""
    p = best.problem
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
