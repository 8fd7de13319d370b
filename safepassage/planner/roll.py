"""The roll: the registered families that still have to leave, in the order in which they go.

A family stands on it under its id in the register, with how many of it are to go, the class as
which it goes and the origin at which it waits.  There are no names on it and no persons.  It is put
together where the register and the ledger meet (`safepassage plan demand`, the planning desk): who
was seen aboard a lift or safe is not on it any more.  A plan is asked with its numbers, and its
seats are given to its families (`seating.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, GroupId, PersonId, PlaceId, check_id
from safepassage.model.instant import EARLIEST, format_instant, parse_instant
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.model.operation import Operation
from safepassage.model.place import PlaceKind
from safepassage.plan.overcall import FAMILY_MAX
from safepassage.plan.setup import gates_of, network_of
from safepassage.planner.errors import PlanRefusedError

FORMAT, VERSION = "safepassage-families", 1
OTHERS = "*"  # every priority that is not named
_GONE = (PlaceKind.LIFT, PlaceKind.HAVEN, PlaceKind.ONWARD, PlaceKind.CLOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A family as the register has it: ids, and its priority as a pair such as I-B."""

    group: GroupId
    priority: str
    persons: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A family that still has to leave.

    Raises:
        InvalidFactError: one of its ids is none, or nobody is in it.
    """

    group: GroupId
    size: int
    category: CategoryId
    origin: PlaceId

    def __post_init__(self) -> None:
        check_id(self.group, "group")
        check_id(self.category, "category")
        check_id(self.origin, "place")
        whole = isinstance(self.size, int) and not isinstance(self.size, bool)
        if not whole or not 1 <= self.size <= FAMILY_MAX:
            raise InvalidFactError(f"{self.group}: {self.size!r} people; write 1 to {FAMILY_MAX}")


def going_of(row: Mapping[str, Any]) -> Going:
    """A family from JSON values, of a roll or of a plan.

    Raises:
        InvalidFactError: one of its ids is none, or nobody is in it.
        KeyError: a part is missing.
    """
    return Going(group=row["group"], size=row["size"], category=row["class"], origin=row["origin"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Who has to leave, the most urgent first."""

    as_of: datetime
    rules: str  # the table of priority that put them in order
    families: tuple[Going, ...]
    out: int = 0  # families of whom nobody has to leave any more
    apart: int = 0  # families of whom some are out, or who were seen at several origins
    too_large: tuple[GroupId, ...] = ()  # to be looked at in the register before they go

    @property
    def people(self) -> dict[tuple[CategoryId, PlaceId], int]:
        """Heads of each class at each origin."""
        heads: Counter[tuple[CategoryId, PlaceId]] = Counter()
        for family in self.families:
            heads[family.category, family.origin] += family.size
        return dict(heads)

    def to_json(self) -> dict[str, Any]:
        """The roll as JSON values."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "as_of": format_instant(self.as_of),
            "rules": self.rules,
            "families": [
                {"group": f.group, "size": f.size, "class": f.category, "origin": f.origin}
                for f in self.families
            ],
            "out": self.out,
            "apart": self.apart,
            "too_large": list(self.too_large),
        }


def read_roll(values: Any) -> Roll:
    """A roll from JSON values.

    Raises:
        PlanRefusedError: it is none, or a family stands on it twice.
    """
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise PlanRefusedError("this is no roll of families; give what `plan demand --roll` wrote")
    try:
        families = tuple(map(going_of, values["families"]))
        found = Roll(
            as_of=parse_instant(values["as_of"], "as_of"),
            rules=str(values["rules"]),
            families=families,
            out=int(values["out"]),
            apart=int(values["apart"]),
            too_large=tuple(GroupId(x) for x in values["too_large"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise PlanRefusedError(f"the roll cannot be read ({fault}); write it anew") from fault
    twice = [group for group, n in Counter(f.group for f in families).items() if n > 1]
    if twice:
        raise PlanRefusedError(f"the family {twice[0]} stands on the roll twice; write it anew")
    return found


@dataclass(frozen=True, slots=True)
class Classes:
    """As which class of the operation each priority goes: "I-B", "I" for all of I, "*" for others.

    Raises:
        PlanRefusedError: the operation has no such class.
    """

    operation: Operation
    named: Mapping[str, str]

    def __post_init__(self) -> None:
        known = [c.id for c in self.operation.categories if not c.staff]
        for priority, name in self.named.items():
            if name not in known:
                raise PlanRefusedError(
                    f"{priority}: the operation has no class {name!r}; it has {', '.join(known)}"
                )

    def of(self, priority: str) -> CategoryId:
        """The class of a priority.

        Raises:
            PlanRefusedError: nobody said as which class it goes.
        """
        for name in (priority, priority.partition("-")[0], OTHERS):
            if name in self.named:
                return CategoryId(self.named[name])
        raise PlanRefusedError(
            f"nobody said as which class the priority {priority} goes: name it, or {OTHERS} for all"
            " others"
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where people wait who have to leave: at the only origin, or the one that is named.

    Raises:
        PlanRefusedError: there are several origins and none is named, or it is none of them.
    """

    operation: Operation
    origin: str = ""
    _near: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        origins = network_of(self.operation).origins
        known = [str(o.id) for o in origins]
        if self.origin not in known and (self.origin or len(known) > 1):
            raise PlanRefusedError(
                f"the origin {self.origin!r} is none of this operation; say at which of"
                f" {', '.join(known)} people wait whom the ledger has not seen"
            )
        for origin in reversed(origins):
            doors = [origin.id, *(g.id for g in gates_of(self.operation, origin))]
            before = [x.from_place for x in self.operation.legs if x.to_place in doors]
            kinds = {p: self.operation.place(p).kind for p in before}
            near = [p for p, kind in kinds.items() if kind not in (PlaceKind.HAVEN, *_GONE)]
            self._near.update(dict.fromkeys([*near, *doors], str(origin.id)))
        object.__setattr__(self, "origin", self.origin or known[0])

    def at(self, place: PlaceId | None) -> str | None:
        """At which origin somebody waits who was seen at a place last; None if they are out."""
        kinds = {p.id: p.kind for p in self.operation.places}
        if place is not None and kinds.get(place, PlaceKind.LIFT) in _GONE:
            return None  # what is no place of the operation is a lift, or how a case was closed
        return self._near.get(place or "", self.origin)


def roll_of(
    registered: Iterable[Registered],
    seen: Mapping[PersonId, PlaceId],
    classes: Classes,
    waiting: Waiting,
    *,
    as_of: datetime,
    rules: str,
) -> Roll:
    """Who of the registered families has to leave still.

    Args:
        registered: the families, the most urgent first.
        seen: where the ledger saw each person last.
        classes: as which class each priority goes.
        waiting: where people wait whom the ledger has not seen.
        as_of: until when the ledger counts.
        rules: the version of the rules that put them in order.

    Raises:
        PlanRefusedError: nobody said as which class a priority goes, or nobody has to leave.
    """
    going, too_large = [], []
    out = apart = 0
    for family in registered:
        left = [waiting.at(seen.get(person)) for person in family.persons]
        origins = Counter(origin for origin in left if origin is not None)
        if not origins:
            out += 1
            continue
        apart += len(origins) > 1 or None in left
        size = origins.total()
        if size > FAMILY_MAX:
            too_large.append(family.group)
            continue
        where = PlaceId(origins.most_common(1)[0][0])
        category = classes.of(family.priority)
        going.append(Going(group=family.group, size=size, category=category, origin=where))
    if not going:
        raise PlanRefusedError(
            f"no registered family has to leave: {out:,} are out, {len(too_large):,} are too large"
        )
    return Roll(
        as_of=as_of,
        rules=rules,
        families=tuple(going),
        out=out,
        apart=apart,
        too_large=tuple(too_large),
    )


def seen_last(
    ledger: Ledger, as_of: datetime, leads_to: Mapping[PersonId, PersonId]
) -> dict[PersonId, PlaceId]:
    """Where each person was seen last, under the id by which the register knows them now."""
    found: dict[PersonId, PlaceId] = {}
    for move in ledger.transfers(EARLIEST, as_of):
        if move.person is not None and move.phase is Phase.POSTED:
            found[leads_to.get(move.person, move.person)] = move.to_place
    return found


def with_people(
    demand: Mapping[str, Any], roll: Roll, *, until: str = "", keep: bool = False
) -> dict[str, Any]:
    """A demand whose people are those of a roll.

    Args:
        demand: the rest of it: when planning starts, and the limits.
        roll: who has to leave.
        until: they come spread evenly until then; all at once if left out.
        keep: the people of `demand` come as well: those whom nobody has registered.
    """
    spread = {"until": until} if until else {}
    rows: Sequence[dict[str, Any]] = [
        {"class": str(category), "origin": str(origin), "number": heads, **spread}
        for (category, origin), heads in sorted(roll.people.items())
    ]
    estimates = list(demand.get("people") or []) if keep else []
    return {**demand, "people": [*rows, *estimates]}
