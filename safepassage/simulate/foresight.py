"""What it is worth to plan anew when a gate shuts, and to know beforehand when one will.

Three operations meet the luck of one replication:

    as planned        the plan is kept, whatever happens
    planned anew      in the step in which a gate shuts for long enough, the rest is planned anew;
                      known are the closures that have begun, each until its end
    known beforehand  planned from the first step with every closure of the replication

The difference of the last two is the value of perfect information about closures; that of the first
two is what planning anew is worth.  Who plans is handed in, because a simulator does not plan.  A
re-plan knows the gates; what else chance does (who does not come, what breaks) it meets unprepared,
as the plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from safepassage.model.cause import CauseKind
from safepassage.simulate.chances import Estimate, mean_of
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.luck import draw_luck
from safepassage.simulate.odds import EVERYBODY
from safepassage.simulate.playing import play
from safepassage.simulate.repeatable import Reals, Whole
from safepassage.simulate.run import Asked
from safepassage.simulate.script import Script

AS_PLANNED, ANEW, BEFOREHAND = ARMS = ("as planned", "planned anew", "known beforehand")
REPLICATIONS_MAX = 1000  # each is planned several times

# The plan in force, the step from which on it is planned anew, and what each gate lets through,
# [g, t]: the plan for the rest with the same past, or None where no plan can be made of it.
Replan = Callable[[Mapping[str, Any], int, Whole], Mapping[str, Any] | None]


@dataclass(frozen=True, eq=False)
class Value:
    """What planning anew and knowing beforehand are worth, in people out."""

    replications: int
    replans: Estimate  # a replication
    failed: int  # attempts to plan anew from which no plan came; the plan in force was kept
    people_out: dict[str, dict[str, Estimate]]  # by arm, by class and for everybody
    gains: dict[str, dict[str, Estimate]]  # "one arm less another", replication by replication

    def to_json(self) -> dict[str, Any]:
        """The result as plain values."""

        def said(table: dict[str, dict[str, Estimate]]) -> dict[str, Any]:
            return {a: {b: x.to_json() for b, x in row.items()} for a, row in table.items()}

        return {
            "replications": self.replications,
            "replans": self.replans.to_json(),
            "failed": self.failed,
            "people_out": said(self.people_out),
            "gains": said(self.gains),
        }


@dataclass(frozen=True, slots=True)
class Closure:
    """A gate is shut, in part at least, from a step up to another one."""

    gate: int
    first: int
    end: int


def value_of_information(
    asked: Asked,
    replan: Replan,
    *,
    at_least_hours: float = 2.0,
    tell: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> Value:
    """Play every replication three times, with the plans that each arm would have.

    Args:
        asked: its replications are few: each is planned anew once for every closure.
        replan: who plans.
        at_least_hours: a shorter closure is waited out.
        tell: is told how many replications are done; what it raises breaks off.

    Raises:
        SimulationError: more replications than can be planned, no cause shuts a gate, or a
            number of hours that is none.
    """
    if not 1 <= asked.replications <= REPLICATIONS_MAX:
        raise SimulationError(
            f"{asked.replications:,} replications; each is planned several times: write 1 to"
            f" {REPLICATIONS_MAX:,}"
        )
    if not any(cause.kind is CauseKind.GATE_CLOSURE for cause in asked.causes):
        raise SimulationError(
            "no cause that is at work shuts a gate, so there is nothing to know beforehand; write"
            " a gate-closure under causes:"
        )
    if not at_least_hours >= 0:
        raise SimulationError(f"closures of {at_least_hours:g} hours; write 0 or more")
    script, out = asked.script(), list[Whole]()
    counts, failed = list[int](), 0
    for r in range(asked.replications):
        tell("replications planned anew", r, asked.replications)
        planning = _Planning(asked, script, replan, _left_open(asked, script, r))
        plans = (asked.document, planning.rolling(at_least_hours), planning.beforehand())
        out.append(np.stack([_people_out(asked, document, r) for document in plans]))
        counts.append(planning.made)
        failed += planning.failed
    tell("replications planned anew", asked.replications, asked.replications)
    return _valued(script, np.stack(out), np.array(counts), failed)


def _valued(script: Script, out: Whole, counts: Whole, failed: int) -> Value:
    """Estimates of people out, [r, arm, class]."""
    names = (*script.classes, EVERYBODY)
    every = np.concatenate([out, out.sum(axis=2, keepdims=True)], axis=2)

    def each(values: Whole) -> dict[str, Estimate]:
        return {name: mean_of(values[:, c]) for c, name in enumerate(names)}

    pairs = ((1, 0), (2, 1), (2, 0))
    return Value(
        len(out),
        mean_of(counts),
        failed,
        {arm: each(every[:, n]) for n, arm in enumerate(ARMS)},
        {f"{ARMS[a]} less {ARMS[b]}": each(every[:, a] - every[:, b]) for a, b in pairs},
    )


def _left_open(asked: Asked, script: Script, replication: int) -> Reals:
    """The share of each step in which closures leave a gate open, [g, t]."""
    closures = [cause for cause in asked.causes if cause.kind is CauseKind.GATE_CLOSURE]
    left: Reals = draw_luck(script, closures, asked.seed, [replication]).gate[0]
    return left


def closures_in(left_open: Reals) -> Iterator[Closure]:
    """The closures that shares of steps, [g, t], say, gate by gate."""
    for g, row in enumerate(left_open):
        edges = np.flatnonzero(np.diff(row < 1, prepend=False, append=False))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            yield Closure(g, int(first), int(end))


def _people_out(asked: Asked, document: Mapping[str, Any], replication: int) -> Whole:
    """People out of each class when a plan meets the luck of a replication."""
    script = replace(asked, document=document).script()
    played = play(script, asked.causes, asked.policy, asked.seed, [replication])
    return played.out[0, :, -1].astype(np.int64)


class _Planning:
    """Who plans one replication anew, and how often it was done."""

    def __init__(self, asked: Asked, script: Script, replan: Replan, left_open: Reals) -> None:
        self.document, self.steps = asked.document, script.steps
        self.gate = script.gate[:, : script.steps]
        self.left_open = left_open[:, : script.steps]
        self.replan = replan
        self.made = self.failed = 0

    def rolling(self, at_least_hours: float) -> Mapping[str, Any]:
        """Planned anew at each closure that is long enough, with those that have begun."""
        closures = list(closures_in(self.left_open))
        hours = float(self.document["problem"]["step_hours"])
        when = sorted({c.first for c in closures if (c.end - c.first) * hours >= at_least_hours})
        document = self.document
        for step in when:
            begun = [c for c in closures if c.first <= step]
            document = self._anew(document, step, self._gate(begun))
            self.made += 1
        return document

    def beforehand(self) -> Mapping[str, Any]:
        """Planned from the first step with all closures."""
        closures = list(closures_in(self.left_open))
        return self._anew(self.document, 0, self._gate(closures)) if closures else self.document

    def _gate(self, known: Sequence[Closure]) -> Whole:
        left = np.ones_like(self.left_open)
        for c in known:
            left[c.gate, c.first : c.end] = self.left_open[c.gate, c.first : c.end]
        return np.floor(self.gate * left + 1e-9).astype(np.int64)

    def _anew(self, document: Mapping[str, Any], step: int, gate: Whole) -> Mapping[str, Any]:
        found = self.replan(document, step, gate)
        self.failed += found is None
        return document if found is None else found
