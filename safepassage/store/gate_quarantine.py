"""Events of phones that are in quarantine, and what an officer decided about each, once.

The event stays as its phone signed it; the decision stands beside it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from safepassage.store.gate_tables import gate_batch, gate_decision, gate_event
from safepassage.store.statement import insert_rows

RELEASED, DISMISSED = "released", "dismissed"
QUARANTINED = "quarantined"


DECIDED = select(gate_decision.c.hash)  # the events about which somebody decided


class Decision(NamedTuple):
    """One row of ``gate_decision``, in the order of its columns."""

    hash: str
    verdict: str  # released or dismissed
    reason: str | None  # of a dismissal, as a code
    instant: int | None  # of a release: when it truly happened, in microseconds
    decided_by: str
    decided_at: int


def waiting(connection: Connection) -> list[Row[Any]]:
    """The events about which nobody decided yet, the oldest first."""
    undecided = _events().where(gate_decision.c.hash.is_(None))
    return list(connection.execute(undecided.order_by(gate_event.c.number)))


def find(connection: Connection, number: int) -> Row[Any] | None:
    """The event of that number, as long as it was quarantined, decided about or not."""
    return connection.execute(_events().where(gate_event.c.number == number)).first()


def decision(connection: Connection, digest: str) -> Decision | None:
    """What was decided about the event of that hash."""
    query = select(gate_decision).where(gate_decision.c.hash == digest)
    row = connection.execute(query).first()
    return None if row is None else Decision(*row)


def decide(connection: Connection, made: Decision) -> None:
    """Write a decision down, for ever."""
    insert_rows(connection, gate_decision, [made])


def _events() -> Select[Any]:
    """Quarantined events with how far their batch was measured, and how it came."""
    batch = gate_batch.c
    measured = (batch.sent_at, batch.signature, batch.hub, batch.clock_ahead)
    return (
        select(gate_event, *measured)
        .select_from(gate_event)
        .join(gate_batch, batch.number == gate_event.c.batch)
        .outerjoin(gate_decision, gate_decision.c.hash == gate_event.c.hash)
        .where(gate_event.c.state == QUARANTINED)
    )
