"""Sync: what phones send becomes facts, each event has one fate, the answer is a signed receipt.

The events, what follows from them in the ledger, and their fates are one transaction; the receipt
is given when it is on the disk.  A batch is never refused for one of its events.

    recorded     it is kept, and what follows from it is in the ledger
    known        it was recorded before: sent again because a receipt was lost
    quarantined  it is kept with the reason, for somebody to look at
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection

from safepassage.control.batch import Batch
from safepassage.control.counting import Seen, Written, count
from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import CLOCK_AHEAD_MAX
from safepassage.model.ids import EntryId, GroupId, PlaceId
from safepassage.model.instant import EARLIEST, LATEST, to_micros
from safepassage.model.observation import Headcount
from safepassage.model.refusal import Refusal
from safepassage.operate.event import (
    EVENT_LENGTH_MAX,
    Event,
    EventError,
    EventKind,
    read_event,
)
from safepassage.operate.passage import SIGHTED, Sighting
from safepassage.store import append, gate_book, quarantine, record
from safepassage.store.gate_book import QUARANTINED, RECORDED, KeptBatch, KeptEvent, Known
from safepassage.store.gate_devices import Device
from safepassage.store.record import Offer
from safepassage.store.writer import Transaction

FUTURE = timedelta(minutes=10)  # an event may be ahead of its own batch by a clock that was set
RECEPTION = "reception"  # the station at a haven


class Reason(StrEnum):
    """Why an event is in quarantine."""

    BAD_EVENT = "bad-event"
    OTHER_DEVICE = "other-device"
    ID_TAKEN = "id-taken"
    FROM_THE_FUTURE = "from-the-future"
    REVOKED_DEVICE = "revoked-device"
    NOT_RECORDED = "not-recorded"


class Fate(NamedTuple):
    """What became of one event."""

    id: str | None
    hash: str
    state: str  # recorded, known or quarantined
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a batch came: when, by whom, and how far its device's clock was ahead."""

    received_at: datetime  # by whoever received it first
    clock_ahead: timedelta
    hub: str | None = None  # that handed it over

    @classmethod
    def of(cls, batch: Batch, now: datetime) -> Measure:
        """Measured here and now; the time on the way is its uncertainty."""
        return cls(received_at=now, clock_ahead=batch.instant - now)


@dataclass(slots=True)
class _Item:
    """An event on its way."""

    hash: str
    text: str
    value: Any
    event: Event | None = None
    reason: Reason | None = None
    said: str = ""  # what is wrong with it, for people


@dataclass(slots=True)
class _Pile:
    """What a batch adds to the ledger."""

    written: list[Written] = field(default_factory=list)
    seen: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))


def take(
    begun: Transaction, device: Device, batch: Batch, measure: Measure, now: datetime
) -> list[Fate]:
    """Take in a rightly signed batch, inside a transaction; a fate for each event, in their order.

    Raises:
        DBAPIError: nothing of it is kept; the caller must not acknowledge anything.
    """
    connection = begun.connection
    before = gate_book.known(connection, set(batch.hashes))
    items = {
        digest: _Item(digest, text, value)
        for digest, text, value in zip(batch.hashes, batch.texts, batch.values, strict=True)
        if digest not in before
    }
    _look_at(connection, items.values(), device, measure, now)
    _record(begun, items.values(), device, measure, now)
    if items:
        _keep(connection, batch, list(items.values()), device, measure, now)
    new = {item.hash: item for item in items.values()}
    return [_fate(digest, new.pop(digest, None), before, items) for digest in batch.hashes]


def source_of(device: str) -> str:
    """Under which name a device stands in the ledger."""
    return f"gate/{device}"


def _fate(
    digest: str, item: _Item | None, before: dict[str, Known], items: dict[str, _Item]
) -> Fate:
    """The fate of an event; the second of two in one batch is known."""
    if item is not None:
        state = RECORDED if item.reason is None else QUARANTINED
        return Fate(_id_of(item), digest, state, item.reason)
    if digest in items:
        twice = items[digest]
        return Fate(_id_of(twice), digest, _again(twice.reason), twice.reason)
    id, _, reason = before[digest]
    return Fate(id, digest, _again(reason), reason)


def _again(reason: str | None) -> str:
    return "known" if reason is None else QUARANTINED


def _look_at(
    connection: Connection,
    items: Iterable[_Item],
    device: Device,
    measure: Measure,
    now: datetime,
) -> None:
    """Read each event, and say of each that cannot be recorded why."""
    found = list(items)
    for item in found:
        _read(item, device, measure, now)
    ids = {item.event.id for item in found if item.event is not None and item.reason is None}
    taken = gate_book.recorded_ids(connection, ids)
    for item in found:
        if item.event is None or item.reason is not None:
            continue
        if item.event.id in taken:
            item.reason, item.said = Reason.ID_TAKEN, "another event has its id"
        taken.add(item.event.id)


def _read(item: _Item, device: Device, measure: Measure, now: datetime) -> None:
    if device.revoked_at is not None:
        item.reason, item.said = Reason.REVOKED_DEVICE, f"{device.id} was revoked"
    try:
        if len(item.text) > EVENT_LENGTH_MAX:
            raise EventError(f"{len(item.text)} characters; an event has at most 8,192")
        event = read_event(item.value)
    except EventError as fault:
        item.reason, item.said = item.reason or Reason.BAD_EVENT, item.said or str(fault)
        return
    item.event = event
    if item.reason is not None:
        return
    true = event.at - measure.clock_ahead
    if event.device != device.id:
        item.reason, item.said = Reason.OTHER_DEVICE, f"it names {event.device}"
    elif true > measure.received_at + FUTURE or true > now + FUTURE:
        item.reason = Reason.FROM_THE_FUTURE
        item.said = f"it happened {true - measure.received_at} after it was sent"
    elif not EARLIEST <= true < LATEST:
        item.reason, item.said = Reason.BAD_EVENT, f"{event.at} is no instant of this operation"


def _record(
    begun: Transaction, items: Iterable[_Item], device: Device, measure: Measure, now: datetime
) -> None:
    """Bring into the ledger what follows from the events; what it refuses goes to quarantine."""
    good = [item for item in items if item.event is not None and item.reason is None]
    pile = _pile(good, device, measure)
    offers = _offers(pile.written, good)
    counted, passages = _counted(begun.connection, pile, now)
    offers += _offers(counted, good)
    receipt = append.append(*begun, offers, [], now)
    for item in good:
        event = item.event
        refusal = receipt.reasons.get(EntryId(event.id)) if event is not None else None
        if refusal is not None:
            item.reason, item.said = Reason.NOT_RECORDED, refusal
    gate_book.keep_passages(begun.connection, passages)


def _pile(items: Iterable[_Item], device: Device, measure: Measure) -> _Pile:
    pile = _Pile()
    source, ahead = source_of(device.id), record.micros(measure.clock_ahead)
    for item in items:
        event = item.event
        if event is None:
            continue
        if event.kind in SIGHTED:
            subject = event.subject or event.id
            sighting = _sighting(event, to_micros(event.at) - ahead)
            pile.seen[subject].append(Seen(subject, event.group, sighting, source, ahead))
            continue
        instant, clock_ahead = event.at, ahead
        if not EARLIEST <= event.at < LATEST:  # a clock that was never set: 1970
            instant, clock_ahead = event.at - measure.clock_ahead, 0
        fact = _fact(event, instant)
        pile.written.append(Written(fact, source, clock_ahead, event.id))
    return pile


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


def _counted(
    connection: Connection, pile: _Pile, now: datetime
) -> tuple[list[Written], list[gate_book.Passage]]:
    """What follows from the sightings, given all that were there before."""
    before = gate_book.passages(connection, pile.seen)
    groups = {seen.group for each in pile.seen.values() for seen in each if seen.group}
    calls = gate_book.calls(connection, groups)
    written: list[Written] = []
    passages: list[gate_book.Passage] = []
    for subject, seen in pile.seen.items():
        group = next((s.group for s in seen if s.group), None)
        counted = count(before.get(subject, []), seen, calls.get(group or "", []), now)
        written += counted.facts
        passages += counted.passages
    return written, passages


def _offers(written: Iterable[Written], items: Iterable[_Item]) -> list[Offer]:
    """Facts made ready for the ledger; the event of one that cannot be is not recorded."""
    by_id = {item.event.id: item for item in items if item.event is not None}
    offers: list[Offer] = []
    for fact, source, ahead, event in written:
        try:
            offers.append(record.offer(fact, source, ahead))
        except InvalidFactError as fault:
            if event in by_id:
                by_id[event].reason, by_id[event].said = Reason.NOT_RECORDED, str(fault)
    return offers


def _keep(
    connection: Connection,
    batch: Batch,
    items: Sequence[_Item],
    device: Device,
    measure: Measure,
    now: datetime,
) -> None:
    number, first = gate_book.next_numbers(connection)
    received = to_micros(measure.received_at)
    ahead = min(max(measure.clock_ahead, -CLOCK_AHEAD_MAX), CLOCK_AHEAD_MAX)
    kept = KeptBatch(
        number=number,
        device=device.id,
        sent_at=batch.sent_at,
        hashes=" ".join(batch.hashes),
        signature=batch.signature,
        hub=measure.hub,
        received_at=received,
        clock_ahead=record.micros(ahead),
    )
    events = [
        KeptEvent(
            number=first + place,
            hash=item.hash,
            id=_id_of(item),
            device=device.id,
            seq=_said(item, "seq", int),
            prev=_said(item, "prev", str),
            kind=None if item.event is None else item.event.kind.value,
            state=RECORDED if item.reason is None else QUARANTINED,
            reason=item.reason,
            batch=number,
            received_at=received,
            text=item.text,
        )
        for place, item in enumerate(items)
    ]
    gate_book.keep_batch(connection, kept, events)
    refused = [item for item in items if item.reason is not None]
    source = source_of(device.id)
    quarantine.keep(
        connection,
        (
            quarantine.Refusal(_id_of(item), f"{item.reason}: {item.said}", item.text, source)
            for item in refused
        ),
        now,
    )


def _id_of(item: _Item) -> str | None:
    """The id under which an event came, also of one that could not be read."""
    found = _said(item, "id", str)
    return str(found)[:100] if found is not None else None


def _said(item: _Item, name: str, kind: type) -> Any:
    """A field of an event that may be unreadable otherwise."""
    value = item.value.get(name) if isinstance(item.value, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 < value < 2**53 else None
    return quarantine.printable(str(value))[:100]
