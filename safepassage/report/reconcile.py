"""Running totals of others against the sum of the windows: old + window - new = 0, or an amount.

Three kinds of cumulative stand side by side: the ledger's own sum since a baseline, and each
published series.  Where a published total is not the one before it plus what the ledger holds in
between, the amount is printed and stays unexplained until an entry explains it.

A bound ("more than 100,000") is shown beside the ledger but takes no part in the chain: what is
added to "more than" is anybody's guess, and the guess would come out as an amount in two rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import Window, format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.published import PublishedTotal
from safepassage.report.asking import Asking
from safepassage.report.figure import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTotal:
    """One published running total, what the ledger holds, and what does not add up."""

    published: PublishedTotal
    ledger: int  # since the same baseline, as of the same instant
    moved: int | None  # in the ledger since the series' previous total; None for its first
    unexplained: int | None  # new - (old + moved); None for its first.  A bound has neither

    @property
    def gap(self) -> int:
        """Published minus ledger: all steps together, and what came before the first.

        Below zero it says nothing against a bound, which holds for every larger number.
        """
        return self.published.people - self.ledger

    def to_json(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {
            "baseline": self.published.baseline,
            "as_of": format_instant(self.published.as_of),
            "said_by": self.published.said_by,
            "published": self.published.people,
            "is_bound": self.published.is_bound,
            "ledger": self.ledger,
            "moved": self.moved,
            "unexplained": self.unexplained,
            "gap": self.gap,
        }


def reconcile(
    ledger: Ledger, asking: Asking, totals: Sequence[PublishedTotal], figure: str = "people-out"
) -> list[RunningTotal]:
    """Set each published running total against its predecessor and against the ledger.

    The predecessor is the last total of the series before it that is not a bound.
    """
    rows = []
    before: dict[str, PublishedTotal] = {}
    for total in sorted(totals, key=lambda t: (t.as_of, t.baseline, t.id)):
        old = before.get(total.baseline)
        moved = unexplained = None
        if old is not None and old.as_of < total.as_of and not total.is_bound:
            moved = _moved(ledger, asking, figure, old.as_of, total.as_of)
            unexplained = total.people - old.people - moved
        held = _held(ledger, asking, figure, total)
        rows.append(
            RunningTotal(published=total, ledger=held, moved=moved, unexplained=unexplained)
        )
        if not total.is_bound:
            before[total.baseline] = total
    return rows


def _held(ledger: Ledger, asking: Asking, figure: str, total: PublishedTotal) -> int:
    """What the ledger holds for a published total.

    Raises:
        BadQuestionError: its baseline is unknown or lies after it; the message names the row.
    """
    try:
        return ask(ledger, asking.since(figure, total.baseline, total.as_of)).value
    except BadQuestionError as fault:
        raise BadQuestionError(f"published total {total.id}: {fault}") from fault


def _moved(ledger: Ledger, asking: Asking, figure: str, start: datetime, end: datetime) -> int:
    return ask(ledger, asking.over(figure, Window(start, end))).value
