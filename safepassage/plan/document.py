"""A plan as a JSON document: the question, the answer, and what was proved about it.

The document holds everything that a recount needs (docs/reference/plan-file.md), so that check.py
can judge it without the programme that wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from safepassage.plan.errors import PlanFileError
from safepassage.plan.formulation import paces
from safepassage.plan.linear import Whole
from safepassage.plan.people import Draft
from safepassage.plan.problem import Guard, Lift, Need, Objective, Problem, Shut, Sortie

FORMAT = "safepassage-plan"
VERSION = 1
ONE_BASE = "A lift flies rotations from its base and back to it; its base does not change."
ANY_BASE = (
    "A lift flies rotations from a base and back to it. Between rotations it may move to another"
    " base: the plan flies it there with a crew, the bound lets it do so in no time and without."
)
GUARD = (
    "The rear guard passes no gate, takes seats and beds like anybody, and all of it leaves by the"
    " deadline."
)
INBOUND = (
    "Inbound loads take seats or payload on the way in only, and are unloaded within the ground"
    " time that a lift has anyway."
)
ASSUMPTIONS = (
    "A bed is needed from arrival at a base until the onward flight leaves; arrivals after the"
    " deadline are not counted against beds.",
    "Everybody in an origin's queue may use any of its gates.",
    "Arrivals at the queue, rates and closures are as stated, to the step.",
)


def assumptions(p: Problem) -> list[str]:
    """What a bound of this problem rests on."""
    said = [ANY_BASE if p.rebases else ONE_BASE, *ASSUMPTIONS]
    return said + [GUARD] * bool(p.guards) + [INBOUND] * bool(p.needs)


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
        "guards": [
            {
                "class": g.name,
                "origin": p.origins[g.origin],
                "people": g.people,
                "holds": g.holds,
                "last": g.is_last,
            }
            for g in p.guards
        ],
        "needs": [
            {
                "id": n.name,
                "origin": p.origins[n.origin],
                "by": n.by,
                "amount": n.amount,
                "unit": n.unit,
                "base": None if n.base is None else p.bases[n.base],
            }
            for n in p.needs
        ],
        "shut": [{"place": s.place, "to": s.to, "first": s.first, "end": s.end} for s in p.shut],
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
        "payload": x.payload,
        "to_base": None if x.to_base is None else x.to_base.tolist(),
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
        tuple(_guard(x, p["origins"]) for x in p.get("guards", [])),
        tuple(_need(x, p["origins"], p["bases"]) for x in p.get("needs", [])),
        tuple(Shut(x["place"], x["first"], x["end"], x["to"]) for x in p.get("shut", [])),
    )


def _guard(x: Mapping[str, Any], origins: list[str]) -> Guard:
    where = origins.index(x["origin"])
    return Guard(x["class"], where, x["people"], x["holds"], x["last"])


def _need(x: Mapping[str, Any], origins: list[str], bases: list[Mapping[str, Any]]) -> Need:
    base = None if x["base"] is None else [b["id"] for b in bases].index(x["base"])
    where, in_tonnes = origins.index(x["origin"]), x["unit"] == "tonnes"
    return Need(x["id"], where, x["by"], x["amount"], in_tonnes, base)


def _lift(x: Mapping[str, Any], o: int, b: int, h: int) -> Lift:
    home, further = x["home"], x.get("to_base")
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
        int(x.get("payload", 0)),
        None if further is None else np.array(further, np.int64).reshape(b, b),
    )


def draft_json(draft: Draft) -> dict[str, Any]:
    """The answer: basing, sorties with loads, moves, who passed which gate when, clearing."""
    p = draft.problem
    return {
        "basing": {
            lift.id: {p.bases[b]: int(n) for b, n in enumerate(home) if n}
            for lift, home in zip(p.lifts, draft.home, strict=True)
        },
        "sorties": _loaded(draft),
        "onward": _sent_on(draft),
        "moves": [
            {
                "lift": p.lifts[s.lift].id,
                "from": p.bases[s.base],
                "to": p.bases[s.place],
                "launch": s.launch,
            }
            for s in sorted(draft.sorties, key=lambda s: s.launch)
            if s.is_ferry
        ],
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
    """Sorties to an origin with whom they carry out and what they bring in."""
    p, pace = draft.problem, paces(draft.problem.lifts)
    carried = draft.carried.copy()
    doors = _Doors(p, draft.guarded.copy(), draft.boarded.copy())
    found = []
    fetching = [n for n, s in enumerate(draft.sorties) if s.fetches]
    for n in sorted(fetching, key=lambda n: _departs(p, draft.sorties[n])):
        s = draft.sorties[n]
        lift, leave = p.lifts[s.lift], _departs(p, s)
        load = 0
        if leave < p.steps:
            load = min(lift.seats, int(carried[pace.origin[s.lift], s.place, s.base, leave]))
            carried[pace.origin[s.lift], s.place, s.base, leave] -= load
        guard, aboard = doors.board(s.place, leave, load)
        brings = {p.needs[i].name: amount for i, amount in draft.inbound.get(n, {}).items()}
        if not (guard or aboard or brings):
            continue
        made = {
            "lift": lift.id,
            "base": p.bases[s.base],
            "origin": p.origins[s.place],
            "launch": s.launch,
            "departs": leave,
            "aboard": aboard,
        }
        found.append(
            made | ({"guard": guard} if guard else {}) | ({"inbound": brings} if brings else {})
        )
    return found


@dataclass
class _Doors:
    """Who boards at each origin in each step, taken off as they are given seats."""

    problem: Problem
    guarded: Whole  # [guard, t]
    boarded: Whole  # [c, o, t]

    def board(self, origin: int, step: int, load: int) -> tuple[dict[str, int], dict[str, int]]:
        """So many of those who board then: of the rear guard, then by class, in order."""
        p, guard, aboard = self.problem, dict[str, int](), dict[str, int]()
        parts = [
            (guard, g.name, self.guarded[n]) for n, g in enumerate(p.guards) if g.origin == origin
        ]
        parts += [(aboard, name, self.boarded[c, origin]) for c, name in enumerate(p.classes)]
        for seated, name, leaving in parts:
            n = min(load, int(leaving[step])) if load else 0
            if n:
                leaving[step] -= n
                load -= n
                seated[name] = seated.get(name, 0) + n
        return guard, aboard


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
    """Basing, sorties and moves of a plan document, to plan on from them."""
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
    flights += [
        Sortie(lift[s["lift"]], base[s["from"]], base[s["to"]], s["launch"], is_ferry=True)
        for s in document.get("moves", [])
    ]
    return homes, flights
