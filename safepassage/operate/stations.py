"""Which stations a phone may be set to, and with which reasons it may refuse there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from safepassage.model.ids import PlaceId
from safepassage.model.operation import Operation
from safepassage.model.place import PlaceKind
from safepassage.model.refusal import RefusalReason
from safepassage.model.station import (
    BOARDING,
    GATE,
    MEDICAL,
    PROCESSING,
    RECEPTION,
    REGISTRATION,
    SEARCH,
    STATIONS,
)

__all__ = [
    "BOARDING",
    "GATE",
    "MEDICAL",
    "RECEPTION",
    "REGISTRATION",
    "SEARCH",
    "STATIONS",
    "Stations",
]
_AT: Mapping[PlaceKind, tuple[str, ...]] = {
    PlaceKind.ASSEMBLY_AREA: (GATE, *PROCESSING),
    PlaceKind.GATE: (GATE, *PROCESSING),
    PlaceKind.TERMINAL: (*PROCESSING, BOARDING, GATE),
    PlaceKind.HAVEN: (RECEPTION, *PROCESSING, BOARDING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stations:
    """What an operation says about its stations; what it leaves out is as places of a kind are.

    Attributes:
        at: the stations of places that have a list of their own.
        refuses: the reasons of stations that may refuse with some only.
        list_good_for: how old a phone's list may be; None: as the phone has it.
    """

    at: Mapping[PlaceId, tuple[str, ...]] = field(default_factory=dict, hash=False)
    refuses: Mapping[str, tuple[RefusalReason, ...]] = field(default_factory=dict, hash=False)
    list_good_for: timedelta | None = None

    @classmethod
    def of(cls, operation: Operation) -> Stations:
        """As the operation file says."""
        phones = operation.gate_phones
        return cls(
            at={place.id: place.stations for place in operation.places if place.stations},
            refuses={station.id: station.refuses for station in phones.stations},
            list_good_for=phones.list_good_for,
        )

    @property
    def known(self) -> tuple[str, ...]:
        """Every station, those of this operation alone at the end."""
        return (*STATIONS, *(each for each in self.refuses if each not in STATIONS))

    def may_be(self, place: PlaceId, station: str) -> bool:
        """Whether a phone at a place may be set to a station."""
        return station in self.at.get(place, (station,))

    def offered(self, place: PlaceId, kind: PlaceKind | None, own: str) -> tuple[str, ...]:
        """The stations of a place, the phone's own one first."""
        usual = STATIONS if kind is None else _AT.get(kind, STATIONS)
        return (own, *(each for each in self.at.get(place, usual) if each != own))
