"""Planning on: after a closure, or every few hours, the rest of a published plan is solved anew.

What happened comes from the ledger (`reckoning.py`).  Those who have been told when to come keep
their hour and gate unless changing it gets people out (`plan.rolling`); the new plan says how many
are told otherwise.  It changes nothing by itself: it is a plan file, and publishing it withdraws
what the plan before promised from then on.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from safepassage.model.ids import PlaceId
from safepassage.model.instant import Window, format_instant, parse_instant, zulu
from safepassage.model.ledger import Ledger
from safepassage.plan.document import assumptions, draft_json, problem_json, problem_of, sorties_of
from safepassage.plan.linear import Whole
from safepassage.plan.past import Past, past_json, past_of_json
from safepassage.plan.problem import Problem
from safepassage.plan.problem import Shut as ShutSteps
from safepassage.plan.progress import Tell, silent
from safepassage.plan.rolling import BUCKET_HOURS, Rolled, roll
from safepassage.plan.unmet import Unmet
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.posting import Clock, families_of, plan_id, sealed
from safepassage.planner.reckoning import reckon
from safepassage.planner.seating import seat_again, told_otherwise

# What a re-plan takes over as it is.
_STAYS = ("format", "version")


@dataclass(frozen=True, slots=True)
class Shut:
    """A place of the plan that is shut for a time, or a way between two of them."""

    place: str
    window: Window
    to: str = ""  # the other end of a way


def shut_now(ledger: Ledger, problem: Problem, as_of: datetime, until: datetime) -> list[Shut]:
    """Places that were last seen closed: taken to stay so until somebody opens them."""
    places = (*problem.gates, *problem.origins, *problem.bases, *problem.havens)
    return [
        Shut(place, Window(as_of, until))
        for place in dict.fromkeys(places)
        if as_of < until and ledger.catalogue.is_open(PlaceId(place), as_of) is False
    ]


def closed(problem: Problem, clock: Clock, shut: Iterable[Shut]) -> Problem:
    """The problem with what is shut for a time.

    A shut gate passes nobody; at a shut origin nothing lands either; a shut base or haven takes no
    lift and lets none go.  A shut way is that of the lifts between two of these, or the one through
    a gate, which is then as good as shut.

    Raises:
        PlanRefusedError: it names a place or a way that is none of the plan.
    """
    gate, slots, runway = problem.gate.copy(), problem.slots.copy(), problem.runway.copy()
    flown: list[ShutSteps] = []
    for s in shut:
        first = int((max(s.window.start, clock.starts) - clock.starts) // clock.step)
        end = clock.step_of(s.window.end)
        steps = slice(first, end)
        place = _of_plan(problem, s)
        if s.to and place not in problem.gates:
            flown.append(ShutSteps(s.place, first, end, s.to))
            continue
        if place in problem.gates:
            gate[problem.gates.index(place), steps] = 0
        if place in problem.origins and not s.to:
            o = problem.origins.index(place)
            gate[problem.gate_origin == o, steps] = 0
            slots[o, steps] = runway[o, steps] = 0
        if place in (*problem.bases, *problem.havens):
            flown.append(ShutSteps(place, first, end))
    return replace(problem, gate=gate, slots=slots, runway=runway, shut=(*problem.shut, *flown))


def _of_plan(problem: Problem, shut: Shut) -> str:
    """The place that is shut, or the gate through which a shut way leads.

    Raises:
        PlanRefusedError: it names a place or a way that is none of the plan.
    """
    known = (*problem.gates, *problem.origins, *problem.bases, *problem.havens)
    listed = ", ".join(dict.fromkeys(known))
    if not shut.to:
        if shut.place not in known:
            raise PlanRefusedError(f"{shut.place!r} is no place of this plan; it has {listed}")
        return shut.place
    ends = {shut.place, shut.to}
    gates = [g for g in problem.gates if g in ends and g not in problem.origins]
    if gates:
        return gates[0]
    if not any(ends == {a, b} for a, b in ways(problem)):
        raise PlanRefusedError(
            f"no way of this plan leads from {shut.place!r} to {shut.to!r}; it has {listed}"
        )
    return shut.place


def ways(problem: Problem) -> Iterator[tuple[str, str]]:
    """Where the plan's lifts go."""
    for lift in problem.lifts:
        for o, b in np.argwhere(lift.to_origin >= 0):
            yield problem.origins[o], problem.bases[b]
        for b, h in np.argwhere(lift.to_haven >= 0):
            yield problem.bases[b], problem.havens[h]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an operation stands under a plan: what has happened, and what is shut from now on."""

    as_of: datetime
    past: Past
    outside: int  # heads who left otherwise than the plan can
    shut: tuple[Shut, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for another process to plan on from."""
        return {
            "as_of": format_instant(self.as_of),
            "past": past_json(self.past),
            "outside": self.outside,
            "shut": [_shut_json(s) for s in self.shut],
        }

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Standing:
        """That of such values."""
        return cls(
            as_of=parse_instant(values["as_of"], "as of"),
            past=past_of_json(values["past"]),
            outside=values["outside"],
            shut=tuple(map(_shut, values["shut"])),
        )


def stand(
    ledger: Ledger, document: Mapping[str, Any], as_of: datetime, shut: Iterable[Shut] = ()
) -> Standing:
    """Where an operation stands at an instant, as its ledger has it.

    Args:
        ledger: of the operation.
        document: the plan in force in it.
        as_of: what happened until then counts; the next step is the first that is planned.
        shut: closures that the ledger does not know of.

    Raises:
        PlanRefusedError: the instant is not within the plan, or a closure names no place of it.
    """
    clock, problem = Clock.of(document), problem_of(document)
    step = clock.step_of(as_of)
    if not 0 < step < clock.steps:
        raise PlanRefusedError(
            f"{zulu(as_of)} is not within the plan, which runs from {zulu(clock.starts)} to"
            f" {zulu(clock.ends)}: outside of it nothing can be planned on; make a new plan"
        )
    closures = (*shut_now(ledger, problem, as_of, clock.ends), *shut)
    reckoned = reckon(ledger, document, closed(problem, clock, closures), as_of)
    return Standing(as_of=as_of, past=reckoned.past, outside=reckoned.outside, shut=closures)


def replan(
    ledger: Ledger, document: Mapping[str, Any], as_of: datetime, shut: Iterable[Shut] = ()
) -> dict[str, Any]:
    """A sealed plan document for the rest of a plan, from what the ledger holds at an instant.

    Raises:
        PlanRefusedError: the instant is not within the plan, or a closure names no place of it.
        EngineError: what happened cannot be put into the plan's rules, or nothing was found.
    """
    return plan_on(document, stand(ledger, document, as_of, shut))


def plan_on(document: Mapping[str, Any], standing: Standing, tell: Tell = silent) -> dict[str, Any]:
    """A sealed plan document for the rest of a plan, from where its operation stands.

    Raises:
        EngineError: what happened cannot be put into the plan's rules, or nothing was found.
    """
    began = time.process_time()
    problem, step = problem_of(document), standing.past.step
    _, sorties = sorties_of(document)
    called = _called(problem, document)
    rolled = roll(standing.past, _by_origin(problem, called), sorties, tell=tell)
    made = {
        **{name: value for name, value in document.items() if name in _STAYS},
        **_answer(rolled),
        "cpu_seconds": round(time.process_time() - began, 2),
    }
    made["passages"], passed = _passages(rolled.past, rolled.draft.passed, called)
    later = called[..., step:]
    made["replanned"] = {
        "from_step": step,
        "as_of": format_instant(standing.as_of),
        "replaces": plan_id(document),
        "called": int(later.sum()),
        "outside": standing.outside,
        "shut": [_shut_json(s) for s in standing.shut],
        **_given_up(standing.past.problem, rolled.unmet),
    }
    if families_of(document):
        made = seat_again(made, document).document
        passed = _called(problem, made)
        names = ("families_called", "families_changed", "people_changed")
        made["replanned"] |= zip(names, told_otherwise(made, document, step), strict=True)
    made["replanned"]["changed"] = int(np.maximum(later - passed[..., step:], 0).sum())
    return sealed(made)


def _given_up(problem: Problem, unmet: Unmet | None) -> dict[str, Any]:
    """What could no longer be met, part by part; nothing where all is."""
    if unmet is None:
        return {}
    guards = [(g.name, k) for g, k in zip(problem.guards, unmet.guards, strict=True) if k]
    needs = [(n.name, k, n.unit) for n, k in zip(problem.needs, unmet.needs, strict=True) if k]
    return {
        "unmet": {
            "sent_back": int(unmet.stays.sum()),
            "guard": [{"class": name, "people": k} for name, k in guards],
            "inbound": [{"id": name, "amount": k, "unit": unit} for name, k, unit in needs],
        }
    }


def _shut_json(s: Shut) -> dict[str, str]:
    return {
        "place": f"{s.place}..{s.to}" if s.to else s.place,
        "from": format_instant(s.window.start),
        "until": format_instant(s.window.end),
    }


def _shut(values: Mapping[str, str]) -> Shut:
    place, _, to = values["place"].partition("..")
    start, end = (parse_instant(values[x], f"shut {x}") for x in ("from", "until"))
    return Shut(place, Window(start, end), to)


def _called(problem: Problem, document: Mapping[str, Any]) -> Whole:
    """Heads that a plan calls forward, [gate, c, t]."""
    gates = {g: n for n, g in enumerate(problem.gates)}
    classes = {c: n for n, c in enumerate(problem.classes)}
    called = np.zeros((len(gates), len(classes), problem.steps), np.int64)
    for x in document["passages"]:
        called[gates[x["gate"]], classes[x["class"]], x["step"]] += x["people"]
    return called


def _by_origin(problem: Problem, called: Whole) -> Whole:
    """The same by class and origin, [c, o, t]."""
    total = np.zeros((len(problem.origins), *called.shape[1:]), np.int64)
    np.add.at(total, problem.gate_origin, called)
    return total.swapaxes(0, 1)


def _passages(past: Past, passed: Whole, called: Whole) -> tuple[list[dict[str, Any]], Whole]:
    """Who passes which gate: published heads by their gate as far as it takes them."""
    p = past.problem
    room = p.gate.copy()
    given = np.zeros_like(called)
    left = passed.copy()
    for is_published in (True, False):
        for c, o, t in np.argwhere(left):
            for g in np.flatnonzero(p.gate_origin == o):
                n = min(int(left[c, o, t]), int(room[g, t]))
                if is_published:
                    n = min(n, int(called[g, c, t]))
                room[g, t] -= n
                left[c, o, t] -= n
                given[g, c, t] += n
    rows = [
        {"gate": p.gates[g], "class": p.classes[c], "step": int(t), "people": int(given[g, c, t])}
        for g, c, t in np.argwhere(given)
    ]
    return rows, given


def _answer(rolled: Rolled) -> dict[str, Any]:
    """The parts of a plan document that a re-plan changes, with what is proved given the past."""
    p, draft = rolled.past.problem, rolled.draft
    known = p.demand.sum((1, 2))
    total = min(int(rolled.people.value + 1e-6), int(known.sum()))
    prices = rolled.people.prices
    if rolled.people.value > known.sum():
        prices = {"people not there earlier": float(known.sum())}
    named = dict(zip(p.classes, draft.by_class, strict=True))
    return {
        "problem": problem_json(p),
        "assumptions": assumptions(p),
        **draft_json(draft),
        "people_out": {"total": draft.people, "by_class": named},
        "left_behind": {c: int(n) - named[c] for c, n in zip(p.classes, known, strict=True)},
        "objective": {"plan": draft.value, "bound": rolled.objective.value},
        "bound": {
            "people": total,
            "by_class": {c: min(total, int(n)) for c, n in zip(p.classes, known, strict=True)},
            "first_classes": [min(total, int(n)) for n in known.cumsum()],
            "gap_people": total - draft.people,
            "bucket_hours": BUCKET_HOURS,
            "prices": [{"resource": name, "people": n} for name, n in prices.items()],
        },
    }
