"""What follows from events: refusals, headcounts, and movements of those who were let through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from safepassage.control.batch import Handed
from safepassage.control.counting import Seen, Written, count
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import EntryId, GroupId, PlaceId
from safepassage.model.instant import EARLIEST, LATEST, to_micros
from safepassage.model.observation import Headcount
from safepassage.model.refusal import Refusal
from safepassage.operate.event import Event, EventKind
from safepassage.operate.passage import SIGHTED, Sighting
from safepassage.operate.stations import RECEPTION
from safepassage.store import gate_book, record
from safepassage.store.gate_book import Passage


@dataclass(slots=True)
class Item:
    """An event on its way."""

    handed: Handed
    hash: str
    text: str
    value: Any
    event: Event | None = None
    reason: str | None = None  # why it goes into quarantine
    said: str = ""  # the same, for people


def source_of(device: str) -> str:
    """Under which name a device stands in the ledger."""
    return f"gate/{device}"


def facts_of(items: Iterable[Item]) -> list[Written]:
    """What readable events become that move nobody."""
    return [
        _standing(item, item.event)
        for item in items
        if item.event is not None and item.event.kind not in SIGHTED
    ]


def counted(
    connection: Connection, items: Iterable[Item], now: datetime
) -> tuple[list[Written], list[Passage]]:
    """What follows from the sightings among events, given all sightings that were there before."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    for item in items:
        if item.event is not None and item.event.kind in SIGHTED:
            one = seen_of(item.event, _ahead(item))
            seen[one.subject].append(one)
    before = gate_book.passages(connection, seen)
    calls = gate_book.calls(
        connection, {s.group for each in seen.values() for s in each if s.group}
    )
    written: list[Written] = []
    passages: list[Passage] = []
    for subject, each in seen.items():
        group = next((s.group for s in each if s.group), None)
        found = count(before.get(subject, []), each, calls.get(group or "", []), now)
        written += found.facts
        passages += found.passages
    return written, passages


def _ahead(item: Item) -> int:
    return record.micros(item.handed.measure.clock_ahead)


def seen_of(event: Event, clock_ahead: int) -> Seen:
    """What an event says of a pass or band; how far its clock was ahead, in microseconds."""
    subject = event.subject or event.id
    sighting = _sighting(event, to_micros(event.at) - clock_ahead)
    return Seen(subject, event.group, sighting, source_of(event.device), clock_ahead)


def _standing(item: Item, event: Event) -> Written:
    instant, ahead = event.at, _ahead(item)
    if not EARLIEST <= event.at < LATEST:  # a clock that was never set: 1970
        instant, ahead = event.at - item.handed.measure.clock_ahead, 0
    return Written(_fact(event, instant), source_of(event.device), ahead, event.id)


def _fact(event: Event, instant: datetime) -> Refusal | Headcount:
    """What an event becomes that moves nobody."""
    if event.kind is EventKind.COUNT:
        return Headcount(
            id=EntryId(event.id),
            place=PlaceId(event.lift or event.place),
            heads=event.heads or 0,
            occurred_at=instant,
        )
    if event.reason is None:
        raise InvalidFactError(f"{event.id}: a refusal has its reason")
    return Refusal(
        id=EntryId(event.id),
        place=PlaceId(event.place),
        station=event.station,
        reason=event.reason,
        occurred_at=instant,
        pass_id=event.pass_id,
        group=None if event.group is None else GroupId(event.group),
        heads=event.heads or 1,
    )


def _sighting(event: Event, instant: int) -> Sighting:
    """Where from and where to.  Who has no pass is counted at a gate, aboard or at a haven."""
    kind, at, to = event.kind, event.place, event.place
    if kind is EventKind.WALKUP and event.lift and event.station == RECEPTION:
        kind = EventKind.ALIGHT
    if kind is EventKind.ALIGHT:
        at = event.lift or event.place
    elif kind in (EventKind.BOARD, EventKind.WALKUP):
        to = event.lift or event.place
    heads = event.heads or event.expected or 1
    return Sighting(instant, event.id, kind, at, to, heads, event.expected)
