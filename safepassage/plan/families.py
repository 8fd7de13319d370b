"""Whole families into the seats of sorties.  The packer never splits a family.

A split is a decision with somebody's name on it, so what does not fit whole waits for the next
sortie.  Families are taken in their order; when the next one does not fit into what is left of a
sortie, a few behind it are looked at for one that does, the best fitting first.  A family that was
passed over is the first to be tried for the next sortie.  Without looking ahead about one seat in
a hundred flies empty, with twenty families in sight hardly any.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from safepassage.plan.overcall import check_size

LOOK_AHEAD = 20  # families behind the first that may go before it


@dataclass(frozen=True)
class Family:
    """People who go together."""

    id: Hashable
    size: int
    category: str

    def __post_init__(self) -> None:
        check_size(self.size)


@dataclass(frozen=True)
class Load:
    """The seats of one sortie, and how many of them the plan gives to each class.

    The classes' shares together are at most `seats`; the first class stands first.
    """

    id: Hashable
    seats: int
    by_class: Mapping[str, int]


@dataclass(frozen=True)
class Packed:
    """Who goes with which sortie, who waits, and what wholeness cost."""

    aboard: tuple[tuple[Family, ...], ...]  # [load]
    waiting: tuple[Family, ...]
    lost: tuple[int, ...]  # [load] planned seats that stay empty although somebody waits

    @property
    def heads(self) -> int:
        """Heads that have a seat."""
        return sum(f.size for load in self.aboard for f in load)

    @property
    def seats_lost(self) -> int:
        """Planned seats that stay empty because families stay whole."""
        return sum(self.lost)


def pack(families: Sequence[Family], loads: Sequence[Load], look_ahead: int = LOOK_AHEAD) -> Packed:
    """Give whole families seats, sortie by sortie, each class its own share first.

    What a class leaves of its share goes to the classes behind it in the same sortie.

    Args:
        families: in the order in which they should go, within each class.
        loads: in the order in which they leave.
        look_ahead: how many families behind the first may be preferred because they fit.
    """
    waiting: dict[str, list[Family]] = {}
    for family in families:
        waiting.setdefault(family.category, []).append(family)
    aboard, lost = [], []
    for load in loads:
        taken: list[Family] = []
        left = over = 0
        for category, share in load.by_class.items():
            room = min(share + over, load.seats - sum(f.size for f in taken))
            going = _fill(waiting.get(category, []), room, look_ahead)
            taken += going
            over = room - sum(f.size for f in going)
        planned = min(load.seats, sum(load.by_class.values()))
        left = planned - sum(f.size for f in taken)
        somebody = any(waiting.get(category) for category in load.by_class)
        aboard.append(tuple(taken))
        lost.append(left if somebody else 0)
    rest = tuple(f for behind in waiting.values() for f in behind)
    return Packed(tuple(aboard), rest, tuple(lost))


def _fill(queue: list[Family], room: int, look_ahead: int) -> list[Family]:
    """Take families off a queue while one in sight fits; the first goes if it does."""
    taken = []
    while room and queue:
        if queue[0].size <= room and not _closes_better(queue, room, look_ahead):
            chosen = 0
        else:
            fitting = [n for n, f in enumerate(queue[: look_ahead + 1]) if f.size <= room]
            if not fitting:
                break
            chosen = max(fitting, key=lambda n: (queue[n].size, -n))
        room -= queue[chosen].size
        taken.append(queue.pop(chosen))
    return taken


def _closes_better(queue: list[Family], room: int, look_ahead: int) -> bool:
    """Whether taking the first would leave seats that nobody in sight fills, and another would not.

    Only asked near the end of a sortie, where one family more or less decides.
    """
    left = room - queue[0].size
    sight = queue[1 : look_ahead + 1]
    if left == 0 or left > max((f.size for f in sight), default=0):
        return False
    if any(f.size == left for f in sight):
        return False
    return any(f.size == room for f in sight)
