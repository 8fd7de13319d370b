"""Which stations a phone may be set to, by what the place is for where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from safepassage.model.place import PlaceKind

GATE, SEARCH, REGISTRATION, MEDICAL = "gate", "search", "registration", "medical"
BOARDING, RECEPTION = "boarding", "reception"
_PROCESSING = (SEARCH, REGISTRATION, MEDICAL)
STATIONS = (GATE, *_PROCESSING, BOARDING, RECEPTION)
_AT: Mapping[PlaceKind, tuple[str, ...]] = {
    PlaceKind.ASSEMBLY_AREA: (GATE, *_PROCESSING),
    PlaceKind.GATE: (GATE, *_PROCESSING),
    PlaceKind.TERMINAL: (*_PROCESSING, BOARDING, GATE),
    PlaceKind.HAVEN: (RECEPTION, *_PROCESSING, BOARDING),
}


def stations_at(kind: PlaceKind | None, own: str) -> tuple[str, ...]:
    """The stations of a place of that kind, the phone's own one first."""
    listed = STATIONS if kind is None else _AT.get(kind, STATIONS)
    return (own, *(station for station in listed if station != own))
