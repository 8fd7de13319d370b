"""The rear guard and the inbound loads of a demand document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from safepassage.plan.errors import PlanInputError
from safepassage.plan.grid import Grid, items, listed, whole
from safepassage.plan.problem import Guard, Need

GUARD_FIELDS = ("class", "origin", "number", "holds_until")
NEED_FIELDS = ("id", "origin", "by", "tonnes", "people", "from")


def rear_guard(grid: Grid, origins: list[str]) -> tuple[Guard, ...]:
    """Who leaves last: from an instant on (`holds_until`), else after the last evacuee.

    Raises:
        PlanInputError: an entry that cannot be read, or names what there is not.
    """
    operation = grid.operation
    staff = [c.id for c in operation.categories if c.staff]
    first = [*operation.withdraw_last, *staff, "rear-guard"][0]
    found: dict[tuple[str, int], Guard] = {}
    for n, item in enumerate(items(grid.demand, "rear_guard", GUARD_FIELDS)):
        what = f"rear_guard[{n + 1}]"
        name = str(item.get("class", first))
        if "class" in item and name not in staff:
            known = listed(staff) or "none; write one category with staff: true"
            raise PlanInputError(f"{what}: no staff category {name!r}; the operation has {known}")
        origin = _origin(item, origins, what)
        people = whole(item.get("number"), f"{what}.number")
        holds = grid.first_step(item.get("holds_until"), 0, f"{what}.holds_until")
        if "holds_until" in item:  # rounded up: nobody leaves before the instant itself
            at = grid.instant(item["holds_until"], what)
            holds = math.ceil((at - grid.starts) / grid.hours(1) - 1e-9)
        if not 0 <= holds < grid.steps:
            raise PlanInputError(
                f"{what}.holds_until is not between the start and the deadline; nobody of them"
                " could leave: give an earlier instant"
            )
        if (name, origin) in found:
            raise PlanInputError(f"{what}: {name} of {origins[origin]} is there twice; add them up")
        found[name, origin] = Guard(name, origin, people, holds, "holds_until" not in item)
    return tuple(g for g in found.values() if g.people)


def inbound(grid: Grid, origins: list[str], bases: list[str]) -> tuple[Need, ...]:
    """What has to be flown in by when, in tonnes or people.

    Raises:
        PlanInputError: an entry that cannot be read, or that no lift type has the payload for.
    """
    found: dict[str, Need] = {}
    for n, item in enumerate(items(grid.demand, "inbound", NEED_FIELDS)):
        what = f"inbound[{n + 1}]"
        if ("tonnes" in item) == ("people" in item):
            raise PlanInputError(f"{what}: write either tonnes or people")
        in_tonnes = "tonnes" in item
        amount = whole(item["tonnes" if in_tonnes else "people"], what)
        if in_tonnes and not any(use.get("tonnes") for use in grid.uses.values()):
            raise PlanInputError(
                f"{what}: no lift type says how many tonnes it takes; write lifts.<type>.tonnes"
            )
        by = grid.first_step(item.get("by"), grid.steps - 1, f"{what}.by")
        if not 0 < by <= grid.steps:
            raise PlanInputError(f"{what}.by is not between the start and the deadline; mend it")
        base = item.get("from")
        if base is not None and base not in bases:
            raise PlanInputError(f"{what}.from: no base {base!r}; known: {listed(bases)}")
        name = str(item.get("id", f"load-{n + 1}"))
        if name in found:
            raise PlanInputError(f"{what}: the id {name!r} is there twice; give each its own")
        where = None if base is None else bases.index(base)
        origin = _origin(item, origins, what)
        found[name] = Need(name, origin, by, amount, in_tonnes, where)
    return tuple(need for need in found.values() if need.amount)


def _origin(item: Mapping[str, Any], origins: list[str], what: str) -> int:
    origin = item.get("origin", origins[0])
    if origin not in origins:
        raise PlanInputError(f"{what}: no origin {origin!r}; known: {', '.join(origins)}")
    return origins.index(origin)
