"""The schedule of a plan as lanes: every sortie of a day by base and hour, with its load.

Geometry only; drawn by `planning/_schedule.html`.  A lane is a lift of the base, as far as lifts of
one type can be told apart; sorties take the first lane that is free when they leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.plan.timeline import Timeline
from safepassage.planner.posting import carried
from safepassage.web.plan_pictures import PATTERNS

WIDTH, LEFT, TOP = 960, 8, 40
LANE, GAP, HEAD = 17, 3, 24  # heights of a lane, between bases, and of a base's name
HOURS = 24
_ROOM_FOR_LOAD = 18.0  # a number needs so much of a bar


@dataclass(frozen=True, slots=True)
class Flight:
    """One sortie in its lane: on the way out, on the ground, on the way back."""

    lift: str
    pattern: int
    to: str  # the origin, the haven it goes on to, or the base it moves to
    is_onward: bool
    is_move: bool
    people: int
    leaves_base: datetime
    departs: datetime
    back: datetime
    x: float
    ground_x: float
    back_x: float
    end_x: float
    y: float
    load_x: float | None  # where the load is written; None: there is no room

    @property
    def ground_width(self) -> float:
        """How long it stands at the other end."""
        return self.back_x - self.ground_x


@dataclass(frozen=True, slots=True)
class BaseLanes:
    """The lanes of a base."""

    base: str
    y: float
    height: float
    flights: tuple[Flight, ...]
    people: int  # who arrive here from origins, by departures of this day


@dataclass(frozen=True, slots=True)
class HourLine:
    """An hour on the axis; every third one is written out."""

    at: datetime
    x: float
    is_written: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A day of the plan."""

    day: int
    days: int
    starts_at: datetime
    width: int
    height: float
    bases: tuple[BaseLanes, ...]
    hours: tuple[HourLine, ...]
    lifts: tuple[tuple[str, int], ...]  # with their pattern
    deadline_x: float | None


def schedule(document: Mapping[str, Any], t: Timeline, day: int) -> Schedule:
    """The sorties under way on a day of the plan, counted from 0."""
    lifts = [x["id"] for x in document["problem"]["lifts"]]
    flights = _flights(document, t, lifts)
    days = max(1, -(-int(t.steps * t.step_hours) // HOURS))
    day = min(max(0, day), days - 1)
    begins = t.starts_at + timedelta(hours=day * HOURS)
    scale = (WIDTH - 2 * LEFT) / HOURS
    y, lanes = float(TOP), []
    for base in t.bases:
        own = [f for f in flights if f["base"] == base and _is_on(f, begins)]
        if not own:
            continue
        drawn, used = _in_lanes(own, begins, scale, y + HEAD)
        height = HEAD + used * LANE + GAP
        day_out = sum(
            f["people"]
            for f in own
            if not f["onward"] and begins <= f["departs"] < begins + timedelta(hours=HOURS)
        )
        lanes.append(BaseLanes(base, y, height, drawn, day_out))
        y += height + GAP
    hours = tuple(
        HourLine(begins + timedelta(hours=h), LEFT + h * scale, h % 3 == 0)
        for h in range(HOURS + 1)
    )
    flown = {f["lift"] for f in flights}
    left = (t.at(t.steps) - begins).total_seconds() / 3600
    return Schedule(
        day, days, begins, WIDTH, max(y, TOP + LANE), tuple(lanes), hours,
        tuple((name, n % PATTERNS) for n, name in enumerate(lifts) if name in flown),
        LEFT + left * scale if 0 <= left <= HOURS else None,
    )  # fmt: skip


def _is_on(flight: Mapping[str, Any], begins: datetime) -> bool:
    ends = begins + timedelta(hours=HOURS)
    return bool(flight["leaves"] < ends and flight["back"] > begins)


def _flights(document: Mapping[str, Any], t: Timeline, lifts: list[str]) -> list[dict[str, Any]]:
    """Every sortie with its instants, by the time at which it leaves its base."""
    p = document["problem"]
    found = []
    for s in [*document["sorties"], *document["onward"]]:
        lift = p["lifts"][lifts.index(s["lift"])]
        b, is_onward = t.bases.index(s["base"]), "haven" in s
        to = s["haven"] if is_onward else s["origin"]
        if is_onward:
            way, ground = lift["to_haven"][b][t.havens.index(to)], lift["onward_turn"]
        else:
            way, ground = lift["to_origin"][t.origins.index(to)][b], lift["ground"]
        launch = s["launch"]
        found.append({
            "lift": s["lift"], "pattern": lifts.index(s["lift"]) % PATTERNS, "base": s["base"],
            "to": to, "onward": is_onward,
            "people": s["people"] if is_onward else sum(carried(s).values()),
            "leaves": t.at(launch), "lands": t.at(launch + way), "moves": False,
            "departs": t.at(launch + way + ground), "back": t.at(launch + 2 * way + ground),
        })  # fmt: skip
    for m in document.get("moves", []):
        k = lifts.index(m["lift"])
        way = p["lifts"][k]["to_base"][t.bases.index(m["from"])][t.bases.index(m["to"])]
        lands = t.at(m["launch"] + way)
        found.append({
            "lift": m["lift"], "pattern": k % PATTERNS, "base": m["from"], "to": m["to"],
            "onward": True, "people": 0, "leaves": t.at(m["launch"]), "lands": lands,
            "moves": True, "departs": lands, "back": lands,
        })  # fmt: skip
    return sorted(found, key=lambda f: (f["leaves"], f["pattern"]))


def _in_lanes(
    flights: list[dict[str, Any]], begins: datetime, scale: float, top: float
) -> tuple[tuple[Flight, ...], int]:
    """The flights in as few lanes as they need, and how many these are."""
    free: list[datetime] = []
    drawn = []

    def x(at: datetime) -> float:
        hours = (at - begins).total_seconds() / 3600
        return LEFT + min(max(0.0, hours), HOURS) * scale

    for f in flights:
        lane = next((n for n, at in enumerate(free) if at <= f["leaves"]), len(free))
        if lane == len(free):
            free.append(f["back"])
        free[lane] = f["back"]
        # People sit in it on the way to the base, or on the way on from it.
        starts, ends = (f["leaves"], f["lands"]) if f["onward"] else (f["departs"], f["back"])
        room = x(ends) - x(starts)
        drawn.append(
            Flight(
                f["lift"], f["pattern"], f["to"], f["onward"], f["moves"], f["people"],
                f["leaves"], f["departs"], f["back"], x(f["leaves"]), x(f["lands"]),
                x(f["departs"]), x(f["back"]), top + lane * LANE,
                (x(starts) + x(ends)) / 2 if room >= _ROOM_FOR_LOAD and not f["moves"] else None,
            )
        )  # fmt: skip
    return tuple(drawn), len(free)
