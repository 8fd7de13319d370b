"""The gates of one ledger: devices enrolled and heard, events taken in, knowledge given out.

gates = Gates(store, pen, beside, clock)
link = gates.link(place="abbey-gate", station="gate", by="admin-1")
answer = gates.take_events(body)        # the bytes that a phone sent
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection

from safepassage.control import handover, knowing, lending, syncing
from safepassage.control.batch import Handed, Measure, read_batch, read_json
from safepassage.control.errors import NotKnownError, UnreadableError
from safepassage.control.keys import root_of
from safepassage.control.receipts import Signer, is_public_key, is_signed, new_receipt_key
from safepassage.control.stations import stations_of, to_plain
from safepassage.control.syncing import Fate
from safepassage.control.turns import Turns
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import PlaceId
from safepassage.model.instant import format_instant, to_micros
from safepassage.operate.stations import Stations
from safepassage.secure.token import IssuingKey
from safepassage.store import Store, gate_book, record
from safepassage.store.beside import Beside
from safepassage.store.gate_devices import Device, DeviceKind, GateDevices, Server
from safepassage.store.pen import Pen

ASKING = "safe-passage-knowledge-1"
TRIP_MAX = timedelta(seconds=8)  # a phone gives up on an answer after that
_MILLISECOND = timedelta(milliseconds=1)


class _Answered(NamedTuple):
    """What became of the events of a batch, and how the ledger then stood."""

    fates: list[Fate]
    size: int
    epoch: str
    is_revoked: bool  # the device, by then


class Gates:
    """What a server does for the phones at its gates."""

    def __init__(
        self,
        store: Store,
        pen: Pen,
        beside: Beside,
        clock: Callable[[], datetime],
        trusted: Callable[[], Mapping[str, IssuingKey]] = dict,
    ) -> None:
        self._store = store  # to read
        self._beside = beside
        self._trusted = trusted
        self.pen = pen
        self.clock = clock
        self.devices = GateDevices(beside, clock)
        # A device's key never changes; whether it was revoked is looked up with each batch.
        self._keys: dict[str, Device] = {}
        self._turns: Turns[Handed, _Answered] = Turns(self._take)

    def close(self) -> None:
        """Let go of the reader; pen and tables are closed by whoever opened them."""
        self._store.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """A snapshot of what lies beside the ledger."""
        return self._beside.reading()

    @cached_property
    def signer(self) -> Signer:
        """Signs for this server."""
        return Signer(self.server().receipt_key)

    def server(self) -> Server:
        """Who this server is to its phones."""
        return self.devices.server(new_receipt_key)

    def link(
        self, *, place: str, station: str, by: str, kind: DeviceKind = DeviceKind.PHONE
    ) -> str:
        """What stands behind the ``#`` of an enrolment link: the secret, and whom to believe.

        Raises:
            InvalidFactError: place or station is not an id, or the place has no such station.
        """
        self.check_station(place, station)
        secret = self.devices.link(kind=kind, place=place, station=station, by=by)
        return f"enrol={secret}.{self.signer.fingerprint}"

    def stations(self) -> Stations:
        """What the operation says about its stations."""
        return stations_of(self._store)

    def check_station(self, place: str, station: str) -> None:
        """Refuse a station that a place does not have by the operation file.

        Raises:
            InvalidFactError: it has others.
        """
        stations = self.stations()
        if not stations.may_be(PlaceId(place), station):
            listed = ", ".join(stations.at[PlaceId(place)])
            raise InvalidFactError(
                f"{place} has no station {station!r}, only {listed}: choose one of them, or add it"
                " to the place's `stations` in the operation file and record that again"
            )

    def enrol(self, body: bytes) -> Device:
        """Make the device that a phone asks to be.

        Raises:
            UnreadableError: no secret, or no Ed25519 public key.
            LinkSpentError: its link was used, is too old, or never was.
        """
        value = read_json(body)
        secret, key = value.get("secret"), value.get("public_key")
        try:
            raw = bytes.fromhex(key) if isinstance(key, str) else b""
        except ValueError:
            raw = b""
        if not isinstance(secret, str) or not is_public_key(raw):
            raise UnreadableError("unreadable", "expected a secret and an Ed25519 public key")
        return self.devices.enrol(secret, raw)

    def known(self, device: str) -> Device:
        """The device of that id, revoked or not.

        Raises:
            NotKnownError: there is none.
        """
        found = self.devices.get(device)
        if found is None:
            raise NotKnownError("unknown-device", "this server does not know this device")
        return found

    def asking(self, device: str, at: str, signature: str) -> Device:
        """The device that asks for knowledge, when it is in use and really asks.

        How old the question is does not matter: a phone's clock may be set at any time, what it is
        told endangers nobody, and whoever could replay a question could read the answer as well.

        Raises:
            NotKnownError: it is unknown or revoked, or somebody else asks in its name.
        """
        found = self.known(device)
        text = "\n".join((ASKING, device, at)).encode("utf-8", "replace")
        if not is_signed(found.public_key, signature, text):
            raise NotKnownError("bad-signature", "this question was not signed by the device")
        if found.revoked_at is not None:
            raise NotKnownError("revoked-device", "this device was revoked")
        return found

    def knowledge(self, device: Device) -> tuple[dict[str, Any], str]:
        """What a device is told, signed, and a tag that changes when it says something else."""
        with self._store.ledger() as ledger:
            catalogue = ledger.catalogue
        with self._beside.reading() as connection:
            told = knowing.knowledge(
                device,
                catalogue,
                connection,
                self._trusted(),
                self.stations(),
                epoch=self.server().epoch,
                now=self.clock(),
            )
        return {"knowledge": told, "signature": self.signer.sign(told)}, knowing.tag_of(told)

    def take_events(self, body: bytes) -> dict[str, Any]:
        """Take in a batch; the signed receipt, given when everything is durable.

        Raises:
            UnreadableError: no batch.
            OversizedError: more at once than is read.
            NotKnownError: unknown device or wrong signature; or a revoked one, whose events are
                kept in quarantine.
            StoreError: nothing was kept: the device sends again.
        """
        batch = read_batch(read_json(body))
        _ = self.signer  # made before the first transaction, which must not wait for it
        device = self._keys.get(batch.device) or self.known(batch.device)
        if not batch.is_signed_by(device.public_key):
            raise NotKnownError("bad-signature", "this batch was not signed by the device")
        self._keys[device.id] = device
        now = self.clock()
        measure = Measure.of(batch, now)
        answered = self._turns.take(Handed(batch, measure, device))
        if answered.is_revoked:
            raise NotKnownError("revoked-device", "this device was revoked: its events are kept")
        return self._receipt(device.id, answered, now, measure.clock_ahead)

    def _take(self, handed: Sequence[Handed]) -> list[_Answered]:
        """Take in what several devices handed in, in one transaction."""
        with self.pen.borrowed() as store, store.transaction() as begun:
            devices = gate_book.devices(begun.connection, (h.device.id for h in handed))
            # Somebody may have been revoked since its signature was looked at.
            fresh = [replace(each, device=devices[each.device.id]) for each in handed]
            taken = syncing.take(begun, fresh, self.clock())
            gate_book.heard(begun.connection, map(_of_itself, handed))
            epoch = gate_book.epoch(begun.connection)
        return [
            _Answered(fates, taken.size, epoch, each.device.revoked_at is not None)
            for fates, each in zip(taken.fates, fresh, strict=True)
        ]

    def lending(self, hub: Device) -> dict[str, Any]:
        """What a hub borrows, signed.

        Raises:
            NotKnownError: the device is no hub.
        """
        if hub.kind is not DeviceKind.HUB:
            raise NotKnownError("unknown-device", f"{hub.id} is a phone: only a hub borrows")
        with self._store.ledger() as ledger:
            catalogue = ledger.catalogue
        with self._beside.reading() as connection:
            told = lending.lent(catalogue, connection, root_of(self._store), self.clock())
        told["stations"] = to_plain(self.stations())
        return {"lending": told, "signature": self.signer.sign(told)}

    def take_handover(self, body: bytes) -> dict[str, Any]:
        """Take in what a hub hands over; the signed receipt names every event, in their order.

        Raises:
            UnreadableError: no hand-over.
            OversizedError: more at once than is read.
            NotKnownError: unknown or revoked hub, or a signature that is not its own.
            StoreError: nothing was kept: the hub hands over again.
        """
        value = read_json(body, handover.BYTES_MAX)
        hub, now = self.known(str(value.get("hub"))[:100]), self.clock()
        if hub.revoked_at is not None:
            raise NotKnownError("revoked-device", "this hub was revoked")
        given = handover.read(value, hub, now)
        self.devices.introduce(given.devices)
        known = {device.id: device for device in self.devices.all()}
        handed = handover.handed(given, known)
        fates: list[Fate] = []
        with self.pen.borrowed() as store, store.transaction() as begun:
            taken = syncing.take(begun, handed, now)
            ahead = record.micros(given.clock_ahead)
            said = gate_book.Said(hub.id, to_micros(now), None, ahead, None)
            gate_book.heard(begun.connection, [said])
            epoch = gate_book.epoch(begun.connection)
        for each in taken.fates:
            fates += each
        answered = _Answered(fates, taken.size, epoch, is_revoked=False)
        return self._receipt(hub.id, answered, now, given.clock_ahead)

    def _receipt(
        self, device: str, answered: _Answered, now: datetime, clock_ahead: timedelta
    ) -> dict[str, Any]:
        """What this server signs for."""
        value = {
            "device": device,
            "results": [fate._asdict() for fate in answered.fates],
            "epoch": answered.epoch,
            "size": answered.size,
            "server_time": format_instant(now),
            "clock_ahead_ms": clock_ahead // _MILLISECOND,
        }
        return {"receipt": value, "signature": self.signer.sign(value)}


def _of_itself(handed: Handed) -> gate_book.Said:
    """What a device said of itself, and what was measured, as its row keeps it."""
    batch, measure = handed.batch, handed.measure
    trip = TRIP_MAX if batch.trip_ms is None else batch.trip_ms * _MILLISECOND
    return gate_book.Said(
        id=batch.device,
        heard_at=to_micros(measure.received_at),
        unsent=batch.unsent,
        clock_ahead=record.micros(measure.clock_ahead),
        clock_error=record.micros(trip),
    )
