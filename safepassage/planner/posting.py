"""A plan as promises: who is known where, and every movement that the plan makes of them.

    outside > town            when somebody becomes known: the demand, a forecast
    town > gate > terminal    in the step in which the plan lets them through: their call-forward
    terminal > lift           as it leaves the origin
    lift > haven              as it lands at its base
    haven > lift > onward     as the onward flight leaves and lands
    a lift, nobody aboard     as it moves from base to base

Heads and families, no names: where the plan's seats have families of the register (`seating.py`),
each is promised whole, under its group's id, to the lift and its base.  Everything of a step is
promised for its first instant: a plan knows steps, not minutes.  Classes are told apart up to the
aircraft's door by the plan; from a haven on, whoever came first goes on first.  The ids of all
facts begin with the plan's, which is made from its document, so the same plan always makes the same
facts and posting it twice changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import Fact
from safepassage.model.ids import CategoryId, EntryId, GroupId, PlaceId
from safepassage.model.instant import parse_instant
from safepassage.model.lift import Lift
from safepassage.model.movement import Movement, Phase
from safepassage.model.operation import Operation
from safepassage.model.place import OUTSIDE, PlaceKind
from safepassage.planner.errors import PlanRefusedError

UNKNOWN_CLASS = "unknown"
SEAL = "sha256"
_PLAN = "plan-"
_WAITING = (PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA)


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of what a plan says, whatever the layout of its file; its own seal left out."""
    said = {name: value for name, value in document.items() if name != SEAL}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its digest in it, so that a later change of the file is noticed."""
    return {**document, SEAL: digest(document)}


def plan_id(document: Mapping[str, Any]) -> str:
    """What begins the ids of a plan's promises."""
    return f"{_PLAN}{digest(document)[:12]}"


@dataclass(frozen=True, slots=True)
class Clock:
    """The instants of a plan's steps."""

    starts: datetime
    step: timedelta
    steps: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Clock:
        """The clock of a plan document.

        Raises:
            PlanRefusedError: it does not say when its first step begins.
        """
        problem = document["problem"]
        try:
            starts = parse_instant(problem["starts_at"], "starts_at")
        except InvalidFactError as fault:
            raise PlanRefusedError(f"the plan has no place in time: {fault}") from None
        return cls(starts, timedelta(hours=problem["step_hours"]), problem["steps"])

    def at(self, step: int) -> datetime:
        """When a step begins."""
        return self.starts + step * self.step

    def step_of(self, instant: datetime) -> int:
        """The first step that begins at an instant or later, 0 at least."""
        return max(0, -((self.starts - instant) // self.step))

    @property
    def ends(self) -> datetime:
        """The deadline, as far as the plan goes."""
        return self.at(self.steps)


def holds_from(document: Mapping[str, Any]) -> int:
    """The step from which a plan's promises hold; what came before is not its to promise."""
    return int(document.get("replanned", {}).get("from_step", 0))


def carried(sortie: Mapping[str, Any]) -> dict[str, int]:
    """Whom a sortie carries out by class, the rear guard with them."""
    return {**sortie["aboard"], **sortie.get("guard", {})}


def families_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The registered families of a plan, each with its gate, step and sortie if it has them."""
    rows: list[dict[str, Any]] = document.get("families", {}).get("rows", [])
    return rows


def promises(document: Mapping[str, Any], operation: Operation) -> list[Fact]:
    """Every lift and movement of a plan, oldest first.

    Raises:
        PlanRefusedError: it does not say when it starts.
    """
    posting = _Posting(document, operation)
    found: list[Fact] = [
        *posting.known(),
        *posting.passages(),
        *posting.to_havens(),
        *posting.onward(),
        *posting.moves(),
    ]
    return found


def way_in(operation: Operation, gate: str, origin: str) -> list[PlaceId]:
    """The places between where people wait and where they board, by one gate.

    They wait where a leg leads to one of the origin's gates from, a town before an assembly area;
    an origin that is a town itself is where they wait; where there is neither they come from
    outside.
    """
    end = PlaceId(origin)
    if operation.place(end).kind in _WAITING:
        return [end]
    doors = {x.from_place for x in operation.legs if x.to_place == end} | {end}
    leading = {x.from_place for x in operation.legs if x.to_place in doors}
    waiting = [p.id for kind in _WAITING for p in operation.of_kind(kind) if p.id in leading]
    first = waiting[0] if waiting else OUTSIDE
    return [first, end] if gate == origin else [first, PlaceId(gate), end]


def is_promised(place: PlaceId) -> bool:
    """Whether a lift is one that a plan promised, by its id."""
    return place.startswith(_PLAN)


def out_place(plan: str, number: int) -> PlaceId:
    """A plan's sortie as a place, counted from 0; the id tells one plan's lifts from another's."""
    return PlaceId(f"{plan}-out-{number + 1}")


class _Posting:
    """The movements of one plan, part by part."""

    def __init__(self, document: Mapping[str, Any], operation: Operation) -> None:
        self.document = document
        self.problem = document["problem"]
        self.operation = operation
        self.clock = Clock.of(document)
        self.first = holds_from(document)
        self.plan = plan_id(document)
        self.lifts = {x["id"]: x for x in self.problem["lifts"]}
        self.origins = {x: n for n, x in enumerate(self.problem["origins"])}
        self.bases = {x["id"]: n for n, x in enumerate(self.problem["bases"])}
        self.havens = {x["id"]: n for n, x in enumerate(self.problem["havens"])}
        self.families = families_of(document)

    def move(
        self,
        name: str,
        from_place: str,
        to_place: str,
        step: int,
        heads: int,
        category: str,
        group: str | None = None,
    ) -> Movement:
        return Movement(
            id=EntryId(f"{self.plan}/{name}"),
            from_place=PlaceId(from_place),
            to_place=PlaceId(to_place),
            phase=Phase.PENDING,
            occurred_at=self.clock.at(step),
            heads=heads,
            category=CategoryId(category),
            group=None if group is None else GroupId(group),
        )

    def known(self) -> Iterator[Movement]:
        """The demand: when people are known where they wait; a rear guard where it boards."""
        for n, g in enumerate(self.problem.get("guards", [])):
            if not self.first and g["people"]:
                yield self.move(
                    f"known/guard-{n}", OUTSIDE, g["origin"], 0, g["people"], g["class"]
                )
        for o, origin in enumerate(self.problem["origins"]):
            waiting = way_in(self.operation, origin, origin)[0]
            if waiting == OUTSIDE:
                continue
            for c, name in enumerate(self.problem["classes"]):
                for step, heads in enumerate(self.problem["demand"][c][o]):
                    if heads and step >= self.first:
                        yield self.move(
                            f"known/{o}-{c}-{step}", OUTSIDE, waiting, step, heads, name
                        )

    def passages(self) -> Iterator[Movement]:
        """The call-forward: from where people wait through a gate to where they board."""
        origin_of = {g["id"]: g["origin"] for g in self.problem["gates"]}
        whole: Counter[tuple[str, str, int]] = Counter()
        for n, row in enumerate(self.families):
            if row.get("step", -1) >= self.first:
                whole[row["gate"], row["class"], row["step"]] += row["size"]
                way = way_in(self.operation, row["gate"], origin_of[row["gate"]])
                for leg, (start, end) in enumerate(pairwise(way)):
                    yield self.move(
                        f"family/{n}/{leg}", start, end, row["step"], row["size"], row["class"],
                        row["group"],
                    )  # fmt: skip
        for n, x in enumerate(self.document["passages"]):
            heads = x["people"] - whole[x["gate"], x["class"], x["step"]]
            if x["step"] < self.first or not heads:
                continue
            way = way_in(self.operation, x["gate"], origin_of[x["gate"]])
            for leg, (start, end) in enumerate(pairwise(way)):
                name = f"called/{n}-{leg}"
                yield self.move(name, start, end, x["step"], heads, x["class"])

    def to_havens(self) -> Iterator[Fact]:
        """Sorties from an origin: aboard as they leave, at the base as they land."""
        with_them: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for k, row in enumerate(self.families):
            if "sortie" in row:
                with_them[row["sortie"]].append((k, row))
        for n, s in enumerate(self.document["sorties"]):
            lift, leaves = self.lifts[s["lift"]], int(s["departs"])
            if leaves < self.first:
                continue
            place = out_place(self.plan, n)
            way = lift["to_origin"][self.origins[s["origin"]]][self.bases[s["base"]]]
            lands = leaves + way
            yield self.stated(place, s["lift"], s["origin"], s["base"], leaves)
            left = Counter(carried(s))
            for k, row in with_them[n]:
                who = row["size"], row["class"], row["group"]
                left[row["class"]] -= row["size"]
                yield self.move(f"family/{k}/out-1", s["origin"], place, leaves, *who)
                yield self.move(f"family/{k}/out-2", place, s["base"], lands, *who)
            for c, (name, heads) in enumerate(left.items()):
                if heads:
                    yield self.move(f"out/{n}-{c}/1", s["origin"], place, leaves, heads, name)
                    yield self.move(f"out/{n}-{c}/2", place, s["base"], lands, heads, name)

    def onward(self) -> Iterator[Fact]:
        """Onward flights, filled in the order in which people came to their base."""
        waiting = self.waiting_at_bases()
        for n, s in enumerate(self.document["onward"]):
            lift, launch = self.lifts[s["lift"]], int(s["launch"])
            aboard = _taken(waiting[s["base"]], s["people"])
            if launch < self.first:
                continue
            place = PlaceId(f"{self.plan}-on-{n + 1}")
            way = lift["to_haven"][self.bases[s["base"]]][self.havens[s["haven"]]]
            yield self.stated(place, s["lift"], s["base"], s["haven"], launch)
            for c, (name, heads) in enumerate(aboard.items()):
                yield self.move(f"on/{n}-{c}/1", s["base"], place, launch, heads, name)
                yield self.move(f"on/{n}-{c}/2", place, s["haven"], launch + way, heads, name)

    def moves(self) -> Iterator[Lift]:
        """Lifts that go to another base, stated so that both bases know."""
        for n, m in enumerate(self.document.get("moves", [])):
            if m["launch"] >= self.first:
                place = PlaceId(f"{self.plan}-move-{n + 1}")
                yield self.stated(place, m["lift"], m["from"], m["to"], m["launch"])

    def waiting_at_bases(self) -> dict[str, deque[tuple[str, int]]]:
        """Who came to each base, first come first, the first class before the others."""
        came = []
        for s in self.document["sorties"]:
            way = self.lifts[s["lift"]]["to_origin"][self.origins[s["origin"]]]
            lands = int(s["departs"]) + way[self.bases[s["base"]]]
            came += [(lands, s["base"], name, heads) for name, heads in carried(s).items()]
        found: dict[str, deque[tuple[str, int]]] = {base: deque() for base in self.bases}
        for _, base, name, heads in sorted(came, key=lambda arrival: arrival[0]):
            found[base].append((name, heads))
        return found

    def stated(
        self, place: PlaceId, lift: str, from_place: str, to_place: str, leaves: int
    ) -> Lift:
        lift_type, _, rest = lift.partition("/")
        operator = rest.partition("/")[0]
        known = {c.id for c in self.operation.operator_classes}
        return Lift(
            id=EntryId(f"{self.plan}/lift/{place}"),
            lift=place,
            operator_class=operator if operator in known else UNKNOWN_CLASS,
            from_place=PlaceId(from_place),
            to_place=PlaceId(to_place),
            stated_at=self.clock.at(self.first),
            lift_type=lift_type,
            seats=self.lifts[lift]["seats"],
            scheduled_at=self.clock.at(leaves),
        )


def _taken(waiting: deque[tuple[str, int]], people: int) -> dict[str, int]:
    """So many of those who wait, first come first, by class; they no longer wait."""
    aboard: dict[str, int] = {}
    while people and waiting:
        name, heads = waiting.popleft()
        going = min(heads, people)
        aboard[name] = aboard.get(name, 0) + going
        people -= going
        if heads > going:
            waiting.appendleft((name, heads - going))
    return aboard
