"""The lifts of an operation file: who operates them, what they carry, and between which places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from safepassage.exchange.document import Document
from safepassage.exchange.fault import choose_from, shown
from safepassage.exchange.operation_places import one_line
from safepassage.exchange.yaml_text import Path
from safepassage.model.ids import PlaceId
from safepassage.model.operation import (
    KMH_PER_KNOT,
    Fleet,
    Leg,
    LiftType,
    Mode,
    OperatorClass,
    PlannedPlace,
    great_circle_km,
)
from safepassage.model.place import OUTSIDE, PlaceKind


def stated(document: Document, part: str) -> list[tuple[Path, dict[str, Any]]]:
    """The items of a part that have no fault so far, with their paths."""
    items = document.values.get(part)
    if not isinstance(items, list):
        return []
    return [
        ((part, number), item)
        for number, item in enumerate(items)
        if isinstance(item, dict) and document.is_sound(part, number)
    ]


def ids(document: Document, part: str) -> set[str]:
    """Every id written in a part, faulty items included: a fault there is told once, there."""
    items = document.values.get(part)
    if not isinstance(items, list):
        return set()
    return {i["id"] for i in items if isinstance(i, dict) and isinstance(i.get("id"), str)}


def check_known(document: Document, path: Path, what: str, name: str, known: Iterable[str]) -> None:
    """A fault if an id is used that nothing in the file has."""
    words = sorted(known)
    if name in words:
        return
    if what == "place" and name == OUTSIDE:
        problem = "'outside' has no position: people come from there when they are first seen"
        document.fault(path, problem, "Start the way at a town, an assembly area or a gate")
        return
    document.fault(path, f"there is no {what} {shown(name)}", choose_from(name, words))


def read_operator_classes(document: Document) -> list[OperatorClass]:
    """The operator classes without a fault."""
    return [
        OperatorClass(id=item["id"], name=one_line(item["name"]) or item["id"])
        for _, item in stated(document, "operator_classes")
    ]


def read_lift_types(document: Document) -> list[LiftType]:
    """The lift types without a fault."""
    found = []
    for path, item in stated(document, "lift_types"):
        speed_kmh = _speed_kmh(document, path, item)
        seats, emergency = int(item["seats"]), item.get("seats_emergency")
        if emergency is not None and emergency < seats:
            problem = f"{emergency} seats in an emergency are fewer than the {seats} seats"
            remedy = "Exchange them, or leave seats_emergency out"
            document.fault((*path, "seats_emergency"), problem, remedy)
        if speed_kmh is None or not document.is_sound(*path):
            continue
        found.append(
            LiftType(
                id=item["id"],
                name=one_line(item["name"]) or item["id"],
                mode=Mode(item["mode"]),
                seats=seats,
                block_speed_kmh=speed_kmh,
                ground_time_h=float(item["ground_time_h"]),
                seats_emergency=None if emergency is None else int(emergency),
            )
        )
    return found


def _speed_kmh(document: Document, path: Path, item: dict[str, Any]) -> float | None:
    knots, kmh = item.get("block_speed_kt"), item.get("block_speed_kmh")
    if knots is None and kmh is None:
        remedy = "Add block_speed_kt: in knots, or block_speed_kmh: in km/h"
        document.fault(path, "the speed is missing", remedy, at_key="block_speed_kt")
        return None
    if knots is not None and kmh is not None:
        problem = "the speed stands here in knots and in km/h"
        document.fault(path, problem, "Keep one of them", at_key="block_speed_kmh")
        return None
    return float(kmh) if kmh is not None else float(knots or 0) * KMH_PER_KNOT


def read_fleets(document: Document) -> list[Fleet]:
    """The fleets without a fault."""
    places, types = ids(document, "places"), ids(document, "lift_types")
    classes = ids(document, "operator_classes")
    found, seen = [], dict[tuple[str, ...], Path]()
    for path, item in stated(document, "fleets"):
        check_known(document, (*path, "lift_type"), "lift type", item["lift_type"], types)
        whose = item["operator_class"]
        check_known(document, (*path, "operator_class"), "operator class", whose, classes)
        check_known(document, (*path, "base"), "place", item["base"], places)
        key = (item["lift_type"], whose, item["base"])
        if key in seen:
            problem = f"this fleet stands on line {document.spot(seen[key]).line} already"
            document.fault(path, problem, "Add the counts and keep one of them")
        seen.setdefault(key, path)
        if document.is_sound(*path):
            crews = item.get("crews")
            found.append(
                Fleet(
                    lift_type=item["lift_type"],
                    operator_class=whose,
                    count=int(item["count"]),
                    base=PlaceId(item["base"]),
                    crews=None if crews is None else int(crews),
                )
            )
    return found


def read_legs(document: Document, places: Iterable[PlannedPlace]) -> list[Leg]:
    """The legs without a fault; a distance that is not given is that of the great circle."""
    known, by_id = ids(document, "places"), {str(p.id): p for p in places}
    found, seen = [], dict[tuple[str, ...], Path]()
    for path, item in stated(document, "legs"):
        _check_ends(document, path, item, known, by_id)
        key = (item["from"], item["to"], item["mode"])
        if key in seen:
            problem = f"this leg stands on line {document.spot(seen[key]).line} already"
            document.fault(path, problem, "Keep one of them")
        seen.setdefault(key, path)
        if not document.is_sound(*path) or item["from"] not in by_id or item["to"] not in by_id:
            continue
        start, end = by_id[item["from"]], by_id[item["to"]]
        distance = _distance_km(document, path, item, start, end)
        if distance is None:
            continue
        found.append(
            Leg(
                from_place=start.id,
                to_place=end.id,
                mode=Mode(item["mode"]),
                distance_km=distance,
                is_measured="distance_km" in item,
            )
        )
    return found


def _check_ends(
    document: Document,
    path: Path,
    item: dict[str, Any],
    known: set[str],
    by_id: dict[str, PlannedPlace],
) -> None:
    if item["from"] == item["to"]:
        problem = f"a leg from {shown(item['from'])} to itself"
        document.fault((*path, "to"), problem, "Name the place where it ends")
        return
    for end in ("from", "to"):
        check_known(document, (*path, end), "place", item[end], known)
        place = by_id.get(item[end])
        if place is not None and place.kind is PlaceKind.CLOSING:
            problem = f"{shown(item[end])} is a closing place: a case ends there, nobody travels"
            document.fault((*path, end), problem, "Leave the leg out")


def _distance_km(
    document: Document, path: Path, item: dict[str, Any], start: PlannedPlace, end: PlannedPlace
) -> float | None:
    if "distance_km" in item:
        return float(item["distance_km"])
    points = []
    for place in (start, end):
        if place.latitude is None or place.longitude is None:
            problem = f"no distance, and {shown(place.id)} has neither airport nor coordinates"
            remedy = "Add distance_km: to the leg, or say where the place is"
            document.fault(path, problem, remedy, at_key="distance_km")
            return None
        points.append((place.latitude, place.longitude))
    distance = great_circle_km(points[0], points[1])
    if item["mode"] in (Mode.SEA, Mode.ROAD):
        document.warn(
            path,
            f"the way from {start.id} to {end.id} by {item['mode']} has no distance_km: the"
            f" straight line of {distance:.1f} km is used, the real way is longer",
        )
    return distance
