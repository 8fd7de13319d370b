"""A plan whose seats have families: who passes which gate in which step, and boards which lift.

A plan counts heads.  Here whole families take their places, the registered ones of a roll and, for
people whom nobody has registered, families of given sizes.  Step by step each class is let through
a gate and aboard a lift as far as the plan has places for it there; what wholeness keeps a class
from taking is owed to it at the next gate or lift.  Whoever would pass and find no lift does not
pass.  Nothing exceeds what the plan has, so the answer is a plan again: fewer people by those who
do not fit whole, and the recount holds it to every rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count
from typing import Any

from safepassage.model.instant import parse_instant
from safepassage.plan.families import LOOK_AHEAD, Family, Load, pack
from safepassage.plan.overcall import FAMILY_MAX, sized
from safepassage.planner.callforward import ASSUMED_SIZES
from safepassage.planner.clearing import free_beds, landing_steps, sent_on
from safepassage.planner.posting import families_of, holds_from, sealed
from safepassage.planner.roll import Going, Roll, going_of

Cell = tuple[str, int]  # a gate and a step


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """A plan with whole families, and what wholeness cost."""

    document: dict[str, Any]
    families: int  # with a seat, those that nobody registered included
    heads: int
    lost: int  # seats of the plan that stay empty because families stay whole
    lifts_with_loss: int

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The families of the roll that have no seat."""
        return [row for row in self.document["families"]["rows"] if "sortie" not in row]


def seat(
    document: Mapping[str, Any],
    roll: Roll | None = None,
    sizes: Mapping[int, float] | None = None,
    kept: Mapping[str, Cell] | None = None,
    inside: Sequence[Going] = (),
) -> Seated:
    """The families of a roll on a plan's seats, each whole.

    Args:
        document: a plan, which the recount found sound.
        roll: the registered families, the most urgent first; none if left out.
        sizes: shares of family sizes of people whom nobody registered; an assumed table.
        kept: the gate and step at which families were told to come; they keep it if they can.
        inside: families who are past the gates as the plan begins to hold.
    """
    named = () if roll is None else roll.families
    spare = _Spare(document)
    ways = [
        _Origin(document, origin, sizes or ASSUMED_SIZES, named, kept or {}, inside, spare)
        for origin in document["problem"]["origins"]
    ]
    for way in ways:
        way.run()
    aboard = {n: going for way in ways for n, going in way.aboard.items()}
    made = _rewritten(document, ways, aboard)
    places = {f.id: cell for way in ways for f, cell in way.cell_of.items()}
    sortie_of = {f.id: n for n, going in aboard.items() for f in going}
    rows = _rows([*inside, *(roll.families if roll else ())], places, sortie_of)
    made["families"] = {"rows": rows, **_head(roll)}
    planned = {n: sum(document["sorties"][n]["aboard"].values()) for n in aboard}
    lost = [planned[n] - _heads(going) for n, going in aboard.items()]
    return Seated(
        document=sealed(made),
        families=len(sortie_of),
        heads=made["people_out"]["total"],
        lost=sum(lost),
        lifts_with_loss=sum(n > 0 for n in lost),
    )


def seat_again(made: Mapping[str, Any], before: Mapping[str, Any]) -> Seated:
    """The rest of a plan, planned anew, with the families that have yet to pass or to board.

    Whoever was told a gate and step keeps them as far as the new plan has places there.

    Args:
        made: the new plan.
        before: the plan that it replaces, with its families.
    """
    first, rows = holds_from(made), families_of(before)
    yet_to_pass = [
        row for row in rows if row.get("step", -1 if "sortie" in row else first) >= first
    ]
    inside = [
        row
        for row in rows
        if row not in yet_to_pass and before["sorties"][row["sortie"]]["departs"] >= first
    ]
    about = before["families"]
    roll = Roll(
        as_of=parse_instant(made["replanned"]["as_of"], "as_of"),
        rules=about["rules"],
        families=tuple(map(going_of, yet_to_pass)),
        out=about["out"] + len(rows) - len(yet_to_pass) - len(inside),
        apart=about["apart"],
        too_large=tuple(about["too_large"]),
    )
    kept = {row["group"]: (row["gate"], row["step"]) for row in yet_to_pass if "step" in row}
    return seat(made, roll, kept=kept, inside=[*map(going_of, inside)])


def told_otherwise(
    made: Mapping[str, Any], before: Mapping[str, Any], first: int
) -> tuple[int, int, int]:
    """Families called from a step on, and how many of them, of how many people, are told another
    gate or step, or not to come."""
    now = {row["group"]: (row.get("gate"), row.get("step")) for row in families_of(made)}
    called = [row for row in families_of(before) if row.get("step", -1) >= first]
    other = [row for row in called if now.get(row["group"]) != (row["gate"], row["step"])]
    return len(called), len(other), sum(row["size"] for row in other)


def _heads(families: Iterable[Family]) -> int:
    return sum(f.size for f in families)


@dataclass
class _Line:
    """Families who wait in their order, class by class, and what each class is owed."""

    classes: Sequence[str]
    waiting: dict[str, list[Family]] = field(default_factory=lambda: defaultdict(list))
    owed: Counter[str] = field(default_factory=Counter)

    def take(self, shares: Mapping[str, int], room: int) -> list[Family]:
        """Whole families for an opening: each class its share and what it is owed, then others."""
        wanted = {c: max(0, shares.get(c, 0) + self.owed[c]) for c in self.classes}
        taken = self._packed(wanted, room)
        left = room - _heads(taken)
        if left:
            taken += self._packed(dict.fromkeys(self.classes, left), left)
        for name in self.classes:
            mine = _heads(f for f in taken if f.category == name)
            self.owed[name] += shares.get(name, 0) - mine
        return taken

    def one_more(self, room: int) -> list[Family]:
        """The first who waits and fits, where a part of an opening would stay empty otherwise."""
        for name in self.classes:
            for n, family in enumerate(self.waiting[name][: LOOK_AHEAD + 1]):
                if family.size <= room:
                    self.owed[name] -= family.size
                    return [self.waiting[name].pop(n)]
        return []

    def _packed(self, wanted: Mapping[str, int], room: int) -> list[Family]:
        if room < 1:
            return []
        sight = {c: self.waiting[c][: min(room, n) + LOOK_AHEAD] for c, n in wanted.items() if n}
        near = [f for front in sight.values() for f in front]
        going = pack(near, [Load("", room, {c: wanted[c] for c in sight})]).aboard[0]
        gone = {f.id for f in going}
        for name, front in sight.items():
            self.waiting[name][: len(front)] = [f for f in front if f.id not in gone]
        return list(going)


class _Origin:
    """The families of one origin, from the queue to the lifts, step by step."""

    def __init__(
        self,
        document: Mapping[str, Any],
        origin: str,
        sizes: Mapping[int, float],
        named: Iterable[Going],
        kept: Mapping[str, Cell],
        inside: Iterable[Going],
        spare: _Spare,
    ) -> None:
        problem = document["problem"]
        self.spare = spare
        self.classes: list[str] = problem["classes"]
        self.first, self.steps = holds_from(document), problem["steps"]
        number = problem["origins"].index(origin)
        self.room = problem["airside"][number]
        self.most = {g["id"]: g["people"] for g in problem["gates"] if g["origin"] == origin}
        self.planned: dict[Cell, Counter[str]] = defaultdict(Counter)
        passed: Counter[str] = Counter()
        for x in document["passages"]:
            if x["gate"] in self.most:
                self.planned[x["gate"], x["step"]][x["class"]] += x["people"]
                passed[x["class"]] += x["people"] * (x["step"] < self.first)
        self.lifts: dict[int, list[tuple[int, Mapping[str, int]]]] = defaultdict(list)
        for n, s in enumerate(document["sorties"]):
            if s["origin"] == origin:
                self.lifts[s["departs"]].append((n, s["aboard"]))
        boarded: Counter[str] = Counter()
        for departs in [t for t in self.lifts if t < self.first]:
            for _, load in self.lifts.pop(departs):
                boarded.update(load)
        self.queue, self.airside = _Line(self.classes), _Line(self.classes)
        self.behind: Counter[str] = Counter()  # places at each gate that nobody has taken so far
        self.held = (passed - boarded).total()
        self.cell_of: dict[Family, Cell] = {}
        self.aboard: dict[int, list[Family]] = {}
        mine = [x for x in named if x.origin == origin]
        self.reserved = self._kept(mine, kept)
        later = {f.id for held in self.reserved.values() for f in held}
        coming = [f for f in map(_family, mine) if f.id not in later]
        self.coming = {
            name: _Coming(
                name,
                [f for f in coming if f.category == name],
                self._free(problem["demand"][c][number], name),
                passed[name],
                sized(sizes),
            )
            for c, name in enumerate(self.classes)
        }
        self._let_in([x for x in inside if x.origin == origin], passed - boarded)

    def _free(self, demand: Sequence[int], name: str) -> list[int]:
        """Heads of a class who may pass by each step without taking from who was told to come."""
        told: Counter[int] = Counter()
        for (_, step), families in self.reserved.items():
            told[step] += _heads(f for f in families if f.category == name)
        free = list(accumulate(n - told[t] for t, n in enumerate(demand)))
        return list(accumulate(reversed(free), min))[::-1]

    def _kept(self, named: Iterable[Going], kept: Mapping[str, Cell]) -> dict[Cell, list[Family]]:
        """Families who were told a gate and step that the plan still has room for."""
        found: dict[Cell, list[Family]] = defaultdict(list)
        for x in named:
            cell = kept.get(x.group)
            if cell is not None and cell[1] >= self.first and cell in self.planned:
                mine = _heads(f for f in found[cell] if f.category == x.category)
                if mine + x.size <= self.planned[cell][x.category]:
                    found[cell].append(_family(x))
        return found

    def _let_in(self, named: Iterable[Going], heads: Counter[str]) -> None:
        """Who is past the gates already: those families, and others one by one."""
        for x in named:
            if x.size <= heads[x.category]:
                heads[x.category] -= x.size
                self.airside.waiting[x.category].append(_family(x))
        for name, left in heads.items():
            singles = (Family(("inside", name, n), 1, name) for n in range(left))
            self.airside.waiting[name] += singles

    def run(self) -> None:
        """Every step: who comes, who passes, who boards; whoever would be left does not pass."""
        for step in range(self.first, self.steps):
            for name, coming in self.coming.items():
                self.queue.waiting[name] += coming.until(step)
            passed = [f for gate in self.most for f in self._through(gate, step)]
            for number, load in self.lifts.get(step, ()):
                self.aboard[number] = self._boarding(number, load)
                self.held -= _heads(self.aboard[number])
            self._send_back(passed)
        for family in [f for line in self.airside.waiting.values() for f in line]:
            self.cell_of.pop(family, None)

    def _boarding(self, number: int, load: Mapping[str, int]) -> list[Family]:
        """Who boards a lift: as many as planned, or one family more where beds are surely free."""
        planned = sum(load.values())
        going = self.airside.take(load, planned)
        left = planned - _heads(going)
        if left:
            empty = self.spare.seats(number) - _heads(going)
            more = self.airside.one_more(min(empty, left + self.spare.beds(number)))
            self.spare.taken(number, _heads(more) - left)
            going += more
        return going

    def _through(self, gate: str, step: int) -> list[Family]:
        planned = self.planned.get((gate, step), Counter())
        boarding = sum(sum(load.values()) for _, load in self.lifts.get(step, ()))
        room = min(
            self.most[gate][step],
            planned.total() + self.behind[gate],
            self.room - self.held + boarding,
        )
        told = self.reserved.get((gate, step), [])
        mine = Counter({c: _heads(f for f in told if f.category == c) for c in self.classes})
        going = [*told, *self.queue.take(planned - mine, max(0, room - mine.total()))]
        if room - _heads(going) > 0:
            most = min(self.most[gate][step], self.room - self.held + boarding)
            going += self.queue.one_more(most - _heads(going))
        self.behind[gate] += planned.total() - _heads(going)
        for family in going:
            self.cell_of[family] = gate, step
            self.airside.waiting[family.category].append(family)
        self.held += _heads(going)
        return going

    def _send_back(self, passed: list[Family]) -> None:
        """Wholeness left seats empty, and so too many inside: the last did not pass yet."""
        for family in reversed(passed):
            line = self.airside.waiting[family.category]
            if self.held <= self.room:
                return
            if family in line:
                line.remove(family)
                self.held -= family.size
                self.behind[self.cell_of.pop(family)[0]] += family.size
                self.queue.waiting[family.category].insert(0, family)


class _Spare:
    """Seats and beds that a plan leaves free: for a family that its numbers would part.

    Who is taken besides the plan's numbers is counted as staying at the base until the end, so the
    beds there suffice whoever goes on.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._sorties = document["sorties"]
        self._lifts = {x["id"]: x for x in document["problem"]["lifts"]}
        self._landing = landing_steps(document["problem"], self._sorties)
        self._free = free_beds(document)  # at each base, from each step on
        self._more: Counter[str] = Counter()

    def seats(self, number: int) -> int:
        """Seats of a sortie beside its rear guard."""
        s = self._sorties[number]
        return int(self._lifts[s["lift"]]["seats"] - sum(s.get("guard", {}).values()))

    def beds(self, number: int) -> int:
        """Beds that are free from a sortie's landing on, whatever happens."""
        base, free = self._sorties[number]["base"], self._free[self._sorties[number]["base"]]
        lands = self._landing[number]
        return max(0, free[lands] - self._more[base]) if lands < len(free) else FAMILY_MAX

    def taken(self, number: int, more: int) -> None:
        """So many more than planned are aboard."""
        self._more[self._sorties[number]["base"]] += max(0, more)


class _Coming:
    """Families of a class as they become known: the registered ones first, then others."""

    def __init__(
        self,
        name: str,
        named: Sequence[Family],
        free: Sequence[int],
        passed: int,
        sizes: Iterator[int],
    ) -> None:
        self._name, self._named, self._free, self._sizes = name, iter(named), free, sizes
        self._left = free[-1] - passed  # heads that are to become known
        self._taken = passed
        self._number = count()
        self._next = self._another()

    def until(self, step: int) -> Iterator[Family]:
        """Who becomes known until the end of a step, and was not before."""
        while self._next is not None and self._taken + self._next.size <= self._free[step]:
            self._taken += self._next.size
            yield self._next
            self._next = self._another()

    def _another(self) -> Family | None:
        family = next(self._named, None)
        if family is None and self._left > 0:
            size = min(next(self._sizes), self._left)
            family = Family(("other", self._name, next(self._number)), size, self._name)
        if family is not None:
            self._left -= family.size
        return family


def _family(x: Going) -> Family:
    return Family(x.group, x.size, x.category)


def _rewritten(
    document: Mapping[str, Any], ways: Sequence[_Origin], aboard: Mapping[int, list[Family]]
) -> dict[str, Any]:
    """The plan with whole families in place of heads; from a base on, whoever came first goes."""
    classes, first = document["problem"]["classes"], holds_from(document)
    through: Counter[tuple[str, int, str]] = Counter()
    for way in ways:
        for family, (gate, step) in way.cell_of.items():
            through[gate, step, family.category] += family.size
    passages = [x for x in document["passages"] if x["step"] < first]
    passages += [
        {"gate": gate, "class": name, "step": step, "people": n}
        for (gate, step, name), n in sorted(through.items(), key=lambda x: (x[0][1], x[0][0]))
    ]
    sorties = []
    for n, s in enumerate(document["sorties"]):
        if n in aboard:
            load = Counter[str]()
            for family in aboard[n]:
                load[family.category] += family.size
            s = {**s, "aboard": {c: load[c] for c in classes if load[c]}}
        sorties.append(s)
    made = {k: v for k, v in document.items() if k not in ("objective", "order", "families")}
    made |= {"passages": passages, "sorties": sorties}
    made |= sent_on(document, sorties)
    out = Counter({c: 0 for c in classes})
    for s in sorties:
        out.update(s["aboard"])
    fewer = document["people_out"]["total"] - out.total()
    made["people_out"] = {"total": out.total(), "by_class": {c: out[c] for c in classes}}
    before = document["people_out"]["by_class"]
    made["left_behind"] = {c: n + before[c] - out[c] for c, n in document["left_behind"].items()}
    made["bound"] = {
        **document["bound"], "gap_people": document["bound"]["gap_people"] + fewer
    }  # fmt: skip
    return made


def _rows(
    named: Iterable[Going], cells: Mapping[Any, Cell], sortie_of: Mapping[Any, int]
) -> list[dict[str, Any]]:
    """Families in the order of the roll, each with its gate, step and sortie if it has them."""
    rows = []
    for x in named:
        row: dict[str, Any] = {
            "group": x.group, "size": x.size, "class": x.category, "origin": x.origin,
        }  # fmt: skip
        if x.group in cells:
            row["gate"], row["step"] = cells[x.group]
        if x.group in sortie_of:
            row["sortie"] = sortie_of[x.group]
        rows.append(row)
    return rows


def _head(roll: Roll | None) -> dict[str, Any]:
    """What a plan says of the roll that its families stand on."""
    about = {} if roll is None else roll.to_json()
    return {k: v for k, v in about.items() if k in ("as_of", "rules", "out", "apart", "too_large")}
