"""A pass was let on twice: its heads are counted once, and somebody must find out whose it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.gate_pass import Resighting
from safepassage.model.ledger import Ledger


def passes_seen_again(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each pass or band whose heads came the same way again up to `as_of`."""
    again: dict[str, list[Resighting]] = defaultdict(list)
    for seen in ledger.catalogue.resightings.values():
        if seen.heads and seen.occurred_at <= as_of:
            again[seen.pass_id or seen.group or seen.id].append(seen)
    for subject, sightings in again.items():
        sightings.sort(key=lambda s: (s.occurred_at, s.id))
        heads = sum(s.heads for s in sightings)
        what = "pass" if sightings[0].pass_id else "band"
        places = ", ".join(sorted({s.place for s in sightings}))
        yield Discrepancy(
            check="pass-seen-again",
            subject=subject,
            sentence=f"{what} {subject[:8]} was let on again at {places}: {heads:,} heads are not"
            " counted a second time",
            remedy="find out whether one family went twice or two hold the same pass; if they were"
            " other people, record them as heads and revoke the pass",
            since=sightings[0].occurred_at,
            entries=tuple(s.sighting for s in sightings),
            heads=heads,
        )
