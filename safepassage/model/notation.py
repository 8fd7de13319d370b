"""The ledger as text: for tests, documents and terminals.

    2021-08-14                                        the day (UTC) of the lines below
    05:00 place town town                             id and kind; "closing declined" has a reason
    05:00 lift lift-871 own-military 300 terminal > haven        class, seats, from > to
    06:00 posted  amira  outside > town
    07:00 pending amira  town > gate          as call-1
    08:20 posted  amira  town > gate          fulfils call-1
    09:50 posted  5@fam-9 terminal > lift-871         five heads of a group, no names yet
    09:55 departed lift-871
    10:00 headcount 17 gate
    10:05 named babur of m9                           one head of m9 turned out to be babur
    10:06 withdrawn m9 because counted-twice          a correction: m9 never happened
    10:07 corrected m9 because late-count: posted 823 terminal > lift-871
    10:08 group fam-9: amira babur
    10:09 deadline last-lift 2021-08-31T00:00Z Asia/Kabul

A line may end with ``as ID`` and ``fulfils ID``; without the first it gets the id ``m`` plus its
line number.  A word after ``/`` on who moves is the category: ``amira/staff``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time

from safepassage.model.deadline import Deadline
from safepassage.model.errors import InvalidFactError, NotationError
from safepassage.model.fact import Entry, Fact, instant_of
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import parse_instant
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.observation import Correction, Group, Headcount, Naming
from safepassage.model.place import ClosingReason, Opening, Place, PlaceKind

FIRST_DAY = date(2021, 8, 14)
_LINE = re.compile(r"(\d\d:\d\d(?::\d\d)?)\s+(\S+)\s*(.*)")
_MOVE = re.compile(r"(\S+)\s+(\S+)\s*>\s*(\S+)")
_WHO = re.compile(r"(?:(\d+)(?:@([^/\s]+))?|([^/\s@]+)(?:@([^/\s]+))?)(?:/(\S+))?")


def read_facts(text: str, day: date = FIRST_DAY) -> list[Fact]:
    """The facts of a ledger written as text, in the order of its lines.

    Raises:
        NotationError: a line cannot be read; the message names the line and shows the form.
    """
    facts: list[Fact] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", line):
                day = date.fromisoformat(line)
            else:
                facts.append(_read_line(line, number, day))
        except (InvalidFactError, ValueError) as fault:
            raise NotationError(f"line {number}: {fault}: {line!r}") from fault
    return facts


def read_ledger(text: str, day: date = FIRST_DAY) -> list[Entry]:
    """The entries of a ledger written as text: each recorded the instant it happened."""
    return enter(read_facts(text, day))


def enter(facts: Iterable[Fact], source: str = "text") -> list[Entry]:
    """Entries for facts in this order, numbered from one, recorded the instant they happened."""
    return [
        Entry(seq=seq, recorded_at=instant_of(fact), source=source, fact=fact)
        for seq, fact in enumerate(facts, start=1)
    ]


def _read_line(line: str, number: int, day: date) -> Fact:
    found = _LINE.fullmatch(line)
    if not found:
        raise NotationError("expected HH:MM VERB ...")
    at = datetime.combine(day, time.fromisoformat(found[1]), UTC)
    verb, rest = found[2], found[3]
    rest, entry_id = _ending(rest, "as")
    entry = EntryId(entry_id or f"m{number}")
    if verb in tuple(Phase):
        return _movement(Phase(verb), rest, entry, at)
    if verb in tuple(Status):
        return _status(Status(verb), rest, entry, at)
    if verb not in _VERBS:
        known = ", ".join([*Phase, *Status, *_VERBS])
        raise NotationError(f"unknown verb {verb!r}; known: {known}")
    return _VERBS[verb](rest, entry, at)


def _ending(rest: str, word: str) -> tuple[str, str | None]:
    before, found, after = rest.rpartition(f" {word} ")
    return (before.strip(), after.strip()) if found else (rest.strip(), None)


def _movement(phase: Phase, rest: str, entry: EntryId, at: datetime) -> Movement:
    rest, promise = _ending(rest, "fulfils")
    found = _MOVE.fullmatch(rest)
    who = _WHO.fullmatch(found[1]) if found else None
    if not found or not who:
        raise NotationError("expected WHO FROM > TO")
    heads, cohort, person, group, category = who.groups()
    return Movement(
        id=entry,
        from_place=PlaceId(found[2]),
        to_place=PlaceId(found[3]),
        phase=phase,
        occurred_at=at,
        person=PersonId(person) if person else None,
        heads=int(heads) if heads else 1,
        group=GroupId(cohort or group) if cohort or group else None,
        category=CategoryId(category) if category else EVACUEE,
        fulfils=EntryId(promise) if promise else None,
    )


def _status(status: Status, rest: str, entry: EntryId, at: datetime) -> LiftStatus:
    rest, diverted_to = _ending(rest, "to")
    return LiftStatus(
        id=entry,
        lift=PlaceId(rest),
        status=status,
        occurred_at=at,
        to_place=PlaceId(diverted_to) if diverted_to else None,
    )


def _place(rest: str, entry: EntryId, at: datetime) -> Place:
    place, kind, *reason = rest.split()
    return Place(
        id=entry,
        place=PlaceId(place),
        kind=PlaceKind(kind),
        stated_at=at,
        reason=ClosingReason(reason[0]) if reason else None,
    )


def _lift(rest: str, entry: EntryId, at: datetime) -> Lift:
    lift, operator_class, seats, from_place, _, to_place = rest.split()
    return Lift(
        id=entry,
        lift=PlaceId(lift),
        operator_class=operator_class,
        seats=int(seats),
        from_place=PlaceId(from_place),
        to_place=PlaceId(to_place),
        stated_at=at,
    )


def _headcount(rest: str, entry: EntryId, at: datetime) -> Headcount:
    heads, place = rest.split()
    return Headcount(id=entry, place=PlaceId(place), heads=int(heads), occurred_at=at)


def _named(rest: str, entry: EntryId, at: datetime) -> Naming:
    person, _, movements = rest.partition(" of ")
    return Naming(
        id=entry,
        person=PersonId(person.strip()),
        movements=tuple(EntryId(m) for m in movements.replace(",", " ").split()),
        stated_at=at,
    )


def _withdrawn(rest: str, entry: EntryId, at: datetime) -> Correction:
    target, _, reason = rest.partition(" because ")
    wrong = EntryId(target.strip())
    return Correction(id=entry, corrects=wrong, instead=None, reason=reason, stated_at=at)


def _corrected(rest: str, entry: EntryId, at: datetime) -> Correction:
    head, _, movement = rest.partition(":")
    target, _, reason = head.partition(" because ")
    phase, _, moved = movement.strip().partition(" ")
    instead = _movement(Phase(phase), moved.strip(), EntryId(f"{entry}/instead"), at)
    return Correction(
        id=entry, corrects=EntryId(target.strip()), instead=instead, reason=reason, stated_at=at
    )


def _group(rest: str, entry: EntryId, at: datetime) -> Group:
    group, _, members = rest.partition(":")
    return Group(
        id=entry,
        group=GroupId(group.strip()),
        members=tuple(PersonId(m) for m in members.split()),
        stated_at=at,
    )


def _deadline(rest: str, entry: EntryId, at: datetime) -> Deadline:
    deadline, instant, zone_name = rest.split()
    when = parse_instant(instant, "deadline")
    return Deadline(id=entry, deadline=deadline, at=when, zone=zone_name, stated_at=at)


def _opening(is_open: bool) -> Callable[[str, EntryId, datetime], Opening]:
    def read(rest: str, entry: EntryId, at: datetime) -> Opening:
        place, _, reason = rest.partition(" because ")
        return Opening(
            id=entry,
            place=PlaceId(place.strip()),
            is_open=is_open,
            occurred_at=at,
            reason=reason or None,
        )

    return read


_VERBS: dict[str, Callable[[str, EntryId, datetime], Fact]] = {
    "place": _place,
    "lift": _lift,
    "headcount": _headcount,
    "named": _named,
    "withdrawn": _withdrawn,
    "corrected": _corrected,
    "group": _group,
    "deadline": _deadline,
    "opened": _opening(True),
    "closed": _opening(False),
}


def write_movement(move: Movement) -> str:
    """One movement as a line of text, for terminals and messages."""
    who = str(move.person or move.heads)
    group = f"@{move.group}" if move.group else ""
    category = f"/{move.category}" if move.category != EVACUEE else ""
    promise = f" fulfils {move.fulfils}" if move.fulfils else ""
    return (
        f"{move.occurred_at:%H:%M:%S} {move.phase} {who}{group}{category} "
        f"{move.from_place} > {move.to_place}{promise} as {move.id}"
    )
