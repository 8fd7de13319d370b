"""A plan as a JSON document: the question, the answer, and what was proved about it.

The document holds everything that a recount needs (docs/reference/plan-file.md), so that check.py
can judge it without the programme that wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from safepassage.plan.errors import PlanFileError
from safepassage.plan.formulation import paces
from safepassage.plan.linear import Whole
from safepassage.plan.people import Draft
from safepassage.plan.problem import Lift, Objective, Problem, Sortie

FORMAT = "safepassage-plan"
VERSION = 1
ONE_BASE = "A lift flies rotations from its base and back to it; its base does not change."
ANY_BASE = (
    "A lift flies rotations from a base and back to it. Between rotations it may move to another"
    " base: the bound lets it do so in no time and without a crew, the plan does not use it."
)
ASSUMPTIONS = (
    "A bed is needed from arrival at a base until the onward flight leaves; arrivals after the"
    " deadline are not counted against beds.",
    "Everybody in an origin's queue may use any of its gates.",
    "Arrivals at the queue, rates and closures are as stated, to the step.",
)


def assumptions(p: Problem) -> list[str]:
    """What a bound of this problem rests on."""
    return [ANY_BASE if p.rebases else ONE_BASE, *ASSUMPTIONS]


def problem_json(p: Problem) -> dict[str, Any]:
    """The question as plain values."""
    return {
        "name": p.name,
        "starts_at": p.starts_at,
        "step_hours": p.step_hours,
        "steps": p.steps,
        "wave_steps": p.wave,
        "classes": list(p.classes),
        "origins": list(p.origins),
        "gates": [
            {"id": g, "origin": p.origins[int(o)], "people": row.tolist()}
            for g, o, row in zip(p.gates, p.gate_origin, p.gate, strict=True)
        ],
        "bases": [
            {"id": b, "beds": int(n), "clears": int(k)}
            for b, n, k in zip(p.bases, p.beds, p.clear, strict=True)
        ],
        "havens": [
            {"id": h, "a_day": int(n), "places": int(k)}
            for h, n, k in zip(p.havens, p.haven_day, p.haven_places, strict=True)
        ],
        "demand": p.demand.tolist(),
        "slots": p.slots.tolist(),
        "runway": p.runway.tolist(),
        "airside": p.airside.tolist(),
        "lifts": [_lift_json(x) for x in p.lifts],
        "rebases": p.rebases,
        "objective": {
            "weights": list(p.objective.weights),
            "early": p.objective.early,
            "onward": p.objective.onward,
            "seat_cost": p.objective.seat_cost,
        },
    }


def _lift_json(x: Lift) -> dict[str, Any]:
    return {
        "id": x.id,
        "seats": x.seats,
        "fleet": x.fleet,
        "crews": x.crews,
        "cycle": x.cycle,
        "slots": x.slots,
        "ground": x.ground,
        "turn": x.turn,
        "onward_turn": x.onward_turn,
        "to_origin": x.to_origin.tolist(),
        "to_haven": x.to_haven.tolist(),
        "home": None if x.home is None else x.home.tolist(),
    }


def problem_of(document: Mapping[str, Any]) -> Problem:
    """The question of a plan document.

    Raises:
        PlanFileError: a part is missing or has the wrong shape.
    """
    try:
        return _problem(document["problem"])
    except (KeyError, TypeError, ValueError, IndexError) as fault:
        raise PlanFileError(
            f"this is not a plan file: problem part {fault}. Write it again with `plan solve`"
        ) from fault


def _problem(p: Mapping[str, Any]) -> Problem:
    o, b, h = len(p["origins"]), len(p["bases"]), len(p["havens"])
    steps = int(p["steps"])
    gates = p["gates"]
    return Problem(
        p["name"],
        tuple(p["classes"]),
        tuple(p["origins"]),
        tuple(g["id"] for g in gates),
        np.array([p["origins"].index(g["origin"]) for g in gates], np.int64),
        tuple(x["id"] for x in p["bases"]),
        tuple(x["id"] for x in p["havens"]),
        tuple(_lift(x, o, b, h) for x in p["lifts"]),
        float(p["step_hours"]),
        steps,
        np.array(p["demand"], np.int64).reshape(len(p["classes"]), o, steps),
        np.array([g["people"] for g in gates], np.int64).reshape(len(gates), steps),
        np.array(p["slots"], float).reshape(o, steps),
        np.array(p["runway"], np.int64).reshape(o, steps),
        np.array(p["airside"], np.int64),
        np.array([x["beds"] for x in p["bases"]], np.int64),
        np.array([x["clears"] for x in p["bases"]], np.int64),
        np.array([x["a_day"] for x in p["havens"]], np.int64),
        np.array([x["places"] for x in p["havens"]], np.int64),
        int(p["wave_steps"]),
        p["starts_at"],
        Objective(
            tuple(p["objective"]["weights"]),
            p["objective"]["early"],
            p["objective"]["onward"],
            p["objective"]["seat_cost"],
        ),
        bool(p.get("rebases", False)),
    )


def _lift(x: Mapping[str, Any], o: int, b: int, h: int) -> Lift:
    home = x["home"]
    return Lift(
        x["id"],
        x["seats"],
        x["fleet"],
        x["crews"],
        x["cycle"],
        x["slots"],
        x["ground"],
        x["turn"],
        x["onward_turn"],
        np.array(x["to_origin"], np.int64).reshape(o, b),
        np.array(x["to_haven"], np.int64).reshape(b, h),
        None if home is None else np.array(home, np.int64),
    )


def draft_json(draft: Draft) -> dict[str, Any]:
    """The answer: basing, sorties with loads, who passed which gate when, who was cleared."""
    p = draft.problem
    return {
        "basing": {
            lift.id: {p.bases[b]: int(n) for b, n in enumerate(home) if n}
            for lift, home in zip(p.lifts, draft.home, strict=True)
        },
        "sorties": _loaded(draft),
        "onward": _sent_on(draft),
        "passages": _passages(p, draft.passed),
        "clearing": [
            {"base": p.bases[b], "step": int(t), "people": int(draft.cleared[b, t])}
            for b, t in np.argwhere(draft.cleared)
        ],
    }


def _passages(p: Problem, passed: Whole) -> list[dict[str, Any]]:
    """People by class through each gate; the gates of an origin fill one after the other."""
    room = p.gate.copy()
    found = []
    for c, o, t in np.argwhere(passed):
        left = int(passed[c, o, t])
        for g in np.flatnonzero(p.gate_origin == o):
            through = min(left, int(room[g, t]))
            if through:
                room[g, t] -= through
                left -= through
                found.append(
                    {"gate": p.gates[g], "class": p.classes[c], "step": int(t), "people": through}
                )
    return found


def _loaded(draft: Draft) -> list[dict[str, Any]]:
    """Sorties to an origin with the people of each class aboard, the first class first."""
    p, pace = draft.problem, paces(draft.problem.lifts)
    carried, boarding = draft.carried.copy(), draft.boarded.copy()
    found = []
    order = sorted((s for s in draft.sorties if not s.is_onward), key=lambda s: _departs(p, s))
    for s in order:
        lift, leave = p.lifts[s.lift], _departs(p, s)
        load = aboard = 0
        if leave < p.steps:
            load = min(lift.seats, int(carried[pace.origin[s.lift], s.place, s.base, leave]))
            carried[pace.origin[s.lift], s.place, s.base, leave] -= load
        classes = {}
        for c, name in enumerate(p.classes):
            n = min(load - aboard, int(boarding[c, s.place, leave])) if load > aboard else 0
            if n:
                boarding[c, s.place, leave] -= n
                aboard += n
                classes[name] = n
        found.append(
            {
                "lift": lift.id,
                "base": p.bases[s.base],
                "origin": p.origins[s.place],
                "launch": s.launch,
                "departs": leave,
                "aboard": classes,
            }
        )
    return [x for x in found if x["aboard"]]


def _departs(p: Problem, s: Sortie) -> int:
    lift = p.lifts[s.lift]
    return s.launch + int(lift.to_origin[s.place, s.base]) + lift.ground


def _sent_on(draft: Draft) -> list[dict[str, Any]]:
    p, pace = draft.problem, paces(draft.problem.lifts)
    left = draft.sent_on.copy()
    found = []
    for s in sorted((s for s in draft.sorties if s.is_onward), key=lambda s: s.launch):
        at = (pace.onward[s.lift], s.base, s.place, s.launch // p.wave)
        load = min(p.lifts[s.lift].seats, int(left[at]))
        left[at] -= load
        if load:
            found.append(
                {
                    "lift": p.lifts[s.lift].id,
                    "base": p.bases[s.base],
                    "haven": p.havens[s.place],
                    "launch": s.launch,
                    "people": load,
                }
            )
    return found


def sorties_of(document: Mapping[str, Any]) -> tuple[list[Whole], list[Sortie]]:
    """Basing and sorties of a plan document, to plan on from them."""
    p = problem_of(document)
    lift = {x.id: n for n, x in enumerate(p.lifts)}
    base = {x: n for n, x in enumerate(p.bases)}
    origin = {x: n for n, x in enumerate(p.origins)}
    haven = {x: n for n, x in enumerate(p.havens)}
    homes = []
    for x in p.lifts:
        home = np.zeros(len(p.bases), np.int64)
        for name, n in document["basing"][x.id].items():
            home[base[name]] = n
        homes.append(home)
    flights = [
        Sortie(lift[s["lift"]], base[s["base"]], origin[s["origin"]], s["launch"])
        for s in document["sorties"]
    ]
    flights += [
        Sortie(lift[s["lift"]], base[s["base"]], haven[s["haven"]], s["launch"], True)
        for s in document["onward"]
    ]
    return homes, flights
