"""From sightings to facts: which movements stand for each sighting of a pass, and their changes.

The sightings of a pass are folded whenever one more comes (`operate/passage.py`).  Where the fold
now reads something else than what was written, the difference is written: a movement, a correction
of one, or that heads were seen again.  What was written once stays in the ledger for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from safepassage.model.fact import Fact
from safepassage.model.gate_pass import Resighting
from safepassage.model.ids import CategoryId, EntryId, GroupId, PlaceId
from safepassage.model.instant import EARLIEST, LATEST, from_micros
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.observation import Correction
from safepassage.model.place import OUTSIDE
from safepassage.operate.event import EventKind
from safepassage.operate.passage import Move, Sighting, Step, way
from safepassage.store.gate_book import Call, Passage


class Written(NamedTuple):
    """A fact on its way into the ledger, who saw it, and how far their clock was ahead."""

    fact: Fact
    source: str
    clock_ahead: int  # microseconds
    event: str  # the event that it follows from


class Seen(NamedTuple):
    """A sighting of a pass or band that came in now."""

    subject: str
    group: str | None
    sighting: Sighting
    source: str
    clock_ahead: int


@dataclass(slots=True)
class Counted:
    """What follows from the sightings of one pass or band."""

    facts: list[Written] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)


class _Standing(NamedTuple):
    """A movement that stands for a sighting now."""

    entry: str
    move: Move


def count(
    before: Iterable[Passage], new: Iterable[Seen], calls: Sequence[Call], now: datetime
) -> Counted:
    """What the ledger gains when these sightings of one pass or band join the ones before.

    Args:
        before: its sightings until now, as they are kept.
        new: those that came in.
        calls: by which promises its group is called, the earliest first.
        now: the receiver's clock.
    """
    rows = {row.event: row for row in before}
    groups: dict[str, str | None] = {}
    sightings = {event: _sighting(row, groups) for event, row in rows.items()}
    for seen in new:
        event = seen.sighting.event
        sightings[event], groups[event] = seen.sighting, seen.group
        rows[event] = Passage(
            event=event,
            subject=seen.subject,
            instant=seen.sighting.instant,
            source=seen.source,
            clock_ahead=seen.clock_ahead,
            sighting=kept_of(seen),
            moves="[]",
            again=0,
            times=0,
        )
    origin = calls[0].from_place if calls else OUTSIDE
    group = next((g for g in groups.values() if g is not None), None)
    book = _Book(calls, group, now)
    known = {row.event for row in before}
    for step in way(sightings.values(), origin):
        row = rows[step.sighting.event]
        changed = book.settle(row, step)
        if changed != row or row.event not in known:
            book.counted.passages.append(changed)
    return book.counted


def _sighting(row: Passage, groups: dict[str, str | None]) -> Sighting:
    kind, at, to, heads, expected, group = json.loads(row.sighting)
    groups[row.event] = group
    return Sighting(row.instant, row.event, EventKind(kind), at, to, heads, expected)


def kept_of(seen: Seen) -> str:
    """A sighting as its row keeps it."""
    s = seen.sighting
    return json.dumps([s.kind.value, s.at, s.to, s.heads, s.expected, seen.group])


class _Book:
    """Writes what changed."""

    def __init__(self, calls: Sequence[Call], group: str | None, now: datetime) -> None:
        self.counted = Counted()
        self._group = None if group is None else GroupId(group)
        self._category = CategoryId(calls[0].category) if calls else EVACUEE
        self._open = {call.to_place: call.id for call in reversed(calls) if call.is_open}
        self._now = now

    def settle(self, row: Passage, step: Step) -> Passage:
        """Write what stands for a sighting now, where it differs from what stood for it."""
        stood = [_Standing(entry, Move(*move)) for entry, *move in json.loads(row.moves)]
        kept = list(stood)
        times = row.times
        for place, (was, move) in enumerate(_beside(stood, step.moves)):
            if was is not None and was.move == move:
                continue
            entry = row.event if not times else f"{row.event}.{times}"
            times += 1
            if was is None and move is not None:
                self._add(row, self._movement(row, entry, move, as_seen=True))
                kept.append(_Standing(entry, move))
            elif was is not None:
                self._correct(row, was.entry, entry, move)
                kept[place] = _Standing(entry, move or Move(*was.move[:2], 0))
        kept = [standing for standing in kept if standing.move.heads]
        if step.again != row.again:
            self._add(row, self._again(row, step, f"{row.event}.{times}"), on_true_clock=True)
            times += 1
        moves = json.dumps([[standing.entry, *standing.move] for standing in kept])
        return row._replace(moves=moves, again=step.again, times=times)

    def _add(self, row: Passage, fact: Fact, *, on_true_clock: bool = False) -> None:
        ahead = 0 if on_true_clock or not _is_readable(row) else row.clock_ahead
        self.counted.facts.append(Written(fact, row.source, ahead, row.event))

    def _movement(self, row: Passage, entry: str, move: Move, *, as_seen: bool) -> Movement:
        on_clock = as_seen and _is_readable(row)
        instant = row.instant + row.clock_ahead if on_clock else row.instant
        promise = self._open.pop(move.to_place, None) if as_seen else None
        return Movement(
            id=EntryId(entry),
            from_place=PlaceId(move.from_place),
            to_place=PlaceId(move.to_place),
            phase=Phase.POSTED,
            occurred_at=from_micros(instant),
            heads=move.heads,
            group=self._group,
            category=self._category,
            fulfils=None if promise is None else EntryId(promise),
        )

    def _correct(self, row: Passage, wrong: str, entry: str, move: Move | None) -> None:
        """A correction is stated on the receiver's clock, and so is what is read instead."""
        instead = None if move is None else self._movement(row, entry, move, as_seen=False)
        self._add(
            row,
            Correction(
                id=EntryId(f"{entry}/c"),
                corrects=EntryId(wrong),
                instead=instead,
                reason="an earlier sighting of the same pass came in later",
                stated_at=self._now,
            ),
            on_true_clock=True,
        )

    def _again(self, row: Passage, step: Step, entry: str) -> Resighting:
        return Resighting(
            id=EntryId(entry),
            sighting=EntryId(row.event),
            first=EntryId(step.first or row.event),
            pass_id=None if row.subject == self._group else row.subject,
            place=PlaceId(step.sighting.to),
            heads=step.again,
            occurred_at=from_micros(row.instant),
            stated_at=self._now,
            group=self._group,
        )


def _is_readable(row: Passage) -> bool:
    """Whether the phone's own clock stood where a ledger reads instants at all."""
    return EARLIEST <= from_micros(row.instant + row.clock_ahead) < LATEST


def _beside(
    stood: Sequence[_Standing], moves: Sequence[Move]
) -> Iterator[tuple[_Standing | None, Move | None]]:
    """What stood and what stands now, side by side."""
    for n in range(max(len(stood), len(moves))):
        yield stood[n] if n < len(stood) else None, moves[n] if n < len(moves) else None
