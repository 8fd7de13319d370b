"""A small operation file that has every part, and ways to break it."""

from __future__ import annotations

import pytest

from safepassage.exchange.operation_file import Fault, OperationFileError, read_operation
from safepassage.model.operation import Operation

SMALL = """\
operation:
  id: small
  name: A small operation
zones: [Asia/Kabul, UTC]
reporting_window: {start: 03:00, hours: 24, zone: America/New_York}
deadlines:
  - id: last-day
    at: 2021-09-01T00:00
    zone: Asia/Kabul
places:
  - id: town
    kind: town
    coordinates: {latitude: 34.5, longitude: 69.2}
  - id: gate
    kind: gate
    hourly_rate: 100
    owner: NO
    zone: Asia/Kabul
    opening_hours:
      - {from: 07:00, to: 19:00}
    closures:
      - {from: 2021-08-26T18:00, until: 2021-08-27T06:00, reason: threat}
  - id: hkia
    kind: terminal
    airport: KBL
  - id: haven
    kind: haven
    airport: OTBH
    capacity: 17000
  - id: stayed
    kind: closing
    reason: chose-to-stay
operator_classes:
  - {id: own-military, name: Own military}
lift_types:
  - {id: C-17, name: C-17, mode: air, seats: 134, block_speed_kt: 384, ground_time_h: 2.25}
fleets:
  - {lift_type: C-17, operator_class: own-military, count: 6, base: haven}
legs:
  - {from: town, to: gate, mode: foot, distance_km: 1}
  - {from: gate, to: hkia, mode: foot, distance_km: 0.3}
  - {from: hkia, to: haven, mode: air}
categories:
  - {id: evacuee, name: Evacuees}
  - {id: staff, name: Staff, order: 9, staff: true, counted: false}
withdraw_last: [staff]
x-notes: {anything: [1, two]}
"""


def read(text: str | bytes) -> Operation:
    """The operation of a text, under a name that is easy to find in messages."""
    return read_operation(text, "plan.yaml")


def faults(text: str | bytes) -> list[Fault]:
    """What is wrong with a text that cannot be read."""
    with pytest.raises(OperationFileError) as refused:
        read(text)
    assert refused.value.faults
    return refused.value.faults


def only_fault(text: str | bytes) -> Fault:
    """The one thing that is wrong with a text."""
    found = faults(text)
    assert len(found) == 1, found
    return found[0]


def with_change(old: str, new: str) -> str:
    """The small file with one change."""
    assert SMALL.count(old) >= 1, old
    return SMALL.replace(old, new, 1)


def line_of(part: str, text: str = SMALL) -> int:
    """The line on which a part of a text begins."""
    return text[: text.index(part)].count("\n") + 1
