"""The small facts of a ledger, ready to be asked: places, lifts, deadlines, groups, counts.

Statements replace each other by the instant at which they were stated, never by the order in
which they arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from safepassage.model.close_out import CloseOut
from safepassage.model.deadline import Deadline
from safepassage.model.fact import Fact, instant_of
from safepassage.model.gate_pass import PassIssue, PassRevocation, Resighting
from safepassage.model.ids import DiscrepancyId, EntryId, PlaceId
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.not_out import CaseStep, Handover
from safepassage.model.observation import (
    Correction,
    Group,
    Handling,
    Headcount,
    PlanSignature,
    Publication,
)
from safepassage.model.place import OUTSIDE, Opening, Place, PlaceKind
from safepassage.model.refusal import Refusal

# The facts that are kept one after the other, and where.
_SERIES: dict[type[Fact], str] = {
    LiftStatus: "statuses",
    Opening: "openings",
    Deadline: "deadlines",
    Headcount: "headcounts",
    Correction: "corrections",
    Publication: "publications",
    PlanSignature: "plans",
    Handling: "handlings",
    PassRevocation: "revocations",
    Refusal: "refusals",
    CloseOut: "close_outs",
    Handover: "handovers",
    CaseStep: "case_steps",
    Group: "groups",
}


@dataclass(slots=True)
class Catalogue:
    """What the ledger knows besides its movements and namings."""

    places: dict[PlaceId, Place] = field(default_factory=dict)
    lifts: dict[PlaceId, Lift] = field(default_factory=dict)
    statuses: list[LiftStatus] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    headcounts: list[Headcount] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    plans: list[PlanSignature] = field(default_factory=list)
    handlings: list[Handling] = field(default_factory=list)
    passes: dict[str, PassIssue] = field(default_factory=dict)  # by the id of the pass
    revocations: list[PassRevocation] = field(default_factory=list)
    resightings: dict[EntryId, Resighting] = field(default_factory=dict)  # by the sighting
    refusals: list[Refusal] = field(default_factory=list)
    close_outs: list[CloseOut] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    case_steps: list[CaseStep] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)  # every statement, the latest last

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Catalogue:
        """File the facts; those that a catalogue does not hold are passed over."""
        catalogue = cls()
        catalogue.extend(facts)
        return catalogue

    def extend(self, facts: Iterable[Fact]) -> None:
        """File more facts; in any order, with the same result."""
        touched = set()
        for fact in facts:
            self._file(fact)
            touched.add(_SERIES.get(type(fact)))
        for series in filter(None, touched):
            getattr(self, series).sort(key=lambda f: (instant_of(f), f.id))

    def _file(self, fact: Fact) -> None:
        if isinstance(fact, Place):
            self.places[fact.place] = max(
                fact, self.places.get(fact.place, fact), key=lambda p: (p.stated_at, p.id)
            )
        elif isinstance(fact, Lift):
            self.lifts[fact.lift] = max(
                fact, self.lifts.get(fact.lift, fact), key=lambda x: (x.stated_at, x.id)
            )
        elif isinstance(fact, PassIssue):
            self.passes[fact.pass_id] = max(
                fact, self.passes.get(fact.pass_id, fact), key=lambda p: (p.stated_at, p.id)
            )
        elif isinstance(fact, Resighting):
            self.resightings[fact.sighting] = max(
                fact, self.resightings.get(fact.sighting, fact), key=lambda r: (r.stated_at, r.id)
            )
        elif type(fact) in _SERIES:
            getattr(self, _SERIES[type(fact)]).append(fact)

    def kind(self, place: PlaceId) -> PlaceKind | None:
        """What a place is for; None if nobody ever stated it."""
        if place == OUTSIDE:
            return PlaceKind.OUTSIDE
        stated = self.places.get(place)
        if stated is not None:  # first: a lift that took the id of a place hides nobody in it
            return stated.kind
        return PlaceKind.LIFT if place in self.lifts else None

    def departures(self, start: datetime, end: datetime) -> list[LiftStatus]:
        """Lifts that departed in [start, end): the first departure of each, oldest first."""
        first: dict[PlaceId, LiftStatus] = {}
        for status in self.statuses:
            if status.status is Status.DEPARTED:
                first.setdefault(status.lift, status)
        return [s for s in first.values() if start <= s.occurred_at < end]

    def is_open(self, place: PlaceId, as_of: datetime) -> bool | None:
        """Whether a place was last seen open at `as_of`; None if nobody said."""
        seen = [o for o in self.openings if o.place == place and o.occurred_at <= as_of]
        return seen[-1].is_open if seen else None

    def handled(self, discrepancy: DiscrepancyId) -> Handling | None:
        """Who has a discrepancy, and what they said last.

        Like a correction this holds for every instant that is asked about: what was explained
        this morning needs no explanation on last week's board either.
        """
        known = [h for h in self.handlings if h.discrepancy == discrepancy]
        return known[-1] if known else None
