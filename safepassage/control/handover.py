"""From a hub to the main server: what its phones signed goes on as it is, and is counted once.

A hub is a whole server on a laptop.  It hands over the devices that it enrolled and their batches,
each with the device's own signature and with how the hub measured the device's clock; the hub signs
the whole.  What the main server has already stays known, so a hand-over that was cut is made again.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.control.batch import Batch, Handed, Measure, read_batch
from safepassage.control.errors import NotKnownError, UnreadableError
from safepassage.control.receipts import is_public_key, is_signed
from safepassage.model.errors import InvalidFactError, NotationError
from safepassage.model.ids import check_id
from safepassage.model.instant import format_instant, from_micros, parse_instant
from safepassage.model.wire import from_text
from safepassage.operate.event import EventError, canonical, hash_of, read_clock
from safepassage.store.gate_book import KeptBatch
from safepassage.store.gate_devices import Device, DeviceKind

SIGNED = "safe-passage-handover-1"
BYTES_MAX = 8_388_608
BATCHES_MAX = 200  # at once; a hub that has more hands over several times
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What a hub hands over at once, read."""

    hub: str
    clock_ahead: timedelta  # of the hub
    devices: tuple[Device, ...]
    batches: tuple[tuple[Batch, datetime, timedelta], ...]  # received by the hub, measured by it


def write(
    hub: str,
    key: Ed25519PrivateKey,
    devices: Sequence[Device],
    batches: Sequence[KeptBatch],
    texts: dict[str, str],
    now: datetime,
) -> dict[str, Any]:
    """What a hub sends.

    Args:
        hub: its id at the main server.
        key: its own key there.
        devices: those that it enrolled.
        batches: what they signed, as the hub keeps it.
        texts: the canonical text of every event in them, by its hash.
        now: the hub's clock.
    """
    body: dict[str, Any] = {
        "devices": [_device(device) for device in devices],
        "batches": [_batch(batch, texts) for batch in batches],
    }
    sent_at = format_instant(now)
    signature = base64.urlsafe_b64encode(key.sign(_text(hub, sent_at, body))).rstrip(b"=").decode()
    return {"hub": hub, "sent_at": sent_at, "signature": signature, **body}


def read(value: dict[str, Any], hub: Device, now: datetime) -> Handover:
    """What a hub sent, when the hub signed it.

    Raises:
        UnreadableError: it is no hand-over; the message names the field.
        NotKnownError: another one signed it, or the device is no hub.
    """
    if hub.kind is not DeviceKind.HUB:
        raise NotKnownError("unknown-device", f"{hub.id} is a phone: only a hub hands over")
    sent_at, devices, batches = value.get("sent_at"), value.get("devices"), value.get("batches")
    if not isinstance(devices, list) or not isinstance(batches, list):
        raise UnreadableError("unreadable", "fields 'devices' and 'batches': expected lists")
    body = {"devices": devices, "batches": batches}
    if not is_signed(hub.public_key, value.get("signature"), _text(hub.id, sent_at, body)):
        raise NotKnownError("bad-signature", "this hand-over was not signed by the hub")
    try:
        ahead = read_clock(sent_at, "field 'sent_at':") - now
        return Handover(
            hub=hub.id,
            clock_ahead=ahead,
            devices=tuple(_read_device(each, hub.id) for each in devices),
            batches=tuple(_read_batch(each) for each in batches),
        )
    except (EventError, InvalidFactError, KeyError, TypeError, ValueError) as fault:
        raise UnreadableError("unreadable", str(fault)) from fault


def handed(handover: Handover, devices: dict[str, Device]) -> list[Handed]:
    """The batches of a hand-over whose devices are known and really signed them.

    Raises:
        NotKnownError: a batch was not signed by its device.
    """
    found = []
    for batch, received_at, ahead in handover.batches:
        device = devices.get(batch.device)
        if device is None:
            raise NotKnownError("unknown-device", f"nobody introduced {batch.device}")
        if not batch.is_signed_by(device.public_key):
            raise NotKnownError("bad-signature", f"{batch.device} did not sign this batch")
        measure = Measure(
            received_at=received_at - handover.clock_ahead,
            clock_ahead=ahead + handover.clock_ahead,
            hub=handover.hub,
        )
        found.append(Handed(batch, measure, device))
    return found


def _text(hub: str, sent_at: object, body: dict[str, Any]) -> bytes:
    return "\n".join([SIGNED, hub, str(sent_at), hash_of(canonical(body))]).encode()


def _device(device: Device) -> dict[str, Any]:
    revoked = device.revoked_at
    return {
        "id": device.id,
        "place": device.place,
        "station": device.station,
        "public_key": device.public_key.hex(),
        "enrolled_at": format_instant(device.enrolled_at),
        "revoked_at": None if revoked is None else format_instant(revoked),
    }


def _read_device(value: dict[str, Any], hub: str) -> Device:
    for name in ("id", "place", "station"):
        check_id(value[name], name)
    key = bytes.fromhex(value["public_key"])
    if not is_public_key(key):
        raise InvalidFactError(f"{value['id']}: its public key is none")
    revoked = value["revoked_at"]
    return Device(
        id=value["id"],
        kind=DeviceKind.PHONE,
        place=value["place"],
        station=value["station"],
        public_key=key,
        enrolled_at=parse_instant(value["enrolled_at"], "enrolled_at"),
        enrolled_by=hub,
        hub=hub,
        revoked_at=None if revoked is None else parse_instant(revoked, "revoked_at"),
    )


def _batch(batch: KeptBatch, texts: dict[str, str]) -> dict[str, Any]:
    ahead = timedelta(microseconds=batch.clock_ahead)
    return {
        "device": batch.device,
        "sent_at": batch.sent_at,
        "signature": batch.signature,
        "events": [from_text(texts[digest]) for digest in batch.hashes.split()],
        "received_at": format_instant(from_micros(batch.received_at)),
        "clock_ahead_ms": ahead // _MILLISECOND,
    }


def _read_batch(value: dict[str, Any]) -> tuple[Batch, datetime, timedelta]:
    ahead = value["clock_ahead_ms"]
    if not isinstance(ahead, int) or isinstance(ahead, bool):
        raise NotationError("clock_ahead_ms: not a whole number")
    return (
        read_batch(value),
        parse_instant(value["received_at"], "received_at"),
        ahead * _MILLISECOND,
    )
