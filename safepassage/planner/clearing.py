"""Clearing and onward flights of a plan whose sorties carry other loads than it planned.

Everybody is cleared as soon as the base can, and goes on with the flights that the plan has, as far
as people are cleared.  If at no step more have landed than the plan let land, no base ever holds
more people than in the plan: either as many went on as planned, or everybody who was cleared did.
So many more as land besides, it holds at most; `free_beds` says how many may.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from safepassage.planner.posting import carried, holds_from


def sent_on(document: Mapping[str, Any], sorties: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The parts `clearing` and `onward` of a plan whose sorties carry other loads.

    Args:
        document: the plan.
        sorties: its sorties with their new loads; larger ones only where beds are free.
    """
    problem, first = document["problem"], holds_from(document)
    landing = _landing(problem, sorties)
    done: dict[str, Counter[int]] = defaultdict(Counter)
    for x in document["clearing"]:
        if x["step"] < first:
            done[x["base"]][x["step"]] += x["people"]
    flights: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for s in document["onward"]:
        flights[s["base"], s["launch"]].append(dict(s))
    clearing = []
    for base in problem["bases"]:
        name, uncleared, cleared = base["id"], 0, 0
        for step in range(problem["steps"]):
            uncleared += landing[name][step]
            now = done[name][step] if step < first else min(uncleared, base["clears"])
            uncleared, cleared = uncleared - now, cleared + now
            if now:
                clearing.append({"base": name, "step": step, "people": now})
            for flight in flights[name, step]:
                if step >= first:
                    flight["people"] = min(flight["people"], cleared)
                cleared -= flight["people"]
    onward = [f for at in flights.values() for f in at if f["people"]]
    onward.sort(key=lambda f: (f["launch"], f["base"], f["haven"], f["lift"]))
    return {"clearing": clearing, "onward": onward}


def free_beds(document: Mapping[str, Any]) -> dict[str, list[int]]:
    """Beds that a plan leaves free at each base from each step on until its end."""
    problem = document["problem"]
    change = _landing(problem, document["sorties"])
    for s in document["onward"]:
        change[s["base"]][s["launch"]] -= s["people"]
    found = {}
    for base in problem["bases"]:
        present = list(accumulate(change[base["id"]][t] for t in range(problem["steps"])))
        most = list(accumulate(reversed(present), max))[::-1]
        found[base["id"]] = [base["beds"] - n for n in most]
    return found


def landing_steps(problem: Mapping[str, Any], sorties: Iterable[Mapping[str, Any]]) -> list[int]:
    """The step in which each sortie is back at its base."""
    lifts = {x["id"]: x["to_origin"] for x in problem["lifts"]}
    origins = {x: n for n, x in enumerate(problem["origins"])}
    bases = {x["id"]: n for n, x in enumerate(problem["bases"])}
    return [
        s["departs"] + lifts[s["lift"]][origins[s["origin"]]][bases[s["base"]]] for s in sorties
    ]


def _landing(
    problem: Mapping[str, Any], sorties: Sequence[Mapping[str, Any]]
) -> dict[str, Counter[int]]:
    """Heads who land at each base in each step."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for s, lands in zip(sorties, landing_steps(problem, sorties), strict=True):
        found[s["base"]][lands] += sum(carried(s).values())
    return found
