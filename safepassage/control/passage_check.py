"""The ways of passes computed again: what phones said, what is kept of it, what the ledger has.

`safepassage check` adds this to what `store.check` computes.  Nothing is repaired here.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select

from safepassage.control.counting import kept_of
from safepassage.control.following import seen_of
from safepassage.model.fact import CLOCK_AHEAD_MAX
from safepassage.model.instant import from_micros
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction
from safepassage.model.place import OUTSIDE
from safepassage.model.wire import from_body, from_text
from safepassage.operate.event import Event, read_event
from safepassage.operate.passage import SIGHTED, Move, Sighting, way
from safepassage.store import gate_book, record
from safepassage.store.reading import StoredLedger
from safepassage.store.schema import entry
from safepassage.store.statement import chunks

SUBJECTS_AT_A_TIME = 200
_AHEAD_MAX = record.micros(CLOCK_AHEAD_MAX)
Facts = Mapping[str, Any]


def passage_faults(ledger: StoredLedger) -> Iterator[str]:
    """What is wrong with the ways of passes, in sentences."""
    origins = _origins(ledger)
    rows = groupby(ledger.execute(gate_book.PASSAGES_HEARD), key=attrgetter("subject"))
    for some in chunks(((subject, list(each)) for subject, each in rows), SUBJECTS_AT_A_TIME):
        names = [name for _, each in some for row in each for name in _names(row)]
        facts = dict(_facts(ledger, names))
        for subject, each in some:
            yield from _faults(subject, each, facts, origins)
    kinds = [kind.value for kind in SIGHTED]
    for row in ledger.execute(gate_book.not_followed(kinds)):
        yield f"event {row.id} of {row.device} is recorded, and no way of a pass has it"


def _origins(ledger: StoredLedger) -> Mapping[str, set[str]]:
    """From where each group was called: until a pass is seen again, an older call may stand."""
    found: dict[str, set[str]] = defaultdict(set)
    pending = entry.c.phase == Phase.PENDING.value
    query = select(entry.c.grp, entry.c.from_place).where(pending, entry.c.grp.is_not(None))
    for group, place in ledger.execute(query.distinct()):
        found[group].add(place)
    return found


def _names(row: Any) -> Iterator[str]:
    """The ids of the entries that were ever written for a sighting."""
    for name in (row.event, *(f"{row.event}.{number}" for number in range(row.times))):
        yield name
        yield f"{name}/c"


def _facts(ledger: StoredLedger, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    columns = (entry.c.id, entry.c.kind, entry.c.body)
    for some in chunks(names, 1000):
        for id, kind, body in ledger.execute(select(*columns).where(entry.c.id.in_(some))):
            yield id, from_body(kind, from_text(body))


def _faults(
    subject: str, rows: Sequence[Any], facts: Facts, origins: Mapping[str, Collection[str]]
) -> Iterator[str]:
    sightings: list[Sighting] = []
    groups: set[str] = set()
    for row in rows:
        if row.text is None:
            yield f"sighting {row.event} of {subject} is counted, and no phone recorded it"
            continue
        event = _event(row)
        if event.group:
            groups.add(event.group)
        if _kept_otherwise(row, event):
            yield f"sighting {row.event} of {subject} is kept otherwise than its phone said it"
        sightings.append(seen_of(event, row.clock_ahead).sighting)
        moves, again = _standing(row, facts)
        if (moves, again) != (Counter(_moves(row)), row.again):
            yield (
                f"sighting {row.event} of {subject} is kept as {_said(_moves(row), row.again)}, and"
                f" the ledger has {_said(moves.elements(), again)}"
            )
    yield from _folded_otherwise(subject, rows, sightings, groups, origins)


def _event(row: Any) -> Event:
    """What a phone said; of one that was released, as it was released."""
    event = replace(read_event(json.loads(row.text)), device=row.device)
    if row.released_for is None:
        return event
    return replace(event, at=from_micros(row.released_for + row.clock_ahead))


def _kept_otherwise(row: Any, event: Event) -> bool:
    seen = seen_of(event, row.clock_ahead)
    measured = min(max(row.clock_ahead, -_AHEAD_MAX), _AHEAD_MAX)
    return (
        (row.subject, row.source, row.instant, row.sighting)
        != (seen.subject, seen.source, seen.sighting.instant, kept_of(seen))
    ) or measured != row.measured


def _moves(row: Any) -> list[Move]:
    return [Move(*move) for _, *move in json.loads(row.moves)]


def _standing(row: Any, facts: Facts) -> tuple[Counter[Move], int]:
    """Which movements the ledger has for a sighting, and how many heads it says were seen again."""
    moves: dict[str, Move] = {}
    again = 0
    for name in _names(row):
        fact = facts.get(name)
        if isinstance(fact, Correction):
            moves.pop(fact.corrects, None)
            fact = fact.instead
        if isinstance(fact, Movement):
            moves[fact.id] = Move(fact.from_place, fact.to_place, fact.heads)
        elif fact is not None:
            again = fact.heads
    return Counter(moves.values()), again


def _folded_otherwise(
    subject: str,
    rows: Sequence[Any],
    sightings: Iterable[Sighting],
    groups: Collection[str],
    origins: Mapping[str, Collection[str]],
) -> Iterator[str]:
    """Where the fold of all sightings, from any place they may have come from, says otherwise."""
    seen = list(sightings)
    faults: list[str] = []
    for origin in [*sorted({o for g in groups for o in origins.get(g, ())}), OUTSIDE]:
        steps = {step.sighting.event: step for step in way(seen, origin)}
        faults = [
            f"sighting {row.event} of {subject} is kept as {_said(_moves(row), row.again)}, and the"
            f" fold of all makes it {_said(steps[row.event].moves, steps[row.event].again)}"
            for row in rows
            if row.event in steps
            and (_moves(row), row.again) != (list(steps[row.event].moves), steps[row.event].again)
        ]
        if not faults:
            return
    yield from faults


def _said(moves: Iterable[Move], again: int) -> str:
    moved = ", ".join(f"{m.heads} {m.from_place} > {m.to_place}" for m in moves)
    return f"{moved or 'nobody moved'}, {again} seen again"
