"""The quarantine of the gates: an officer looks at an event that could not be recorded, and brings
it into the ledger or dismisses it with a reason.

desk = ReleaseDesk(gates, protection, "gate-officer-1")
for held in desk.waiting(): ...
desk.release(17, at=instant)          # it happened then, on the true clock
desk.dismiss(18, Dismissal.KEYED_BY_HAND)

What follows from a release is what would have followed from the scan, in one transaction with the
decision.  An event is decided about once; the same decision again changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from safepassage.control import syncing
from safepassage.control.batch import Batch, Handed, Measure
from safepassage.control.following import Item
from safepassage.control.gates import Gates
from safepassage.model.errors import BadQuestionError, SafePassageError
from safepassage.model.instant import EARLIEST, format_instant, from_micros, to_micros, zulu
from safepassage.operate.event import Event, EventError, read_event
from safepassage.secure.audit import Entry, Kind
from safepassage.store import gate_book, gate_quarantine
from safepassage.store.gate_quarantine import DISMISSED, RELEASED, Decision
from safepassage.store.protection import Protection
from safepassage.store.writer import Transaction


class Dismissal(StrEnum):
    """Why an event never goes into the ledger."""

    KEYED_BY_HAND = "keyed-by-hand"  # what it says was recorded at a desk
    DUPLICATE = "duplicate"  # another event says the same
    DRILL = "drill"  # it was practice
    FORGED = "forged"  # nobody at our gates made it
    NEVER_HAPPENED = "never-happened"  # a slip of a finger or a clock


class ReleaseRefusedError(SafePassageError):
    """An event that cannot be released, or was decided about otherwise; the message says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """An event in quarantine, as an officer looks at it; nothing of it that cannot be read."""

    number: int
    hash: str
    device: str
    reason: str
    received_at: datetime
    event: Event | None  # none: it cannot be read
    happened_at: datetime | None  # on the true clock, as far as its phone's clock was measured
    fault: str = ""  # why it cannot be read

    @property
    def is_readable(self) -> bool:
        """Whether it may be released at all."""
        return self.event is not None

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        event = self.event
        return {
            "number": self.number,
            "device": self.device,
            "reason": self.reason,
            "received_at": format_instant(self.received_at),
            "happened_at": None if self.happened_at is None else format_instant(self.happened_at),
            "kind": None if event is None else event.kind.value,
            "station": None if event is None else event.station,
            "place": None if event is None else event.place,
            "pass": None if event is None else event.pass_id,
            "group": None if event is None else event.group,
            "heads": None if event is None else event.heads,
            "fault": self.fault or None,
        }


class ReleaseDesk:
    """Decides about the quarantine of one ledger's gates, and writes down who did."""

    def __init__(self, gates: Gates, protection: Protection, by: str) -> None:
        self._gates = gates
        self._protection = protection
        self._by = by

    def waiting(self) -> list[Held]:
        """The events about which nobody decided yet, the oldest first."""
        with self._gates.reading() as connection:
            return [_held(row) for row in gate_quarantine.waiting(connection)]

    def release(self, number: int, at: datetime | None = None) -> bool:
        """Bring into the ledger what follows from an event; False: it was released before.

        Args:
            number: of the event, as `waiting` has it.
            at: when it truly happened; left out: as its phone's clock says, put right.

        Raises:
            BadQuestionError: no such event is in quarantine.
            ReleaseRefusedError: it cannot be read, would lie ahead, has the id of another event,
                the ledger refuses it, or it was dismissed.
        """
        now = self._gates.clock()
        with self._gates.pen.borrowed() as store, store.transaction() as begun:
            row = _find(begun.connection, number)
            if self._is_decided(begun.connection, row, RELEASED, None):
                return False
            item = _item(begun.connection, row, at, now)
            _follow(begun, item, now)
            assert item.event is not None  # noqa: S101 - read above
            instant = to_micros(item.event.at - item.handed.measure.clock_ahead)
            self._decide(begun.connection, row, RELEASED, None, instant, now)
        self._note(Kind.EVENT_RELEASED, row, row.reason, now)
        return True

    def dismiss(self, number: int, reason: Dismissal) -> bool:
        """Say that an event never goes into the ledger; False: it was dismissed so before.

        Raises:
            BadQuestionError: no such event is in quarantine.
            ReleaseRefusedError: it was released, or dismissed for another reason.
        """
        now = self._gates.clock()
        with self._gates.pen.borrowed() as store, store.transaction() as begun:
            row = _find(begun.connection, number)
            if self._is_decided(begun.connection, row, DISMISSED, reason):
                return False
            self._decide(begun.connection, row, DISMISSED, reason, None, now)
        self._note(Kind.EVENT_DISMISSED, row, reason, now)
        return True

    def _is_decided(
        self, connection: Connection, row: Any, verdict: str, reason: str | None
    ) -> bool:
        made = gate_quarantine.decision(connection, row.hash)
        if made is None:
            return False
        if (made.verdict, made.reason) == (verdict, reason):
            return True
        why = "" if made.reason is None else f" ({made.reason})"
        raise ReleaseRefusedError(
            f"event {row.number} was {made.verdict}{why} by {made.decided_by} at"
            f" {zulu(from_micros(made.decided_at))}: that stays"
        )

    def _decide(
        self,
        connection: Connection,
        row: Any,
        verdict: str,
        reason: str | None,
        instant: int | None,
        now: datetime,
    ) -> None:
        made = Decision(row.hash, verdict, reason, instant, self._by, to_micros(now))
        gate_quarantine.decide(connection, made)

    def _note(self, kind: Kind, row: Any, reason: str, now: datetime) -> None:
        detail = {"event": row.number, "reason": reason}
        entry = Entry(kind=kind, account=self._by, at=now, subject=row.device, detail=detail)
        self._protection.note(entry)


def _find(connection: Connection, number: int) -> Any:
    row = gate_quarantine.find(connection, number)
    if row is None:
        raise BadQuestionError(f"no event {number} is in quarantine: `gate quarantine` lists them")
    return row


def _read(row: Any) -> Event:
    """The event of a row, as of the device that signed it.

    Raises:
        EventError: it cannot be read.
    """
    return replace(read_event(json.loads(row.text)), device=row.device)


def _held(row: Any) -> Held:
    event, happened, fault = None, None, ""
    try:
        event = _read(row)
        happened = event.at - timedelta(microseconds=row.clock_ahead)
    except (EventError, OverflowError) as unreadable:
        fault = str(unreadable)
    return Held(
        number=row.number,
        hash=row.hash,
        device=row.device,
        reason=row.reason,
        received_at=from_micros(row.received_at),
        event=event,
        happened_at=happened,
        fault=fault,
    )


def _item(connection: Connection, row: Any, at: datetime | None, now: datetime) -> Item:
    """The event as if it came in now, and happened then."""
    held = _held(row)
    if held.event is None or held.happened_at is None:
        raise ReleaseRefusedError(
            f"event {row.number} cannot be read ({held.fault}): record at a desk what happened, and"
            " dismiss it as keyed by hand"
        )
    if gate_book.recorded_ids(connection, [held.event.id]):
        raise ReleaseRefusedError(
            f"event {row.number} has the id of another that is recorded: if something happened"
            " twice, record it at a desk"
        )
    happened = at or held.happened_at
    if not EARLIEST <= happened <= now:
        raise ReleaseRefusedError(
            f"event {row.number} would have happened at {format_instant(happened)}, and it is"
            f" {format_instant(now)}: say when it did"
        )
    ahead = timedelta(microseconds=row.clock_ahead)
    measure = Measure(received_at=held.received_at, clock_ahead=ahead, hub=row.hub)
    value = json.loads(row.text)
    batch = Batch(
        device=row.device,
        sent_at=row.sent_at,
        instant=held.received_at + ahead,
        values=(value,),
        texts=(row.text,),
        hashes=(row.hash,),
        signature=row.signature,
    )
    device = gate_book.devices(connection, [row.device])[row.device]
    event = replace(held.event, at=happened + ahead)
    return Item(Handed(batch, measure, device), row.hash, row.text, value, event)


def _follow(begun: Transaction, item: Item, now: datetime) -> None:
    syncing.follow(begun, [item], now)
    if item.reason is not None:
        raise ReleaseRefusedError(f"the ledger does not take it: {item.said}")
