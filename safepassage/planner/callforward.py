"""Call-forward: whom to call to which gate in which hour, from a plan.

The plan says how many of each class pass a gate in a step.  A wave is the steps of about an hour at
one gate.  Of its classes the first is called first, until as many are expected as the plan has
seats for; then the last class of the wave is called further, as far as the risk allows, because
some of those who are called do not come (`plan.overcall` has the rule and its source).  Nobody is
called before they are known, and nobody is called twice while they are still expected.

Where the plan's seats have families of the register (`seating.py`), a wave calls these very
families, under their ids: those who were given its gate and hours, then those who come later or
have no seat yet, each once.

Who comes beyond the plan waits on stand-by, inside, for seats that fall free, and takes one of the
next wave's places there; a seat nobody has claimed by the release instant goes to stand-by first
and to other operators then.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from safepassage.model.instant import format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.observation import Group
from safepassage.plan.errors import PlanInputError
from safepassage.plan.overcall import FAMILY_MAX, call, check_chances, sized
from safepassage.planner.posting import Clock, families_of, holds_from, plan_id

ASSUMED_SIZES = {1: 22.0, 2: 12, 3: 12, 4: 14, 5: 13, 6: 11, 7: 7, 8: 5, 9: 3, 10: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """How to call: what is known of those who do not come, and which risk is taken."""

    no_show: float = 0.15  # share of the families called that do not come
    risk: float = 0.05  # accepted chance that more come than there is room for
    standby: int = 20  # places to wait inside, for each gate and wave
    wave_hours: float = 1.0
    release_hours: float = 2.0  # before a lift leaves
    sizes: Mapping[int, float] | None = None  # shares of family sizes; None: an assumed table

    def __post_init__(self) -> None:
        check_chances(self.no_show, self.risk)
        if self.standby < 0 or self.wave_hours <= 0 or self.release_hours < 0:
            raise PlanInputError(
                "stand-by places and the release are zero or more, a wave is longer than no time"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One call-forward: a gate, a span of time, and how many families of each class."""

    gate: str
    origin: str
    start: datetime
    end: datetime
    planned: dict[str, int]  # heads by class, as the plan lets them through
    families: dict[str, int]  # families called
    heads: dict[str, int]  # heads called
    expected: float  # heads that come on average
    waiting: int  # on stand-by from the waves before, as far as is expected
    room: int  # planned heads and stand-by places, less those who wait already
    chance_of_more: float  # that more come than there is room for
    standby_needed: int  # heads on stand-by that fill the seats at the same risk
    groups: tuple[str, ...] = ()  # ids of the registered families among them, in their order

    def to_json(self) -> dict[str, Any]:
        """The wave as JSON values."""
        return {
            "gate": self.gate,
            "origin": self.origin,
            "start": format_instant(self.start),
            "end": format_instant(self.end),
            "planned": self.planned,
            "families": self.families,
            "heads": self.heads,
            "expected": round(self.expected, 1),
            "waiting": self.waiting,
            "room": self.room,
            "chance_of_more": round(self.chance_of_more, 6),
            "standby_needed": self.standby_needed,
            "groups": list(self.groups),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """When the unclaimed seats of a lift go to others, and how many are free already."""

    lift: str
    origin: str
    departs_at: datetime
    release_at: datetime
    seats: int
    planned: int

    def to_json(self) -> dict[str, Any]:
        """The release as JSON values."""
        return {
            "lift": self.lift,
            "origin": self.origin,
            "departs_at": format_instant(self.departs_at),
            "release_at": format_instant(self.release_at),
            "seats": self.seats,
            "planned": self.planned,
            "free": self.seats - self.planned,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CallForward:
    """The whole call-forward of a plan."""

    plan: str
    calling: Calling
    waves: list[Wave]
    releases: list[Release]

    @property
    def heads(self) -> int:
        """Heads called in all; who does not come and is called again counts twice."""
        return sum(sum(w.heads.values()) for w in self.waves)

    def to_json(self) -> dict[str, Any]:
        """The call-forward as JSON values."""
        asked = self.calling
        return {
            "plan": self.plan,
            "no_show": asked.no_show,
            "risk": asked.risk,
            "standby": asked.standby,
            "heads": self.heads,
            "waves": [w.to_json() for w in self.waves],
            "releases": [r.to_json() for r in self.releases],
        }


def sizes_of(ledger: Ledger) -> dict[int, float]:
    """How many groups of each size a ledger states, as last stated; empty if it states none."""
    last: dict[str, Group] = {}
    for entry in ledger.entries():
        fact = entry.fact
        if isinstance(fact, Group):
            before = last.get(fact.group, fact)
            last[fact.group] = max(before, fact, key=lambda g: (g.stated_at, g.id))
    counts = Counter(min(FAMILY_MAX, len(g.members)) for g in last.values())
    return {size: float(n) for size, n in sorted(counts.items())}


def call_forward(document: Mapping[str, Any], calling: Calling) -> CallForward:
    """The call-forward of a plan document, wave by wave in the order of time.

    Raises:
        PlanInputError: a size of family that is none.
        PlanRefusedError: the plan does not say when it starts.
    """
    clock = Clock.of(document)
    every = max(1, round(calling.wave_hours / document["problem"]["step_hours"]))
    known = _Known(document)
    families = _Families(document, calling.sizes or ASSUMED_SIZES)
    waves: list[Wave] = []
    surplus: dict[str, float] = defaultdict(float)  # who came beyond the plan and waits, by gate
    for (first, gate), planned in sorted(_planned(document, every).items()):
        last = min(first + every, clock.steps)
        origin = _origin(document, gate)
        waves.append(
            _wave(
                _Asked(
                    gate, origin, last, planned, known.until(origin, last), math.ceil(surplus[gate])
                ),
                (clock.at(first), clock.at(last)),
                calling,
                families,
            )
        )
        known.expect(origin, waves[-1], calling.no_show)
        beyond = surplus[gate] + waves[-1].expected - sum(planned.values())
        surplus[gate] = min(float(calling.standby), max(0.0, beyond))
    return CallForward(
        plan=plan_id(document),
        calling=calling,
        waves=waves,
        releases=list(_releases(document, clock, calling)),
    )


def _planned(document: Mapping[str, Any], every: int) -> dict[tuple[int, str], dict[str, int]]:
    """Heads by class for each wave's first step and gate, in the order of the classes."""
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for x in document["passages"]:
        if x["people"] and x["step"] >= holds_from(document):
            found[x["step"] // every * every, x["gate"]][x["class"]] += x["people"]
    classes = document["problem"]["classes"]
    return {key: {c: heads[c] for c in classes if heads[c]} for key, heads in found.items()}


def _origin(document: Mapping[str, Any], gate: str) -> str:
    return next(str(g["origin"]) for g in document["problem"]["gates"] if g["id"] == gate)


class _Known:
    """Who is known at an origin and not yet expected at a gate."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        problem = document["problem"]
        self._classes = {c: n for n, c in enumerate(problem["classes"])}
        self._origins = {o: n for n, o in enumerate(problem["origins"])}
        self._demand = problem["demand"]
        self._came: Counter[tuple[str, str]] = Counter()

    def until(self, origin: str, step: int) -> dict[str, int]:
        """Heads of each class who are known before a step and have not come."""
        o = self._origins[origin]
        return {
            name: max(0, sum(self._demand[c][o][:step]) - self._came[origin, name])
            for name, c in self._classes.items()
        }

    def expect(self, origin: str, wave: Wave, no_show: float) -> None:
        """Those of a wave who come are no longer there to be called; the others are."""
        for name, heads in wave.heads.items():
            self._came[origin, name] += round((1 - no_show) * heads)


class _Called(NamedTuple):
    """A family that is called: a registered one by its group, or one of a size that is likely."""

    category: str
    size: int
    group: str | None = None
    step: int = -1  # in which it has its place at the gate; -1: it has none


class _Families:
    """Who is called next at a gate: the registered families of a plan, and others by their sizes.

    A registered family is called once: those who have their place there by the end of the wave,
    then people whom nobody has registered, then who has a place there later, then who has none.
    """

    def __init__(self, document: Mapping[str, Any], sizes: Mapping[int, float]) -> None:
        self._sizes = {c: sized(sizes) for c in document["problem"]["classes"]}
        self._at: dict[tuple[str, str], deque[_Called]] = defaultdict(deque)
        rows = [r for r in families_of(document) if _is_to_come(r, holds_from(document))]
        self._others = _unregistered(document, rows)
        for r in sorted(rows, key=lambda r: int(r.get("step", -1))):
            where = r.get("gate", r["origin"])
            self._at[where, r["class"]].append(
                _Called(r["class"], r["size"], r["group"], r.get("step", -1))
            )

    def next(self, asked: _Asked, category: str, most: int) -> _Called | None:
        """The next family of a class, of whom `most` heads are known; None if nobody is left."""
        here, waiting = self._at[asked.gate, category], self._at[asked.origin, category]
        if here and 0 <= here[0].step < asked.before:
            return here.popleft()
        others = self._others.get((asked.origin, category))
        left = most if others is None else min(most, others)
        if left > 0:
            size = min(next(self._sizes[category]), left)
            if others is not None:
                self._others[asked.origin, category] = others - size
            return _Called(category, size)
        queue = here or waiting
        return queue.popleft() if queue else None

    def put_back(self, asked: _Asked, uncalled: Iterable[_Called]) -> None:
        """Registered families whom the risk left uncalled: the first of the next wave."""
        for family in reversed(list(uncalled)):
            if family.group is not None:
                where = asked.origin if family.step < 0 else asked.gate
                self._at[where, family.category].appendleft(family)


def _is_to_come(row: Mapping[str, Any], first: int) -> bool:
    """Whether a registered family has yet to pass a gate."""
    return int(row.get("step", first if "sortie" not in row else -1)) >= first


def _unregistered(
    document: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, str], int]:
    """Heads of each class at each origin beside registered families; empty if there are none."""
    problem, first = document["problem"], holds_from(document)
    if not document.get("families", {}).get("rows"):
        return {}
    found = {
        (o, c): sum(problem["demand"][k][n])
        for n, o in enumerate(problem["origins"])
        for k, c in enumerate(problem["classes"])
    }
    origin_of = {g["id"]: g["origin"] for g in problem["gates"]}
    for x in document["passages"]:
        if x["step"] < first:
            found[origin_of[x["gate"]], x["class"]] -= x["people"]
    for r in rows:
        found[r["origin"], r["class"]] -= r["size"]
    return {key: max(0, heads) for key, heads in found.items()}


@dataclass(frozen=True, slots=True)
class _Asked:
    gate: str
    origin: str
    before: int  # the step at which the wave ends
    planned: dict[str, int]
    known: dict[str, int]
    waiting: int


def _wave(
    asked: _Asked,
    span: tuple[datetime, datetime],
    calling: Calling,
    waiting: _Families,
) -> Wave:
    order: list[_Called] = []
    room = sum(asked.planned.values()) + calling.standby - asked.waiting
    found = call(_in_order(asked, calling, waiting, order), room, calling.no_show, calling.risk)
    waiting.put_back(asked, order[len(found.sizes) :])
    families: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    for called in order[: len(found.sizes)]:
        families[called.category] += 1
        heads[called.category] += called.size
    return Wave(
        gate=asked.gate,
        origin=asked.origin,
        start=span[0],
        end=span[1],
        planned=asked.planned,
        families=dict(families),
        heads=dict(heads),
        expected=found.expected,
        waiting=asked.waiting,
        room=room,
        chance_of_more=found.chance_of_more,
        standby_needed=max(0, sum(asked.planned.values()) - found.low),
        groups=tuple(x.group for x in order[: len(found.sizes)] if x.group is not None),
    )


def _in_order(
    asked: _Asked, calling: Calling, waiting: _Families, order: list[_Called]
) -> Iterator[int]:
    """The families of a wave in the order of the call; `order` learns who each is.

    A class is called until as many of it are expected as are planned, the last one without end;
    both only as long as somebody of it is known.
    """
    last = list(asked.planned)[-1]
    for name, planned in asked.planned.items():
        called = 0
        while called < asked.known[name]:
            if name != last and called * (1 - calling.no_show) >= planned:
                break
            family = waiting.next(asked, name, asked.known[name] - called)
            if family is None:
                break
            called += family.size
            order.append(family)
            yield family.size


def _releases(document: Mapping[str, Any], clock: Clock, calling: Calling) -> Iterable[Release]:
    lifts = {x["id"]: x for x in document["problem"]["lifts"]}
    for s in document["sorties"]:
        if s["departs"] < holds_from(document):
            continue
        departs_at = clock.at(s["departs"])
        yield Release(
            lift=s["lift"],
            origin=s["origin"],
            departs_at=departs_at,
            release_at=departs_at - timedelta(hours=calling.release_hours),
            seats=lifts[s["lift"]]["seats"],
            planned=sum(s["aboard"].values()),
        )
