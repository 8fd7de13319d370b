"""The island of Karr with everything that may happen to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.operation_file import read_operation
from safepassage.model.cause import CauseKind
from safepassage.plan.document import problem_json
from safepassage.plan.setup import set_up
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import Asked
from tests.planner.drawn import island_plan
from tests.planner.island import DEMAND_FILE, OPERATION, OPERATION_FILE

CAUSES = """\
causes:
  - {id: families, kind: family-sizes, sizes: {1: 25, 2: 15, 4: 40, 7: 20}}
  - {id: no-shows, kind: no-show, chance: {triangular: [0.05, 0.1, 0.2]}}
  - {id: papers, kind: missing-papers, chance: 0.03}
  - {id: late, kind: late-arrival, chance: 0.3, hours: {exponential: 3}}
  - {id: walk-ups, kind: walk-ups, people_an_hour: {lognormal: [10, 0.5]}, place: strip}
  - {id: service, kind: service-time, factor: {lognormal: [1, 0.6]}}
  - {id: rates, kind: gate-rate, factor: {triangular: [0.7, 1, 1.2]}}
  - {id: screening, kind: screening-delay, hours: {triangular: [0, 1, 3]}}
  - {id: threats, kind: gate-closure, a_day: 1, hours: {lognormal: [3, 1]}, level: high}
  - {id: halts, kind: airfield-halt, a_day: 0.5, hours: {erlang: [3, 2]}}
  - {id: weather, kind: weather, a_day: 0.5, hours: {exponential: 4}, share: 0.5}
  - {id: diversions, kind: diversion, chance: 0.05}
  - {id: breakdowns, kind: breakdown, chance: 0.1, hours: {lognormal: [6, 0.8]}, lift_type: prop}
  - {id: ground, kind: ground-delay, chance: 0.2, hours: {exponential: 1.5}}
  - {id: crews, kind: crew-limit, chance: 0.2, hours: {uniform: [2, 6]}}
  - {id: refusals, kind: haven-refusal, a_day: 0.3, hours: {uniform: [2, 6]}}
  - {id: deadline, kind: moved-deadline, chance: 0.2, hours: {uniform: [-12, 6]}}
  - {id: radio, kind: lost-communication, a_day: 0.5, hours: {exponential: 2}}
"""
TEXT = OPERATION_FILE + CAUSES
WITH_CAUSES = read_operation(TEXT, "operation.yaml")
assert {c.kind for c in WITH_CAUSES.causes} == set(CauseKind)


def asked(policy: Policy | None = None, **more: Any) -> Asked:
    """A run of the island's plan."""
    return Asked(island_plan(), WITH_CAUSES, TEXT, policy or Policy(), **more)


def files(folder: Path) -> dict[str, bytes]:
    """What lies in the folder of a run."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def timetable() -> dict[str, Any]:
    """A plan that no solver made, so that its numbers never change: a lift every two hours."""
    problem = problem_json(set_up(OPERATION, read_demand(DEMAND_FILE, "demand.yaml")).problem)
    sorties = []
    for step in range(0, 40, 2):
        n = step // 2 % 2
        lift, base = problem["lifts"][n], problem["bases"][n]["id"]
        departs = step + lift["to_origin"][0][n] + lift["ground"]
        aboard = {"patient": 8, "evacuee": 30}
        sorties.append(
            {"lift": lift["id"], "base": base, "origin": "strip", "launch": step}
            | {"departs": departs, "aboard": aboard}
        )
    gates = [(t, "harbour-gate", "patient", 4) for t in range(8, 44)]
    gates += [(t, "mill-gate", "evacuee", 15) for t in range(44)]
    return {
        "format": "safepassage-plan",
        "problem": problem,
        "basing": {
            x["id"]: {problem["bases"][n]["id"]: x["fleet"]} for n, x in enumerate(problem["lifts"])
        },
        "sorties": sorties,
        "onward": [],
        "clearing": [],
        "passages": [
            {"step": t, "gate": gate, "class": name, "people": n} for t, gate, name, n in gates
        ],
    }
