"""The devices of the gates: enrolled by a link that works once, revoked, and what they owe.

Short transactions of their own, beside the ledger's writer (see `beside.py`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, case, delete, func, insert, select, update

from safepassage.model.ids import check_id
from safepassage.model.instant import from_micros, to_micros
from safepassage.store.beside import Beside
from safepassage.store.errors import StoreError
from safepassage.store.gate_tables import (
    gate_decision,
    gate_device,
    gate_event,
    gate_link,
    gate_server,
)
from safepassage.store.statement import insert_rows

LINK_VALID = timedelta(minutes=15)
EPOCH_BYTES = 8
_ZEROS = "0" * 64  # before the first event of a device


class DeviceKind(StrEnum):
    """What is enrolled."""

    PHONE = "phone"
    HUB = "hub"  # a server that hands over what its own phones signed


class LinkSpentError(StoreError):
    """An enrolment link that was used, is too old, or never was."""


class UnknownDeviceError(StoreError):
    """There is no such device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A phone at a gate or station, or a hub."""

    id: str
    kind: DeviceKind
    place: str
    station: str
    public_key: bytes
    enrolled_at: datetime
    enrolled_by: str
    hub: str | None = None  # where it was enrolled; none: here
    revoked_at: datetime | None = None
    heard_at: datetime | None = None
    unsent: int | None = None  # events that it held back, as it last said
    clock_ahead: timedelta | None = None  # as last measured
    clock_error: timedelta | None = None  # either way


class Gap(NamedTuple):
    """Events of a device that were never heard, though later ones were."""

    device: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard of one device."""

    events: int = 0
    last_seq: int = 0
    quarantined: int = 0  # about which nobody has decided
    unanchored: int = 0  # events whose one before is not here
    forked: int = 0  # numbers that were used twice: two phones with one id


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Who this server is to its phones."""

    epoch: str
    receipt_key: bytes
    handed_over: int


class GateDevices:
    """The devices of one ledger; open it with the ledger's address."""

    def __init__(self, beside: Beside, clock: Callable[[], datetime]) -> None:
        self._beside = beside
        self._clock = clock

    def server(self, new_key: Callable[[], bytes]) -> Server:
        """Who this server is; made when first asked for."""
        with self._beside.reading() as connection:
            row = connection.execute(select(gate_server)).first()
        if row is None:
            with self._beside.writing() as connection:
                row = connection.execute(select(gate_server)).first()
                if row is None:
                    epoch = secrets.token_hex(EPOCH_BYTES)
                    values = {"one": 1, "epoch": epoch, "receipt_key": new_key(), "handed_over": 0}
                    connection.execute(insert(gate_server).values(values))
                    row = connection.execute(select(gate_server)).one()
        return Server(epoch=row.epoch, receipt_key=row.receipt_key, handed_over=row.handed_over)

    def new_epoch(self) -> str:
        """Begin another life of this ledger: phones then send again what they still hold."""
        epoch = secrets.token_hex(EPOCH_BYTES)
        with self._beside.writing() as connection:
            connection.execute(update(gate_server).values(epoch=epoch))
        return epoch

    def handed_over(self, number: int) -> None:
        """Remember up to which batch a hub has handed over."""
        with self._beside.writing() as connection:
            connection.execute(update(gate_server).values(handed_over=number))

    def link(self, *, kind: DeviceKind, place: str, station: str, by: str) -> str:
        """The secret of a link that enrols one device within a quarter of an hour.

        Raises:
            InvalidFactError: place or station is not an id.
        """
        check_id(place, "place")
        check_id(station, "station")
        secret, now = secrets.token_urlsafe(24), self._clock()
        values = {
            "digest": _digest(secret),
            "kind": kind.value,
            "place": place,
            "station": station,
            "made_by": by,
            "ends_at": to_micros(now + LINK_VALID),
        }
        with self._beside.writing() as connection:
            connection.execute(delete(gate_link).where(gate_link.c.ends_at < to_micros(now)))
            connection.execute(insert(gate_link).values(values))
        return secret

    def enrol(self, secret: str, public_key: bytes) -> Device:
        """Make the device of a link; the link is then spent.

        Raises:
            LinkSpentError: it was used, is too old, or never was.
        """
        now = to_micros(self._clock())
        with self._beside.writing() as connection:
            is_it = gate_link.c.digest == _digest(secret)
            row = connection.execute(select(gate_link).where(is_it)).first()
            if row is None or row.ends_at < now:
                raise LinkSpentError(
                    "this link was used, is too old, or never was: ask the desk for a new one"
                )
            connection.execute(delete(gate_link).where(is_it))
            values: dict[str, Any] = {
                "id": f"{row.kind}-{secrets.token_hex(5)}",
                "kind": row.kind,
                "place": row.place,
                "station": row.station,
                "public_key": public_key,
                "enrolled_at": now,
                "enrolled_by": row.made_by,
            }
            connection.execute(insert(gate_device).values(values))
            return device_from(connection.execute(_of(values["id"])).one())

    def move(self, id: str, *, place: str, station: str) -> None:
        """Give a device another place or station; it learns so with its next knowledge.

        Raises:
            UnknownDeviceError: there is no such device.
        """
        check_id(place, "place")
        check_id(station, "station")
        self._change(id, {"place": place, "station": station})

    def revoke(self, id: str) -> None:
        """From now on nothing of a device is recorded; the first time counts.

        Raises:
            UnknownDeviceError: there is no such device.
        """
        with self._beside.writing() as connection:
            row = connection.execute(_of(id)).first()
            if row is None:
                raise UnknownDeviceError(f"there is no device {id[:60]}")
            if row.revoked_at is None:
                now = to_micros(self._clock())
                connection.execute(
                    update(gate_device).where(gate_device.c.id == id).values(revoked_at=now)
                )

    def _change(self, id: str, values: dict[str, Any]) -> None:
        with self._beside.writing() as connection:
            done = connection.execute(
                update(gate_device).where(gate_device.c.id == id).values(values)
            )
            if done.rowcount != 1:
                raise UnknownDeviceError(f"there is no device {id[:60]}")

    def get(self, id: str) -> Device | None:
        """The device of that id."""
        if "\0" in id:
            return None
        with self._beside.reading() as connection:
            row = connection.execute(_of(id)).first()
            return None if row is None else device_from(row)

    def all(self) -> list[Device]:
        """Every device, those in use first, by place."""
        with self._beside.reading() as connection:
            rows = connection.execute(select(gate_device))
            devices = [device_from(row) for row in rows]
        return sorted(devices, key=lambda d: (d.revoked_at is not None, d.place, d.station, d.id))

    def introduce(self, devices: Iterable[Device]) -> None:
        """Take in devices that a hub enrolled, and which of them it revoked.

        One that is here already stays as it is, but that its own hub may revoke it.
        """
        given = list(devices)
        with self._beside.writing() as connection:
            here = set(connection.execute(select(gate_device.c.id)).scalars())
            insert_rows(connection, gate_device, [_row(d) for d in given if d.id not in here])
            for device in (d for d in given if d.revoked_at is not None):
                connection.execute(
                    update(gate_device)
                    .where(gate_device.c.id == device.id, gate_device.c.hub == device.hub)
                    .where(gate_device.c.revoked_at.is_(None))
                    .values(revoked_at=to_micros(device.revoked_at or self._clock()))
                )

    def gaps(self) -> list[Gap]:
        """What the devices owe: numbers that were passed over."""
        with self._beside.reading() as connection:
            rows = connection.execute(_GAPS)
            return [Gap(device, before + 1, seq - 1) for device, before, seq in rows]

    def heard(self) -> dict[str, Heard]:
        """What was heard of each device."""
        with self._beside.reading() as connection:
            odd = _numbers(connection, _UNANCHORED)
            forked = _forked(connection)
            return {
                row.device: Heard(
                    events=row.events,
                    last_seq=row.last_seq or 0,
                    quarantined=row.quarantined,
                    unanchored=odd.get(row.device, 0),
                    forked=forked.get(row.device, 0),
                )
                for row in connection.execute(_HEARD)
            }


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _of(id: str) -> Any:
    return select(gate_device).where(gate_device.c.id == id)


def device_from(row: Row[Any]) -> Device:
    """The device of a row of ``gate_device``."""
    return Device(
        id=row.id,
        kind=DeviceKind(row.kind),
        place=row.place,
        station=row.station,
        public_key=row.public_key,
        enrolled_at=from_micros(row.enrolled_at),
        enrolled_by=row.enrolled_by,
        hub=row.hub,
        revoked_at=None if row.revoked_at is None else from_micros(row.revoked_at),
        heard_at=None if row.heard_at is None else from_micros(row.heard_at),
        unsent=row.unsent,
        clock_ahead=_span(row.clock_ahead),
        clock_error=_span(row.clock_error),
    )


def _span(micros: int | None) -> timedelta | None:
    return None if micros is None else timedelta(microseconds=micros)


def _row(device: Device) -> tuple[Any, ...]:
    return (
        device.id,
        device.kind.value,
        device.place,
        device.station,
        device.public_key,
        device.hub,
        to_micros(device.enrolled_at),
        device.enrolled_by,
        None if device.revoked_at is None else to_micros(device.revoked_at),
        None,
        None,
        None,
        None,
    )


_numbered = (
    select(gate_event.c.device, gate_event.c.seq)
    .where(gate_event.c.seq.is_not(None))
    .distinct()
    .subquery()
)
_before = func.coalesce(
    func.lag(_numbered.c.seq).over(partition_by=_numbered.c.device, order_by=_numbered.c.seq), 0
)
_stepped = select(_numbered.c.device, _before.label("before"), _numbered.c.seq).subquery()
_GAPS = (
    select(_stepped)
    .where(_stepped.c.seq > _stepped.c.before + 1)
    .order_by(_stepped.c.device, _stepped.c.seq)
)
_earlier = gate_event.alias()
_UNANCHORED = (
    select(gate_event.c.device, func.count())
    .where(gate_event.c.prev.is_not(None), gate_event.c.prev != _ZEROS)
    .where(~select(_earlier.c.hash).where(_earlier.c.hash == gate_event.c.prev).exists())
    .group_by(gate_event.c.device)
)
_HEARD = select(
    gate_event.c.device,
    func.count().label("events"),
    func.max(gate_event.c.seq).label("last_seq"),
    func.count(case((gate_decision.c.hash.is_(None), gate_event.c.reason))).label("quarantined"),
)
_HEARD = _HEARD.select_from(gate_event)
_HEARD = _HEARD.outerjoin(gate_decision, gate_decision.c.hash == gate_event.c.hash)
_HEARD = _HEARD.group_by(gate_event.c.device)


def _forked(connection: Connection) -> dict[str, int]:
    """How many numbers of each device stand on more than one event."""
    twice = (
        select(gate_event.c.device, gate_event.c.seq)
        .where(gate_event.c.seq.is_not(None))
        .group_by(gate_event.c.device, gate_event.c.seq)
        .having(func.count() > 1)
        .subquery()
    )
    return _numbers(connection, select(twice.c.device, func.count()).group_by(twice.c.device))


def _numbers(connection: Connection, query: Select[Any]) -> dict[str, int]:
    """A number for each device."""
    return {row[0]: row[1] for row in connection.execute(query)}
