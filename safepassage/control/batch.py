"""A batch: what a device sends at once and signs as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.control.errors import OversizedError, UnreadableError
from safepassage.control.receipts import is_signed
from safepassage.model.errors import NotationError
from safepassage.model.wire import from_text
from safepassage.operate.event import EventError, batch_text, canonical, hash_of, read_clock
from safepassage.store.gate_devices import Device

BYTES_MAX = 1_048_576
EVENTS_MAX = 500
UNSENT_MAX = 10_000_000
TRIP_MS_MAX = 60_000
DEVICE_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as it was sent; whose signature it carries was not looked at yet."""

    device: str
    sent_at: str  # as the device wrote it
    instant: datetime  # the same, read
    values: tuple[Any, ...]  # the events, unread
    texts: tuple[str, ...]  # their canonical texts
    hashes: tuple[str, ...]
    signature: str
    unsent: int | None = None  # what the device still holds
    trip_ms: int | None = None  # how long its last request took, there and back

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether the holder of a key signed it."""
        return is_signed(
            public_key, self.signature, batch_text(self.device, self.sent_at, self.hashes)
        )


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


@dataclass(frozen=True, slots=True)
class Handed:
    """A rightly signed batch of a known device, and how it came."""

    batch: Batch
    measure: Measure
    device: Device


def read_json(body: bytes, bytes_max: int = BYTES_MAX) -> dict[str, Any]:
    """The object that a device sent.

    Raises:
        OversizedError: more than this server reads.
        UnreadableError: no JSON object.
    """
    if len(body) > bytes_max:
        raise OversizedError("oversized", f"{len(body)} bytes; send at most {bytes_max} at once")
    try:
        value = from_text(body)
    except NotationError as fault:
        raise UnreadableError("unreadable", str(fault)) from fault
    if not isinstance(value, dict):
        raise UnreadableError("unreadable", "expected an object with device, events, sent_at")
    return value


def read_batch(value: dict[str, Any]) -> Batch:
    """The batch of a JSON object.

    Raises:
        OversizedError: more events than are read at once.
        UnreadableError: a field is missing or wrong; the message names it.
    """
    events = value.get("events")
    if not isinstance(events, list):
        raise UnreadableError("unreadable", "field 'events': expected a list")
    if len(events) > EVENTS_MAX:
        raise OversizedError("oversized", f"{len(events)} events; send at most {EVENTS_MAX}")
    sent_at = _text(value, "sent_at")
    try:
        instant = read_clock(sent_at, "field 'sent_at':")
    except EventError as fault:
        raise UnreadableError("unreadable", str(fault)) from fault
    texts = tuple(canonical(event) for event in events)
    return Batch(
        device=_text(value, "device"),
        sent_at=sent_at,
        instant=instant,
        values=tuple(events),
        texts=texts,
        hashes=tuple(map(hash_of, texts)),
        signature=_text(value, "signature"),
        unsent=_number(value, "unsent", UNSENT_MAX),
        trip_ms=_number(value, "trip_ms", TRIP_MS_MAX),
    )


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str) or not 1 <= len(found) <= DEVICE_LENGTH_MAX:
        raise UnreadableError("unreadable", f"field {name!r} is missing or no text")
    if not found.isascii() or not found.isprintable():
        raise UnreadableError("unreadable", f"field {name!r} has letters that do not belong there")
    return found


def _number(value: dict[str, Any], name: str, most: int) -> int | None:
    """What a device says of itself on the side; nonsense is left out."""
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        return None
    return min(found, most)
