"""The devices of a ledger as a desk looks at them: where each stands, and what it owes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.control.gates import Gates
from safepassage.model.instant import format_instant
from safepassage.secure.audit import Entry, Kind
from safepassage.store.gate_devices import Device, DeviceKind, Gap, Heard
from safepassage.store.protection import Protection

SILENT = timedelta(minutes=15)  # a phone that talks at all does so four times a minute
CLOCK_OFF = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device, what was heard of it, and the events it owes."""

    device: Device
    heard: Heard
    gaps: tuple[Gap, ...]
    silent_for: timedelta | None  # none: never heard

    @property
    def is_active(self) -> bool:
        """Whether what it sends is recorded."""
        return self.device.revoked_at is None

    @property
    def owed(self) -> int:
        """How many events are missing before the last one."""
        return sum(gap.last - gap.first + 1 for gap in self.gaps)

    @property
    def is_silent(self) -> bool:
        """Whether a device in use was not heard for long, or never."""
        return self.is_active and (self.silent_for is None or self.silent_for > SILENT)

    @property
    def is_off(self) -> bool:
        """Whether its clock is surely a minute off, or more."""
        ahead, error = self.device.clock_ahead, self.device.clock_error
        return ahead is not None and abs(ahead) - (error or timedelta(0)) > CLOCK_OFF

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        device = self.device
        return {
            "device": device.id,
            "kind": device.kind.value,
            "place": device.place,
            "station": device.station,
            "hub": device.hub,
            "enrolled_at": format_instant(device.enrolled_at),
            "revoked_at": _instant(device.revoked_at),
            "heard_at": _instant(device.heard_at),
            "unsent": device.unsent,
            "clock_ahead_s": _seconds(device.clock_ahead),
            "clock_error_s": _seconds(device.clock_error),
            "events": self.heard.events,
            "quarantined": self.heard.quarantined,
            "unanchored": self.heard.unanchored,
            "forked": self.heard.forked,
            "owes": [[gap.first, gap.last] for gap in self.gaps],
        }


def overview(gates: Gates) -> list[DeviceView]:
    """Every device, those in use first."""
    heard, now = gates.devices.heard(), gates.clock()
    gaps: dict[str, list[Gap]] = {}
    for gap in gates.devices.gaps():
        gaps.setdefault(gap.device, []).append(gap)
    return [
        DeviceView(
            device,
            heard.get(device.id, Heard()),
            tuple(gaps.get(device.id, ())),
            None if device.heard_at is None else now - device.heard_at,
        )
        for device in gates.devices.all()
    ]


class DeviceDesk:
    """Enrols, moves and revokes devices, and writes down who did."""

    def __init__(self, gates: Gates, protection: Protection, by: str) -> None:
        self._gates = gates
        self._protection = protection
        self._by = by

    def link(
        self, origin: str, *, place: str, station: str, kind: DeviceKind = DeviceKind.PHONE
    ) -> str:
        """The address that makes a device, once.

        Raises:
            InvalidFactError: place or station is not an id, or the place has no such station.
        """
        ending = self._gates.link(place=place, station=station, by=self._by, kind=kind)
        self._note(Kind.DEVICE_LINKED, place, {"place": place, "station": station})
        return f"{origin}/gate/#{ending}"

    def move(self, id: str, *, place: str, station: str) -> None:
        """Give a device another place or station.

        Raises:
            UnknownDeviceError: there is no such device.
            InvalidFactError: place or station is not an id, or the place has no such station.
        """
        self._gates.check_station(place, station)
        self._gates.devices.move(id, place=place, station=station)
        self._note(Kind.DEVICE_MOVED, id, {"place": place, "station": station})

    def revoke(self, id: str) -> None:
        """Record nothing of a device any more.

        Raises:
            UnknownDeviceError: there is no such device.
        """
        self._gates.devices.revoke(id)
        self._note(Kind.DEVICE_REVOKED, id, {})

    def _note(self, kind: Kind, subject: str, detail: Mapping[str, str | int]) -> None:
        at = self._gates.clock()
        entry = Entry(kind=kind, account=self._by, at=at, subject=subject, detail=dict(detail))
        self._protection.note(entry)


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)
