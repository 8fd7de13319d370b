"""The way of a pass: which heads each sighting of it moves, whatever the order in which they came.

A pass is good for a number of heads, and gates without a network may let it in twice.  So the
sightings are folded, oldest first on the true clock:

    heads in  =  min(heads seen at a gate, heads of the pass - heads that are in)

What a gate saw beyond that is *seen again*: counted once, and somebody's to explain.  Who is seen
further on without having been seen at a gate walked in unseen, which a later sighting at the gate
confirms.  Heads that are aboard are not boarded again, and nobody is fetched back from a haven.  A
band is good for the heads that were counted when it was given out.

Nothing here depends on the order in which the sightings are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from safepassage.operate.event import EventKind

ENTERING = frozenset({EventKind.ADMIT, EventKind.SPLIT, EventKind.WALKUP})
# How far on the way a place lies, by how it is entered: at the field, aboard, at a haven.
_STAGE = {EventKind.BOARD: 1, EventKind.ALIGHT: 2}
SIGHTED = ENTERING | {EventKind.BOARD, EventKind.ALIGHT, EventKind.NOTE_STATION}


class Sighting(NamedTuple):
    """A pass or band was let through, once, at one phone."""

    instant: int  # on the true clock, any unit
    event: str
    kind: EventKind
    at: str  # the place, or the lift that is left
    to: str  # the place that is entered; `at` itself at a station that nobody leaves
    heads: int
    expected: int | None  # what the pass says; none for a band


class Move(NamedTuple):
    """Heads from one place to another."""

    from_place: str
    to_place: str
    heads: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one sighting means, given all others."""

    sighting: Sighting
    moves: tuple[Move, ...]
    again: int = 0  # heads that had gone this way already
    first: str | None = None  # the sighting in which they did


@dataclass(slots=True)
class _Party:
    """Where the heads of a pass are, the place they came to last at the end."""

    origin: str
    limit: int
    at: dict[str, int] = field(default_factory=dict)
    unseen: int = 0  # heads that came in without having been seen at a gate
    reached: dict[int, str] = field(default_factory=dict)  # stage -> the sighting that came first
    stages: dict[str, int] = field(default_factory=dict)  # place -> how far on the way it lies
    moves: list[Move] = field(default_factory=list)

    def take(self, place: str, wanted: int) -> int:
        """Take heads away from a place; how many there were to take."""
        found = min(wanted, self.at.get(place, 0))
        if found:
            self.at[place] -= found
            if not self.at[place]:
                del self.at[place]
        return found

    def put(self, from_place: str, to_place: str, heads: int) -> None:
        """Heads are at a place, having come from another."""
        if not heads:
            return
        self.at[to_place] = self.at.pop(to_place, 0) + heads
        if from_place != to_place:
            self.moves.append(Move(from_place, to_place, heads))

    def enter(self, wanted: int) -> int:
        """Heads that may still come in."""
        return min(wanted, max(0, self.limit - sum(self.at.values())))

    def gather(self, place: str, target: str, wanted: int, stage: int) -> int:
        """Bring heads to `place` that are neither there nor at `target`, nor further on."""
        brought = 0
        behind = [p for p in reversed(self.at) if self.stages[p] < max(stage, 1)]
        for other in [p for p in behind if p not in (place, target)]:
            taken = self.take(other, wanted - brought)
            self.put(other, place, taken)
            brought += taken
        unseen = self.enter(wanted - brought)
        self.put(self.origin, place, unseen)
        self.unseen += unseen
        return brought + unseen


def way(sightings: Iterable[Sighting], origin: str) -> list[Step]:
    """What each sighting of one pass or band means, oldest first.

    Args:
        sightings: all of one pass or band; the same event once.
        origin: where its heads were before they were seen.
    """
    ordered = sorted(sightings)
    party = _Party(origin, _good_for(ordered))
    return [_step(party, sighting) for sighting in ordered]


def _good_for(sightings: Sequence[Sighting]) -> int:
    """For how many heads a pass is good, or a band."""
    said = [s.expected for s in sightings if s.expected is not None]
    if said:
        return max(said)
    given = sum(s.heads for s in sightings if s.kind is EventKind.WALKUP)
    return max([given, *(s.heads for s in sightings)])


def _step(party: _Party, sighting: Sighting) -> Step:
    party.moves = []
    stage = _STAGE.get(sighting.kind, 0)
    party.stages.setdefault(sighting.at, max(0, stage - 1))
    party.stages[sighting.to] = stage
    if sighting.kind in ENTERING:
        passed = _entered(party, sighting)
    else:
        passed = _passed(party, sighting, stage)
    if sighting.kind is EventKind.NOTE_STATION:
        return Step(sighting, tuple(party.moves))
    first = party.reached.setdefault(stage, sighting.event)
    again = 0 if first == sighting.event else sighting.heads - passed
    return Step(sighting, tuple(party.moves), again, first if again else None)


def _entered(party: _Party, sighting: Sighting) -> int:
    new = party.enter(sighting.heads)
    party.put(party.origin, sighting.to, new)
    confirmed = min(party.unseen, sighting.heads - new)
    party.unseen -= confirmed
    return new + confirmed


def _passed(party: _Party, sighting: Sighting, stage: int) -> int:
    place, target, wanted = sighting.at, sighting.to, sighting.heads
    if place == target:
        return party.gather(place, place, max(0, wanted - party.at.get(place, 0)), stage)
    missing = max(0, wanted - party.at.get(place, 0))
    party.gather(place, target, missing, stage)
    passed = party.take(place, wanted)
    party.put(place, target, passed)
    return passed
