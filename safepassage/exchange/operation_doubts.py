"""Doubts about an operation: what can be so, but mostly is a slip.

A town from which no way leads to a haven may be planned for later, or its leg was forgotten.  The
operation is read either way, and the planner hears of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from safepassage.exchange.document import Document
from safepassage.model.ids import PlaceId
from safepassage.model.movement import EVACUEE
from safepassage.model.operation import Leg, Mode, Operation
from safepassage.model.place import PlaceKind

_STARTS = (PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA, PlaceKind.GATE, PlaceKind.TERMINAL)
_SAFE = (PlaceKind.HAVEN, PlaceKind.ONWARD)


def find_doubts(operation: Operation, document: Document) -> Operation:
    """The operation with a warning for every doubt, those of its reading included."""
    for path, sentence in _doubts(operation):
        document.warn(path, sentence)
    return replace(operation, warnings=tuple(document.warnings))


def _doubts(operation: Operation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield from _dead_ends(operation)
    yield from _legs_without_lifts(operation)
    ids = {category.id for category in operation.categories}
    if EVACUEE not in ids:
        yield (
            ("categories",),
            f"there is no category {EVACUEE!r}, under which people move unless somebody says"
            " otherwise",
        )
    if operation.categories and all(not category.counted for category in operation.categories):
        yield (("categories",), "no category is counted: every total will be zero")


def _dead_ends(operation: Operation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    havens = {place.id for place in operation.of_kind(*_SAFE)}
    if not havens:
        yield (("places",), "there is no haven: nobody can be brought to safety")
        return
    safe = _reaching(operation.legs, havens)
    starts = operation.of_kind(*_STARTS)
    if starts and not any(place.id in safe for place in starts):
        yield (
            ("legs",),
            "no way leads from any town, assembly area, gate or terminal to any haven",
        )
        return
    for number, place in enumerate(operation.places):
        if place.kind in _STARTS and place.id not in safe:
            yield (("places", number), f"no way leads from {place.id} to any haven")


def _reaching(legs: Iterable[Leg], ends: set[PlaceId]) -> set[PlaceId]:
    """The places from which a way leads to one of these, themselves included."""
    into: dict[PlaceId, list[PlaceId]] = defaultdict(list)
    for leg in legs:
        into[leg.to_place].append(leg.from_place)
    found, waiting = set(ends), list(ends)
    while waiting:
        for start in into[waiting.pop()]:
            if start not in found:
                found.add(start)
                waiting.append(start)
    return found


def _legs_without_lifts(operation: Operation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    types = {lift_type.id: lift_type.mode for lift_type in operation.lift_types}
    modes = {types[fleet.lift_type] for fleet in operation.fleets} | {Mode.FOOT}
    told = set()
    for number, leg in enumerate(operation.legs):
        if leg.mode not in modes and leg.mode not in told:
            told.add(leg.mode)
            yield (("legs", number), f"legs by {leg.mode}, but no fleet goes by {leg.mode}")
