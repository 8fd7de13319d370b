"""From plain values, as somebody wrote them, to a problem of shuttles.

What each value means is in docs/reference/shuttle-file.md.

The same values go into the plan document as its question, so that a recount can start from what was
asked and not from what the planner made of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from safepassage.plan.errors import InfeasibleError, PlanInputError
from safepassage.plan.linear import Whole
from safepassage.plan.shuttle.problem import FAR, ShuttleProblem, Vehicle, ticks

KEYS = {"name", "places", "havens", "vehicles", "distances", "first_distances", "estimates"}
PLACE_KEYS = {"id", "people", "docks"}
VEHICLE_KEYS = {
    "id",
    "seats",
    "start",
    "speed_empty",
    "speed_loaded",
    "loading_minutes",
    "ready_at_minute",
    "not_at",
}
PEOPLE_MAX = 10_000_000
MINUTES_MAX = 1_000_000

_Legs = Mapping[tuple[str, str], float]


def set_up(values: Mapping[str, Any]) -> ShuttleProblem:
    """The problem that plain values describe.

    Raises:
        PlanInputError: a value cannot be read, is out of range, or names what there is not.
        InfeasibleError: a vehicle without seats or speed, a dock without a way.
    """
    _known(values, KEYS, "the file")
    places = [_known(p, PLACE_KEYS, f"places[{n}]") for n, p in enumerate(_list(values, "places"))]
    names = _unique([_text(p, "id", f"places[{n}]") for n, p in enumerate(places)], "places")
    docks = [(d, n) for n, p in enumerate(places) for d in _texts(p, "docks", f"places {names[n]}")]
    dock_names = _unique([d for d, _ in docks], "docks")
    havens = _unique(_texts(values, "havens", "the file"), "havens")
    if both := set(dock_names) & set(havens):
        raise PlanInputError(f"havens: {sorted(both)[0]} is a dock where people wait, too")
    legs = _legs(values, "distances")
    first = legs | _legs(values, "first_distances")
    vehicles = _list(values, "vehicles")
    _unique([_text(v, "id", f"vehicles[{n}]") for n, v in enumerate(vehicles)], "vehicles")
    _places_named(dock_names, havens, vehicles, first)
    _require_ways(dock_names, havens, legs, first)
    return ShuttleProblem(
        str(values.get("name") or "shuttles"),
        tuple(names),
        np.array(
            [_whole(p.get("people"), f"{n}: people") for n, p in zip(names, places, strict=True)]
        ),
        tuple(dock_names),
        np.array([n for _, n in docks], np.int64),
        tuple(havens),
        tuple(_vehicle(v, dock_names, havens, legs, first) for v in vehicles),
        dict(values),
    )


def _vehicle(
    v: Mapping[str, Any], docks: list[str], havens: list[str], legs: _Legs, first: _Legs
) -> Vehicle:
    what = f"vehicles {v['id']}"
    _known(v, VEHICLE_KEYS, what)
    start, shut = _text(v, "start", what), set(_texts(v, "not_at", what, may_lack=True))
    if strange := shut - {*docks, *havens}:
        raise PlanInputError(f"{what}: not_at names {sorted(strange)[0]!r}, which is no dock")
    seats = _whole(v.get("seats"), f"{what}: seats")
    if not seats:
        raise InfeasibleError(f"{what}: seats is 0: it fetches nobody; leave it out or give seats")
    speed = {k: _speed(v.get(k), f"{what}: {k}") for k in ("speed_empty", "speed_loaded")}

    def table(rows: list[str], columns: list[str], known: _Legs, kind: str) -> Whole:
        return _table(rows, columns, lambda a, b: _leg(known, a, b, speed[kind], shut))

    return Vehicle(
        str(v["id"]),
        seats,
        start,
        _duration(v.get("ready_at_minute", 0), f"{what}: ready_at_minute"),
        _duration(v.get("loading_minutes", 0), f"{what}: loading_minutes"),
        _table([start], docks, lambda a, b: _leg(first, a, b, speed["speed_empty"], shut - {a}))[0],
        table(havens, docks, legs, "speed_empty"),
        table(docks, havens, legs, "speed_loaded"),
    )


def _table(rows: list[str], columns: list[str], leg: Callable[[str, str], int]) -> Whole:
    return np.array([[leg(a, b) for b in columns] for a in rows], np.int64).reshape(
        len(rows), len(columns)
    )


def _leg(legs: _Legs, a: str, b: str, speed: float, shut: set[str]) -> int:
    distance = legs.get((a, b))
    if distance is None or a in shut or b in shut:
        return FAR
    if distance / speed * 60 > MINUTES_MAX:
        raise PlanInputError(
            f"distances: {a} to {b} takes more than {MINUTES_MAX:,} minutes at speed {speed:g};"
            " use one unit for distances and speeds"
        )
    return ticks(distance / speed * 60)


def _legs(values: Mapping[str, Any], part: str) -> dict[tuple[str, str], float]:
    legs: dict[tuple[str, str], float] = {}
    for n, leg in enumerate(_list(values, part, may_lack=part != "distances")):
        what = f"{part}[{n}]"
        _known(leg, {"from", "to", "distance", "both_ways"}, what)
        a, b = _text(leg, "from", what), _text(leg, "to", what)
        distance = _number(leg.get("distance"), f"{what} ({a} to {b}): distance")
        ways = [(a, b), (b, a)] if leg.get("both_ways") is True else [(a, b)]
        for way in ways:
            if legs.setdefault(way, distance) != distance:
                raise PlanInputError(f"{what}: {way[0]} to {way[1]} has two distances; keep one")
    return legs


def _places_named(docks: list[str], havens: list[str], vehicles: list[Any], first: _Legs) -> None:
    """Every end of a leg is a dock, a haven, or where a vehicle starts."""
    known = {*docks, *havens, *(str(v.get("start")) for v in vehicles)}
    for a, b in first:
        for end in (a, b):
            if end not in known:
                raise PlanInputError(
                    f"distances: {end!r} is neither a dock, a haven, nor a vehicle's start;"
                    f" known: {', '.join(sorted(known))}"
                )


def _require_ways(docks: list[str], havens: list[str], legs: _Legs, first: _Legs) -> None:
    """A dock that nothing leads to, or from, is a slip of whoever wrote the file."""
    for dock in docks:
        if not any(b == dock for _, b in first):
            raise InfeasibleError(
                f"{dock}: no distance leads to it; give one or leave the dock out"
            )
        if not any((dock, b) in legs for b in havens):
            raise InfeasibleError(
                f"{dock}: no distance leads from it to a haven; give one or leave the dock out"
            )


def estimates_of(values: Mapping[str, Any], problem: ShuttleProblem) -> tuple[int, Whole]:
    """Ticks between two counts, and each count of each place, [k, p]; the last one is right.

    Raises:
        PlanInputError: there are none, or not the same number for each place.
    """
    part = values.get("estimates")
    if not isinstance(part, Mapping):
        raise PlanInputError("estimates: give every_minutes and people, one list for each place")
    _known(part, {"every_minutes", "people"}, "estimates")
    every = _duration(part.get("every_minutes"), "estimates.every_minutes")
    if not every:
        raise PlanInputError("estimates.every_minutes is 0; give the minutes between two counts")
    people = part.get("people")
    if not isinstance(people, Mapping) or set(people) != set(problem.places):
        raise PlanInputError(f"estimates.people: one list for each of {', '.join(problem.places)}")
    rows = [
        [_whole(n, f"estimates.people.{p}") for n in _items(people[p], f"estimates.people.{p}")]
        for p in problem.places
    ]
    if len({len(r) for r in rows}) != 1 or not rows[0]:
        raise PlanInputError("estimates.people: each place needs the same number of counts")
    counts = np.array(rows, np.int64).T
    if (counts[-1] != problem.people).any():
        raise PlanInputError("estimates.people: the last count of a place must be its people")
    return every, counts


def _known(value: Any, keys: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PlanInputError(f"{what}: write its parts, like {', '.join(sorted(keys))}")
    if unknown := set(value) - keys:
        raise PlanInputError(
            f"{what}: unknown part {sorted(map(str, unknown))[0]!r};"
            f" known: {', '.join(sorted(keys))}"
        )
    return value


def _list(values: Mapping[str, Any], part: str, *, may_lack: bool = False) -> list[Any]:
    found = values.get(part)
    if found is None and may_lack:
        return []
    if not isinstance(found, list) or not found:
        raise PlanInputError(f"{part}: give a list of at least one")
    for n, item in enumerate(found):
        if not isinstance(item, Mapping | str):
            raise PlanInputError(f"{part}[{n}]: {item!r} has the wrong shape")
        if isinstance(item, str) and part != "havens":
            raise PlanInputError(f"{part}[{n}]: write its parts, not only {item!r}")
    return found


def _items(value: Any, what: str) -> Iterable[Any]:
    if not isinstance(value, list):
        raise PlanInputError(f"{what}: give a list")
    return value


def _text(values: Mapping[str, Any], part: str, what: str) -> str:
    found = values.get(part)
    if not isinstance(found, str) or not found.strip():
        raise PlanInputError(f"{what}: {part} is {found!r}; write a name")
    return found


def _texts(values: Mapping[str, Any], part: str, what: str, *, may_lack: bool = False) -> list[str]:
    found = values.get(part)
    if found is None and may_lack:
        return []
    if not isinstance(found, list) or not (found or may_lack):
        raise PlanInputError(f"{what}: {part} is no list of names")
    if wrong := [x for x in found if not isinstance(x, str) or not x.strip()]:
        raise PlanInputError(f"{what}: {part} holds {wrong[0]!r}; write names")
    return found


def _unique(names: list[str], what: str) -> list[str]:
    for n, name in enumerate(names):
        if name in names[:n]:
            raise PlanInputError(f"{what}: {name!r} stands there twice; give each its own name")
    return names


def _number(value: Any, what: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 <= value < math.inf:
        raise PlanInputError(f"{what} is {value!r}; write a number, zero or more")
    return float(value)


def _speed(value: Any, what: str) -> float:
    speed = _number(value, what)
    if not speed:
        raise InfeasibleError(f"{what} is 0: it never arrives; give a speed above zero")
    return speed


def _duration(value: Any, what: str) -> int:
    length = _number(value, what)
    if length > MINUTES_MAX:
        raise PlanInputError(f"{what} is {length:g}; give at most {MINUTES_MAX:,} minutes")
    return ticks(length)


def _whole(value: Any, what: str) -> int:
    number = _number(value, what)
    if number != int(number) or number > PEOPLE_MAX:
        raise PlanInputError(f"{what} is {value!r}; write a whole number, at most {PEOPLE_MAX:,}")
    return int(number)
