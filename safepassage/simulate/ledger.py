"""One replication as a ledger: facts that did not happen, under the id of their run.

    outside > town            families that come to the queue
    town > gate > terminal    families that the gates let in
    terminal > lift > haven   sorties with whom they carried; a diverted one says where it went
    haven > lift > onward     onward flights, whoever came first first

Heads, no names, in the steps of the plan: what happens in a step is written at its first instant.
Every fact says that a seed chose it (`drawn`).  Board, figures and checks read it like any ledger.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise

from safepassage.model.fact import Fact, instant_of
from safepassage.model.ids import CategoryId, EntryId, PlaceId
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.operation import Operation
from safepassage.model.place import OUTSIDE, PlaceKind
from safepassage.simulate.playing import play
from safepassage.simulate.run import Asked
from safepassage.simulate.script import Script
from safepassage.simulate.trace import Trace

UNKNOWN_CLASS = "unknown"
_DRAWN = ("occurred_at", "heads")
_WAITING = (PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA)


def replication_facts(asked: Asked, replication: int) -> list[Fact]:
    """The facts of one replication, oldest first; the same run and number, the same facts.

    Raises:
        SimulationError: as `play`.
    """
    trace, script = Trace(), asked.script()
    play(script, asked.causes, asked.policy, asked.seed, [replication], trace)
    writing = _Writing(script, asked.operation, f"{asked.id}-{replication}")
    facts = [
        *writing.known(trace),
        *writing.passages(trace),
        *writing.sorties(trace),
        *writing.onward(trace),
    ]
    return sorted(facts, key=instant_of)


class _Writing:
    def __init__(self, script: Script, operation: Operation, run: str) -> None:
        self.script, self.operation, self.run = script, operation, run
        self.waiting_at: dict[str, deque[tuple[int, int, int]]] = {b: deque() for b in script.bases}

    def known(self, trace: Trace) -> Iterator[Fact]:
        """Families that come to the queue."""
        for n, (t, c, o, heads) in enumerate(trace.came):
            place = self._way_in(self.script.origins[o], self.script.origins[o])[0]
            if place != OUTSIDE:
                yield self._move(f"came/{n}", OUTSIDE, place, t, heads, c)

    def passages(self, trace: Trace) -> Iterator[Fact]:
        """Families that pass; the gates of an origin fill up one after the other."""
        room: dict[tuple[int, int], int] = {}
        for n, (t, c, o, heads) in enumerate(trace.passed):
            gates = [g for g, at in enumerate(self.script.gate_origin) if at == o]
            for g in gates:
                most = room.get((g, t), int(self.script.gate[g, t]))
                through = heads if g == gates[-1] else min(heads, most)
                room[g, t] = most - through
                heads -= through
                if not through:
                    continue
                way = self._way_in(self.script.gates[g], self.script.origins[o])
                for leg, (start, end) in enumerate(pairwise(way)):
                    yield self._move(f"passed/{n}-{g}/{leg}", start, end, t, through, c)

    def sorties(self, trace: Trace) -> Iterator[Fact]:
        """Lifts out of the origins; who comes to a base waits there to go on."""
        script, lanes = self.script, self.script.sorties
        for n, (t, lane, base, way, aboard) in enumerate(trace.departed):
            kind, origin = int(lanes.kind[lane]), script.origins[int(lanes.place[lane])]
            planned, real = script.bases[int(lanes.base[lane])], script.bases[base]
            place = PlaceId(f"{self.run}-out-{n + 1}")
            yield from self._lift(place, kind, origin, planned, t, t + way)
            if real != planned:
                yield LiftStatus(
                    id=EntryId(f"{self.run}/diverted/{place}"),
                    lift=place,
                    status=Status.DIVERTED,
                    to_place=PlaceId(real),
                    occurred_at=script.at(t),
                    drawn=("occurred_at",),
                )
            for c, heads in enumerate(aboard):
                if heads:
                    yield self._move(f"out/{n}-{c}/1", origin, place, t, heads, c)
                    yield self._move(f"out/{n}-{c}/2", place, real, t + way, heads, c)
                    self.waiting_at[real].append((t + way, c, heads))

    def onward(self, trace: Trace) -> Iterator[Fact]:
        """Onward flights, in the order in which people came to their base."""
        script, lanes = self.script, self.script.onward
        waiting = {b: deque(sorted(queue)) for b, queue in self.waiting_at.items()}
        for n, (t, lane, load) in enumerate(trace.onward):
            base, haven = script.bases[int(lanes.base[lane])], script.havens[int(lanes.place[lane])]
            place, lands = PlaceId(f"{self.run}-on-{n + 1}"), t + int(lanes.way[lane])
            yield from self._lift(place, int(lanes.kind[lane]), base, haven, t, lands)
            for c, heads in _taken(waiting[base], load).items():
                yield self._move(f"on/{n}-{c}/1", base, place, t, heads, c)
                yield self._move(f"on/{n}-{c}/2", place, haven, lands, heads, c)

    def _lift(
        self, place: PlaceId, kind: int, start: str, end: str, leaves: int, lands: int
    ) -> Iterator[Fact]:
        name = self.script.kinds[kind]
        lift_type, _, rest = name.partition("/")
        known = {c.id for c in self.operation.operator_classes}
        operator = rest.partition("/")[0]
        yield Lift(
            id=EntryId(f"{self.run}/lift/{place}"),
            lift=place,
            operator_class=operator if operator in known else UNKNOWN_CLASS,
            from_place=PlaceId(start),
            to_place=PlaceId(end),
            stated_at=self.script.at(leaves),
            lift_type=lift_type,
            seats=int(self.script.seats[kind]),
            drawn=("stated_at",),
        )
        for status, step in ((Status.DEPARTED, leaves), (Status.ARRIVED, lands)):
            yield LiftStatus(
                id=EntryId(f"{self.run}/{status}/{place}"),
                lift=place,
                status=status,
                occurred_at=self.script.at(step),
                drawn=("occurred_at",),
            )

    def _move(
        self, name: str, start: str, end: str, step: int, heads: int, category: int
    ) -> Movement:
        return Movement(
            id=EntryId(f"{self.run}/{name}"),
            from_place=PlaceId(start),
            to_place=PlaceId(end),
            phase=Phase.POSTED,
            occurred_at=self.script.at(step),
            heads=heads,
            category=CategoryId(self.script.classes[category]),
            drawn=_DRAWN,
        )

    def _way_in(self, gate: str, origin: str) -> Sequence[str]:
        """Where people wait, the gate if there is one, and where they board."""
        end = self.operation.place(PlaceId(origin))
        if end.kind in _WAITING:
            return [origin]
        doors = {x.from_place for x in self.operation.legs if x.to_place == origin} | {end.id}
        leading = {x.from_place for x in self.operation.legs if x.to_place in doors}
        waiting = [p.id for k in _WAITING for p in self.operation.of_kind(k) if p.id in leading]
        first = waiting[0] if waiting else OUTSIDE
        return [first, origin] if gate == origin else [first, gate, origin]


def _taken(waiting: deque[tuple[int, int, int]], people: int) -> dict[int, int]:
    """So many of those who wait at a base, first come first, by class."""
    aboard: dict[int, int] = {}
    while people and waiting:
        came, category, heads = waiting.popleft()
        going = min(heads, people)
        aboard[category] = aboard.get(category, 0) + going
        people -= going
        if heads > going:
            waiting.appendleft((came, category, heads - going))
    return aboard
