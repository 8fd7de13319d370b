"""Old + window - new = 0, or an amount that is printed."""

from __future__ import annotations

from safepassage.model.published import PublishedTotal
from safepassage.report.reconcile import reconcile
from tests.report.evening import DAY, asking, book


def total(people: int, hour: int, name: str, **parts: bool) -> PublishedTotal:
    return PublishedTotal(
        id=name,
        baseline="since-dawn",
        as_of=DAY.replace(hour=hour),
        people=people,
        said_by="a spokesman",
        source="Gazette",
        **parts,
    )


def test_a_total_that_is_not_the_one_before_plus_the_window_shows_by_how_much() -> None:
    ledger = book()
    first, second = reconcile(
        ledger, asking(ledger), [total(15, 23, "evening"), total(7, 10, "morning")]
    )
    assert (first.ledger, first.moved, first.unexplained, first.gap) == (7, None, None, 0)
    assert (second.ledger, second.moved, second.unexplained, second.gap) == (11, 4, 4, 4)
