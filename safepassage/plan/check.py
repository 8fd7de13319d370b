"""The recount: a plan document judged by plain counting, without anything the planner uses.

Each rule is counted anew from the document alone: people step by step, lifts, crews, slots and
runway as they are taken and given back.  It shares no code with the formulation, so that a wrong
rule there does not hide here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FAULTS_MAX = 200
_Counts = dict[Any, int]
RULES = {
    "names": "every lift, place, class, gate, step and load that is named is one of the question's",
    "ways": "a lift flies only where it has a way",
    "whole people": "people and loads are whole numbers, zero or more",
    "waves": "onward flights and moves between bases leave at the steps of a wave",
    "deadline": "who counts as out has left by the deadline, and nobody is left airside then",
    "gates": "a gate passes no more than it lets through in that step, nobody while it is shut",
    "queue": "nobody passes a gate before they are there",
    "airside": "no more wait airside than have room, nobody boards who is not there",
    "times": "a sortie departs an origin when it can: flight and ground time after its launch",
    "seats": "no lift carries more people than it has seats, in or out",
    "slots": "no more parking slots are taken than there are",
    "runway": "no more landings and departures than the runway takes",
    "fleet": "no more lifts are based or away than there are, and each where it was last",
    "closures": "nothing lands at, leaves or passes what is shut, but what was on its way before",
    "crews": "no more crews are on duty or resting than there are",
    "clearing": "no more are cleared than a base can, nobody goes on uncleared",
    "beds": "everybody at a base has a bed",
    "havens": "no haven takes in more in a day or in all than it has room for",
    "rear guard": "all of it leaves in time, not before it may, and last where it has to be last",
    "inbound": "all that is needed is unloaded in time, within seats and payload",
    "claims": "figures, bounds and prices agree with what is counted",
}


@dataclass(frozen=True)
class PlanFault:
    """One broken rule, as a sentence."""

    rule: str
    sentence: str


@dataclass(frozen=True)
class Recount:
    """What a plan really holds."""

    faults: tuple[PlanFault, ...]
    people: int
    by_class: dict[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether no rule is broken."""
        return not self.faults


class _Count:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.d = document
        self.p = document["problem"]
        self.steps: int = self.p["steps"]
        self.faults: list[PlanFault] = []
        self.lifts = {x["id"]: x for x in self.p["lifts"]}
        self.origins = {x: n for n, x in enumerate(self.p["origins"])}
        self.bases = {x["id"]: n for n, x in enumerate(self.p["bases"])}
        self.havens = {x["id"]: n for n, x in enumerate(self.p["havens"])}
        self.gates = {g["id"]: g for g in self.p["gates"]}
        self.guards = {(g["class"], g["origin"]): g for g in self.p.get("guards", [])}
        self.needs = {n["id"]: n for n in self.p.get("needs", [])}

    def fault(self, rule: str, sentence: str) -> None:
        if len(self.faults) < _FAULTS_MAX:
            self.faults.append(PlanFault(rule, sentence))

    def whole(self, value: Any, what: str) -> bool:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if not good:
            self.fault("whole people", f"{what}: {value!r} is not a whole number of people")
        return good


def check(document: Mapping[str, Any]) -> Recount:
    """Recount every rule of a plan document; what is claimed is compared with what is counted."""
    count = _Count(document)
    _names(count)
    if count.faults:
        return Recount(tuple(count.faults), 0, {})
    _gates(count)
    _queues(count)
    _seats(count)
    _guards(count)
    _inbound(count)
    _aprons(count)
    _fleets(count)
    _crews(count)
    _closures(count)
    _bases(count)
    _havens(count)
    by_class = _claims(count)
    return Recount(tuple(count.faults), sum(by_class.values()), by_class)


def _names(c: _Count) -> None:
    """Everything that is named exists, and every count is a whole number of people."""
    for s in [*c.d["sorties"], *c.d["onward"]]:
        what = f"{s['lift']} of step {s['launch']}"
        there = s["origin"] in c.origins if "origin" in s else s["haven"] in c.havens
        if s["lift"] not in c.lifts or s["base"] not in c.bases or not there:
            c.fault("names", f"{what} names a lift or a place that the problem does not have")
        elif _way(c, s) < 0:
            c.fault("ways", f"{what} flies between places that have no way for it")
        if not 0 <= s["launch"] < c.steps:
            c.fault("deadline", f"{what} leaves outside the planned time")
        loads = s["aboard"].values() if "aboard" in s else [s["people"]]
        for load in (*loads, *s.get("guard", {}).values(), *s.get("inbound", {}).values()):
            c.whole(load, what)
        if "haven" in s and s["launch"] % c.p["wave_steps"]:
            c.fault("waves", f"{what} goes on between two waves")
        _name_loads(c, s, what)
    _name_moves(c)
    _name_people(c)


def _name_loads(c: _Count, s: Mapping[str, Any], what: str) -> None:
    for name in s.get("aboard", {}):
        if name not in c.p["classes"]:
            c.fault("names", f"{what} carries the unknown class {name!r}")
    for name in s.get("guard", {}):
        if (name, s["origin"]) not in c.guards:
            c.fault("names", f"{what} carries {name!r}, no rear guard of {s['origin']}")
    for name in s.get("inbound", {}):
        if name not in c.needs:
            c.fault("names", f"{what} brings {name!r}, which nothing asks for")


def _name_moves(c: _Count) -> None:
    for m in c.d.get("moves", []):
        what = f"the move of {m['lift']} at step {m['launch']}"
        if m["lift"] not in c.lifts or not {m["from"], m["to"]} <= set(c.bases):
            c.fault("names", f"{what} names a lift or a base that the problem does not have")
            continue
        if not c.p.get("rebases"):
            c.fault("fleet", f"{what}: lifts keep their base in this problem")
        if m["from"] == m["to"] or _ferry(c, m) < 0:
            c.fault("ways", f"{what} goes between bases that have no way for it")
        if not 0 <= m["launch"] < c.steps:
            c.fault("deadline", f"{what} leaves outside the planned time")
        elif m["launch"] % c.p["wave_steps"]:
            c.fault("waves", f"{what} leaves between two waves")


def _name_people(c: _Count) -> None:
    for x in c.d["passages"]:
        known = x["gate"] in c.gates and x["class"] in c.p["classes"]
        if not known or not 0 <= x["step"] < c.steps:
            c.fault("names", f"a passage at step {x['step']} has an unknown gate, class or step")
        c.whole(x["people"], f"gate {x['gate']}")
    for x in c.d["clearing"]:
        if x["base"] not in c.bases or not 0 <= x["step"] < c.steps:
            c.fault("names", f"clearing at step {x['step']} names an unknown base or step")
        c.whole(x["people"], f"clearing at {x['base']}")


def _way(c: _Count, s: Mapping[str, Any]) -> int:
    lift, base = c.lifts[s["lift"]], c.bases[s["base"]]
    if "origin" in s:
        return int(lift["to_origin"][c.origins[s["origin"]]][base])
    return int(lift["to_haven"][base][c.havens[s["haven"]]])


def _ferry(c: _Count, m: Mapping[str, Any]) -> int:
    """Steps under way from one base to another, below zero if there is no way."""
    table = c.lifts[m["lift"]].get("to_base")
    return -1 if table is None else int(table[c.bases[m["from"]]][c.bases[m["to"]]])


def _leaves(c: _Count, s: Mapping[str, Any]) -> int:
    return int(s["launch"]) + _way(c, s) + int(c.lifts[s["lift"]]["ground"])


def _gates(c: _Count) -> None:
    through: _Counts = defaultdict(int)
    for x in c.d["passages"]:
        through[x["gate"], x["step"]] += x["people"]
    for (gate, step), n in sorted(through.items()):
        most = c.gates[gate]["people"][step]
        if n > most:
            c.fault("gates", f"gate {gate}, step {step}: {n} people pass, it lets {most} through")


def _queues(c: _Count) -> None:
    """Nobody passes before they are there, boards before they passed, or stays behind airside."""
    passed: _Counts = defaultdict(int)
    boarded: _Counts = defaultdict(int)
    for x in c.d["passages"]:
        passed[x["class"], c.gates[x["gate"]]["origin"], x["step"]] += x["people"]
    for s in c.d["sorties"]:
        for name, n in s["aboard"].items():
            boarded[name, s["origin"], _leaves(c, s)] += n
    for o in range(len(c.p["origins"])):
        _queue(c, o, passed, boarded)


def _queue(c: _Count, o: int, passed: _Counts, boarded: _Counts) -> None:
    origin = c.p["origins"][o]
    inside = dict.fromkeys(c.p["classes"], 0)
    queue = dict.fromkeys(c.p["classes"], 0)
    for t in range(c.steps):
        for k, name in enumerate(c.p["classes"]):
            queue[name] += c.p["demand"][k][o][t] - passed[name, origin, t]
            inside[name] += passed[name, origin, t] - boarded[name, origin, t]
            if queue[name] < 0:
                c.fault("queue", f"{origin}, step {t}: more {name} pass than are there")
            if inside[name] < 0:
                c.fault("airside", f"{origin}, step {t}: more {name} board than are airside")
        held = sum(inside.values())
        if held > c.p["airside"][o]:
            c.fault("airside", f"{origin}, step {t}: {held} wait airside, it holds fewer")
    if sum(inside.values()):
        c.fault("deadline", f"{origin}: {sum(inside.values())} are left airside at the end")


def _load(s: Mapping[str, Any]) -> int:
    """People whom a sortie carries out, the rear guard among them."""
    return sum([*s["aboard"].values(), *s.get("guard", {}).values()])


def _seats(c: _Count) -> None:
    for s in c.d["sorties"]:
        load, seats = _load(s), c.lifts[s["lift"]]["seats"]
        what = f"{s['lift']} from {s['base']} at step {s['launch']}"
        if load > seats:
            c.fault("seats", f"{what} carries {load} on {seats} seats")
        if _leaves(c, s) >= c.steps:
            c.fault("deadline", f"{what} leaves {s['origin']} after the deadline")
        if s.get("departs", _leaves(c, s)) != _leaves(c, s):
            c.fault("times", f"{what} is said to depart at another step than it can")
    for s in c.d["onward"]:
        if s["people"] > c.lifts[s["lift"]]["seats"]:
            c.fault("seats", f"{s['lift']} to {s['haven']} at {s['launch']} has too few seats")


def _from_step(c: _Count) -> int:
    """The first step that a re-plan decides; what came before has happened, allowed or not."""
    return int(c.d.get("replanned", {}).get("from_step", 0))


def _guards(c: _Count) -> None:
    """All leave; of those who leave from the first planned step on, none too early or not last."""
    since = _from_step(c)
    left: dict[Any, list[tuple[int, int]]] = defaultdict(list)
    last: _Counts = defaultdict(int)  # the step in which the last evacuee leaves an origin
    for s in c.d["sorties"]:
        for name, n in s.get("guard", {}).items():
            left[name, s["origin"]].append((_leaves(c, s), n))
        if sum(s["aboard"].values()):
            last[s["origin"]] = max(last[s["origin"]], _leaves(c, s))
    for (name, origin), guard in c.guards.items():
        what = f"{name} of {origin}"
        out = sum(n for t, n in left[name, origin] if t < c.steps)
        first = min((t for t, n in left[name, origin] if n and t >= since), default=c.steps)
        if out != guard["people"]:
            c.fault("rear guard", f"{what}: {out} of {guard['people']} leave by the deadline")
        if first < guard["holds"]:
            c.fault("rear guard", f"{what}: some leave at step {first}, before {guard['holds']}")
        if guard["last"] and last[origin] > first:
            c.fault("rear guard", f"{what}: some leave at step {first}, others after them")


def _inbound(c: _Count) -> None:
    brought: _Counts = defaultdict(int)
    for s in c.d["sorties"]:
        lift, share = c.lifts[s["lift"]], 0.0
        what = f"{s['lift']} from {s['base']} at step {s['launch']}"
        for name, n in s.get("inbound", {}).items():
            need = c.needs[name]
            most = lift["seats"] if need["unit"] == "people" else lift.get("payload", 0)
            share += n / most if most else (2.0 if n else 0.0)
            comes_from = need["base"] in (None, s["base"])
            if s["origin"] != need["origin"] or not comes_from or _leaves(c, s) > need["by"]:
                c.fault("inbound", f"{what} brings {name} from or to elsewhere, or too late")
            brought[name] += n
        if share > 1 + 1e-6:
            c.fault("inbound", f"{what} brings {share:.2f} times what it can take in")
    for name, need in c.needs.items():
        if brought[name] < need["amount"]:
            said = f"{brought[name]} of {need['amount']} {need['unit']} of {name} come in in time"
            c.fault("inbound", said)


def _aprons(c: _Count) -> None:
    slots: dict[Any, float] = defaultdict(float)
    moves: _Counts = defaultdict(int)
    for s in c.d["sorties"]:
        land, leave = s["launch"] + _way(c, s), _leaves(c, s)
        for t in range(land, leave):
            slots[s["origin"], t] += c.lifts[s["lift"]]["slots"]
        moves[s["origin"], land] += 1
        moves[s["origin"], leave] += 1
    for (origin, t), n in sorted(slots.items()):
        most = c.p["slots"][c.origins[origin]][min(t, c.steps - 1)]
        if n > most + 1e-9:
            c.fault("slots", f"{origin}, step {t}: {n:g} parking slots taken, there are {most:g}")
    for (origin, t), moved in sorted(moves.items()):
        most = c.p["runway"][c.origins[origin]][min(t, c.steps - 1)]
        if moved > most:
            c.fault("runway", f"{origin}, step {t}: {moved} movements, the runway takes {most}")


def _away(c: _Count, s: Mapping[str, Any]) -> int:
    """Steps until the lift can leave its base again."""
    lift = c.lifts[s["lift"]]
    if "origin" in s:
        return 2 * _way(c, s) + int(lift["ground"]) + int(lift["turn"])
    return 2 * _way(c, s) + int(lift["onward_turn"]) + int(lift["turn"])


def _fleets(c: _Count) -> None:
    change: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for s in [*c.d["sorties"], *c.d["onward"]]:
        change[s["lift"], s["base"]][s["launch"]] += 1
        change[s["lift"], s["base"]][s["launch"] + _away(c, s)] -= 1
    for m in c.d.get("moves", []):
        ready = m["launch"] + _ferry(c, m) + int(c.lifts[m["lift"]]["turn"])
        change[m["lift"], m["from"]][m["launch"]] += 1
        change[m["lift"], m["to"]][ready] -= 1
    _basing(c)
    for (name, base), steps in change.items():
        away = 0
        for t in sorted(steps):
            away += steps[t]
            if away > c.d["basing"].get(name, {}).get(base, 0):
                c.fault("fleet", f"{name} of {base}, step {t}: {away} away, fewer are there")


def _basing(c: _Count) -> None:
    for name, lift in c.lifts.items():
        based = c.d["basing"].get(name, {})
        if sum(based.values()) > lift["fleet"] or any(n < 0 for n in based.values()):
            c.fault("fleet", f"{name}: more are based than the fleet of {lift['fleet']}")
        if lift["home"] is not None:
            for base, b in c.bases.items():
                if based.get(base, 0) > lift["home"][b]:
                    c.fault("fleet", f"{name}: more based at {base} than the operation has there")


def _crews(c: _Count) -> None:
    change: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for s in [*c.d["sorties"], *c.d["onward"], *c.d.get("moves", [])]:
        rest = c.lifts[s["lift"]]["cycle"] * (2 if "haven" in s else 1)
        change[s["lift"]][s["launch"]] += 1
        change[s["lift"]][s["launch"] + rest] -= 1
    for name, steps in change.items():
        crews, busy = c.lifts[name]["crews"], 0
        for t in sorted(steps):
            busy += steps[t]
            if crews is not None and busy > crews:
                c.fault("crews", f"{name}, step {t}: {busy} crews on duty or resting of {crews}")


def _closures(c: _Count) -> None:
    """No sortie of this plan uses a base, haven or way while it is shut."""
    first = _from_step(c)
    for m in c.d.get("moves", []):
        out, lands = m["launch"], m["launch"] + _ferry(c, m)
        for shut in c.p.get("shut", []) if out >= first else []:
            closed, ends = range(shut["first"], shut["end"]), {m["from"]: out, m["to"]: lands}
            on_it = {shut["place"], shut["to"]} == {*ends} and {*range(out, lands)} & {*closed}
            if on_it or (not shut["to"] and ends.get(shut["place"]) in closed):
                c.fault("closures", f"the move of {m['lift']} at step {out} meets what is shut")
    for s in [*c.d["sorties"], *c.d["onward"]]:
        other, way, out = s.get("origin", s.get("haven")), _way(c, s), s["launch"]
        lift = c.lifts[s["lift"]]
        turns = out + way + int(lift["ground" if "origin" in s else "onward_turn"])
        for shut in c.p.get("shut", []) if out >= first else []:
            closed = range(shut["first"], shut["end"])
            ends = {s["base"]: (out, turns + way), s.get("haven"): (out + way, turns)}
            if not shut["to"] and any(t in closed for t in ends.get(shut["place"], ())):
                c.fault("closures", f"{s['lift']} of step {out} uses {shut['place']}: it is shut")
            under_way = {*range(out, out + way), *range(turns, turns + way)}
            if {shut["place"], shut["to"]} == {s["base"], other} and under_way & {*closed}:
                c.fault("closures", f"{s['lift']} of step {out} is on a way that is shut")


def _bases(c: _Count) -> None:
    arrive: _Counts = defaultdict(int)
    leave: _Counts = defaultdict(int)
    clear: _Counts = defaultdict(int)
    for s in c.d["sorties"]:
        arrive[s["base"], _leaves(c, s) + _way(c, s)] += _load(s)
    for s in c.d["onward"]:
        leave[s["base"], s["launch"]] += s["people"]
    for x in c.d["clearing"]:
        clear[x["base"], x["step"]] += x["people"]
    for base in c.p["bases"]:
        name, present, uncleared = base["id"], 0, 0
        for t in range(c.steps):
            present += arrive[name, t] - leave[name, t]
            uncleared += arrive[name, t] - clear[name, t]
            if clear[name, t] > base["clears"]:
                c.fault("clearing", f"{name}, step {t}: more are cleared than the base can")
            if uncleared < 0:
                c.fault("clearing", f"{name}, step {t}: more are cleared than are there")
            if present < uncleared:
                c.fault("clearing", f"{name}, step {t}: somebody went on without being cleared")
            if present > base["beds"]:
                c.fault("beds", f"{name}, step {t}: {present} people, {base['beds']} beds")


def _havens(c: _Count) -> None:
    day: _Counts = defaultdict(int)
    total: _Counts = defaultdict(int)
    for s in c.d["onward"]:
        arrives = s["launch"] + _way(c, s)
        total[s["haven"]] += s["people"]
        if arrives < c.steps:
            day[s["haven"], int(arrives * c.p["step_hours"] // 24)] += s["people"]
    for haven in c.p["havens"]:
        name = haven["id"]
        if total[name] > haven["places"]:
            c.fault("havens", f"{name}: {total[name]} people, {haven['places']} places")
        for (where, number), n in sorted(day.items()):
            if where == name and n > haven["a_day"]:
                c.fault("havens", f"{name}, day {number}: {n} arrive, it takes {haven['a_day']}")


def _claims(c: _Count) -> dict[str, int]:
    """What the document says about itself against what was counted."""
    counted = dict.fromkeys(c.p["classes"], 0)
    for s in c.d["sorties"]:
        for name, n in s["aboard"].items():
            counted[name] += n
    said = c.d.get("people_out")
    if said is not None and said["by_class"] != counted:
        c.fault("claims", "people out by class is not what the sorties carry")
    _claimed_people(c, counted)
    bound = c.d.get("bound")
    if bound is not None and sum(counted.values()) > bound["people"]:
        c.fault("claims", f"more people fly than the bound of {bound['people']} allows")
    if bound is not None and said is not None:
        parts = sum(x["people"] for x in bound["prices"])
        if abs(parts - bound["people"]) > 1 + 1e-6 * abs(parts):
            c.fault("claims", f"the prices add up to {parts:.1f}, the bound is {bound['people']}")
    return counted


def _claimed_people(c: _Count, counted: dict[str, int]) -> None:
    """Who is said to be left, what bounds each class, what the plan is said to be worth."""
    left, bound = c.d.get("left_behind"), c.d.get("bound") or {}
    for k, name in enumerate(c.p["classes"]):
        known = sum(map(sum, c.p["demand"][k]))
        if left is not None and left[name] != known - counted[name]:
            c.fault("claims", f"{name}: {left[name]} are said to be left, it is otherwise")
        if counted[name] > bound.get("by_class", {}).get(name, known):
            c.fault("claims", f"{name}: more fly than the bound of this class allows")
    value = c.d.get("objective")
    if value is not None and value["plan"] > value["bound"] + 1e-6 * (1 + abs(value["bound"])):
        c.fault("claims", "the plan is said to be worth more than the bound allows")
