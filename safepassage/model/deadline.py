"""A deadline, and its revisions: a moved deadline is an entry, never an edit.

"31 August" is not a deadline until it has a zone: the day ends in Kabul eight and a half hours
before it ends in Washington.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from safepassage.model.ids import EntryId, check_id
from safepassage.model.instant import in_utc, zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline as it stood from `stated_at` on."""

    id: EntryId
    deadline: str  # which deadline this states or revises
    at: datetime  # the instant by which people must be out
    zone: str  # the zone it was announced in
    stated_at: datetime
    name: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.deadline, "deadline")
        object.__setattr__(self, "at", in_utc(self.at, f"{self.id}: at"))
        object.__setattr__(self, "stated_at", in_utc(self.stated_at, f"{self.id}: stated_at"))
        zone(self.zone)


def deadlines_in_force(stated: Iterable[Deadline], as_of: datetime) -> dict[str, Deadline]:
    """Each deadline as it stood at `as_of`: its latest statement by then.

    Before a deadline's first statement that statement holds: the books of an operation are often
    opened, and its deadline written down, after it began.
    """
    in_force: dict[str, Deadline] = {}
    for deadline in sorted(stated, key=lambda d: (d.stated_at, d.id)):
        before = in_force.get(deadline.deadline)
        if before is None:
            in_force[deadline.deadline] = deadline
        elif deadline.stated_at <= as_of:
            in_force[deadline.deadline] = replace(deadline, name=deadline.name or before.name)
    return in_force
