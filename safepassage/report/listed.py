"""On the list, never past the gate: who was called or refused, group by group, and did not get in.

A group's heads on the list are the most that one of its passes is good for, or that were refused at
once: a pass for the rest of a family is no second family.  Off that come the heads of it that were
seen at the kinds of place that the definition names, each person once.  What was seen of people
outweighs what was said of their paper: a refused copy of a pass does not put anybody outside again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from safepassage.model.catalogue import Catalogue
from safepassage.model.fold import Transfer
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.movement import EVACUEE, Phase
from safepassage.report.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Heads of one group that are on the list and never got past a gate.

    `entry` is what put the group on the list first, at that instant and gate.
    """

    group: GroupId
    heads: int
    entry: EntryId
    instant: datetime
    gate: PlaceId


@dataclass(slots=True)
class _Listed:
    entry: EntryId
    instant: datetime
    gate: PlaceId
    category: CategoryId = EVACUEE
    heads: int = 0


def never_past(ledger: Ledger, question: Question) -> list[Kept]:
    """The groups that a figure of this measure counts, by when they were listed first."""
    listed = _listed(ledger.catalogue, question.as_of)
    wanted = {g: row for g, row in listed.items() if row.category in question.categories}
    if question.operator_classes is not None:
        promised = _promised(ledger, question.operator_classes)
        wanted = {g: row for g, row in wanted.items() if g in promised}
    if not wanted:
        return []
    past = _past(ledger, question)
    found = [
        Kept(
            group=group,
            heads=row.heads - past.get(group, 0),
            entry=row.entry,
            instant=row.instant,
            gate=row.gate,
        )
        for group, row in wanted.items()
        if row.heads > past.get(group, 0)
    ]
    return sorted(found, key=lambda k: (k.instant, k.entry))


def _listed(catalogue: Catalogue, as_of: datetime) -> dict[GroupId, _Listed]:
    found: dict[GroupId, _Listed] = {}
    for issue in sorted(catalogue.passes.values(), key=lambda p: (p.stated_at, p.id)):
        if issue.stated_at <= as_of:
            new = _Listed(issue.id, issue.stated_at, issue.gate, issue.category or EVACUEE)
            row = found.setdefault(issue.group, new)
            row.heads = max(row.heads, issue.heads)
    for refusal in sorted(catalogue.refusals, key=lambda r: (r.occurred_at, r.id)):
        issued = catalogue.passes.get(refusal.pass_id or "")
        group = refusal.group or (issued.group if issued else None)
        if group is not None and refusal.occurred_at <= as_of:
            new = _Listed(refusal.id, refusal.occurred_at, refusal.place)
            row = found.setdefault(group, new)
            row.heads = max(row.heads, refusal.heads)
    return found


def _promised(ledger: Ledger, classes: tuple[str, ...]) -> set[GroupId]:
    """The groups that were ever promised a seat on a lift of these operators."""
    lifts = [x.lift for x in ledger.catalogue.lifts.values() if x.operator_class in classes]
    return {
        t.group
        for t in ledger.through(lifts)
        if t.phase is Phase.PENDING and t.group is not None and t.to_place in lifts
    }


def _past(ledger: Ledger, question: Question) -> Mapping[GroupId, int]:
    """Heads of each group that were seen past a gate by then."""
    heads: dict[GroupId, int] = defaultdict(int)
    persons: dict[GroupId, set[PersonId]] = defaultdict(set)
    for t in _entries(ledger, question):
        if t.group is None or t.instant > question.as_of:
            continue
        if t.person is None:
            heads[t.group] += t.heads
        else:
            persons[t.group].add(t.person)
    return {g: heads.get(g, 0) + len(persons.get(g, ())) for g in {*heads, *persons}}


def _entries(ledger: Ledger, question: Question) -> list[Transfer]:
    """The posted transfers from before a gate to past it."""
    catalogue, past = ledger.catalogue, question.defined.to_kinds
    places = {p for p in (*catalogue.places, *catalogue.lifts) if catalogue.kind(p) in past}
    return [
        t
        for t in ledger.through(places)
        if t.phase is Phase.POSTED and t.to_place in places and t.from_place not in places
    ]
