"""A made-up evacuation of any size, fact by fact, in the order in which it would be handed in.

The same size always gives the same facts, letter by letter.  Nothing is held in memory but the
lifts: every fact follows from the number of a person, a family or a lift, and the streams of all
kinds of fact are merged by the instant at which each is handed in.

A person makes ten movements in 18 days: seen in a town, promised a gate, to an assembly area, a
gate, the terminal, promised a seat, aboard, at a haven, aboard again, home.  A small share of
them is handed in hours late, missing, seen twice, recorded for the wrong haven and corrected, or
counted without a name and named later.  Havens count their heads once a day, and the total is
published every morning, so that whatever is handed in later makes it a revised figure.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from safepassage.exchange.operation_file import read_operation
from safepassage.model.catalogue import Catalogue
from safepassage.model.fact import Fact
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.observation import (
    Correction,
    Group,
    Headcount,
    Naming,
    Publication,
)
from safepassage.model.operation import Operation, opening_facts
from safepassage.model.place import OUTSIDE
from safepassage.report.asking import Asking

START = datetime(2024, 3, 1, tzinfo=UTC)
OPERATION_TEXT = Path(__file__).with_name("crowd.yaml").read_text(encoding="utf-8")
MOVEMENTS_EACH = 10
FAMILY = 4
LIFT_HEADS = 180  # on a lift out; two of them fill one lift onward
ONWARD_HEADS = 2 * LIFT_HEADS
TOWNS, AREAS, GATES, HAVENS, HOMES = 3, 4, 6, 10, 6
OPERATORS = ("own-military", "coalition", "charter")

# Shares, in thousandths: of posted movements, then of persons.
LATE = 5
GAP, TWICE, WRONG_HAVEN, NAMELESS = 4, 4, 4, 10

_MASK = 2**64 - 1
_SECOND = 1_000_000
_HOUR = 3600 * _SECOND
_DAY = 24 * _HOUR
_REGISTERED_WITHIN_DAYS = 14.5
_LATE_BY = 7 * _HOUR
_PUBLISHED_AT = _HOUR  # 06:00 on the island, when the reporting window ends
# What a draw is for, so that no two draws of a person are the same one.
_ENTRY, _PERSON, _FAMILY, _JITTER, _TARDY, _FATE, _ROUTE, _LIFT, _EXTRA = range(9)
TOWN_, PROMISED, AREA_, GATE_, TERMINAL_, SEATED, ABOARD, HAVEN_, ONWARD_, HOME_ = range(10)


class Handed(NamedTuple):
    """A fact, and the microsecond after the start at which it is handed in."""

    at: int
    fact: Fact

    @property
    def recorded_at(self) -> datetime:
        """The receiver's clock."""
        return instant(self.at)


def instant(micros: int) -> datetime:
    """So many microseconds after the start."""
    return START + timedelta(microseconds=micros)


def operation() -> Operation:
    """The operation that the crowd belongs to."""
    return read_operation(OPERATION_TEXT, "crowd.yaml")


def draw(topic: int, number: int, step: int = 0) -> int:
    """64 bits that follow from what they are for (one step of splitmix64)."""
    found = ((number << 12) + (step << 4) + topic + 1) * 0x9E3779B97F4A7C15 & _MASK
    found = (found ^ (found >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    found = (found ^ (found >> 27)) * 0x94D049BB133111EB & _MASK
    return found ^ (found >> 31)


def entry_id(number: int, step: int, topic: int = _ENTRY) -> EntryId:
    """16 bytes without any order, as a phone makes them."""
    first = draw(topic, number, step)
    return EntryId(f"{first:016x}{draw(topic, first >> 12, 255):016x}")


def _falls(per_mille: int, drawn: int) -> bool:
    return drawn % 1000 < per_mille


class Crowd:
    """The people of one made-up evacuation, and everything that is handed in about them."""

    def __init__(self, movements: int) -> None:
        self.persons = max(FAMILY, movements // MOVEMENTS_EACH)
        self.lifts_out = math.ceil(self.persons / LIFT_HEADS)
        self.lifts_onward = math.ceil(self.persons / ONWARD_HEADS)

    @cached_property
    def operation(self) -> Operation:
        """The operation file, read."""
        return operation()

    @property
    def lifts(self) -> int:
        """How many lifts fly."""
        return self.lifts_out + self.lifts_onward

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the start to the last one home."""
        return START, instant(self._onward_departs[-1] + 10 * _HOUR)

    def handed(self) -> Iterator[Handed]:
        """Every fact in the order in which it is handed in, headcounts included."""
        opening = opening_facts(self.operation, START, Catalogue())
        yield from (Handed(0, fact) for fact in opening)
        desk = Desk(self.operation)
        desk.position = len(opening)
        counts = self._count_times()
        count_at, haven = next(counts)
        for item in heapq.merge(*self._streams(), key=lambda h: h.at):
            while item.at >= count_at:
                yield from desk.says(count_at, haven)
                count_at, haven = next(counts)
            desk.sees(item.fact)
            yield item

    def _count_times(self) -> Iterator[tuple[int, PlaceId | None]]:
        """Each morning the total is published (no place), then one haven after the other counts."""
        for day in itertools.count(1):
            yield day * _DAY + _PUBLISHED_AT, None
            for number in range(HAVENS):
                at = day * _DAY + 6 * _HOUR + number * 17 * 60 * _SECOND
                yield at, PlaceId(f"haven-{number + 1}")

    def _streams(self) -> Iterator[Iterator[Handed]]:
        yield self._groups()
        for step in range(MOVEMENTS_EACH):
            yield self._step(step, is_late=False)
            if step not in (PROMISED, SEATED):
                yield self._step(step, is_late=True)
        yield self._second_sightings()
        yield self._withdrawals()
        yield self._haven_corrections()
        yield self._namings()
        yield from self._lift_streams("lift", self._out_departs, self._stated_out)
        yield from self._lift_streams("onward", self._onward_departs, self._stated_onward)

    # When.

    def _registered(self, person: int) -> int:
        """More by day than by night, and in the order of the persons' numbers."""
        days = person / self.persons * _REGISTERED_WITHIN_DAYS
        return int((days + 0.1 * math.sin(2 * math.pi * days)) * _DAY) + _HOUR

    @cached_property
    def _out_departs(self) -> list[int]:
        last = (min((n + 1) * LIFT_HEADS, self.persons) - 1 for n in range(self.lifts_out))
        return [self._registered(person) + 27 * _HOUR for person in last]

    @cached_property
    def _onward_departs(self) -> list[int]:
        return [
            self._out_departs[min(2 * n + 1, self.lifts_out - 1)] + 30 * _HOUR
            for n in range(self.lifts_onward)
        ]

    def _when(self, step: int, person: int) -> int:
        """When a step of a person is handed in by a phone that has a network."""
        if step < SEATED:
            hours = (0, 6, 20, 22, 23)[step]
            return self._registered(person) + hours * _HOUR
        if step < ONWARD_:
            departs = self._out_departs[person // LIFT_HEADS]
            filled = (person % LIFT_HEADS) * 12 * _SECOND
            minutes = {SEATED: -180, ABOARD: -45, HAVEN_: 5 * 60 + 20}[step]
        else:
            departs = self._onward_departs[person // ONWARD_HEADS]
            filled = (person % ONWARD_HEADS) * 6 * _SECOND
            minutes = -50 if step == ONWARD_ else 9 * 60
        return departs + minutes * 60 * _SECOND + filled

    # Who, where.

    def _movement(self, step: int, person: int) -> Movement:
        is_nameless = step == TERMINAL_ and self._fate(person) == "nameless"
        from_place, to_place = self._leg(step, person)
        moment = self._when(step, person) - draw(_JITTER, person, step) % (90 * _SECOND)
        return Movement(
            id=entry_id(person, step),
            from_place=from_place,
            to_place=to_place,
            phase=Phase.PENDING if step in (PROMISED, SEATED) else Phase.POSTED,
            occurred_at=instant(moment),
            person=None if is_nameless else person_id(person),
            group=None if is_nameless else group_id(person // FAMILY),
            category=_category(person),
            fulfils=_promise(step, person),
        )

    def _leg(self, step: int, person: int) -> tuple[PlaceId, PlaceId]:
        """From where to where a step leads; a family takes one way to the terminal."""
        if step <= TERMINAL_:
            return _way_in(step, draw(_ROUTE, person // FAMILY))
        lift = PlaceId(f"lift-{person // LIFT_HEADS + 1}")
        if step < HAVEN_:
            return PlaceId("terminal"), lift
        onward = person // ONWARD_HEADS
        if step == HAVEN_:
            is_wrong = self._fate(person) == "wrong-haven"
            return lift, _other_haven(onward) if is_wrong else _haven(onward)
        aboard = PlaceId(f"onward-{onward + 1}")
        return (_haven(onward), aboard) if step == ONWARD_ else (aboard, _home(onward))

    def _fate(self, person: int) -> str | None:
        """What goes wrong for a person; at most one thing."""
        drawn = draw(_FATE, person) % 1000
        for share, fate in (
            (GAP, "gap"),
            (TWICE, "twice"),
            (WRONG_HAVEN, "wrong-haven"),
            (NAMELESS, "nameless"),
        ):
            if drawn < share:
                return fate
            drawn -= share
        return None

    def _with(self, fate: str) -> Iterator[int]:
        return (person for person in range(self.persons) if self._fate(person) == fate)

    # What is handed in.

    def _step(self, step: int, *, is_late: bool) -> Iterator[Handed]:
        is_promise = step in (PROMISED, SEATED)
        for person in range(self.persons):
            late = not is_promise and _falls(LATE, draw(_TARDY, person, step))
            if late is not is_late or (step == AREA_ and self._fate(person) == "gap"):
                continue
            at = self._when(step, person) + (_LATE_BY if late else 0)
            yield Handed(at, self._movement(step, person))

    def _groups(self) -> Iterator[Handed]:
        for family in range(math.ceil(self.persons / FAMILY)):
            members = range(family * FAMILY, min((family + 1) * FAMILY, self.persons))
            at = self._registered(members[0])
            fact = Group(
                id=entry_id(family, 0, _FAMILY),
                group=group_id(family),
                members=tuple(person_id(p) for p in members),
                stated_at=instant(at),
            )
            yield Handed(at, fact)

    def _second_sightings(self) -> Iterator[Handed]:
        """One pass shown at a gate twice, two minutes apart."""
        for person in self._with("twice"):
            first = self._movement(GATE_, person)
            at = self._when(GATE_, person) + 120 * _SECOND
            fact = Movement(
                id=_second_id(person),
                from_place=first.from_place,
                to_place=first.to_place,
                phase=Phase.POSTED,
                occurred_at=instant(at),
                person=first.person,
                group=first.group,
                category=first.category,
            )
            yield Handed(at, fact)

    def _withdrawals(self) -> Iterator[Handed]:
        """Somebody finds every other second sighting a day later."""
        for person in self._with("twice"):
            if person % 2:
                at = self._when(GATE_, person) + _DAY
                yield Handed(at, _correction(person, _second_id(person), None, at))

    def _haven_corrections(self) -> Iterator[Handed]:
        for person in self._with("wrong-haven"):
            wrong = self._movement(HAVEN_, person)
            at = self._when(HAVEN_, person) + 3 * _HOUR
            instead = Movement(
                id=entry_id(person, 2, _EXTRA),
                from_place=wrong.from_place,
                to_place=_haven(person // ONWARD_HEADS),
                phase=Phase.POSTED,
                occurred_at=wrong.occurred_at,
                person=wrong.person,
                group=wrong.group,
                category=wrong.category,
            )
            yield Handed(at, _correction(person, wrong.id, instead, at))

    def _namings(self) -> Iterator[Handed]:
        for person in self._with("nameless"):
            at = self._when(TERMINAL_, person) + 4 * _HOUR
            fact = Naming(
                id=entry_id(person, 3, _EXTRA),
                person=person_id(person),
                movements=(entry_id(person, TERMINAL_),),
                stated_at=instant(at),
            )
            yield Handed(at, fact)

    def _lift_streams(
        self, name: str, departs: list[int], stated: Callable[[int], Lift]
    ) -> Iterator[Iterator[Handed]]:
        flown = 5 * _HOUR if name == "lift" else 8 * _HOUR
        yield (Handed(at - _DAY, stated(n)) for n, at in enumerate(departs))
        for step, status, after in (
            (2, Status.BOARDING, -_HOUR),
            (3, Status.DEPARTED, 0),
            (4, Status.ARRIVED, flown),
        ):
            yield _statuses(name, departs, step, status, after)

    def _stated_out(self, number: int) -> Lift:
        return Lift(
            id=entry_id(number, 0, _LIFT),
            lift=PlaceId(f"lift-{number + 1}"),
            operator_class=OPERATORS[draw(_LIFT, number) % len(OPERATORS)],
            from_place=PlaceId("terminal"),
            to_place=_haven(number // 2),
            stated_at=instant(self._out_departs[number] - _DAY),
            seats=LIFT_HEADS + 20,
            call_sign=f"Amber {number + 1}",
            scheduled_at=instant(self._out_departs[number]),
        )

    def _stated_onward(self, number: int) -> Lift:
        return Lift(
            id=entry_id(number, 1, _LIFT),
            lift=PlaceId(f"onward-{number + 1}"),
            operator_class="charter",
            from_place=_haven(number),
            to_place=_home(number),
            stated_at=instant(self._onward_departs[number] - _DAY),
            seats=ONWARD_HEADS + 20,
        )


def person_id(person: int) -> PersonId:
    """A person as their pass names them."""
    return PersonId(f"p{draw(_PERSON, person):016x}")


def group_id(family: int) -> GroupId:
    """A family."""
    return GroupId(f"f{draw(_FAMILY, family):016x}")


def _way_in(step: int, route: int) -> tuple[PlaceId, PlaceId]:
    town = PlaceId(f"town-{route % TOWNS + 1}")
    if step == TOWN_:
        return OUTSIDE, town
    area = PlaceId(f"area-{(route >> 8) % AREAS + 1}")
    if step == AREA_:
        return town, area
    gate = PlaceId(f"gate-{(route >> 16) % GATES + 1}")
    return (gate, PlaceId("terminal")) if step == TERMINAL_ else (area, gate)


def _category(person: int) -> CategoryId:
    return CategoryId("citizen") if draw(_ROUTE, person // FAMILY, 1) % 10 == 0 else EVACUEE


def _promise(step: int, person: int) -> EntryId | None:
    if step == GATE_:
        return entry_id(person, PROMISED)
    return entry_id(person, SEATED) if step == ABOARD else None


def _haven(onward: int) -> PlaceId:
    return PlaceId(f"haven-{draw(_LIFT, onward, 5) % HAVENS + 1}")


def _other_haven(onward: int) -> PlaceId:
    return PlaceId(f"haven-{(draw(_LIFT, onward, 5) + 1) % HAVENS + 1}")


def _home(onward: int) -> PlaceId:
    return PlaceId(f"home-{draw(_LIFT, onward, 6) % HOMES + 1}")


def _second_id(person: int) -> EntryId:
    return entry_id(person, 0, _EXTRA)


def _correction(person: int, wrong: EntryId, instead: Movement | None, at: int) -> Correction:
    return Correction(
        id=entry_id(person, 1, _EXTRA),
        corrects=wrong,
        instead=instead,
        reason="seen on the paper list of the post",
        stated_at=instant(at),
    )


def _statuses(
    name: str, departs: list[int], step: int, status: Status, after: int
) -> Iterator[Handed]:
    for number, at in enumerate(departs):
        yield Handed(at + after, _status(name, number, step, status, at + after))


def _status(name: str, number: int, step: int, status: Status, at: int) -> LiftStatus:
    topic_step = step + (0 if name == "lift" else 8)
    return LiftStatus(
        id=entry_id(number, topic_step, _LIFT),
        lift=PlaceId(f"{name}-{number + 1}"),
        status=status,
        occurred_at=instant(at),
    )


class Desk:
    """What one sees who adds up what is handed in: the heads at each place, the people out."""

    def __init__(self, operation: Operation) -> None:
        self.position = 0
        self._operation = operation
        self._held: Counter[PlaceId] = Counter()
        self._out = 0

    def sees(self, fact: Fact) -> None:
        """Add a fact up."""
        self.position += 1
        if isinstance(fact, Movement) and fact.phase is Phase.POSTED:
            self._held[fact.from_place] -= fact.heads
            self._held[fact.to_place] += fact.heads
            if fact.from_place == "terminal":
                self._out += fact.heads

    def says(self, at: int, haven: PlaceId | None) -> Iterator[Handed]:
        """The headcount of a haven where anybody was yet; without a haven, the total so far."""
        fact = self._publication(at) if haven is None else self._headcount(at, haven)
        if fact is not None:
            self.sees(fact)
            yield Handed(at, fact)

    def _headcount(self, at: int, haven: PlaceId) -> Headcount | None:
        if haven not in self._held:
            return None
        return Headcount(
            id=EntryId(f"count-{at // _DAY}-{haven}"),
            place=haven,
            heads=max(0, self._held[haven]),
            occurred_at=instant(at),
        )

    def _publication(self, at: int) -> Publication:
        asking = Asking(self._operation, self.position)
        question = asking.since("people-out", "since-the-start", instant(at))
        return Publication(
            id=EntryId(f"published-{at // _DAY}"),
            question=question.canonical,
            value=self._out,
            position=self.position,
            published_at=instant(at),
        )
