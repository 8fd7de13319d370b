"""Sync: what phones send becomes facts, each event has one fate, the answer is a signed receipt.

The events, what follows from them in the ledger, and their fates are one transaction; the receipt
is given when it is on the disk.  A batch is never refused for one of its events.

    recorded     it is kept, and what follows from it is in the ledger
    known        it was recorded before: sent again because a receipt was lost
    quarantined  it is kept with the reason, for somebody to look at
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection

from safepassage.control.batch import Handed
from safepassage.control.counting import Written
from safepassage.control.following import Item, counted, facts_of, source_of
from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import CLOCK_AHEAD_MAX
from safepassage.model.ids import EntryId
from safepassage.model.instant import EARLIEST, LATEST, to_micros
from safepassage.operate.event import EVENT_LENGTH_MAX, EventError, read_event
from safepassage.store import append, gate_book, quarantine, record
from safepassage.store.gate_book import RECORDED, KeptBatch, KeptEvent, Known
from safepassage.store.gate_quarantine import QUARANTINED
from safepassage.store.record import Offer
from safepassage.store.writer import Transaction

FUTURE = timedelta(minutes=10)  # an event may be ahead of its own batch by a clock that was set
KNOWN = "known"


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


class Taken(NamedTuple):
    """What became of the events of each batch, in their order, and where the ledger then ends."""

    fates: list[list[Fate]]
    size: int


def take(begun: Transaction, handed: Sequence[Handed], now: datetime) -> Taken:
    """Take in rightly signed batches inside a transaction; the caller commits, then answers.

    Raises:
        DBAPIError: nothing of it is kept; the caller must not acknowledge anything.
    """
    connection = begun.connection
    before = gate_book.known(connection, {digest for h in handed for digest in h.batch.hashes})
    items: dict[str, Item] = {}
    for each in handed:
        batch = each.batch
        for digest, text, value in zip(batch.hashes, batch.texts, batch.values, strict=True):
            if digest not in before:
                items.setdefault(digest, Item(each, digest, text, value))
    _look_at(connection, list(items.values()), now)
    size = follow(begun, list(items.values()), now)
    if items:
        _keep(connection, handed, list(items.values()), now)
    new = dict(items)
    fates = [[_fate(d, new.pop(d, None), before, items) for d in h.batch.hashes] for h in handed]
    return Taken(fates, size)


def _fate(digest: str, item: Item | None, before: dict[str, Known], items: dict[str, Item]) -> Fate:
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
    return KNOWN if reason is None else QUARANTINED


def _look_at(connection: Connection, items: Sequence[Item], now: datetime) -> None:
    """Read each event, and say of each that cannot be recorded why."""
    for item in items:
        _read(item, now)
    ids = {item.event.id for item in items if item.event is not None and item.reason is None}
    taken = gate_book.recorded_ids(connection, ids)
    for item in items:
        if item.event is None or item.reason is not None:
            continue
        if item.event.id in taken:
            item.reason, item.said = Reason.ID_TAKEN, "another event has its id"
        taken.add(item.event.id)


def _read(item: Item, now: datetime) -> None:
    device, measure = item.handed.device, item.handed.measure
    if device.revoked_at is not None and device.revoked_at <= measure.received_at:
        item.reason, item.said = Reason.REVOKED_DEVICE, f"{device.id} was revoked"
    try:
        if len(item.text) > EVENT_LENGTH_MAX:
            raise EventError(f"{len(item.text)} characters; an event has at most 8,192")
        event = item.event = read_event(item.value)
    except EventError as fault:
        item.reason, item.said = item.reason or Reason.BAD_EVENT, item.said or str(fault)
        return
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


def follow(begun: Transaction, items: Sequence[Item], now: datetime) -> int:
    """Bring into the ledger what follows from events, and say where it then ends.

    What the ledger refuses has its reason afterwards.
    """
    good = [item for item in items if item.event is not None and item.reason is None]
    by_id = {item.event.id: item for item in good if item.event is not None}
    written, passages = counted(begun.connection, good, now)
    offers = _offers([*facts_of(good), *written], by_id)
    receipt = append.append(*begun, offers, [], now)
    for event, item in by_id.items():
        refusal = receipt.reasons.get(EntryId(event))
        if refusal is not None:
            item.reason, item.said = Reason.NOT_RECORDED, refusal
    kept = (p for p in passages if p.event not in by_id or by_id[p.event].reason is None)
    gate_book.keep_passages(begun.connection, list(kept))
    return receipt.head.seq


def _offers(written: Iterable[Written], by_id: dict[str, Item]) -> list[Offer]:
    """Facts made ready for the ledger; the event of one that cannot be is not recorded."""
    offers: list[Offer] = []
    for fact, source, ahead, event in written:
        try:
            offers.append(record.offer(fact, source, ahead))
        except InvalidFactError as fault:
            if event in by_id:
                by_id[event].reason, by_id[event].said = Reason.NOT_RECORDED, str(fault)
    return offers


def _keep(
    connection: Connection, handed: Sequence[Handed], items: Sequence[Item], now: datetime
) -> None:
    """Keep the batches that brought something new, their events, and what is in quarantine."""
    bringing = {id(item.handed): item.handed for item in items}
    number, first = gate_book.next_numbers(connection)
    numbers = {key: number + place for place, key in enumerate(bringing)}
    gate_book.keep_batches(connection, [_batch(numbers[k], h) for k, h in bringing.items()])
    gate_book.keep_events(
        connection,
        [_event(first + n, numbers[id(item.handed)], item) for n, item in enumerate(items)],
    )
    refused = (item for item in items if item.reason is not None)
    quarantine.keep(connection, map(_refusal, refused), now)


def _batch(number: int, handed: Handed) -> KeptBatch:
    batch, measure = handed.batch, handed.measure
    ahead = min(max(measure.clock_ahead, -CLOCK_AHEAD_MAX), CLOCK_AHEAD_MAX)
    return KeptBatch(
        number=number,
        device=batch.device,
        sent_at=batch.sent_at,
        hashes=" ".join(batch.hashes),
        signature=batch.signature,
        hub=measure.hub,
        received_at=to_micros(measure.received_at),
        clock_ahead=record.micros(ahead),
    )


def _event(number: int, batch: int, item: Item) -> KeptEvent:
    return KeptEvent(
        number=number,
        hash=item.hash,
        id=_id_of(item),
        device=item.handed.batch.device,
        seq=_said(item, "seq", int),
        prev=_said(item, "prev", str),
        kind=None if item.event is None else item.event.kind.value,
        state=RECORDED if item.reason is None else QUARANTINED,
        reason=item.reason,
        batch=batch,
        received_at=to_micros(item.handed.measure.received_at),
        text=item.text,
    )


def _refusal(item: Item) -> quarantine.Refusal:
    source = source_of(item.handed.batch.device)
    return quarantine.Refusal(_id_of(item), f"{item.reason}: {item.said}", item.text, source)


def _id_of(item: Item) -> str | None:
    """The id under which an event came, also of one that could not be read."""
    found = _said(item, "id", str)
    return str(found)[:100] if found is not None else None


def _said(item: Item, name: str, kind: type) -> Any:
    """A field of an event that may be unreadable otherwise."""
    value = item.value.get(name) if isinstance(item.value, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 < value < 2**53 else None
    return quarantine.printable(str(value))[:100]
