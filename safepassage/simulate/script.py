"""A plan document as arrays: what the simulator plays when nothing goes wrong.

Axes as in the plan: class c, origin o, gate g, base b, haven h, lift kind k, step t.  Sorties
between one base and one origin by one kind of lift are a *lane*; so are flights from a base to a
haven.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.instant import parse_instant
from safepassage.model.operation import Operation
from safepassage.simulate.repeatable import Reals, Whole

STEPS_MAX = 20_000
PEOPLE_MAX = 5_000_000


@dataclass(frozen=True, eq=False)
class Lanes:
    """Ways that lifts of one kind fly to and fro."""

    kind: Whole  # [l]
    base: Whole  # [l]
    place: Whole  # [l] the origin, or the haven
    way: Whole  # [l] steps under way
    launch: Whole  # [l, t] lifts that leave their base
    load: Whole  # [l, t] people: by the step in which they leave the origin, or the base
    guard: Whole  # [l, t] of the rear guard, over and above `load`

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, eq=False)
class Script:
    """The plan, padded with quiet steps up to a horizon after its deadline."""

    name: str
    sha256: str
    starts_at: datetime
    step_hours: float
    steps: int  # up to the deadline; arrays go on to `horizon`
    classes: tuple[str, ...]
    origins: tuple[str, ...]
    gates: tuple[str, ...]
    bases: tuple[str, ...]
    havens: tuple[str, ...]
    kinds: tuple[str, ...]
    gate_origin: Whole  # [g]
    demand: Whole  # [c, o, t]
    gate: Whole  # [g, t] people it lets through
    slots: Reals  # [o, t]
    runway: Whole  # [o, t]
    airside: Whole  # [o]
    beds: Whole  # [b]
    clears: Whole  # [b] a step
    haven_day: Whole  # [h]
    haven_places: Whole  # [h]
    wave: int
    seats: Whole  # [k]
    crews: Whole  # [k]
    cycle: Whole  # [k]
    takes: Reals  # [k] slots
    ground: Whole  # [k]
    turn: Whole  # [k]
    onward_turn: Whole  # [k]
    home: Whole  # [k, b]
    to_origin: Whole  # [k, o, b]
    call: Whole  # [c, g, t] people called through each gate
    board: Whole  # [c, o, t] people who board
    sorties: Lanes
    onward: Lanes
    moves: tuple[tuple[int, int, int, int, int], ...]  # kind, from base, to base, launch, ready

    @property
    def horizon(self) -> int:
        """How many steps the arrays have."""
        return int(self.demand.shape[2])

    @property
    def people(self) -> int:
        """How many the plan knows."""
        return int(self.demand.sum())

    def at(self, step: float) -> datetime:
        """The instant of a step."""
        return self.starts_at + timedelta(hours=step * self.step_hours)


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of what a plan says, its own seal left out: which plan it is."""
    said = {name: value for name, value in document.items() if name != "sha256"}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_script(
    document: Mapping[str, Any], operation: Operation, more_hours: float = 0.0
) -> Script:
    """The script of a plan.

    Args:
        document: what `plan solve` wrote.
        operation: that it is a plan of.
        more_hours: by how much the deadline may move out at most.

    Raises:
        BadQuestionError: it is no plan, has no place in time, or is of another operation.
    """
    try:
        return _script(document, operation, more_hours)
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as fault:
        if isinstance(fault, BadQuestionError):
            raise
        raise BadQuestionError(
            f"the plan lacks a part or has it in another shape ({fault}); solve it again"
        ) from fault


def _script(document: Mapping[str, Any], operation: Operation, more_hours: float) -> Script:
    p = document["problem"]
    _require_of(p, operation)
    steps = int(p["steps"])
    horizon = steps + int(np.ceil(more_hours / float(p["step_hours"])))
    if not (steps >= 1 and horizon <= STEPS_MAX):
        raise BadQuestionError(f"the plan has {horizon} steps; {STEPS_MAX} are the most")
    size = _Sizes(p, steps, horizon)
    lifts = p["lifts"]
    script = Script(
        p["name"],
        digest_of(document),
        _starts_at(p),
        float(p["step_hours"]),
        steps,
        tuple(p["classes"]),
        tuple(p["origins"]),
        tuple(g["id"] for g in p["gates"]),
        tuple(b["id"] for b in p["bases"]),
        tuple(h["id"] for h in p["havens"]),
        tuple(x["id"] for x in lifts),
        np.array([size.origin[g["origin"]] for g in p["gates"]], np.int64),
        size.quiet(p["demand"], (len(p["classes"]), len(p["origins"]))),
        size.as_last([g["people"] for g in p["gates"]], np.int64),
        size.as_last(p["slots"], np.float64),
        size.as_last(p["runway"], np.int64),
        np.array(p["airside"], np.int64),
        np.array([b["beds"] for b in p["bases"]], np.int64),
        np.array([b["clears"] for b in p["bases"]], np.int64),
        np.array([h["a_day"] for h in p["havens"]], np.int64),
        np.array([h["places"] for h in p["havens"]], np.int64),
        int(p["wave_steps"]),
        np.array([x["seats"] for x in lifts], np.int64),
        np.array([PEOPLE_MAX if x["crews"] is None else x["crews"] for x in lifts], np.int64),
        np.array([x["cycle"] for x in lifts], np.int64),
        np.array([x["slots"] for x in lifts], np.float64),
        np.array([x["ground"] for x in lifts], np.int64),
        np.array([x["turn"] for x in lifts], np.int64),
        np.array([x["onward_turn"] for x in lifts], np.int64),
        _home(document, size),
        np.array([x["to_origin"] for x in lifts], np.int64).reshape(
            len(lifts), len(size.origin), len(size.base)
        ),
        _call(document, size),
        _board(document, size),
        _sorties(document, size),
        _onward(document, size),
        _moves(document, size),
    )
    if script.people > PEOPLE_MAX:
        raise BadQuestionError(f"{script.people:,} people; {PEOPLE_MAX:,} are the most at a time")
    return script


def _require_of(problem: Mapping[str, Any], operation: Operation) -> None:
    if problem["name"] != operation.id:
        raise BadQuestionError(
            f"this is a plan for the operation {problem['name']!r}, the operation file is of"
            f" {operation.id!r}; give the file that the plan was made from"
        )
    known = {p.id for p in operation.places}
    parts = (problem[part] for part in ("gates", "bases", "havens"))
    named = [*problem["origins"], *(x["id"] for part in parts for x in part)]
    missing = [i for i in named if i not in known]
    if missing:
        raise BadQuestionError(
            f"the operation has no {missing[0]!r}, which the plan uses; solve it again with the"
            " operation file of today"
        )


def _starts_at(problem: Mapping[str, Any]) -> datetime:
    try:
        return parse_instant(problem["starts_at"], "starts_at")
    except InvalidFactError as fault:
        raise BadQuestionError(f"the plan has no place in time: {fault}") from None


class _Sizes:
    """Numbers of the places by their ids, and arrays padded up to the horizon."""

    def __init__(self, p: Mapping[str, Any], steps: int, horizon: int) -> None:
        self.steps, self.horizon = steps, horizon
        self.origin = {x: n for n, x in enumerate(p["origins"])}
        self.base = {x["id"]: n for n, x in enumerate(p["bases"])}
        self.haven = {x["id"]: n for n, x in enumerate(p["havens"])}
        self.gate = {x["id"]: n for n, x in enumerate(p["gates"])}
        self.kind = {x["id"]: n for n, x in enumerate(p["lifts"])}
        self.category = {x: n for n, x in enumerate(p["classes"])}

    def quiet(self, values: Any, shape: tuple[int, ...]) -> Whole:
        """Nothing happens after the deadline."""
        found = np.zeros((*shape, self.horizon), np.int64)
        found[..., : self.steps] = np.array(values, np.int64).reshape(*shape, self.steps)
        return found

    def as_last(self, values: Any, dtype: Any) -> Any:
        """It goes on after the deadline as it was in the last step."""
        found = np.array(values, dtype).reshape(-1, self.steps)
        return np.pad(found, ((0, 0), (0, self.horizon - self.steps)), mode="edge")


def _home(document: Mapping[str, Any], size: _Sizes) -> Whole:
    home = np.zeros((len(size.kind), len(size.base)), np.int64)
    for kind, based in document["basing"].items():
        for base, n in based.items():
            home[size.kind[kind], size.base[base]] = n
    return home


def _call(document: Mapping[str, Any], size: _Sizes) -> Whole:
    call = np.zeros((len(size.category), len(size.gate), size.horizon), np.int64)
    for x in document["passages"]:
        call[size.category[x["class"]], size.gate[x["gate"]], x["step"]] += x["people"]
    return call


def _board(document: Mapping[str, Any], size: _Sizes) -> Whole:
    board = np.zeros((len(size.category), len(size.origin), size.horizon), np.int64)
    for s in document["sorties"]:
        for name, n in s["aboard"].items():
            board[size.category[name], size.origin[s["origin"]], s["departs"]] += n
    return board


def _lanes(keys: Sequence[tuple[int, int, int]], ways: Sequence[int], size: _Sizes) -> Lanes:
    table = np.array(keys, np.int64).reshape(-1, 3)
    empty = np.zeros((3, len(keys), size.horizon), np.int64)
    way = np.array(ways, np.int64)
    return Lanes(table[:, 0], table[:, 1], table[:, 2], way, empty[0], empty[1], empty[2])


def _sorties(document: Mapping[str, Any], size: _Sizes) -> Lanes:
    lifts, flown = document["problem"]["lifts"], document["sorties"]
    key = [(size.kind[s["lift"]], size.base[s["base"]], size.origin[s["origin"]]) for s in flown]
    keys = sorted(set(key))
    lanes = _lanes(keys, [lifts[k]["to_origin"][o][b] for k, b, o in keys], size)
    for s, own in zip(flown, key, strict=True):
        n = keys.index(own)
        lanes.launch[n, s["launch"]] += 1
        lanes.load[n, s["departs"]] += sum(s["aboard"].values())
        lanes.guard[n, s["departs"]] += sum(s.get("guard", {}).values())
    return lanes


def _onward(document: Mapping[str, Any], size: _Sizes) -> Lanes:
    lifts, flown = document["problem"]["lifts"], document["onward"]
    key = [(size.kind[s["lift"]], size.base[s["base"]], size.haven[s["haven"]]) for s in flown]
    keys = sorted(set(key))
    lanes = _lanes(keys, [lifts[k]["to_haven"][b][h] for k, b, h in keys], size)
    for s, own in zip(flown, key, strict=True):
        n = keys.index(own)
        lanes.launch[n, s["launch"]] += 1
        lanes.load[n, s["launch"]] += s["people"]
    return lanes


def _moves(document: Mapping[str, Any], size: _Sizes) -> tuple[tuple[int, int, int, int, int], ...]:
    found = []
    for m in document.get("moves", []):
        kind, start, end = size.kind[m["lift"]], size.base[m["from"]], size.base[m["to"]]
        lift = document["problem"]["lifts"][kind]
        ready = m["launch"] + lift["to_base"][start][end] + lift["turn"]
        found.append((kind, start, end, int(m["launch"]), int(ready)))
    return tuple(sorted(found, key=lambda m: m[3]))
