"""The ledger as it stands in the database: one snapshot, read through its projections.

Everything that one `StoredLedger` answers is as of one position, however much is recorded
meanwhile; close it soon, because the database keeps what has changed since for its sake.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.exc import SQLAlchemyError

from safepassage.model.catalogue import Catalogue
from safepassage.model.fact import Entry
from safepassage.model.fold import Cause, Oddity, Transfer
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.instant import from_micros, to_micros
from safepassage.model.ledger import (
    AMENDMENTS_SHOWN_MAX,
    Book,
    Flow,
    Ledger,
    Stock,
    reused,
)
from safepassage.model.movement import Phase
from safepassage.model.observation import Correction
from safepassage.store import record
from safepassage.store.amended import INSTEAD
from safepassage.store.closing import Closing
from safepassage.store.record import Head, Row
from safepassage.store.schema import adjustment, entry, flow, head, mention, oddity
from safepassage.store.span import DAY, DAY_US, Buckets, cut

ROWS_AT_A_TIME = 2000
BOOKS_MAX = 2  # past positions that are kept folded
_BEFORE_ALL = 0
# The kinds that `Catalogue` files.
CATALOGUED = (
    "place",
    "lift",
    "lift-status",
    "opening",
    "deadline",
    "headcount",
    "correction",
    "publication",
    "plan",
    "handling",
    "pass",
    "pass-revocation",
    "resighting",
    "refusal",
    "close-out",
    "handover",
    "case",
    "group",
)


class Shelf:
    """What is worth keeping between snapshots: the catalogue and a few books of the past."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._position = 0
        self._catalogue = Catalogue()
        self._books: OrderedDict[int, Book] = OrderedDict()

    def catalogue(self, position: int, read: Callable[[int], list[Entry]]) -> Catalogue:
        """The catalogue at a position; `read` gives the entries behind another one."""
        with self._lock:
            if position < self._position:
                return Catalogue.of(e.truth for e in read(0))
            new = read(self._position)
            if new:
                # Another snapshot may still be reading the old one: extend a copy.
                copied = _copy(self._catalogue)
                copied.extend(e.truth for e in new)
                self._catalogue = copied
            self._position = position
            return self._catalogue

    def book(self, position: int, make: Callable[[], Book]) -> Book:
        """The ledger as it stood at a position, folded whole."""
        with self._lock:
            book = self._books.pop(position, None)
        book = book or make()
        with self._lock:
            self._books[position] = book
            while len(self._books) > BOOKS_MAX:
                self._books.popitem(last=False)
        return book


def _copy(catalogue: Catalogue) -> Catalogue:
    parts = {f.name: getattr(catalogue, f.name).copy() for f in fields(Catalogue)}
    return Catalogue(**parts)


class StoredLedger(Closing):
    """A reading of the stored ledger; see `safepassage.model.ledger.Ledger`."""

    def __init__(self, connection: Connection, shelf: Shelf) -> None:
        self._connection = connection
        self._shelf = shelf
        # The first read fixes the snapshot of everything that follows.
        self.head = Head(*connection.execute(select(head.c.seq, head.c.hash)).one())

    def close(self) -> None:
        """Let go of the snapshot."""
        self._connection.close()

    def __del__(self) -> None:
        # A reader that forgets to close must not hold the snapshot for ever.
        connection = getattr(self, "_connection", None)
        if connection is not None and not connection.closed:
            try:
                connection.close()
            except SQLAlchemyError:
                return

    @property
    def position(self) -> int:
        """The sequence number of the last entry of this snapshot; 0 when empty."""
        return self.head.seq

    @cached_property
    def catalogue(self) -> Catalogue:
        """Places, lifts, deadlines and the other small facts."""
        return self._shelf.catalogue(self.position, self._catalogued)

    def _catalogued(self, after: int) -> list[Entry]:
        query = select(entry).where(
            entry.c.instant.is_(None), entry.c.kind.in_(CATALOGUED), entry.c.seq > after
        )
        return [record.entry_of(row) for row in self._rows(query.order_by(entry.c.seq))]

    def extent(self) -> tuple[datetime, datetime] | None:
        """The instants of the first and last recorded movement; None before the first."""
        # Each by itself is one look into the index; both at once would read the whole of it.
        ends = (func.min(entry.c.instant), func.max(entry.c.instant))
        moved = entry.c.instant.is_not(None)
        first, last = self._connection.execute(
            select(*(select(end).where(moved).scalar_subquery() for end in ends))
        ).one()
        return None if first is None else (from_micros(first), from_micros(last))

    def recorded_until(self) -> datetime | None:
        """When the last entry was recorded; None when empty."""
        query = select(entry.c.recorded_at).where(entry.c.seq == self.position)
        recorded_at = self._connection.execute(query).scalar()
        return None if recorded_at is None else from_micros(recorded_at)

    def stock(self, as_of: datetime) -> Stock:
        """Posted heads at each (place, category) at `as_of`, OUTSIDE included as a negative."""
        count: Counter[tuple[PlaceId, CategoryId]] = Counter()
        for from_place, to_place, category, _, _, heads in self._added_up(
            _BEFORE_ALL, to_micros(as_of) + 1, posted_only=True
        ):
            count[from_place, category] -= heads
            count[to_place, category] += heads
        return {key: heads for key, heads in count.items() if heads}

    def flow(self, start: datetime, end: datetime) -> list[Flow]:
        """Heads moved in [start, end), every phase, added up by places and category."""
        count: Counter[tuple[PlaceId, PlaceId, CategoryId, str, int]] = Counter()
        for *key, heads in self._added_up(to_micros(start), to_micros(end), posted_only=False):
            count[tuple(key)] += heads
        return sorted(
            Flow(from_place, to_place, category, record.PHASES[phase], bool(seen), heads)
            for (from_place, to_place, category, phase, seen), heads in count.items()
            if heads
        )

    def _added_up(self, start: int, end: int, *, posted_only: bool) -> Iterator[Any]:
        """(from, to, category, phase, seen, heads) over [start, end), some of them in parts."""
        pieces = cut(start, end)
        parts = [_bucket_query(buckets) for buckets in pieces.whole]
        for ragged in pieces.ragged:
            parts += _ragged_queries(*ragged)
        for part in parts:
            if posted_only:
                part = part.where(part.selected_columns.phase == Phase.POSTED.value)
            yield from self._connection.execute(part)

    def transfers(self, start: datetime, end: datetime) -> Iterator[Transfer]:
        """The single transfers in [start, end), every phase, oldest first."""
        first, last = to_micros(start), to_micros(end)
        return self._transfers(
            and_(entry.c.instant >= first, entry.c.instant < last),
            and_(adjustment.c.instant >= first, adjustment.c.instant < last),
        )

    def journey(self, person: PersonId) -> list[Transfer]:
        """The transfers of one person, every phase, oldest first."""
        recorded = and_(entry.c.person == person, entry.c.instant.is_not(None))
        return list(self._transfers(recorded, adjustment.c.person == person))

    def through(
        self, places: Collection[PlaceId], group: GroupId | None = None
    ) -> Iterator[Transfer]:
        """The transfers into or out of these places (of one group), every phase, oldest first."""
        days = select(func.min(flow.c.bucket), func.max(flow.c.bucket)).where(
            flow.c.span == DAY, _touches(flow, places)
        )
        first, last = self._connection.execute(days).one()
        if first is None:
            return iter(())
        # No index is ordered by place; the days on which anybody went there narrow it down.
        start, end = first * DAY_US, (last + 1) * DAY_US
        return self._transfers(
            *(
                and_(
                    table.c.instant >= start,
                    table.c.instant < end,
                    _touches(table, places),
                    true() if group is None else table.c.grp == group,
                )
                for table in (entry, adjustment)
            )
        )

    def _transfers(
        self, recorded: ColumnElement[bool], changed: ColumnElement[bool]
    ) -> Iterator[Transfer]:
        rows = (
            select(
                entry.c.instant,
                literal(1).label("sign"),
                entry.c.id,
                entry.c.from_place,
                entry.c.to_place,
                entry.c.heads,
                entry.c.category,
                entry.c.phase,
                literal(1).label("seen"),
                entry.c.person,
                entry.c.grp,
            )
            .where(recorded)
            .order_by(entry.c.instant)
        )
        adjusted = (
            select(
                adjustment.c.instant,
                adjustment.c.sign,
                adjustment.c.entry.label("id"),
                *(adjustment.c[c.name] for c in list(rows.selected_columns)[3:]),
            )
            .where(changed)
            .order_by(adjustment.c.instant)
        )
        return _merged(self._rows(rows), self._rows(adjusted))

    def recorded(self, start: datetime, end: datetime, after: int) -> list[Flow]:
        """Movements in [start, end) recorded behind position `after`, as written, added up."""
        columns = (entry.c.from_place, entry.c.to_place, entry.c.category, entry.c.phase)
        # Two ways to the same rows: through the window, or through the numbers.  A `+ 0` keeps the
        # database from the way that passes over more of them.
        instant: ColumnElement[Any] = entry.c.instant
        seq: ColumnElement[Any] = entry.c.seq
        if self._share_of(start, end) < (self.position - after) / max(self.position, 1):
            seq = seq + 0
        else:
            instant = instant + 0
        query = (
            select(*columns, func.sum(entry.c.heads))
            .where(seq > after, instant >= to_micros(start), instant < to_micros(end))
            .group_by(*columns)
        )
        rows = self._connection.execute(query)
        return sorted(
            Flow(from_place, to_place, category, record.PHASES[phase], True, int(heads))
            for from_place, to_place, category, phase, heads in rows
        )

    def _share_of(self, start: datetime, end: datetime) -> float:
        """About which part of the ledger's movements lies in a window."""
        extent = self.extent()
        if extent is None or extent[0] == extent[1]:
            return 1.0
        inside = min(end, extent[1]) - max(start, extent[0])
        return inside / (extent[1] - extent[0])

    def amendments_after(self, position: int) -> tuple[int, list[Correction]]:
        """How many corrections and namings lie behind a position, and the first corrections."""
        small = (entry.c.instant.is_(None), entry.c.seq > position)
        counted = select(func.count()).where(*small, entry.c.kind.in_(("correction", "naming")))
        first = select(entry).where(*small, entry.c.kind == "correction").order_by(entry.c.seq)
        facts = [record.fact_of(row) for row in self._rows(first.limit(AMENDMENTS_SHOWN_MAX))]
        count = self._connection.execute(counted).scalar_one()
        return count, [f for f in facts if isinstance(f, Correction)]

    def oddities(self) -> list[Oddity]:
        """Where the fold had to choose, oldest first."""
        rows = self._connection.execute(select(oddity))
        found = [_oddity(row) for row in rows] + self._reused()
        return sorted(found, key=lambda o: (o.instant, o.entry, o.cause))

    def _reused(self) -> list[Oddity]:
        """Corrections that read instead what is a movement of its own."""
        other = entry.alias("other")
        query = (
            select(entry)
            .join(mention, mention.c.seq == entry.c.seq)
            .join(other, other.c.id == mention.c.target)
            .where(mention.c.role == INSTEAD, other.c.instant.is_not(None))
        )
        found = [record.fact_of(row) for row in self._rows(query)]
        return [reused(c) for c in found if isinstance(c, Correction) and c.instead is not None]

    def entry(self, entry_id: EntryId) -> Entry | None:
        """The entry with that id."""
        row = self._connection.execute(select(entry).where(entry.c.id == entry_id)).first()
        return None if row is None else record.entry_of(cast("Row", row))

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The entries behind position `after`, in the order in which they were recorded."""
        return (record.entry_of(row) for row in self.rows(after))

    def rows(self, after: int = 0, up_to: int | None = None) -> Iterator[Row]:
        """The rows of the ledger behind position `after`, in their order."""
        query = select(entry).where(entry.c.seq > after).order_by(entry.c.seq)
        if up_to is not None:
            query = query.where(entry.c.seq <= up_to)
        return self._rows(query)

    def at(self, position: int) -> Ledger:
        """The same ledger as it stood when it had `position` entries: slow and exact."""
        if position >= self.position:
            return self
        return self._shelf.book(
            position, lambda: Book(record.entry_of(r) for r in self.rows(0, position))
        )

    def execute(self, query: Select[Any]) -> Iterator[Any]:
        """The rows of any query on this snapshot, a few thousand in memory at a time."""
        return self._rows(query)

    def _rows(self, query: Select[Any]) -> Iterator[Any]:
        streamed = {"yield_per": ROWS_AT_A_TIME}
        for part in self._connection.execute(query, execution_options=streamed).partitions():
            yield from part


def _touches(table: Table, places: Collection[PlaceId]) -> ColumnElement[bool]:
    return or_(table.c.from_place.in_(places), table.c.to_place.in_(places))


def _bucket_query(buckets: Buckets) -> Select[Any]:
    columns = (flow.c.from_place, flow.c.to_place, flow.c.category, flow.c.phase, flow.c.seen)
    return (
        select(*columns, func.sum(flow.c.heads))
        .where(
            flow.c.span == buckets.span,
            flow.c.bucket >= buckets.first,
            flow.c.bucket < buckets.last,
        )
        .group_by(*columns)
    )


def _ragged_queries(start: int, end: int) -> list[Select[Any]]:
    raw = (entry.c.from_place, entry.c.to_place, entry.c.category, entry.c.phase)
    put_right = (*(adjustment.c[c.name] for c in raw), adjustment.c.seen)
    return [
        select(*raw, literal(1).label("seen"), func.sum(entry.c.heads))
        .where(entry.c.instant >= start, entry.c.instant < end)
        .group_by(*raw),
        select(*put_right, func.sum(adjustment.c.heads * adjustment.c.sign))
        .where(adjustment.c.instant >= start, adjustment.c.instant < end)
        .group_by(*put_right),
    ]


def _merged(rows: Iterable[Any], adjusted: Iterable[Any]) -> Iterator[Transfer]:
    """Recorded rows and adjustments, both oldest first, as the transfers they make together."""
    instant = attrgetter("instant")
    changes = groupby(adjusted, key=instant)
    change = next(changes, None)
    for moment, recorded in groupby(rows, key=instant):
        while change is not None and change[0] < moment:
            yield from _put_right([], change[1])
            change = next(changes, None)
        if change is not None and change[0] == moment:
            yield from _put_right(recorded, change[1])
            change = next(changes, None)
        else:
            yield from sorted(map(record.transfer_of, recorded), key=_in_order)
    while change is not None:
        yield from _put_right([], change[1])
        change = next(changes, None)


def _in_order(t: Transfer) -> tuple[str, bool]:
    return t.entry, t.seen


def _put_right(recorded: Iterable[Any], changes: Iterable[Any]) -> list[Transfer]:
    """The transfers of one instant."""
    count = Counter(map(record.transfer_of, recorded))
    for change in changes:
        transfer = record.transfer_of(change)._replace(seen=bool(change.seen))
        count[transfer] += change.sign
    return sorted(count.elements(), key=_in_order)


def _oddity(row: Any) -> Oddity:
    def place(value: str | None) -> PlaceId | None:
        return None if value is None else PlaceId(value)

    return Oddity(
        Cause(row.cause),
        from_micros(row.instant),
        EntryId(row.entry),
        None if row.other is None else EntryId(row.other),
        None if row.person is None else PersonId(row.person),
        place(row.from_place),
        place(row.to_place),
    )
