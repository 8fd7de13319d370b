"""Stations at which gate phones stand, and what an operation says about them in advance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import check_id
from safepassage.model.refusal import RefusalReason

GATE, SEARCH, REGISTRATION, MEDICAL = "gate", "search", "registration", "medical"
BOARDING, RECEPTION = "boarding", "reception"
PROCESSING = (SEARCH, REGISTRATION, MEDICAL)
STATIONS = (GATE, *PROCESSING, BOARDING, RECEPTION)
LIST_GOOD_FOR_MAX = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station of the operation, and the reasons with which it may refuse; none: it lets pass."""

    id: str
    refuses: tuple[RefusalReason, ...]

    def __post_init__(self) -> None:
        check_id(self.id, "station")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePhones:
    """How the phones of an operation work.

    Attributes:
        list_good_for: how old a phone's list may be before an officer answers for it; None: as
            the program has it.
        stations: stations whose reasons are limited, and those that the program does not know.
    """

    list_good_for: timedelta | None = None
    stations: tuple[Station, ...] = ()

    def __post_init__(self) -> None:
        span = self.list_good_for
        if span is not None and not timedelta(0) < span <= LIST_GOOD_FOR_MAX:
            raise InvalidFactError(f"a list that is good for {span}: at most 7 days, above zero")

    @property
    def known(self) -> frozenset[str]:
        """Every station that a place of this operation may have."""
        return frozenset(STATIONS) | {station.id for station in self.stations}
