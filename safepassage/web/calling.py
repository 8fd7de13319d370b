"""The call-forward desk of a running server: what it calls with, and its board as values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from safepassage.control.calling import MessageState, MessageView
from safepassage.control.channels import Channel
from safepassage.control.keys import root_of
from safepassage.control.meetings import meetings
from safepassage.control.message import Meeting
from safepassage.control.office import Office, PenBooks
from safepassage.model.ids import PlaceId
from safepassage.model.instant import format_instant
from safepassage.operate.passes import Called, CallState
from safepassage.secure.vault import Vault
from safepassage.store.pen import Pen
from safepassage.store.register_place import Place
from safepassage.store.store import Store

LOST = frozenset({CallState.REPLACED, CallState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class CallDesk:
    """What the desk calls with."""

    store: Store
    place: Place
    pen: Pen
    channels: Sequence[Channel]
    clock: Callable[[], datetime]

    def office(self, vault: Vault, source: str) -> Office:
        """Everything that issuing and calling need, while the register is unlocked."""
        books = PenBooks(self.store.ledger, self.pen, self.clock, source)
        return Office(books, self.place, vault, self.clock, root_of(self.store))

    def meetings(self, zone: str) -> Mapping[PlaceId, Meeting]:
        """Where the people of each gate meet."""
        return meetings(self.store, zone)


class When(StrEnum):
    """Where a wave lies from now."""

    NOW = "now"
    NEXT = "next"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """A family of a wave, and how far it was told."""

    called: Called
    told: MessageState | None  # of the call itself; None: nothing is known to have been written
    channel: str
    reason: str | None
    tries: int

    @property
    def needs_a_hand(self) -> bool:
        """Whether somebody has to do something for this family to hear of it."""
        waits = self.told in {None, MessageState.FAILED} or (
            self.told is MessageState.QUEUED and self.channel == "sheet"
        )
        return waits and self.called.is_good


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """Everybody who is called to one gate in one window."""

    gate: PlaceId
    begin: datetime
    end: datetime
    when: When
    families: tuple[FamilyLine, ...]
    told: Mapping[str, int] = field(hash=False)

    def count(self, *states: CallState) -> int:
        """How many families are in one of these states."""
        return sum(line.called.state in states for line in self.families)

    @property
    def counted(self) -> list[Called]:
        """Those whose pass was not replaced or withdrawn, or that brought somebody in."""
        found = (line.called for line in self.families)
        return [c for c in found if c.state not in LOST or c.came]

    @property
    def heads(self) -> int:
        """Heads that are called; of a pass that was replaced, those who came on it."""
        return sum(c.came if c.state in LOST else c.issue.heads for c in self.counted)

    @property
    def came(self) -> int:
        """Heads that came."""
        return sum(line.called.came for line in self.families)

    @property
    def refused(self) -> int:
        """Times that one of its passes was refused."""
        return sum(line.called.refused for line in self.families)

    @property
    def failures(self) -> Mapping[str, int]:
        """Why messages did not reach families whose pass still counts."""
        return Counter(
            line.reason
            for line in self.families
            if line.told is MessageState.FAILED and line.reason and line.called.is_good
        )

    @property
    def share(self) -> float:
        """Of the called heads, the part that came, in percent."""
        return 100 * min(1.0, self.came / self.heads) if self.heads else 0.0

    @property
    def needs_a_hand(self) -> int:
        """Families that nothing has reached and that no machine will reach."""
        return sum(line.needs_a_hand for line in self.families)


def waves(
    called: Iterable[Called], messages: Iterable[MessageView], now: datetime
) -> list[WaveLine]:
    """The waves, those under way first, then those to come, then those that are over, the
    latest first."""
    call_of = {m.pass_id: m for m in messages if m.kind == "call"}
    lines: dict[tuple[PlaceId, datetime, datetime], list[FamilyLine]] = defaultdict(list)
    for each in called:
        issue = each.issue
        lines[issue.gate, issue.valid_from, issue.valid_until].append(
            _line(each, call_of.get(issue.pass_id))
        )
    found = [
        WaveLine(
            gate=gate,
            begin=begin,
            end=end,
            when=when_is(begin, end, now),
            families=tuple(sorted(families, key=_order)),
            told=Counter(
                f.told.value for f in families if f.told is not None and f.called.state not in LOST
            ),
        )
        for (gate, begin, end), families in lines.items()
    ]
    over = sorted((w for w in found if w.when is When.OVER), key=lambda w: w.end, reverse=True)
    ahead = sorted((w for w in found if w.when is not When.OVER), key=lambda w: (w.begin, w.gate))
    return [*ahead, *over]


def _line(each: Called, message: MessageView | None) -> FamilyLine:
    if message is None:
        return FamilyLine(each, None, "", None, 0)
    return FamilyLine(each, message.state, message.channel, message.reason, message.tries)


def _order(line: FamilyLine) -> tuple[bool, bool, str]:
    """Who needs a hand first, passes that are gone last."""
    return (not line.needs_a_hand, line.called.state in LOST, line.called.issue.group)


def when_is(begin: datetime, end: datetime, now: datetime) -> When:
    """Where a window lies from now."""
    if now >= end:
        return When.OVER
    return When.NOW if now >= begin else When.NEXT


def plain_waves(found: Sequence[WaveLine]) -> list[dict[str, Any]]:
    """The board as JSON values."""
    return [
        {
            "gate": wave.gate,
            "from": format_instant(wave.begin),
            "until": format_instant(wave.end),
            "when": wave.when.value,
            "heads": wave.heads,
            "came": wave.came,
            "refused": wave.refused,
            "needs_a_hand": wave.needs_a_hand,
            "told": dict(wave.told),
            "failures": dict(wave.failures),
            "families": [
                {
                    "pass": line.called.issue.pass_id,
                    "group": line.called.issue.group,
                    "heads": line.called.issue.heads,
                    "came": line.called.came,
                    "state": line.called.state.value,
                    "told": None if line.told is None else line.told.value,
                    "channel": line.channel,
                }
                for line in wave.families
            ],
        }
        for wave in found
    ]
