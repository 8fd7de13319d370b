"""Discrepancies as a duty officer sees them: with an owner, an age and an explanation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.instant import format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.observation import Handling
from safepassage.report.checks import run_checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A discrepancy, who has it, how old it is, and what was said about it."""

    discrepancy: Discrepancy
    owner: str | None
    age: timedelta
    explanation: str | None

    @property
    def is_open(self) -> bool:
        """Nobody has explained it."""
        return self.explanation is None

    def to_json(self) -> dict[str, Any]:
        """The doubt as JSON values."""
        found = self.discrepancy
        return {
            "id": found.id,
            "check": found.check,
            "subject": found.subject,
            "sentence": found.sentence,
            "remedy": found.remedy,
            "since": format_instant(found.since),
            "heads": found.heads,
            "entries": list(found.entries),
            "owner": self.owner,
            "age_minutes": int(self.age / timedelta(minutes=1)),
            "explanation": self.explanation,
        }


def doubts(ledger: Ledger, as_of: datetime) -> list[Doubt]:
    """Every discrepancy at `as_of`: those that are open first, the oldest of them on top."""
    found = (_doubt(ledger, d, as_of) for d in run_checks(ledger, as_of))
    return sorted(found, key=lambda d: (not d.is_open, -d.age, d.discrepancy.id))


def still_open(found: Iterable[Doubt]) -> list[Doubt]:
    """Those that nobody has explained."""
    return [d for d in found if d.is_open]


def _doubt(ledger: Ledger, discrepancy: Discrepancy, as_of: datetime) -> Doubt:
    handled = ledger.catalogue.handled(discrepancy.id)
    return Doubt(
        discrepancy=discrepancy,
        owner=handled.owner if handled else None,
        age=max(timedelta(0), as_of - discrepancy.since),
        explanation=_still_explains(handled, discrepancy),
    )


def _still_explains(handled: Handling | None, discrepancy: Discrepancy) -> str | None:
    """The explanation, unless the sides differ by another number than the one it explained."""
    if handled is None or handled.heads not in (None, discrepancy.heads):
        return None
    return handled.explanation
