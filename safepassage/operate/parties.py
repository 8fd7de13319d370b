"""Who is known, party by party, and where their heads are: counted once, never below nobody.

A *party* is what belongs together: a group with its members, a person alone, or heads at a place
that belong to no group.  Heads of a group and its named members are one account, so that a family
that was scanned as five heads and named later is five people, not ten.

    known = max(members, heads on passes, heads seen)     of a party that somebody stated
    known = heads seen                                     of one that was only ever seen

Where more heads left a place than were seen to enter it, the ledger's balance is below zero: they
came unseen.  Here they count where they went, and nowhere else.  Where a party is still written
down in a town or an assembly area and was counted at a gate or beyond as well, the count holds.
What that changes against the ledger's own total is kept as terms, and the terms add up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from safepassage.model.catalogue import Catalogue
from safepassage.model.gate_pass import PassIssue, RevocationReason
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.model.place import OUTSIDE, ClosingReason, PlaceKind

JUST_AFTER = timedelta(microseconds=1)  # instants have this resolution: [a, b] is [a, b + this)
WAITING = (PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA)
# Passes taken back for these reasons were never a call, or gave way to another one.
NO_CALL = (RevocationReason.REISSUED, RevocationReason.ERROR)


class Held(NamedTuple):
    """Heads of one party at one place; `place` None: known, and at no place that anybody saw."""

    place: PlaceId | None
    kind: PlaceKind | None
    heads: int
    since: datetime | None
    person: PersonId | None = None  # who it is, if the ledger knows this head by itself


class Promise(NamedTuple):
    """A call without a pass: heads that were promised a way in."""

    at: datetime
    heads: int
    entry: EntryId  # the first of them, where several say the same


@dataclass(slots=True)
class Party:
    """A group, a person alone (`person`), or heads of no group at one place (neither)."""

    group: GroupId | None = None
    person: PersonId | None = None
    members: tuple[PersonId, ...] = ()
    stated: int = 0  # heads that were stated: members, or heads on a pass
    peak: int = 0  # the most heads that moved at once
    held: list[Held] = field(default_factory=list)
    passes: list[PassIssue] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The group, else the person, else the place of heads that belong to nobody."""
        return self.group or self.person or (self.held[0].place if self.held else None) or "nobody"

    @property
    def known(self) -> int:
        """How many heads there are."""
        return sum(held.heads for held in self.held)


class Terms(NamedTuple):
    """How the number of people known follows from the ledger's own total; the terms add up."""

    ever_seen: int  # the ledger's heads at all places
    walked_unseen: int  # left a place that they were not seen to enter
    never_seen: int  # stated, and at no place
    seen_twice: int  # written down in a town, and counted at a gate or beyond
    duplicates: int  # closed as counted twice

    @property
    def known(self) -> int:
        """People known."""
        return (
            self.ever_seen
            + self.walked_unseen
            + self.never_seen
            - self.seen_twice
            - self.duplicates
        )


@dataclass(slots=True, kw_only=True)
class Parties:
    """Everybody who is known at an instant."""

    parties: list[Party]
    terms: Terms
    may_be_elsewhere: int  # heads left their places without a name: some of these may be they


Owner = tuple[str, str]  # ("person" or "group", its id); heads of nobody: ("", "")
NOBODY: Owner = ("", "")


@dataclass(slots=True)
class _Seen:
    """The balances of everybody who moved."""

    heads: Counter[tuple[Owner, PlaceId]] = field(default_factory=Counter)
    since: dict[tuple[Owner, PlaceId], datetime] = field(default_factory=dict)
    last: dict[Owner, tuple[PlaceId, datetime]] = field(default_factory=dict)
    peak: Counter[Owner] = field(default_factory=Counter)
    travels_with: dict[PersonId, GroupId] = field(default_factory=dict)
    not_counted: set[PersonId] = field(default_factory=set)
    promises: dict[Owner, dict[tuple[datetime, PlaceId], tuple[int, EntryId]]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def parties(ledger: Ledger, as_of: datetime, counted: Collection[CategoryId]) -> Parties:
    """Everybody of these categories who is known at an instant, and where their heads are."""
    seen = _seen(ledger, as_of, frozenset(counted))
    return _Assembly(ledger.catalogue, seen, as_of).parties()


def _seen(ledger: Ledger, as_of: datetime, counted: frozenset[CategoryId]) -> _Seen:
    seen = _Seen()
    heads, since, last, peak = seen.heads, seen.since, seen.last, seen.peak
    for t in ledger.transfers(EARLIEST, as_of + JUST_AFTER):
        if t.person is not None:
            owner: Owner = ("person", t.person)
        elif t.group is not None:
            owner = ("group", t.group)
        else:
            owner = NOBODY
        if t.category not in counted:
            if t.person is not None:
                seen.not_counted.add(t.person)
            continue
        if t.phase is not Phase.POSTED:
            if owner != NOBODY:
                sign = 1 if t.phase is Phase.PENDING else -1
                promised = seen.promises[owner]
                key = (t.instant, t.to_place)
                before, entry = promised.get(key, (0, t.entry))
                promised[key] = (before + sign * t.heads, entry)
            continue
        if t.person is not None and t.group is not None:
            seen.travels_with.setdefault(t.person, t.group)
        heads[owner, t.from_place] -= t.heads
        heads[owner, t.to_place] += t.heads
        since[owner, t.to_place] = t.instant
        last[owner] = (t.to_place, t.instant)
        if t.heads > peak[owner]:
            peak[owner] = t.heads
    return seen


class _Assembly:
    """Puts the parties together from what was stated and what was seen."""

    def __init__(self, catalogue: Catalogue, seen: _Seen, as_of: datetime) -> None:
        self.catalogue = catalogue
        self.seen = seen
        self.as_of = as_of
        self.positive: dict[Owner, list[Held]] = defaultdict(list)
        self.ever_seen = self.walked_unseen = self.never_seen = 0
        self.seen_twice = self.duplicates = 0
        self.group_of: dict[PersonId, GroupId] = {}
        self.missing: Counter[PlaceId] = Counter()  # heads of nobody that left unseen

    def parties(self) -> Parties:
        self._balances()
        found = [*self._groups(), *self._alone(), *self._nobodys()]
        for party in found:
            self._settle(party)
        at_place: Counter[PlaceId] = Counter()
        for party in found:
            if party.group is not None or party.person is not None:
                for held in party.held:
                    if held.place is not None:
                        at_place[held.place] += held.heads
        return Parties(
            parties=[party for party in found if party.held],
            terms=Terms(
                self.ever_seen,
                self.walked_unseen,
                self.never_seen,
                self.seen_twice,
                self.duplicates,
            ),
            may_be_elsewhere=sum(min(n, at_place[place]) for place, n in self.missing.items()),
        )

    def _balances(self) -> None:
        for (owner, place), heads in self.seen.heads.items():
            if place == OUTSIDE or not heads:
                continue
            self.ever_seen += heads
            if heads < 0:
                self.walked_unseen -= heads
                if owner == NOBODY:
                    self.missing[place] -= heads
                continue
            person = PersonId(owner[1]) if owner[0] == "person" else None
            since = self.seen.since.get((owner, place))
            held = Held(place, self.catalogue.kind(place), heads, since, person)
            self.positive[owner].append(held)
        for owner, (place, at) in self.seen.last.items():
            # Named out of a place and back in it: the balance is nobody, the person is there.
            if owner[0] == "person" and owner not in self.positive and place != OUTSIDE:
                person = PersonId(owner[1])
                self.positive[owner] = [Held(place, self.catalogue.kind(place), 1, at, person)]
                self.walked_unseen += 1

    def _groups(self) -> Iterable[Party]:
        found = self._stated_groups()
        for issue in standing_passes(self.catalogue, self.as_of):
            party = found.setdefault(issue.group, Party(group=issue.group))
            party.stated = max(party.stated, issue.heads)
            party.passes.append(issue)
        for kind, id in self.positive.keys() | self.seen.peak.keys() | self.seen.promises.keys():
            if kind == "person":
                group = self._group_of(PersonId(id), found)
                if group is None:
                    continue
                self.group_of[PersonId(id)] = group
            elif kind == "group":
                group = GroupId(id)
            else:
                continue
            party = found.setdefault(group, Party(group=group))
            owner = (kind, id)
            party.held += self.positive.get(owner, [])
            party.promises += _promises(self.seen, owner)
            if kind == "group":
                party.peak = self.seen.peak[owner]
            elif PersonId(id) not in party.members:
                party.members = (*party.members, PersonId(id))
        for party in found.values():
            party.held.sort(key=_order)
            if party.passes:
                party.promises = []  # a pass is the call
        return sorted(found.values(), key=lambda p: p.id)

    def _stated_groups(self) -> dict[GroupId, Party]:
        """Groups as last stated; somebody in two of them belongs to the one stated later."""
        latest = {g.group: g for g in self.catalogue.groups if g.stated_at <= self.as_of}
        for statement in sorted(latest.values(), key=lambda g: (g.stated_at, g.id)):
            self.group_of |= dict.fromkeys(statement.members, statement.group)
        found = {}
        for group, statement in latest.items():
            members = tuple(
                m
                for m in statement.members
                if self.group_of[m] == group and m not in self.seen.not_counted
            )
            found[group] = Party(group=group, members=members, stated=len(members))
        return found

    def _group_of(self, person: PersonId, found: Mapping[GroupId, Party]) -> GroupId | None:
        """The group of a person: as stated, as travelled with, or one of their own."""
        group = self.group_of.get(person, self.seen.travels_with.get(person))
        if group is None and GroupId(person) in found:
            return GroupId(person)
        return group

    def _alone(self) -> Iterable[Party]:
        for kind, id in sorted(self.positive.keys() | self.seen.peak.keys()):
            if kind == "person" and id not in self.group_of:
                yield Party(
                    person=PersonId(id),
                    members=(PersonId(id),),
                    stated=1,
                    held=self.positive.get((kind, id), []),
                    promises=_promises(self.seen, (kind, id)),
                )

    def _nobodys(self) -> Iterable[Party]:
        return [Party(held=[held]) for held in self.positive.get(NOBODY, [])]

    def _settle(self, party: Party) -> None:
        """Count each head once: where it is known to be, or as known and at no place."""
        waiting = [h for h in party.held if h.kind in WAITING]
        beyond = [h for h in party.held if h.kind not in WAITING]
        counted, written = (sum(h.heads for h in held) for held in (beyond, waiting))
        stated = max(party.stated, party.peak if party.group else 0)
        if party.stated and counted + written > stated:
            kept = max(0, stated - counted)
            if kept < written:
                self.seen_twice += written - kept
                waiting = _so_many(waiting, kept)
                written = kept
        nowhere = max(0, stated - counted - written)
        self.never_seen += nowhere
        party.held = [*waiting, *beyond]
        if nowhere:
            party.held.insert(0, Held(None, None, nowhere, None))
        for held in beyond:
            if self._is_duplicate(held):
                self.duplicates += held.heads
                party.held.remove(held)

    def _is_duplicate(self, held: Held) -> bool:
        if held.kind is not PlaceKind.CLOSING or held.place is None:
            return False
        return self.catalogue.places[held.place].reason is ClosingReason.DUPLICATE


def standing_passes(catalogue: Catalogue, as_of: datetime) -> list[PassIssue]:
    """The passes that were a call by an instant, oldest first; those that gave way are left out."""
    taken_back = {
        r.pass_id for r in catalogue.revocations if r.stated_at <= as_of and r.reason in NO_CALL
    }
    issued = [
        issue
        for issue in catalogue.passes.values()
        if issue.stated_at <= as_of and issue.pass_id not in taken_back
    ]
    return sorted(issued, key=lambda issue: (issue.stated_at, issue.pass_id))


def _promises(seen: _Seen, owner: Owner) -> list[Promise]:
    promised = seen.promises.get(owner, {})
    return [Promise(at, heads, entry) for (at, _), (heads, entry) in promised.items() if heads > 0]


def _order(held: Held) -> tuple[str, str]:
    return held.place or "", held.person or ""


def _so_many(waiting: list[Held], heads: int) -> list[Held]:
    """So many of those who are written down somewhere; nobody can tell any longer who."""
    left = []
    for held in waiting:
        taken = min(heads, held.heads)
        if taken:
            left.append(held._replace(heads=taken, person=None))
            heads -= taken
    return left
