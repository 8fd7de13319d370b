"""The situation report: what a duty officer says, with what every number means.

All its figures share one ledger position, so they can be added and subtracted.  The stocks by
place add up to everybody ever seen; that line is printed, not assumed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.asked import AskedOnce
from safepassage.model.deadline import Deadline, deadlines_in_force
from safepassage.model.ids import PlaceId
from safepassage.model.instant import Window, format_instant, local, zulu
from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.model.place import PlaceKind
from safepassage.report.asking import Asking
from safepassage.report.discrepancies import Doubt, doubts
from safepassage.report.figure import Figure, ask
from safepassage.report.revision import Revision, revisions

STOCK_FIGURES = (
    "in-danger-area",
    "waiting-in-terminal",
    "in-the-air",
    "at-havens",
    "out-of-danger",
    "ever-seen",
    "never-past-the-gate",
)
WINDOW_FIGURES = ("people-registered", "people-admitted", "people-arrived", "people-onward")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceStock:
    """Heads at one place, everybody counted."""

    place: PlaceId
    name: str
    kind: PlaceKind | None
    heads: int
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFlow:
    """People and lifts out in the window, of one operator class."""

    operator_class: str
    people: Figure
    lifts: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitrep:
    """A situation report as values; templates and writers only lay it out."""

    operation: Operation
    as_of: datetime
    position: int
    window: Window
    stocks: list[PlaceStock]  # lifts are one row, "aboard lifts"
    figures: list[Figure]  # stocks at as_of, then flows in the window
    operators: list[OperatorFlow]  # the last one is all of them
    totals: list[Figure]  # one for each baseline
    deadlines: list[Deadline]
    doubts: list[Doubt]
    revisions: list[Revision]

    @property
    def everybody(self) -> int:
        """The sum of the stocks."""
        return sum(s.heads for s in self.stocks)

    @property
    def open_doubts(self) -> list[Doubt]:
        """Discrepancies that nobody has explained."""
        return [d for d in self.doubts if d.is_open]

    def remaining(self, deadline: Deadline) -> str:
        """Time to a deadline, T-minus or T-plus."""
        return countdown(deadline.at - self.as_of)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "operation": self.operation.name,
            "as_of": format_instant(self.as_of),
            "position": self.position,
            "window": {
                "start": format_instant(self.window.start),
                "end": format_instant(self.window.end),
                "zone": self.window.zone,
            },
            "stocks": [
                {"place": s.place, "kind": s.kind, "heads": s.heads, "capacity": s.capacity}
                for s in self.stocks
            ],
            "everybody": self.everybody,
            "figures": [f.to_json() for f in self.figures],
            "operators": [
                {
                    "operator_class": o.operator_class,
                    "people": o.people.to_json(),
                    "lifts": o.lifts.to_json(),
                }
                for o in self.operators
            ],
            "totals": [f.to_json() for f in self.totals],
            "deadlines": [
                {
                    "deadline": d.deadline,
                    "at": format_instant(d.at),
                    "zone": d.zone,
                    "remaining": self.remaining(d),
                }
                for d in self.deadlines
            ],
            "discrepancies": [d.to_json() for d in self.doubts],
            "revisions": [r.to_json() for r in self.revisions],
        }


def make_sitrep(
    ledger: Ledger, operation: Operation, as_of: datetime, window: Window | None = None
) -> Sitrep:
    """The situation at an instant, and what moved in a window (the last whole reporting window)."""
    ledger = AskedOnce(ledger)
    asking = Asking(operation, ledger.position)
    window = window or asking.reporting_window(as_of)
    flows = [ask(ledger, asking.over(name, window, as_of=as_of)) for name in WINDOW_FIGURES]
    in_force = deadlines_in_force(ledger.catalogue.deadlines, max(as_of, window.end))
    return Sitrep(
        operation=operation,
        as_of=as_of,
        position=ledger.position,
        window=window,
        stocks=_stocks(ledger, as_of),
        figures=[ask(ledger, asking.at(name, as_of)) for name in STOCK_FIGURES] + flows,
        operators=_operators(ledger, asking, window, as_of),
        totals=[
            ask(ledger, asking.since("people-out", b.id, as_of))
            for b in operation.baselines
            if b.at < as_of
        ],
        deadlines=sorted(in_force.values(), key=lambda d: d.at),
        doubts=doubts(ledger, as_of),
        revisions=revisions(ledger),
    )


def countdown(left: timedelta) -> str:
    """T-minus in days, hours and minutes; T-plus once it has passed."""
    sign = "T-" if left >= timedelta(0) else "T+"
    minutes = int(abs(left) / timedelta(minutes=1))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{days} d {hours:02d} h {minutes:02d} min"


def shown_instant(instant: datetime, zone: str) -> str:
    """An instant as reports print it: Zulu first, then a wall clock with its zone."""
    return f"{zulu(instant)} ({local(instant, zone)} {zone})"


def _operators(
    ledger: Ledger, asking: Asking, window: Window, as_of: datetime
) -> list[OperatorFlow]:
    named: list[tuple[str, tuple[str, ...] | None]] = [
        (c.id, (c.id,)) for c in asking.operation.operator_classes
    ]
    return [
        OperatorFlow(
            operator_class=label,
            people=ask(
                ledger, asking.over("people-out", window, as_of=as_of, operator_classes=classes)
            ),
            lifts=ask(
                ledger, asking.over("lifts-out", window, as_of=as_of, operator_classes=classes)
            ),
        )
        for label, classes in [*named, ("all operators", None)]
    ]


def _stocks(ledger: Ledger, as_of: datetime) -> list[PlaceStock]:
    catalogue = ledger.catalogue
    heads: Counter[PlaceId] = Counter()
    aboard = 0
    for (place, _), count in ledger.stock(as_of).items():
        kind = catalogue.kind(place)
        if kind is PlaceKind.LIFT:
            aboard += count
        elif kind is not PlaceKind.OUTSIDE:
            heads[place] += count
    order = {kind: i for i, kind in enumerate(PlaceKind)}
    rows = []
    for place in {*heads, *catalogue.places}:
        stated = catalogue.places.get(place)
        rows.append(
            PlaceStock(
                place=place,
                name=(stated.name if stated else None) or place,
                kind=catalogue.kind(place),
                heads=heads[place],
                capacity=stated.capacity if stated else None,
            )
        )
    lifts = PlaceStock(
        place=PlaceId("lifts"), name="aboard lifts", kind=PlaceKind.LIFT, heads=aboard
    )
    return sorted([*rows, lifts], key=lambda r: (order.get(r.kind, 99) if r.kind else 99, r.place))
