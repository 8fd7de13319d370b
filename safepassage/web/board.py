"""The board: what the operations room looks at, as values.  A pure function of what it is given.

It asks the ledger for a handful of sums (`stock` at one instant, `flow` over the window, the last
day and each baseline), never for single movements, so it costs the same at a million movements as
at a hundred.  The same sums are asked for again and again: hand it a ledger that is `AskedOnce`.
Every number carries the question that it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safepassage.model.catalogue import Catalogue
from safepassage.model.deadline import deadlines_in_force
from safepassage.model.ids import PlaceId
from safepassage.model.instant import Window
from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.operate.haven import TREND
from safepassage.report.asking import Asking
from safepassage.report.discrepancies import Doubt
from safepassage.report.figure import JUST_AFTER, Figure, ask, departures, end_of
from safepassage.report.question import Question
from safepassage.web.departures import HourOfDepartures, by_hour, classes_of, legs_flown
from safepassage.web.stocks import PlaceStock, Stage, counted, place_stocks, stages

RESTS_AFTER = timedelta(hours=24)  # no news for so long: the board opens at the last happening


@dataclass(frozen=True, slots=True)
class Span:
    """From the first thing that happened to just after the newest: where the time slider runs."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineClock:
    """A deadline as it stood, and how far away it was."""

    deadline: str
    name: str
    at: datetime
    zone: str
    left: timedelta  # below zero when it has passed
    reason: str | None = None

    @property
    def has_passed(self) -> bool:
        """Whether it lies behind the instant of the board."""
        return self.left < timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One share of a tile: the same question about one operator class."""

    operator_class: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure with its shares."""

    figure: Figure
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the board shows, at one instant of the operation, as known at one position."""

    operation: str
    as_of: datetime
    position: int
    zones: tuple[str, ...]
    window: Window
    span: Span
    deadlines: tuple[DeadlineClock, ...]
    tiles: tuple[Tile, ...]
    totals: tuple[Tile, ...]
    stages: tuple[Stage, ...]
    places: tuple[PlaceStock, ...]
    operator_classes: tuple[str, ...]
    hours: tuple[HourOfDepartures, ...]
    legs: tuple[tuple[PlaceId, PlaceId, int], ...]
    doubts: tuple[Doubt, ...]
    categories: tuple[str, ...]

    @property
    def previous_window(self) -> datetime:
        """The last second of the window before this one."""
        return self.window.start - timedelta(seconds=1)


def board(
    ledger: Ledger, operation: Operation, as_of: datetime, doubts: Sequence[Doubt] = ()
) -> Board:
    """The board of an operation as it stood at an instant, as far as is known now."""
    asking = Asking(operation, ledger.position)
    window = operation.reporting_window.window_at(as_of)
    until = min(as_of + JUST_AFTER, window.end)
    evacuees = frozenset(asking.evacuees)
    window_flows = counted(ledger.flow(window.start, until), evacuees)
    day_flows = counted(ledger.flow(as_of - TREND, as_of + JUST_AFTER), evacuees)
    places = place_stocks(ledger, as_of, window_flows, day_flows, evacuees)
    in_the_air = ask(ledger, asking.at("in-the-air", as_of))
    lifts_out = asking.over("lifts-out", window, as_of=as_of)
    legs = legs_flown(ledger.catalogue, window_flows, as_of)
    return Board(
        operation=operation.name,
        as_of=as_of,
        position=ledger.position,
        zones=operation.zones,
        window=window,
        span=span(ledger, as_of),
        deadlines=deadline_clocks(operation, ledger.catalogue, as_of),
        tiles=tiles(ledger, operation, window, as_of),
        totals=totals(ledger, operation, as_of),
        stages=tuple(stages(ledger, places, in_the_air.value, window_flows)),
        places=tuple(places),
        operator_classes=tuple(classes_of(operation, ledger.catalogue)),
        hours=tuple(by_hour(ledger.catalogue, departures(ledger, lifts_out), window)),
        legs=tuple((start, end, heads) for (start, end), heads in sorted(legs.items())),
        doubts=tuple(doubts),
        categories=asking.evacuees,
    )


def tiles(
    ledger: Ledger, operation: Operation, window: Window, as_of: datetime
) -> tuple[Tile, ...]:
    """The figures of the reporting window so far, and who is in the air."""
    asking = Asking(operation, ledger.position)
    classes = classes_of(operation, ledger.catalogue)
    out, lifts, arrived = (
        asking.over(figure, window, as_of=as_of)
        for figure in ("people-out", "lifts-out", "people-arrived")
    )
    return (
        Tile(figure=ask(ledger, out), parts=_shares(ledger, out, classes)),
        Tile(figure=ask(ledger, lifts), parts=_shares(ledger, lifts, classes)),
        Tile(figure=ask(ledger, arrived)),
        Tile(figure=ask(ledger, asking.at("in-the-air", as_of))),
    )


def _shares(ledger: Ledger, question: Question, classes: Sequence[str]) -> tuple[Part, ...]:
    if len(classes) < 2:
        return ()
    asked = [
        Part(
            operator_class=name,
            figure=ask(ledger, replace(question, operator_classes=(name,))),
        )
        for name in classes
    ]
    return tuple(part for part in asked if part.figure.value)


def totals(ledger: Ledger, operation: Operation, as_of: datetime) -> tuple[Tile, ...]:
    """People out since each baseline that has begun, and where everybody else is."""
    asking = Asking(operation, ledger.position)
    since = [
        Tile(figure=ask(ledger, asking.since("people-out", baseline.id, as_of)))
        for baseline in operation.baselines
        if baseline.at < as_of
    ]
    stock = [
        Tile(figure=ask(ledger, asking.at(figure, as_of)))
        for figure in ("in-danger-area", "at-havens", "ever-seen")
    ]
    return (*since, *stock)


def deadline_clocks(
    operation: Operation, catalogue: Catalogue, as_of: datetime
) -> tuple[DeadlineClock, ...]:
    """The deadlines in force, the nearest first; those that have passed last.

    A ledger that holds no statement of a deadline has it as the operation file plans it.
    """
    planned = {d.id: d for d in operation.deadlines}
    in_force = planned | deadlines_in_force(catalogue.deadlines, as_of)
    clocks = [
        DeadlineClock(
            deadline=deadline,
            name=d.name or deadline,
            at=d.at,
            zone=d.zone,
            left=d.at - as_of,
            reason=d.reason,
        )
        for deadline, d in in_force.items()
    ]
    return tuple(sorted(clocks, key=lambda d: (d.has_passed, abs(d.left))))


def span(ledger: Ledger, as_of: datetime) -> Span:
    """From the first movement until just after the newest; a day up to `as_of` before any."""
    extent, end = ledger.extent(), end_of(ledger)
    if extent is None or end is None:
        return Span(as_of - TREND, as_of)
    return Span(extent[0], end)


def opens_at(span: Span, now: datetime) -> datetime:
    """The instant at which a board opens: now, or just after the last happening of what is over."""
    return span.end if now - span.end > RESTS_AFTER else now
