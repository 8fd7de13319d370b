"""Whole families on a plan's sorties: what wholeness costs in seats, sortie by sortie."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from safepassage.plan.families import Family, Load, Packed, pack
from safepassage.plan.overcall import sized
from safepassage.planner.callforward import ASSUMED_SIZES


def loads_of(document: Mapping[str, Any]) -> list[Load]:
    """The sorties of a plan from its origins, in the order in which they leave."""
    lifts = {x["id"]: x for x in document["problem"]["lifts"]}
    classes = document["problem"]["classes"]
    sorties = sorted(document["sorties"], key=lambda s: int(s["departs"]))
    return [
        Load(n, lifts[s["lift"]]["seats"], {c: s["aboard"][c] for c in classes if c in s["aboard"]})
        for n, s in enumerate(sorties)
    ]


def families_of(
    document: Mapping[str, Any], sizes: Mapping[int, float] | None = None
) -> list[Family]:
    """Families of given sizes that make up everybody who has a seat in the plan, class by class.

    Args:
        document: a plan.
        sizes: shares of family sizes; an assumed table if left out.
    """
    number = count(1)
    found = []
    for category, heads in document["people_out"]["by_class"].items():
        source = sized(sizes or ASSUMED_SIZES)
        while heads:
            size = min(next(source), heads)
            heads -= size
            found.append(Family(next(number), size, category))
    return found


def seated(document: Mapping[str, Any], sizes: Mapping[int, float] | None = None) -> Packed:
    """The families of a plan on its sorties, each whole."""
    return pack(families_of(document, sizes), loads_of(document))
