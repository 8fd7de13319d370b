"""Waves of a plan, for whoever calls them: what each asks, and which families it calls now.

Nobody is called twice: families that hold a good pass or have come are left out, and of a wave that
names no families only those heads are still called that were not called to its gate and window yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from safepassage.control.issuing import Wanted
from safepassage.control.waves import calls_of, read_waves
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import CategoryId, GroupId
from safepassage.model.instant import format_instant
from safepassage.model.ledger import Ledger
from safepassage.operate.passes import Called, Family, WaveAsked, called
from safepassage.planner.callforward import CallForward, Wave
from safepassage.registrar import Registrar
from safepassage.secure.roles import Viewer
from safepassage.web.address_book import families_of
from safepassage.web.calling import When, when_is


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCall:
    """Whom waves call now."""

    wanted: tuple[Wanted, ...]
    skipped: tuple[GroupId, ...]  # named by the waves; called already, or in

    @property
    def heads(self) -> int:
        """Heads that would be called."""
        return sum(each.heads for each in self.wanted)


def to_call(
    waves: Sequence[tuple[WaveAsked, tuple[GroupId, ...]]],
    registrar: Registrar,
    viewer: Viewer,
    ledger: Ledger,
    now: datetime,
) -> ToCall:
    """Whom waves call, given whom the ledger says to be called already.

    Raises:
        BadQuestionError: a wave names a family that is none.
        LockedError: the register is locked.
    """
    before = [c for c in called(ledger, now) if c.is_good or c.came]
    busy = {c.issue.group for c in before}
    heads = families_of(registrar, viewer, ledger)
    line: list[Family] = []
    if not all(groups for _, groups in waves):
        classes = {category for wave, _ in waves for category in wave.heads}
        line = [
            Family(each.family, heads[each.family], _class_of(each.category, classes))
            for each in registrar.order_of_going(viewer).families
            if each.family in heads and each.family not in busy
        ]
    left = [
        (_uncalled(wave, before), tuple(g for g in groups if g not in busy))
        for wave, groups in waves
        if not groups or any(g not in busy for g in groups)
    ]
    skipped = tuple(dict.fromkeys(g for _, groups in waves for g in groups if g in busy))
    return ToCall(wanted=tuple(calls_of(left, line, heads)), skipped=skipped)


def _class_of(priority: str, classes: Collection[CategoryId]) -> CategoryId | None:
    """As which class a priority is called; in any, if the plan does not know it by that name."""
    return CategoryId(priority) if priority in classes else None


def _uncalled(wave: WaveAsked, before: Iterable[Called]) -> WaveAsked:
    """A wave without the heads that were called to its gate and window already."""
    heads = Counter(wave.heads)
    for each in before:
        if _is_of(each, wave.gate, wave.valid_from, wave.valid_until):
            heads[each.issue.category or min(heads)] -= each.issue.heads
    return replace(wave, heads={category: max(0, n) for category, n in heads.items()})


def _is_of(each: Called, gate: str, begin: datetime, end: datetime) -> bool:
    issue = each.issue
    return (issue.gate, issue.valid_from, issue.valid_until) == (gate, begin, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveOffered:
    """A wave of the plan in force, and who is called to its gate and window already."""

    wave: Wave
    when: When
    called_families: int
    called_heads: int

    @property
    def planned(self) -> int:
        """Heads that the plan lets through."""
        return sum(self.wave.planned.values())

    @property
    def heads(self) -> int:
        """Heads to be called."""
        return sum(self.wave.heads.values())

    @property
    def families(self) -> int:
        """Families to be called."""
        return sum(self.wave.families.values())

    @property
    def over_called(self) -> int:
        """Heads called beyond the seats, because some do not come."""
        return max(0, self.heads - self.planned)

    @property
    def may_be_called(self) -> bool:
        """Whether its window is not over, and somebody may be left to call."""
        return self.when is not When.OVER and self.called_heads < self.heads

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return self.wave.to_json() | {
            "when": self.when.value,
            "called_families": self.called_families,
            "called_heads": self.called_heads,
        }


def offered(forward: CallForward, ledger: Ledger, now: datetime) -> list[WaveOffered]:
    """The waves of a call-forward, in their order."""
    before = [c for c in called(ledger, now) if c.is_good or c.came]
    found = []
    for wave in forward.waves:
        those = [c for c in before if _is_of(c, wave.gate, wave.start, wave.end)]
        found.append(
            WaveOffered(
                wave=wave,
                when=when_is(wave.start, wave.end, now),
                called_families=len(those),
                called_heads=sum(c.issue.heads for c in those),
            )
        )
    return found


def the_wave(waves: Iterable[WaveOffered], gate: str, start: str) -> WaveOffered:
    """The wave of a gate that begins at an instant.

    Raises:
        BadQuestionError: there is none: another plan may have been published since.
    """
    for each in waves:
        if each.wave.gate == gate and format_instant(each.wave.start) == start:
            return each
    raise BadQuestionError(
        f"the plan in force has no wave to {gate[:60]!r} at {start[:40]!r}: look at its waves again"
    )


def asked_of(wave: Wave) -> list[tuple[WaveAsked, tuple[GroupId, ...]]]:
    """A wave as movement control asks for it."""
    plain: Mapping[str, Any] = {"waves": [wave.to_json()]}
    return [(asked, tuple(GroupId(g) for g in groups)) for asked, groups in read_waves(plain)]
