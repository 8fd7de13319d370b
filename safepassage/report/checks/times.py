"""Posted movements that lie in the future of whoever recorded them: a clock that runs ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.instant import LATEST, zulu
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase
from safepassage.report.figure import JUST_AFTER


def movements_in_the_future(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """People who are said to have moved after the instant that is asked about.

    Only asked of the present: a board that looks back sees later movements as a matter of course,
    so nothing is said unless the ledger's own last recording lies before them.
    """
    recorded = ledger.recorded_until()
    if recorded is None or as_of < recorded:
        return
    ahead: Counter[str] = Counter()
    for flow in ledger.flow(recorded + JUST_AFTER, LATEST):
        if flow.phase is Phase.POSTED and flow.seen:
            ahead[flow.to_place] += flow.heads
    for place, heads in sorted(ahead.items()):
        yield Discrepancy(
            check="in-the-future",
            subject=place,
            sentence=f"{heads:,} people are said to have entered {place} after {zulu(recorded)},"
            " when that was recorded",
            remedy="measure the clock of the device that reported it and correct the entries",
            since=recorded,
            heads=heads,
        )
