"""Plan against actual: the same question put to two ledgers, and the difference.

A plan is a ledger of promises, what happened a ledger of what was seen; both are asked for the
same figure over the same windows with the same as-of, so the difference is about nothing but what
happened.  Nothing here knows which of the two is the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safepassage.model.asked import AskedOnce
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import Window, format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.model.operation import Operation
from safepassage.model.place import PlaceKind
from safepassage.report.asking import Asking
from safepassage.report.figure import Figure, ask

FIGURES = ("people-out", "lifts-out", "people-arrived", "people-onward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question answered by both ledgers."""

    first: Figure
    second: Figure

    @property
    def difference(self) -> int:
        """First minus second: plan minus actual."""
        return self.first.value - self.second.value

    def to_json(self) -> dict[str, Any]:
        """Both figures and their difference as JSON values."""
        return {
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """People of one class who got out, or people who came to one haven."""

    name: str
    first: int
    second: int

    @property
    def difference(self) -> int:
        """First minus second."""
        return self.first - self.second

    def to_json(self) -> dict[str, Any]:
        """The share as JSON values."""
        return {
            "name": self.name,
            "first": self.first,
            "second": self.second,
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPair:
    """One reporting window, or all of them, figure by figure."""

    window: Window
    figures: dict[str, Pair]
    running: Pair  # people out from the start of the comparison to the end of the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Two ledgers of one operation side by side."""

    as_of: datetime
    windows: list[WindowPair]
    total: WindowPair
    classes: list[Share]
    havens: list[Share]

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "as_of": format_instant(self.as_of),
            "windows": [_window_json(w) for w in self.windows],
            "total": _window_json(self.total),
            "people_out_by_class": [s.to_json() for s in self.classes],
            "people_arrived_by_haven": [s.to_json() for s in self.havens],
        }


def _window_json(row: WindowPair) -> dict[str, Any]:
    return {
        "start": format_instant(row.window.start),
        "end": format_instant(row.window.end),
        "zone": row.window.zone,
        "figures": {name: pair.to_json() for name, pair in row.figures.items()},
        "running": row.running.to_json(),
    }


def against(
    first: Ledger,
    second: Ledger,
    operation: Operation,
    as_of: datetime,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Against:
    """Two ledgers compared over the reporting windows between two instants.

    Args:
        first: usually the plan, read through its promises.
        second: usually what happened.
        operation: whose reporting windows and categories are asked for.
        as_of: what lies after it is counted in neither.
        start: where the comparison begins; the first movement of the first ledger if left out.
        end: where it ends, at `as_of` at the latest; the last movement of either if left out.

    Raises:
        BadQuestionError: the first ledger is empty, or nothing of it lies before `as_of`.
    """
    first, second = AskedOnce(first), AskedOnce(second)
    extent = first.extent()
    if extent is None:
        raise BadQuestionError("the first ledger holds no movement: there is nothing to compare")
    begins = start or extent[0]
    ends = min(as_of, end or max(extent[1], (second.extent() or extent)[1]))
    if ends <= begins:
        raise BadQuestionError(
            f"nothing to compare: the first movement is at {format_instant(begins)}, and"
            f" {format_instant(ends)} is not later"
        )
    asking = Asking(operation, first.position), Asking(operation, second.position)
    both = _Both(first, second, asking, as_of)
    windows = _windows(operation, begins, ends)
    whole = Window(begins, ends, operation.reporting_window.zone)
    return Against(
        as_of=as_of,
        windows=[both.row(w, begins) for w in windows],
        total=both.row(whole, begins),
        classes=both.classes(whole),
        havens=both.havens(whole),
    )


def _windows(operation: Operation, begins: datetime, ends: datetime) -> list[Window]:
    """The reporting windows from one instant to another; the first and last may be cut."""
    rule = operation.reporting_window
    found = []
    at = begins
    while at < ends:
        window = rule.window_at(at)
        found.append(Window(at, min(window.end, ends), rule.zone))
        at = window.end
    return found


@dataclass(frozen=True, slots=True)
class _Both:
    first: Ledger
    second: Ledger
    asking: tuple[Asking, Asking]
    as_of: datetime

    def pair(
        self, figure: str, window: Window, categories: tuple[CategoryId, ...] | None = None
    ) -> Pair:
        one, other = (
            ask(ledger, asking.over(figure, window, as_of=self.as_of, categories=categories))
            for ledger, asking in zip((self.first, self.second), self.asking, strict=True)
        )
        return Pair(first=one, second=other)

    def row(self, window: Window, begins: datetime) -> WindowPair:
        return WindowPair(
            window=window,
            figures={name: self.pair(name, window) for name in FIGURES},
            running=self.pair("people-out", Window(begins, window.end, window.zone)),
        )

    def classes(self, window: Window) -> list[Share]:
        pairs = [(c, self.pair("people-out", window, (c,))) for c in self.asking[0].evacuees]
        return [Share(name=c, first=p.first.value, second=p.second.value) for c, p in pairs]

    def havens(self, window: Window) -> list[Share]:
        counted = frozenset(self.asking[0].evacuees)
        one, other = (_arrivals(x, window, counted) for x in (self.first, self.second))
        names = sorted({*one, *other}, key=lambda place: (-max(one[place], other[place]), place))
        return [Share(name=n, first=one[n], second=other[n]) for n in names]


def _arrivals(ledger: Ledger, window: Window, counted: Iterable[CategoryId]) -> Counter[PlaceId]:
    """People who left a lift into each haven."""
    kind = ledger.catalogue.kind
    found: Counter[PlaceId] = Counter()
    for flow in ledger.flow(window.start, window.end):
        if (
            flow.phase is Phase.POSTED
            and flow.category in counted
            and kind(flow.to_place) is PlaceKind.HAVEN
            and kind(flow.from_place) is PlaceKind.LIFT
        ):
            found[flow.to_place] += flow.heads
    return found
