"""An operation that unfolds as it was promised, up to an instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId
from safepassage.model.ledger import Book
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.notation import enter
from safepassage.model.operation import Operation, opening_facts
from safepassage.planner.posting import promises
from tests.planner.drawn import NOW
from tests.planner.island import OPERATION


def kept_until(
    document: dict[str, Any], until: datetime, operation: Operation = OPERATION
) -> list[Fact]:
    """The plan's facts, and every promise before an instant as it was kept."""
    facts: list[Fact] = [*opening_facts(operation, NOW), *promises(document, operation)]
    return [*facts, *_happened(facts, until)]


def _happened(facts: Iterable[Fact], until: datetime) -> Iterable[Fact]:
    for fact in facts:
        if isinstance(fact, Movement) and fact.occurred_at < until:
            yield replace(
                fact,
                id=EntryId(f"seen/{fact.id}"),
                phase=Phase.POSTED,
                occurred_at=fact.occurred_at + timedelta(minutes=1),
                fulfils=fact.id,
            )
        elif isinstance(fact, Lift) and fact.scheduled_at is not None and fact.scheduled_at < until:
            yield LiftStatus(
                id=EntryId(f"seen/{fact.id}"),
                lift=fact.lift,
                status=Status.DEPARTED,
                occurred_at=fact.scheduled_at + timedelta(minutes=1),
            )


def book_of(facts: Iterable[Fact]) -> Book:
    """A ledger in memory."""
    return Book(enter(facts))
