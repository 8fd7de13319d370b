"""Which pass is good, who of those called has come, and which families a wave calls.

Pure: out of the ledger's facts and an instant.  Heads that come through a gate belong to the pass
of their group that was in force there at that moment; what a group brought in on a pass that was
replaced meanwhile still counts for that one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from safepassage.model.catalogue import Catalogue
from safepassage.model.fold import Transfer
from safepassage.model.gate_pass import PassIssue, PassRevocation, RevocationReason
from safepassage.model.ids import CategoryId, GroupId, PlaceId
from safepassage.model.ledger import Ledger
from safepassage.model.movement import Phase

PREFIX_DIGITS = 16  # hex digits of a pass's id in a list of revocations: 64 bits


class CallState(StrEnum):
    """How far a group is that was called."""

    AHEAD = "ahead"  # its window has not begun
    DUE = "due"  # its window is open, and nobody of it has come
    PARTLY = "partly"  # some of its heads have come
    CAME = "came"
    MISSED = "missed"  # its window is over, and nobody of it came
    WITHDRAWN = "withdrawn"  # its pass no longer counts
    REPLACED = "replaced"  # it has another pass instead


_GOOD = frozenset({CallState.AHEAD, CallState.DUE, CallState.PARTLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A group, its pass, and how far it is."""

    issue: PassIssue
    state: CallState
    came: int  # heads on this pass
    refused: int  # times that this pass was refused at a station
    is_over: bool  # its window has ended
    revocation: PassRevocation | None = None

    @property
    def is_good(self) -> bool:
        """Whether the pass may still be used, now or when its window begins."""
        return not self.is_over and self.state in _GOOD


def revocations_of(catalogue: Catalogue) -> dict[str, PassRevocation]:
    """By the id of the pass: the first time that it was revoked."""
    found: dict[str, PassRevocation] = {}
    for revocation in catalogue.revocations:
        found.setdefault(revocation.pass_id, revocation)
    return found


def revocation_list(catalogue: Catalogue, now: datetime) -> tuple[str, ...]:
    """What a phone needs to know: the first 64 bits of each revoked pass that has not ended.

    5,000 of them are 95 kB as JSON.  A pass that is not in the ledger here may have any time, so
    it stays on the list.
    """
    found = set()
    for pass_id in revocations_of(catalogue):
        issue = catalogue.passes.get(pass_id)
        if issue is None or now < issue.valid_until:
            found.add(pass_id[:PREFIX_DIGITS])
    return tuple(sorted(found))


def called(ledger: Ledger, now: datetime) -> list[Called]:
    """Every group that was called by then, pass by pass, in the order of their windows."""
    catalogue = ledger.catalogue
    revoked = {p: r for p, r in revocations_of(catalogue).items() if r.stated_at <= now}
    came = _came(catalogue, revoked, ledger, now)
    refused = Counter(
        r.pass_id for r in catalogue.refusals if r.pass_id is not None and r.occurred_at <= now
    )
    found = [
        Called(
            issue=issue,
            state=_state(issue, revoked.get(issue.pass_id), came[issue.pass_id], now),
            came=came[issue.pass_id],
            refused=refused[issue.pass_id],
            is_over=issue.valid_until <= now,
            revocation=revoked.get(issue.pass_id),
        )
        for issue in catalogue.passes.values()
        if issue.stated_at <= now
    ]
    return sorted(found, key=lambda c: (c.issue.valid_from, c.issue.gate, c.issue.id))


def _state(
    issue: PassIssue, revocation: PassRevocation | None, came: int, now: datetime
) -> CallState:
    if came >= issue.heads:
        return CallState.CAME
    if revocation is not None:
        is_replaced = revocation.reason is RevocationReason.REISSUED
        return CallState.REPLACED if is_replaced else CallState.WITHDRAWN
    if came:
        return CallState.PARTLY
    if now < issue.valid_from:
        return CallState.AHEAD
    return CallState.DUE if now < issue.valid_until else CallState.MISSED


def _came(
    catalogue: Catalogue, revoked: Mapping[str, PassRevocation], ledger: Ledger, now: datetime
) -> Counter[str]:
    """Heads that came in on each pass until now."""
    of_group: dict[tuple[GroupId, PlaceId], list[PassIssue]] = defaultdict(list)
    for issue in sorted(catalogue.passes.values(), key=lambda p: (p.stated_at, p.id)):
        of_group[issue.group, issue.gate].append(issue)
    gates = {gate for _, gate in of_group}
    found: Counter[str] = Counter()
    for transfer in ledger.through(gates):
        if transfer.phase is not Phase.POSTED or transfer.group is None or transfer.instant > now:
            continue
        passes = of_group.get((transfer.group, transfer.to_place))
        if passes:
            found[_in_force(passes, revoked, transfer).pass_id] += transfer.heads
    return found


def _in_force(
    passes: Sequence[PassIssue], revoked: Mapping[str, PassRevocation], transfer: Transfer
) -> PassIssue:
    """The pass on which heads came: the newest that was issued before and not revoked by then."""
    good = [
        p
        for p in passes
        if p.stated_at < transfer.instant
        and (p.pass_id not in revoked or transfer.instant <= revoked[p.pass_id].stated_at)
    ]
    return (good or passes)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveAsked:
    """A wave of the plan: a gate, a window, and how many heads of each category to call."""

    gate: PlaceId
    origin: PlaceId
    valid_from: datetime
    valid_until: datetime
    heads: Mapping[CategoryId, int] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Family:
    """A family that waits to be called; the category is left out where nobody assessed it."""

    group: GroupId
    heads: int
    category: CategoryId | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A family and the wave that calls it."""

    family: Family
    wave: WaveAsked


def chosen(waves: Iterable[WaveAsked], families: Iterable[Family]) -> list[Chosen]:
    """The families that each wave calls: whole ones, in their order, as long as they fit.

    A family that is larger than what is left of a wave stays first in the line of the next one; a
    smaller one behind it may go before.  A family without a category is called in any.
    """
    line = list(families)
    found: list[Chosen] = []
    for wave in sorted(waves, key=lambda w: (w.valid_from, w.gate)):
        left = dict(wave.heads)
        later: list[Family] = []
        for family in line:
            category = _fits(family, left)
            if category is None:
                later.append(family)
            else:
                left[category] -= family.heads
                found.append(Chosen(family, wave))
        line = later
    return found


def _fits(family: Family, left: Mapping[CategoryId, int]) -> CategoryId | None:
    """The category of a wave in which a family still fits."""
    tried = [family.category] if family.category is not None else list(left)
    return next((c for c in tried if left.get(c, 0) >= family.heads), None)
