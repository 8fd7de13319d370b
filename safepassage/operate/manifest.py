"""A lift's manifest: three numbers that nobody may take from each other.

    planned    heads that were promised a seat, and whose promise stands
    boarded    heads that were scanned aboard, less those that were taken off again
    counted    heads that somebody counted who walked through the cabin, children on laps included

A seat is not a head: 640 seats were read off a load plan and 823 people sat on the floor.  So the
three are kept apart until the doors shut, and the close-out (`operate/close_out.py`) sets them
against each other.

Nothing here is stored.  A manifest is read from the transfers through its lift, so a scan that
comes late changes it as if it had come in time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from safepassage.model.catalogue import Catalogue
from safepassage.model.close_out import CloseOut
from safepassage.model.fold import Transfer
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import format_instant
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import EVACUEE, Phase
from safepassage.model.observation import Headcount


class Stage(StrEnum):
    """How far a lift has come, as its desk sees it."""

    PLANNED = "planned"
    BOARDING = "boarding"
    CLOSED = "closed"
    REOPENED = "reopened"  # closed out, and somebody boarded or was taken off since
    AIRBORNE = "airborne"
    DIVERTED = "diverted"
    LANDED = "landed"
    CANCELLED = "cancelled"


@dataclass(slots=True, kw_only=True)
class Line:
    """A line of a manifest: a family, a person alone, or (neither) heads that belong to no group.

    Attributes:
        promised: heads with a seat.
        boarded: heads scanned aboard, less those taken off before it left.
        landed: heads that came off after it left, or at another place than where it was loaded.
        open: the promises that nothing has kept or withdrawn.
    """

    group: GroupId | None
    person: PersonId | None = None
    category: CategoryId = EVACUEE
    promised: int = 0
    boarded: int = 0
    landed: int = 0
    open: list[Transfer] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Heads with a seat that were not scanned aboard."""
        return max(0, self.promised - self.boarded)

    @property
    def aboard(self) -> int:
        """Heads still aboard; below zero when more came off than boarded."""
        return self.boarded - self.landed

    @property
    def is_split(self) -> bool:
        """Some of a family are aboard and some are not."""
        return self.group is not None and self.boarded > 0 and self.missing > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A lift at an instant: who should be aboard, who is, and what happened to it.

    Attributes:
        lines: families in the order in which they were first promised or seen, heads of no group
            last.
        counted: the newest headcount aboard.
        close_out: the newest.
        moved_at: when somebody last boarded or was taken off.
    """

    lift: Lift
    as_of: datetime
    lines: tuple[Line, ...]
    statuses: tuple[LiftStatus, ...] = ()
    counted: Headcount | None = None
    close_out: CloseOut | None = None
    moved_at: datetime | None = None

    @property
    def planned(self) -> int:
        """Heads whose promise of a seat stands."""
        return sum(line.promised for line in self.lines)

    @property
    def boarded(self) -> int:
        """Heads scanned aboard, less those taken off before it left."""
        return sum(line.boarded for line in self.lines)

    @property
    def landed(self) -> int:
        """Heads that came off it."""
        return sum(line.landed for line in self.lines)

    @property
    def aboard(self) -> int:
        """Heads still aboard: after landing, those who departed and have not arrived."""
        return self.boarded - self.landed

    @property
    def seats_left(self) -> int | None:
        """Seats that nobody is promised and nobody took; below zero when there are too few."""
        if self.lift.seats is None:
            return None
        return self.lift.seats - self.boarded - sum(self.awaited(line) for line in self.lines)

    def awaited(self, line: Line) -> int:
        """Heads of a line whose seats are kept for them.

        Seats of nobody in particular, as a plan promises them, are also taken by families that
        board without a seat of their own.
        """
        if line.group is not None or line.person is not None:
            return line.missing
        unlisted = sum(max(0, x.boarded - x.promised) for x in self.lines if x is not line)
        return max(0, line.missing - unlisted)

    @property
    def departed_at(self) -> datetime | None:
        """When it left."""
        return self._first(Status.DEPARTED)

    @property
    def landed_at(self) -> datetime | None:
        """When it was said to have landed."""
        return self._first(Status.ARRIVED)

    @property
    def is_cancelled(self) -> bool:
        """Whether that is the last thing that was said of it."""
        return bool(self.statuses) and self.statuses[-1].status is Status.CANCELLED

    @property
    def destination(self) -> PlaceId:
        """Where it was last said to go."""
        said = [s.to_place for s in self.statuses if s.to_place is not None]
        return said[-1] if said else self.lift.to_place

    @property
    def is_closed(self) -> bool:
        """Whether the doors were shut on those who are aboard: nobody came or went since."""
        return self.close_out is not None and self.close_out.heads == self.boarded

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.is_cancelled:
            return Stage.CANCELLED
        if self.landed_at is not None:
            return Stage.LANDED
        if self.departed_at is not None:
            return Stage.DIVERTED if self.destination != self.lift.to_place else Stage.AIRBORNE
        if self.close_out is not None:
            return Stage.CLOSED if self.is_closed else Stage.REOPENED
        return Stage.BOARDING if self.boarded or self.statuses else Stage.PLANNED

    @property
    def lists_families(self) -> bool:
        """Whether families are promised seats by name of their group."""
        return any(line.promised and line.group is not None for line in self.lines)

    @property
    def category(self) -> CategoryId:
        """That of most of its heads: heads that nobody has told apart are counted under it."""
        heads: Counter[CategoryId] = Counter()
        for line in self.lines:
            heads[line.category] += max(line.boarded, line.promised)
        return max(heads, key=lambda c: (heads[c], c), default=EVACUEE)

    def kept_for(self, line: Line) -> int:
        """Seats of a line that are taken, by whomever."""
        return line.promised - self.awaited(line)

    def line(self, group: GroupId | None, person: PersonId | None = None) -> Line | None:
        """The line of a family, of a person alone, or of the heads of no group."""
        key = (group, None if group is not None else person)
        return next((x for x in self.lines if (x.group, x.person) == key), None)

    def to_json(self) -> dict[str, Any]:
        """As JSON values: ids and numbers, nobody's name."""

        def instant(at: datetime | None) -> str | None:
            return None if at is None else format_instant(at)

        return {
            "lift": self.lift.lift,
            "as_of": instant(self.as_of),
            "stage": self.stage,
            "from": self.lift.from_place,
            "to": self.destination,
            "announced": self.lift.to_place,
            "seats": self.lift.seats,
            "seats_left": self.seats_left,
            "planned": self.planned,
            "boarded": self.boarded,
            "counted": self.counted.heads if self.counted else None,
            "counted_at": instant(self.counted.occurred_at if self.counted else None),
            "difference": self.close_out.difference if self.close_out else None,
            "signed_by": self.close_out.signed_by if self.close_out else None,
            "departed_at": instant(self.departed_at),
            "landed_at": instant(self.landed_at),
            "landed": self.landed,
            "aboard": self.aboard,
            "lines": [
                {
                    "group": x.group,
                    "person": x.person,
                    "category": x.category,
                    "promised": x.promised,
                    "boarded": x.boarded,
                    "landed": x.landed,
                }
                for x in self.lines
            ],
        }

    def _first(self, status: Status) -> datetime | None:
        return next((s.occurred_at for s in self.statuses if s.status is status), None)


def manifest_of(
    lift: Lift,
    through: Iterable[Transfer],
    catalogue: Catalogue,
    settled: Collection[EntryId],
    as_of: datetime,
) -> Manifest:
    """The manifest of a lift as it stood at an instant.

    Args:
        lift: as it was stated.
        through: the transfers into and out of it, every phase, oldest first.
        catalogue: what was said and counted of it.
        settled: the promises that some movement keeps or withdraws.
        as_of: what happened later is left out; what is promised for later is not.
    """
    statuses = tuple(
        s for s in catalogue.statuses if s.lift == lift.lift and s.occurred_at <= as_of
    )
    left = next((s.occurred_at for s in statuses if s.status is Status.DEPARTED), None)
    lines: dict[tuple[GroupId | None, PersonId | None], Line] = {}
    moved_at = None
    for t in through:
        if t.phase is Phase.POSTED and t.instant > as_of:
            continue
        key = (t.group, None if t.group is not None else t.person)
        line = lines.setdefault(key, Line(group=key[0], person=key[1], category=t.category))
        if _count(line, t, lift, left, settled):
            moved_at = t.instant
    counts = [c for c in catalogue.headcounts if c.place == lift.lift and c.occurred_at <= as_of]
    closed = [c for c in catalogue.close_outs if c.lift == lift.lift and c.occurred_at <= as_of]
    return Manifest(
        lift=lift,
        as_of=as_of,
        lines=tuple(
            sorted(
                (x for x in lines.values() if x.promised or x.boarded or x.landed),
                key=lambda x: x.group is None and x.person is None,
            )
        ),
        statuses=statuses,
        counted=counts[-1] if counts else None,
        close_out=closed[-1] if closed else None,
        moved_at=moved_at,
    )


def _count(
    line: Line, t: Transfer, lift: Lift, left: datetime | None, settled: Collection[EntryId]
) -> bool:
    """Enter one transfer in its line; whether somebody boarded or was taken off by it."""
    is_in = t.to_place == lift.lift
    if t.phase is Phase.POSTED:
        is_before = left is None or t.instant < left
        if is_in:
            line.boarded += t.heads
        elif is_before and t.to_place == lift.from_place:
            line.boarded -= t.heads
        else:
            line.landed += t.heads
            return False
        return True
    if is_in and t.phase is Phase.PENDING:
        line.promised += t.heads
        if t.entry not in settled:
            line.open.append(t)
    elif is_in:
        line.promised -= t.heads
    return False


def happened(
    lift: Lift, status: Status, at: datetime, entry: str, to_place: PlaceId | None = None
) -> LiftStatus:
    """Something that happened to a lift, to be recorded."""
    return LiftStatus(
        id=EntryId(entry), lift=lift.lift, status=status, occurred_at=at, to_place=to_place
    )
