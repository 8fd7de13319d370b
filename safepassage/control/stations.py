"""What an operation says about its stations, as a store keeps it, and as a hub borrows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from safepassage.exchange.operation_file import OperationFileError, read_operation
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import PlaceId
from safepassage.model.refusal import RefusalReason
from safepassage.operate.stations import Stations
from safepassage.store.store import Store

OPERATION = "operation"  # the document of the operation file
LENT = "gate-stations"  # the document of what a main server lent; a hub has no say in it


def stations_of(store: Store) -> Stations:
    """The stations of the operation of a store; at a hub, those of its main server."""
    lent = store.get_document(LENT)
    if lent is not None:
        return from_plain(json.loads(lent.text))
    kept = store.get_document(OPERATION)
    return Stations() if kept is None else _read(kept.text)


@lru_cache(maxsize=2)
def _read(text: str) -> Stations:
    try:
        return Stations.of(read_operation(text, OPERATION))
    except OperationFileError:  # of another version of the program: phones go on as they are
        return Stations()


def keep_lent(store: Store, told: object, now: datetime) -> None:
    """Keep what a main server lent.

    Raises:
        InvalidFactError: it cannot be read.
    """
    if isinstance(told, Mapping):
        store.put_document(LENT, json.dumps(to_plain(from_plain(told))), recorded_at=now)


def to_plain(stations: Stations) -> dict[str, Any]:
    """As JSON values."""
    span = stations.list_good_for
    return {
        "at": {place: list(each) for place, each in stations.at.items()},
        "refuses": {station: list(each) for station, each in stations.refuses.items()},
        "good_for_s": None if span is None else int(span.total_seconds()),
    }


def from_plain(told: Mapping[str, Any]) -> Stations:
    """What `to_plain` made.

    Raises:
        InvalidFactError: it cannot be read.
    """
    try:
        seconds = told["good_for_s"]
        return Stations(
            at={PlaceId(p): tuple(map(str, s)) for p, s in told["at"].items()},
            refuses={s: tuple(map(RefusalReason, why)) for s, why in told["refuses"].items()},
            list_good_for=None if seconds is None else timedelta(seconds=seconds),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise InvalidFactError(f"what was lent about stations cannot be read: {fault}") from fault
