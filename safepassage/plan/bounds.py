"""Bounds that are proved: of the objective, of people out, and of people out of each class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from safepassage.plan.formulation import Formulation, formulate
from safepassage.plan.linear import Reals, solve
from safepassage.plan.problem import Problem
from safepassage.plan.progress import Progress, Stage, Tell, silent
from safepassage.plan.proof import proved
from safepassage.plan.relaxation import even_buckets, relaxed

BUCKET_HOURS = 6.0
FINE_BLOCKS = ("crews", "slots", "fleet")


@dataclass(frozen=True, eq=False)
class Bound:
    """No plan can have more than `value`; `values` is where the programme would send lifts."""

    value: float
    formulation: Formulation
    values: Reals
    prices: dict[str, float]  # price x capacity of each resource; they add up to `value`

    @property
    def binding(self) -> str:
        """The resource that carries most of the bound."""
        return max(self.prices, key=lambda name: self.prices[name])


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


def bound(
    problem: Problem,
    bucket: int,
    fine: tuple[str, ...] = (),
    formulation: Formulation | None = None,
) -> Bound:
    """Solve the bucketed programme and prove what its multipliers say about every hourly plan."""
    hourly = formulation or formulate(problem)
    small = relaxed(hourly, even_buckets(problem.steps, bucket), fine)
    found = solve(small.programme)
    multipliers = small.spread_rows(found.multipliers)
    proof = proved(hourly.programme, multipliers)
    return Bound(
        -proof.value,
        hourly,
        small.spread_columns(found.columns),
        _prices(hourly, -proof.rows, -proof.columns, -proof.value),
    )


_RESOURCE = {
    "queue": "people not there earlier",
    "gate": "gates",
    "airside": "room airside",
    "holding": "room airside",
    "slots": "parking slots",
    "runway": "runway",
    "crews": "crews",
    "basing": "fleet",
    "fleet": "fleet",
    "ready": "fleet",
    "home": "fleet",
    "fly": "fleet",
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

    `first` is the coarse bound of the pooled problem.  Class bounds: a class that flies in full
    needs no proof; for the others, the pooled problem of the classes up to it, and of it alone.
    """
    best, best_bucket = _refined(first, people, goes_on, tell)
    known = problem.demand.sum((1, 2))
    total = min(int(best.value + 1e-6), int(known.sum()))
    together: list[int] = []
    alone: list[int] = []
    for c in range(len(problem.classes)):
        ceiling = min(total, int(known[: c + 1].sum()))
        if c + 1 < len(problem.classes) and sum(by_class[: c + 1]) < ceiling and goes_on():
            part = bound(problem.pooled(classes=c + 1), best_bucket)
            ceiling = min(ceiling, int(part.value + 1e-6))
        together.append(ceiling)
        own = min(ceiling, int(known[c]))
        if by_class[c] < own and c and goes_on():
            own = min(own, int(bound(problem.pooled(only=c), best_bucket).value + 1e-6))
        alone.append(own)
    prices = best.prices
    if best.value > known.sum():  # the plainest proof: nobody flies who is not there
        prices = {_RESOURCE["queue"]: float(known.sum())}
    return PeopleBound(total, tuple(alone), tuple(together), prices, best_bucket)


def _refined(
    first: Bound, people: int, goes_on: Callable[[], bool], tell: Tell
) -> tuple[Bound, int]:
    pooled = first.formulation.problem
    lengths = bucket_lengths(pooled)
    best, used = first, lengths[0]
    for length in lengths[1:]:
        if best.value - people <= 0.002 * max(1, people) or not goes_on():
            break
        finer = bound(pooled, length, FINE_BLOCKS, first.formulation)
        tell(Progress(Stage.PROOF, at_most=int(finer.value)))
        if finer.value < best.value:
            best, used = finer, length
    return best, used
