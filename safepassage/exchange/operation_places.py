"""The places of an operation file: where they are, when they are open, what they take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from safepassage.exchange.airports import airport_remedy, find_airport
from safepassage.exchange.document import Document
from safepassage.exchange.fault import shown
from safepassage.exchange.local_time import LocalTimeError, known_zone, read_clock, read_instant
from safepassage.exchange.yaml_text import Path
from safepassage.model.ids import PlaceId
from safepassage.model.operation import Closure, OpeningHours, PlannedPlace
from safepassage.model.place import OUTSIDE, ClosingReason, PlaceKind


def read_places(document: Document) -> list[PlannedPlace]:
    """The places without a fault; every fault goes to the document."""
    if not document.is_sound("places") and not isinstance(document.values.get("places"), list):
        return []
    return [
        place
        for number in range(len(document.values["places"]))
        if (place := _place(document, ("places", number))) is not None
    ]


def _place(document: Document, path: Path) -> PlannedPlace | None:
    if not document.is_sound(*path):
        return None
    values: dict[str, Any] = document.node(path).plain()
    kind = PlaceKind(values["kind"])
    if values["id"] == OUTSIDE:
        remedy = "Leave it out: every operation has the place 'outside', where people come from"
        document.fault((*path, "id"), "'outside' is the id of a place that is built in", remedy)
    _check_reason(document, path, kind, values)
    zone_name = read_zone(document, (*path, "zone"), values.get("zone"))
    airport, latitude, longitude = _location(document, path, values)
    hours = _opening_hours(document, path, zone_name)
    closures = _closures(document, path, zone_name)
    if not document.is_sound(*path):
        return None
    rate = values.get("hourly_rate")
    return PlannedPlace(
        id=PlaceId(values["id"]),
        kind=kind,
        name=one_line(values.get("name")),
        airport=airport,
        latitude=latitude,
        longitude=longitude,
        capacity=None if values.get("capacity") is None else int(values["capacity"]),
        hourly_rate=None if rate is None else float(rate),
        opening_hours=tuple(hours),
        closures=tuple(closures),
        owner=one_line(values.get("owner")),
        reason=ClosingReason(values["reason"]) if "reason" in values else None,
        stations=tuple(values.get("stations", ())),
    )


def _check_reason(document: Document, path: Path, kind: PlaceKind, values: dict[str, Any]) -> None:
    if kind is PlaceKind.CLOSING and "reason" not in values:
        known = ", ".join(ClosingReason)
        problem = "a closing place without the reason for which cases end there"
        document.fault(path, problem, f"Add reason: with one of {known}", at_key="reason")
    if kind is not PlaceKind.CLOSING and "reason" in values:
        problem = f"a {kind} has no reason; only a closing place has one"
        document.fault((*path, "reason"), problem, "Leave it out, or write kind: closing")


def _location(
    document: Document, path: Path, values: dict[str, Any]
) -> tuple[str | None, float | None, float | None]:
    code, point = values.get("airport"), values.get("coordinates")
    if code is not None and point is not None:
        problem = "both an airport and coordinates: which of them is it?"
        document.fault(path, problem, "Keep one of the two", at_key="coordinates")
    if point is not None:
        return None, float(point["latitude"]), float(point["longitude"])
    if code is None:
        return None, None, None
    airport = find_airport(code)
    if airport is None:
        problem = f"no airport has the code {shown(code)}"
        document.fault((*path, "airport"), problem, airport_remedy(code))
        return None, None, None
    return airport.icao, airport.latitude, airport.longitude


def _opening_hours(document: Document, path: Path, place_zone: str | None) -> list[OpeningHours]:
    found = []
    for number, values in enumerate(document.node(path).plain().get("opening_hours", ())):
        here = (*path, "opening_hours", number)
        zone_name = place_zone
        if "zone" in values:
            zone_name = read_zone(document, (*here, "zone"), values["zone"])
        if zone_name is None:
            if document.is_sound(*path):
                problem = "opening hours without a zone"
                remedy = "Add zone: to them or to the place, for example zone: Asia/Kabul"
                document.fault(here, problem, remedy, at_key="zone")
            continue
        if values["from"] == values["to"]:
            remedy = "For all day write from: 00:00 and to: 24:00"
            document.fault(here, "it opens and closes at the same time", remedy, at_key="to")
        opens, closes = read_clock(values["from"]), read_clock(values["to"])
        found.append(OpeningHours(opens=opens, closes=closes, zone=zone_name))
    return found


def _closures(document: Document, path: Path, place_zone: str | None) -> list[Closure]:
    found = []
    for number, values in enumerate(document.node(path).plain().get("closures", ())):
        here = (*path, "closures", number)
        zone_name = place_zone
        if "zone" in values:
            zone_name = read_zone(document, (*here, "zone"), values["zone"])
        starts_at = instant_at(document, (*here, "from"), values["from"], zone_name)
        ends_at = None
        if "until" in values:
            ends_at = instant_at(document, (*here, "until"), values["until"], zone_name)
        if starts_at is None or ("until" in values and ends_at is None):
            continue
        if ends_at is not None and ends_at <= starts_at:
            problem = "the closure ends before it starts"
            document.fault((*here, "until"), problem, "Exchange from and until, or check the days")
            continue
        reason = one_line(values.get("reason"))
        found.append(Closure(starts_at=starts_at, ends_at=ends_at, reason=reason))
    return found


def read_zone(document: Document, path: Path, name: str | None) -> str | None:
    """A zone by its IANA name; a wrong one becomes a fault."""
    if name is None or not document.is_sound(*path):
        return None
    try:
        return known_zone(name)
    except LocalTimeError as error:
        document.fault(path, error.problem, error.remedy)
        return None


def instant_at(document: Document, path: Path, text: str, zone_name: str | None) -> datetime | None:
    """An instant; one that is impossible, or means two things, becomes a fault."""
    try:
        return read_instant(text, zone_name)
    except LocalTimeError as error:
        document.fault(path, error.problem, error.remedy)
        return None


def one_line(text: str | None) -> str | None:
    """Text on one line: what goes to the ledger and to tables has no line breaks."""
    return None if text is None else " ".join(text.split()) or None
