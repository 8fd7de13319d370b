"""A fact is one thing seen, stated or decided; an entry is a fact as the ledger holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from safepassage.model.close_out import CloseOut
from safepassage.model.deadline import Deadline
from safepassage.model.gate_pass import PassIssue, PassRevocation, Resighting
from safepassage.model.lift import Lift, LiftStatus
from safepassage.model.movement import Movement, on_true_clock
from safepassage.model.not_out import CaseStep, Handover
from safepassage.model.observation import (
    Correction,
    Group,
    Handling,
    Headcount,
    Naming,
    PlanSignature,
    Publication,
)
from safepassage.model.place import Opening, Place
from safepassage.model.refusal import Refusal

Fact: TypeAlias = (
    Movement
    | Headcount
    | Naming
    | Correction
    | Group
    | Place
    | Opening
    | Lift
    | LiftStatus
    | Deadline
    | Publication
    | PlanSignature
    | Handling
    | PassIssue
    | PassRevocation
    | Resighting
    | Refusal
    | CloseOut
    | Handover
    | CaseStep
)
# What happened at an instant of the observer's clock, and moves nobody.
Seen: TypeAlias = (
    Headcount
    | LiftStatus
    | Opening
    | Handling
    | Resighting
    | Refusal
    | CloseOut
    | Handover
    | CaseStep
)

CLOCK_AHEAD_MAX = timedelta(days=366 * 60)  # a phone that woke up in 1970 is still a witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact with its place in the ledger and what the receiver knew of it.

    `clock_ahead` is how far the observer's clock was ahead of the receiver's when the fact was
    handed in; it is measured, never guessed, and zero when nobody could measure it.
    """

    seq: int  # 1, 2, 3, ... without gaps
    recorded_at: datetime  # the receiver's clock
    source: str  # the device, desk or file that handed it in
    fact: Fact
    clock_ahead: timedelta = timedelta(0)

    @property
    def truth(self) -> Fact:
        """The fact with the observer's clock put right."""
        fact = self.fact
        if not self.clock_ahead:
            return fact
        if isinstance(fact, Movement):
            return on_true_clock(fact, self.clock_ahead)
        if isinstance(fact, Seen):
            return replace(fact, occurred_at=fact.occurred_at - self.clock_ahead)
        return fact


def instant_of(fact: Fact) -> datetime:
    """The instant at which a fact takes effect on the clock that wrote it."""
    if isinstance(fact, Movement | Seen):
        return fact.occurred_at
    if isinstance(fact, Publication | PlanSignature):
        return fact.published_at
    return fact.stated_at
