"""Not out: everybody who is known and not at a haven, every head in exactly one class.

    known = out + those in the nine classes

*Out* is at a haven, gone onward from one, aboard an onward lift, or left a haven on their own.
Eight classes are those of a case (`model.not_out.NotOutClass`).  The ninth, *on the way*, is of
those whom the operation has in its hands: called and still expected, counted at a gate, inside, or
aboard a lift.  Nobody can state it; it follows from where people are.  So it ends by itself: a call
lapses; whoever was not counted off a lift two hours after it landed is *unknown*; and when the last
deadline has passed, so is whoever was last seen at a gate or inside, until somebody says more.
Whoever was never called and of whom nobody has said anything is *unknown* too, with that reason.

The newest evidence about a head decides, whatever kind it is: a step of a case, a refusal, a call.
Each speaks for so many heads at most, and a step says which evidence it answers: that speaks for so
many fewer.  What is seen of people outweighs what is said about their paper: a refused copy of a
pass does not put a family that is inside outside again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from safepassage.model.catalogue import Catalogue
from safepassage.model.deadline import deadlines_in_force
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Status
from safepassage.model.not_out import CaseStep, NotOutClass
from safepassage.model.place import ClosingReason, PlaceKind
from safepassage.model.refusal import Refusal, RefusalReason
from safepassage.operate.parties import Held, Parties, Party, Terms, parties

CALL_WAITS = timedelta(hours=1)  # how long a call without a pass stands: the length of a wave
COMING_OFF = timedelta(hours=2)  # after a landing: until then who is aboard is still on the way


class Standing(StrEnum):
    """The class of somebody who is not out."""

    ON_THE_WAY = "on-the-way"
    CALLED_DID_NOT_COME = "called-did-not-come"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNDECIDED = "undecided"
    CHOSE_TO_STAY = "chose-to-stay"
    ELSEWHERE = "elsewhere"
    DIED = "died"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What puts somebody in their class, besides the reasons of a refusal."""

    CALLED = "called"  # and still expected
    AT_GATE = "at-gate"
    INSIDE = "inside"
    ABOARD = "aboard"
    LAPSED = "lapsed"  # the window of the call is over
    STATED = "stated"  # at a desk
    CLOSED = "closed"  # moved to a closing place
    NOT_CALLED = "not-called"
    NOT_COUNTED_OFF = "not-counted-off"  # a lift that landed
    LAST_SEEN = "last-seen"  # at a gate or inside, before the last deadline
    PLACE_UNSTATED = "place-unstated"


SETTLED = (Standing.DIED, Standing.ELSEWHERE, Standing.CHOSE_TO_STAY)  # nobody has to act
_CLOSED: Mapping[ClosingReason, Standing] = {
    ClosingReason.OUT_BY_OWN_MEANS: Standing.ELSEWHERE,
    ClosingReason.CHOSE_TO_STAY: Standing.CHOSE_TO_STAY,
    ClosingReason.DECLINED: Standing.CHOSE_TO_STAY,
    ClosingReason.DECEASED: Standing.DIED,
}
_IN_HAND: Mapping[PlaceKind, Why] = {
    PlaceKind.GATE: Why.AT_GATE,
    PlaceKind.TERMINAL: Why.INSIDE,
    PlaceKind.LIFT: Why.ABOARD,
}
# Of a paper, not of the people: they never concern heads that were counted in.
_OF_PAPER = (RefusalReason.FORGED, RefusalReason.UNKNOWN_KEY, RefusalReason.ALREADY_USED)
# What is said of people one cannot reach does not hold for those who stand at a gate.
_OF_ABSENT = (NotOutClass.UNREACHABLE, NotOutClass.CALLED_DID_NOT_COME)
GATE_STATION = "gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """Heads of one party that are not out, in one class."""

    standing: Standing
    why: Why | RefusalReason
    heads: int
    group: GroupId | None
    person: PersonId | None  # who it is, where the ledger can tell
    among: tuple[PersonId, ...]  # of whom they are some, where it cannot
    place: PlaceId | None  # last seen there; None: nowhere
    since: datetime | None  # since when the class holds; None: since they are known
    step: CaseStep | None  # what a desk said last about them
    evidence: EntryId | None  # what put them there: a step, a refusal or a pass

    @property
    def id(self) -> str:
        """Whom a case is about: the person, else the group, else the place."""
        return self.person or self.group or self.place or "nobody"


class Count(NamedTuple):
    """So many heads in a class for a reason."""

    standing: Standing
    why: Why | RefusalReason
    heads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOut:
    """Everybody who is known at an instant, counted once.

    `known` and `out` are counted from the parties, the classes from `remaining`: that they agree
    is tested, not assumed.
    """

    as_of: datetime
    position: int
    known: int
    out: int
    remaining: tuple[Remaining, ...]
    terms: Terms  # how `known` follows from the ledger's total
    may_be_out: int  # at most so many of them left a place as heads without names
    turned_away: int  # heads refused that belong to no group: known to nobody, in no class

    @property
    def not_out(self) -> int:
        """Heads in the classes together."""
        return sum(r.heads for r in self.remaining)

    @property
    def adds_up(self) -> bool:
        """Whether out and the classes are everybody, and everybody is the ledger's total."""
        return self.known == self.out + self.not_out == self.terms.known

    def by_class(self) -> dict[Standing, int]:
        """Heads in each of the classes, in their order."""
        count = Counter({standing: 0 for standing in Standing})
        for r in self.remaining:
            count[r.standing] += r.heads
        return dict(count)

    def totals(self) -> dict[str, Any]:
        """The sum as JSON values: numbers alone, nobody's id."""
        return {
            "as_of": format_instant(self.as_of),
            "position": self.position,
            "known": self.known,
            "out": self.out,
            "not_out": self.not_out,
            "adds_up": self.adds_up,
            "classes": {str(standing): heads for standing, heads in self.by_class().items()},
        }

    def counts(self) -> list[Count]:
        """Heads by class and reason, the larger ones first within a class."""
        count: Counter[tuple[Standing, Why | RefusalReason]] = Counter()
        for r in self.remaining:
            count[r.standing, r.why] += r.heads
        order = {standing: n for n, standing in enumerate(Standing)}
        found = [Count(standing, why, heads) for (standing, why), heads in count.items()]
        return sorted(found, key=lambda c: (order[c.standing], -c.heads, c.why))


class _Evidence(NamedTuple):
    """Something that speaks for so many heads of a party."""

    at: datetime
    rank: int  # among what was said at one instant: a step, a refusal, a call
    heads: int
    standing: Standing
    why: Why | RefusalReason
    since: datetime
    id: EntryId | None = None
    person: PersonId | None = None
    is_seen: bool = False  # the person's own head is known to be somewhere
    place: PlaceId | None = None  # heads that are there come first
    refusal: Refusal | None = None
    step: CaseStep | None = None

    def concerns(self, held: Held, *, has_landed: bool) -> bool:
        """Whether it can be about heads that are where these are: perhaps in a lift that landed."""
        is_another = self.person is not None and held.person != self.person
        if is_another and (self.is_seen or held.person is not None):
            return False
        in_hand = held.kind in _IN_HAND
        if in_hand and held.since is not None and self.at < held.since:
            return False  # they were seen since
        if self.step is not None:
            if held.kind is PlaceKind.LIFT and not has_landed:
                return self.step.standing is NotOutClass.DIED
            return not (in_hand and self.step.standing in _OF_ABSENT)
        if self.refusal is not None and in_hand:
            return _is_turned_back(self.refusal, held)
        return not in_hand


def _is_turned_back(refusal: Refusal, held: Held) -> bool:
    if held.kind is PlaceKind.LIFT or refusal.reason in _OF_PAPER:
        return False
    within = held.kind is PlaceKind.TERMINAL and refusal.station != GATE_STATION
    return within or refusal.place == held.place


def not_out(ledger: Ledger, as_of: datetime, counted: Collection[CategoryId]) -> NotOut:
    """Everybody of these categories who is known and not out at an instant, in their classes."""
    return classified(ledger, as_of, parties(ledger, as_of, counted))


def classified(ledger: Ledger, as_of: datetime, everybody: Parties) -> NotOut:
    """The classes of parties that were put together before."""
    sorting = _Sorting(ledger.catalogue, as_of)
    remaining = [r for party in everybody.parties for r in sorting.of(party)]
    return NotOut(
        as_of=as_of,
        position=ledger.position,
        known=sum(party.known for party in everybody.parties),
        out=sorting.out,
        remaining=tuple(remaining),
        terms=everybody.terms,
        may_be_out=everybody.may_be_elsewhere,
        turned_away=sorting.turned_away,
    )


@dataclass(slots=True)
class _Sorting:
    """Puts the heads of one party after the other into their classes."""

    catalogue: Catalogue
    as_of: datetime
    out: int = 0
    turned_away: int = 0
    is_over: bool = False
    of_person: dict[PersonId, list[CaseStep]] = field(default_factory=dict)
    of_group: dict[GroupId, list[CaseStep]] = field(default_factory=dict)
    of_nobody: dict[PlaceId | None, list[CaseStep]] = field(default_factory=dict)  # by place
    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    answered: Counter[EntryId] = field(default_factory=Counter)  # heads, by the evidence
    landed: dict[PlaceId | None, datetime] = field(default_factory=dict)  # lifts, and since when

    def __post_init__(self) -> None:
        in_force = deadlines_in_force(self.catalogue.deadlines, self.as_of).values()
        self.is_over = bool(in_force) and self.as_of >= max(d.at for d in in_force)
        self._note_landings()
        for step in self.catalogue.case_steps:
            if step.occurred_at <= self.as_of:
                if step.person is not None:
                    self.of_person.setdefault(step.person, []).append(step)
                elif step.group is not None:
                    self.of_group.setdefault(step.group, []).append(step)
                else:
                    self.of_nobody.setdefault(step.place, []).append(step)
                if step.answers is not None:
                    self.answered[step.answers] += step.heads
        for refusal in self.catalogue.refusals:
            if refusal.occurred_at <= self.as_of:
                group = refused_group(self.catalogue, refusal)
                if group is None:
                    self.turned_away += refusal.heads
                else:
                    self.refusals.setdefault(group, []).append(refusal)

    def _note_landings(self) -> None:
        for status in self.catalogue.statuses:
            if status.status is Status.ARRIVED and status.occurred_at <= self.as_of:
                self.landed.setdefault(status.lift, status.occurred_at)

    def of(self, party: Party) -> Iterator[Remaining]:
        """The heads of a party that are not out; those that are, are counted."""
        pending: list[Held] = []
        for held in party.held:
            if self._is_out(held):
                self.out += held.heads
            elif (standing := self._closed(held)) is not None:
                yield self._remaining(party, held, standing, Why.CLOSED, held.since)
            else:
                pending.append(held)
        nameless = _nameless(party.held) - _nameless(pending)
        found: list[tuple[Held, _Evidence | None]] = []
        for evidence in self._evidence(party):
            room = evidence.heads - (self.answered[evidence.id] if evidence.id else 0)
            left: list[Held] = []
            for held in sorted(pending, key=lambda h: h.place != evidence.place):
                concerns = evidence.concerns(held, has_landed=held.place in self.landed)
                taken = min(room, held.heads) if concerns else 0
                if taken > 0:
                    room -= taken
                    person = held.person or evidence.person
                    found.append((held._replace(heads=taken, person=person), evidence))
                if held.heads > max(taken, 0):
                    left.append(held._replace(heads=held.heads - max(taken, 0)))
            pending = left
        found += [(held, None) for held in pending]
        rows = [self._judged(party, *one) for one in found]
        yield from self._told_apart(party, rows, nameless)

    def _is_out(self, held: Held) -> bool:
        if held.kind in (PlaceKind.HAVEN, PlaceKind.ONWARD):
            return True
        if held.place is None:
            return False
        if held.kind is PlaceKind.LIFT:
            return self.catalogue.kind(self.catalogue.lifts[held.place].from_place) in (
                PlaceKind.HAVEN,
                PlaceKind.ONWARD,
            )
        return self._reason(held) is ClosingReason.LEFT_ON_THEIR_OWN

    def _reason(self, held: Held) -> ClosingReason | None:
        if held.kind is not PlaceKind.CLOSING or held.place is None:
            return None
        return self.catalogue.places[held.place].reason

    def _closed(self, held: Held) -> Standing | None:
        reason = self._reason(held)
        return None if reason is None else _CLOSED.get(reason)

    def _evidence(self, party: Party) -> list[_Evidence]:
        """What speaks for heads of a party, the newest first."""
        found = [*self._said(party), *self._refused(party), *self._called(party)]
        return sorted(found, key=lambda e: (e.at, -e.rank, e.person or ""), reverse=True)

    def _said(self, party: Party) -> Iterator[_Evidence]:
        seen = {held.person for held in party.held}
        said = [s for member in party.members for s in self.of_person.get(member, ())[-1:]]
        if party.group is not None:
            said += self.of_group.get(party.group, ())
        elif party.person is None:
            said += [s for held in party.held for s in self.of_nobody.get(held.place, ())]
        for step in said:
            at = step.occurred_at
            yield _Evidence(
                at=at,
                rank=0 if step.standing in _OF_ABSENT else 1,
                heads=step.heads,
                standing=Standing(step.standing.value),
                why=step.reason or Why.STATED,
                since=at,
                id=step.id,
                person=step.person,
                is_seen=step.person in seen,
                place=step.place,
                step=step,
            )

    def _refused(self, party: Party) -> Iterator[_Evidence]:
        latest = {(r.station, r.reason): r for r in self.refusals.get(party.group or "", ())}
        for r in latest.values():
            at = r.occurred_at
            yield _Evidence(at, 2, r.heads, Standing.REFUSED, r.reason, at, r.id, refusal=r)

    def _called(self, party: Party) -> Iterator[_Evidence]:
        calls = [(p.stated_at, p.valid_until, p.heads, p.id) for p in party.passes]
        calls += [(p.at, p.at + CALL_WAITS, p.heads, p.entry) for p in party.promises]
        for at, until, heads, id in calls:
            if self.as_of < until:
                yield _Evidence(at, 3, heads, Standing.ON_THE_WAY, Why.CALLED, at, id)
            else:
                did_not = Standing.CALLED_DID_NOT_COME
                yield _Evidence(at, 3, heads, did_not, Why.LAPSED, until, id)

    def _judged(self, party: Party, held: Held, evidence: _Evidence | None) -> Remaining:
        standing, of_place = self._by_place(held)
        if evidence is None:
            is_left = of_place is Why.NOT_COUNTED_OFF
            since = self.landed[held.place] if is_left else held.since
            return self._remaining(party, held, standing, of_place, since)
        # What was said may confirm what the place says: then that stays the reason.
        why = of_place if evidence.standing is standing else evidence.why
        row = self._remaining(party, held, evidence.standing, why, evidence.since)
        return replace(row, evidence=evidence.id, step=evidence.step or row.step)

    def _by_place(self, held: Held) -> tuple[Standing, Why]:
        """The class of heads of whom nobody has said anything."""
        if held.kind is PlaceKind.LIFT:
            landed = self.landed.get(held.place)
            if landed is None or self.as_of < landed + COMING_OFF:
                return Standing.ON_THE_WAY, Why.ABOARD
            return Standing.UNKNOWN, Why.NOT_COUNTED_OFF
        if held.kind is PlaceKind.GATE or held.kind is PlaceKind.TERMINAL:
            if self.is_over:
                return Standing.UNKNOWN, Why.LAST_SEEN
            return Standing.ON_THE_WAY, _IN_HAND[held.kind]
        is_nowhere_stated = held.place is not None and held.kind is None
        return Standing.UNKNOWN, Why.PLACE_UNSTATED if is_nowhere_stated else Why.NOT_CALLED

    def _remaining(
        self,
        party: Party,
        held: Held,
        standing: Standing,
        why: Why | RefusalReason,
        since: datetime | None,
    ) -> Remaining:
        person = held.person or party.person
        return Remaining(
            standing=standing,
            why=why,
            heads=held.heads,
            group=party.group,
            person=person,
            among=(),
            place=held.place,
            since=since,
            step=self._latest_step(person, party.group, held.place),
            evidence=None,
        )

    def _latest_step(
        self, person: PersonId | None, group: GroupId | None, place: PlaceId | None
    ) -> CaseStep | None:
        said: list[CaseStep] = []
        if person is not None:
            said += self.of_person.get(person, ())[-1:]
        if group is not None:
            said += self.of_group.get(group, ())[-1:]
        if person is None and group is None:
            said += self.of_nobody.get(place, ())[-1:]
        return max(said, key=lambda s: (s.occurred_at, s.id), default=None)

    def _told_apart(self, party: Party, rows: list[Remaining], gone: int) -> Iterator[Remaining]:
        """Say who it is, where one head and one member are left; else among whom the heads are.

        `gone` heads of the party are out or closed, and nobody knows whose they are.
        """
        known = {held.person for held in party.held} | {row.person for row in rows}
        left = tuple(m for m in party.members if m not in known)
        nameless = [row for row in rows if row.person is None]
        is_clear = not gone and len(nameless) == 1 and len(left) == nameless[0].heads == 1
        for row in rows:
            if row.person is not None or not left:
                yield row
            elif is_clear:
                step = row.step or self._latest_step(left[0], party.group, row.place)
                yield replace(row, person=left[0], step=step)
            else:
                yield replace(row, among=left)


def _nameless(held: Iterable[Held]) -> int:
    return sum(h.heads for h in held if h.person is None)


def refused_group(catalogue: Catalogue, refusal: Refusal) -> GroupId | None:
    """Whose refusal it was: the group that was named, else that of the pass."""
    if refusal.group is not None or refusal.pass_id is None:
        return refusal.group
    issued = catalogue.passes.get(refusal.pass_id)
    return None if issued is None else issued.group
