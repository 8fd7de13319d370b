"""The operation file: one YAML that a planner writes by hand, read or refused as a whole.

Everything that is wrong is said at once, each with its line, its field and what to write instead;
nobody should have to run a command eleven times to find eleven slips.  What is unusual but possible
becomes a warning of the operation.
"""

from __future__ import annotations

from typing import Any

from safepassage.exchange.document import Document, TooManyFaults
from safepassage.exchange.fault import Fault, OperationFileError, shown
from safepassage.exchange.local_time import read_clock
from safepassage.exchange.operation_causes import read_causes
from safepassage.exchange.operation_doubts import find_doubts
from safepassage.exchange.operation_lifts import (
    check_known,
    ids,
    read_fleets,
    read_legs,
    read_lift_types,
    read_operator_classes,
    stated,
)
from safepassage.exchange.operation_places import instant_at, one_line, read_places, read_zone
from safepassage.exchange.operation_schema import check_schema
from safepassage.exchange.operation_stations import check_stations, read_gate_phones
from safepassage.exchange.yaml_text import Path, YamlError, YamlKind, read_yaml
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId
from safepassage.model.operation import (
    EVERYBODY,
    Baseline,
    Category,
    Operation,
    PlannedDeadline,
    ReportingWindow,
)

__all__ = ["Fault", "OperationFileError", "read_operation"]

_KIND = YamlKind(
    name="operation file",
    example_id="abbey-gate",
    if_another_format="An operation file is plain text: give the .yaml file",
    if_too_long="An operation needs a few kilobytes: is it the right file?",
    if_empty="Start with operation:, zones: and places:",
    if_two_documents="One file, one operation",
    if_too_many_values="Leave out what nobody plans with",
    if_too_deep="An operation file needs five levels at most",
)
_PARTS_WITH_IDS = {
    "baselines": "baseline",
    "deadlines": "deadline",
    "places": "place",
    "operator_classes": "operator class",
    "lift_types": "lift type",
    "categories": "category",
    "causes": "cause",
}


def read_operation(text: str | bytes, name: str) -> Operation:
    """The operation that a file describes.

    `name` is what the file is called in messages.

    Raises:
        OperationFileError: it cannot be read; its `faults` say where, what and the remedy.
    """
    try:
        root, faults, warnings = read_yaml(text, _KIND)
    except YamlError as error:
        raise OperationFileError(name, error.faults) from None
    document = Document(root, _KIND, faults, warnings)
    operation: Operation | None = None
    try:
        check_schema(document)
        if isinstance(document.values, dict):
            operation = _operation(document)
    except TooManyFaults:
        pass
    if operation is None or document.faults:
        raise OperationFileError(name, document.faults)
    return operation


def _operation(document: Document) -> Operation | None:
    _check_ids_once(document)
    zones = [
        read_zone(document, ("zones", number), zone_name)
        for number, zone_name in enumerate(_list(document, "zones"))
        if isinstance(zone_name, str)
    ]
    window = _reporting_window(document)
    baselines = _baselines(document)
    deadlines = _deadlines(document)
    places = read_places(document)
    operator_classes = read_operator_classes(document)
    lift_types = read_lift_types(document)
    fleets = read_fleets(document)
    legs = read_legs(document, places)
    categories = _categories(document)
    withdraw_last = _withdraw_last(document)
    causes = read_causes(document, {str(c.id) for c in categories})
    gate_phones = read_gate_phones(document)
    check_stations(document, gate_phones)
    if document.faults or window is None:
        return None
    values: dict[str, Any] = document.values
    try:
        operation = Operation(
            id=values["operation"]["id"],
            name=one_line(values["operation"]["name"]) or values["operation"]["id"],
            summary=values["operation"].get("summary", "").strip(),
            zones=tuple(z for z in zones if z is not None),
            reporting_window=window,
            baselines=tuple(baselines),
            deadlines=tuple(deadlines),
            places=tuple(places),
            operator_classes=tuple(operator_classes),
            lift_types=tuple(lift_types),
            fleets=tuple(fleets),
            legs=tuple(legs),
            categories=tuple(categories),
            withdraw_last=tuple(withdraw_last),
            causes=tuple(causes),
            gate_phones=gate_phones,
            extensions={key: value for key, value in values.items() if key.startswith("x-")},
        )
    except InvalidFactError as error:  # a rule of the model that no check above has foreseen
        document.fault((), str(error), "See the reference of the operation file")
        return None
    return find_doubts(operation, document)


def _list(document: Document, part: str) -> list[Any]:
    values = document.values.get(part)
    return values if isinstance(values, list) else []


def _check_ids_once(document: Document) -> None:
    for part, what in _PARTS_WITH_IDS.items():
        first: dict[str, Path] = {}
        for number, item in enumerate(_list(document, part)):
            item_id = item.get("id") if isinstance(item, dict) else None
            path: Path = (part, number, "id")
            if not isinstance(item_id, str):
                continue
            if item_id in first:
                line = document.spot(first[item_id]).line
                here = document.spot(path).line
                problem = f"{what} {shown(item_id)} stands twice, on lines {line} and {here}"
                document.fault(path, problem, "Give one of them another id, or keep one")
            first.setdefault(item_id, path)


def _reporting_window(document: Document) -> ReportingWindow | None:
    if not document.is_sound("reporting_window"):
        return None
    values = document.values["reporting_window"]
    zone_name = read_zone(document, ("reporting_window", "zone"), values["zone"])
    if zone_name is None:
        return None
    start = read_clock(values["start"])
    return ReportingWindow(start=start, hours=int(values["hours"]), zone=zone_name)


def _baselines(document: Document) -> list[Baseline]:
    found = []
    for path, item in stated(document, "baselines"):
        zone_name = read_zone(document, (*path, "zone"), item["zone"])
        if zone_name is None:
            continue
        at = instant_at(document, (*path, "at"), item["at"], zone_name)
        if at is not None:
            label = one_line(item["label"]) or item["id"]
            found.append(Baseline(id=item["id"], label=label, at=at, zone=zone_name))
    return found


def _deadlines(document: Document) -> list[PlannedDeadline]:
    found = []
    for path, item in stated(document, "deadlines"):
        zone_name = read_zone(document, (*path, "zone"), item["zone"])
        if zone_name is None:
            continue
        at = instant_at(document, (*path, "at"), item["at"], zone_name)
        if at is not None:
            found.append(
                PlannedDeadline(
                    id=item["id"],
                    at=at,
                    zone=zone_name,
                    name=one_line(item.get("name")),
                    reason=one_line(item.get("reason")),
                )
            )
    return found


def _categories(document: Document) -> list[Category]:
    if "categories" not in document.values:
        return list(EVERYBODY)
    return [
        Category(
            id=CategoryId(item["id"]),
            name=one_line(item["name"]) or item["id"],
            order=int(item.get("order", 1)),
            staff=item.get("staff", False),
            counted=item.get("counted", True),
        )
        for _, item in stated(document, "categories")
    ]


def _withdraw_last(document: Document) -> list[CategoryId]:
    known = ids(document, "categories")
    if "categories" not in document.values:
        known = {category.id for category in EVERYBODY}
    found = []
    for number, category in enumerate(_list(document, "withdraw_last")):
        if document.is_sound("withdraw_last", number):
            check_known(document, ("withdraw_last", number), "category", category, known)
            found.append(CategoryId(category))
    return found
