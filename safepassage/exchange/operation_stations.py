"""What an operation file says about gate phones: their stations, and how long a list is good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from safepassage.exchange.document import Document
from safepassage.exchange.fault import choose_from, shown
from safepassage.exchange.yaml_text import Path
from safepassage.model.place import PlaceKind
from safepassage.model.refusal import RefusalReason
from safepassage.model.station import GatePhones, Station

_PART = "gate_phones"
# Where phones stand at all.
_KINDS = (PlaceKind.ASSEMBLY_AREA, PlaceKind.GATE, PlaceKind.TERMINAL, PlaceKind.HAVEN)


def read_gate_phones(document: Document) -> GatePhones:
    """The part `gate_phones`, without what has a fault."""
    values = document.values.get(_PART)
    if not isinstance(values, dict):
        return GatePhones()
    hours = values.get("list_good_for_h") if document.is_sound(_PART, "list_good_for_h") else None
    found: dict[str, Station] = {}
    stations = values.get("stations")
    for number, item in enumerate(stations if isinstance(stations, list) else ()):
        path: Path = (_PART, "stations", number)
        if not document.is_sound(*path):
            continue
        if item["id"] in found:
            problem = f"the station {shown(item['id'])} stands twice"
            document.fault((*path, "id"), problem, "Write all its reasons in one place")
            continue
        reasons = tuple(RefusalReason(reason) for reason in item["refuses"])
        found[item["id"]] = Station(id=item["id"], refuses=reasons)
    span = None if hours is None else timedelta(hours=float(hours))
    return GatePhones(list_good_for=span, stations=tuple(found.values()))


def check_stations(document: Document, phones: GatePhones) -> None:
    """A fault for each station of a place that nothing describes, or where no phone stands."""
    places = document.values.get("places")
    known = sorted(phones.known | _written(document))
    for number, place in enumerate(places if isinstance(places, list) else ()):
        path: Path = ("places", number)
        if not document.is_sound(*path) or "stations" not in place:
            continue
        if place["kind"] not in _KINDS:
            problem = f"no phone stands at a place of kind {place['kind']}"
            remedy = f"Leave stations out; they belong to: {', '.join(_KINDS)}"
            document.fault((*path, "stations"), problem, remedy)
            continue
        for at, station in enumerate(place["stations"]):
            if station not in known:
                problem = f"there is no station {shown(station)}"
                remedy = f"{choose_from(station, known)}, or describe it under gate_phones.stations"
                document.fault((*path, "stations", at), problem, remedy)


def _written(document: Document) -> set[str]:
    """Every station written under `gate_phones`: a fault there is told once, there."""
    values: Any = document.values.get(_PART)
    stations = values.get("stations") if isinstance(values, dict) else None
    items = stations if isinstance(stations, list) else ()
    return {i["id"] for i in items if isinstance(i, dict) and isinstance(i.get("id"), str)}
