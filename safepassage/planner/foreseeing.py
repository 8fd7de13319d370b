"""The planner's part in what it is worth to plan anew: the rest of a plan with other gates.

The past of a plan that was kept to the letter is fixed, and the rest is solved as `plan.rolling`
does.  Nobody is asked, sealed or published: the plans live as long as a replication.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from safepassage.plan.document import draft_json, problem_of, sorties_of
from safepassage.plan.errors import EngineError
from safepassage.plan.formulation import paces
from safepassage.plan.linear import Whole
from safepassage.plan.past import Past
from safepassage.plan.problem import Problem
from safepassage.plan.rolling import KEEP, roll


def plan_on(document: Mapping[str, Any], step: int, gate: Whole) -> dict[str, Any] | None:
    """A plan with the same past and another rest; None where the engine finds none.

    Args:
        document: the plan in force.
        step: the first that is planned anew; in step 0 nobody has been told an hour yet.
        gate: what each gate lets through, [g, t].
    """
    problem = replace(problem_of(document), gate=gate)
    _, sorties = sorties_of(document)
    past, called = _past(problem, document, step)
    try:
        rolled = roll(past, called, sorties, KEEP if step else 0.0)
    except EngineError:
        return None
    # The gates of the document stay those of the plan: closures are the simulator's.
    return {**document, **draft_json(rolled.draft)}


def _past(p: Problem, document: Mapping[str, Any], step: int) -> tuple[Past, Whole]:
    """What the plan had done by a step, and whom it calls when, [c, o, t]."""
    pace = paces(p.lifts)
    lift = {x.id: n for n, x in enumerate(p.lifts)}
    base, haven = ({x: n for n, x in enumerate(names)} for names in (p.bases, p.havens))
    origin = {x: n for n, x in enumerate(p.origins)}
    category = {x: n for n, x in enumerate(p.classes)}
    guard = {(g.name, g.origin): n for n, g in enumerate(p.guards)}
    c, o, b, t = len(category), len(origin), len(base), p.steps
    called, boarded = np.zeros((c, o, t), np.int64), np.zeros((c, o, t), np.int64)
    carried = np.zeros((len(pace.origin_example), o, b, t), np.int64)
    sent_on = np.zeros((len(pace.onward_example), b, len(haven), len(p.waves)), np.int64)
    guarded = np.zeros((len(p.guards), t), np.int64)
    gates = {g: int(at) for g, at in zip(p.gates, p.gate_origin, strict=True)}
    for x in document["passages"]:
        called[category[x["class"]], gates[x["gate"]], x["step"]] += x["people"]
    for s in document["sorties"]:
        at, leaves = origin[s["origin"]], s["departs"]
        for name, n in s["aboard"].items():
            boarded[category[name], at, leaves] += n
        for name, n in s.get("guard", {}).items():
            guarded[guard[name, at], leaves] += n
        load = sum(s["aboard"].values()) + sum(s.get("guard", {}).values())
        carried[pace.origin[lift[s["lift"]]], at, base[s["base"]], leaves] += load
    for s in document["onward"]:
        wave = s["launch"] // p.wave
        sent_on[pace.onward[lift[s["lift"]]], base[s["base"]], haven[s["haven"]], wave] += s[
            "people"
        ]
    home, sorties = sorties_of(document)
    passed = called.copy()
    for flow in (passed, boarded, carried, guarded):
        flow[..., step:] = 0
    sent_on[..., -(-step // p.wave) :] = 0
    launched = [s for s in sorties if s.launch < step]
    past = Past(step, p, home, launched, passed, boarded, carried, sent_on, guarded)
    return past, called
