"""A plan step by step: queues, gates, people out, beds, crews, and who is left where and why.

Counted from the plan document alone, like the recount in check.py: what the pages and the workbook
show is what the sorties and passages of the file add up to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from safepassage.model.instant import parse_instant
from safepassage.plan.grid import UNLIMITED
from safepassage.plan.linear import Reals, Whole


@dataclass(frozen=True, eq=False)
class Timeline:
    """Counts by step t; class c, origin o, gate g, base b, haven h, lift k as in the problem."""

    starts_at: datetime
    step_hours: float
    steps: int
    classes: tuple[str, ...]
    origins: tuple[str, ...]
    gates: tuple[str, ...]
    bases: tuple[str, ...]
    havens: tuple[str, ...]
    gate_origin: Whole  # [g]
    came: Whole  # [c, o, t] people who reach the queue
    passed: Whole  # [c, o, t] people who pass a gate
    through: Whole  # [g, t] people through each gate
    most_through: Whole  # [g, t] people whom it lets through
    out: Whole  # [c, o, t] people who leave the origin
    out_to: Whole  # [b, t] the same by the base that they leave for, the rear guard among them
    slots: Reals  # [o, t] parking slots taken
    movements: Whole  # [o, t] landings and departures
    present: Whole  # [b, t] people at a base
    sent_on: Whole  # [b, t] people who leave it for a haven
    beds: Whole  # [b]
    received: Whole  # [h, t] people who arrive by the deadline
    on_duty: Whole  # [k, t] crews on duty or resting
    away: Whole  # [k, t] lifts that are not ready at their base

    def at(self, step: int) -> datetime:
        """The instant at which a step begins."""
        return self.starts_at + timedelta(hours=step * self.step_hours)

    @property
    def waiting(self) -> Whole:
        """People in the queue at the end of each step, [c, o, t]."""
        waiting: Whole = (self.came - self.passed).cumsum(axis=2)
        return waiting


def timeline(document: Mapping[str, Any]) -> Timeline:
    """Count a plan document that the recount found sound, step by step."""
    p = document["problem"]
    steps = int(p["steps"])
    gates, bases, havens = p["gates"], p["bases"], p["havens"]
    place = {name: n for n, name in enumerate(p["origins"])}
    out, out_to, arrived = _departures(document, place)
    onward, received = _onward(document)
    slots, movements = _apron(document, place)
    on_duty, away = _busy(document, place)
    passed = np.zeros((len(p["classes"]), len(place), steps), np.int64)
    through = np.zeros((len(gates), steps), np.int64)
    number = {g["id"]: n for n, g in enumerate(gates)}
    for x in document["passages"]:
        gate = number[x["gate"]]
        through[gate, x["step"]] += x["people"]
        where = place[gates[gate]["origin"]]
        passed[p["classes"].index(x["class"]), where, x["step"]] += x["people"]
    return Timeline(
        parse_instant(p["starts_at"], "start"),
        float(p["step_hours"]),
        steps,
        tuple(p["classes"]),
        tuple(p["origins"]),
        tuple(number),
        tuple(b["id"] for b in bases),
        tuple(h["id"] for h in havens),
        np.array([place[g["origin"]] for g in gates], np.int64),
        np.array(p["demand"], np.int64).reshape(len(p["classes"]), len(place), steps),
        passed,
        through,
        np.array([g["people"] for g in gates], np.int64).reshape(len(gates), steps),
        out,
        out_to,
        slots,
        movements,
        (arrived - onward).cumsum(axis=1),
        onward,
        np.array([b["beds"] for b in bases], np.int64),
        received,
        on_duty,
        away,
    )


def _numbers(p: Mapping[str, Any], part: str) -> dict[str, int]:
    return {x["id"]: n for n, x in enumerate(p[part])}


def _departures(document: Mapping[str, Any], place: dict[str, int]) -> tuple[Whole, Whole, Whole]:
    p = document["problem"]
    steps, lifts, base = int(p["steps"]), _numbers(p, "lifts"), _numbers(p, "bases")
    out = np.zeros((len(p["classes"]), len(place), steps), np.int64)
    out_to = np.zeros((len(base), steps), np.int64)
    arrived = np.zeros((len(base), steps), np.int64)
    for s in document["sorties"]:
        leaves, b, o = s["departs"], base[s["base"]], place[s["origin"]]
        for name, n in s["aboard"].items():
            out[p["classes"].index(name), o, leaves] += n
        load = sum(s["aboard"].values()) + sum(s.get("guard", {}).values())
        out_to[b, leaves] += load
        lands = leaves + p["lifts"][lifts[s["lift"]]]["to_origin"][o][b]
        if lands < steps:
            arrived[b, lands] += load
    return out, out_to, arrived


def _onward(document: Mapping[str, Any]) -> tuple[Whole, Whole]:
    p = document["problem"]
    steps, lifts, base = int(p["steps"]), _numbers(p, "lifts"), _numbers(p, "bases")
    haven = _numbers(p, "havens")
    left = np.zeros((len(base), steps), np.int64)
    received = np.zeros((len(haven), steps), np.int64)
    for s in document["onward"]:
        b, h = base[s["base"]], haven[s["haven"]]
        left[b, s["launch"]] += s["people"]
        lands = s["launch"] + p["lifts"][lifts[s["lift"]]]["to_haven"][b][h]
        if lands < steps:
            received[h, lands] += s["people"]
    return left, received


def _apron(document: Mapping[str, Any], place: dict[str, int]) -> tuple[Reals, Whole]:
    p = document["problem"]
    lifts = _numbers(p, "lifts")
    slots = np.zeros((len(place), int(p["steps"])))
    movements = np.zeros((len(place), int(p["steps"])), np.int64)
    for s in document["sorties"]:
        lift, o = p["lifts"][lifts[s["lift"]]], place[s["origin"]]
        lands = s["departs"] - lift["ground"]
        slots[o, lands : s["departs"]] += lift["slots"]
        movements[o, [lands, s["departs"]]] += 1
    return slots, movements


def _busy(document: Mapping[str, Any], place: dict[str, int]) -> tuple[Whole, Whole]:
    """Crews on duty or resting, and lifts away from their base or turning round there."""
    p = document["problem"]
    lifts, base, haven = _numbers(p, "lifts"), _numbers(p, "bases"), _numbers(p, "havens")
    on_duty = np.zeros((len(lifts), int(p["steps"])), np.int64)
    away = np.zeros_like(on_duty)
    for m in document.get("moves", []):
        k, launch = lifts[m["lift"]], m["launch"]
        lift = p["lifts"][k]
        way = lift["to_base"][base[m["from"]]][base[m["to"]]]
        on_duty[k, launch : launch + lift["cycle"]] += 1
        away[k, launch : launch + way + lift["turn"]] += 1
    for s in [*document["sorties"], *document["onward"]]:
        k, b = lifts[s["lift"]], base[s["base"]]
        lift = p["lifts"][k]
        is_onward = "haven" in s
        way = lift["to_haven"][b][haven[s["haven"]]] if is_onward else 0
        way = way or lift["to_origin"][place[s["origin"]]][b]
        ground = lift["onward_turn"] if is_onward else lift["ground"]
        launch = s["launch"]
        on_duty[k, launch : launch + lift["cycle"] * (2 if is_onward else 1)] += 1
        away[k, launch : launch + 2 * way + ground + lift["turn"]] += 1
    return on_duty, away


@dataclass(frozen=True, slots=True)
class Filling:
    """How the beds of a base fill up."""

    base: str
    beds: int | None  # None: nothing says how many
    peak: int
    at_end: int
    full_hours: float | None  # hours from the start until no further lift fits; None: never
    hours_full: float  # for how many hours no further lift fits


def fillings(document: Mapping[str, Any], t: Timeline) -> list[Filling]:
    """Every base that anybody sleeps at, in the order of the plan."""
    found = []
    for b, name in enumerate(t.bases):
        seats = [
            x["seats"]
            for x in document["problem"]["lifts"]
            if any(row[b] >= 0 for row in x["to_origin"])
        ]
        beds = int(t.beds[b])
        full = t.present[b] + min(seats, default=1) > beds
        first = int(np.argmax(full)) if full.any() else None
        found.append(
            Filling(
                name,
                None if beds >= UNLIMITED else beds,
                int(t.present[b].max()),
                int(t.present[b, -1]),
                None if first is None else first * t.step_hours,
                float(full.sum() * t.step_hours),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Left:
    """People of one class who are still at an origin at the deadline, and what held them there."""

    category: str
    origin: str
    people: int
    came: int
    waited_hours: float  # during which somebody of them stood in the queue
    shut_hours: float  # of those: every gate was shut
    full_hours: float  # every gate let through as many as it can
    used: tuple[tuple[str, float], ...]  # what share of each resource was taken meanwhile


def left_behind(document: Mapping[str, Any], t: Timeline) -> list[Left]:
    """Who is left, by class and origin, the most first."""
    found = []
    waiting = t.waiting
    for c, name in enumerate(t.classes):
        for o, origin in enumerate(t.origins):
            people = int(t.came[c, o].sum() - t.out[c, o].sum())
            if not people:
                continue
            queued = waiting[c, o] > 0
            mine = t.gate_origin == o
            most, through = t.most_through[mine].sum(0), t.through[mine].sum(0)
            shut, full = queued & (most == 0), queued & (most > 0) & (through >= most)
            found.append(
                Left(
                    name,
                    origin,
                    people,
                    int(t.came[c, o].sum()),
                    float(queued.sum() * t.step_hours),
                    float(shut.sum() * t.step_hours),
                    float(full.sum() * t.step_hours),
                    _used(document, t, o, queued),
                )
            )
    return sorted(found, key=lambda x: -x.people)


def _used(
    document: Mapping[str, Any], t: Timeline, o: int, when: Whole
) -> tuple[tuple[str, float], ...]:
    """What share of each resource was taken in these steps, the most first; no limit, no share."""
    p = document["problem"]
    lifts = p["lifts"]
    flying = [k for k, x in enumerate(lifts) if max(x["to_origin"][o]) >= 0]
    reached = [
        b for b in range(len(t.bases)) if any(lifts[k]["to_origin"][o][b] >= 0 for k in flying)
    ]
    mine = t.gate_origin == o
    steps = int(when.sum())
    fleet = sum(lifts[k]["fleet"] for k in flying) * steps
    used: dict[str, tuple[float, float]] = {
        "gates": (t.through[mine][:, when].sum(), t.most_through[mine][:, when].sum()),
        "parking slots": (t.slots[o, when].sum(), np.array(p["slots"][o])[when].sum()),
        "runway": (t.movements[o, when].sum(), np.array(p["runway"][o])[when].sum()),
        "fleet": (t.away[flying][:, when].sum(), fleet),
        "beds": (t.present[reached][:, when].sum(), t.beds[reached].sum() * steps),
    }
    if all(lifts[k]["crews"] is not None for k in flying):
        crews = sum(lifts[k]["crews"] for k in flying) * steps
        used["crews"] = (t.on_duty[flying][:, when].sum(), crews)
    shares = {n: float(x / most) for n, (x, most) in used.items() if 0 < most < UNLIMITED * steps}
    return tuple(sorted(shares.items(), key=lambda x: -x[1]))
