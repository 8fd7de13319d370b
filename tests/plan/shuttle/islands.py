"""Small islands for tests: questions as somebody writes them, and their optimum by brute force."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import strategies as st

Question = dict[str, Any]


def island(**changes: Any) -> Question:
    """Two places, three docks, two havens, a ferry and a launch; minutes by hand below.

    At speed 60 a distance is a number of minutes.
    """
    question: Question = {
        "name": "two-bays",
        "places": [
            {"id": "north-bay", "people": 50, "docks": ["north-pier", "north-beach"]},
            {"id": "south-bay", "people": 12, "docks": ["south-pier"]},
        ],
        "havens": ["harbour", "marina"],
        "vehicles": [
            boat("ferry", 20, not_at=["north-beach"], loading_minutes=3, ready_at_minute=5),
            boat("launch", 4, start="marina", speed_empty=120, speed_loaded=90),
        ],
        "distances": [
            {"from": "harbour", "to": "north-pier", "distance": 12, "both_ways": True},
            {"from": "harbour", "to": "north-beach", "distance": 11, "both_ways": True},
            {"from": "harbour", "to": "south-pier", "distance": 20, "both_ways": True},
            {"from": "marina", "to": "north-pier", "distance": 18, "both_ways": True},
            {"from": "marina", "to": "south-pier", "distance": 7, "both_ways": True},
        ],
    }
    return question | changes


def boat(name: str, seats: int, **more: Any) -> Question:
    """A boat of sixty distance units an hour that starts in the harbour."""
    plain = {"id": name, "seats": seats, "start": "harbour", "speed_empty": 60, "speed_loaded": 60}
    return plain | more


@st.composite
def islands(draw: st.DrawFn) -> Question:
    """One to three vehicles, one or two places, some ways missing, few trips needed."""
    docks = {"p0": ["d0", "d1"], "p1": ["d2"]}
    if draw(st.booleans()):
        docks.pop("p1")
    known = [d for names in docks.values() for d in names]
    havens = ["h0", "h1"][: draw(st.integers(1, 2))]
    length = st.integers(1, 30)
    legs = [
        {"from": a, "to": b, "distance": draw(length)}
        for d, h in product(known, havens)
        for a, b in ((d, h), (h, d))
        if (d, h) != ("d1", "h1")
    ]
    vehicles = [
        boat(
            f"v{n}",
            draw(st.integers(3, 6)),
            start=draw(st.sampled_from(havens)),
            speed_empty=draw(st.sampled_from([60, 90])),
            speed_loaded=draw(st.sampled_from([47, 60])),
            loading_minutes=draw(st.integers(0, 3)),
            ready_at_minute=draw(st.sampled_from([0, 2.5, 20])),
            not_at=draw(st.sampled_from([[], ["d0"]])) if draw(st.booleans()) else [],
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    places = [
        {"id": p, "people": draw(st.integers(0, 8)), "docks": names} for p, names in docks.items()
    ]
    return {"places": places, "havens": havens, "vehicles": vehicles, "distances": legs}


def optimum(question: Question) -> float:
    """Minutes after which everybody can be out, by every order of every vehicle's trips."""
    people = [p["people"] for p in question["places"]]
    ends = [_ends(question, v, people) for v in question["vehicles"]]
    seats = [v["seats"] for v in question["vehicles"]]
    best = float("inf")
    for together in product(*(e.items() for e in ends)):
        fetched = [
            sum(n * calls[p] for n, (calls, _) in zip(seats, together, strict=True))
            for p in range(len(people))
        ]
        if all(a >= b for a, b in zip(fetched, people, strict=True)):
            best = min(best, max(end for _, end in together))
    return best


def _ends(question: Question, v: Question, people: list[int]) -> dict[tuple[int, ...], float]:
    """The earliest end of each number of calls, by walking every order."""
    legs: dict[tuple[str, str], float] = {}
    for x in question["distances"]:
        legs[x["from"], x["to"]] = x["distance"]
        if x.get("both_ways"):
            legs[x["to"], x["from"]] = x["distance"]
    most = [-(-n // v["seats"]) for n in people]
    shut, load = set(v.get("not_at", [])), v.get("loading_minutes", 0)
    found: dict[tuple[int, ...], float] = {(0,) * len(people): 0.0}
    walks = [((0,) * len(people), v["start"], float(v.get("ready_at_minute", 0)))]
    while walks:
        calls, at, clock = walks.pop()
        for p, place in enumerate(question["places"]):
            if calls[p] == most[p]:
                continue
            more = tuple(n + (i == p) for i, n in enumerate(calls))
            for dock, haven in product(place["docks"], question["havens"]):
                ways = (at, dock) in legs and (dock, haven) in legs
                if not ways or shut & {dock, haven}:
                    continue
                end = clock + legs[at, dock] / v["speed_empty"] * 60
                end += legs[dock, haven] / v["speed_loaded"] * 60 + 2 * load
                found[more] = min(end, found.get(more, end))
                walks.append((more, haven, end))
    return found
