"""The recount: a shuttle plan judged by plain counting from its document, without the planner.

It starts from the question as it was written, reads distances and speeds itself, and follows each
vehicle from trip to trip.  It shares no code with what planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SECONDS = 2e-6  # two microseconds: what rounding to six decimals may hide
_FAULTS_MAX = 200


@dataclass(frozen=True)
class ShuttleFault:
    """One broken rule, as a sentence."""

    rule: str
    sentence: str


@dataclass(frozen=True)
class ShuttleRecount:
    """What a shuttle plan really holds."""

    faults: tuple[ShuttleFault, ...]
    people: int
    ends_s: float

    @property
    def is_sound(self) -> bool:
        """Whether no rule is broken."""
        return not self.faults


class _Count:
    def __init__(self, document: Mapping[str, Any]) -> None:
        q = document["question"]
        self.trips: list[Mapping[str, Any]] = document["trips"]
        self.vehicles = {v["id"]: v for v in q["vehicles"]}
        self.people = {p["id"]: p["people"] for p in q["places"]}
        self.place_of = {d: p["id"] for p in q["places"] for d in p["docks"]}
        self.havens = set(q["havens"])
        self.way = _ways(q["distances"])
        self.first_way = self.way | _ways(q.get("first_distances") or [])
        self.faults: list[ShuttleFault] = []

    def fault(self, rule: str, sentence: str) -> None:
        if len(self.faults) < _FAULTS_MAX:
            self.faults.append(ShuttleFault(rule, sentence))


def _ways(legs: list[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    found = {(x["from"], x["to"]): float(x["distance"]) for x in legs}
    back = {(x["to"], x["from"]): float(x["distance"]) for x in legs if x.get("both_ways") is True}
    return back | found


def recount(document: Mapping[str, Any]) -> ShuttleRecount:
    """Recount every rule of a shuttle plan; what it claims is compared with what is counted."""
    count = _Count(document)
    known = [t for n, t in enumerate(count.trips) if _is_named(count, n, t)]
    for name in count.vehicles:
        mine = [t for t in known if t["vehicle"] == name]
        _follow(count, name, sorted(mine, key=lambda t: float(t["leaves_s"])))
    taken: Counter[str] = Counter()
    for t in known:
        taken[count.place_of[t["dock"]]] += t["people"]
    for place, waiting in count.people.items():
        if taken[place] != waiting:
            count.fault("people", f"{place}: {taken[place]} are taken, {waiting} wait there")
    end = max((float(t["ends_s"]) for t in known), default=0.0)
    _claims(count, document, end, sum(taken.values()))
    return ShuttleRecount(tuple(count.faults), sum(taken.values()), end)


def _is_named(c: _Count, number: int, t: Mapping[str, Any]) -> bool:
    """Whether everything that a trip names exists, and its people are whole and have seats."""
    what = f"trip {number + 1} of {t['vehicle']}"
    if t["vehicle"] not in c.vehicles or t["dock"] not in c.place_of or t["to"] not in c.havens:
        c.fault(
            "names", f"{what} names a vehicle, a dock or a haven that the question does not have"
        )
        return False
    if c.place_of[t["dock"]] != t["place"]:
        c.fault("names", f"{what}: {t['dock']} is a dock of {c.place_of[t['dock']]}")
    people, seats = t["people"], c.vehicles[t["vehicle"]]["seats"]
    if not isinstance(people, int) or isinstance(people, bool) or people < 0:
        c.fault("whole people", f"{what} carries {people!r}")
        return False
    if people > seats:
        c.fault("seats", f"{what} carries {people} people on {seats} seats")
    return True


def _follow(c: _Count, name: str, trips: list[Mapping[str, Any]]) -> None:
    """One vehicle from where it starts, trip after trip."""
    v = c.vehicles[name]
    at, clock, ways = v["start"], 60.0 * float(v.get("ready_at_minute", 0)), c.first_way
    load = 60.0 * float(v.get("loading_minutes", 0))
    shut = set(v.get("not_at") or [])
    for n, t in enumerate(trips, 1):
        what = f"{name}, trip {n}"
        if t["from"] != at:
            c.fault("place", f"{what} leaves from {t['from']}, it is at {at}")
        if float(t["leaves_s"]) < clock - _SECONDS:
            c.fault("ready", f"{what} leaves before {name} is ready")
        for dock in shut & {t["dock"], t["to"]}:
            c.fault("docks", f"{what} uses {dock}, where {name} may not be")
        there = _seconds(ways.get((at, t["dock"])), float(v["speed_empty"]))
        over = _seconds(c.way.get((t["dock"], t["to"])), float(v["speed_loaded"]))
        if there is None or over is None:
            c.fault("ways", f"{what} goes where no distance is given")
        stages = (
            ("leaves_s", "arrives_s", there, "the way to the dock"),
            ("arrives_s", "sails_s", load, "loading"),
            ("sails_s", "lands_s", over, "the way to the haven"),
            ("lands_s", "ends_s", load, "unloading"),
        )
        for begin, end, needed, stage in stages:
            if needed is not None and float(t[end]) - float(t[begin]) < needed - _SECONDS:
                c.fault("times", f"{what}: {stage} takes {needed:.3f} s, it is given less")
        at, clock, ways = t["to"], float(t["ends_s"]), c.way


def _seconds(distance: float | None, speed: float) -> float | None:
    return None if distance is None else distance / speed * 3600


def _claims(c: _Count, document: Mapping[str, Any], end: float, people: int) -> None:
    if abs(float(document["ends_s"]) - end) > _SECONDS:
        c.fault("claims", f"the plan says it ends after {document['ends_s']} s; it takes {end} s")
    if document["people_out"] != people:
        c.fault("claims", f"the plan says {document['people_out']} people; it takes {people}")
    bound = document.get("bound")
    if bound is not None and float(bound["ends_s"]) > end + _SECONDS:
        c.fault("bound", f"no plan is said to end before {bound['ends_s']} s, and this one does")
