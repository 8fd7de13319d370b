"""Cases that the ledger contradicts: said to be gone for good, and seen since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.fold import Transfer
from safepassage.model.instant import zulu
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.model.not_out import CaseStep, NotOutClass
from safepassage.model.place import PlaceKind

# Whoever is in one of these is not expected anywhere.
_GONE = (NotOutClass.DIED, NotOutClass.ELSEWHERE)
_SEEN_AT = (PlaceKind.GATE, PlaceKind.TERMINAL, PlaceKind.LIFT, PlaceKind.HAVEN, PlaceKind.ONWARD)


def cases_contradicted(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each person who was said to have died or left, and was seen later."""
    latest: dict[str, CaseStep] = {}
    for step in ledger.catalogue.case_steps:
        if step.person is not None and step.occurred_at <= as_of:
            latest[step.person] = step
    for step in latest.values():
        seen = _seen_since(ledger, step, as_of) if step.standing in _GONE else None
        if seen is not None:
            yield Discrepancy(
                check="case-contradicted",
                subject=step.person or step.id,
                sentence=f"{step.person} was said to be {step.standing} at"
                f" {zulu(step.occurred_at)} and was seen to enter {seen.to_place} at"
                f" {zulu(seen.instant)}",
                remedy="ask who saw them; correct the movement, or say in the case what is true",
                since=seen.instant,
                entries=(step.id, seen.entry),
                heads=1,
            )


def _seen_since(ledger: Ledger, step: CaseStep, as_of: datetime) -> Transfer | None:
    if step.person is None:
        return None
    for t in ledger.journey(step.person):
        is_later = step.occurred_at < t.instant <= as_of
        if is_later and t.phase is Phase.POSTED and ledger.catalogue.kind(t.to_place) in _SEEN_AT:
            return t
    return None
