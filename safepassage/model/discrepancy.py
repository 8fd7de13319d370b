"""A discrepancy: the shape of a doubt.

A fact that happened is never refused.  It is recorded, and what is wrong with it becomes a
discrepancy: found by a check, owned by a desk, growing older until somebody explains it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from safepassage.model.ids import DiscrepancyId, EntryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One doubt about the ledger.  It says what, where and what to do; it never raises."""

    check: str  # the check that found it, for example "gate-seen-again"
    subject: str  # what it is about, so that the same doubt keeps its id: a lift, entry or place
    sentence: str  # what is wrong, for a duty officer
    remedy: str  # what to do about it
    since: datetime  # the instant of the fact that raised it
    entries: tuple[EntryId, ...] = ()
    heads: int = 0  # by how many heads the sides differ, where that has a meaning

    @property
    def id(self) -> DiscrepancyId:
        """The same doubt has the same id tomorrow: a hash of check and subject."""
        digest = hashlib.sha256(f"{self.check}\n{self.subject}".encode()).hexdigest()
        return DiscrepancyId(f"d-{digest[:12]}")
