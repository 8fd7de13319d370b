"""Bounds that are proved: of the objective, of people out, and of people out of each class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from safepassage.plan.exact import is_small
from safepassage.plan.formulation import Formulation, formulate
from safepassage.plan.linear import Reals, Whole, solve
from safepassage.plan.merging import merged
from safepassage.plan.problem import Problem
from safepassage.plan.progress import Progress, Stage, Tell, silent
from safepassage.plan.proof import proved
from safepassage.plan.relaxation import even_buckets, relaxed

BUCKET_HOURS = 6.0
DOOR_HOURS = 2.0
LIFT_HOURLY = {"crews": 1, "slots": 1}
FLEET_BINDS = 0.03  # of a bound: fleet rows are kept by the hour from this price on
APRON_HOURLY = {"slots": 1, "runway": 1, "seats": 1}


@dataclass(frozen=True, eq=False)
class Bound:
    """No plan can have more than `value`; `values` is where the programme would send lifts."""

    value: float
    formulation: Formulation
    values: Reals
    prices: dict[str, float]  # price x capacity of each resource; they add up to `value`
    bucket_steps: int  # in the mean

    @property
    def binding(self) -> str:
        """The resource that carries most of the bound."""
        return max(self.prices, key=lambda name: self.prices[name])

    @property
    def binds_before_the_door(self) -> bool:
        """Whether it is people or gates that bind, and not what flies."""
        return self.binding in (_RESOURCE["queue"], _RESOURCE["gate"], _RESOURCE["airside"])


def bucket_lengths(problem: Problem) -> list[int]:
    """Bucket lengths in steps, coarse to fine, that divide the crew cycle where crews matter.

    A lag of L steps acts in buckets of S like S x floor(L / S): only a divisor of the cycle keeps
    it whole.
    """
    step = problem.step_hours
    cycles = {lift.cycle for lift in problem.lifts if lift.crews is not None}
    first = max(1, round(BUCKET_HOURS / step))
    if not cycles:
        return [first, max(1, first // 2)]
    cycle = min(cycles)
    divisors = [d for d in range(1, cycle + 1) if cycle % d == 0 and d * step <= 8]
    chosen = [d for d in divisors if d * step >= 3.5] or divisors[-1:]
    return sorted(chosen, reverse=True)


def coarse_length(problem: Problem) -> int:
    """Buckets of about a crew's cycle, and no longer: enough to see what binds.

    In a longer one a crew flies twice, and nothing that flies would ever bind.
    """
    cycles = [lift.cycle for lift in problem.lifts if lift.crews is not None]
    return min(problem.steps, 4 * bucket_lengths(problem)[0], *cycles)


def cycle_buckets(problem: Problem) -> Whole:
    """Two or three buckets a crew cycle, cut where the deadline cuts the last one.

    Buckets that repeat with the cycle keep it whole, whatever their lengths.  Crews whose launches
    fall early enough in it fly once more before the deadline, so that is where the cuts are.
    """
    cycles = [x.cycle for x in problem.lifts if x.crews is not None]
    cycle = min(cycles) if cycles else coarse_length(problem)
    ways = [
        int(x.to_origin[x.to_origin >= 0].min()) + x.ground
        for x in problem.lifts
        if (x.to_origin >= 0).any()
    ]
    rest = problem.steps % cycle
    phases = {0, rest, (rest - min(ways, default=0)) % cycle}
    starts = [t for t in range(problem.steps) if t % cycle in phases]
    return np.searchsorted(starts, np.arange(problem.steps), side="right") - 1


def to_the_door(problem: Problem) -> dict[str, int]:
    """Short buckets for the rows of people up to the aircraft's door, for `bound`.

    Where gates bind, what a bucket loses is that everybody in it counts as if they left with its
    first hour; lifts can have buckets as long as they like.
    """
    length = max(1, round(DOOR_HOURS / problem.step_hours))
    return dict.fromkeys(("queue", "gate", "airside", "holding", "board"), length)


def rough_bound(problem: Problem) -> Bound:
    """The coarse bound of people out, which says what binds.

    It is of the merged operation where that is smaller and the havens' intake, which it leaves out,
    seems not to matter; its formulation is what finer bounds of people start from.
    """
    pooled = problem.pooled()
    hourly = formulate(merged(pooled))
    is_whole = is_small(hourly) and is_small(whole := formulate(pooled))
    found = bound(pooled, coarse_length(pooled), formulation=whole if is_whole else hourly)
    if is_whole or not _intake_may_bind(pooled, found.value):
        return found
    return bound(pooled, coarse_length(pooled))


def _intake_may_bind(problem: Problem, people: float) -> bool:
    """Whether so many people are more than havens and beds take in all."""
    days = problem.steps * problem.step_hours / 24
    taken = np.minimum(problem.haven_day * days, problem.haven_places).sum()
    return bool(taken + problem.beds.sum() < people)


def bound(
    problem: Problem,
    bucket: int | Whole,
    own: Mapping[str, int] | None = None,
    formulation: Formulation | None = None,
) -> Bound:
    """Solve the bucketed programme and prove what its multipliers say about every hourly plan.

    Buckets have `bucket` steps, or `bucket` says of each step which it is in; `own` names kinds of
    rows with buckets of another length.
    """
    hourly = formulation or formulate(problem)
    of_step = even_buckets(problem.steps, bucket) if isinstance(bucket, int) else bucket
    small = relaxed(hourly, of_step, own or {})
    found = solve(small.programme)
    multipliers = small.spread_rows(found.multipliers)
    proof = proved(hourly.programme, multipliers)
    return Bound(
        -proof.value,
        hourly,
        small.spread_columns(found.columns),
        _prices(hourly, -proof.rows, -proof.columns, -proof.value),
        round(problem.steps / len(np.unique(of_step))),
    )


CREWS = "crews"
_RESOURCE = {
    "queue": "people not there earlier",
    "gate": "gates",
    "airside": "room airside",
    "holding": "room airside",
    "slots": "parking slots",
    "runway": "runway",
    "crews": CREWS,
    "basing": "fleet",
    "fleet": "fleet",
    "ready": "fleet",
    "home": "fleet",
    "fly": "fleet",
    "guard": "rear guard",
    "held": "rear guard",
    "holds": "rear guard",
    "drawdown": "rear guard",
    "last": "rear guard",
    "needed": "inbound loads",
    "bring": "inbound loads",
    "present": "beds",
    "uncleared": "beds",
    "clear": "clearing",
    "intake": "haven intake",
    "places": "haven places",
}
RESOURCES = tuple(dict.fromkeys([*_RESOURCE.values(), "rounding"]))


def _prices(hourly: Formulation, rows: Reals, columns: Reals, total: float) -> dict[str, float]:
    """Price x capacity by resource; what rounding and the engine's tolerance left is `rounding`."""
    parts: dict[str, float] = {}
    for blocks, terms in ((hourly.row, rows), (hourly.column, columns)):
        for name, block in blocks.items():
            amount = float(terms[block.ravel()].sum())
            resource = _RESOURCE.get(name.split(" ")[0], "rounding")
            parts[resource] = parts.get(resource, 0.0) + amount
    parts["rounding"] = parts.get("rounding", 0.0) + total - sum(parts.values())
    return {k: v for k, v in sorted(parts.items(), key=lambda kv: -kv[1]) if abs(v) > 0}


@dataclass(frozen=True)
class PeopleBound:
    """Proved upper bounds on people out."""

    total: int
    by_class: tuple[int, ...]
    first_classes: tuple[int, ...]  # of classes 1..c together
    prices: dict[str, float]
    bucket_steps: int


def people_bound(
    problem: Problem,
    people: int,
    by_class: list[int],
    first: Bound,
    goes_on: Callable[[], bool],
    tell: Tell = silent,
) -> PeopleBound:
    """Bounds on people, refined until they are within a fifth of a per cent or the time is up.

    `first` is the rough bound.  Class bounds: a class that flies in full needs no proof; for the
    others, the pooled problem of the classes up to it, and of it alone.
    """
    is_merged = first.formulation.problem.havens != problem.havens

    def part_of(pooled: Problem) -> int:
        return int(bound(merged(pooled) if is_merged else pooled, best_bucket).value + 1e-6)

    best = _refined(first, people, goes_on, tell)
    best_bucket = best.bucket_steps
    known = problem.demand.sum((1, 2))
    total = min(int(best.value + 1e-6), int(known.sum()))
    together: list[int] = []
    alone: list[int] = []
    for c in range(len(problem.classes)):
        ceiling = min(total, int(known[: c + 1].sum()))
        if c + 1 < len(problem.classes) and sum(by_class[: c + 1]) < ceiling and goes_on():
            ceiling = min(ceiling, part_of(problem.pooled(classes=c + 1)))
        together.append(ceiling)
        own = min(ceiling, int(known[c]))
        if by_class[c] < own and c and goes_on():
            own = min(own, part_of(problem.pooled(only=c)))
        alone.append(own)
    prices = best.prices
    if best.value > known.sum():  # the plainest proof: nobody flies who is not there
        prices = {_RESOURCE["queue"]: float(known.sum())}
    return PeopleBound(total, tuple(alone), tuple(together), prices, best_bucket)


def _refined(first: Bound, people: int, goes_on: Callable[[], bool], tell: Tell) -> Bound:
    """The bound in ever shorter buckets, until it is near to so many people or the time is up."""
    pooled = first.formulation.problem
    finest = bucket_lengths(pooled)[-1]
    lengths: list[int | Whole] = [cycle_buckets(pooled), finest]
    if is_small(first.formulation):
        lengths = [1]
    best = first
    for bucket in lengths:
        if best.value - people <= 0.002 * max(1, people) or not goes_on():
            break
        if isinstance(bucket, int):
            length, own = bucket, _hourly_rows(best)
        else:
            length, own = round(len(bucket) / (bucket[-1] + 1)), {}
        if length >= best.bucket_steps:
            continue
        finer = bound(pooled, bucket, own, first.formulation)
        tell(Progress(Stage.PROOF, at_most=int(finer.value)))
        best = min(best, finer, key=lambda b: b.value)
    return best


def _hourly_rows(known: Bound) -> dict[str, int]:
    """Rows that the last refinement keeps by the hour: those that bind."""
    fleet = known.prices.get(_RESOURCE["fleet"], 0.0)
    return LIFT_HOURLY | ({"fleet": 1} if fleet > FLEET_BINDS * known.value else {})
