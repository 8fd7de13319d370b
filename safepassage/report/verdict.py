"""A claim set against the ledger: agrees, agrees under another definition, contradicts, or
cannot be told; always with the reading and the value that decide it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from safepassage.model.claim import Claim, Moment, Quantity, Subject
from safepassage.model.deadline import deadlines_in_force
from safepassage.model.instant import EARLIEST, LATEST, local, zulu
from safepassage.model.ledger import Ledger
from safepassage.report.asking import Asking
from safepassage.report.definition import GROUND, definitions
from safepassage.report.figure import ask, end_of
from safepassage.report.question import Question
from safepassage.report.reading import Reading, readings, unknown_categories

ON_THE_HOUR = timedelta(minutes=15)  # a time said as a full hour may be this far off
POINT = timedelta(minutes=1)  # a moment no longer than this was said as one clock time
ROUNDED_DOWN = "rounded down"
SHOWN_MAX = 4  # readings listed with a finding


class Verdict(StrEnum):
    """What the ledger says to a claim."""

    AGREES = "agrees"
    AGREES_OTHERWISE = "agrees under another definition"
    CONTRADICTS = "contradicts"
    CANNOT_TELL = "cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A reading of the claim and what the ledger answers to it."""

    means: str  # what was assumed or changed; "as said" when nothing was
    answer: str
    holds: bool
    question: Question | None = None

    def to_json(self) -> dict[str, Any]:
        """The reading as JSON values."""
        return {
            "means": self.means,
            "answer": self.answer,
            "holds": self.holds,
            "question": self.question and self.question.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A claim with its verdict, the reason in a sentence, and the readings behind it."""

    claim: Claim
    verdict: Verdict
    reason: str
    tried: tuple[Tried, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        claim = self.claim
        return {
            "id": claim.id,
            "report": claim.report,
            "said_by": claim.said_by,
            "topic": claim.topic,
            "claim": claim.value,
            "words": claim.words,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "readings": [t.to_json() for t in self.tried],
        }


def judge(ledger: Ledger, asking: Asking, claims: Iterable[Claim]) -> list[Finding]:
    """A verdict on each claim, in their order."""
    answers: dict[Question, int] = {}

    def answer(question: Question) -> int:
        if question not in answers:
            answers[question] = ask(ledger, question).value
        return answers[question]

    return [_judge(ledger, asking, claim, answer) for claim in claims]


def _judge(
    ledger: Ledger, asking: Asking, claim: Claim, answer: Callable[[Question], int]
) -> Finding:
    if claim.subject is Subject.OTHER:
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=claim.cannot_tell or "")
    last = last_departure(ledger)
    if last is None:
        reason = "no lift has departed yet"
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=reason)
    if claim.moment is not None:
        return _of_moment(asking, claim, claim.moment, last)
    if claim.quantity is None:
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason="no number was said")
    if claim.subject is Subject.HOURS_BEFORE_DEADLINE:
        return _of_margin(ledger, asking, claim, claim.quantity, last)
    return _of_figure(ledger, asking, claim, claim.quantity, answer)


def last_departure(ledger: Ledger) -> datetime | None:
    """When the last lift left the ground."""
    catalogue = ledger.catalogue
    left = [
        s.occurred_at
        for s in catalogue.departures(EARLIEST, LATEST)
        if s.lift in catalogue.lifts
        and catalogue.kind(catalogue.lifts[s.lift].from_place) in GROUND
    ]
    return max(left, default=None)


def _of_figure(
    ledger: Ledger,
    asking: Asking,
    claim: Claim,
    quantity: Quantity,
    answer: Callable[[Question], int],
) -> Finding:
    if claim.figure not in definitions():
        reason = f"no figure {claim.figure!r} is defined"
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=reason)
    end = end_of(ledger)
    if end is None:
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason="the ledger is empty")
    found = list(readings(claim, asking, end))
    if unknown_parts := _unknown(claim, asking):
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=unknown_parts)
    if not found:
        reason = "its instant lies before everything that could be counted"
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=reason)
    plain = [r for r in found if not r.changed]
    true_plain = [r for r in plain if quantity.allows(answer(r.question))]
    if true_plain:
        return _plainly_true(claim, quantity, plain, true_plain, answer)
    true_otherwise = [r for r in found if r.changed and quantity.allows(answer(r.question))]
    cut_off = [
        replace(r, changed=(*r.changed, ROUNDED_DOWN))
        for r in found
        if quantity.allows_rounded_down(answer(r.question))
    ]
    true_otherwise = sorted([*true_otherwise, *cut_off], key=lambda r: len(r.changed))
    if true_otherwise:
        return _otherwise_true(claim, quantity, plain, true_otherwise, answer)
    unknown = unknown_categories(claim, asking)
    if unknown:
        reason = f"the ledger does not tell {', '.join(unknown)} apart, and no other reading fits"
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=reason)
    return _nowhere_true(claim, quantity, found, answer)


def _unknown(claim: Claim, asking: Asking) -> str:
    """What the claim names and the operation does not have, in words; empty if nothing."""
    baselines = {b.id for b in asking.operation.baselines}
    operators = {c.id for c in asking.operation.operator_classes}
    if claim.baseline is not None and claim.baseline not in baselines:
        return f"the operation has no baseline {claim.baseline!r}"
    strange = [c for c in claim.operator_classes or () if c not in operators]
    return f"the operation has no operator class {strange[0]!r}" if strange else ""


def _plainly_true(
    claim: Claim,
    quantity: Quantity,
    plain: list[Reading],
    true: list[Reading],
    answer: Callable[[Question], int],
) -> Finding:
    value = answer(true[0].question)
    if len(true) == len(plain):
        verdict = Verdict.AGREES
        silent = len(plain) > 1
        reason = f"the ledger holds {value:,}" + (
            "; what was left unsaid makes no difference to the verdict" if silent else ""
        )
    else:
        verdict = Verdict.AGREES_OTHERWISE
        reason = (
            f"true only if what was left unsaid is read as: {_means(true[0])} ({value:,});"
            f" {len(true)} of {len(plain)} readings fit"
        )
    tried = tuple(_tried(r, quantity, answer) for r in true[:SHOWN_MAX])
    return Finding(claim=claim, verdict=verdict, reason=reason, tried=tried)


def _otherwise_true(
    claim: Claim,
    quantity: Quantity,
    plain: list[Reading],
    true: list[Reading],
    answer: Callable[[Question], int],
) -> Finding:
    fewest = len(true[0].changed)
    best = [r for r in true if len(r.changed) == fewest]
    as_said = f"; as said, the ledger holds {answer(plain[0].question):,}" if plain else ""
    reason = f"true if read as: {_means(best[0])} ({answer(best[0].question):,}){as_said}"
    tried = [_tried(r, quantity, answer) for r in best[:SHOWN_MAX]]
    if plain:
        tried.append(_tried(plain[0], quantity, answer))
    return Finding(claim=claim, verdict=Verdict.AGREES_OTHERWISE, reason=reason, tried=tuple(tried))


def _nowhere_true(
    claim: Claim,
    quantity: Quantity,
    found: list[Reading],
    answer: Callable[[Question], int],
) -> Finding:
    def miss(reading: Reading) -> float:
        return abs(answer(reading.question) - quantity.value)

    as_said, nearest = found[0], min(found, key=miss)
    value = answer(as_said.question)
    reason = f"the ledger holds {value:,} ({value - quantity.value:+,})"
    if nearest is not as_said:
        near = answer(nearest.question)
        reason += (
            f"; the nearest reading, {_means(nearest)}, gives {near:,} ({near - quantity.value:+,})"
        )
    shown = dict.fromkeys((as_said, nearest))
    tried = tuple(_tried(r, quantity, answer) for r in shown)
    return Finding(claim=claim, verdict=Verdict.CONTRADICTS, reason=reason, tried=tried)


def _means(reading: Reading) -> str:
    return ", ".join(x for x in (*reading.changed, *reading.assumed) if x) or "as said"


def _tried(reading: Reading, quantity: Quantity, answer: Callable[[Question], int]) -> Tried:
    value = answer(reading.question)
    return Tried(
        means=_means(reading),
        answer=f"{value:,}",
        holds=quantity.allows(value)
        or (ROUNDED_DOWN in reading.changed and quantity.allows_rounded_down(value)),
        question=reading.question,
    )


def _of_moment(asking: Asking, claim: Claim, moment: Moment, last: datetime) -> Finding:
    """Set a said departure time against the last departure, in each zone it may have meant."""
    zones = [moment.zone] if moment.zone else list(asking.operation.zones)
    hours = (0, -12, 12) if moment.half_day_lost else (0,)
    tried = []
    for zone_name in zones:
        for shift in hours:
            start = _wall(moment.start, zone_name, shift)
            end = _wall(moment.end, zone_name, shift)
            is_full_hour = moment.end - moment.start <= POINT and moment.start.minute == 0
            slack = ON_THE_HOUR if is_full_hour else timedelta(0)
            said = f"{local(start, zone_name)} {zone_name}"
            tried.append(
                Tried(
                    means=said + (" (other half of the day)" if shift else ""),
                    answer=f"{zulu(start)}; the last lift left at {zulu(last)}",
                    holds=start - slack <= last < end + slack,
                )
            )
    holding = [t for t in tried if t.holds]
    here = f"the last lift left at {zulu(last)} = {local(last, asking.zone)} {asking.zone}"
    if not holding:
        return Finding(
            claim=claim, verdict=Verdict.CONTRADICTS, reason=here, tried=tuple(tried[:SHOWN_MAX])
        )
    whole = moment.zone is not None and not moment.half_day_lost
    return Finding(
        claim=claim,
        verdict=Verdict.AGREES if whole else Verdict.AGREES_OTHERWISE,
        reason=here if whole else f"true if read as {holding[0].means}; {here}",
        tried=tuple(holding),
    )


def _wall(clock: datetime, zone_name: str, shift_hours: int) -> datetime:
    return (clock + timedelta(hours=shift_hours)).replace(tzinfo=ZoneInfo(zone_name))


def _of_margin(
    ledger: Ledger, asking: Asking, claim: Claim, quantity: Quantity, last: datetime
) -> Finding:
    """Set "so many hours before the deadline" against the last departure, zone by zone."""
    in_force = list(deadlines_in_force(ledger.catalogue.deadlines, LATEST).values())
    if not in_force:
        reason = "the operation has no deadline"
        return Finding(claim=claim, verdict=Verdict.CANNOT_TELL, reason=reason)
    deadline = in_force[0]
    clock = deadline.at.astimezone(ZoneInfo(deadline.zone)).replace(tzinfo=None)
    tried = []
    for zone_name in dict.fromkeys((deadline.zone, *asking.operation.zones)):
        due = clock.replace(tzinfo=ZoneInfo(zone_name))
        margin = due - last
        hours = margin / timedelta(hours=1)
        tried.append(
            Tried(
                means=f"the deadline ends {local(due, zone_name)} {zone_name}",
                answer=f"{int(hours)} h {int(margin.total_seconds() // 60) % 60:02d} min before it",
                holds=quantity.allows(hours),
            )
        )
    holding = [t for t in tried if t.holds]
    if not holding:
        reason = f"the last lift left {tried[0].answer}"
        return Finding(claim=claim, verdict=Verdict.CONTRADICTS, reason=reason, tried=tuple(tried))
    zone_matters = len(holding) < len(tried)
    return Finding(
        claim=claim,
        verdict=Verdict.AGREES_OTHERWISE if zone_matters else Verdict.AGREES,
        reason=f"true if {holding[0].means}: the last lift left {holding[0].answer}",
        tried=tuple(tried),
    )
