"""Waves of a plan, as `safepassage plan callforward --json` writes them, turned into calls.

A wave that names families calls those.  One that does not calls the families at the head of the
line, whole ones, as long as they fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from safepassage.control.issuing import Wanted
from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.ids import CategoryId, GroupId, PlaceId
from safepassage.model.instant import parse_instant
from safepassage.model.ledger import Ledger
from safepassage.model.movement import EVACUEE
from safepassage.operate.passes import Chosen, Family, WaveAsked, chosen


def read_waves(plain: Any) -> list[tuple[WaveAsked, tuple[GroupId, ...]]]:
    """The waves of a call-forward, and the families that each of them names.

    Raises:
        BadQuestionError: it is not what the planner writes.
    """
    try:
        return [(_wave(each), tuple(each.get("groups", ()))) for each in plain["waves"]]
    except (KeyError, TypeError, AttributeError, ValueError, InvalidFactError):
        raise BadQuestionError(
            "this is no call-forward: `safepassage plan callforward plan.json --json` writes one"
        ) from None


def heads_of(ledger: Ledger) -> dict[GroupId, int]:
    """How many are in each group, as last stated; a group without members is one head."""
    return {g.group: max(1, len(g.members)) for g in ledger.catalogue.groups}


def calls_of(
    waves: Sequence[tuple[WaveAsked, tuple[GroupId, ...]]],
    line: Sequence[Family],
    heads: Mapping[GroupId, int],
) -> list[Wanted]:
    """Whom the waves call.

    Args:
        waves: from `read_waves`.
        line: families that wait to be called, the first first; those that a wave names are left
            out of what the others choose from.
        heads: of each family that may be called.

    Raises:
        BadQuestionError: a wave names a family that is none of them.
    """
    named = {group for _, groups in waves for group in groups}
    unknown = sorted(named - set(heads))
    if unknown:
        raise BadQuestionError(f"there is no family {unknown[0]!r}: `register families`")
    found = [
        _wanted(wave, group, heads[group], EVACUEE) for wave, groups in waves for group in groups
    ]
    free = [wave for wave, groups in waves if not groups]
    for each in chosen(free, [family for family in line if family.group not in named]):
        found.append(_of(each))
    return found


def _of(each: Chosen) -> Wanted:
    category = each.family.category or EVACUEE
    return _wanted(each.wave, each.family.group, each.family.heads, category)


def _wanted(wave: WaveAsked, group: GroupId, heads: int, category: CategoryId) -> Wanted:
    return Wanted(
        group=group,
        gate=wave.gate,
        origin=wave.origin,
        valid_from=wave.valid_from,
        valid_until=wave.valid_until,
        heads=heads,
        category=category,
    )


def _wave(each: Mapping[str, Any]) -> WaveAsked:
    return WaveAsked(
        gate=PlaceId(each["gate"]),
        origin=PlaceId(each["origin"]),
        valid_from=parse_instant(each["start"]),
        valid_until=parse_instant(each["end"]),
        heads={CategoryId(name): int(n) for name, n in each["heads"].items()},
    )
