"""What phones said, and where each pass was seen: rows read and written inside one transaction.

Whoever calls holds the transaction; nothing here begins or ends one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, case, func, select, update

from safepassage.model.movement import Phase
from safepassage.store.gate_devices import Device, device_from
from safepassage.store.gate_quarantine import RELEASED
from safepassage.store.gate_tables import (
    gate_batch,
    gate_decision,
    gate_device,
    gate_event,
    gate_passage,
    gate_server,
)
from safepassage.store.schema import entry
from safepassage.store.statement import Lookup, insert_rows

RECORDED = "recorded"


class KeptEvent(NamedTuple):
    """One row of ``gate_event``, in the order of its columns."""

    number: int
    hash: str
    id: str | None
    device: str
    seq: int | None
    prev: str | None
    kind: str | None
    state: str
    reason: str | None
    batch: int
    received_at: int
    text: str


class KeptBatch(NamedTuple):
    """One row of ``gate_batch``, in the order of its columns."""

    number: int
    device: str
    sent_at: str
    hashes: str
    signature: str
    hub: str | None
    received_at: int
    clock_ahead: int


class Passage(NamedTuple):
    """One row of ``gate_passage``, in the order of its columns."""

    event: str
    subject: str
    instant: int
    source: str
    clock_ahead: int
    sighting: str
    moves: str
    again: int
    times: int


class Call(NamedTuple):
    """A promise by which a group is called forward."""

    id: str
    group: str
    from_place: str
    to_place: str
    category: str
    instant: int
    is_open: bool  # nothing has settled it


class Known(NamedTuple):
    """What became of an event that was heard before."""

    id: str | None
    state: str
    reason: str | None


_DEVICES = Lookup(select(gate_device), gate_device.c.id)
_later = entry.alias()
_made = gate_decision.alias()
_released = (
    select(_made.c.hash)
    .where(_made.c.hash == gate_event.c.hash, _made.c.verdict == RELEASED)
    .correlate(gate_event)
    .exists()
)
_counts = (gate_event.c.state == RECORDED) | _released  # what follows from it is in the ledger
_BY_HASH = Lookup(
    select(
        gate_event.c.hash,
        gate_event.c.id,
        case((_counts, RECORDED), else_=gate_event.c.state),
        case((_counts, None), else_=gate_event.c.reason),
    ),
    gate_event.c.hash,
)
_BY_ID = Lookup(select(gate_event.c.id).where(_counts).distinct(), gate_event.c.id)
_PASSAGES = Lookup(select(gate_passage), gate_passage.c.subject)
_heard_row = (gate_event.c.id == gate_passage.c.event) & _counts
PASSAGES_HEARD = (  # every sighting that is kept, beside what its phone said, by pass or band
    select(
        gate_passage,
        gate_event.c.text,
        gate_event.c.device,
        gate_batch.c.clock_ahead.label("measured"),
        gate_decision.c.instant.label("released_for"),
    )
    .select_from(gate_passage)
    .outerjoin(gate_event, _heard_row)
    .outerjoin(gate_batch, gate_batch.c.number == gate_event.c.batch)
    .outerjoin(gate_decision, gate_decision.c.hash == gate_event.c.hash)
    .order_by(gate_passage.c.subject, gate_passage.c.instant, gate_passage.c.event)
)
_CALLS = Lookup(
    select(
        entry.c.id,
        entry.c.grp,
        entry.c.from_place,
        entry.c.to_place,
        entry.c.category,
        entry.c.instant,
        ~select(_later.c.id).where(_later.c.fulfils == entry.c.id).exists(),
    ).where(entry.c.phase == Phase.PENDING.value, entry.c.grp.is_not(None)),
    entry.c.grp,
)


def known(connection: Connection, hashes: Iterable[str]) -> dict[str, Known]:
    """What became of those events that were heard before, by their hash."""
    return {row[0]: Known(*row[1:]) for row in _BY_HASH(connection, list(hashes))}


def not_followed(kinds: Collection[str]) -> Select[Any]:
    """Recorded events of these kinds that no way of a pass has: there should be none."""
    passed = select(gate_passage.c.event).where(gate_passage.c.event == gate_event.c.id)
    query = select(gate_event.c.id, gate_event.c.device).where(_counts)
    return query.where(gate_event.c.kind.in_(kinds), ~passed.exists())


def recorded_ids(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these ids are those of recorded events."""
    return {row[0] for row in _BY_ID(connection, list(ids))}


def passages(connection: Connection, subjects: Iterable[str]) -> dict[str, list[Passage]]:
    """Where these passes and bands were seen."""
    found: dict[str, list[Passage]] = defaultdict(list)
    for row in _PASSAGES(connection, list(subjects)):
        found[row[1]].append(Passage(*row))
    return found


def calls(connection: Connection, groups: Iterable[str]) -> dict[str, list[Call]]:
    """By which promises these groups are called forward, the earliest first."""
    found: dict[str, list[Call]] = defaultdict(list)
    for row in _CALLS(connection, list(groups)):
        found[row[1]].append(Call(*row))
    for promised in found.values():
        promised.sort(key=lambda c: (c.instant, c.id))
    return found


def calls_in_force(connection: Connection, groups: Iterable[str]) -> list[str]:
    """The bodies of the open promises by which these groups are called forward."""
    ids = [c.id for each in calls(connection, groups).values() for c in each if c.is_open]
    return [row[0] for row in _BODIES(connection, ids)]


_BODIES = Lookup(select(entry.c.body), entry.c.id)


def next_numbers(connection: Connection) -> tuple[int, int]:
    """The numbers of the next batch and of the next event."""
    row = connection.execute(
        select(
            select(func.max(gate_batch.c.number)).scalar_subquery(),
            select(func.max(gate_event.c.number)).scalar_subquery(),
        )
    ).one()
    return (row[0] or 0) + 1, (row[1] or 0) + 1


def keep_batches(connection: Connection, batches: Sequence[KeptBatch]) -> None:
    """Keep what devices signed, for ever."""
    insert_rows(connection, gate_batch, batches)


def keep_events(connection: Connection, events: Sequence[KeptEvent]) -> None:
    """Keep what phones said, letter by letter, and what became of it, for ever."""
    insert_rows(connection, gate_event, events)


def keep_passages(connection: Connection, rows: Sequence[Passage]) -> None:
    """Keep where passes were seen; a row takes the place of the one of the same event."""
    insert_rows(connection, gate_passage, rows, anew=True)


def devices(connection: Connection, ids: Iterable[str]) -> dict[str, Device]:
    """The devices of these ids, as they are inside this transaction."""
    return {row.id: device_from(row) for row in _DEVICES(connection, set(ids))}


class Said(NamedTuple):
    """When a device was heard, and what it said of itself; in microseconds."""

    id: str
    heard_at: int
    unsent: int | None
    clock_ahead: int
    clock_error: int | None


_HEARD = update(gate_device).where(gate_device.c.id == bindparam("device"))
_HEARD = _HEARD.values(
    heard_at=bindparam("heard"),
    unsent=func.coalesce(bindparam("held"), gate_device.c.unsent),
    clock_ahead=bindparam("ahead"),
    clock_error=bindparam("error"),
)


def heard(connection: Connection, said: Iterable[Said]) -> None:
    """Keep when devices were heard last, and what they said of themselves."""
    names = ("device", "heard", "held", "ahead", "error")
    rows = [dict(zip(names, each, strict=True)) for each in said]
    if rows:
        connection.execute(_HEARD, rows)


def epoch(connection: Connection) -> str:
    """Which life of the ledger this is, inside this transaction."""
    return str(connection.execute(select(gate_server.c.epoch)).scalar_one())


def batches_after(connection: Connection, number: int, limit: int) -> list[KeptBatch]:
    """The batches behind a number, in the order in which they came."""
    query = select(gate_batch).where(gate_batch.c.number > number)
    rows = connection.execute(query.order_by(gate_batch.c.number).limit(limit))
    return [KeptBatch(*row) for row in rows]


def texts(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """The canonical texts of events, by their hash."""
    return {row[0]: row[1] for row in _TEXTS(connection, list(hashes))}


_TEXTS = Lookup(select(gate_event.c.hash, gate_event.c.text), gate_event.c.hash)


def sightings_after(connection: Connection, instant: int) -> list[tuple[str, str, int]]:
    """(pass or band, what was seen, heads not counted again) of sightings behind an instant."""
    columns = (gate_passage.c.subject, gate_passage.c.sighting, gate_passage.c.again)
    rows = connection.execute(select(*columns).where(gate_passage.c.instant > instant))
    return [(row[0], row[1], row[2]) for row in rows]
