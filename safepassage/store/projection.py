"""The maintained projections: what new entries change in flow, adjustment and oddity.

Almost every movement is plain: it goes on from where its person was last seen, later than
everything known of that person.  It needs nothing but its own heads added to the flow.  For all
others the *subjects* that they touch are folded again from their movements by `model.fold`, and
what was projected for them is replaced.  A subject is

    p:PERSON      the chain of a person's posted movements
    m:MOVEMENT    heads without names, promises, and what became of them by amendments
    f:PROMISE     the movements that settle it
    a:AMENDMENT   what it is about, where that is missing

A subject owns the rows of ``entry`` that would be its transfers if nothing had to be put right:
a posted movement of a person belongs to the person, any other to itself.  Its adjustment is the
difference between its folded transfers and these rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from safepassage.model.fold import (
    Cause,
    Oddity,
    Transfer,
    effective,
    in_order,
    person_transfers,
    plain_transfer,
    settlements,
)
from safepassage.model.ids import EntryId, PersonId
from safepassage.model.instant import to_micros
from safepassage.model.ledger import targets
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction, Naming
from safepassage.model.place import OUTSIDE
from safepassage.store import record
from safepassage.store.amended import CORRECTS, INSTEAD, NAMES, PERSON, Amendment, Web, mentions_of
from safepassage.store.record import Offer, Row
from safepassage.store.schema import adjustment, entry, flow, mention, oddity
from safepassage.store.span import DAY, QUARTER, QUARTERS_OF_A_DAY, quarter_of
from safepassage.store.statement import Lookup, insert_rows

FlowKey = tuple[int, str, str, str, str, int]  # quarter, from, to, category, phase, seen
SIGHTINGS_MAX = 400_000  # persons whose last place the writer remembers
_EVER = -(2**62)


_POSTED = entry.c.phase == Phase.POSTED.value
_SEEN = Lookup(
    select(entry.c.person, entry.c.instant, entry.c.to_place, entry.c.category).where(_POSTED),
    entry.c.person,
)
_CHAINS = Lookup(select(entry).where(_POSTED), entry.c.person)
_SPOKEN_OF = Lookup(select(mention.c.target).where(mention.c.role == PERSON), mention.c.target)
_ADJUSTED = Lookup(select(adjustment.c.subject), adjustment.c.subject)
_PROJECTED = {table.name: Lookup(select(table), table.c.subject) for table in (adjustment, oddity)}
_SETTLED = Lookup(select(entry.c.fulfils), entry.c.fulfils)
_SETTLEMENTS = Lookup(select(entry), entry.c.fulfils)
_MOVED = Lookup(select(entry.c.id).where(entry.c.instant.is_not(None)), entry.c.id)


class Sighting(NamedTuple):
    """Where a person's chain ends."""

    instant: int
    place: str
    category: str | None  # None: never seen


NEVER = Sighting(_EVER, OUTSIDE, None)


class Whereabouts:
    """Where each person was last seen, as far as the writer knows.

    What a transaction learns is kept only when it commits.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Sighting | None] = {}
        self._learned: dict[str, Sighting | None] = {}

    def get(self, person: str) -> Sighting | None:
        """The last sighting; None when only the whole chain can tell."""
        if person in self._learned:
            return self._learned[person]
        return self._kept[person]

    def unknown(self, persons: Iterable[str]) -> list[str]:
        """Those of whom nothing is remembered."""
        return [p for p in persons if p not in self._learned and p not in self._kept]

    def learn(self, person: str, sighting: Sighting | None) -> None:
        """Remember a sighting until the end of the transaction."""
        self._learned[person] = sighting

    def keep(self) -> None:
        """The transaction committed."""
        if len(self._kept) > SIGHTINGS_MAX:
            self._kept.clear()
        self._kept.update(self._learned)
        self._learned = {}

    def forget(self) -> None:
        """The transaction failed: what was learned did not happen."""
        self._learned = {}

    def drop(self) -> None:
        """Somebody else wrote: nothing that is remembered can be trusted."""
        self._kept = {}
        self._learned = {}


@dataclass(slots=True)
class Touched:
    """Which subjects must be folded again."""

    persons: set[PersonId] = field(default_factory=set)
    movements: set[EntryId] = field(default_factory=set)
    amendments: dict[EntryId, Amendment] = field(default_factory=dict)


def look_up(connection: Connection, offers: Iterable[Offer], whereabouts: Whereabouts) -> None:
    """Learn where the persons of these movements were last seen, before the movements are there.

    A person's last row tells it, unless amendments or adjustments make the chain another one, or
    several rows share the last instant.
    """
    moved = {o.fact.person for o in offers if isinstance(o.fact, Movement) and o.fact.person}
    unknown = whereabouts.unknown(sorted(moved))
    if not unknown:
        return
    last: dict[str, Sighting | None] = dict.fromkeys(unknown, NEVER)
    latest = dict.fromkeys(unknown, _EVER)
    for person, instant, place, category in _SEEN(connection, unknown):
        if instant > latest[person]:
            latest[person] = instant
            last[person] = Sighting(instant, place, category)
        elif instant == latest[person]:
            last[person] = None
    for (person,) in _SPOKEN_OF(connection, unknown):
        last[person] = None
    subjects = [f"p:{person}" for person in unknown]
    for (subject,) in _ADJUSTED(connection, subjects):
        last[subject[2:]] = None
    for person, sighting in last.items():
        whereabouts.learn(person, sighting)


def project(
    connection: Connection, rows: Sequence[Row], offers: Sequence[Offer], whereabouts: Whereabouts
) -> None:
    """Bring the projections up to date with rows that were just inserted."""
    flows: Counter[FlowKey] = Counter()
    for row in rows:
        if row.instant is not None:
            flows[_row_key(row)] += row.heads or 0
    amendments = [
        (row.seq, o.fact)
        for row, o in zip(rows, offers, strict=True)
        if isinstance(o.fact, Correction | Naming)
    ]
    said = sorted({m for seq, amendment in amendments for m in mentions_of(seq, amendment)})
    insert_rows(connection, mention, said)
    web = Web(connection)
    touched = _touched(web, rows, [amendment for _, amendment in amendments])
    _go_on(rows, touched, whereabouts)
    if touched.persons or touched.movements:
        _fold_again(connection, web, touched, whereabouts, flows)
    _settle(connection, {row.fulfils for row in rows if row.fulfils is not None})
    _anchor(connection, web, touched.amendments)
    add_flow(connection, flows)


def _row_key(row: Row) -> FlowKey:
    return (
        quarter_of(row.instant or 0),
        row.from_place or "",
        row.to_place or "",
        row.category or "",
        row.phase or "",
        1,
    )


def add_flow(connection: Connection, flows: Counter[FlowKey]) -> None:
    """Add these heads to the table ``flow``, per quarter of an hour and per day."""
    days: Counter[FlowKey] = Counter()
    for (quarter, *places), heads in flows.items():
        days[quarter // QUARTERS_OF_A_DAY, *places] += heads  # type: ignore[index]
    for span, counted in ((QUARTER, flows), (DAY, days)):
        changed = sorted((span, *key, heads) for key, heads in counted.items() if heads)
        insert_rows(connection, flow, changed, add_to="heads")


def _touched(web: Web, rows: Sequence[Row], amendments: list[Amendment]) -> Touched:
    touched = Touched(amendments={a.id: a for a in amendments})
    if web.is_empty:
        return touched
    moved = {row.id for row in rows if row.instant is not None}
    corrections = [a for a in amendments if isinstance(a, Correction)]
    # Movements and substitutes that amendments were waiting for.
    arrived = moved | {c.instead.id for c in corrections if c.instead is not None}
    for group in web.mentioning(arrived, CORRECTS, NAMES).values():
        touched.amendments |= {a.id: a for a in group}
    awaited = set(web.mentioning(moved, CORRECTS, NAMES))
    _touch(web, touched, awaited | web.back({c.corrects for c in corrections}))
    # A naming touches the movement and the person it names, and none of the others named.
    namings = [a for a in amendments if isinstance(a, Naming)]
    named = web.back({t for n in namings for t in n.movements})
    touched.movements |= {m.id for m in web.movements(named)}
    touched.persons |= {n.person for n in namings}
    return touched


def _touch(web: Web, touched: Touched, ids: set[str]) -> None:
    """Movements whose reading may have changed, and everybody whom it moved or moves."""
    movements = web.movements(ids)
    reach = web.chains(m.id for m in movements)
    for movement in movements:
        touched.movements.add(movement.id)
        touched.persons |= reach.persons(movement)


def _go_on(rows: Sequence[Row], touched: Touched, whereabouts: Whereabouts) -> None:
    """Follow the plain movements; a person whose movements are not plain is touched."""
    chains: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.person is not None and row.phase == Phase.POSTED.value:
            chains[row.person].append(row)
    for person, moves in chains.items():
        if person in touched.persons:
            continue
        last = whereabouts.get(person)
        for move in sorted(moves, key=lambda row: row.instant or 0):
            if last is None or not _is_plain(move, last):
                touched.persons.add(PersonId(person))
                break
            last = Sighting(move.instant or 0, move.to_place or "", move.category)
        else:
            whereabouts.learn(person, last)


def _is_plain(move: Row, last: Sighting) -> bool:
    return (
        move.from_place == last.place
        and (move.instant or 0) > last.instant
        and (last.category is None or move.category == last.category)
    )


class Projected(NamedTuple):
    """What is projected for one subject, in the order of the tables' columns."""

    adjustments: Counter[tuple[Any, ...]]
    oddities: Counter[tuple[Any, ...]]


def difference(
    subject: str, folded: Iterable[Transfer], recorded: Iterable[Transfer]
) -> Counter[tuple[Any, ...]]:
    """The rows of ``adjustment`` that lead from the recorded transfers to the folded ones."""
    count = Counter(folded)
    count.subtract(Counter(recorded))
    rows: Counter[tuple[Any, ...]] = Counter()
    for transfer, times in count.items():
        if times:
            sign = 1 if times > 0 else -1
            rows[adjustment_row(subject, sign, transfer)] = abs(times)
    return rows


def adjustment_row(subject: str, sign: int, t: Transfer) -> tuple[Any, ...]:
    """One row of ``adjustment``."""
    return (
        subject,
        sign,
        to_micros(t.instant),
        t.entry,
        t.from_place,
        t.to_place,
        t.heads,
        t.category,
        t.phase.value,
        int(t.seen),
        t.person,
        t.group,
    )


def oddity_rows(subject: str, oddities: Iterable[Oddity]) -> Counter[tuple[Any, ...]]:
    """Rows of ``oddity``."""
    return Counter(
        (
            subject,
            o.cause.value,
            to_micros(o.instant),
            o.entry,
            o.other,
            o.person,
            o.from_place,
            o.to_place,
        )
        for o in oddities
    )


def belongs_to_person(movement: Movement) -> bool:
    """Whether a movement is a link in a person's chain."""
    return movement.person is not None and movement.phase is Phase.POSTED


def fold_person(
    person: PersonId, chain: Iterable[Movement], recorded: Iterable[Movement]
) -> tuple[Projected, list[Transfer]]:
    """What is projected for a person, from what is read of them and the rows they own."""
    transfers, oddities = person_transfers(chain)
    subject = f"p:{person}"
    adjusted = difference(subject, transfers, (plain_transfer(m) for m in recorded))
    return Projected(adjusted, oddity_rows(subject, oddities)), transfers


def fold_movement(movement: Movement, read: tuple[list[Movement], list[Oddity]]) -> Projected:
    """What is projected for a movement by itself, from what is read instead of it."""
    subject = f"m:{movement.id}"
    folded = [plain_transfer(m) for m in read[0] if not belongs_to_person(m)]
    recorded = [] if belongs_to_person(movement) else [plain_transfer(movement)]
    return Projected(difference(subject, folded, recorded), oddity_rows(subject, read[1]))


def _fold_again(
    connection: Connection,
    web: Web,
    touched: Touched,
    whereabouts: Whereabouts,
    flows: Counter[FlowKey],
) -> None:
    """Fold the touched persons and movements from everything that is known of them."""
    movements, candidates = _load(connection, web, touched)
    amendments = web.chains(movements).amendments()
    read = {m.id: effective(m, amendments) for m in movements.values()}
    found: dict[str, Projected] = {}
    for entry_id in touched.movements:
        found[f"m:{entry_id}"] = fold_movement(movements[entry_id], read[entry_id])
    for person in touched.persons:
        recorded = [movements[m] for m in candidates[person]]
        chain = [
            move
            for source in in_order(recorded)
            for move in read[source.id][0]
            if move.person == person and belongs_to_person(move)
        ]
        own = [m for m in recorded if m.person == person and belongs_to_person(m)]
        found[f"p:{person}"], transfers = fold_person(person, chain, own)
        whereabouts.learn(person, _last(chain, transfers))
    _replace(connection, found, flows)


def _last(chain: list[Movement], transfers: list[Transfer]) -> Sighting | None:
    """Where a folded chain ends: its last movement may have been a repeat that moved nobody."""
    if not chain:
        return NEVER
    if not transfers:
        return None
    latest = to_micros(max(m.occurred_at for m in chain))
    end = transfers[-1]
    return Sighting(latest, end.to_place, end.category)


def _load(
    connection: Connection, web: Web, touched: Touched
) -> tuple[dict[EntryId, Movement], dict[PersonId, set[EntryId]]]:
    """The movements behind the touched subjects, and which of them may be in whose chain."""
    candidates: dict[PersonId, set[EntryId]] = {person: set() for person in touched.persons}
    rows = _CHAINS(connection, sorted(touched.persons))
    movements = {m.id: m for m in (record.truth_of(row) for row in rows)}
    for movement in movements.values():
        if movement.person is not None:
            candidates[movement.person].add(movement.id)
    spoken = {
        person: web.back({str(t) for a in amendments for t in targets(a)})
        for person, amendments in web.mentioning(touched.persons, PERSON).items()
    }
    wanted = {str(m) for m in touched.movements}.union(*spoken.values())
    missing = wanted.difference(movements)
    movements |= {m.id: m for m in web.movements(missing)}
    for person, ids in spoken.items():
        candidates[PersonId(person)] |= {EntryId(i) for i in ids if i in movements}
    return movements, candidates


def _replace(connection: Connection, found: dict[str, Projected], flows: Counter[FlowKey]) -> None:
    """Put what was folded in the place of what was projected before."""
    adjusted = _stored(connection, adjustment, found)
    for subject, projected in found.items():
        was = adjusted.get(subject, Counter())
        if was != projected.adjustments:
            for rows, sign in ((was, -1), (projected.adjustments, 1)):
                for row, times in rows.items():
                    _add_adjustment(flows, row, sign * times)
            _rewrite(connection, adjustment, subject, was, projected.adjustments)
    odd = _stored(connection, oddity, found)
    for subject, projected in found.items():
        was = odd.get(subject, Counter())
        if was != projected.oddities:
            _rewrite(connection, oddity, subject, was, projected.oddities)


def _add_adjustment(flows: Counter[FlowKey], row: tuple[Any, ...], times: int) -> None:
    _, sign, instant, _, from_place, to_place, heads, category, phase, seen, _, _ = row
    key = (quarter_of(instant), from_place, to_place, category, phase, seen)
    flows[key] += sign * times * heads


def _stored(
    connection: Connection, table: Any, subjects: Iterable[str]
) -> dict[str, Counter[tuple[Any, ...]]]:
    stored: dict[str, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    for row in _PROJECTED[table.name](connection, subjects):
        stored[row.subject][tuple(row)] += 1
    return stored


def _rewrite(
    connection: Connection,
    table: Any,
    subject: str,
    was: Counter[tuple[Any, ...]],
    rows: Counter[tuple[Any, ...]],
) -> None:
    if was:
        connection.execute(delete(table).where(table.c.subject == subject))
    insert_rows(connection, table, list(rows.elements()))


def _settle(connection: Connection, promises: set[str]) -> None:
    """Promises that were settled more than once."""
    if not promises:
        return
    times = Counter(promise for (promise,) in _SETTLED(connection, promises))
    twice = [promise for promise, n in times.items() if n > 1]
    if not twice:
        return
    rows = _SETTLEMENTS(connection, twice)
    found = settled_twice(record.truth_of(row) for row in rows)
    _replace_oddities(connection, {f"f:{promise}": found.get(promise, []) for promise in twice})


def settled_twice(movements: Iterable[Movement]) -> dict[str, list[Oddity]]:
    """The settlements of each promise after its first."""
    return {
        promise: [
            Oddity(Cause.SETTLED_TWICE, later.occurred_at, later.id, promise, later.person)
            for later in settled[1:]
        ]
        for promise, settled in settlements(movements).items()
    }


def _anchor(connection: Connection, web: Web, amendments: dict[EntryId, Amendment]) -> None:
    """Amendments of entries that are not here."""
    if not amendments:
        return
    wanted = {str(t) for a in amendments.values() for t in targets(a)}
    known = {str(i) for (i,) in _MOVED(connection, wanted)}
    known |= set(web.mentioning(wanted - known, INSTEAD))
    _replace_oddities(connection, {f"a:{a.id}": unanchored(a, known) for a in amendments.values()})


def unanchored(amendment: Amendment, known: set[str]) -> list[Oddity]:
    """The targets of an amendment that nobody recorded."""
    return [
        Oddity(Cause.UNANCHORED, amendment.stated_at, amendment.id, target)
        for target in targets(amendment)
        if target not in known
    ]


def _replace_oddities(connection: Connection, found: dict[str, list[Oddity]]) -> None:
    stored = _stored(connection, oddity, found)
    for subject, oddities in found.items():
        rows = oddity_rows(subject, oddities)
        was = stored.get(subject, Counter())
        if was != rows:
            _rewrite(connection, oddity, subject, was, rows)
