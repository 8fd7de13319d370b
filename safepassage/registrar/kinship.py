"""Families and priority of the register as it stands: the pure rules, put to all that is known.

Families follow from records, relations and decisions, and are not kept.  They are computed for the
whole register, because whether a phone ties two people depends on how many others have it; the
result is remembered until anything in the register changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from safepassage.model.ids import GroupId, ListId, PersonId
from safepassage.register.family import Families, families
from safepassage.register.family_values import (
    FamilyDecision,
    FamilyDecisionId,
    FamilyJoin,
    FamilySplit,
    Member,
    Part,
)
from safepassage.register.priority import applicants_of
from safepassage.register.priority_values import Applicant
from safepassage.register.record import Record
from safepassage.registrar import journal
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import all_records
from safepassage.store import register_journal as journal_stored
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored

SPLIT, JOIN = "split", "join"  # the words of a decision about a family


@dataclass(frozen=True, slots=True)
class Kin:
    """Everybody with their family, as of one moment of the register."""

    stamp: tuple[int, ...]
    members: Mapping[PersonId, Member]
    families: Families
    applicants: Sequence[Applicant]
    leads_to: Mapping[PersonId, PersonId]


class Kinship:
    """Computes who belongs together, once for each state of the register and day."""

    def __init__(self) -> None:
        self._known: Kin | None = None

    def now(self, room: Room) -> Kin:
        """Everybody with their family now."""
        at = room.clock()
        with room.store.reading() as connection:
            stamp = (*_stamp(connection), at.date().toordinal())
            if self._known is None or self._known.stamp != stamp:
                self._known = _kin(connection, room, at, stamp)
        return self._known

    def forget(self) -> None:
        """Let go of everything that was opened."""
        self._known = None


def _stamp(connection: Connection) -> tuple[int, int, int]:
    return (
        journal_stored.entry_count(connection),
        stored.counts(connection)[0],
        linked.member_count(connection),
    )


def _kin(connection: Connection, room: Room, at: datetime, stamp: tuple[int, ...]) -> Kin:
    arrivals = {row.number: row for row in stored.arrivals(connection)}
    cluster_of = {m.record: m.cluster for m in linked.all_members(connection)}
    opened = list(all_records(connection, room.vault))
    numbers = stored.numbers_of(connection, [record.id for record in opened])
    records: dict[int, list[Record]] = defaultdict(list)
    for record in opened:
        number = numbers[record.id]
        records[cluster_of.get(number, number)].append(record)
    person_of = {n: PersonId(arrivals[n].person) for n in arrivals}
    members = {
        person_of[oldest]: Member(person=person_of[oldest], arrived=oldest, records=tuple(own))
        for oldest, own in records.items()
    }
    leads_to = {
        person_of[n]: person_of[cluster] for n, cluster in cluster_of.items() if n != cluster
    }
    found = families(
        members.values(),
        on=at.date(),
        decisions=decisions(connection, room),
        sponsor_of={ListId(v.list): v.sponsor for v in rows_stored.latest_versions(connection)},
        leads_to=leads_to,
    )
    applicants = applicants_of(members.values(), found)
    return Kin(stamp, members, found, applicants, leads_to)


def decisions(connection: Connection, room: Room) -> list[FamilyDecision]:
    """Every split and join that anybody decided, oldest first; shredded ones are left out."""
    found = journal.decisions(connection, room.vault, journal.Kind.FAMILY)
    return [_decision(decision) for decision in found if decision.body]


def _decision(decision: journal.Decision) -> FamilyDecision:
    body = decision.body
    if decision.word == SPLIT:
        return FamilySplit(
            id=FamilyDecisionId(decision.id),
            family=GroupId(decision.subject),
            parts=tuple(
                Part(frozenset(map(PersonId, persons)), place) for persons, place in body["parts"]
            ),
            decided_by=decision.by,
            reason=body["reason"],
            at=decision.at,
        )
    return FamilyJoin(
        id=FamilyDecisionId(decision.id),
        persons=frozenset(map(PersonId, body["persons"])),
        decided_by=decision.by,
        reason=body["reason"],
        at=decision.at,
    )


def body_of(decision: FamilyDecision) -> dict[str, Any]:
    """What is sealed of a decision about a family."""
    if isinstance(decision, FamilySplit):
        parts = [[sorted(part.persons), part.whereabouts] for part in decision.parts]
        return {"parts": parts, "reason": decision.reason}
    return {"persons": sorted(decision.persons), "reason": decision.reason}
