"""Checks: functions over the ledger that find discrepancies.  One file a check, one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ledger import Ledger
from safepassage.report.checks.arrivals import people_not_arrived
from safepassage.report.checks.balance import places_below_zero, places_over_capacity
from safepassage.report.checks.both_recorded import heads_recorded_by_both
from safepassage.report.checks.cases import cases_contradicted
from safepassage.report.checks.close_outs import (
    lifts_unlike_their_close_out,
    lifts_without_close_out,
)
from safepassage.report.checks.headcount import headcounts_that_differ
from safepassage.report.checks.lift_load import (
    lifts_cancelled_with_people,
    lifts_overloaded,
    lifts_without_departure,
)
from safepassage.report.checks.oddities import choices_of_the_fold
from safepassage.report.checks.places import places_nobody_stated
from safepassage.report.checks.publications import publications_without_question
from safepassage.report.checks.resightings import passes_seen_again
from safepassage.report.checks.times import movements_in_the_future

Check = Callable[[Ledger, datetime], Iterator[Discrepancy]]

CHECKS: tuple[Check, ...] = (
    choices_of_the_fold,
    headcounts_that_differ,
    people_not_arrived,
    lifts_without_departure,
    lifts_overloaded,
    lifts_cancelled_with_people,
    lifts_unlike_their_close_out,
    lifts_without_close_out,
    places_below_zero,
    places_over_capacity,
    places_nobody_stated,
    movements_in_the_future,
    publications_without_question,
    passes_seen_again,
    heads_recorded_by_both,
    cases_contradicted,
)


def run_checks(ledger: Ledger, as_of: datetime) -> list[Discrepancy]:
    """Every discrepancy that the ledger shows at `as_of`, oldest first."""
    found = [d for check in CHECKS for d in check(ledger, as_of)]
    return sorted(found, key=lambda d: (d.since, d.check, d.subject))
