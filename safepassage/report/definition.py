"""What a figure counts.  Definitions are data (`definitions.yaml`); this reads and checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from safepassage.model.errors import BadQuestionError
from safepassage.model.place import PlaceKind

GROUND = (PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA, PlaceKind.GATE, PlaceKind.TERMINAL)


class Measure(StrEnum):
    """How a figure is taken from the ledger."""

    FLOW = "flow"  # movements between two kinds of place, in a window
    STOCK = "stock"  # heads at kinds of place, at an instant
    LIFTS = "lifts"  # lifts that departed, in a window
    LISTED = "listed"  # heads of groups that were called or refused and did not come, at an instant


class Unit(StrEnum):
    """What is counted."""

    HEADS = "heads"
    FAMILIES = "families"
    LIFTS = "lifts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One figure: its name, what it counts and between which kinds of place."""

    id: str
    title: str
    measure: Measure
    unit: Unit
    sentence: str
    from_kinds: frozenset[PlaceKind] = frozenset()
    to_kinds: frozenset[PlaceKind] = frozenset()
    at_kinds: frozenset[PlaceKind] = frozenset()

    @property
    def has_window(self) -> bool:
        """Whether the figure is asked over a window; others are asked at an instant."""
        return self.measure in (Measure.FLOW, Measure.LIFTS)

    @property
    def is_added_up(self) -> bool:
        """Whether each movement adds its heads, whatever the others are."""
        return self.unit is Unit.HEADS and self.measure in (Measure.FLOW, Measure.STOCK)


@cache
def definitions() -> Mapping[str, Definition]:
    """Every figure that can be asked, by id."""
    text = files("safepassage.report").joinpath("definitions.yaml").read_text(encoding="utf-8")
    return {name: _read(name, row) for name, row in yaml.safe_load(text).items()}


def definition(name: str) -> Definition:
    """The definition of that id.

    Raises:
        BadQuestionError: there is none; the message lists those there are.
    """
    known = definitions()
    if name not in known:
        raise BadQuestionError(f"no figure {name!r}; figures: {', '.join(known)}")
    return known[name]


def _read(name: str, row: dict[str, Any]) -> Definition:
    return Definition(
        id=name,
        title=row["title"],
        measure=Measure(row["measure"]),
        unit=Unit(row["unit"]),
        sentence=row["sentence"],
        from_kinds=_kinds(row.get("from", ())),
        to_kinds=_kinds(row.get("to", ())),
        at_kinds=_kinds(row.get("at", ())),
    )


def _kinds(names: list[str]) -> frozenset[PlaceKind]:
    kinds: set[PlaceKind] = set()
    for name in names:
        kinds |= set(GROUND) if name == "ground" else {PlaceKind(name)}
    return frozenset(kinds)
