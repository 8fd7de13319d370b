"""Heads that phones and a desk wrote down both: the desk's record gives way to the phones'.

What a phone saw is signed and stays.  The desk's boardings are corrected by as many heads as there
are too many, the latest first, with the way inside that they implied.  Both records stay in the
ledger, and with them who said that they were the same heads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from safepassage.control.manifests import outside_doors
from safepassage.model.errors import BadQuestionError
from safepassage.model.fact import Fact
from safepassage.model.fold import Transfer
from safepassage.model.ids import EntryId, GroupId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction
from safepassage.report.checks.both_recorded import both_recorded, correction_of

WHY = "the same heads were recorded by a phone as well"


@dataclass(slots=True)
class _Once:
    """Writes corrections one after the other."""

    token: str
    at: datetime
    written: int = 0

    def less(self, t: Transfer, heads: int) -> Fact:
        """A correction by which a movement has so many heads fewer."""
        entry = EntryId(f"once/{self.token}/{self.written}")
        self.written += 1
        instead = None
        if heads < t.heads:
            instead = Movement(
                id=entry,
                from_place=t.from_place,
                to_place=t.to_place,
                phase=Phase.POSTED,
                occurred_at=t.instant,
                heads=t.heads - heads,
                group=t.group,
                category=t.category,
            )
        return Correction(
            id=correction_of(entry),
            corrects=t.entry,
            instead=instead,
            reason=WHY,
            stated_at=self.at,
        )


def first_of(token: str) -> EntryId:
    """The id of the first fact that `count_once` makes with a token."""
    return correction_of(EntryId(f"once/{token}/0"))


def count_once(
    ledger: Ledger, lift: PlaceId, group: GroupId, token: str, at: datetime
) -> Sequence[Fact]:
    """What makes the heads of a group that both recorded count once.

    Raises:
        BadQuestionError: there are no more of them in the ledger than there are.
    """
    once = _Once(token, at)
    facts: list[Fact] = []
    for both in both_recorded(ledger, at, [lift]):
        left = both.twice if both.group == group else 0
        for t in reversed(both.of_desks):
            taken = min(left, t.heads)
            if taken:
                left -= taken
                facts.append(once.less(t, taken))
                facts += _came_in(ledger, once, t, taken)
    if not facts:
        raise BadQuestionError(
            f"phones and desks have no more heads of {group} at {lift} than there are: nothing was"
            " counted twice"
        )
    return facts


def _came_in(ledger: Ledger, once: _Once, boarded: Transfer, heads: int) -> Iterator[Fact]:
    """The way inside that a boarding implied is taken back with it."""
    for t in list(ledger.through(frozenset(outside_doors(ledger)), boarded.group)):
        if t.entry.startswith(f"{boarded.entry}/in/") and heads > 0:
            taken = min(heads, t.heads)
            heads -= taken
            yield once.less(t, taken)
