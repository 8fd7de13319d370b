"""The case desk as values: the bar that adds up, the classes, and the cases that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from safepassage.control.cases import Chosen, Found, pick
from safepassage.model.refusal import RefusalReason
from safepassage.operate.caseload import Case, opened
from safepassage.operate.not_out import SETTLED, Standing, Why

SHOWN_MAX = 200
NOBODY = "nobody"  # the filter for cases without an owner, or of no site
WIDTH = 1000.0  # of the bar, in its own units
OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of the bar."""

    name: str  # out, or a class
    heads: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """A class with its reasons, the larger ones first."""

    standing: Standing
    heads: int
    reasons: tuple[tuple[Why | RefusalReason, int], ...]

    @property
    def is_settled(self) -> bool:
        """Nobody has to act."""
        return self.standing in SETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which cases are asked for; empty: all of them."""

    standing: Standing | None = None
    owner: str = ""
    site: str = ""

    def let_through(self, case: Case) -> bool:
        """Whether a case is one of those."""
        return self.owner in ("", case.owner or NOBODY) and self.site in ("", case.site or NOBODY)

    def query(self) -> dict[str, str]:
        """As parts of an address."""
        parts = {"class": self.standing or "", "owner": self.owner, "site": self.site}
        return {name: str(value) for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything that the desk shows."""

    found: Found
    bar: tuple[Segment, ...]
    classes: tuple[ClassLine, ...]
    cases: tuple[Case, ...]  # of those that the filters let through, the first
    cases_in_all: int
    filters: Filters
    chosen: Case | None

    def to_json(self) -> dict[str, Any]:
        """The sum as JSON values: numbers alone, nobody's id."""
        return self.found.not_out.totals() | {"due": self.found.load.due._asdict()}


def case_page(found: Found, filters: Filters, wanted: Chosen | None) -> CasePage:
    """The desk for these filters, and perhaps one case opened.

    Raises:
        BadQuestionError: the wanted case is none.
    """
    every = found.cases_of(filters.standing)
    through = [case for case in every if filters.let_through(case)]
    return CasePage(
        found=found,
        bar=bar_of(found),
        classes=class_lines(found),
        cases=tuple(through[:SHOWN_MAX]),
        cases_in_all=len(through),
        filters=filters,
        chosen=_chosen(found, wanted),
    )


def _chosen(found: Found, wanted: Chosen | None) -> Case | None:
    if wanted is None:
        return None
    return opened(pick(found.not_out.remaining, wanted), found.load.deadline)


def bar_of(found: Found) -> tuple[Segment, ...]:
    """Everybody who is known, end to end: out first, then the classes; widths add up."""
    n = found.not_out
    parts: Sequence[tuple[str, int]] = [(OUT, n.out), *n.by_class().items()]
    segments, start = [], 0.0
    for name, heads in parts:
        width = WIDTH * heads / n.known if n.known else 0.0
        if heads:
            segments.append(Segment(name=str(name), heads=heads, start=start, width=width))
        start += width
    return tuple(segments)


def class_lines(found: Found) -> tuple[ClassLine, ...]:
    """Every class, also those that nobody is in."""
    reasons: dict[Standing, list[tuple[Why | RefusalReason, int]]] = {s: [] for s in Standing}
    for count in found.not_out.counts():
        reasons[count.standing].append((count.why, count.heads))
    return tuple(
        ClassLine(standing=standing, heads=heads, reasons=tuple(reasons[standing]))
        for standing, heads in found.not_out.by_class().items()
    )
