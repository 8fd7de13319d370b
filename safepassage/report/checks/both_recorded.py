"""Heads that a phone and a desk wrote down for one lift: the same heads perhaps, counted by both.

Each is a good record of its own, and nothing in them tells whether one family stood there twice or
two halves of it one after the other.  What can be told is that more of a family are aboard, or came
off, than there are of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.fold import Transfer
from safepassage.model.ids import NAMED, EntryId, GroupId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase

CHECK = "recorded-by-both"
PHONES = "gate/"  # begins the source of what phones saw


@dataclass(slots=True)
class BothRecorded:
    """Heads of one group through the doors of one lift, at one end, by who wrote them down."""

    lift: PlaceId
    group: GroupId
    is_boarding: bool  # else: coming off at the other end
    since: datetime
    known: int = 0  # heads that there are of the group; 0: nobody has said
    by_phones: int = 0
    by_desks: int = 0
    of_desks: list[Transfer] = field(default_factory=list)  # oldest first

    @property
    def twice(self) -> int:
        """Heads beyond those that there are, as far as both sides have them."""
        known = self.known or max(self.by_phones, self.by_desks)
        both = min(self.by_phones, self.by_desks)
        return max(0, min(self.by_phones + self.by_desks - known, both))

    @property
    def subject(self) -> str:
        """What the doubt is about."""
        return f"{self.lift}/{self.group}/{'on' if self.is_boarding else 'off'}"


def both_recorded(
    ledger: Ledger, as_of: datetime, lifts: Collection[PlaceId] | None = None
) -> list[BothRecorded]:
    """Groups of which phones and desks together have more heads through a lift's door than exist.

    Args:
        ledger: as it stands.
        as_of: what had happened by then.
        lifts: which lifts; every one, if left out.
    """
    wanted = frozenset(ledger.catalogue.lifts if lifts is None else lifts)
    through: dict[tuple[PlaceId, GroupId, bool], list[Transfer]] = defaultdict(list)
    seats: dict[tuple[PlaceId, GroupId], int] = defaultdict(int)
    for t in ledger.through(wanted) if wanted else ():
        if t.group is None or t.person is not None:
            continue
        if t.phase is not Phase.POSTED:
            if t.to_place in wanted:
                seats[t.to_place, t.group] += t.heads if t.phase is Phase.PENDING else -t.heads
        elif t.instant <= as_of and t.seen and NAMED not in t.entry:
            for lift in {t.from_place, t.to_place} & wanted:
                through[lift, t.group, _is_at_origin(ledger, lift, t)].append(t)
    found = []
    known = _known(ledger) if any(len(ts) > 1 for ts in through.values()) else {}
    for (lift, group, is_boarding), transfers in sorted(through.items()):
        if len(transfers) < 2:
            continue
        one = BothRecorded(lift, group, is_boarding, transfers[-1].instant)
        one.known = max(known.get(group, 0), seats[lift, group])
        _add(ledger, one, transfers)
        if one.twice:
            found.append(one)
    return found


def heads_recorded_by_both(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each group, lift and end of its way."""
    for one in both_recorded(ledger, as_of):
        yield Discrepancy(
            check=CHECK,
            subject=one.subject,
            sentence=f"phones have {one.by_phones:,} heads of {one.group}"
            f" {'boarding' if one.is_boarding else 'coming off'} {one.lift}, desks"
            f" {one.by_desks:,}: {one.twice:,} more than there are",
            remedy="if they are the same heads, count them once at the desk of the lift; if not,"
            " find out who the others are and give them a band",
            since=one.since,
            entries=tuple(t.entry for t in one.of_desks),
            heads=one.twice,
        )


def _is_at_origin(ledger: Ledger, lift: PlaceId, t: Transfer) -> bool:
    """Whether somebody went on, or was taken off again where they had boarded."""
    return t.to_place == lift or t.to_place == ledger.catalogue.lifts[lift].from_place


def correction_of(instead: EntryId) -> EntryId:
    """The id of the correction that says to read this movement instead of another."""
    return EntryId(f"{instead}/c")


def _known(ledger: Ledger) -> Mapping[GroupId, int]:
    """How many heads there are of each group: its members, or as many as a pass of it says."""
    heads: dict[GroupId, int] = {}
    for group in ledger.catalogue.groups:
        heads[group.group] = len(group.members)
    for issue in ledger.catalogue.passes.values():
        heads[issue.group] = max(heads.get(issue.group, 0), issue.heads)
    return heads


def _add(ledger: Ledger, one: BothRecorded, transfers: Iterable[Transfer]) -> None:
    for t in transfers:
        # What is read instead of a movement stands in the entry of its correction.
        entry = ledger.entry(t.entry) or ledger.entry(correction_of(t.entry))
        heads = t.heads if (t.to_place == one.lift) == one.is_boarding else -t.heads
        if entry is not None and entry.source.startswith(PHONES):
            one.by_phones += heads
        else:
            one.by_desks += heads
            if heads > 0:
                one.of_desks.append(t)
