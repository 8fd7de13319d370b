"""The past of an operation, decided in the very rows that plan the rest.

What happened before a step is fixed as it was: launches, and people through gates, doors and bases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from safepassage.plan.document import problem_json, problem_of
from safepassage.plan.formulation import Formulation
from safepassage.plan.linear import Programme, Whole
from safepassage.plan.problem import Problem, Sortie
from safepassage.plan.steering import with_fixed


@dataclass(frozen=True, eq=False)
class Past:
    """What happened before a step, on the grid of a problem that allows it."""

    step: int
    problem: Problem  # with a past in which exactly this was possible
    home: list[Whole]
    sorties: list[Sortie]  # launched before the step; some are still on their way
    passed: Whole  # [c, o, t], 0 from the step on
    boarded: Whole  # [c, o, t], 0 from the step on
    carried: Whole  # [pace, o, b, t], 0 from the step on
    sent_on: Whole  # [pace, b, h, wave], 0 from the step on
    guarded: Whole | None = None  # [guard, t] of the rear guard, None: none has left

    @property
    def left_by_guard(self) -> Whole:
        """Of each rear guard, how many left in each step."""
        nobody: Whole = np.zeros((len(self.problem.guards), self.problem.steps), np.int64)
        return nobody if self.guarded is None else self.guarded


_FLOWS = ("passed", "boarded", "carried", "sent_on")


def past_json(past: Past) -> dict[str, Any]:
    """A past as plain values, for another process to plan on from."""
    sorties = [[s.lift, s.base, s.place, s.launch, s.is_onward, s.is_ferry] for s in past.sorties]
    return {
        "step": past.step,
        "problem": problem_json(past.problem),
        "home": [home.tolist() for home in past.home],
        "sorties": sorties,
        "flows": {name: _flow_json(getattr(past, name)) for name in _FLOWS},
        "guarded": _flow_json(past.left_by_guard),
    }


def past_of_json(values: Mapping[str, Any]) -> Past:
    """The past of such values."""
    flows = {name: _flow(values["flows"][name]) for name in _FLOWS}
    return Past(
        values["step"],
        problem_of(values),
        [np.array(home, np.int64) for home in values["home"]],
        [Sortie(*s) for s in values["sorties"]],
        guarded=_flow(values["guarded"]),
        **flows,
    )


def _flow_json(flow: Whole) -> dict[str, Any]:
    """Heads that moved, without those that are nobody."""
    at = np.argwhere(flow)
    return {"shape": flow.shape, "at": at.tolist(), "heads": flow[tuple(at.T)].tolist()}


def _flow(values: Mapping[str, Any]) -> Whole:
    flow = np.zeros(values["shape"], np.int64)
    if values["at"]:
        flow[tuple(np.array(values["at"]).T)] = values["heads"]
    return flow


def fixed_past(formulation: Formulation, past: Past) -> Formulation:
    """The rules with everything before the past's step decided.

    A pooled formulation takes the past's classes together.
    """
    return with_past(formulation, past, past.sorties, past.step)


def with_past(
    formulation: Formulation, past: Past, sorties: Sequence[Sortie], until: int
) -> Formulation:
    """The rules with people's past decided, and every launch before a step."""
    programme = with_fixed(formulation, past.home, sorties, until)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    classes = len(formulation.problem.classes)
    passed, boarded = (
        x if classes == len(x) else x.sum(0, keepdims=True) for x in (past.passed, past.boarded)
    )
    waves = -(-past.step // past.problem.wave)
    parts = [
        ("gate", passed, past.step),
        ("board", boarded, past.step),
        ("carry", past.carried, past.step),
        ("onward", past.sent_on, waves),
    ]
    if formulation.problem.guards:
        parts.append(("guard", past.left_by_guard, past.step))
    for name, amounts, steps in parts:
        block = formulation.column[name][..., :steps].ravel()
        lower[block] = upper[block] = amounts[..., :steps].ravel()
    cap = np.maximum(lower, np.minimum(programme.cap, upper))
    fixed = replace(programme, lower=lower, upper=upper, cap=cap)
    return replace(formulation, programme=_rest_leaves_last(formulation, fixed, past))


def _rest_leaves_last(formulation: Formulation, programme: Programme, past: Past) -> Programme:
    """Of a rear guard that leaves last, those who are still there do; the others have gone."""
    low = programme.low.copy()
    for n, guard in enumerate(formulation.problem.guards):
        if guard.is_last:
            rows = formulation.row[f"holds {n}"]
            low[rows] = guard.people - int(past.left_by_guard[n].sum())
            low[rows[: past.step]] = 0
    return replace(programme, low=low)
