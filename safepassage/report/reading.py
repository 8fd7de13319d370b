"""The readings of a claim: every whole question that its words may have meant.

What was said is kept; what was not said takes each value that the operation knows (each baseline,
each cut of the reporting window).  Each reading names what it assumed and what it changed, so that
no definition is guessed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from safepassage.model.claim import Claim
from safepassage.model.ids import CategoryId
from safepassage.model.instant import Window, zulu
from safepassage.report.asking import Asking
from safepassage.report.definition import definition
from safepassage.report.figure import UNKNOWN_OPERATOR
from safepassage.report.question import Question

CUTS_BACK = 2  # reporting windows before the statement that its figure may have been taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to fill one part of a question."""

    part: str  # window, as-of, operators, population
    label: str
    stated: bool  # the claim says so
    needed: bool = False  # the claim is silent here and something must be assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole question, and how it goes beyond the words of the claim."""

    question: Question
    assumed: tuple[str, ...] = ()  # parts that the claim left open
    changed: tuple[str, ...] = ()  # parts that contradict the claim


_Span = tuple[Choice, Window, str | None]
_Operators = tuple[Choice, tuple[str, ...] | None]
_Population = tuple[Choice, tuple[CategoryId, ...]]


def readings(claim: Claim, asking: Asking, last: datetime) -> Iterator[Reading]:
    """Every reading of a claimed figure: as said first, then with more and more changed."""
    if not definition(claim.figure or "").has_window:
        yield from _stock_readings(claim, asking, last)
        return
    found = []
    spans = list(_spans(claim, asking, last))
    for span, operators, population in product(
        spans, _operators(claim, asking), _populations(claim, asking)
    ):
        choices = (span[0], operators[0], population[0])
        question = Question(
            figure=claim.figure or "",
            window=span[1],
            baseline=span[2],
            as_of=span[1].end,
            position=asking.position,
            zone=asking.zone,
            operator_classes=operators[1],
            categories=population[1],
        )
        found.append(
            Reading(
                question=question,
                assumed=tuple(c.label for c in choices if c.needed),
                changed=tuple(c.label for c in choices if not c.stated and not c.needed),
            )
        )
    once: dict[Question, Reading] = {}
    for reading in sorted(found, key=lambda r: len(r.changed)):
        once.setdefault(reading.question, reading)
    yield from once.values()


def _stock_readings(claim: Claim, asking: Asking, last: datetime) -> Iterator[Reading]:
    """The readings of a claimed stock: at the instant that was said, or at each likely one."""
    for as_of, label, stated in _as_of(claim, asking, last):
        for population, categories in _populations(claim, asking):
            asked = replace(asking.at(claim.figure or "", as_of), categories=categories)
            assumed = () if stated else (label,)
            changed = () if population.stated else (population.label,)
            yield Reading(question=asked, assumed=assumed, changed=changed)


def unknown_categories(claim: Claim, asking: Asking) -> list[CategoryId]:
    """Who the claim counts and the operation does not tell apart."""
    known = {c.id for c in asking.operation.categories}
    return [c for c in claim.categories or () if c not in known]


def _spans(claim: Claim, asking: Asking, last: datetime) -> Iterator[_Span]:
    if claim.window is not None:
        yield from _windows(claim.window, asking)
        return
    if claim.baseline is None:
        yield from _recent_windows(claim, asking, last)
    for as_of, as_of_label, as_of_stated in _as_of(claim, asking, last):
        for baseline in asking.operation.baselines:
            if baseline.at >= as_of:
                continue
            said = claim.baseline == baseline.id
            label = f"counted {baseline.label}" if not said else ""
            silent = claim.baseline is None
            choice = Choice(
                part="window",
                label=", ".join(x for x in (label, as_of_label) if x),
                stated=said and as_of_stated,
                needed=(silent or said) and (silent or not as_of_stated),
            )
            yield choice, Window(baseline.at, as_of, baseline.zone), baseline.id


def _recent_windows(claim: Claim, asking: Asking, last: datetime) -> Iterator[_Span]:
    """The reporting windows before a statement that names neither window nor baseline."""
    window = asking.reporting_window(_until(claim, last))
    for _ in range(CUTS_BACK):
        label = f"in the {window.hours:g} hours to {zulu(window.end)}"
        yield Choice(part="window", label=label, stated=False, needed=True), window, None
        window = asking.reporting_window(window.start)


def _until(claim: Claim, last: datetime) -> datetime:
    said = claim.as_of or claim.said_at
    return min(said, last) if said else last


def _as_of(claim: Claim, asking: Asking, last: datetime) -> list[tuple[datetime, str, bool]]:
    """Instants that the claim may speak of: the stated one, or the cuts before it was said."""
    if claim.as_of is not None:
        return [(claim.as_of, "", True)]
    until = _until(claim, last)
    cut = asking.reporting_window(until)
    cuts = [cut.end - i * (cut.end - cut.start) for i in range(CUTS_BACK)]
    found = [(c, f"as of {zulu(c)}", False) for c in cuts]
    return [(last, "to the end", False), *found] if until >= last else found


def _windows(stated: Window, asking: Asking) -> Iterator[_Span]:
    yield Choice(part="window", label="", stated=True), stated, None
    half = timedelta(hours=12)
    for window, label in (
        (_lasting(stated.start, half, stated.zone), "the first 12 hours"),
        (_lasting(stated.start, 2 * half, stated.zone), "24 hours"),
        (_lasting(stated.start - half, 2 * half, stated.zone), "24 hours, from 12 hours before"),
    ):
        if window != stated:
            yield Choice(part="window", label=f"a window of {label}", stated=False), window, None
    for zone in asking.operation.zones:
        if zone != stated.zone:
            label = f"the clock times read in {zone}"
            yield Choice(part="window", label=label, stated=False), _in_zone(stated, zone), None


def _lasting(start: datetime, length: timedelta, zone: str) -> Window:
    return Window(start, start + length, zone)


def _in_zone(window: Window, zone: str) -> Window:
    """The same wall-clock times, read in another zone."""
    start, end = (
        instant.astimezone(ZoneInfo(window.zone)).replace(tzinfo=ZoneInfo(zone))
        for instant in (window.start, window.end)
    )
    return Window(start, end, zone)


def _operators(claim: Claim, asking: Asking) -> Iterator[_Operators]:
    said = claim.operator_classes
    yield Choice(part="operators", label="", stated=True), said
    if said is not None:
        yield Choice(part="operators", label="counting all operators", stated=False), None
    for operator in asking.operation.operator_classes:
        if said != (operator.id,) and operator.id != UNKNOWN_OPERATOR:  # nobody speaks of those
            label = f"counting {operator.id} lifts only"
            yield Choice(part="operators", label=label, stated=False), (operator.id,)


def _populations(claim: Claim, asking: Asking) -> Iterator[_Population]:
    said = claim.categories
    if said is None:
        yield Choice(part="population", label="", stated=True), asking.evacuees
    elif not unknown_categories(claim, asking):
        yield Choice(part="population", label="", stated=True), said
    if said is not None and said != asking.evacuees:
        label = f"counting everybody, not {', '.join(said)}"
        yield Choice(part="population", label=label, stated=False), asking.evacuees
    everyone = tuple(c.id for c in asking.operation.categories)
    if everyone not in (said, asking.evacuees):
        label = "counting the staff who withdrew too"
        yield Choice(part="population", label=label, stated=False), everyone
