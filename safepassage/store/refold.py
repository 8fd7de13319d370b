"""The whole ledger folded again from its entries, one subject at a time.

This is what the maintained projections must be equal to.  It holds the amendments, the movements
they concern and the added-up flow in memory, and of everything else only one person's chain.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select

from safepassage.model.fold import Amendments, Oddity, Transfer, effective, plain_transfer
from safepassage.model.ids import EntryId, PersonId
from safepassage.model.instant import to_micros
from safepassage.model.ledger import targets
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction, Naming
from safepassage.model.place import OUTSIDE
from safepassage.store import record
from safepassage.store.amended import Amendment, mentions_of
from safepassage.store.projection import (
    FlowKey,
    Projected,
    belongs_to_person,
    fold_movement,
    fold_person,
    oddity_rows,
    settled_twice,
    unanchored,
)
from safepassage.store.reading import StoredLedger
from safepassage.store.record import Row
from safepassage.store.schema import entry
from safepassage.store.span import quarter_of
from safepassage.store.statement import chunks

_AMENDING = ("correction", "naming")


class Folded(NamedTuple):
    """One subject, folded."""

    subject: str
    projected: Projected


class Amended(NamedTuple):
    """A movement that amendments concern, and what is read of it."""

    recorded: Movement
    read: list[Movement]
    oddities: list[Oddity]


class Refold:
    """Folds a snapshot.  Show it every row once, then take the subjects in their order."""

    def __init__(self, ledger: StoredLedger) -> None:
        self._ledger = ledger
        self.flows: Counter[FlowKey] = Counter()
        self.heads_inside = 0  # persons and heads without names that are not OUTSIDE at the end
        self.rows_linked = 0  # posted movements of persons that were folded
        self.amendments: dict[int, Amendment] = {}
        query = select(entry).where(entry.c.instant.is_(None), entry.c.kind.in_(_AMENDING))
        for row in ledger.execute(query.order_by(entry.c.seq)):
            fact = record.fact_of(row)
            if isinstance(fact, Correction | Naming):
                self.amendments[row.seq] = fact
        self._amended = self._read_amended()

    def _read_amended(self) -> dict[EntryId, Amended]:
        facts = self.amendments.values()
        amendments = Amendments.of(
            (f for f in facts if isinstance(f, Correction)),
            (f for f in facts if isinstance(f, Naming)),
        )
        found: dict[EntryId, Amended] = {}
        for movement in self._movements({*amendments.corrections, *amendments.namings}):
            found[movement.id] = Amended(movement, *effective(movement, amendments))
        return found

    def _movements(self, ids: set[EntryId]) -> Iterator[Movement]:
        query = select(entry).where(entry.c.instant.is_not(None))
        for chunk in chunks(sorted(ids), 500):
            for row in self._ledger.execute(query.where(entry.c.id.in_(chunk))):
                yield record.truth_of(row)

    def show(self, row: Row) -> None:
        """Count a movement that is no link in a person's chain and that nothing amends."""
        if row.instant is None or (row.person is not None and row.phase == "posted"):
            return
        if row.id not in self._amended:
            self._count(record.transfer_of(row))

    def _count(self, t: Transfer) -> None:
        quarter = quarter_of(to_micros(t.instant))
        key = (quarter, t.from_place, t.to_place, t.category, t.phase.value, int(t.seen))
        self.flows[key] += t.heads
        if t.person is None and t.phase is Phase.POSTED:
            self.heads_inside += t.heads * ((t.from_place == OUTSIDE) - (t.to_place == OUTSIDE))

    def mentions(self) -> set[tuple[str, str, int]]:
        """What the table ``mention`` must hold."""
        return {m for seq, a in self.amendments.items() for m in mentions_of(seq, a)}

    def subjects(self) -> Iterator[Folded]:
        """Every subject of which something is projected, in the order of their names."""
        yield from self._awaiting()
        yield from self._settled()
        yield from self._alone()
        yield from self._persons()

    def _awaiting(self) -> Iterator[Folded]:
        facts = self.amendments.values()
        wanted = {t for a in facts for t in targets(a)}
        known = {str(a.instead.id) for a in facts if isinstance(a, Correction) and a.instead}
        known |= {str(m) for m in wanted if m in self._amended}
        for amendment in sorted(facts, key=lambda a: a.id):
            subject = f"a:{amendment.id}"
            yield Folded(
                subject,
                Projected(Counter(), oddity_rows(subject, unanchored(amendment, known))),
            )

    def _settled(self) -> Iterator[Folded]:
        often = (
            select(entry.c.fulfils)
            .where(entry.c.fulfils.is_not(None))
            .group_by(entry.c.fulfils)
            .having(func.count() > 1)
        )
        query = select(entry).where(entry.c.fulfils.in_(often)).order_by(entry.c.fulfils)
        for promise, rows in groupby(self._ledger.execute(query), key=lambda row: row.fulfils):
            subject = f"f:{promise}"
            found = settled_twice(record.truth_of(row) for row in rows)
            yield Folded(subject, Projected(Counter(), oddity_rows(subject, found[promise])))

    def _alone(self) -> Iterator[Folded]:
        for entry_id in sorted(self._amended):
            recorded, read, oddities = self._amended[entry_id]
            for movement in read:
                if not belongs_to_person(movement):
                    self._count(plain_transfer(movement))
            yield Folded(f"m:{entry_id}", fold_movement(recorded, (read, oddities)))

    def _persons(self) -> Iterator[Folded]:
        """Persons by their own rows, merged with those who come from amendments alone."""
        brought = self._brought()
        waiting = iter(sorted(brought))
        other = next(waiting, None)
        query = (
            select(*(entry.c[name] for name in record.MOVED))
            .where(entry.c.person.is_not(None), entry.c.phase == Phase.POSTED.value)
            .order_by(entry.c.person, entry.c.instant)
        )
        for name, rows in groupby(self._ledger.execute(query), key=lambda row: row.person):
            while other is not None and other <= name:
                if other < name:
                    yield self._person(other, [], brought[other])
                other = next(waiting, None)
            person = PersonId(name)
            own = [record.truth_of(row) for row in rows]
            yield self._person(person, own, brought.get(person, []))
        while other is not None:
            yield self._person(other, [], brought[other])
            other = next(waiting, None)

    def _brought(self) -> dict[PersonId, list[tuple[Movement, Movement]]]:
        """What amendments let each person do, with the movement that it is read from."""
        found: dict[PersonId, list[tuple[Movement, Movement]]] = defaultdict(list)
        for amended in self._amended.values():
            for move in amended.read:
                if move.person is not None and move.phase is Phase.POSTED:
                    found[move.person].append((amended.recorded, move))
        return found

    def _person(
        self, person: PersonId, own: list[Movement], brought: list[tuple[Movement, Movement]]
    ) -> Folded:
        self.rows_linked += len(own)
        chain = own
        if self._amended:
            chain = [m for m in own if m.id not in self._amended]
        if brought:
            # Of two movements read under one id the later one counts, as in the whole fold.
            links = [*((m, m) for m in chain), *brought]
            links.sort(key=lambda link: (link[0].occurred_at, link[0].id))
            chain = [move for _, move in links]
        projected, transfers = fold_person(person, chain, own)
        for transfer in transfers:
            self._count(transfer)
        if transfers:  # linked up, so that only its ends count
            first, last = transfers[0], transfers[-1]
            self.heads_inside += (first.from_place == OUTSIDE) - (last.to_place == OUTSIDE)
        return Folded(f"p:{person}", projected)
